"""Results as workbooks with live formulas, for analysts; docs/workbook.md says what each sheet holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import comparison, plant
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
    first = book.page("Comparison")
    labels = comparison.prefixes(list(found.results))
    made = {label: plant.write(book, result, {}, labels[label]) for label, result in found.results.items()}
    comparison.write(first, found, made)
    return book.data()
