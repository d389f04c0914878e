"""Prices of what units use: the region's price book, and what a file says otherwise.

A region without a row of its own for an item is read like another one, times a factor; see docs/costs.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import (
    Fact,
    Quote,
    exchange_rate,
    price_book,
    reagents,
    regional_factors,
    regions,
    sources,
    wages,
    waste_costs,
)
from ..data import quote as quote_of
from ..plan import Plan, Unit
from ..quantities import Currency, Value, suggestion
from .figures import Figures

Array = NDArray[np.float64]

BY_PRODUCTS = "by-products"
"""The cause of what is sold besides the products that share costs; nothing else is below zero in a sum."""
CAUSES = ("materials", "reagents", "energy", "labour", "maintenance", "capital", "waste", "overhead", BY_PRODUCTS)
"""What a cost may be for."""
PERSON_YEAR = "person-year"
RADIOACTIVE = "radioactive residue"
"""The form that solid waste above the exemption level is billed as."""

_SIZES = {
    "kg": ("mass", 1.0),
    "t": ("mass", 1000.0),
    "g": ("mass", 0.001),
    "MJ": ("energy", 1.0),
    "kWh": ("energy", 3.6),
    "MWh": ("energy", 3600.0),
    "GJ": ("energy", 1000.0),
    "m^3": ("volume", 1.0),
    "L": ("volume", 0.001),
    "h": ("time", 1.0),
    PERSON_YEAR: ("person", 1.0),
    "person/year": ("person", 1.0),
    "mol": ("amount", 1.0),
}


def _again(kind: type[CostError], text: str, held: Mapping[str, object]) -> CostError:
    """An error as it was raised elsewhere, whatever its class takes."""
    made = kind.__new__(kind, text)
    made.__dict__.update(held)
    return made


class CostError(ValueError):
    """The cost of a flowsheet cannot be found: `reason` says why, `remedy` what to change.

    `at` is the path of the value in the file that is at fault (`prices.HCl`), empty where no single one is.
    """

    def __init__(self, reason: str, remedy: str, at: str = "") -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy, self.at = reason, remedy, at

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), str(self), dict(self.__dict__))


class PriceError(CostError):
    """The price book of `region` has no price for `item`."""

    def __init__(self, item: str, region: str, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.item, self.region = item, region


@dataclass(frozen=True)
class Price:
    """USD per `unit` of an item: a float, or shape (samples,). `year` is the price's own; it is not escalated.

    `from_file` marks a price that the file gives, `path` says by which key.
    """

    item: str
    value: float | Array
    low: float
    high: float
    unit: str
    cause: str
    year: int
    source: str
    assumed: bool
    note: str = ""
    from_file: bool = False
    path: str = ""

    def per(self, unit: str) -> float | Array:
        """USD per another unit of the same kind.

        >>> Price("heat", 0.0036, 0.003, 0.004, "MJ", "energy", 2024, "assumed", True).per("kWh")
        0.01296
        """
        return self.value * self._ratio(unit)

    def by(self, unit: str) -> Price:
        """The same price with its range by another unit of the same kind.

        >>> price = Price("lime", 120.0, 100.0, 200.0, "t", "reagents", 2024, "assumed", True).by("kg")
        >>> price.value, price.low, price.high, price.unit
        (0.12, 0.1, 0.2, 'kg')
        """
        ratio = self._ratio(unit)
        return replace(self, value=self.value * ratio, low=self.low * ratio, high=self.high * ratio, unit=unit)

    def _ratio(self, unit: str) -> float:
        """How many of the price's units one unit is."""
        if unit == self.unit:
            return 1.0
        kind, size = _SIZES.get(unit, ("", 0.0))
        own_kind, own_size = _SIZES.get(self.unit, ("", 0.0))
        if not kind or kind != own_kind:
            raise CostError(
                f"{self.item} is used by the {unit} and priced by the {self.unit}",
                f"give its price by the {unit}, as in 1.5 USD{self.year}/{unit}",
                self.path,
            )
        return size / own_size


def is_assumed(value: Value | None, own_sources: Mapping[str, str]) -> bool:
    """Whether a value of a file rests on an assumption: no source, or one that is itself an assumption."""
    if value is None or not value.source:
        return True
    if value.source in own_sources:
        return False
    known = sources().get(value.source)
    return known is None or known.assumed


def file_price(
    item: str,
    value: Value,
    cause: str,
    year: int,
    own_sources: Mapping[str, str],
    figures: Figures,
    changed: Array | None = None,
    path: str = "",
) -> Price:
    """The price of an item as a file gives it, or as `changed` samples it, shape (samples,); USD by its own unit.

    It stands as written, of its own year; foreign money follows a sampled exchange rate. A value made in Python, which
    names no money, counts as USD of `year`.
    """
    money = value.currency or Currency("USD", year, rate_year=year)
    low, high = value.range()
    usd: float | Array = value.nominal if changed is None else changed
    note = "price of the file"
    if money.code != "USD":
        rate = exchange_rate(money.code, money.year)
        usd = usd * (money.rate / figures.of(f"exchange.{money.code}.{rate.year}", rate))
        note += f", in {money.code} of {money.year} at {rate.value:g} {rate.unit}"
        note += f" of {rate.year}, held" if rate.year != money.year else ""
    return Price(
        item=item,
        value=usd,
        low=low,
        high=high,
        unit=value.unit.removeprefix("USD/"),
        cause=cause,
        year=money.year,
        source=value.source or "file",
        assumed=is_assumed(value, own_sources),
        note=note,
        from_file=True,
        path=path,
    )


def region_of(plan: Plan, unit: Unit) -> str:
    """The region where a unit stands: its own, else its stage's, else the file's."""
    return unit.region or plan.regions.get(unit.stage, plan.region)


def _borrowed(region: str, source: str, factor: Fact | None) -> str:
    """What a price that stands in for a missing one says of itself."""
    times = "" if factor is None else f" times {factor.value:g} ({factor.low:g} to {factor.high:g})"
    return f"no price of its own: as in {region} ({source}){times}"


def _waste(form: str, region: str) -> Fact:
    costs = waste_costs()
    return costs.get((form, region)) or costs[("other", region)]


class PriceBook:
    """Prices of one region in one year.

    `overrides` are a file's own prices by item (`plan.prices`), `own_sources` its source keys; `changes` are sampled
    values by path (`prices.HCl`), shape (samples,); what is read from the data passes through `figures`.
    """

    def __init__(
        self,
        region: str,
        year: int,
        overrides: Mapping[str, Value] | None = None,
        own_sources: Mapping[str, str] | None = None,
        changes: Mapping[str, Array] | None = None,
        figures: Figures | None = None,
    ) -> None:
        if region not in regions():
            raise CostError(
                f"no price book for the region {region!r}{suggestion(region, regions())}",
                f"use one of {', '.join(regions())}",
            )
        self.region, self.year = region, year
        self._overrides = MappingProxyType(dict(overrides or {}))
        self._own_sources = MappingProxyType(dict(own_sources or {}))
        self._changes = MappingProxyType(dict(changes or {}))
        self._figures = Figures(changes) if figures is None else figures

    @classmethod
    def of(cls, plan: Plan, stage: str, changes: Mapping[str, Array] | None = None) -> PriceBook:
        """The price book of the region where a stage of a plan stands."""
        return cls(plan.regions.get(stage, plan.region), plan.year, plan.prices, plan.sources, changes)

    @classmethod
    def of_unit(
        cls, plan: Plan, unit: Unit, changes: Mapping[str, Array] | None = None, figures: Figures | None = None
    ) -> PriceBook:
        """The price book of the region where a unit stands: its own, else its stage's, else the file's."""
        return cls(region_of(plan, unit), plan.year, plan.prices, plan.sources, changes, figures)

    def price(self, item: str) -> Price:
        """The price of an item. Raises `PriceError` where neither the file nor the region has one.

        >>> PriceBook("us", 2024).price("H2SO4").value
        0.128
        """
        reagent = reagents().get(item)
        names = [item] if reagent is None else [item, reagent.item, *reagent.aliases]
        like = regions()[self.region].prices_like
        places = [self.region, like] if like else [self.region]
        found = (quote_of(name, place, self.year) for place in places for name in names)
        quote = next((quote for quote in found if quote is not None), None)
        cause = "reagents" if quote is None else quote.cause
        for name in names:
            if name in self._overrides:
                return self._own(name, cause)
        if quote is None:
            known = [name for name, region in price_book() if region in places]
            raise PriceError(
                item,
                self.region,
                f"no price for {item} in {self.region}{suggestion(item, known)}",
                f"add it to the file, as in `prices: {{{item}: 1.0 USD{self.year}/kg}}`",
            )
        return self._quoted(item, quote)

    def _quoted(self, item: str, quote: Quote) -> Price:
        """The price of an item from a row of this region, or of the one that it is read like."""
        fact = quote.fact
        rate = exchange_rate(quote.currency, fact.year)
        notes = [fact.note]
        if quote.currency != "USD":
            notes.append(f"{fact.value:g} {quote.currency} at {rate.value:g} {rate.unit} of {rate.year}")
        if fact.year != self.year:
            notes.append(f"price of {fact.year}, held")
        borrowed = quote.region != self.region
        factor = None
        if borrowed:
            factor = None if quote.cause == "materials" else regional_factors()["price", self.region]
            notes.insert(0, _borrowed(quote.region, quote.fact.source, factor))
        low, high = (1.0, 1.0) if factor is None else (factor.low, factor.high)
        of = self._figures.of
        value = of(f"price.{quote.region}.{quote.item}", fact) / of(f"exchange.{quote.currency}.{rate.year}", rate)
        if factor is not None:
            value = value * of(f"factor.price.{self.region}", factor)
        return Price(
            item=item,
            value=value,
            low=fact.low * low / rate.value,
            high=fact.high * high / rate.value,
            unit=fact.unit,
            cause=quote.cause,
            year=fact.year,
            source="assumed" if borrowed else fact.source,
            assumed=borrowed or fact.assumed or rate.assumed,
            note="; ".join(filter(None, notes)),
        )

    @property
    def figures(self) -> Figures:
        """What the data's numbers pass through."""
        return self._figures

    def wage(self) -> Price:
        """USD per person-year, what the employer pays on top included; the file's price of `labour` replaces it."""
        if "labour" in self._overrides:
            return self._own("labour", "labour")
        known = wages().get(self.region)
        if known is None:
            raise PriceError(
                "labour",
                self.region,
                f"no wage for {self.region}",
                "add `prices: {labour: 50_000 USD2024/person/year}`",
            )
        wage, burden = known["wage"], known["burden"]
        currency, of = wage.unit.partition("/")[0], self._figures.of
        rate = exchange_rate(currency, wage.year)
        paid = of(f"wage.{self.region}", wage) * (1.0 + of(f"burden.{self.region}", burden))
        return Price(
            item="labour",
            value=paid / of(f"exchange.{currency}.{rate.year}", rate),
            low=wage.low * (1.0 + burden.low) / rate.value,
            high=wage.high * (1.0 + burden.high) / rate.value,
            unit=PERSON_YEAR,
            cause="labour",
            year=wage.year,
            source=wage.source,
            assumed=wage.assumed or burden.assumed or rate.assumed,
            note=f"{wage.value:g} {wage.unit} and {burden.value:.0%} on top; {wage.note}",
        )

    def waste(self, form: str, radioactive: bool = False) -> Price:
        """USD per t of a waste by its form; the file's price of the form, or of `waste`, replaces it.

        A radioactive one costs what `radioactive residue` does, which the file may price as well.
        """
        billed = RADIOACTIVE if radioactive else form
        for name in (billed, form, "waste"):
            if name in self._overrides:
                return self._own(name, "waste")
        like = regions()[self.region].prices_like
        if (billed, self.region) in waste_costs() or not like:
            fact = _waste(billed, self.region)
            value = self._figures.of(f"waste.{self.region}.{billed}", fact)
            return Price(
                billed, value, fact.low, fact.high, "t", "waste", fact.year, fact.source, fact.assumed, fact.note
            )
        fact, factor = _waste(billed, like), regional_factors()["waste", self.region]
        low, high = fact.low * factor.low, fact.high * factor.high
        value = self._figures.of(f"waste.{like}.{billed}", fact) * self._figures.of(
            f"factor.waste.{self.region}", factor
        )
        note = f"{_borrowed(like, fact.source, factor)}; {fact.note}"
        return Price(billed, value, low, high, "t", "waste", fact.year, "assumed", True, note)

    def _own(self, name: str, cause: str) -> Price:
        path, value = f"prices.{name}", self._overrides[name]
        changed = self._changes.get(path)
        return file_price(name, value, cause, self.year, self._own_sources, self._figures, changed, path)
