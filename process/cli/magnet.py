"""`didymium magnet`: the cheapest magnet of a grade, or what a composition can do."""

from __future__ import annotations

from typing import Annotated

import typer

from ..report.terminal import show
from .faults import Fault, faults
from .outputs import STDOUT, ready, write_document


def magnet(
    grade: Annotated[
        str | None, typer.Option(metavar="GRADE", help="The grade to meet at least cost, as in N48H or 42SH.")
    ] = None,
    composition: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help='What a composition can do, in % by mass: "NdPr 30.5, Dy 1, B 0.95, Co 1".'),
    ] = None,
    route: Annotated[
        str | None, typer.Option(metavar="[alloy|diffusion|cheapest]", help="With --grade: how coercivity is made.")
    ] = None,
    spare: Annotated[
        str | None, typer.Option(metavar="SHARE", help="With --grade: coercivity above its least; 5 %.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="With --composition: the powder's size; 3 um.")
    ] = None,
    diffuse: Annotated[
        str | None, typer.Option(metavar="TEXT", help='With --composition: what is diffused in, as in "Tb 0.4".')
    ] = None,
    thickness: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Thickness of a magnet that is diffused; 4 mm.")
    ] = None,
    press: Annotated[
        str, typer.Option(metavar="[isostatic|transverse|axial]", help="How the powder is pressed.")
    ] = "isostatic",
    region: Annotated[str, typer.Option(metavar="REGION", help="Whose prices metals have.")] = "china",
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, alone."),
    ] = None,
) -> None:
    """Design a sintered magnet.

    The cheapest composition and route that meet a grade, beside the others, with the heavy rare earth that diffusion
    saves; or phases, properties and grade of a composition.
    """
    if (grade is None) == (composition is None):
        raise typer.BadParameter("give --grade or --composition", param_hint="'--grade'")
    idle = {"--size": size, "--diffuse": diffuse} if composition is None else {"--route": route, "--spare": spare}
    for name, word in idle.items():
        if word is not None:
            missing = "--composition" if composition is None else "--grade"
            raise typer.BadParameter(f"has no effect without {missing}", param_hint=f"'{name}'")
    with faults():
        ready(json, [])
        from ..report import document
        from ..report import magnet_design as pages
        from ..studies.magnet_design import SPARE, describe, design_magnet
        from ..studies.magnet_errors import MagnetError
        from ..studies.magnet_route import Route

        thick = _number(thickness or "4 mm", "mm", "4 mm", "thickness")
        try:
            making = Route(press=press, thickness=thick)
            if grade is not None:
                more = SPARE if spare is None else 1.0 + _number(spare, "1", "5 %", "spare")
                designed = design_magnet(grade, route or "cheapest", region, making, more)
                made, page = document.magnet_design(designed), pages.design(designed)
            else:
                um = _number(size or "3 um", "um", "3 um", "size")
                described = describe(str(composition), um, making, region, diffuse or "")
                made, page = document.magnet_described(described), pages.described(described)
        except MagnetError as error:
            raise Fault(f"error: {error.reason}", error.remedy) from None
        write_document(json, made)
        show([] if json == STDOUT else page)


def _number(text: str, unit: str, example: str, name: str) -> float:
    """A number of the command line in a unit; a bare one is taken to be in it."""
    from ..quantities import In, QuantityError

    try:
        bare = text.replace(".", "", 1).strip().isdigit()
        return float(In(unit, example).parse(f"{text} {unit}" if bare and unit != "1" else text).nominal)
    except QuantityError as error:
        raise typer.BadParameter(str(error), param_hint=f"'--{name}'") from None
