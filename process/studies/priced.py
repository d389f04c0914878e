"""Every line of a product's cost traced to the price that it rests on: what an analyst's price list is made from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from ..data import credits, reagents
from ..economics.cost import SEPARATED, CostLine, CostShare, CostSplit
from ..economics.pricebook import CostError, Price, PriceBook, region_of
from ..flowsheet import Result


@dataclass(frozen=True)
class PriceRow:
    """A price that lines rest on, `value` in USD per `price.unit`; `region` is empty for a price of the file.

    `path` is what a file, or `--set`, calls it. Where a by-product is sold at a share of another item's price, `of` is
    the other's place in the list and `share` the part of it, units of both included.
    """

    item: str
    region: str
    price: Price
    value: float
    path: str
    of: int | None = None
    share: float = 1.0


@dataclass(frozen=True)
class PricedLine:
    """A line of a product's cost: `row` is its price's place in the list, None for what is a share of capital.

    A kg of the product takes `per_hour` × `hours_per_kg` of `line.unit`, each of which is `ratio` of the price's unit;
    `usd_per_unit` is the price of one, `per_kg` USD per kg of the product.
    """

    line: CostLine
    per_hour: float
    hours_per_kg: float
    ratio: float
    usd_per_unit: float
    per_kg: float
    row: int | None


class PriceList:
    """The prices of a result's lines, each once, by name and region (of the first sample)."""

    def __init__(self, result: Result) -> None:
        self._plan = result.plan
        found: dict[Hashable, PriceRow] = {}
        parents: dict[Hashable, Hashable] = {}
        for line in result.cost.lines:
            if line.quote is None:
                continue
            key = self._key(line.quote, line.unit_name)
            found[key] = self._row(line.quote, line)
            whole = self._sold_as(line)
            if whole is not None:
                parents[key] = self._key(whole, line.unit_name)
                # It may be bought nowhere in the plant; its price is listed nevertheless.
                found.setdefault(parents[key], self._row(whole, line))
        order = sorted(found, key=lambda key: (found[key].item.lower(), found[key].region, found[key].value))
        self._places = {key: i for i, key in enumerate(order)}
        for key, parent in parents.items():
            if found[parent].value:
                share = found[key].value / found[parent].value
                found[key] = replace(found[key], of=self._places[parent], share=share)
        self.rows: Sequence[PriceRow] = tuple(found[key] for key in order)

    def lines(self, split: CostSplit) -> list[PricedLine]:
        """The lines of which a kg of a product carries some, largest first."""
        return [self._line(part) for part in split.lines if _first(part.hours_per_kg) and _first(part.line.quantity)]

    def _line(self, part: CostShare) -> PricedLine:
        line = part.line
        return PricedLine(
            line=line,
            per_hour=_first(line.quantity),
            hours_per_kg=_first(part.hours_per_kg),
            ratio=1.0 if line.quote is None else _first(replace(line.quote, value=1.0).per(line.unit)),
            usd_per_unit=_first(line.price),
            per_kg=_first(part.per_kg),
            row=None if line.quote is None else self._places[self._key(line.quote, line.unit_name)],
        )

    def _key(self, price: Price, unit: str) -> Hashable:
        return _title(price.item), self._region(price, unit), price.unit, _first(price.value), price.source

    def _region(self, price: Price, unit: str) -> str:
        return "" if price.from_file else region_of(self._plan, self._plan.units[unit])

    def _row(self, price: Price, line: CostLine) -> PriceRow:
        bought = price.from_file and price.item == line.item and line.item in self._plan.feeds
        path = f"feeds.{line.item}.price" if bought else f"prices.{price.item}"
        return PriceRow(_title(price.item), self._region(price, line.unit_name), price, _first(price.value), path)

    def _sold_as(self, line: CostLine) -> Price | None:
        """The price of what a by-product is sold as, at a share of it."""
        credit = credits().get(line.quote.item) if line.quote is not None else None
        if credit is None or not credit.item or not line.item.endswith("(sold)"):
            return None
        return PriceBook.of_unit(self._plan, self._plan.units[line.unit_name]).price(credit.item)


def splits(result: Result) -> Mapping[str, CostSplit]:
    """The cost of every product that is made, by name, and last that of all that is separated together."""
    cost = result.cost
    asked: dict[str, Callable[[], CostSplit]] = {name: lambda name=name: cost.per_kg(name) for name in cost.products}
    asked[SEPARATED] = cost.per_kg_separated
    found = {}
    for name, ask in asked.items():
        try:
            found[name] = ask()
        except CostError:
            continue  # not made
    return MappingProxyType(found)


def _title(item: str) -> str:
    known = reagents().get(item)
    return item if known is None else known.item


def _first(value: Any) -> float:
    return float(np.atleast_1d(np.asarray(value, dtype=float))[0])
