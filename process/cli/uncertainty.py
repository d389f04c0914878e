"""`didymium uncertainty`: many samples of one plant or several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..report.terminal import show
from .arguments import changes_of, load, pointed
from .faults import Fault, faults
from .outputs import STDOUT, ready, write_document

if TYPE_CHECKING:
    from ..flowsheet import Flowsheet
    from ..studies.uncertainty import Progress, Uncertainty


def uncertainty(
    files: Annotated[list[str], typer.Argument(metavar="FILE|NAME", help="Flowsheet files, or shipped flowsheets.")],
    samples: Annotated[int, typer.Option("--samples", metavar="N", help="How many cases to solve.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The same seed gives the same samples.")] = 1,
    method: Annotated[
        str, typer.Option(metavar="latin|sobol|random", help="How samples are spread; Sobol' points want thousands.")
    ] = "latin",
    workers: Annotated[
        int | None, typer.Option(metavar="K", help="Processes that solve; as many as there are processors.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask scheduler to solve on instead, as in tcp://host:8786."),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="DIR", help="Keep finished chunks in this folder, and go on from them.")
    ] = None,
    chunk: Annotated[int, typer.Option(metavar="C", help="Samples that are solved and kept together.")] = 256,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="OUTPUT", help="Show this, as in cost.magnet or recovery.Nd; may be given again."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="UNIT.KEY=VALUE", help="Replace a value of the file; may be given again."),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, alone."),
    ] = None,
    csv: Annotated[
        str | None,
        typer.Option("--csv", metavar="DIR", help="Write every sample, and every failure with its inputs, as tables."),
    ] = None,
) -> None:
    """Solve many samples of a plant, or of several.

    Everything with a spread varies at once. Prints bands of costs, recoveries, capital and capacity, how often targets
    hold and which plant is cheaper, what the cost follows, and the samples that have no solution.
    """
    _check(samples, seed, method, workers, scheduler, chunk)
    with faults():
        changes = changes_of(set_ or [])
        ready(json, files)
        folder = _folder(csv)
        flowsheets = load(files, changes)
        from ..report import document, output
        from ..report import uncertainty as pages
        from ..report.uncertainty_document import tables

        _known(flowsheets, of or [])
        keywords = {"workers": workers, "scheduler": scheduler, "folder": resume, "chunk": chunk, "method": method}
        found = _run(flowsheets, samples, seed, changes, resume, keywords)
        write_document(json, document.uncertainty(found, changes, of))
        if folder is not None:
            for name, text in tables(found).items():
                output.write(folder / name, text)
        show([] if json == STDOUT else pages.page(found, of))
        nothing = [plant for plant in found.plants if not found.solved(plant).any()]
        if nothing:
            raise Fault(f"error: no sample of {', '.join(nothing)} can be solved", "narrow the spreads of its file")


def _check(samples: int, seed: int, method: str, workers: int | None, scheduler: str | None, chunk: int) -> None:
    from ..studies.sampling import METHODS
    from ..studies.uncertainty import MOST

    if not 1 <= samples <= MOST:
        raise typer.BadParameter(f"{samples} is no number of samples; give 1 to {MOST:,}", param_hint="'--samples'")
    if seed < 0:
        raise typer.BadParameter(f"{seed} is below 0", param_hint="'--seed'")
    if chunk < 1:
        raise typer.BadParameter(f"a chunk of {chunk} holds nothing", param_hint="'--chunk'")
    if workers is not None and workers < 1:
        raise typer.BadParameter(f"{workers} workers do nothing", param_hint="'--workers'")
    if workers is not None and scheduler is not None:
        raise typer.BadParameter("the scheduler has its own workers; give one or the other", param_hint="'--workers'")
    if method not in METHODS:
        raise typer.BadParameter(f"{method!r} is not one of {', '.join(METHODS)}", param_hint="'--method'")


def _folder(name: str | None) -> Path | None:
    """The folder of tables, made; raises before anything long where it cannot be written."""
    if name is None:
        return None
    from ..report import output

    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(f"error: cannot write into {name}: {error.strerror}", "name another folder") from None
    output.ready(folder / "samples.csv")
    return folder


def _known(flowsheets: Sequence[Flowsheet], names: Sequence[str]) -> None:
    """Raises before anything long for an output that no plant has."""
    if not names:
        return
    from ..quantities import suggestion
    from ..studies.outputs import chosen, outputs
    from .arguments import solve

    have = list(dict.fromkeys(name for one in flowsheets for name in outputs(solve(one))))
    for name in names:
        try:
            chosen(dict.fromkeys(have), [name])
        except KeyError:
            heads = ", ".join(dict.fromkeys(one.partition(".")[0] for one in have))
            near = suggestion(name, have) or f"; outputs begin with {heads}"
            raise typer.BadParameter(f"no output {name!r}{near}", param_hint="'--of'") from None


def _run(
    flowsheets: Sequence[Flowsheet],
    samples: int,
    seed: int,
    changes: dict[str, str],
    resume: str | None,
    keywords: Mapping[str, Any],
) -> Uncertainty:
    from ..economics import CostError
    from ..network import SolveError
    from ..studies.checkpoint import CheckpointError
    from ..studies.executors import ExecutorError
    from ..studies.factors import FactorError
    from ..studies.uncertainty import UncertaintyError, uncertainty
    from .arguments import solve

    try:
        with progress(samples) as tell:
            return uncertainty(flowsheets, samples, seed, changes=changes, on_progress=tell, **keywords)
    except (SolveError, CostError):
        for flowsheet in flowsheets:  # tells where in its file
            solve(flowsheet)
        raise
    except FactorError as error:
        where = f"{error.position}: " if error.position is not None else ""
        shown = pointed(error.position) if error.position is not None else ""
        raise Fault(f"{where}error: {error.reason}{shown}", error.remedy) from None
    except (UncertaintyError, CheckpointError, ExecutorError) as error:
        raise Fault(f"error: {error.reason}", error.remedy) from None
    except KeyboardInterrupt:
        again = f"; the same command with --resume {resume} goes on from what is finished" if resume else ""
        typer.echo(f"stopped{again or '; with --resume DIR finished chunks would be kept'}", err=True)
        raise


@contextmanager
def progress(samples: int) -> Iterator[Progress | None]:
    """A bar with the time that is left, on a terminal only."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("samples"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("samples", total=samples)

        def tell(finished: int, _: int) -> None:
            bar.update(task, completed=finished)

        yield tell
