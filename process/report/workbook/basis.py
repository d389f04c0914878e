"""The sheets of what a result rests on: assumptions, values of the file, sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...data import sources
from ...studies.compare import rests_on
from ...studies.model import model_facts
from ..figures import first
from .book import Page
from .cells import SHARE, Number, form

if TYPE_CHECKING:
    from ...flowsheet import Result
    from ...studies.priced import PriceRow

FILE = "file"


def _number(value: float | None) -> Number:
    return Number(value, form(value))


def assumptions(page: Page, result: Result) -> None:
    """Every assumed value of the file, assumed money data by their weight, and what the model takes as given."""
    share = f"{100.0 * first(result.cost.assumed_share):.0f} % of the plant's cost stands in lines that rest on one"
    page.title("Assumptions", share)
    heads = ("of", "item", "value", "low", "high", "unit", "share of cost", "year", "source", "note")
    head = page.head(*heads, freeze=2)
    values = result.plan.values()
    for path, words in result.assumptions.items():
        value = values[path]
        low, high = value.range()
        page.add(
            "file",
            path,
            *map(_number, (value.nominal, low, high)),
            value.unit,
            None,
            None,
            value.source or "none",
            words,
        )
    for one in rests_on(result):
        year, cells = Number(one.year, "0"), map(_number, (one.value, one.low, one.high))
        page.add(one.kind, one.item, *cells, one.unit, Number(one.share, SHARE), year, one.source, one.note)
    for fact in model_facts(result):
        note = fact.note if fact.assumed else f"published, with its range; {fact.note}"
        cells = map(_number, (fact.value, fact.low, fact.high))
        page.add(fact.what, fact.item, *cells, fact.unit, None, Number(fact.year, "0"), fact.source, note)
    page.filter(head, len(heads))
    page.widths(26, 44, 14, 14, 14, 24, 12, 8, 20, 90)


def values(page: Page, result: Result) -> None:
    """Every value of the file as written, as a number and with its source."""
    page.title("Values", f"{result.plan.path}; numbers are in the unit beside them, whatever the file wrote")
    heads = ("value", "as written", "number", "unit", "low", "high", "source", "assumed")
    head = page.head(*heads, freeze=1)
    for path, value in result.plan.values().items():
        low, high = value.range()
        assumed = "assumed" if path in result.assumptions else ""
        cells = (_number(value.nominal), value.unit, _number(low), _number(high))
        page.add(path, value.text or str(value), *cells, value.source or "", assumed)
    page.filter(head, len(heads))
    page.widths(44, 44, 14, 16, 14, 14, 20, 10)


def figures(page: Page, result: Result) -> None:
    """Every figure of the data that the cost rests on, with its range."""
    page.title("Figures", "figures of the shipped data that this cost rests on, in the unit and money of their source")
    heads = ("figure", "value", "low", "high", "unit", "year", "source", "confidence", "assumed", "note")
    head = page.head(*heads, freeze=1)
    for path, fact in result.cost.figures.items():
        cells, year = map(_number, (fact.value, fact.low, fact.high)), Number(fact.year, "0")
        page.add(
            path, *cells, fact.unit, year, fact.source, fact.confidence, "assumed" if fact.assumed else "", fact.note
        )
    page.filter(head, len(heads))
    page.widths(44, 14, 14, 14, 24, 8, 22, 12, 10, 90)


def used(result: Result, prices: Iterable[PriceRow]) -> list[str]:
    """The keys of the sources that a result names, in the order of the alphabet."""
    keys = {row.price.source for row in prices} | {line.source for line in result.cost.lines}
    keys |= {value.source for value in result.plan.values().values() if value.source}
    keys |= {one.source for one in rests_on(result)} | {one.source for one in model_facts(result)}
    keys |= {fact.source for fact in result.cost.figures.values()}
    return sorted(keys - {""})


def references(page: Page, result: Result, prices: Iterable[PriceRow]) -> None:
    """The sources that the other sheets name."""
    page.title("Sources", "the sources that this plant's prices, values and figures name")
    heads = ("key", "title", "year", "kind", "confidence", "where")
    head = page.head(*heads, freeze=1)
    own, known = result.plan.sources, sources()
    for key in used(result, prices):
        if key in own:
            page.add(key, own[key], None, "of the file", "", result.plan.path)
        elif key in known:
            one = known[key]
            page.add(key, one.title, Number(one.year, "0"), one.kind, one.confidence, one.locator)
        elif key == FILE:
            page.add(key, "the file itself, which names no source", None, "of the file", "", result.plan.path)
    page.filter(head, len(heads))
    page.widths(24, 70, 8, 18, 12, 90)
