"""What `didymium finance` prints: a plant's numbers, its prices beside the market, its years, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ..studies.finance import CREDIT
from .figures import NONE, amount, money, number, percent, plain
from .tables import row, sentences, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..flowsheet import Result
    from ..studies.finance import FinanceSheet

COLUMNS = ("revenue", "subsidy", "operating", "capital", "grant", "working capital", "tax", "project")
BORROWED = ("loan drawn", "interest", "principal", "owners")


def page(result: Result, sheet: FinanceSheet, changes: Mapping[str, str]) -> list[RenderableType]:
    """The tables of a plant's finance; its numbers stand last."""
    return [
        _head(result, changes),
        years(sheet),
        *([borrowed(sheet)] if any(name in sheet.flows for name in BORROWED) else []),
        basis(sheet),
        prices(sheet),
        headline(sheet),
        _words(result, sheet),
    ]


def _head(result: Result, changes: Mapping[str, str]) -> Text:
    plan = result.plan
    head = Text(plain(plan.title), style="bold")
    head.append("  ")
    head.append(plain(f"{plan.path}, region {plan.region}, {plan.year}"), style="not bold")
    for path, value in changes.items():
        head.append("\n")
        head.append(plain(f"{path} = {value}"), style="not bold")
    return head


def flow(value: float) -> str:
    """Million USD with as many digits as a plant's flows need; nothing for nothing.

    >>> flow(0.0), flow(-12.345), flow(1234.5), flow(0.0123)
    ('', '-12.3', '1,234.5', '0.0')
    """
    return f"{value:z,.1f}" if value != 0.0 else ""


def _runs(sheet: FinanceSheet, shown: list[str]) -> Iterator[tuple[int, int]]:
    """Runs of years that read the same, first and last index."""
    texts = [
        (percent(sheet.output[i]), *(flow(sheet.flows[name][i]) for name in shown)) for i in range(len(sheet.years))
    ]
    start = 0
    for i in range(1, len(texts) + 1):
        if i == len(texts) or texts[i] != texts[start]:
            yield start, i - 1
            start = i


def years(sheet: FinanceSheet) -> Table:
    """Flows by year; years that read the same share a row."""
    shown = [name for name in COLUMNS if name in sheet.flows and any(sheet.flows[name])]
    made = table(
        "Cash flow, million USD a year",
        ["year"],
        ["output", *shown, "worth by then"],
        "year 1 is the first of operation; in above zero, out below; worth: present value of the project at "
        f"{percent(sheet.discount_rate)} up to the last year of the row, at the first year of building",
    )
    for first, last in _runs(sheet, shown):
        label = str(sheet.years[first]) if first == last else f"{sheet.years[first]} to {sheet.years[last]}"
        numbers = [flow(sheet.flows[name][first]) for name in shown]
        output = percent(sheet.output[first], 0) if sheet.years[first] > 0 else ""
        row(made, label, output, *numbers, f"{sheet.cumulative[last]:z,.1f}")
    return made


def borrowed(sheet: FinanceSheet) -> Table:
    """What is borrowed and paid back by year, and what is left for the owners."""
    shown = [name for name in ("project", *BORROWED) if name in sheet.flows and any(sheet.flows[name])]
    made = table(
        "Loan, million USD a year",
        ["year"],
        shown,
        "project: as above; owners: what is left for them, their tax reckoned after interest",
    )
    for first, last in _runs(sheet, shown):
        label = str(sheet.years[first]) if first == last else f"{sheet.years[first]} to {sheet.years[last]}"
        row(made, label, *(flow(sheet.flows[name][first]) for name in shown))
    return made


def prices(sheet: FinanceSheet) -> Table:
    """What the products are sold at, and what they must fetch."""
    made = table(
        "Prices, USD per kg of product",
        ["product"],
        ["t/year", "sold at", "range", "fetches", "at NPV = 0", "before tax", f"cost by {sheet.allocation}"],
        f"at NPV = 0: {CREDIT}; before tax: the same without tax; cost by {sheet.allocation}: joint costs shared by "
        f"{sheet.allocation}, capital as an annuity, no tax; * an assumption",
    )
    for one in sheet.products:
        span = f"{money(one.low)} to {money(one.high)}" if one.low is not None and one.low != one.high else ""
        row(
            made,
            one.product if one.sold else f"{one.product} (used here)",
            amount(one.t_per_year),
            money(one.market) + ("*" if one.assumed else ""),
            span,
            money(one.realised) if one.sold else "",
            money(one.at_zero) if one.sold else "",
            money(one.before_tax) if one.sold else "",
            money(one.allocated),
        )
    return made


def headline(sheet: FinanceSheet) -> Table:
    """The numbers that a reader asks for first."""
    made = table("Finance", ["", "", ""], [])
    by_stage = ", ".join(f"{stage} {amount(million)}" for stage, million in sheet.capital.items())
    row(made, "capital", f"{amount(sheet.invested)} M USD", by_stage)
    row(made, "working capital", f"{amount(sheet.tied_up)} M USD", "")
    row(made, f"NPV at {percent(sheet.discount_rate)}", f"{amount(sheet.npv)} M USD", _lived(sheet))
    row(made, "IRR", percent(sheet.rate, 2), sheet.rate_note)
    row(made, "payback", _years(sheet.payback), f"discounted {_years(sheet.discounted_payback)}")
    if sheet.owners_npv is not None:
        row(made, "owners' NPV", f"{amount(sheet.owners_npv)} M USD", "")
        row(made, "owners' IRR", percent(sheet.owners_rate, 2), sheet.owners_note)
    return made


def _lived(sheet: FinanceSheet) -> str:
    built = f"{sheet.building} year{'' if sheet.building == 1 else 's'} of building"
    return f"{built}, {sheet.life:g} of operation, tax {percent(sheet.tax)}"


def _years(value: float) -> str:
    return "never" if number(value) is None else f"{value:.1f} years of operation"


def basis(sheet: FinanceSheet) -> Table:
    """What the cash flow rests on, assumed figures marked."""
    made = table(
        "What the cash flow rests on, beside the cost",
        ["figure", "unit", "source"],
        ["value", "from", "to"],
        "* an assumption",
    )
    for one in sheet.basis:
        bounds = [f"{one.low:.4g}", f"{one.high:.4g}"] if one.low != one.high else ["", ""]
        name = one.item.removeprefix("data.finance.").removeprefix("data.")
        row(made, name + ("*" if one.assumed else ""), one.unit, one.source, f"{one.value:.4g}", *bounds)
    return made


def _words(result: Result, sheet: FinanceSheet) -> Table:
    lines = [("money", "", f"real; {result.cost.money}")]
    lines += [
        ("price", "", f"{one.product}: {one.note} ({one.source})") for one in sheet.products if one.note and one.source
    ]
    lines += [("price", "", f"{one.product}: {one.note}") for one in sheet.products if one.note and not one.source]
    unknown = [one.product for one in sheet.products if one.market is None]
    lines += [("price", "", f"{name}: {NONE} no market price is known") for name in unknown]
    lines += [("note", "", note) for note in sheet.notes]
    return sentences(lines)
