"""The sheet of prices: each once, plain numbers that an analyst may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .book import Page
from .cells import Formula, Number, form, literal

if TYPE_CHECKING:
    from ...studies.priced import PriceRow

HEADS = (
    "item",
    "region",
    "price, USD per unit",
    "unit",
    "low",
    "high",
    "the model's price",
    "year",
    "source",
    "assumed",
    "counts as",
    "in a file",
    "note",
)
WIDTHS = (24, 12, 14, 12, 11, 11, 13, 8, 20, 10, 12, 26, 90)
PRICE = 3


@dataclass(frozen=True)
class Prices:
    """Where each price stands, by its place in the price list."""

    page: Page
    rows: Sequence[int]

    def at(self, place: int) -> str:
        """The cell of a price."""
        return self.page.at(self.rows[place], PRICE)


def write(page: Page, prices: Sequence[PriceRow]) -> Prices:
    """The price list; a by-product that sells at a share of another item's price follows that price."""
    page.title(
        "Prices",
        "Coloured cells are there to be changed: every cost in this workbook follows. Prices are those of their own"
        " year; nothing is escalated.",
    )
    head = page.head(*HEADS, freeze=2)
    first = page.row
    for row in prices:
        price = row.price
        shown = form(row.value)
        value: Formula | Number = Number(row.value, shown, editable=True)
        if row.of is not None:
            value = Formula(f"=C{first + row.of}*{literal(row.share)}", row.value, shown)
        year = Number(None if price.from_file else price.year, "0")
        low, high = Number(price.low, form(price.low)), Number(price.high, form(price.high))
        page.add(
            row.item,
            row.region or "all (file)",
            value,
            price.unit,
            low,
            high,
            Number(row.value, shown),
            year,
            price.source,
            "assumed" if price.assumed else "",
            price.cause,
            row.path,
            price.note,
        )
    page.filter(head, len(HEADS))
    page.widths(*WIDTHS)
    return Prices(page, tuple(range(first, first + len(prices))))
