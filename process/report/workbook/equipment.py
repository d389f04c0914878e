"""The sheet of equipment: every piece from its size to what it costs bare, on the US Gulf Coast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...data import cost_index, exchange_rate
from ..figures import first
from .book import Page
from .cells import Formula, Number, form

if TYPE_CHECKING:
    from ...flowsheet import Result

HEADS = (
    "stage",
    "unit",
    "size",
    "in all",
    "unit of it",
    "pieces",
    "base cost",
    "currency",
    "of",
    "at size",
    "smallest",
    "exponent",
    "below that size",
    "per USD",
    "index over base",
    "million USD",
    "the model's",
    "low",
    "high",
    "assumed",
    "source",
    "note",
)
WIDTHS = (14, 24, 30, 13, 12, 9, 15, 10, 8, 11, 11, 10, 11, 10, 11, 14, 14, 15, 15, 11, 20, 90)
TOP = 5
MILLION = "#,##0.0000"


@dataclass(frozen=True)
class Equipment:
    """Where the pieces stand."""

    page: Page
    last: int

    def bare(self, unit: str) -> str:
        """The sum of a unit's pieces; `unit` is a cell that names it."""
        return f"SUMIFS({self.page.span(16, TOP, self.last)},{self.page.span(2, TOP, self.last)},{unit})"


def write(page: Page, result: Result) -> Equipment:
    """Number × base cost × (size of one / base size)^exponent, in money of the plant's year."""
    page.title(
        "Equipment",
        "pieces × base cost × (size of a piece / base size)^exponent, with the plant cost index; bare, erected on the"
        " US Gulf Coast",
    )
    head = page.head(*HEADS, freeze=3)
    for investment in result.cost.capital.values():
        for one in investment.purchases if investment.way == "equipment" else ():
            at, base = page.row, one.base
            size, number, million = first(one.size), first(one.number), first(one.million_usd)
            index = cost_index(result.plan.year).value / cost_index(base.fact.year).value
            each = f"MAX(D{at}/F{at},K{at})/J{at}"
            cost = f"F{at}*G{at}*({each})^IF({each}<1,M{at},L{at})/N{at}*O{at}/1000000"
            page.add(
                one.stage,
                one.unit,
                one.item,
                Number(size, form(size)),
                one.size_unit,
                Number(number, "#,##0"),
                Number(base.fact.value, form(base.fact.value), editable=True),
                base.currency,
                Number(base.fact.year, "0"),
                Number(base.size, form(base.size)),
                Number(base.smallest if math.isfinite(base.smallest) else 0.0, form(base.smallest)),
                Number(base.exponent, "0.00", editable=True),
                Number(base.below, "0.00", editable=True),
                Number(exchange_rate(base.currency, base.fact.year).value, "0.0000"),
                Number(index, "0.0000"),
                Formula(f"=IF(D{at}*F{at}=0,0,{cost})", million, MILLION),
                Number(million, MILLION),
                Number(base.fact.low, form(base.fact.low)),
                Number(base.fact.high, form(base.fact.high)),
                "assumed" if one.assumed else "",
                base.fact.source,
                one.note,
            )
    page.filter(head, len(HEADS))
    page.widths(*WIDTHS)
    return Equipment(page, max(TOP, page.row - 1))
