"""The sheet that sets plants side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...plan import STAGES
from .. import comparison as pages
from ..figures import first, listed
from .book import Page, column
from .cells import MONEY, SHARE, Formula, Number, form

if TYPE_CHECKING:
    from ...studies.compare import Comparison
    from .summary import Summary

PREFIX = 14
"""Characters of a plant's name that begin the names of its sheets."""


def prefixes(labels: Sequence[str]) -> dict[str, str]:
    """What begins the names of each plant's sheets: its name, cut where it is long, and a number where two are alike.

    >>> prefixes(["baotou", "mountain_pass_as_of_2020", "mountain_pass_as_of_2025"])
    {'baotou': 'baotou', 'mountain_pass_as_of_2020': 'mountain_pass_', 'mountain_pass_as_of_2025': 'mountain_pas-2'}
    """
    out: dict[str, str] = {}
    for label in labels:
        made, count = label[:PREFIX].strip(), 1
        while made.lower() in {other.lower() for other in out.values()}:
            count += 1
            end = f"-{count}"
            made = label[: PREFIX - len(end)] + end
        out[label] = made
    return out


def write(page: Page, found: Comparison, plants: Mapping[str, Summary]) -> None:
    """Costs by cause as references to the plants' sheets, their differences as formulas; recoveries; what is said."""
    labels = list(found.results)
    page.title(f"{listed(labels)}, per kg {found.basis}", f"differences are each plant less {labels[0]}")
    others = [f"{label} less {labels[0]}" for label in labels[1:]]
    for product in found.products:
        if found.cost[product]:
            _cost(page, found, plants, product, others)
    _recovery(page, found)
    page.section("In words")
    for topic, label, words in pages.lines(found):
        page.add(topic, label, words)
    page.widths(30, *([20.0] * (2 * len(labels))))


def _cost(page: Page, found: Comparison, plants: Mapping[str, Summary], product: str, others: Sequence[str]) -> None:
    made = found.cost[product]
    causes = list(dict.fromkeys(cause for one in made.values() for cause in one.by_cause))
    page.section(f"Cost per kg {product}, USD")
    page.head("cause", *found.results, *others)
    count, start = len(found.results), page.row

    def differences(values: list[float | None]) -> list[Formula | None]:
        at = page.row
        return [
            None
            if value is None or values[0] is None
            else Formula(f"={column(col)}{at}-$B{at}", value - values[0], f"+{MONEY};-{MONEY};0")
            for col, value in enumerate(values[1:], start=3)
        ]

    for cause in causes:
        values = [first(made[label].by_cause[cause]) if label in made else None for label in found.results]
        cells = [
            None if value is None else Formula(f"={plants[label].causes[product][cause]}", value, MONEY)
            for label, value in zip(found.results, values, strict=True)
        ]
        page.add(cause, *cells, *differences(values))
    totals = [first(made[label].total) if label in made else None for label in found.results]
    letters = [column(col) for col in range(2, 2 + count)]
    sums = [
        None if total is None else Formula(f"=SUM({letter}{start}:{letter}{page.row - 1})", total, MONEY)
        for letter, total in zip(letters, totals, strict=True)
    ]
    page.add("total", *sums, *differences(totals), bold=True)
    shares = [Number(first(made[label].assumed_share), SHARE) if label in made else None for label in found.results]
    page.add("on assumptions", *shares)
    sizes = [first(made[label].t_per_year) if label in made else None for label in found.results]
    page.add("t per year", *(Number(size, form(size)) for size in sizes))
    page.add("money", *(str(made[label].money) if label in made else None for label in found.results))
    page.add("joint costs by", *(made[label].allocation if label in made else None for label in found.results))


def _recovery(page: Page, found: Comparison) -> None:
    named = {stage for plants in found.recovery.values() for one in plants.values() for stage in one.by_stage}
    stages = [stage for stage in STAGES if stage in named]
    page.section(f"Recovery to {found.basis}")
    page.head("element", "plant", *stages, "overall")
    for element, plants in found.recovery.items():
        for label, one in plants.items():
            shares = [Number(one.by_stage.get(stage), "0.00%") for stage in stages]
            page.add(element, label, *shares, Number(one.overall, "0.00%"))
