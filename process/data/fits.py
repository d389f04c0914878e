"""Published correlations of distribution ratios with pH and dose, for the extractants that literature fitted so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from .facts import Fact, Row, fact, rows

TERMS = ("m0", "m1", "b0", "b1")
"""The coefficients of one element in `correlations.csv`."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Coefficients of log10 D = (m0 + m1 dose) pH + b0 + b1 log10 dose, D organic over aqueous, dose in vol%."""

    m0: Fact
    m1: Fact
    b0: Fact
    b1: Fact

    def log_d(self, ph: float, dose: float) -> float:
        """log10 D, dimensionless, at a pH and a dose in vol% (> 0)."""
        slope = self.m0.value + self.m1.value * dose
        return slope * ph + self.b0.value + self.b1.value * math.log10(dose)


@dataclass(frozen=True, slots=True)
class CorrelationSet:
    """Correlations of one extractant and medium, fitted together.

    `molar_mass` in g/mol and `density` in g/L of the pure extractant: a concentration C in g/L of free extractant is a
    dose of 100 C / density vol%. `elements` have a correlation, `constant` a D that moves with nothing. `molecules` is
    what one ion takes of the extractant (mol/mol) and releases as H+. `log_ka` is log10 of the dissociation of HSO4-,
    mol/L; `masses` in g/mol of H, HSO4 and SO4 as its authors round them. `ranges` are the conditions it was run at:
    "dose" in vol%, "ph".
    """

    name: str
    extractant: str
    medium: str
    molar_mass: Fact
    density: Fact
    elements: Mapping[str, Correlation]
    constant: Mapping[str, Fact]
    molecules: Mapping[str, float]
    log_ka: Fact
    masses: Mapping[str, float]
    ranges: Mapping[str, tuple[float, float]]

    def __reduce__(self) -> tuple[object, ...]:
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return _rebuilt, ({key: dict(one) if isinstance(one, Mapping) else one for key, one in given.items()},)


def _rebuilt(given: Mapping[str, Any]) -> CorrelationSet:
    """What pickle calls: read-only mappings do not pickle by themselves."""
    fields: dict[str, Any] = {
        key: MappingProxyType(one) if isinstance(one, dict) else one for key, one in given.items()
    }
    return CorrelationSet(**fields)


def _set(name: str, own: list[Row]) -> CorrelationSet:
    whole = {row["parameter"]: fact(row) for row in own if not row["element"]}
    terms: dict[str, dict[str, Fact]] = {}
    for row in own:
        if row["element"]:
            terms.setdefault(row["element"], {})[row["parameter"]] = fact(row)
    extractant, medium = name.split()
    return CorrelationSet(
        name=name,
        extractant=extractant,
        medium=medium,
        molar_mass=whole["molar_mass"],
        density=whole["density"],
        elements=MappingProxyType(
            {element: Correlation(*(one[term] for term in TERMS)) for element, one in terms.items() if "m0" in one}
        ),
        constant=MappingProxyType({element: one["d"] for element, one in terms.items() if "d" in one}),
        molecules=MappingProxyType({element: one["molecules"].value for element, one in terms.items()}),
        log_ka=whole["log_ka"],
        masses=MappingProxyType(
            {item.removeprefix("mass."): one.value for item, one in whole.items() if item.startswith("mass.")}
        ),
        ranges=MappingProxyType(
            {
                item.removeprefix("range."): (one.low, one.high)
                for item, one in whole.items()
                if item.startswith("range.")
            }
        ),
    )


@cache
def correlations() -> Mapping[str, CorrelationSet]:
    """Every set of correlations (D dimensionless) by its name.

    >>> fitted = correlations()["D2EHPA sulphate"]
    >>> round(fitted.elements["Dy"].log_d(ph=1.469, dose=5.0), 3), fitted.molecules["Ca"]
    (0.542, 2.0)
    """
    sets: dict[str, list[Row]] = {}
    for row in rows("correlations"):
        sets.setdefault(row["set"], []).append(row)
    return MappingProxyType({name: _set(name, own) for name, own in sets.items()})
