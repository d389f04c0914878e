"""The sheet of a bridge: why a kg costs more at one plant than at another, item by item and in sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..figures import first
from .book import Page, column
from .cells import MONEY, Formula, Number

if TYPE_CHECKING:
    from ...studies.bridge import Bridge

SIGNED = f"+{MONEY};-{MONEY};0.0000"
ITEMS = 5
"""Columns before the causes in the table of items: stage, item, counts as, before, after."""


def write(page: Page, found: Bridge) -> None:
    """Causes as sums over items, which are numbers of the model; their sum beside the difference of the costs."""
    page.title(
        f"Bridge, {found.currency} per kg {found.product}: {found.start} to {found.end}",
        "Shapley values: the same whatever the order of the causes. Numbers of the model's run: they do not follow"
        " prices that are changed.",
    )
    shown = [cause for cause in found.by_cause if any(cause in part.by_cause for part in found.parts)]
    stages = list(found.by_stage)
    start = page.row + len(shown) + 9
    end = start + max(1, len(found.parts)) - 1
    top = page.head("cause", *stages, "sum")
    rows = []
    for i, cause in enumerate(shown):
        letter = column(ITEMS + 1 + i)
        cells = [
            Formula(
                f"=SUMIFS({letter}{start}:{letter}{end},$A{start}:$A{end},{column(col)}${top})",
                first(found.by_stage[stage].get(cause, 0.0)),
                SIGNED,
            )
            for col, stage in enumerate(stages, start=2)
        ]
        at, last = page.row, column(len(stages) + 1)
        rows.append(page.add(cause, *cells, Formula(f"=SUM(B{at}:{last}{at})", first(found.by_cause[cause]), SIGNED)))
    whole = column(len(stages) + 2)
    page.add(found.start, *([""] * len(stages)), Number(first(found.before), MONEY), bold=True)
    page.add(found.end, *([""] * len(stages)), Number(first(found.after), MONEY), bold=True)
    difference = first(found.difference)
    at = page.row
    page.add("difference", *([""] * len(stages)), Formula(f"={whole}{at - 1}-{whole}{at - 2}", difference, SIGNED))
    total = f"SUM({whole}{rows[0]}:{whole}{rows[-1]})" if rows else "0"
    page.add("sum of the causes", *([""] * len(stages)), Formula(f"={total}", difference, SIGNED), bold=True)
    page.add("left over", *([""] * len(stages)), Formula(f"={whole}{at + 1}-{whole}{at}", 0.0, "0.0E+00"))
    page.section("By item")
    head = page.head("stage", "item", "counts as", "before", "after", *shown, "left over")
    assert head == start - 1, "the sums above name these rows"
    for part in found.parts:
        at, last = page.row, column(ITEMS + len(shown))
        moved = [Number(first(part.by_cause[cause]) if cause in part.by_cause else None, SIGNED) for cause in shown]
        left = Formula(f"=E{at}-D{at}-SUM(F{at}:{last}{at})", 0.0, "0.0E+00")
        ends = (Number(first(part.before), MONEY), Number(first(part.after), MONEY))
        page.add(part.stage, part.item, part.cause, *ends, *moved, left)
    page.filter(head, ITEMS + len(shown) + 1)
    if found.notes:
        page.section("Notes")
    for note in found.notes:
        page.add(note)
    page.widths(26, 34, 16, 14, 14, *([14.0] * (len(shown) + 1)))
