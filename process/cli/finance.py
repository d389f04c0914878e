"""`didymium finance`: the cash flow of a plant, and what its products must fetch."""

from __future__ import annotations

from typing import Annotated

import typer

from ..report.terminal import show
from .arguments import changes_of, cost_fault, load, solve
from .faults import faults
from .outputs import STDOUT, ready, write_document


def finance(
    file: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A flowsheet file, or a shipped flowsheet.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="UNIT.KEY=VALUE", help="Replace a value of the file; may be given again."),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, alone."),
    ] = None,
) -> None:
    """The cash flow of a plant.

    Capital, NPV, IRR, payback, and the price of each product at which the present value is zero, beside its market
    price; flows by year; what it all rests on.
    """
    with faults():
        changes = changes_of(set_ or [])
        ready(json, [file])
        (flowsheet,) = load([file], changes)
        result = solve(flowsheet)
        from ..economics import CostError
        from ..report import document
        from ..report import finance as pages
        from ..studies.finance import finance as study

        try:
            sheet = study(result)
        except CostError as error:
            raise cost_fault(flowsheet, error, "finance") from error
        write_document(json, document.finance(result, sheet, changes))
        show([] if json == STDOUT else pages.page(result, sheet, changes))
