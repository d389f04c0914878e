"""`didymium gap`: where a scenario's chain breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ..report.terminal import show
from .arguments import changes_of, cost_fault, load_scenario, pointed
from .faults import Fault, faults
from .outputs import STDOUT, ready, ready_workbook, write_document, write_workbook

if TYPE_CHECKING:
    from ..plan import Position
    from ..scenario import Scenario
    from ..studies.gap import Gap, GapError
    from ..studies.gap_uncertainty import GapUncertainty

OBJECTIVES = ("unmet", "magnets", "cost")


def gap(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a shipped scenario.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a value of the file; may be given again."),
    ] = None,
    objective: Annotated[
        str | None,
        typer.Option(metavar="unmet|magnets|cost", help="Least unmet demand, most magnets or least cost; the file's."),
    ] = None,
    year: Annotated[
        list[int] | None, typer.Option("--year", metavar="YEAR", help="Show this year; may be given again.")
    ] = None,
    ways: Annotated[
        int, typer.Option("--ways", metavar="N", help="How many of the cheapest ways to close the gap; 0 for none.")
    ] = 3,
    sites: Annotated[
        str | None,
        typer.Option("--sites", metavar="PLANTS", help="Set plants side by side by stage, as in mountain_pass,baotou."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", metavar="N", help="Let plants be late or fail in so many samples: odds of a gap."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="S", help="With --samples: the same seed gives the same samples; 1.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="K", help="With --samples: processes that solve.")
    ] = None,
    assumptions: Annotated[
        bool, typer.Option("--assumptions", help="List the assumed values of the file with their ranges.")
    ] = False,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, alone."),
    ] = None,
    xlsx: Annotated[
        str | None, typer.Option("--xlsx", metavar="OUT", help="Write a workbook; needs didymium[xlsx].")
    ] = None,
) -> None:
    """Where a chain of plants breaks.

    Effective capacity, need and gap of NdPr, Dy, Tb and magnets by stage and year; the stage that binds and what a t
    more of it would be worth; demand, trade, plants and surplus in the solution; how the optimum is proved.
    """
    if objective is not None and objective not in OBJECTIVES:
        raise typer.BadParameter(f"{objective!r} is not one of {', '.join(OBJECTIVES)}", param_hint="'--objective'")
    if ways < 0:
        raise typer.BadParameter(f"{ways} is below 0", param_hint="'--ways'")
    for name, given in {"--seed": seed, "--workers": workers}.items():
        if given is not None and samples is None:
            raise typer.BadParameter("has no effect without --samples", param_hint=f"'{name}'")
    with faults():
        changes = changes_of(set_ or [])
        if objective is not None:
            changes["objective"] = objective
        ready(json, [scenario])
        ready_workbook(xlsx, json, [scenario])
        read = load_scenario(scenario, changes)
        _known(read, year or [])
        found = solved(read, ways, [name.strip() for name in (sites or "").split(",") if name.strip()])
        drawn = None if samples is None else sampled(found, samples, 1 if seed is None else seed, workers, changes)
        from ..report import document
        from ..report import gap as pages

        write_document(json, document.gap(found, changes, drawn))
        if xlsx is not None:
            from ..report.workbook.gap import gap as workbook

            write_workbook(xlsx, workbook(found, changes))
        show([] if json == STDOUT else pages.page(found, changes, year or [], assumptions, drawn))


def _known(scenario: Scenario, years: list[int]) -> None:
    for one in years:
        if one not in scenario.years:
            first, last = scenario.years[0], scenario.years[-1]
            raise typer.BadParameter(f"{one} is not a year of the scenario, {first} to {last}", param_hint="'--year'")


def solved(scenario: Scenario, ways: int = 0, sites: Sequence[str] = ()) -> Gap:
    """The gap of a scenario; what is wrong with it or with a flowsheet that it names is told at its place."""
    from rich.console import Console

    from ..economics import CostError
    from ..flowsheet import load as load_flowsheet
    from ..network import SolveError
    from ..report.terminal import clean
    from ..studies.gap import GapError, flowsheets
    from ..studies.gap import gap as study
    from ..supply.lacking import LackingStages
    from ..supply.sites import UnknownPlant, check
    from .arguments import solve

    try:
        check(scenario, sites)
        with Console(stderr=True).status(clean(f"solving {scenario.name}")):  # on a terminal only
            return study(scenario, ways=ways, sites=sites)
    except UnknownPlant as error:
        raise typer.BadParameter(str(error), param_hint="'--sites'") from None
    except GapError as error:
        raise fault(scenario, error) from error
    except LackingStages as error:
        raise Fault("\n".join(told(place, f"error: {words}") for place, words in error.faults)) from None
    except (SolveError, CostError) as error:
        for name in flowsheets(scenario):  # tells where in its file
            flowsheet = load_flowsheet(name)
            solve(flowsheet)
            if isinstance(error, CostError):
                raise cost_fault(flowsheet, error, "cost") from error
        raise


def sampled(found: Gap, samples: int, seed: int, workers: int | None, changes: dict[str, str]) -> GapUncertainty:
    """Many samples of the same scenario, with its flowsheets as they are solved already."""
    from ..studies.executors import ExecutorError
    from ..studies.gap import GapError
    from ..studies.gap_uncertainty import gap_uncertainty
    from ..studies.uncertainty import UncertaintyError
    from .uncertainty import progress

    try:
        with progress(samples) as tell:
            return gap_uncertainty(
                found.scenario,
                samples,
                seed,
                objective=found.objective,
                tables=found.tables,
                workers=workers,
                changes=changes,
                on_progress=tell,
            )
    except GapError as error:
        raise fault(found.scenario, error) from error
    except (UncertaintyError, ExecutorError) as error:
        raise Fault(f"error: {error.reason}", error.remedy) from None


def fault(scenario: Scenario, error: GapError) -> Fault:
    """Every part of a conflict at its line of the file."""
    if not error.places:
        return Fault(f"{scenario.path}: error: {error.reason}", error.remedy)
    lines = [f"{scenario.path}: error: {error.reason}: these cannot hold together"]
    lines += [told(position, words) for position, words in error.places]
    return Fault("\n".join(lines), error.remedy)


def told(position: Position, words: str) -> str:
    """What is said of a place of a file, with its line."""
    where = position.file if position.file.startswith("--set ") else str(position)
    return f"{where}: {words}" + ("" if where == position.file else pointed(position))
