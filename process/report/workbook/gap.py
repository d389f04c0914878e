"""The workbook of a scenario's gap: table, stages that bind, demand, plants, trade, prices, assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...studies.gap_assumptions import assumed
from ...studies.gap_words import worth_word
from ..figures import listed
from .book import Book, Page, column
from .cells import COUNT, SHARE, Cell, Formula, Number, form

if TYPE_CHECKING:
    from ...studies.gap import Gap
    from ...supply.system import Array


def gap(found: Gap, changes: Mapping[str, str] | None = None) -> bytes:
    """The workbook of a gap; gaps are formulas of what stands beside them. Raises OutputError without openpyxl."""
    book = Book(found.scenario.title)
    _table(book.page("Gap"), found, changes or {})
    _binding(book.page("Binds"), found)
    _uses(book.page("Demand"), found)
    _plants(book.page("Plants"), found)
    _flows(book.page("Trade"), found)
    _prices(book.page("Prices"), found)
    _surplus(book.page("Surplus"), found)
    _assumptions(book.page("Assumptions"), found)
    return book.data()


def _numbers(values: Sequence[float] | Array, shown: str = "") -> list[Number]:
    return [Number(float(value), shown or form(float(value))) for value in values]


def _years(page: Page, found: Gap, *heads: str) -> int:
    return page.head(*heads, *(str(year) for year in found.years), freeze=len(heads))


def _table(page: Page, found: Gap, changes: Mapping[str, str]) -> None:
    scenario = found.scenario
    notes = [f"{scenario.path}, demand of {listed(list(scenario.focus))}, objective {found.objective}"]
    notes += [f"{path} = {value}" for path, value in changes.items()]
    page.title(scenario.title, *notes, "t/year: NdPr, Dy and Tb as oxide, alloy and magnets by mass")
    head = _years(page, found, "stage", "item", "unit", "quantity")
    for one in found.rows:
        rows = {}
        for what in ("nameplate", "effective", "needed", "made", "imported"):
            rows[what] = page.add(one.stage, one.item, one.unit, what, *_numbers(getattr(one, what)))
        cells: list[Cell] = []
        for y, value in enumerate(one.gap):
            letter = column(5 + y)
            need, have = f"{letter}{rows['needed']}", f"{letter}{rows['effective']}"
            text = f"=IF({need}-{have}>0.000001*{need},{need}-{have},0)"
            cells.append(Formula(text, float(value), form(float(value))))
        page.add(one.stage, one.item, one.unit, "gap", *cells, bold=True)
    page.filter(head, 4 + len(found.years))
    page.widths(18, 10, 10, 12, *([11.0] * len(found.years)))


def _binding(page: Page, found: Gap) -> None:
    word = worth_word(found.levels.system, found.objective)
    page.title("What binds", f"worth: {word} for a t more a year; by year the stage that holds back most first")
    page.head("year", "stage", "item", "short by, t/year", "needed, t/year", "worth of a t", "in words")
    for one in found.bottlenecks:
        cells = _numbers([one.missing, one.needed, one.worth])
        page.add(Number(one.year, "0"), one.stage, one.item, *cells, one.words)
    page.section("Every limit with a price")
    page.head("year", "stage", "region", "limit, t/year", "counts", "worth of a t", "in words", "plants")
    for limit in found.bindings:
        most, worth = _numbers([limit.limit, limit.worth])
        plants = ", ".join(limit.plants)
        page.add(Number(limit.year, "0"), limit.stage, limit.region, most, limit.counts, worth, limit.words, plants)
    page.widths(8, 20, 14, 16, 18, 14, 90, 40)


def _uses(page: Page, found: Gap) -> None:
    page.title("Demand by end use", "t/year of the good that is asked for")
    _years(page, found, "region", "end use", "good", "quantity")
    for one in found.uses:
        page.add(one.region, one.use, one.good, "asked", *_numbers(one.asked))
        page.add(one.region, one.use, one.good, "unmet", *_numbers(one.unmet), bold=True)
        for good, values in one.served.items():
            page.add(one.region, one.use, one.good, f"served by {good}", *_numbers(values))
    page.widths(14, 20, 24, 30, *([11.0] * len(found.years)))


def _plants(page: Page, found: Gap) -> None:
    page.title("Plants", "t/year of what the nameplate counts; used is of the solution")
    head = _years(page, found, "plant", "owner", "region", "stage", "counts", "status", "quantity")
    for one in found.plants:
        words = (one.plant, one.owner, one.region, one.stage, one.counts, one.status)
        for what in ("nameplate", "effective", "used"):
            page.add(*words, what, *_numbers(getattr(one, what)))
        page.add(*words, "utilisation", *_numbers(one.utilisation, SHARE))
    page.filter(head, 7 + len(found.years))
    page.widths(24, 24, 14, 18, 12, 12, 14, *([11.0] * len(found.years)))


def _flows(page: Page, found: Gap) -> None:
    page.title("Trade of the focus", "t/year: oxides as oxide, mixtures and metals as contained, others by mass")
    head = _years(page, found, "good", "from", "to")
    for one in found.flows:
        page.add(one.good, one.origin, one.to, *_numbers(one.tonnes))
    page.filter(head, 3 + len(found.years))
    page.widths(30, 16, 16, *([11.0] * len(found.years)))


def _prices(page: Page, found: Gap) -> None:
    word = worth_word(found.levels.system, found.objective)
    page.title("Prices", f"{word} for a t more: of oxide of an oxide, else of the good")
    head = page.head("good", "region", "year", "worth of a t", "in words", freeze=1)
    for one in found.prices:
        page.add(one.good, one.region, Number(one.year, "0"), *_numbers([one.worth]), one.words)
    page.filter(head, 5)
    page.widths(30, 14, 8, 14, 80)


def _surplus(page: Page, found: Gap) -> None:
    page.title("Surplus", "t/year of oxide that nobody takes, all regions")
    _years(page, found, "element", "quantity")
    for one in found.surplus:
        page.add(one.element, "taken by nobody", *_numbers(one.tonnes))
        page.add(one.element, "made", *_numbers(one.made, COUNT))
        page.add(one.element, "share", *_numbers(one.share, SHARE))
    page.widths(12, 18, *([11.0] * len(found.years)))


def _assumptions(page: Page, found: Gap) -> None:
    page.title("Assumptions", "assumed values of the file, each with its range")
    head = page.head("value", "keys", "as written", "number", "low", "high", "unit", "source", freeze=1)
    for one in assumed(found.scenario):
        cells = _numbers([one.value, one.low, one.high])
        page.add(one.path, Number(one.paths, "0"), one.text, *cells, one.unit, one.source or "none")
    page.filter(head, 8)
    page.widths(60, 8, 44, 14, 14, 14, 16, 20)
