"""Densities of the phases of sintered R-Fe-B, as the volumes of their formula units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from ..elements import COUNT, INDEX, molar_mass

Array = NDArray[np.float64]


@cache
def densities() -> Mapping[tuple[str, str], Fact]:
    """Densities (g/cm3, 20 degC) by phase and formula. Source: data/magnet_phases.csv.

    >>> densities()["R2T14B", "Nd2Fe14B"].value, densities()["RE-rich", "Nd"].value
    (7.6, 7.01)
    """
    return MappingProxyType({(row["phase"], row["formula"]): fact(row) for row in rows("magnet_phases")})


def unit_volume(phase: str, formula: str) -> float:
    """Volume of a formula unit, cm3/mol.

    >>> round(unit_volume("R2T14B", "Nd2Fe14B"), 1)
    142.3
    """
    return molar_mass(formula) / densities()[phase, formula].value


def _by_element(phase: str, pattern: str) -> Array:
    out = np.full(COUNT, unit_volume(phase, pattern.format("Nd")))
    for name, column in INDEX.items():
        if (phase, pattern.format(name)) in densities():
            out[column] = unit_volume(phase, pattern.format(name))
    out.flags.writeable = False
    return out


@cache
def hard_volumes() -> Array:
    """Volume of R2Fe14B for each rare earth, cm3/mol, shape (elements,); that of Nd where no cell is known."""
    return _by_element("R2T14B", "{}2Fe14B")


@cache
def metal_volumes() -> Array:
    """Atomic volumes of the metals of the RE-rich phase, cm3/mol, shape (elements,); that of Nd for all others."""
    return _by_element("RE-rich", "{}")
