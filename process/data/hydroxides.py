"""Solubility of metal hydroxides against pH: what falls out of a liquor that a base brings to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows


@dataclass(frozen=True, slots=True)
class Hydroxide:
    """Equilibrium of a freshly precipitated hydroxide at 25 degC: solid + `charge` H+ = cation + water.

    `log_k` is log10 of cation / [H+]^charge in mol per kg of water, without activity coefficients and complexes.
    """

    element: str
    phase: str
    charge: int
    log_k: Fact

    def solubility(self, ph: float) -> float:
        """mol of the cation per kg of water in equilibrium with the solid at a pH.

        >>> round(hydroxides()["Al"].solubility(4.5), 5)
        0.002
        """
        return float(10.0 ** (self.log_k.value - self.charge * ph))


@cache
def hydroxides() -> Mapping[str, Hydroxide]:
    """Every element with a solubility constant of its hydroxide (log10, mol/kg), by its symbol.

    >>> hydroxides()["Fe"].log_k.value
    3.191
    """
    return MappingProxyType(
        {
            row["element"]: Hydroxide(row["element"], row["phase"], int(row["charge"]), fact(row))
            for row in rows("hydroxide_solubility")
        }
    )
