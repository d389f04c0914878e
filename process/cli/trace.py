"""`didymium trace`: where the atoms of a scenario's products come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..report.terminal import show
from .arguments import changes_of, load_scenario
from .faults import Fault, faults
from .gap import solved
from .outputs import STDOUT, ready, write_document

if TYPE_CHECKING:
    from ..scenario import Scenario
    from ..studies.trace import Question

OPTIONS = {"product": "--product", "region": "--region", "year": "--year", "at": "--at", "origin": "--origin"}


def trace(
    file: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a shipped scenario.")],
    product: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="An end use (cars), a good (motor magnets) or all of a form (magnets)."),
    ] = None,
    region: Annotated[str | None, typer.Option(metavar="REGION", help="Where it is used; the focus.")] = None,
    year: Annotated[int | None, typer.Option(metavar="YEAR", help="A calendar year; the last.")] = None,
    at: Annotated[
        str, typer.Option(metavar="STAGE", help="Origin counts at the mine, separation, metal, alloy or magnet.")
    ] = "mine",
    origin: Annotated[
        str | None, typer.Option(metavar="REGION", help="Whose content is counted; china where there is one.")
    ] = None,
    threshold: Annotated[
        str, typer.Option(metavar="SHARE", help="From which share on a product is covered.")
    ] = "0.1 %",
    value: Annotated[
        str | None,
        typer.Option(metavar="PRICE", help="Of the product by the good in it, as in `60 USD2024/kg`; the good's own."),
    ] = None,
    elements: Annotated[
        str | None, typer.Option(metavar="ELEMENTS", help="Those that count, as in `Dy,Tb`; all rare earths.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a value of the file; may be given again."),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, alone."),
    ] = None,
) -> None:
    """Where the atoms of products come from.

    The share of each region in every element, what a product holds of an origin by mass and by value, whether that
    is over a threshold, and what it would take to fall below. Without --product all products of the focus.
    """
    with faults():
        from ..studies.trace import Question

        changes = changes_of(set_ or [])
        question = Question(
            product=product,
            region=region,
            year=year,
            at=at,
            origin=origin,
            threshold=_share(threshold),
            value=None if value is None else _price(value),
            elements=None if elements is None else _elements(elements),
        )
        ready(json, [file])
        scenario = load_scenario(file, changes)
        _traced(scenario, question, changes, json)


def _traced(scenario: Scenario, question: Question, changes: dict[str, str], json: str | None) -> None:
    from ..report import document
    from ..report import trace as pages
    from ..studies.trace import ProductError, check, origins
    from ..supply.passage import TracingError

    try:
        check(scenario, question)  # before anything long
        found = origins(scenario, solved(scenario).levels, question)
    except ProductError as error:
        raise typer.BadParameter(str(error), param_hint=f"'{OPTIONS[error.what]}'") from None
    except TracingError as error:
        raise Fault(f"{scenario.position}: error: trace: {error.reason}", error.remedy) from error
    write_document(json, document.trace(found, changes))
    show([] if json == STDOUT else pages.page(found))


def _share(text: str) -> float:
    from ..quantities import In, QuantityError

    try:
        found = In("1", "0.1 %", low=0, high=1).parse(text).nominal
    except QuantityError as error:
        raise typer.BadParameter(str(error), param_hint="'--threshold'") from None
    if found <= 0.0:
        raise typer.BadParameter("a threshold lies above 0", param_hint="'--threshold'")
    return found


def _price(text: str) -> float:
    """USD per t."""
    from ..files.money_schema import Money
    from ..quantities import QuantityError

    try:
        found = Money("USD/t", "60 USD2024/kg", low=0).parse(text).nominal
    except QuantityError as error:
        raise typer.BadParameter(str(error), param_hint="'--value'") from None
    if found <= 0.0:
        raise typer.BadParameter("a product is worth more than 0", param_hint="'--value'")
    return found


def _elements(text: str) -> tuple[str, ...]:
    from ..elements import GROUPS, RARE_EARTHS, members
    from ..quantities import suggestion

    names = [word.strip() for word in text.split(",") if word.strip()]
    known = [*RARE_EARTHS, *GROUPS]
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"{name!r} is no rare earth{suggestion(name, known)}", param_hint="'--elements'")
    if not names:
        raise typer.BadParameter("names no element", param_hint="'--elements'")
    return tuple(dict.fromkeys(element for name in names for element in members(name)))
