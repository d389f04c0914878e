"""The sheet of capital: what the stages cost to build, unit by unit, and what that costs a year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...data import cost_rates
from ..figures import first
from .book import Page
from .cells import COUNT, Formula, Number, form

if TYPE_CHECKING:
    from ...economics.cost import CostLine
    from ...flowsheet import Result

CHARGE = "capital charge"
MILLION = "#,##0.000"


@dataclass(frozen=True)
class Capital:
    """Where the sums of units and the yearly shares stand."""

    page: Page
    units: dict[tuple[str, str], tuple[int, float]]
    rates: dict[tuple[str, float], int]
    hours: int

    def invested(self, line: CostLine) -> str | None:
        """The cell of what a unit costs to build, where a line's quantity is that."""
        found = self.units.get((line.stage, line.unit_name))
        if found is None or not math.isclose(found[1], first(line.quantity), rel_tol=1e-12):
            return None
        return self.page.at(found[0], 3)

    def price(self, line: CostLine) -> str | None:
        """The formula of a line's USD per million USD and operating hour."""
        row = self.rates.get((line.item, first(line.price)))
        return None if row is None else f"{self.page.at(row, 2)}*1000000/{self.page.at(self.hours, 2)}"


def recovery(rate: float, years: float) -> float:
    """The yearly share that pays capital back with interest, as the sheet's formula has it."""
    growth = (1.0 + rate) ** years
    return 1.0 / years if rate == 0.0 else rate * growth / (growth - 1.0)


def write(page: Page, result: Result) -> Capital:
    """Yearly shares as input or formula, capital by stage as sums over its units."""
    page.title(
        "Capital",
        "Coloured cells are there to be changed. What a unit costs to build is the model's; the yearly charge follows"
        " discount rate and life.",
    )
    investments = result.cost.capital
    hours = first(next(iter(investments.values())).hours)
    page.section("What capital costs a year")
    page.head("", "value", "unit", "low", "high", "source", "note")
    hours_row = page.add("operating hours", Number(hours, COUNT), "h/year")
    lines = [line for line in result.cost.lines if line.quote is None]
    rates = _rates(page, lines, hours)
    page.section("By unit")
    head = page.head("stage", "unit", "million USD", "the model's", "regions", "assumed")
    start = page.row
    units: dict[tuple[str, str], tuple[int, float]] = {}
    for stage, one in investments.items():
        for name, million in one.by_unit.items():
            value = first(million)
            assumed = "assumed" if name in one.assumed_units else ""
            row = page.add(
                stage,
                name,
                Number(value, MILLION, editable=True),
                Number(value, MILLION),
                ", ".join(one.regions),
                assumed,
            )
            units[stage, name] = (row, value)
    end = page.row - 1
    page.section("By stage")
    page.head("stage", "million USD", "the model's", "t/year", "year", "regions", "made for and scaled from")
    rows = []
    for stage, one in investments.items():
        whole = sum(units[stage, name][1] for name in one.by_unit)
        total = Formula(f"=SUMIFS(C{start}:C{end},A{start}:A{end},A{page.row})", whole, MILLION)
        size = Number(first(one.capacity), form(first(one.capacity)))
        known = Number(first(one.million_usd), MILLION)
        rows.append(page.add(stage, total, known, size, Number(one.year, "0"), ", ".join(one.regions), one.note))
    whole = sum(value for _, value in units.values())
    page.add("all", Formula(f"=SUM(B{rows[0]}:B{rows[-1]})", whole, MILLION), bold=True)
    page.widths(26, 26, 16, 16, 16, 16, 90)
    del head
    return Capital(page, units, rates, hours_row)


def _rates(page: Page, lines: Sequence[CostLine], hours: float) -> dict[tuple[str, float], int]:
    """Rows of what a year takes of capital, by item and the line's price; the annuity is a formula where it is one."""
    known = cost_rates()
    rates: dict[tuple[str, float], int] = {}
    rate, life = known["discount_rate"], known["life"]
    annuity = recovery(rate.value, rate_years := life.value)
    wanted = {(line.item, first(line.price)): line for line in lines}
    shared = any(math.isclose(price * hours / 1e6, annuity, rel_tol=1e-12) for item, price in wanted if item == CHARGE)
    if shared:
        at = page.add(
            "discount rate",
            Number(rate.value, "0.0%", editable=True),
            "1/year",
            rate.low,
            rate.high,
            rate.source,
            rate.note,
        )
        page.add("life", Number(rate_years, "0", editable=True), "year", life.low, life.high, life.source, life.note)
        growth = f"(1+B{at})^B{at + 1}"
        text = f"=IF(B{at}=0,1/B{at + 1},B{at}*{growth}/({growth}-1))"
    for (item, price), line in wanted.items():
        share = price * hours / 1e6
        if shared and item == CHARGE and math.isclose(share, annuity, rel_tol=1e-12):
            value: Formula | Number = Formula(text, share, "0.0000%")
        else:
            value = Number(share, "0.0000%", editable=True)
        rates[item, price] = page.add(item, value, "of capital a year", None, None, line.source)
    return rates
