"""Every line of a product's cost traced to the price that it rests on: what an analyst's price list is made from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from ..data import credits, reagents
from ..economics import CostLine
from ..economics.capital import enlarged_by
from ..economics.cost import SEPARATED, CostSplit
from ..economics.pricebook import CostError, Price, PriceBook, region_of
from ..economics.stages import spread
from ..economics.working_capital import HELD, RARE, STOCKS, UNTIED
from ..flowsheet import Result

SOLD, FREIGHT = "(sold)", "freight of "
"""How lines of by-products that are sold end, and lines of carriage begin."""
LEVIES = MappingProxyType({"royalty": "royalty", "carbon price": "carbon_price"})
"""Keys of a file by the items of its levies."""
NO_STOCK = UNTIED
"""Causes of cost that no stock follows."""


@dataclass(frozen=True)
class PriceRow:
    """A price that lines rest on, `value` in USD per `price.unit`; `region` is empty for a price of the file.

    `path` is what a file calls it, empty where it has no name for it. Where a by-product is sold at a share of another
    item's price, `of` is the other's place in the list and `share` the part of it, units of both included.
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
    """A line of the plant's cost: `row` is its price's place in the list, None for what is a share of capital.

    `quantity` of `line.unit` per operating hour, each of which is `ratio` of the price's unit and costs `price` USD.
    """

    line: CostLine
    quantity: float
    ratio: float
    price: float
    row: int | None


@dataclass(frozen=True)
class Carried:
    """What a kg of a product carries of a line: `at` is its place among the lines, `per_kg` in USD.

    `hours_per_kg` operating hours of the line.
    """

    at: int
    hours_per_kg: float
    per_kg: float


@dataclass(frozen=True)
class Tied:
    """Money tied up in a unit, million USD: `share` of the stage's stocks, held solvent, and `rest` (rare earths).

    `solvent` is kg × `ratio` price units at the price of a row of the list.
    """

    stage: str
    unit: str
    million_usd: float
    share: float
    solvent: tuple[tuple[float, float, int], ...]
    rest: float


class PriceList:
    """The prices of a result's lines, each once, by name and region (of the first sample)."""

    def __init__(self, result: Result) -> None:
        self._result, self._plan = result, result.plan
        found: dict[Hashable, PriceRow] = {}
        parents: dict[Hashable, Hashable] = {}
        for line in result.cost.lines:
            if line.quote is None:
                continue
            key = self._key(line.quote, line.unit_name, line.item)
            found[key] = self._row(line.quote, line.unit_name, line.item)
            whole = self._sold_as(line)
            if whole is not None:
                parents[key] = self._key(whole, line.unit_name)
                # It may be bought nowhere in the plant; its price is listed nevertheless.
                found.setdefault(parents[key], self._row(whole, line.unit_name))
        for unit, price, _ in self._held(result):
            found.setdefault(self._key(price, unit), self._row(price, unit))
        order = sorted(found, key=lambda key: (found[key].item.lower(), found[key].region, found[key].value))
        self._places = {key: i for i, key in enumerate(order)}
        for key, parent in parents.items():
            if found[parent].value:
                share = found[key].value / found[parent].value
                found[key] = replace(found[key], of=self._places[parent], share=share)
        self.rows: Sequence[PriceRow] = tuple(found[key] for key in order)

        self.lines: Sequence[PricedLine] = tuple(self._line(line) for line in result.cost.lines)
        self._at = {id(line): i for i, line in enumerate(result.cost.lines)}

    def carried(self, split: CostSplit) -> list[Carried]:
        """The lines of which a kg of a product carries some, largest first."""
        return [
            Carried(self._at[id(part.line)], _first(part.hours_per_kg), _first(part.per_kg))
            for part in split.lines
            if _first(part.hours_per_kg) and _first(part.line.quantity)
        ]

    def tied(self) -> list[Tied]:
        """Money tied up, by stage and unit."""
        held: dict[str, list[tuple[float, float, int]]] = {}
        for unit, price, kilograms in self._held(self._result):
            ratio = _first(replace(price, value=1.0).per("kg"))
            held.setdefault(unit, []).append((kilograms, ratio, self._places[self._key(price, unit)]))
        out = []
        for stage, one in self._result.cost.working_capital.items():
            stocks, shares = _first(one.parts[STOCKS]), spread(self._result.solution, stage)
            for name, million in one.by_unit.items():
                share, own = _first(shares.get(name, 0.0)), tuple(held.get(name, ()))
                solvent = sum(kilograms * ratio * self.rows[row].value for kilograms, ratio, row in own) / 1e6
                rest = _first(million) - stocks * share - solvent
                small = abs(rest) <= 1e-12 * (abs(stocks * share) + solvent)
                out.append(Tied(stage, name, _first(million), share, own, 0.0 if small else rest))
        return out

    def _held(self, result: Result) -> Iterator[tuple[str, Price, float]]:
        """Solvent that circuits hold, with nameplates: unit, its price and kg."""
        for unit in result.solution.units.values():
            for size in unit.sizes:
                if size.item.endswith(HELD) and size.item != RARE:
                    book = PriceBook.of_unit(self._plan, self._plan.units[unit.name])
                    first = result.cost.capital[unit.stage]
                    ratio = enlarged_by(result.solution, unit.stage, first.hours, None)
                    yield unit.name, book.price(size.item.removesuffix(HELD)), _first(size.value) * _first(ratio)

    def _line(self, line: CostLine) -> PricedLine:
        return PricedLine(
            line=line,
            quantity=_first(line.quantity),
            ratio=1.0 if line.quote is None else _first(replace(line.quote, value=1.0).per(line.unit)),
            price=_first(line.price),
            row=None if line.quote is None else self._places[self._key(line.quote, line.unit_name, line.item)],
        )

    def _key(self, price: Price, unit: str, item: str = "") -> Hashable:
        named = _title(price.item), self._path(price, item).partition(".")[0]
        return named, self._region(price, unit), price.unit, _first(price.value), price.source

    def _path(self, price: Price, item: str) -> str:
        """What a file calls the price of a line's item; empty where it has no name for it."""
        if item.endswith(SOLD):
            return ""
        if item.startswith(FREIGHT):
            return f"freight.{item.removeprefix(FREIGHT)}"
        if item in LEVIES and item == price.item:
            return LEVIES[item]
        if price.from_file and price.item == item and item in self._plan.feeds:
            return f"feeds.{item}.price"
        return f"prices.{price.item}"

    def _region(self, price: Price, unit: str) -> str:
        return "" if price.from_file else region_of(self._plan, self._plan.units[unit])

    def _row(self, price: Price, unit: str, item: str = "") -> PriceRow:
        shown = item if item.startswith(FREIGHT) else _title(price.item)
        return PriceRow(shown, self._region(price, unit), price, _first(price.value), self._path(price, item))

    def _sold_as(self, line: CostLine) -> Price | None:
        """The price of what a by-product is sold as, at a share of it."""
        credit = credits().get(line.quote.item) if line.quote is not None else None
        if credit is None or not credit.item or not line.item.endswith(SOLD):
            return None
        return PriceBook.of_unit(self._plan, self._plan.units[line.unit_name]).price(credit.item)


def splits(result: Result) -> Mapping[str, CostSplit]:
    """The cost of every product that is made, by name, and last that of all that is separated together."""
    cost = result.cost
    asked: dict[str, Callable[[], CostSplit]] = {name: partial(cost.per_kg, name) for name in cost.products}
    asked[SEPARATED] = cost.per_kg_separated
    found = {}
    for name, ask in asked.items():
        try:
            found[name] = ask()
        except CostError:
            continue  # not made
    return MappingProxyType(found)


def places(result: Result) -> Mapping[str, str]:
    """The region where each unit stands: its own, else its stage's, else the file's."""
    return MappingProxyType({name: region_of(result.plan, unit) for name, unit in result.plan.units.items()})


def _title(item: str) -> str:
    known = reagents().get(item)
    return item if known is None else known.item


def _first(value: Any) -> float:
    return float(np.atleast_1d(np.asarray(value, dtype=float))[0])
