"""What a report remarks of diffused magnets: too thick, too hot, coating that stays outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

THICK, HOT, WASTED, WEAK = 10.0, 1000.0, 0.8, 0.1
"""mm and degC above which, share of the coating and of the gain below which something is remarked."""


def remarks(
    details: Mapping[str, Any], thickness: Array, temperature: Array, flowing: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """Sentences of each sample, (samples,) tuples, by `thickness` in mm and `temperature` in degC; none where idle."""
    gain, low, uptake = details["gain_kA_m"], details["gain_low_kA_m"], details["uptake"]
    out = np.empty(len(gain), dtype=object)
    for n in range(len(gain)):
        found = []
        if thickness[n] > THICK or low[n] < WEAK * gain[n]:
            found.append(
                f"the middle of magnets {round(float(thickness[n]), 2):.7g} mm thick gains {low[n]:.0f} of "
                f"{gain[n]:.0f} kA/m, so squareness falls; diffuse thinner magnets, or longer"
            )
        if temperature[n] > HOT:
            found.append(
                f"at {temperature[n]:.4g} °C the heavy rare earth goes through the grains instead of staying in their "
                f"skins; stay below {HOT:g} °C"
            )
        if 0.0 < uptake[n] < WASTED:
            found.append(
                f"{1.0 - uptake[n]:.0%} of the coating does not go in and is ground off; coat less, or diffuse longer"
            )
        out[n] = tuple(found) if flowing[n] else ()
    return out
