"""What a circuit's design costs a year: the part of the cost that stages and flows change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..data import circuit_costs, cost_index, cost_rates, regional_factors
from ..elements import molar_mass
from .capital import recovery_factor
from .pricebook import CostError, PriceBook

Array = NDArray[np.float64]


class Sized(Protocol):
    """What a circuit holds and takes: m³, kmol, and kmol/h of reagents."""

    @property
    def volume(self) -> Array:
        """m³ of all mixer-settlers."""

    @property
    def organic_inventory(self) -> Array:
        """m³ of organic held."""

    @property
    def extractant_inventory(self) -> Array:
        """kmol of extractant held."""

    @property
    def rare_earth_inventory(self) -> Array:
        """kmol of rare earths held."""

    @property
    def base(self) -> Array:
        """kmol/h for the soap."""

    @property
    def scrub_acid(self) -> Array:
        """kmol/h for the scrub."""

    @property
    def strip_acid(self) -> Array:
        """kmol/h for the strip."""


CAUSES = ("mixer-settlers", "maintenance", "base", "acid", "organic held", "rare earths held")
BASES = {"NaOH": "NaOH", "ammonia": "NH3"}
"""Price-book items of the bases, and their formulas: one equivalent a mole."""


@dataclass(frozen=True)
class CircuitCost:
    """USD a year by cause; power, heat and losses of organic hang on the feed alone and are left out."""

    by_cause: Mapping[str, float]
    investment: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_cause", MappingProxyType(dict(self.by_cause)))

    def __hash__(self) -> int:
        return hash((frozenset(self.by_cause.items()), self.investment))

    def __reduce__(self) -> tuple[object, ...]:
        return CircuitCost, (dict(self.by_cause), self.investment)

    @property
    def total(self) -> float:
        """USD a year."""
        return sum(self.by_cause.values())


def installed_cost(volume: float, year: int, region: str) -> float:
    """USD of `year` in `region` for mixer-settlers of `volume` m³ in all, installed.

    >>> round(installed_cost(231.3, 2016, "us") / 1e6, 2)  # 1.285 million bare, 2.97 times that installed
    3.82
    """
    facts, factors = circuit_costs(), regional_factors()
    if ("build_cost", region) not in factors:
        raise CostError(f"no build-cost factor for the region {region!r}", "use a region with a price book")
    bare = facts["mixer_settlers"].value * 1e6 * (volume / facts["volume"].value) ** facts["exponent"].value
    index = cost_index(year).value / cost_index(facts["mixer_settlers"].year).value
    ratio = factors["build_cost", region].value / factors["build_cost", "us"].value
    return float(bare * facts["installed"].value * index * ratio)


def circuit_cost(
    sizes: Sized,
    book: PriceBook,
    *,
    base: str,
    extractant: str,
    extractant_mass: float,
    extractant_density: float,
    rare_earth_value: float,
    hours: float,
) -> CircuitCost:
    """USD a year of what a design decides; `hours` of operation a year, prices of the book's region and year.

    `base` is the price-book item of the soap's base, `extractant_mass` kg per kmol, `extractant_density` kg/L;
    `rare_earth_value` USD per kmol of what the circuit holds. What is held costs the discount rate. Raises CostError
    where the region has no price or the base is not known.
    """
    if base not in BASES:
        raise CostError(f"no base {base!r} for the soap", f"use one of {', '.join(BASES)}")
    rates = cost_rates()
    interest = rates["discount_rate"].value
    investment = installed_cost(float(sizes.volume), book.year, book.region)

    def usd(item: str, kg: float) -> float:
        return kg * float(book.price(item).per("kg"))

    extractant_kg = float(sizes.extractant_inventory) * extractant_mass
    diluent = max(float(sizes.organic_inventory) - extractant_kg / extractant_density / 1000.0, 0.0) * 1000.0
    held = usd(extractant, extractant_kg) + usd("kerosene", diluent * circuit_costs()["diluent_density"].value)
    acid = (float(sizes.scrub_acid) + float(sizes.strip_acid)) * molar_mass("HCl")
    costs = (
        investment * recovery_factor(interest, rates["life"].value),
        investment * rates["maintenance"].value,
        usd(base, float(sizes.base) * molar_mass(BASES[base])) * hours,
        usd("HCl", acid) * hours,
        held * interest,
        float(sizes.rare_earth_inventory) * rare_earth_value * interest,
    )
    return CircuitCost(dict(zip(CAUSES, costs, strict=True)), investment + held)
