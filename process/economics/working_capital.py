"""Money tied up while a plant runs: solvent and rare earths in the circuits, stocks; what it costs a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import oxide_price
from ..data.investment import capital_factors
from ..elements import RARE_EARTHS
from ..network.solution import Solution, UnitResult
from ..supply.capacity import added, counted, hours_per_year, plain
from .capital import enlarged_by
from .figures import Figures
from .lines import CostLine
from .pricebook import BY_PRODUCTS, PriceBook
from .rates import discount_rate
from .stages import spread, stages_of

Array = NDArray[np.float64]

DAYS = 365.0
HELD = " held"
"""How the sizes of a unit end that say what its circuit holds: `P507 held`, `kerosene held`, `rare earths held`."""
STOCKS, SOLVENT, RARE = "stocks", "solvent held", "rare earths held"
"""What money is tied up in."""
UNTIED = ("capital", BY_PRODUCTS)
"""Causes of cost that no stock follows."""


@dataclass(frozen=True)
class WorkingCapital:
    """Money tied up in a stage, million USD of shape (samples,): in all, by what it is, and by unit.

    It is paid back when the plant closes, so that a year costs the discount rate on it (`rate`), no more.
    """

    stage: str
    million_usd: Array
    parts: Mapping[str, Array]
    by_unit: Mapping[str, Array]
    rate: float | Array
    assumed: bool


def working_capital(
    solution: Solution,
    lines: Iterable[CostLine],
    changes: Mapping[str, Array] | None = None,
    figures: Figures | None = None,
) -> Mapping[str, WorkingCapital]:
    """Money tied up in each stage of a solved flowsheet, from its lines of operating cost.

    Stocks are days of what the stage itself spends on all but capital; solvent is what the circuits hold at its price;
    rare earths held in circuits count at a share of the price of their separated oxides. What circuits hold is that of
    a stage at its nameplate, stocks those at the file's rates. Raises `CostError` for an extractant without a price.
    """
    figures = Figures(changes) if figures is None else figures
    hours, known, spent = hours_per_year(solution, changes), capital_factors(), _spent(solution, lines)
    rate = discount_rate(solution.plan, figures, changes)
    out = {}
    for stage in stages_of(solution):
        days = figures.of(f"stock_days.{stage}", known["stock_days", stage])
        million = spent[stage] * hours / DAYS * days / 1e6
        share = spread(solution, stage)
        by_unit = {name: million * part for name, part in share.items()}
        parts = {STOCKS: million}
        ratio = enlarged_by(solution, stage, hours, changes)
        for unit in (one for one in solution.units.values() if one.stage == stage):
            book = PriceBook.of_unit(solution.plan, solution.plan.units[unit.name], dict(changes or {}), figures)
            for what, usd in _held(solution, unit, book, figures):
                here = usd * ratio / 1e6
                parts[what] = parts.get(what, np.zeros(solution.samples)) + here
                by_unit[unit.name] = by_unit.get(unit.name, np.zeros(solution.samples)) + here
        whole = added(parts.values(), solution.samples)
        assumed = known["stock_days", stage].assumed
        out[stage] = WorkingCapital(stage, whole, MappingProxyType(parts), MappingProxyType(by_unit), rate, assumed)
    return MappingProxyType(out)


def _spent(solution: Solution, lines: Iterable[CostLine]) -> dict[str, Array]:
    """USD per operating hour that each stage spends on all but capital.

    What one unit makes for another is not bought; what is sold besides is not taken off.
    """
    out = {stage: np.zeros(solution.samples) for stage in stages_of(solution)}
    for line in lines:
        if line.cause not in UNTIED:
            out[line.stage] += line.cost
    return {stage: np.maximum(spent, 0.0) for stage, spent in out.items()}


def _held(solution: Solution, unit: UnitResult, book: PriceBook, figures: Figures) -> Iterator[tuple[str, Array]]:
    """USD of solvent and of rare earths that a unit holds."""
    for size in unit.sizes:
        if not size.item.endswith(HELD):
            continue
        if size.item == RARE:
            share = figures.of("held_value.rare_earths", capital_factors()["held_value", "rare earths"])
            yield RARE, size.value * share * _oxide_value(solution, unit, figures)
        else:
            yield SOLVENT, size.value * book.price(size.item.removesuffix(HELD)).per("kg")


def _oxide_value(solution: Solution, unit: UnitResult, figures: Figures) -> Array:
    """USD per kg of the rare-earth oxides that enter a unit, at the price of the separated oxides."""
    entering = [solution.streams[name] for name in unit.inlets.values()]
    worth, mass = np.zeros(solution.samples), np.zeros(solution.samples)
    for element in RARE_EARTHS:
        oxide = added((counted(stream, element) for stream in entering), solution.samples)
        if np.any(oxide > 0.0):
            worth += oxide * figures.of(f"oxide.{element}", oxide_price(element, solution.plan.year))
            mass += oxide
    return np.divide(worth, mass, out=np.zeros(solution.samples), where=mass > 0.0)


def charges(tied: Mapping[str, WorkingCapital], hours: Array, year: int) -> tuple[CostLine, ...]:
    """What the money tied up costs, USD per operating hour: the discount rate a year, by unit."""
    return tuple(
        CostLine(
            unit_name=name,
            stage=one.stage,
            item="working capital",
            cause="capital",
            quantity=million,
            unit="million USD tied up",
            price=plain(np.asarray(one.rate * 1e6 / hours)),
            source="assumed",
            assumed=one.assumed,
            cost=np.asarray(million * one.rate * 1e6 / hours),
            note="paid back at the end: only its interest is a cost",
            year=year,
        )
        for one in tied.values()
        for name, million in one.by_unit.items()
    )
