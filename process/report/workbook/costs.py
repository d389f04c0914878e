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
    from ...studies.priced import PricedLine
    from .capital import Capital
    from .prices import Prices

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
WIDTHS = (22, 24, 28, 13, 16, 18, 14, 15, 15, 14, 9, 10, 9, 22, 90)
STAGE, CAUSE, PER_KG, ASSUMED = 1, 4, 10, 12


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


def write(page: Page, split: CostSplit, lines: Sequence[PricedLine], prices: Prices, capital: Capital) -> CostPage:
    """Lines with formulas; at the top their sum beside what the model computed."""
    top = 4
    start, end = top + 6, top + 5 + max(1, len(lines))
    page.title(
        f"Cost of {split.product}, USD per kg",
        f"{split.stream}: {split.money}; joint costs shared by {split.allocation}",
    )
    total = first(split.total)
    at = page.add("USD per kg", Formula(f"=SUM(J{start}:J{end})", total, MONEY, bold=True), bold=True)
    assert at == top, "the head of the sheet is of a fixed height"
    page.add("the model's", Number(total, MONEY))
    page.add("difference", Formula(f"=B{top}-B{top + 1}", 0.0, "0.0E+00"), "zero until a price or quantity is changed")
    page.add("t per year", Number(first(split.t_per_year), form(first(split.t_per_year))))
    page.row += 1
    head = page.head(*HEADS, freeze=3)
    for line in lines:
        page.add(*_cells(page.row, line, total, f"$B${top}", prices, capital))
    page.filter(head, len(HEADS))
    page.widths(*WIDTHS)
    return CostPage(page, page.at(top, 2), start, end, split)


def _cells(at: int, one: PricedLine, total: float, total_at: str, prices: Prices, capital: Capital) -> list[Cell]:
    line = one.line
    per_hour: Cell = Number(one.per_hour, form(one.per_hour), editable=True)
    price: Cell = Number(one.usd_per_unit, form(one.usd_per_unit), editable=True)
    if one.row is not None:
        times = "" if one.ratio == 1.0 else f"*{one.ratio!r}"
        price = Formula(f"={prices.at(one.row)}{times}", one.usd_per_unit, form(one.usd_per_unit))
    else:
        invested, rate = capital.invested(line), capital.price(line)
        if invested is not None:
            per_hour = Formula(f"={invested}", one.per_hour, form(one.per_hour))
        if rate is not None:
            price = Formula(f"={rate}", one.usd_per_unit, form(one.usd_per_unit))
    per_kg = one.per_hour * one.hours_per_kg
    share = one.per_kg / total if total else None
    return [
        line.stage,
        line.unit_name,
        line.item,
        line.cause,
        per_hour,
        line.unit,
        Number(one.hours_per_kg, "0.000000E+00"),
        Formula(f"=E{at}*G{at}", per_kg, form(per_kg)),
        price,
        Formula(f"=H{at}*I{at}", one.per_kg, MONEY),
        Formula(f"=IF({total_at}=0,0,J{at}/{total_at})", share, SHARE),
        "assumed" if line.assumed else "",
        Number(line.year, "0"),
        line.source,
        line.note,
    ]
