"""Which commercial grade a magnet of another family than Nd-Fe-B reaches, and what keeps it from the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .grades import catalogue

Array = NDArray[np.float64]

ANY = ""
"""All families together: for a magnet that belongs to none of them."""


@dataclass(frozen=True)
class Ladder:
    """The grades of a family from the weakest up: `names`, and `least` (grades, 3): Br T, Hcj kA/m, (BH)max kJ/m³."""

    names: tuple[str, ...]
    least: Array
    weakest: str


@cache
def ladder(family: str) -> Ladder:
    """The grades of a family by energy product, then remanence; of all families for ANY.

    >>> ladder("SmCo5").names
    ('RECo5-16S', 'RECo5-18S')
    """
    found = [limits for limits in catalogue().values() if family in (ANY, limits.family)]
    found.sort(key=lambda limits: (limits.BHmax_min_kJ_m3, limits.Br_min_T))
    least = np.array([[limits.Br_min_T, limits.Hcj_min_kA_m, limits.BHmax_min_kJ_m3] for limits in found])
    return Ladder(tuple(limits.name for limits in found), least, found[0].name if family else "every grade")


def assign(family: str, table: Mapping[str, Array]) -> tuple[list[str], list[str]]:
    """The best grade that each sample reaches, and the property that the next one lacks most; a name per sample.

    `table` holds T, kA/m and kJ/m³ by name, shape (samples,) each. A magnet below the weakest grade is said to be
    "below" it; the best grade has no next, so nothing limits it ("").

    >>> weak = {"Br_T": np.array([1.05]), "Hcj_kA_m": np.array([1700.0]), "BHmax_kJ_m3": np.array([210.0])}
    >>> assign("Sm2Co17", weak)
    (['below YXG24H'], ['Hcj'])
    """
    steps = ladder(family)
    has = np.stack([table[name] for name in ("Br_T", "Hcj_kA_m", "BHmax_kJ_m3")], axis=1)
    met = np.all(has[:, None] >= steps.least * (1.0 - 1e-12), axis=2)
    last = len(steps.names) - 1
    best = np.where(met.any(axis=1), last - np.argmax(met[:, ::-1], axis=1), -1)
    short = np.argmin(has / steps.least[np.minimum(best + 1, last)], axis=1)
    words = np.array(["Br", "Hcj", "(BH)max"])[short]
    names = np.array([f"below {steps.weakest}", *steps.names])[best + 1]
    return names.tolist(), np.where(best == last, "", words).tolist()
