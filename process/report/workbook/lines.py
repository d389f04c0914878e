"""The sheet of all lines of the plant's cost per operating hour: quantity × price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..figures import first
from .book import Page
from .cells import Cell, Formula, Number, form, literal

if TYPE_CHECKING:
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
    "price, USD per unit",
    "USD per hour",
    "assumed",
    "price of",
    "source",
    "note",
)
WIDTHS = (14, 24, 30, 13, 16, 22, 15, 16, 10, 9, 22, 90)
TOP = 5
"""The row of the first line."""
TIED = "million USD tied up"
"""The unit of lines that working capital makes, which stand last: stocks follow from all others."""


@dataclass(frozen=True)
class Lines:
    """Where the lines stand: the place of a line to its row, and the last row that stocks follow from."""

    page: Page
    rows: Sequence[int]
    running: int

    def at(self, place: int, col: int) -> str:
        """A cell of a line."""
        return self.page.at(self.rows[place], col)

    def span(self, col: int) -> str:
        """A column of the lines that stocks follow from."""
        return self.page.span(col, TOP, max(TOP, self.running))


def laid(page: Page, lines: Sequence[PricedLine]) -> Lines:
    """Which row each line will have: those of working capital last."""
    order = sorted(range(len(lines)), key=lambda i: lines[i].line.unit == TIED)
    rows = [0] * len(lines)
    for row, i in enumerate(order, start=TOP):
        rows[i] = row
    running = sum(one.line.unit != TIED for one in lines)
    return Lines(page, rows, TOP + running - 1)


def write(lines: Lines, priced: Sequence[PricedLine], prices: Prices, capital: Capital) -> None:
    """Every line, with its price and, for shares of capital, its quantity as references."""
    page = lines.page
    page.title(
        "Lines",
        "What the whole plant uses and pays per operating hour. Coloured cells are there to be changed. What joins"
        " units is of the solve.",
    )
    head = page.head(*HEADS, freeze=3)
    for i in sorted(range(len(priced)), key=lambda i: lines.rows[i]):
        page.add(*_cells(page.row, priced[i], prices, capital))
    page.filter(head, len(HEADS))
    page.widths(*WIDTHS)


def _cells(at: int, one: PricedLine, prices: Prices, capital: Capital) -> list[Cell]:
    line = one.line
    quantity: Cell = Number(one.quantity, form(one.quantity), editable=True)
    price: Cell = Number(one.price, form(one.price), editable=True)
    if one.row is not None:
        times = "" if one.ratio == 1.0 else f"*{literal(one.ratio)}"
        price = Formula(f"={prices.at(one.row)}{times}", one.price, form(one.price))
    else:
        cell, rate = capital.invested(line), capital.price(line)
        if cell is not None:
            quantity = Formula(f"={cell}", one.quantity, form(one.quantity))
        if rate is not None:
            price = Formula(f"={rate}", one.price, form(one.price))
    cost = first(line.cost)
    return [
        line.stage,
        line.unit_name,
        line.item,
        line.cause,
        quantity,
        line.unit,
        price,
        Formula(f"=E{at}*G{at}", cost, form(cost)),
        "assumed" if line.assumed else "",
        Number(line.year, "0"),
        line.source,
        line.note,
    ]
