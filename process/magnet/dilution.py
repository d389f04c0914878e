"""What a low grade implies: a sound magnet is better than N42, so something was left out of it or put into it.

Below about N45 a catalogue's Br is less than that of a dense, well aligned magnet of Nd and Pr. The grade then implies
either a poorer alignment or that part of the rare earths is La, Ce, Gd or Ho. Which of them no catalogue says: each is
an assumption on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX
from .grades import CLASSES, Limits
from .properties import Magnet, Properties, properties
from .reference import SOUND, composition, references

Array = NDArray[np.float64]

DILUTANTS = ("Ce", "La", "Gd", "Ho")
MOST = 0.6
"""Share of the rare earths up to which a dilution is looked for."""
POINTS = 61
SOUND_ALIGNMENT = 0.935
"""Mean cosine of a sound magnet, an assumption (0.92 to 0.95)."""


@dataclass(frozen=True, slots=True)
class Implied:
    """What brings a sound magnet down to the middle of a grade's Br; all of it assumed.

    `sound_Br_T` and `sound_Hcj_kA_m` are those of the sound magnet; `alignment` the mean cosine that gives the grade,
    `shares` the mass share of the rare earths that one dilutant alone would be (None: not by it), `coercivity` the Hcj
    in kA/m with it. `needed` is False where the sound magnet is no better than the grade.
    """

    grade: str
    needed: bool
    sound_Br_T: float
    sound_Hcj_kA_m: float
    target_Br_T: float
    alignment: float
    shares: Mapping[str, float | None]
    coercivity: Mapping[str, float | None]
    assumption: str = "assumed: which dilutant, or how well it was aligned, no catalogue says"


def implied(limits: Limits, alignment: float = SOUND_ALIGNMENT) -> Implied:
    """The dilution or the alignment that a grade of sintered Nd–Fe–B implies.

    The sound magnet is the reference of the class with the lowest series, aligned to a mean cosine of `alignment`.
    Raises ValueError for another family.

    >>> from .grades import grade
    >>> found = implied(grade("N35"))
    >>> found.needed, found.sound_Br_T > 1.36, 0.8 < found.alignment < 0.83
    (True, True, True)
    >>> implied(grade("N52")).needed
    False
    """
    if limits.klass not in CLASSES or limits.series == 0:
        raise ValueError(f"{limits.name} is no grade of sintered Nd-Fe-B")
    values = _sound(limits.klass)
    target = 0.5 * (limits.Br_min_T + limits.Br_max_T)

    def made(alloys: Array) -> Properties:
        return properties(
            Magnet.of(
                alloys,
                grain_um=values["grain"],
                alignment=alignment,
                relative_density=values["relative_density"],
                annealing=values["annealing"],
            )
        )

    shares = np.linspace(0.0, MOST, POINTS)
    sound = made(composition(values)[None, :])
    remanence, coercivity = float(sound.Br_T[0]), float(sound.Hcj_kA_m[0])
    needed = remanence > limits.Br_max_T
    found: dict[str, float | None] = {}
    left: dict[str, float | None] = {}
    for element in DILUTANTS:
        batch = np.stack([_diluted(values, element, float(share)) for share in shares])
        mixed = made(batch)
        within = needed and mixed.Br_T[-1] <= target
        # Br falls with every share, so it may be read backwards.
        share = float(np.interp(-target, -mixed.Br_T, shares)) if within else None
        found[element] = share
        left[element] = None if share is None else float(np.interp(share, shares, mixed.Hcj_kA_m))
    return Implied(
        grade=limits.name,
        needed=needed,
        sound_Br_T=remanence,
        sound_Hcj_kA_m=coercivity,
        target_Br_T=target,
        alignment=alignment * target / remanence if needed else alignment,
        shares=MappingProxyType(found),
        coercivity=MappingProxyType(left),
    )


def _sound(klass: str) -> Mapping[str, float]:
    """Values of the reference of a class with the lowest series; of the class below where it has none."""
    for name in reversed(CLASSES[: CLASSES.index(klass) + 1]):
        own = [one for one in references().values() if one.limits.klass == name and "thickness" not in one.values]
        if own:
            return min(own, key=lambda one: (one.limits.series, one.role != SOUND)).values
    raise LookupError(klass)


def _diluted(values: Mapping[str, float], element: str, share: float) -> Array:
    """A composition whose rare earths are partly another one, in the place of Pr and Nd."""
    out = composition(values)
    amount = share * values["TRE"]
    light = out[INDEX["Pr"]] + out[INDEX["Nd"]]
    kept = max(light - amount, 0.0) / light
    out[INDEX[element]] += light * (1.0 - kept)
    out[INDEX["Pr"]] *= kept
    out[INDEX["Nd"]] *= kept
    return out
