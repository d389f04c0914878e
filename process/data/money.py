"""Regions, prices, wages, labour, capital bases and indices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from .facts import Fact, Row, at_year, fact, rows


@dataclass(frozen=True, slots=True)
class Region:
    """Where a stage stands: the key of its prices, wages and build cost.

    `prices_like` names the region whose prices stand in for those that this one has not, times a factor; empty where it
    has all. `note` says why.
    """

    key: str
    title: str
    country: str
    currency: str
    prices_like: str = ""
    note: str = ""


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

    `staff` is "operating" (administration and quality come on top) or "all". `kinds` are the kinds of unit that make a
    stage be read so; empty for the usual one.
    """

    stage: str
    fact: Fact
    basis: str
    covers: tuple[str, ...]
    staff: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant whose cost is known: `cost` in millions of `currency` of its year, for `capacity` t/y (`basis`).

    `kinds` are the kinds of unit that make a stage be scaled from it; empty for the usual one.
    """

    stage: str
    title: str
    cost: Fact
    currency: str
    region: str
    capacity: float
    basis: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """What a by-product of a form fetches, by an element that it holds.

    With an `item` of the price book, `fact` is the share of its price that the by-product fetches, and `formula` what
    the element counts as; without, USD per kg of the element. `bound` is mol of the element that a mol of others binds:
    the sodium of a phosphate is no caustic.
    """

    form: str
    element: str
    fact: Fact
    item: str
    formula: str
    bound: Mapping[str, float]


@cache
def regions() -> Mapping[str, Region]:
    """The regions that a file may name."""
    keys = ("region", "title", "country", "currency", "prices_like", "note")
    return MappingProxyType({row["region"]: Region(*(row[key] for key in keys)) for row in rows("regions")})


@cache
def _quotes() -> Mapping[tuple[str, str], Mapping[int, Quote]]:
    out: dict[tuple[str, str], dict[int, Quote]] = {}
    for row in rows("price_book"):
        quote = Quote(row["item"], row["region"], fact(row), row["currency"], row["cause"])
        out.setdefault((quote.item, quote.region), {})[quote.fact.year] = quote
    return MappingProxyType({key: MappingProxyType(years) for key, years in out.items()})


@cache
def price_book() -> Mapping[tuple[str, str], Quote]:
    """The latest quoted price by (item, region); `quote` knows those of other years."""
    return MappingProxyType({key: years[max(years)] for key, years in _quotes().items()})


def quote(item: str, region: str, year: int) -> Quote | None:
    """The price of an item in a region as quoted for a year: its own row, else the latest before, else the earliest.

    >>> [quote("mischmetal", "us", year).fact.value for year in (2019, 2022, 2030)], quote("mischmetal", "mars", 2024)
    ([5.0, 7.0, 5.0], None)
    """
    known = _quotes().get((item, region))
    if known is None:
        return None
    return known[at_year({year: one.fact for year, one in known.items()}, year).year]


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
def exchange_years() -> Mapping[str, tuple[int, int]]:
    """The currencies with an exchange rate, USD first, and the first and last year of their rates.

    >>> exchange_years()["MYR"]
    (2020, 2024)
    """
    return MappingProxyType({currency: (min(known), max(known)) for currency, known in _rates().items()})


@cache
def wages() -> Mapping[str, Mapping[str, Fact]]:
    """By region: `wage` in the `unit` a year, and `burden`, what the employer pays on top as a share of it."""
    out: dict[str, dict[str, Fact]] = {}
    for row in rows("wages"):
        out.setdefault(row["region"], {})[row["item"]] = fact(row)
    return MappingProxyType({region: MappingProxyType(items) for region, items in out.items()})


def _labour(row: Row) -> Labour:
    covers, kinds = tuple(row["covers"].split()), tuple(row["kinds"].split())
    return Labour(row["stage"], fact(row), row["basis"], covers, row["staff"], kinds)


@cache
def _labours() -> tuple[Labour, ...]:
    return tuple(_labour(row) for row in rows("labour"))


@cache
def labour() -> Mapping[str, Labour]:
    """Labour by stage, of its usual kind; `labour_of` looks at the units that it has."""
    return MappingProxyType({one.stage: one for one in _labours() if not one.kinds})


def labour_of(stage: str, kinds: Collection[str]) -> Labour:
    """Labour of a stage that has units of these kinds.

    >>> labour_of("mine", ["mine", "flotation"]).fact.value, labour_of("mine", ["in_situ_leach"]).fact.value
    (0.008, 0.3)
    """
    special = (one for one in _labours() if one.stage == stage and not set(one.kinds).isdisjoint(kinds))
    return next(special, labour()[stage])


def _plant(row: Row) -> Plant:
    capacity, kinds = float(row["capacity"]), tuple(row["kinds"].split())
    return Plant(row["stage"], row["title"], fact(row), row["currency"], row["region"], capacity, row["basis"], kinds)


@cache
def _plants() -> tuple[Plant, ...]:
    return tuple(_plant(row) for row in rows("capital"))


@cache
def capital() -> Mapping[str, Plant]:
    """The plant that each stage's capital is scaled from, of its usual kind; `plant_of` looks at its units."""
    return MappingProxyType({one.stage: one for one in _plants() if not one.kinds})


def plant_of(stage: str, kinds: Collection[str]) -> Plant:
    """The plant that the capital of a stage with units of these kinds is scaled from.

    >>> plant_of("mine", ["in_situ_leach"]).capacity, plant_of("mine", ["mine"]).capacity
    (4000.0, 26300.0)
    """
    special = (one for one in _plants() if one.stage == stage and not set(one.kinds).isdisjoint(kinds))
    return next(special, capital()[stage])


@cache
def regional_factors() -> Mapping[tuple[str, str], Fact]:
    """Ratios between regions by (factor, region).

    `build_cost` relative to the US, and its parts: `location`, and `compliance`, which is what location leaves of it;
    `compliance.magnet` is that of a group of stages, where plants say so (`investment.compliance`);
    `price` and `waste` relative to the region whose prices stand in.

    >>> factors = regional_factors()
    >>> [round(factors[name, "china"].value, 4) for name in ("build_cost", "location", "compliance")]
    [0.33, 0.92, 0.3587]
    """
    out = {(row["factor"], row["region"]): fact(row) for row in rows("regional_factors")}
    for region in [region for factor, region in out if factor == "location"]:
        whole, place = out["build_cost", region], out["location", region].value
        low, value, high = whole.low / place, whole.value / place, whole.high / place
        note = f"what location leaves of the build cost: permits, standards, domestic equipment; {whole.note}"
        out["compliance", region] = replace(whole, value=value, low=low, high=high, note=note)
    return MappingProxyType(out)


@cache
def cost_rates() -> Mapping[str, Fact]:
    """Rates and choices of method: exponent, discount rate, life, maintenance, insurance, administration, quality."""
    return MappingProxyType({row["item"]: fact(row) for row in rows("cost_rates")})


@cache
def circuit_costs() -> Mapping[str, Fact]:
    """What a circuit holds: the density of its diluent, kerosene, in kg/L; equipment.csv has what its stages cost."""
    return MappingProxyType({row["item"]: fact(row) for row in rows("circuit_costs")})


@cache
def waste_costs() -> Mapping[tuple[str, str], Fact]:
    """USD per t of waste by (form, region); the form `other` stands for any that is not listed."""
    return MappingProxyType({(row["form"], row["region"]): fact(row) for row in rows("waste")})


@cache
def by_product_values() -> Mapping[tuple[str, str], Fact]:
    """USD per kg of an element that is not a rare earth, by (form, element): co-products, which share costs."""
    return MappingProxyType(
        {(row["form"], row["element"]): fact(row) for row in rows("by_products") if row["way"] == "co-product"}
    )


def _bound(text: str) -> Mapping[str, float]:
    pairs = (pair.split(":") for pair in text.split())
    return MappingProxyType({element: float(moles) for element, moles in pairs})


@cache
def credits() -> Mapping[str, Credit]:
    """By-products by form that share no costs: what they fetch is taken off the unit that makes them.

    >>> credits()["caustic liquor"].item, credits()["trisodium phosphate"].fact.unit
    ('NaOH', 'USD/kg')
    """
    return MappingProxyType(
        {
            row["form"]: Credit(
                row["form"], row["element"], fact(row), row["item"], row["formula"], _bound(row["bound"])
            )
            for row in rows("by_products")
            if row["way"] == "credit"
        }
    )


def is_by_product(form: str) -> bool:
    """Whether a form is one that leaves a plant as a by-product with a credit, or as a co-product.

    >>> is_by_product("caustic liquor"), is_by_product("iron concentrate"), is_by_product("chloride liquor")
    (True, True, False)
    """
    return form in credits() or any(form == one for one, _ in by_product_values())
