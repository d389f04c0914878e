"""Rare-earth metals: where they melt and boil, and the heat of forming their oxides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..elements import RARE_EARTHS
from .facts import Fact, fact, rows

Array = NDArray[np.float64]


@cache
def metal_facts() -> Mapping[tuple[str, str], Fact]:
    """Properties by name and property: `melting` and `boiling` in degC, `oxide_enthalpy`, `enthalpy` in kJ/mol.

    `oxide_enthalpy` is that of half a mol of R2O3 from the elements at 25 degC; CO, CO2 and CaF2 have rows too.

    >>> metal_facts()["Nd", "melting"].value
    1016.0
    """
    return MappingProxyType({(row["name"], row["property"]): fact(row) for row in rows("rare_earth_metals")})


@cache
def of_rare_earths(name: str) -> Array:
    """One property of every rare earth in the order of `RARE_EARTHS`, shape (rare earths,), read-only.

    >>> [metal for metal, at in zip(RARE_EARTHS, of_rare_earths("boiling")) if at < 2000.0]
    ['Sm', 'Eu', 'Tm', 'Yb']
    """
    out = np.array([metal_facts()[element, name].value for element in RARE_EARTHS])
    out.flags.writeable = False
    return out
