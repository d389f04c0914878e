"""`didymium sensitivity`: what moves a number of a plant."""

from __future__ import annotations

from typing import Annotated

import typer

from ..report.terminal import clean, show
from .arguments import changes_of, load, pointed, solve
from .faults import Fault, faults
from .outputs import STDOUT, draw, drawable, ready, write_document


def sensitivity(
    file: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A flowsheet file, or a shipped flowsheet.")],
    of: Annotated[
        str | None,
        typer.Option(
            "--of", metavar="OUTPUT", help="What is asked about, as in cost.magnet; the cost of the main product."
        ),
    ] = None,
    rows: Annotated[
        int,
        typer.Option(
            "--sobol", metavar="N", min=0, help="Sobol' indices from N rows, a power of 2; N × (K + 3) cases."
        ),
    ] = 0,
    top: Annotated[
        int | None,
        typer.Option("--top", metavar="K", min=1, help="With --sobol: factors that stand by themselves; 10."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="S", min=0, help="With --sobol: where the points begin; 1.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="UNIT.KEY=VALUE", help="Replace a value of the file; may be given again."),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, alone."),
    ] = None,
    pictures: Annotated[
        str | None, typer.Option(metavar="DIR", help="Draw the tornado into this folder; needs didymium[plot].")
    ] = None,
) -> None:
    """What moves a result.

    Every value with a spread and every figure of the data with a range at its 5th and 95th percentile, one at a time;
    with --sobol the parts of the variance, interactions included.
    """
    for name, given in {"--top": top, "--seed": seed}.items():
        if given is not None and not rows:
            raise typer.BadParameter("has no effect without --sobol", param_hint=f"'{name}'")
    with faults():
        from rich.console import Console

        from ..report import document
        from ..report import sensitivity as pages
        from ..studies.evaluations import OutputUnknown, StudyError
        from ..studies.factors import FactorError
        from ..studies.sensitivity import SEED, TOP
        from ..studies.sensitivity import sensitivity as study
        from ..studies.sobol import check_rows

        try:
            if rows:
                check_rows(rows)
        except StudyError as error:
            raise typer.BadParameter(str(error), param_hint="'--sobol'") from None
        changes = changes_of(set_ or [])
        ready(json, [file])
        drawable(pictures)
        (flowsheet,) = load([file], changes)
        result = solve(flowsheet)
        try:
            with Console(stderr=True).status(clean(f"solving {flowsheet.name}")) as status:  # on a terminal only
                found = study(
                    result,
                    of,
                    rows=rows,
                    top=TOP if top is None else top,
                    seed=SEED if seed is None else seed,
                    tell=lambda words: status.update(clean(words)),
                )
        except OutputUnknown as error:
            raise typer.BadParameter(str(error), param_hint="'--of'") from None
        except FactorError as error:
            where = "" if error.position is None else f"{error.position}: "
            shown = "" if error.position is None else pointed(error.position)
            raise Fault(f"{where}error: {error.reason}{shown}", error.remedy) from None
        except StudyError as error:
            raise Fault(f"error: {error.reason}", error.remedy) from None
        write_document(json, document.sensitivity(found, changes))
        show([] if json == STDOUT else pages.page(found))
        if pictures is not None:
            from ..report.pictures import PictureError
            from ..report.pictures.tornado import tornado

            try:
                draw([tornado(found)], pictures, quiet=json == STDOUT)
            except PictureError as error:
                raise Fault(f"error: no picture: {error}") from None
        if found.lacking is not None:
            raise Fault(f"error: {found.lacking.reason}", found.lacking.remedy)
