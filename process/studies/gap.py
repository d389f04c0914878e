"""Where a chain of many plants breaks: capacity, demand and gap by stage and year, what binds, what it rests on."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from ..data import deposits
from ..plan import Position
from ..scenario import Objective, Scenario
from ..supply import gaps, outcome, requirement, shadow
from ..supply.passage import TracingError
from ..supply.program import Infeasible, Levels, SolverError, solve
from ..supply.rules_notes import notes as rules_notes
from ..supply.sites import sites as compared
from ..supply.system import Array
from . import closing

if TYPE_CHECKING:
    import pandas

    from ..supply.closing import Closing, Progress
    from ..supply.conflict import Clash
    from ..supply.gaps import StageGap, Surplus
    from ..supply.outcome import FlowOutcome, PlantOutcome, Returned, UseOutcome
    from ..supply.requirement import Requirement
    from ..supply.shadow import Binding, Bottleneck, Price, Slack
    from ..supply.shortfall import Shortfalls
    from ..supply.sites import SiteStage
    from ..supply.system import System
    from ..supply.tracing import Traced
    from ..supply.yields import StageYield

    Tables = Mapping[str, Mapping[str, StageYield]]


OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
NO_GROWTH = (
    "What each stage is short by, were all free to grow, has no proved optimum here: it is the need less imports and "
    "effective capacity instead."
)


NOTHING = "nothing satisfies all that this scenario asks for"
REPORT = "change a number a little, or report the file"


class GapError(ValueError):
    """A scenario that has no solution; `places` are the lines of its file that cannot hold together."""

    def __init__(self, reason: str, places: Sequence[tuple[Position, str]] = (), remedy: str = "") -> None:
        super().__init__(reason)
        self.reason, self.places, self.remedy = reason, tuple(places), remedy


@dataclass(frozen=True, repr=False)
class Gap:
    """The gap of a scenario's focus, from the solution of its whole chain; numbers are t/year, shape (years,).

    `rows` is the table, `bottlenecks` the stages that bind, the worst first in each year, `bindings` every limit with
    a price, `slack` what does not bind, `prices` what goods are worth, `surplus` what nobody takes anywhere.
    `shortfalls` is what each stage would have to grow by to meet all demand, `closing` the cheapest ways to close the
    gap where they are asked for, `sites` plants side by side where they are named.
    """

    scenario: Scenario
    objective: Objective
    tables: Tables = field(compare=False)
    levels: Levels
    required: Requirement
    rows: tuple[StageGap, ...]
    bottlenecks: tuple[Bottleneck, ...]
    bindings: tuple[Binding, ...]
    slack: tuple[Slack, ...]
    prices: tuple[Price, ...]
    surplus: tuple[Surplus, ...]
    uses: tuple[UseOutcome, ...]
    plants: tuple[PlantOutcome, ...]
    flows: tuple[FlowOutcome, ...]
    returned: Returned
    traced: Traced
    notes: tuple[str, ...]
    shortfalls: Shortfalls | None = None
    closing: Closing | None = None
    sites: tuple[SiteStage, ...] = ()

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years."""
        return self.levels.system.years

    @property
    def asked(self) -> Array:
        """t/year of magnets that the focus asks for."""
        return self._magnets("asked")

    @property
    def unmet(self) -> Array:
        """t/year of magnets that the focus asks for and does not get."""
        return self._magnets("unmet")

    def _magnets(self, what: str) -> Array:
        found = (getattr(one, what) for one in self.uses if one.good.startswith("magnet:"))
        return sum(found, np.zeros(len(self.years)))

    def bottleneck(self, year: int) -> Bottleneck | None:
        """The stage that binds most in a year; None where nothing is unmet or no stage has a price."""
        return next((one for one in self.bottlenecks if one.year == year), None)

    def row(self, stage: str, item: str) -> StageGap:
        """One row of the table. Raises KeyError."""
        for one in self.rows:
            if (one.stage, one.item) == (stage, item):
                return one
        raise KeyError((stage, item))

    def to_pandas(self) -> pandas.DataFrame:
        """The gap table: stage, item, unit and quantity down, years across. Needs pandas."""
        import pandas as pd

        rows = {
            (one.stage, one.item, one.unit, what): getattr(one, what)
            for one in self.rows
            for what in ("nameplate", "effective", "needed", "gap", "made", "imported")
        }
        index = pd.MultiIndex.from_tuples(list(rows), names=["stage", "item", "unit", "quantity"])
        return pd.DataFrame(np.array(list(rows.values())), index=index, columns=list(self.years))

    def _words(self) -> str:
        last = len(self.years) - 1
        worst = int(np.argmax(self.unmet)) if self.unmet.size else last
        year = self.years[worst]
        if self.unmet[worst] <= 0.0:
            return "no demand unmet"
        found = self.bottleneck(year)
        binds = f", {found.words}" if found else ""
        return f"{self.unmet[worst]:,.0f} t of {self.asked[worst]:,.0f} t of magnets unmet in {year}{binds}"

    def __repr__(self) -> str:
        return f"<Gap {self.scenario.name} of {', '.join(self.scenario.focus)}: {self._words()}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{year}</th>" for year in self.years)
        body = "".join(
            f"<tr><td>{html.escape(one.stage)}</td><td>{html.escape(one.item)}</td><td>{what}</td>"
            + "".join(f"<td>{value:,.6g}</td>" for value in getattr(one, what))
            + "</tr>"
            for one in self.rows
            for what in ("effective", "needed", "gap")
        )
        caption = html.escape(f"{self.scenario.title}: {self._words()}")
        head = f"<tr><th>stage</th><th>item</th><th>t/year</th>{head}</tr>"
        return f"<table><caption>{caption}</caption>{head}{body}</table>"


def flowsheets(scenario: Scenario) -> tuple[str, ...]:
    """The flowsheets that a scenario takes yields, costs or an ore from, each once."""
    stages = [one for plant in scenario.plants.values() for one in plant.stages.values()]
    named = [*scenario.standard.values(), *(one.flowsheet for one in stages)]
    named += [deposit for one in stages for deposit in one.deposits if deposit not in deposits()]
    return tuple(dict.fromkeys(name for name in named if name))


def gap(
    scenario: Scenario,
    objective: Objective | None = None,
    tables: Tables | None = None,
    *,
    ways: int = 0,
    sites: Sequence[str] = (),
    progress: Progress | None = None,
) -> Gap:
    """The gap of a scenario, by its own objective or another (`OBJECTIVES`).

    `tables` are the yields of its flowsheets, where they are known already; each flowsheet is solved once otherwise.
    `ways` asks for so many of the cheapest ways to close the gap, `sites` names plants to set side by side. Raises
    ValueError for another objective or fewer than no ways, GapError where nothing satisfies the scenario,
    `supply.sites.UnknownPlant`, and what loading or solving a flowsheet raises.
    """
    if objective is not None and objective not in OBJECTIVES:
        raise ValueError(f"no objective {objective!r}; there is {', '.join(OBJECTIVES)}")
    if ways < 0:
        raise ValueError(f"{ways} ways are fewer than none; give 0 or more")
    if tables is None:
        from .yield_tables import yield_tables

        tables = yield_tables(flowsheets(scenario))
    try:
        return _gap(scenario, objective or scenario.objective, tables, ways, sites, progress)
    except UNSOLVED as error:
        raise unsolved(scenario, error) from error


UNSOLVED = (Infeasible, SolverError, TracingError)
"""What building, solving, closing and tracing a chain raise where they find no answer."""


def unsolved(scenario: Scenario, error: Exception) -> GapError:
    """What a user is told of a chain without an answer; its rows may be of another chain than the file's."""
    if isinstance(error, Infeasible):
        return GapError(NOTHING, [(scenario.position, words) for words in error.conflict])
    if isinstance(error, TracingError):
        return GapError(error.reason, (), error.remedy or REPORT)
    return GapError(str(error), (), REPORT)


def _gap(
    scenario: Scenario,
    aim: Objective,
    tables: Tables,
    ways: int,
    sites: Sequence[str],
    progress: Progress | None,
) -> Gap:
    from ..supply.chain import build

    system = build(scenario, tables)
    try:
        levels = solve(system, aim)
        priced = solve(shadow.loosened(system, scenario.focus), aim, unmet_cost=levels.unmet_cost)
    except Infeasible as error:
        system, clashes = _conflict(scenario, tables, aim) or (system, error.clashes)
        places = [(_place(scenario, system, clash), clash.words) for clash in clashes]
        raise GapError(NOTHING, places) from error
    made = found(scenario, aim, tables, levels, priced)
    made = _short(made, priced)
    if ways:
        made = replace(made, closing=closing.ways(scenario, tables, ways, base=_base(made), progress=progress))
    return replace(made, sites=compared(scenario, tables, levels, sites)) if sites else made


def _base(found: Gap) -> Levels | None:
    return found.levels if found.objective == "unmet" else None


def _short(found: Gap, priced: Levels) -> Gap:
    """The gap with what each stage is short by, where every stage may grow at its cost."""
    if not found.bottlenecks:
        return found
    try:
        short = closing.shortfalls(found.scenario, found.tables, base=_base(found))
    except (Infeasible, SolverError):
        return replace(found, notes=(*found.notes, NO_GROWTH))
    by: dict[tuple[str, str], Array] = {}
    for row in found.rows:
        if row.stage != "mine":
            by[row.stage, row.item] = short.of(row.stage, row.item)
        elif any(one.stage == "mine" for one in short.rows):  # what mines are short by counts in ore
            by[row.stage, row.item] = shadow.lacking(found.rows, row)
    names = shadow.bottlenecks(found.scenario, found.levels, priced, found.rows, found.objective, by)
    return replace(found, shortfalls=short, bottlenecks=names or found.bottlenecks)


def found(scenario: Scenario, objective: Objective, tables: Tables, levels: Levels, priced: Levels) -> Gap:
    """What a solution of a scenario's chain says of the gap; prices are those of `shadow.loosened`."""
    from ..supply.tracing import trace

    system, focus = levels.system, scenario.focus
    required = requirement.needed(scenario, system, tables)
    rows = gaps.table(scenario, levels, required)
    return Gap(
        scenario=scenario,
        objective=objective,
        tables=tables,
        levels=levels,
        required=required,
        rows=rows,
        bottlenecks=shadow.bottlenecks(scenario, levels, priced, rows, objective),
        bindings=shadow.bindings(scenario, priced, objective),
        slack=shadow.slack(levels, focus),
        prices=shadow.prices(priced, focus, objective),
        surplus=gaps.surplus(levels),
        uses=outcome.uses(levels, focus),
        plants=outcome.plants(scenario, levels),
        flows=outcome.flows(levels, focus),
        returned=outcome.returned(levels, focus),
        traced=trace(levels),
        notes=(*_silent(scenario, system), *required.notes, *rules_notes(scenario, system.goods)),
    )


def _conflict(scenario: Scenario, tables: Tables, aim: Objective) -> tuple[System, tuple[Clash, ...]] | None:
    """What cannot hold together where also the ways of trade stand that rules shut, so that their rules are named."""
    from ..supply.chain import build

    system = build(scenario, tables, shut_ways=True)
    try:
        solve(system, aim)
    except Infeasible as error:
        return system, error.clashes
    except SolverError:
        pass
    return None


def _silent(scenario: Scenario, system: System) -> tuple[str, ...]:
    asking = {need.region for need in system.needs}
    return tuple(f"{region} is in focus and asks for nothing" for region in scenario.focus if region not in asking)


def _place(scenario: Scenario, system: System, clash: Clash) -> Position:
    """The line of the file that a part of a conflict comes from: of a demand, a plant, a rule or a stockpile."""
    if clash.rules:
        return scenario.rules[clash.rules[0]].position
    if clash.of == "need":
        need = system.needs[clash.index]
        uses = (one.position for one in scenario.demand if (one.region, one.use) == (need.region, need.use))
        return next(uses, scenario.position)
    row = system.bounds[clash.index] if clash.of == "bound" else system.activities[clash.index]
    plant = scenario.plants.get(row.plant)
    if plant is not None:
        return next((one.position for one in plant.stages.values() if one.stage == row.stage), plant.position)
    if row.kind in ("stock", "hold"):
        stocks = scenario.stockpiles.items()
        mine = (one.position for name, one in stocks if f"{row.name}:".startswith(f"stockpile {name}:"))
        return next(mine, scenario.position)
    named = {
        **{f"{one.region} {one.use}": one.position for one in scenario.demand},
        **{f"{one.use} of {one.region}": one.position for one in scenario.demand},
    }
    words = f" {row.name.replace(':', ' ').replace(',', ' ')} "
    return next((place for name, place in named.items() if f" {name} " in words), scenario.position)
