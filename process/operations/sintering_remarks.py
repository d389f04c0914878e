"""What is to be said of sintered blanks: too little liquid, trapped hydrogen, giant grains, carbon, no ageing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.sintering import numbers

Array = NDArray[np.float64]

SOUND = 0.97
"""Relative density below which pores join up in coats and cost remanence; makers ask for 98 to 99 %."""
TRAPPED = 10.0
"""ppm of hydrogen in a blank that are worth a word."""
COARSE = 10.0
"""Mean grain in µm above which grains have outgrown what holds coercivity; makers stay below 6 to 8."""
FEW_OXYGEN, FINE = 700.0, 4.0
"""ppm of oxygen and µm of powder below which giant grains were seen (liu2004)."""
MUCH_CARBON = 0.2
"""Share of the lubricant's carbon, of what need not stay, that is worth a word."""
MUCH_VAPOUR = 0.003
"""Share of the rare earths that is worth a word: makers see less than 0.1 % of the magnet go."""
UNHEALED = 0.5


def remarks(details: Mapping[str, Any], powder: Array, peak: Array, flowing: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Sentences of each sample, (samples,) tuples; none where nothing flows."""
    out = np.empty(len(peak), dtype=object)
    out[:] = [()] * len(peak)
    for bad, words in _found(details, powder, peak):
        if bad.any():
            for sample in np.flatnonzero(bad & flowing):
                out[sample] += (words(int(sample)),)
    return out


def _found(
    details: Mapping[str, Any], powder: Array, peak: Array
) -> list[tuple[NDArray[np.bool_], Callable[[int], str]]]:
    density, liquid, hydrogen = details["relative_density"], details["liquid"], details["hydrogen_ppm"]
    kept, healed, vapour = details["carbon_kept"], details["annealing"], details["evaporated"]
    densest = details["densest"]
    loose, dry, seen = density < SOUND, densest < SOUND, numbers()["abnormal_seen"]
    always = numbers()["carbon_kept"]
    giant = (peak > seen) & (details["oxygen_ppm"] < FEW_OXYGEN) & (powder < FINE)
    return [
        (
            loose & dry,
            lambda n: (
                f"sinters to {density[n]:.1%} of full density only, which is not sound: {liquid[n]:.1%} of liquid is "
                f"too little, no furnace gets it beyond {densest[n]:.1%}; bring more rare earth or less oxygen"
            ),
        ),
        (
            loose & ~dry,
            lambda n: (
                f"sinters to {density[n]:.1%} of full density only, which is not sound, at most at {peak[n]:.0f} °C; "
                "sinter hotter or longer, or mill finer"
            ),
        ),
        (
            hydrogen > TRAPPED,
            lambda n: (
                f"{hydrogen[n]:.0f} ppm of hydrogen stay in the blanks: the pores close before it is out; heat more "
                "slowly or hold between 600 and 850 °C"
            ),
        ),
        (
            kept > always + MUCH_CARBON * (1.0 - always),
            lambda n: (
                f"{kept[n]:.0%} of the lubricant's carbon stays as carbide, {always:.0%} would at best; heat more "
                "slowly or hold between 300 and 400 °C"
            ),
        ),
        (
            giant,
            lambda n: (
                f"at {peak[n]:.0f} °C giant grains are to be feared: with less than {FEW_OXYGEN:.0f} ppm of oxygen and "
                f"powder below {FINE:g} µm they were seen above {seen:.0f} °C (liu2004)"
            ),
        ),
        (
            details["grain_um"] > COARSE,
            lambda n: (
                f"grains grow to {details['grain_um'][n]:.0f} µm at {peak[n]:.0f} °C, which costs coercivity; sinter "
                "cooler or for less time"
            ),
        ),
        (
            vapour > MUCH_VAPOUR,
            lambda n: f"{vapour[n]:.1%} of the rare earth evaporates; sinter cooler, or under some argon",
        ),
        (
            (healed < UNHEALED) & ~loose,
            lambda n: (
                f"ageing heals the grain boundaries to {healed[n]:.0%} only; two steps at about 900 and 500 °C do"
            ),
        ),
    ]
