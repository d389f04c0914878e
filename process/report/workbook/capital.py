"""The sheet of capital: from bare equipment to plants that stand, money tied up, and what both cost a year."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...data import Fact, cost_index, cost_rates, exchange_rate, regional_factors
from ...data.investment import GROUPS, capital_factors, compliance, installation
from ...studies.priced import NO_STOCK
from ..figures import first
from .book import Page
from .cells import COUNT, Cell, Formula, Number, form, literal
from .equipment import Equipment
from .lines import TIED, Lines

if TYPE_CHECKING:
    from ...economics import CostLine
    from ...flowsheet import Result
    from ...studies.priced import Tied
    from .prices import Prices

CHARGE, WORKING = "capital charge", "working capital"
MILLION, RATE = "#,##0.0000", "0.0000%"
DAYS = 365


@dataclass
class Capital:
    """Where figures stand: rows of column B, and the cells of what units cost and tie up with their values."""

    page: Page
    hours: int = 0
    rates: dict[tuple[str, float], int] = field(default_factory=dict)
    units: dict[tuple[str, str, str], tuple[str, float]] = field(default_factory=dict)

    def invested(self, line: CostLine) -> str | None:
        """The cell of what a unit costs to build or ties up, where a line's quantity is that."""
        found = self.units.get((line.unit, line.stage, line.unit_name))
        return found[0] if found is not None and _same(found[1], first(line.quantity)) else None

    def price(self, line: CostLine) -> str | None:
        """The formula of a line's USD per million USD and operating hour."""
        row = self.rates.get((line.item, first(line.price)))
        return None if row is None else f"{self.page.at(row, 2)}*1000000/{self.page.at(self.hours, 2)}"


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-11)


def recovery(rate: float, years: float) -> float:
    """The yearly share that pays capital back with interest, as the sheet's formula has it.

    >>> round(recovery(0.10, 20), 4), recovery(0.0, 20)
    (0.1175, 0.05)
    """
    growth = (1.0 + rate) ** years
    return 1.0 / years if rate == 0.0 else rate * growth / (growth - 1.0)


def write(
    page: Page,
    result: Result,
    places: Mapping[str, str],
    equipment: Equipment,
    lines: Lines,
    tied: Sequence[Tied],
    prices: Prices,
) -> Capital:
    """Figures as input, capital and working capital as formulas of them."""
    made = Capital(page)
    page.title(
        "Capital",
        "Coloured cells are there to be changed. Capital stands in million USD of the year of the cost index.",
    )
    _yearly(made, result)
    figures = _factors(page, result, places)
    _units(made, result, places, equipment, figures)
    _stages(made, result)
    _working(made, result, lines, tied, prices, figures)
    page.widths(30, 24, 18, 18, 18, 18, 18, 18, 18, 90)
    return made


def _fact(page: Page, name: str, fact: Fact, shown: str = "") -> int:
    """A row of a figure of the data, there to be changed; its number."""
    value = Number(fact.value, shown or form(fact.value), editable=True)
    low, high = Number(fact.low, shown or form(fact.low)), Number(fact.high, shown or form(fact.high))
    return page.add(name, value, fact.unit, low, high, fact.source, "assumed" if fact.assumed else "", fact.note)


def _yearly(made: Capital, result: Result) -> None:
    """Rows of what a year takes of capital, by item and the line's price; formulas of rate and life where they are."""
    page, known = made.page, cost_rates()
    hours = first(next(iter(result.cost.capital.values())).hours)
    page.section("What capital costs a year")
    page.head("", "value", "unit", "low", "high", "source", "", "note")
    made.hours = page.add("operating hours", Number(hours, COUNT), "h/year")
    rate = _fact(page, "discount rate", known["discount_rate"], "0.0%")
    life = _fact(page, "life", known["life"], "0")
    growth = f"(1+B{rate})^B{life}"
    annuity = recovery(known["discount_rate"].value, known["life"].value)
    formulas = {
        CHARGE: (annuity, f"=IF(B{rate}=0,1/B{life},B{rate}*{growth}/({growth}-1))"),
        WORKING: (known["discount_rate"].value, f"=B{rate}"),
    }
    wanted = {(one.item, first(one.price)): one for one in result.cost.lines if _of_capital(one)}
    for (item, price), line in wanted.items():
        share = price * hours / 1e6
        value, text = formulas.get(item, (math.nan, ""))
        cell: Cell = Formula(text, share, RATE) if _same(value, share) else Number(share, RATE, editable=True)
        made.rates[item, price] = page.add(item, cell, "of capital a year", None, None, line.source)


def _of_capital(line: CostLine) -> bool:
    return line.quote is None and line.unit.startswith("million USD")


@dataclass(frozen=True)
class _Factors:
    """Cells of the figures that lead from bare equipment to a plant."""

    lang: str
    scope: Mapping[str, str]
    regions: Mapping[tuple[str, str], str]
    """What building costs over the US, by region and stage."""
    days: Mapping[str, str]
    exponent: str


def _factors(page: Page, result: Result, places: Mapping[str, str]) -> _Factors:
    """Rows of installation, scope, regions and days of stocks."""
    page.section("From bare equipment to a plant that stands")
    page.head("", "value", "unit", "low", "high", "source", "", "note")
    start = page.row
    for item, fact in installation().items():
        _fact(page, item, fact, "0.00")
    total = 1.0 + sum(fact.value for fact in installation().values())
    lang = page.add("installed over bare (Lang)", Formula(f"=1+SUM(B{start}:B{page.row - 1})", total, "0.00"))
    known, stages = capital_factors(), list(result.cost.capital)
    groups = dict.fromkeys(GROUPS[stage] for stage in stages)
    scopes = {group: _fact(page, f"scope, {group}", known["scope", group], "0.000") for group in groups}
    wanted = dict.fromkeys([*places.values(), *(one.plant.region for one in result.cost.capital.values())])
    place, rules = {}, {}
    for region in wanted:
        place[region] = _fact(page, f"location, {region}", regional_factors()["location", region], "0.000")
        for key, fact in dict(compliance(region, GROUPS[stage]) for stage in stages).items():
            rules[key] = _fact(page, key.replace(".", ", "), fact, "0.000")
    days = {stage: _fact(page, f"days of stocks, {stage}", known["stock_days", stage], "0") for stage in stages}
    exponent = _fact(page, "exponent of known plants", cost_rates()["exponent"], "0.00")
    return _Factors(
        f"$B${lang}",
        {stage: f"$B${scopes[GROUPS[stage]]}" for stage in stages},
        {
            (region, stage): f"$B${place[region]}*$B${rules[compliance(region, GROUPS[stage])[0]]}"
            for region in wanted
            for stage in stages
        },
        {stage: f"$B${days[stage]}" for stage in stages},
        f"$B${exponent}",
    )


def _units(made: Capital, result: Result, places: Mapping[str, str], equipment: Equipment, figures: _Factors) -> None:
    """What each unit costs to build: from its equipment, or its share of a known plant."""
    page = made.page
    known = _known(page, result, figures)
    page.section("What units cost to build, million USD")
    page.head("unit", "stage", "region", "bare equipment", "share of the stage", "standing", "the model's", "assumed")
    for stage, one in result.cost.capital.items():
        for name, million in one.by_unit.items():
            at, value, region = page.row, first(million), places[name]
            bare, share = None, None
            if one.way == "equipment":
                bought = sum(first(piece.million_usd) for piece in one.purchases if piece.unit == name)
                bare = Formula(f"={equipment.bare(f'$A{at}')}", bought, MILLION)
                text = f"=D{at}*{figures.lang}*{figures.scope[stage]}*{figures.regions[region, stage]}"
                agreed = _same(bought * _installed(stage, region), value)
            else:
                (cell, whole), home = known[stage], one.plant.region
                moved = 1.0 if region == home else regional_build(region, stage) / regional_build(home, stage)
                share = Number(value / (whole * moved), RATE)
                there = "" if region == home else f"*{figures.regions[region, stage]}/({figures.regions[home, stage]})"
                text, agreed = f"=E{at}*{cell}{there}", True
            standing = Formula(text, value, MILLION) if agreed else Number(value, MILLION, editable=True)
            assumed = "assumed" if name in one.assumed_units else ""
            page.add(name, stage, region, bare, share, standing, Number(value, MILLION), assumed)
            made.units["million USD invested", stage, name] = (page.at(at, 6), value)


def regional_build(region: str, stage: str) -> float:
    """What building a stage costs in a region over the US: location × compliance."""
    return regional_factors()["location", region].value * compliance(region, GROUPS[stage])[1].value


def _installed(stage: str, region: str) -> float:
    lang = 1.0 + sum(fact.value for fact in installation().values())
    return lang * capital_factors()["scope", GROUPS[stage]].value * regional_build(region, stage)


def _known(page: Page, result: Result, figures: _Factors) -> dict[str, tuple[str, float]]:
    """Known plants scaled to the stages' capacity, in their own region: the cell and its value, million USD."""
    page.section("Known plants, scaled to the capacity of the stages, in their own region")
    heads = ("stage", "cost, million", "currency", "per USD", "t/year", "for t/year", "index over base", "million USD")
    page.head(*heads, "", "plant")
    out = {}
    for stage, one in result.cost.capital.items():
        plant, at = one.plant, page.row
        rate = exchange_rate(plant.currency, plant.cost.year).value
        index = cost_index(result.plan.year).value / cost_index(plant.cost.year).value
        size = first(one.capacity)
        value = plant.cost.value / rate * (size / plant.capacity) ** cost_rates()["exponent"].value * index
        page.add(
            stage,
            Number(plant.cost.value, form(plant.cost.value), editable=one.way == "known plant"),
            f"{plant.currency} of {plant.cost.year}",
            Number(rate, "0.0000"),
            Number(plant.capacity, COUNT),
            Number(size, form(size)),
            Number(index, "0.0000"),
            Formula(f"=B{at}/D{at}*(F{at}/E{at})^{figures.exponent}*G{at}", value, MILLION),
            one.way if one.way == "known plant" else "to compare",
            f"{plant.title}, {plant.region}",
        )
        out[stage] = (f"$H${at}", value)
    return out


def _stages(made: Capital, result: Result) -> None:
    """Sums over units, beside the model's and the other way's."""
    page = made.page
    rows = [int(cell.rpartition("$")[2]) for cell, _ in made.units.values()]
    start, end = min(rows), max(rows)
    page.section("What stages cost to build, million USD")
    page.head(
        "stage", "million USD", "the model's", "as a known plant", "t/year", "year", "regions", "from", "", "note"
    )
    first_row = page.row
    total = 0.0
    for stage, one in result.cost.capital.items():
        whole = first(one.million_usd)
        total += whole
        page.add(
            stage,
            Formula(f"=SUMIFS(F{start}:F{end},B{start}:B{end},A{page.row})", whole, MILLION),
            Number(whole, MILLION),
            Number(first(one.by_plant), MILLION),
            Number(first(one.capacity), form(first(one.capacity))),
            Number(one.year, "0"),
            ", ".join(one.regions),
            one.way,
            "",
            one.note,
        )
    page.add("all", Formula(f"=SUM(B{first_row}:B{page.row - 1})", total, MILLION), bold=True)


def _working(
    made: Capital, result: Result, lines: Lines, tied: Sequence[Tied], prices: Prices, figures: _Factors
) -> None:
    """Money tied up: stocks as days of what a stage spends, solvent at its price, rare earths held."""
    page = made.page
    hours = f"$B${made.hours}"
    page.section("Stocks by stage, million USD")
    page.head("stage", "USD per hour", "stocks")
    stocks: dict[str, tuple[str, float]] = {}
    spent = lines.span(8)
    for stage, one in result.cost.working_capital.items():
        at, value = page.row, first(one.parts["stocks"])
        known = max(
            sum(first(line.cost) for line in result.cost.lines if line.stage == stage and line.cause not in NO_STOCK),
            0.0,
        )
        others = ",".join(f'{lines.span(4)},"<>{cause}"' for cause in NO_STOCK)
        wanted = f"{lines.span(1)},$A{at},{others}"
        text = f"=B{at}*{hours}/{DAYS}*{figures.days[stage]}/1000000"
        page.add(stage, Formula(f"=MAX(0,SUMIFS({spent},{wanted}))", known, form(known)), Formula(text, value, MILLION))
        stocks[stage] = (f"$C${at}", value)
    page.section("Money tied up by unit, million USD")
    page.head("unit", "stage", "share of the stocks", "stocks", "solvent", "rare earths held", "tied up", "the model's")
    for own in tied:
        at, (cell, value) = page.row, stocks[own.stage]
        solvent = "+".join(
            f"{literal(kilograms)}*{literal(ratio)}*{prices.at(row)}" for kilograms, ratio, row in own.solvent
        )
        held = own.million_usd - own.rest - value * own.share
        page.add(
            own.unit,
            own.stage,
            Number(own.share, "0.0000%"),
            Formula(f"=C{at}*{cell}", value * own.share, MILLION),
            Formula(f"=({solvent})/1000000", held, MILLION) if solvent else Number(0.0, MILLION),
            Number(own.rest, MILLION, editable=True),
            Formula(f"=D{at}+E{at}+F{at}", own.million_usd, MILLION),
            Number(own.million_usd, MILLION),
        )
        made.units[TIED, own.stage, own.unit] = (page.at(at, 7), own.million_usd)
