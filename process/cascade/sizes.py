"""What a circuit holds and how large it is: mixer-settlers, organic and rare earths in it, and its reagents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .batch import whole_number
from .errors import CascadeError

Floats = NDArray[np.float64]

CHARGE = 3.0
"""Equivalents per mol of rare earth."""


@dataclass(frozen=True)
class Practice:
    """How a circuit is run: strengths in mol/L, times in h, shares 0..1; floats or arrays of one shape.

    ``concentration`` is formal extractant, of which ``saponification`` is soap. ``mixing`` and ``settling`` are
    residence times of both phases together. ``base_excess`` and ``strip_excess`` are what base and strip acid are
    given beyond the stoichiometry. ``strip_stages`` follow the scrub; the exchange model does not count them.
    """

    concentration: float | Floats
    saponification: float | Floats
    scrub_acid: float | Floats
    strip_acid: float | Floats
    mixing: float | Floats
    settling: float | Floats
    strip_stages: float | Floats
    base_excess: float | Floats = 0.0
    strip_excess: float | Floats = 0.0


@dataclass(frozen=True)
class Sizes:
    """Flows in m³/h, volumes in m³, amounts in kmol or, of reagents, kmol/h; floats or arrays.

    ``stage_volumes`` are those of one mixer-settler of extraction, scrub and strip, ``volume`` that of all
    ``mixer_settlers``, one a stage.
    ``organic_inventory`` is the organic in all of them, and ``rare_earth_inventory`` is what both phases of
    extraction and scrub hold at steady state.
    """

    organic: Floats
    feed: Floats
    scrub: Floats
    strip: Floats
    stage_volumes: tuple[Floats, Floats, Floats]
    volume: Floats
    mixer_settlers: Floats
    organic_inventory: Floats
    extractant_inventory: Floats
    rare_earth_inventory: Floats
    base: Floats
    scrub_acid: Floats
    strip_acid: Floats


def sizes(
    n: int,
    m: int,
    extract_flow: ArrayLike,
    scrub_flow: ArrayLike,
    feed: ArrayLike,
    feed_volume: ArrayLike,
    by: Practice,
) -> Sizes:
    """Sizes in m³ and kmol of a circuit of ``n`` + ``m`` stages; S and W in mol per mol, ``feed`` in kmol/h.

    ``feed_volume`` is that of the feed liquor, m³/h. Limits: flows of a steady exchange cascade, a liquor's volume is
    that of its water. Raises CascadeError for strengths or times that are not above zero, and for stages, flows or
    excesses that are negative, not finite or no numbers.

    >>> plant = Practice(1.5, 0.36, 3.0, 4.0, 5 / 60, 20 / 60, 8)
    >>> of = sizes(24, 22, 1.70864, 1.20819, 10.0, 10.0, plant)
    >>> float(of.organic.round(2)), float(of.volume.round(1)), float(of.rare_earth_inventory.round(1))
    (94.92, 2479.9, 659.1)
    """
    n, m = (_stages(value, name) for value, name in ((n, "extraction"), (m, "scrub")))
    concentration = _checked(by.concentration, "concentration", above=True)
    soap = _checked(by.saponification, "saponification", above=True)
    scrub_strength = _checked(by.scrub_acid, "scrub acid", above=True)
    strip_strength = _checked(by.strip_acid, "strip acid", above=True)
    mixing, settling = _checked(by.mixing, "mixing"), _checked(by.settling, "settling")
    held = _checked(mixing + settling, "residence time", above=True)
    strips = _checked(by.strip_stages, "strip stages")
    base_excess, strip_excess = _checked(by.base_excess, "base excess"), _checked(by.strip_excess, "strip excess")
    s, w = _checked(extract_flow, "extract flow"), _checked(scrub_flow, "scrub flow")
    f, fed = _checked(feed, "feed"), _checked(feed_volume, "feed volume")
    if np.any((w > s) & (f > 0.0)):
        raise CascadeError(
            f"scrub flow {np.max(w):g} is above extract flow {np.min(s):g}; lower the scrub or raise the organic flow"
        )
    base = CHARGE * s * f
    scrub_acid = CHARGE * w * f
    strip_acid = CHARGE * (s - w) * f * (1.0 + strip_excess)
    organic = base / (concentration * soap)
    scrub, strip = scrub_acid / scrub_strength, strip_acid / strip_strength
    stage = ((organic + fed + scrub) * held, (organic + scrub) * held, (organic + strip) * held)
    inventory = organic * held * (n + m + strips)
    volume = n * stage[0] + m * stage[1] + strips * stage[2]
    return Sizes(
        organic=organic,
        feed=fed,
        scrub=scrub,
        strip=strip,
        stage_volumes=stage,
        volume=volume,
        mixer_settlers=np.full_like(volume, n + m + strips),
        organic_inventory=inventory,
        extractant_inventory=inventory * concentration,
        rare_earth_inventory=held * f * ((n + m) * s + (n + m) * w + n),
        base=base * (1.0 + base_excess),
        scrub_acid=scrub_acid,
        strip_acid=strip_acid,
    )


def _stages(value: int, section: str) -> int:
    count = whole_number(value, f"{section} stages")
    if count < 0:
        raise CascadeError(f"{section} stages are {count}; give a whole number, not negative")
    return count


def _checked(value: ArrayLike, name: str, above: bool = False) -> Floats:
    """Finite numbers, not negative or, with ``above``, above zero."""
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "iuf":
            raise TypeError
    except (TypeError, ValueError):
        raise CascadeError(f"{name} is {value!r}; give a number or an array of numbers") from None
    out = given.astype(np.float64)
    fine = np.isfinite(out) & ((out > 0.0) if above else (out >= 0.0))
    if not fine.all():
        need = "above zero" if above else "not negative"
        raise CascadeError(f"{name} is {out[~fine].flat[0]:g}; give a finite number {need}")
    return out
