"""What a cost rests on: every price, wage, labour figure and capital base used, with its range and its weight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..data import Fact, labour_of
from .capital_basis import rests_on
from .cost import Cost, CostShare
from .stages import kinds_of

Kind = Literal["price", "labour", "capital"]


@dataclass(frozen=True)
class Basis:
    """A number of money or effort: `value` in `unit`, from `low` to `high`, and where it comes from.

    `share` is the part of a product's cost (of the first sample), 0..1, in lines that are proportional to it: a line of
    labour counts to the wage and to the labour figure, so shares do not add up. What is sold counts as what is spent.
    """

    item: str
    kind: Kind
    value: float
    low: float
    high: float
    unit: str
    year: int | None
    source: str
    assumed: bool
    note: str
    share: float


def basis(cost: Cost, product: str) -> tuple[Basis, ...]:
    """What the cost of a product rests on, largest share of it first. Raises `CostError` as `Cost.per_kg` does."""
    split = cost.per_kg(product)
    total = sum(abs(_first(part.per_kg)) for part in split.lines)

    def share(wanted: Callable[[CostShare], bool]) -> float:
        return sum(abs(_first(part.per_kg)) for part in split.lines if wanted(part)) / total if total > 0.0 else 0.0

    found = [*_prices(split.lines, share), *_labour(cost, split.lines, share), *_capital(cost, split.lines, total)]
    return tuple(sorted((one for one in found if one.share > 0.0), key=lambda one: -one.share))


def _prices(lines: tuple[CostShare, ...], share: Callable[[Callable[[CostShare], bool]], float]) -> list[Basis]:
    made = {}
    for part in lines:
        price = part.line.quote
        if price is None:
            continue
        key = (price.item, price.unit, _first(price.value))
        if key in made:
            continue

        def same(other: CostShare, key: tuple[str, str, float] = key) -> bool:
            quote = other.line.quote
            return quote is not None and (quote.item, quote.unit, _first(quote.value)) == key

        made[key] = Basis(
            item="wage, with what the employer pays on top" if price.item == "labour" else price.item,
            kind="price",
            value=_first(price.value),
            low=price.low,
            high=price.high,
            unit=f"USD/{price.unit}",
            year=price.year,
            source=price.source,
            assumed=price.assumed,
            note=price.note,
            share=share(same),
        )
    return list(made.values())


def _labour(
    cost: Cost, lines: tuple[CostShare, ...], share: Callable[[Callable[[CostShare], bool]], float]
) -> list[Basis]:
    stages = dict.fromkeys(part.line.stage for part in lines if part.line.item == "labour")
    out = []
    for stage in stages:
        fact = labour_of(stage, kinds_of(cost.solution, stage)).fact

        def staff(part: CostShare, stage: str = stage) -> bool:
            return part.line.stage == stage and part.line.quote is not None and part.line.quote.item == "labour"

        out.append(_of(f"labour of the {stage} stage", "labour", fact, fact.unit, share(staff)))
    return out


def _capital(cost: Cost, lines: tuple[CostShare, ...], total: float) -> list[Basis]:
    """What capital and working capital rest on, weighted by the part of the cost that each moves."""
    weights = [
        (part.line, abs(_first(part.per_kg)) / total) for part in lines if total > 0.0 and part.line.quote is None
    ]
    return [_of(one.item, "capital", one.fact, one.unit, one.share) for one in rests_on(cost.capital, weights)]


def _of(item: str, kind: Kind, fact: Fact, unit: str, share: float) -> Basis:
    return Basis(
        item, kind, fact.value, fact.low, fact.high, unit, fact.year, fact.source, fact.assumed, fact.note, share
    )


def _first(value: object) -> float:
    return float(np.atleast_1d(np.asarray(value, dtype=float))[0])
