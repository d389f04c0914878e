"""Activity data of the aqueous phase: Pitzer parameters of chlorides and the chloride complexes of rare earths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..elements import RARE_EARTHS
from .facts import Fact, fact, rows


@dataclass(frozen=True, slots=True)
class Pitzer:
    """Pitzer parameters of one pure chloride in water at 25 degC, molal, on alpha 2 and b 1.2 (kg/mol)^0.5.

    `charge` of the cation; `beta0` and `beta1` in kg/mol, `cphi` in kg^2/mol^2, as they stand in the equations (not
    times 3/2 for a 3-1 salt). Mixing terms are not in the data.
    """

    cation: str
    charge: float
    beta0: Fact
    beta1: Fact
    cphi: Fact


@cache
def pitzer() -> Mapping[str, Pitzer]:
    """Pitzer parameters (kg/mol) by cation: seven rare earths (La, Ce, Pr, Nd, Sm, Dy, Y), H, Na, NH4, Mg, Ca.

    >>> pitzer()["Nd"].beta0.value, pitzer()["H"].beta1.value
    (0.5877, 0.2945)
    """
    found: dict[str, dict[str, Fact]] = {}
    charges: dict[str, float] = {}
    for row in rows("pitzer"):
        found.setdefault(row["cation"], {})[row["parameter"]] = fact(row)
        charges[row["cation"]] = float(row["charge"])
    return MappingProxyType(
        {name: Pitzer(name, charges[name], one["beta0"], one["beta1"], one["Cphi"]) for name, one in found.items()}
    )


@cache
def _chloride() -> Mapping[str, Fact]:
    return MappingProxyType({row["parameter"]: fact(row) for row in rows("chloride_complexes")})


def chloride_strengths() -> tuple[float, float]:
    """The least and most ionic strength (mol/L) at which chloride complexes were measured.

    >>> chloride_strengths()
    (0.0, 6.0)
    """
    bounds = _chloride()["ionic_strength"]
    return bounds.low, bounds.high


def chloride_log_beta(ionic_strength: ArrayLike) -> NDArray[np.float64]:
    """log10 of beta of MCl2+, L/mol, (...), at ionic strengths in mol/L, (...), held at the most that was measured.

    >>> chloride_log_beta([0.0, 6.0, 9.0]).round(3).tolist()
    [0.65, -0.786, -0.786]
    """
    found = _chloride()
    root = np.sqrt(np.minimum(np.asarray(ionic_strength, dtype=np.float64), found["ionic_strength"].high))
    return np.asarray(found["log_beta0"].value - found["slope"].value * root / (1.0 + found["root"].value * root))


def chloride_complexes(ionic_strength: float = 1.0) -> Mapping[str, Fact]:
    """log10 of beta = [MCl2+] / ([M3+] [Cl-]), L/mol, by rare earth at an ionic strength in mol/L, 25 degC.

    Alike for all rare earths, so it moves levels and no separation factor: log10 beta = 0.65 - 3.066 I^0.5 / (1 +
    1.727 I^0.5), measured from 0 to 6 mol/L (Luo and Byrne 2001); ValueError outside. Sc is not a part of it. At zero
    it is the thermodynamic constant, for use with activity coefficients. An extraction constant fitted to total
    concentrations has the complexes in it already.

    >>> round(chloride_complexes(1.0)["Nd"].value, 3)
    -0.474
    """
    low, high = chloride_strengths()
    if not low <= ionic_strength <= high:
        raise ValueError(
            f"chloride complexes are known from {low:g} to {high:g} mol/L ionic strength, "
            f"not at {ionic_strength:g}; use the nearest bound"
        )
    zero = _chloride()["log_beta0"]
    shift = zero.value - float(chloride_log_beta(ionic_strength))
    number = replace(zero, value=zero.value - shift, low=zero.low - shift, high=zero.high - shift)
    return MappingProxyType({name: number for name in RARE_EARTHS if name != "Sc"})


@cache
def media() -> Mapping[str, Fact]:
    """What the models of a medium assume: "reference_acid" and "pitzer_strength" in mol/L, "log_ka" of HSO4-.

    >>> media()["reference_acid"].value, media()["pitzer_strength"].high
    (0.5, 10.0)
    """
    return MappingProxyType({row["item"]: fact(row) for row in rows("media")})
