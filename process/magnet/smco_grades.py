"""Which commercial grade of samarium-cobalt a magnet reaches, and what keeps it from the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..data.facts import rows

Array = NDArray[np.float64]

LIMITS = (
    ("Br_T", "Br_min_T", "Br"),
    ("Hcj_kA_m", "Hcj_min_kA_m", "Hcj"),
    ("BHmax_kJ_m3", "BHmax_min_kJ_m3", "(BH)max"),
)
"""A property, the column of `magnet_grades.csv` that it must reach, and what it is called."""


@dataclass(frozen=True)
class Ladder:
    """The grades of a family from the weakest up: `names`, and `least` (grades, properties) in the order of LIMITS."""

    names: tuple[str, ...]
    least: Array


@cache
def ladder(family: str) -> Ladder:
    """The grades of a family by energy product, then remanence.

    >>> ladder("SmCo5").names
    ('RECo5-16S', 'RECo5-18S')
    """
    found = [row for row in rows("magnet_grades") if row["family"] == family]
    found.sort(key=lambda row: (float(row["BHmax_min_kJ_m3"]), float(row["Br_min_T"])))
    least = np.array([[float(row[column]) for _, column, _ in LIMITS] for row in found])
    return Ladder(tuple(row["grade"] for row in found), least)


def assign(family: str, table: Mapping[str, Array]) -> tuple[list[str], list[str]]:
    """The best grade that each sample reaches, and the property that the next one lacks most; a name per sample.

    `table` holds T, kA/m and kJ/m³ by name, shape (samples,) each. A magnet below the weakest grade is said to be
    "below" it; the best grade has no next, so nothing limits it ("").

    >>> weak = {"Br_T": np.array([1.05]), "Hcj_kA_m": np.array([1700.0]), "BHmax_kJ_m3": np.array([210.0])}
    >>> assign("Sm2Co17", weak)
    (['below YXG24H'], ['Hcj'])
    """
    steps = ladder(family)
    has = np.stack([table[name] for name, _, _ in LIMITS], axis=1)
    met = np.all(has[:, None] >= steps.least * (1.0 - 1e-12), axis=2)
    best = np.where(met.any(axis=1), met.shape[1] - 1 - np.argmax(met[:, ::-1], axis=1), -1)
    following = np.minimum(best + 1, len(steps.names) - 1)
    short = np.argmin(has / steps.least[following], axis=1)
    words = np.array([word for _, _, word in LIMITS])[short]
    names = np.array([f"below {steps.names[0]}", *steps.names])[best + 1]
    return names.tolist(), np.where(best == len(steps.names) - 1, "", words).tolist()
