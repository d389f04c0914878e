"""Regions, prices, wages, labour, capital bases and indices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, at_year, fact, rows


@dataclass(frozen=True, slots=True)
class Region:
    """Where a stage stands: the key of its prices, wages and build cost."""

    key: str
    title: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A price of an item in a region as read: `fact` in `currency` per `fact.unit`, and the cause that it counts to."""

    item: str
    region: str
    fact: Fact
    currency: str
    cause: str


@dataclass(frozen=True, slots=True)
class Labour:
    """Person-years per t of a stage's main output (`basis` REO or mass), and the stages that the figure covers.

    `staff` is "operating" (administration and quality come on top) or "all".
    """

    stage: str
    fact: Fact
    basis: str
    covers: tuple[str, ...]
    staff: str


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant whose cost is known: `cost` in millions of `currency` of its year, for `capacity` t/y (`basis`)."""

    stage: str
    title: str
    cost: Fact
    currency: str
    region: str
    capacity: float
    basis: str


@cache
def regions() -> Mapping[str, Region]:
    """The regions with a price book."""
    return MappingProxyType(
        {row["region"]: Region(row["region"], row["title"], row["country"], row["currency"]) for row in rows("regions")}
    )


@cache
def price_book() -> Mapping[tuple[str, str], Quote]:
    """Every quoted price by (item, region)."""
    return MappingProxyType(
        {
            (row["item"], row["region"]): Quote(row["item"], row["region"], fact(row), row["currency"], row["cause"])
            for row in rows("price_book")
        }
    )


@cache
def _oxides() -> Mapping[str, Mapping[int, Fact]]:
    out: dict[str, dict[int, Fact]] = {}
    for row in rows("prices"):
        if row["element"]:
            out.setdefault(row["element"], {})[int(row["year"])] = fact(row)
    return MappingProxyType(out)


def oxide_price(element: str, year: int) -> Fact:
    """USD per kg of an element's conventional oxide, annual average; held from the nearest year where it has no row.

    >>> oxide_price("Dy", 2023).value, oxide_price("Dy", 2030).year
    (330.0, 2024)
    """
    return at_year(_oxides()[element], year)


def prices(year: int) -> Mapping[str, Fact]:
    """USD per kg oxide of every rare earth in a year."""
    return MappingProxyType({element: at_year(known, year) for element, known in _oxides().items()})


@cache
def market_prices() -> Mapping[tuple[str, str], Mapping[int, Fact]]:
    """What traded goods fetch, by (item, region) and year, in the fact's unit: to compare with, never to compute with.

    >>> market_prices()["NdPr oxide", "china"][2024].value
    51.0
    """
    out: dict[tuple[str, str], dict[int, Fact]] = {}
    for row in rows("prices"):
        if not row["element"]:
            out.setdefault((row["item"], row["region"]), {})[int(row["year"])] = fact(row)
    return MappingProxyType({key: MappingProxyType(years) for key, years in out.items()})


@cache
def _index() -> Mapping[int, Fact]:
    return MappingProxyType({int(row["year"]): fact(row) for row in rows("cost_index")})


def cost_index(year: int) -> Fact:
    """The plant cost index of a year (CEPCI); held from the nearest year where it has none.

    >>> round(cost_index(2024).value / cost_index(2022).value, 4)
    0.9789
    """
    return at_year(_index(), year)


@cache
def _rates() -> Mapping[str, Mapping[int, Fact]]:
    out: dict[str, dict[int, Fact]] = {}
    for row in rows("exchange_rates"):
        out.setdefault(row["currency"], {})[int(row["year"])] = fact(row)
    return MappingProxyType(out)


def exchange_rate(currency: str, year: int) -> Fact:
    """Units of a currency per USD, average of a year; held from the nearest year where it has none.

    >>> exchange_rate("CNY", 2023).value
    7.0809
    """
    return at_year(_rates()[currency], year)


@cache
def wages() -> Mapping[str, Mapping[str, Fact]]:
    """By region: `wage` in the `unit` a year, and `burden`, what the employer pays on top as a share of it."""
    out: dict[str, dict[str, Fact]] = {}
    for row in rows("wages"):
        out.setdefault(row["region"], {})[row["item"]] = fact(row)
    return MappingProxyType({region: MappingProxyType(items) for region, items in out.items()})


@cache
def labour() -> Mapping[str, Labour]:
    """Labour by stage."""
    return MappingProxyType(
        {
            row["stage"]: Labour(row["stage"], fact(row), row["basis"], tuple(row["covers"].split()), row["staff"])
            for row in rows("labour")
        }
    )


@cache
def capital() -> Mapping[str, Plant]:
    """The plant that each stage's capital is scaled from."""
    return MappingProxyType(
        {
            row["stage"]: Plant(
                row["stage"],
                row["title"],
                fact(row),
                row["currency"],
                row["region"],
                float(row["capacity"]),
                row["basis"],
            )
            for row in rows("capital")
        }
    )


@cache
def regional_factors() -> Mapping[tuple[str, str], Fact]:
    """Ratios between regions by (factor, region): `build_cost` relative to the US."""
    return MappingProxyType({(row["factor"], row["region"]): fact(row) for row in rows("regional_factors")})


@cache
def cost_rates() -> Mapping[str, Fact]:
    """Rates and choices of method: exponent, discount rate, life, maintenance, insurance, administration, quality."""
    return MappingProxyType({row["item"]: fact(row) for row in rows("cost_rates")})


@cache
def circuit_costs() -> Mapping[str, Fact]:
    """What mixer-settlers cost: million USD at a volume in m³, its exponent, the installed factor; kerosene in kg/L."""
    return MappingProxyType({row["item"]: fact(row) for row in rows("circuit_costs")})


@cache
def waste_costs() -> Mapping[tuple[str, str], Fact]:
    """USD per t of waste by (form, region); the form `other` stands for any that is not listed."""
    return MappingProxyType({(row["form"], row["region"]): fact(row) for row in rows("waste")})


@cache
def by_product_values() -> Mapping[tuple[str, str], Fact]:
    """USD per kg of an element that is not a rare earth, by (form of the stream, element)."""
    return MappingProxyType({(row["form"], row["element"]): fact(row) for row in rows("by_products")})
