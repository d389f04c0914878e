"""What the words of a command line stand for: files, changes, elements, units; loaded, solved and designed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..report.terminal import clean
from .faults import Fault

if TYPE_CHECKING:
    from ..economics import CostError
    from ..flowsheet import Flowsheet, Result
    from ..plan import Position
    from ..report.designs import Shown
    from ..scenario import Scenario


def resolve(name: str, word: str = "flowsheet") -> str:
    """The file that a name stands for: itself, a shipped file, or NAME.yaml in this folder.

    `word` is what is looked for: a flowsheet, a scenario, or either; of the other sort the reader says what it is.
    """
    from ..files import shipped, shipped_scenarios
    from ..quantities import suggestion

    known = {**shipped(), **shipped_scenarios()}
    wanted = {"flowsheet": shipped(), "scenario": shipped_scenarios()}.get(word, known)
    try:
        path, beside = Path(name), Path(f"{name}.yaml")
        if path.exists() and not (path.is_dir() and name in known):
            return name
        if name in known:
            return name if not path.exists() else str(known[name])
        if beside.is_file():
            return str(beside)
    except (OSError, ValueError):
        return name  # the reader says what is wrong with it
    near = suggestion(name, wanted)
    hint = f"shipped {word.replace(' or ', 's and ')}s are {', '.join(wanted)}"
    raise Fault(f"{name}: error: no such file or shipped {word}{near}", hint)


def changes_of(pairs: Sequence[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not key or not value:
            raise typer.BadParameter(f"{pair!r} is not unit.key=value", param_hint="'--set'")
        if key in out:
            raise typer.BadParameter(f"{key} is set twice", param_hint="'--set'")
        out[key] = value
    return out


def elements_of(text: str) -> list[str]:
    from ..elements import GROUPS, INDEX, is_name, members
    from ..quantities import suggestion

    names = [word.strip() for word in text.split(",") if word.strip()]
    if names in ([], ["none"]):
        return []
    for name in names:
        if not is_name(name):
            near = suggestion(name, [*INDEX, *GROUPS])
            raise typer.BadParameter(f"unknown element or group {name!r}{near}", param_hint="'--fates'")
    return list(dict.fromkeys(element for name in names for element in members(name)))


def circuits_of(flowsheet: Flowsheet, names: Sequence[str]) -> list[str]:
    from ..quantities import suggestion

    kinds = ("solvent_extraction", "extraction_circuit")
    known = [name for name, unit in flowsheet.plan.units.items() if unit.kind.name in kinds]
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"no circuit {name!r}{suggestion(name, known)}; there is {', '.join(known) or 'none'}",
                param_hint="'--profile'",
            )
    return list(names)


def unit_of(flowsheet: Flowsheet, name: str | None) -> str:
    from ..quantities import suggestion

    known = [
        unit for unit, of in flowsheet.plan.units.items() if of.kind.name in ("solvent_extraction", "separation_train")
    ]
    if name is None:
        raise typer.BadParameter(f"name a unit; there is {', '.join(known) or 'none'}", param_hint="'UNIT'")
    if name not in flowsheet.plan.units:
        near = suggestion(name, known)
        raise typer.BadParameter(
            f"no unit {name!r}{near}; there is {', '.join(known) or 'none'} to design", param_hint="'UNIT'"
        )
    return name


def binary(beta: str, feed: str, extract: str, raffinate: str) -> Shown:
    """A two-element design from the words of the command line."""
    from ..cascade import CascadeError
    from ..quantities import In, QuantityError
    from ..report import designs
    from ..studies.design import design_two

    numbers = []
    for text, name, example in (
        (beta, "beta", "1.5"),
        (feed, "feed", "50 %"),
        (extract, "extract", "99.9 %"),
        (raffinate, "raffinate", "99.9 %"),
    ):
        try:
            numbers.append(In("1", example).parse(text).nominal)
        except QuantityError as error:
            raise typer.BadParameter(str(error), param_hint=f"'--{name}'") from None
    try:
        return designs.two_elements(design_two(*numbers))
    except CascadeError as error:
        raise Fault(f"error: {error}") from None


def designed(flowsheet: Flowsheet, name: str, changes: dict[str, str], start: bool, real: bool) -> Shown:
    """A unit's design; `solve` tells first where the flowsheet itself has none."""
    from rich.console import Console

    from ..cascade import CascadeError
    from ..economics import CostError
    from ..report import designs
    from ..studies.design import DesignError, design_unit
    from ..studies.trains import trains

    unit = flowsheet.plan.units[name]
    if real and unit.kind.name == "separation_train":
        raise typer.BadParameter(
            "a train is designed by the exchange model alone; design its cuts one by one", param_hint="--real"
        )
    result = solve(flowsheet)
    try:
        with Console(stderr=True).status(clean(f"designing {name}")):  # on a terminal only
            if unit.kind.name == "separation_train":
                return designs.of_train(trains(result, name), changes)
            return designs.of_unit(design_unit(result, name, start_up=start, real=real), changes)
    except (DesignError, CascadeError, CostError) as error:
        remedy = getattr(error, "remedy", "")
        raise Fault(f"{unit.position}: error: {name}: {error.reason}{pointed(unit.position)}", remedy) from error


def pointed(position: Position) -> str:
    """The line of a file with a caret below, indented, after a line break; empty where it cannot be read."""
    from ..files import shipped, shipped_scenarios

    try:
        path = Path(position.file)
        if not path.is_file() and path.name == position.file:  # a shipped file goes by its name alone
            path = {**shipped_scenarios(), **shipped()}.get(path.stem, path)
        line = path.read_text(encoding="utf-8").splitlines()[position.line - 1]
    except (OSError, ValueError, IndexError):
        return ""
    return f"\n  {line}\n  {' ' * (position.column - 1)}^"


def load(names: Sequence[str], changes: dict[str, str] | None = None) -> list[Flowsheet]:
    """Flowsheets by name, or the faults of all of them at once."""
    from ..files import FlowsheetError
    from ..flowsheet import load as load_file

    out, faults = [], []
    for name in names:
        try:
            out.append(load_file(resolve(name), changes))
        except (FlowsheetError, Fault) as error:
            faults.append(str(error))
    if faults:
        raise Fault("\n".join(dict.fromkeys(faults)))
    return out


def load_scenario(name: str, changes: dict[str, str] | None = None) -> Scenario:
    """A scenario by name. Raises Fault, or FlowsheetError with all faults of the file."""
    from ..files import load_scenario as load_file

    return load_file(resolve(name, "scenario"), changes or {})


def solve(flowsheet: Flowsheet) -> Result:
    from ..economics import CostError
    from ..network import SolveError

    try:
        return flowsheet.solve()
    except SolveError as error:
        cause = error.__cause__
        reason, remedy = getattr(cause, "reason", ""), getattr(cause, "remedy", "")
        position = error.position or flowsheet.plan.position
        where = position.file if position.file.startswith("--set ") else position  # what has no lines
        told = f"{where}: error: {error.place}: {reason or error.reason}"
        raise Fault(told + ("" if where is position.file else pointed(position)), remedy) from error
    except CostError as error:
        raise cost_fault(flowsheet, error, "cost") from error


def cost_fault(flowsheet: Flowsheet, error: CostError, what: str) -> Fault:
    """What is wrong with the costs of a plant, at the value of its file that is at fault where one is."""
    plan = flowsheet.plan
    position = plan.place(error.at)
    if position.file.startswith("--set "):  # what has no lines
        return Fault(f"{position.file}: error: {what}: {error.reason}", error.remedy)
    shown = pointed(position) if error.at in plan.places else ""
    return Fault(f"{position}: error: {what}: {error.reason}{shown}", error.remedy)
