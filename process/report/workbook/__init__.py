"""Results as workbooks with live formulas, for analysts; docs/workbook.md says what each sheet holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...studies.bridge import bridge
from . import bridges, comparison, plant
from .book import Book, ready

if TYPE_CHECKING:
    from ...flowsheet import Result
    from ...studies.compare import Comparison

__all__ = ["compare", "ready", "run"]


def run(result: Result, changes: Mapping[str, str] | None = None) -> bytes:
    """The workbook of a solved flowsheet (its first sample); `changes` are those that it was loaded with.

    Raises OutputError where openpyxl is missing.
    """
    book = Book(result.plan.title)
    plant.write(book, result, changes or {})
    return book.data()


def compare(found: Comparison) -> bytes:
    """The workbook of a comparison: what differs, and the sheets of every plant. Raises OutputError as `run` does."""
    book = Book(" and ".join(found.results))
    page, (start, *others) = book.page("Comparison"), found.results
    # Sheets stand in the order in which they are asked for; what compares plants stands before them.
    asked = [
        (book.page(f"Bridge {product} {label}"), product, label)
        for product, plants in found.cost.items()
        for label in others
        if start in plants and label in plants
    ]
    labels = comparison.prefixes(list(found.results))
    made = {label: plant.write(book, result, {}, labels[label]) for label, result in found.results.items()}
    comparison.write(page, found, made)
    for sheet, product, label in asked:
        bridges.write(sheet, bridge(found.results[start], found.results[label], product, (start, label)))
    return book.data()
