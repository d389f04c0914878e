"""`didymium claims`: public claims, each with what is computed beside it and a verdict."""

from __future__ import annotations

from typing import Annotated

import typer

from ..report.terminal import show
from .faults import Fault, faults
from .outputs import STDOUT, ready, write_document
from .uncertainty import progress


def claims(
    samples: Annotated[int, typer.Option(metavar="N", help="Samples of every number with a range.")] = 200,
    seed: Annotated[int, typer.Option(metavar="S", help="Seed of the samples; the same gives the same bits.")] = 1,
    workers: Annotated[
        int | None, typer.Option(metavar="K", help="Processes; as many as there are processors.")
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, alone."),
    ] = None,
) -> None:
    """Hold public claims against the shipped flowsheets.

    On cost: a computed value with a 90 % band, and whether it supports or contradicts what is said; on recovery, wastes
    and energy: what the plants give.
    """
    with faults():
        ready(json, [])
        from ..report import claims as pages
        from ..report import document
        from ..studies.claims_run import run
        from ..studies.executors import ExecutorError
        from ..studies.uncertainty import UncertaintyError

        try:
            with progress(samples) as told:
                found = run(samples, seed, workers, told)
        except (UncertaintyError, ExecutorError) as error:
            raise Fault(f"error: {error.reason}", error.remedy) from None
        write_document(json, document.claims(found))
        show([] if json == STDOUT else pages.page(found))
