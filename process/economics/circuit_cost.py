"""What a circuit's design costs a year: the part of the cost that stages and flows change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..data import circuit_costs, cost_index, cost_rates, exchange_rate
from ..data.equipment import EquipmentCost, equipment
from ..elements import molar_mass
from .capital import recovery_factor
from .equipment import bare_cost, pieces
from .installed import factors, shares
from .pricebook import CostError, PriceBook

Array = NDArray[np.float64]


class Sized(Protocol):
    """What a circuit holds and takes: m³, kmol, and kmol/h of reagents."""

    @property
    def volume(self) -> Array:
        """m³ of all mixer-settlers."""

    @property
    def mixer_settlers(self) -> Array:
        """How many there are: one a stage, strip included."""

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


def mixer_settler() -> EquipmentCost:
    """What one mixer-settler costs, USD of its year at a size in m³: the same figure as in a flowsheet's capital.

    >>> mixer_settler().fact.value, mixer_settler().size, mixer_settler().unit
    (303517.0, 9.25, 'm^3')
    """
    return equipment()["mixer_settler"]


def installed_cost(volume: float, number: float, year: int, region: str) -> float:
    """USD of `year` in `region` for `number` mixer-settlers of `volume` m³ in all, piece by piece, installed.

    Bare equipment × (1 + installation) × location × compliance, as `purchases` and `installed` of a flowsheet have it,
    but without the scope factor of a plant: utilities, infrastructure and owner's cost do not come with one more stage.
    `number` may be a fraction; every piece is of the mean size. Raises CostError for a region without factors.

    >>> round(installed_cost(9.25, 1, 2016, "us"))  # 303,517 USD bare, 2.97 times that installed
    901445
    >>> round(installed_cost(1000.0, 50, 2016, "us") / 1e6, 2)  # of 20 m³ each
    63.77
    """
    base = mixer_settler()
    size = np.array([volume], dtype=np.float64)
    bare = bare_cost(base, size, pieces(base, size, np.array([number], dtype=np.float64)))
    return float(bare[0]) * _installed_over_bare(year, region)


@cache
def _installed_over_bare(year: int, region: str) -> float:
    """USD of `year` in `region` that stand for one of bare mixer-settlers, in the money of their account."""
    account = mixer_settler()
    usd = 1.0 / exchange_rate(account.currency, account.fact.year).value
    index = cost_index(year).value / cost_index(account.fact.year).value
    here, rules = factors(region)
    return float(usd * index * (1.0 + sum(shares().values())) * here * rules)


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
    interest: float | None = None,
    life: float | None = None,
) -> CircuitCost:
    """USD a year of what a design decides; `hours` of operation a year, prices of the book's region and year.

    `base` is the price-book item of the soap's base, `extractant_mass` kg per kmol, `extractant_density` kg/L;
    `rare_earth_value` USD per kmol of what the circuit holds. What is held costs the discount rate `interest`, a
    fraction a year; capital is charged over `life` years; both are the data's where they are not given. Raises
    CostError where the region has no price or the base is not known.
    """
    if base not in BASES:
        raise CostError(f"no base {base!r} for the soap", f"use one of {', '.join(BASES)}")
    rates = cost_rates()
    interest = rates["discount_rate"].value if interest is None else interest
    life = rates["life"].value if life is None else life
    investment = installed_cost(float(sizes.volume), float(sizes.mixer_settlers), book.year, book.region)

    def usd(item: str, kg: float) -> float:
        return kg * float(book.price(item).per("kg"))

    extractant_kg = float(sizes.extractant_inventory) * extractant_mass
    diluent = max(float(sizes.organic_inventory) - extractant_kg / extractant_density / 1000.0, 0.0) * 1000.0
    held = usd(extractant, extractant_kg) + usd("kerosene", diluent * circuit_costs()["diluent_density"].value)
    acid = (float(sizes.scrub_acid) + float(sizes.strip_acid)) * molar_mass("HCl")
    costs = (
        investment * recovery_factor(interest, life),
        investment * rates["maintenance"].value,
        usd(base, float(sizes.base) * molar_mass(BASES[base])) * hours,
        usd("HCl", acid) * hours,
        held * interest,
        float(sizes.rare_earth_inventory) * rare_earth_value * interest,
    )
    return CircuitCost(dict(zip(CAUSES, costs, strict=True)), investment + held)
