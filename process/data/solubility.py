"""Solubility of single salts in water: what crystallises from a strip liquor, a raffinate or a sulfate solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows

WATER = 1.00296
"""Volume of 1 kg of water at 25 degC, L."""


@dataclass(frozen=True, slots=True)
class Solubility:
    """The saturated solution of one pure salt in water near 25 degC.

    `molality` in mol of salt per kg of water, `volume` the apparent molar volume of the salt there in L/mol (None for
    dilute ones, where it is of no account). A formula holds `cations` of the `cation`, one `partner` where it is a
    double salt (else ""), and `anions` of the `anion` ("Cl" or "SO4"). Salts of one `group` share a crystal, so they
    count together.
    """

    salt: str
    group: str
    cation: str
    cations: int
    partner: str
    anion: str
    anions: int
    molality: Fact
    volume: Fact | None

    @property
    def molarity(self) -> float:
        """mol of salt per litre of saturated solution: m / (1.003 + m volume).

        >>> known = solubilities()
        >>> round(known["NdCl3"].molarity, 2), round(known["NaCl"].molarity, 2)
        (3.51, 5.42)
        """
        return self._molar(self.molality.value, self.volume.value if self.volume else 0.0)

    @property
    def molarity_range(self) -> tuple[float, float]:
        """The least and most mol/L that the ranges of molality and volume allow."""
        least, most = (self.volume.low, self.volume.high) if self.volume else (0.0, 0.0)
        return self._molar(self.molality.low, most), self._molar(self.molality.high, least)

    @staticmethod
    def _molar(molality: float, volume: float) -> float:
        return molality / (WATER + molality * volume)


@cache
def solubilities() -> Mapping[str, Solubility]:
    """Every salt with a solubility (mol per kg of water) by its formula; nitrates are too soluble to matter.

    >>> solubilities()["CaSO4"].molality.value
    0.0153
    """
    found: dict[str, dict[str, Fact]] = {}
    heads = {}
    for row in rows("solubility"):
        heads[row["salt"]] = row
        found.setdefault(row["salt"], {})[row["parameter"]] = fact(row)
    return MappingProxyType(
        {
            salt: Solubility(
                salt=salt,
                group=row["group"],
                cation=row["cation"],
                cations=int(row["cations"]),
                partner=row["partner"],
                anion=row["anion"],
                anions=int(row["anions"]),
                molality=found[salt]["molality"],
                volume=found[salt].get("volume"),
            )
            for salt, row in heads.items()
        }
    )
