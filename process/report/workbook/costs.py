"""The sheet of a product's cost: every line as quantity × price, totals as sums of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..figures import first
from .book import Page
from .cells import MONEY, SHARE, Cell, Formula, Number, form

if TYPE_CHECKING:
    from ...economics.cost import CostSplit
    from ...studies.priced import Carried, PricedLine
    from .lines import Lines

HEADS = (
    "stage",
    "unit",
    "item",
    "cause",
    "quantity per hour",
    "unit of it",
    "hours that a kg carries",
    "quantity per kg",
    "price, USD per unit",
    "USD per kg",
    "share",
    "assumed",
    "price of",
    "source",
    "note",
)
WIDTHS = (16, 24, 28, 13, 14, 18, 15, 15, 15, 14, 9, 11, 9, 22, 90)
STAGE, CAUSE, PER_KG, ASSUMED = 1, 4, 10, 12
QUANTITY, PRICE = 5, 7
"""Columns of the sheet of lines."""
TOP = 4
"""The row of the total."""


@dataclass(frozen=True)
class CostPage:
    """Where a product's cost stands."""

    page: Page
    total: str
    first: int
    last: int
    split: CostSplit

    def where(self, *wanted: tuple[int, str]) -> str:
        """The formula of the sum of lines whose columns say what is wanted: (column, cell or text in quotes)."""
        tests = "".join(f",{self.page.span(col, self.first, self.last)},{what}" for col, what in wanted)
        return f"=SUMIFS({self.page.span(PER_KG, self.first, self.last)}{tests})"


def write(
    page: Page, split: CostSplit, carried: Sequence[Carried], priced: Sequence[PricedLine], lines: Lines
) -> CostPage:
    """Lines with formulas; at the top their sum beside what the model computed."""
    start, end = TOP + 6, TOP + 5 + max(1, len(carried))
    page.title(
        f"Cost of {split.product}, USD per kg",
        f"{split.stream}: {split.money}; joint costs shared by {split.allocation}",
    )
    total = first(split.total)
    page.add("USD per kg", Formula(f"=SUM(J{start}:J{end})", total, MONEY), bold=True)
    page.add("the model's", Number(total, MONEY))
    page.add("difference", Formula(f"=B{TOP}-B{TOP + 1}", 0.0, "0.0E+00"), "zero until something is changed")
    page.add("t per year", Number(first(split.t_per_year), form(first(split.t_per_year))))
    page.row += 1
    head = page.head(*HEADS, freeze=3)
    for one in carried:
        page.add(*_cells(page.row, one, priced[one.at], total, lines))
    page.filter(head, len(HEADS))
    page.widths(*WIDTHS)
    return CostPage(page, page.at(TOP, 2), start, end, split)


def _cells(at: int, one: Carried, priced: PricedLine, total: float, lines: Lines) -> list[Cell]:
    line = priced.line
    per_kg = priced.quantity * one.hours_per_kg
    share = one.per_kg / total if total else 0.0
    return [
        line.stage,
        line.unit_name,
        line.item,
        line.cause,
        Formula(f"={lines.at(one.at, QUANTITY)}", priced.quantity, form(priced.quantity)),
        line.unit,
        Number(one.hours_per_kg, "0.000000E+00"),
        Formula(f"=E{at}*G{at}", per_kg, form(per_kg)),
        Formula(f"={lines.at(one.at, PRICE)}", priced.price, form(priced.price)),
        Formula(f"=H{at}*I{at}", one.per_kg, MONEY),
        Formula(f"=IF($B${TOP}=0,0,J{at}/$B${TOP})", share, SHARE),
        "assumed" if line.assumed else "",
        Number(line.year, "0"),
        line.source,
        line.note,
    ]
