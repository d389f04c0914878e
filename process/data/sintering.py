"""What sintering of R-Fe-B rests on: rates, sizes and windows, and the vapour pressures of the rare earths."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ..elements import RARE_EARTHS
from .facts import Fact, fact, rows

ATMOSPHERE = 101325.0
"""Pa."""


@cache
def known() -> Mapping[str, Fact]:
    """Numbers of the sintering model by name, each in the unit of its row. Source: data/sintering.csv.

    >>> known()["work_energy"].value, known()["work_energy"].assumed
    (400.0, True)
    """
    return MappingProxyType({row["key"]: fact(row) for row in rows("sintering")})


@cache
def numbers() -> Mapping[str, float]:
    """The values of `known()` alone."""
    return MappingProxyType({name: one.value for name, one in known().items()})


@cache
def vapour_pressures() -> Mapping[str, tuple[float, float, float, float]]:
    """Coefficients by rare earth of log10 (p/atm) = a + b/T + c log10 T + d T/1000, T in K.

    Of the liquid where the metal melts below 1300 K, since the RE-rich phase is one, else of the solid.
    Source: data/vapour_pressures.csv.

    >>> a, b, c, d = vapour_pressures()["Nd"]
    >>> round(10 ** (a + b / 1333.0) * ATMOSPHERE, 4)
    0.0111
    """
    found = {row["element"]: row for row in rows("vapour_pressures")}
    return MappingProxyType(
        {name: tuple(float(found[name][key]) for key in "abcd") for name in RARE_EARTHS}  # type: ignore[misc]
    )
