"""The first sheet of a plant: what a kg costs, by cause and stage, and what else a reader wants at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...studies import leaving
from .. import document, effluents, tables
from ..figures import first
from .book import Page, column
from .cells import MONEY, SHARE, Formula, Number, form
from .costs import ASSUMED, CAUSE, STAGE

if TYPE_CHECKING:
    from ...flowsheet import Result
    from .costs import CostPage


FORMULAS = (
    ("formulas", "Prices, capital, equipment and quantities may be changed on their sheets; costs follow."),
    ("", "What joins units and how they share joint costs are numbers of the solve and stay: that takes another run."),
)


class Summary:
    """Where the sums of a plant's costs stand, for sheets that compare plants."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.total: dict[str, str] = {}
        self.causes: dict[str, dict[str, str]] = {}


def write(page: Page, result: Result, costs: Mapping[str, CostPage], changes: Mapping[str, str]) -> Summary:
    """Costs as references to their sheets, sums by cause and stage as formulas."""
    made, plan = Summary(page), result.plan
    page.title(plan.title, f"{plan.path}, region {plan.region}, {plan.year}; {result.cost.money}")
    for path, value in changes.items():
        page.add("changed", f"{path} = {value}")
    page.add("file", plan.path)
    page.add("operating hours a year", Number(first(plan.hours_per_year.nominal), "#,##0"))
    page.add("joint costs shared by", result.cost.allocation)
    page.add("SHA-256 of the file", plan.sha256)
    if costs:
        _totals(made, costs)
        _by(made, costs, "cause")
        _by(made, costs, "stage")
        product = result.main_product if result.main_product in costs else next(iter(costs))
        _matrix(page, costs[product])
    _targets(page, result)
    _capacity(page, result)
    page.section("Notes")
    for topic, words in FORMULAS:
        page.add(topic, words)
    page.add("closure", tables.closure_line(result))
    page.add("what limits", tables.limit_line(result))
    product = result.main_product
    page.add("on assumptions", tables.assumption_line(result, [product] if product else []))
    for note in (*leaving.remarks(result), *result.cost.notes, *effluents.remarks(result)):
        page.add("note", note)
    page.widths(30, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16)
    return made


def _totals(made: Summary, costs: Mapping[str, CostPage]) -> None:
    page = made.page
    page.section("Cost, USD per kg")
    page.head("product", "USD per kg", "the model's", "difference", "t per year", "on assumptions", "of")
    for name, cost in costs.items():
        split, at = cost.split, page.row
        total = first(split.total)
        lines = [abs(first(one.per_kg)) for one in split.lines]
        assumed = first(split.assumed_share) if sum(lines) else 0.0
        costs_at, words = cost.page.span(10, cost.first, cost.last), cost.page.span(ASSUMED, cost.first, cost.last)
        weight = f"SUMPRODUCT(ABS({costs_at}))"
        resting = f'SUMPRODUCT(ABS({costs_at})*({words}="assumed"))/{weight}'
        page.add(
            name,
            Formula(f"={cost.total}", total, MONEY),
            Number(total, MONEY),
            Formula(f"=B{at}-C{at}", 0.0, "0.0E+00"),
            Number(first(split.t_per_year), form(first(split.t_per_year))),
            Formula(f"=IF({weight}=0,0,{resting})", assumed, SHARE),
            split.stream,
        )
        made.total[name] = page.at(at, 2)


def _by(made: Summary, costs: Mapping[str, CostPage], what: str) -> None:
    """Products down, causes or stages across."""
    page, of = made.page, CAUSE if what == "cause" else STAGE
    split_by = {name: getattr(cost.split, f"by_{what}") for name, cost in costs.items()}
    heads = list(dict.fromkeys(key for values in split_by.values() for key in values))
    page.section(f"USD per kg by {what}")
    page.head("product", *heads, "sum")
    top = page.row - 1
    for name, cost in costs.items():
        cells = []
        for col, head in enumerate(heads, start=2):
            where = cost.where((of, f"{column(col)}${top}"))
            cells.append(Formula(where, first(split_by[name].get(head, 0.0)), MONEY))
        last = column(len(heads) + 1)
        whole = Formula(f"=SUM(B{page.row}:{last}{page.row})", first(cost.split.total), MONEY, bold=True)
        at = page.add(name, *cells, whole)
        if what == "cause":
            made.causes[name] = {head: page.at(at, col) for col, head in enumerate(heads, start=2)}


def _matrix(page: Page, cost: CostPage) -> None:
    """One product: stages down, causes across."""
    causes = [cause for cause, value in cost.split.by_cause.items() if first(value) != 0.0]
    page.section(f"{cost.split.product}: USD per kg by stage and cause")
    top = page.head("stage", *causes, "sum")
    values: dict[tuple[str, str], float] = {}
    for one in cost.split.lines:
        key = (one.line.stage, one.line.cause)
        values[key] = values.get(key, 0.0) + first(one.per_kg)
    for stage in cost.split.by_stage:
        cells = [
            Formula(
                cost.where((STAGE, f"$A{page.row}"), (CAUSE, f"{column(col)}${top}")),
                values.get((stage, cause), 0.0),
                MONEY,
            )
            for col, cause in enumerate(causes, start=2)
        ]
        last = column(len(causes) + 1)
        whole = first(cost.split.by_stage[stage])
        page.add(stage, *cells, Formula(f"=SUM(B{page.row}:{last}{page.row})", whole, MONEY, bold=True))


def _targets(page: Page, result: Result) -> None:
    if not result.targets:
        return
    page.section("Targets")
    page.head("target", "value", "unit", "at least", "at most", "", "where")
    for item in result.targets:
        one = document.target(result, item)
        shown = SHARE if one["unit"] == "1" and one["kind"] != "magnet" else "0.000"
        shown = "0.0000%" if one["kind"] in ("purity", "grade", "impurity") else shown
        cells = (
            Number(one["value"], shown),
            one["unit"],
            Number(one["at_least"], shown),
            Number(one["at_most"], shown),
        )
        page.add(one["target"], *cells, "met" if one["passed"] else "MISSED", one["where"])


def _capacity(page: Page, result: Result) -> None:
    if not result.capacity:
        return
    page.section("Capacity, t per year")
    page.head("stage", "throughput", "nameplate", "utilisation", "when limited", "", "counts")
    for stage, one in document.capacity(result).items():
        sizes = [one[f"{key}_t_per_year"] for key in ("throughput", "nameplate", "limited")]
        made, plate, limited = (Number(size, form(size)) for size in sizes)
        page.add(
            stage,
            made,
            plate,
            Number(one["utilisation"], SHARE),
            limited,
            "binds" if one["binding"] else "",
            one["basis"],
        )
