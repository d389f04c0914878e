"""The sheets of one plant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...studies.priced import PriceList, places, splits
from . import basis, capital, costs, equipment, lines, physics, prices, summary

if TYPE_CHECKING:
    from ...flowsheet import Result
    from .book import Book
    from .summary import Summary


def write(book: Book, result: Result, changes: Mapping[str, str], label: str = "") -> Summary:
    """Add a plant's sheets; `label` begins their names where there are several plants."""
    listed, made = PriceList(result), splits(result)
    head = f"{label} " if label else ""
    first = book.page(f"{head}Summary")
    products = {name: book.page(f"{head}Cost {name}") for name in made}
    laid = lines.laid(book.page(f"{head}Lines"), listed.lines)
    priced = prices.write(book.page(f"{head}Prices"), listed.rows)
    page = book.page(f"{head}Capital")
    pieces = equipment.write(book.page(f"{head}Equipment"), result)
    invested = capital.write(page, result, places(result), pieces, laid, listed.tied(), priced)
    lines.write(laid, listed.lines, priced, invested)
    found = {
        name: costs.write(products[name], split, listed.carried(split), listed.lines, laid)
        for name, split in made.items()
    }
    physics.recovery(book.page(f"{head}Recovery"), result)
    physics.streams(book.page(f"{head}Streams"), result)
    physics.balance(book.page(f"{head}Balance"), result)
    basis.assumptions(book.page(f"{head}Assumptions"), result)
    basis.figures(book.page(f"{head}Figures"), result)
    basis.values(book.page(f"{head}Values"), result)
    basis.references(book.page(f"{head}Sources"), result, listed.rows)
    return summary.write(first, result, found, changes)
