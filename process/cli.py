"""The command line: a thin skin over files, flowsheets, studies and reports.

Everything heavy is imported where it is used, so that help and mistakes in the arguments answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from .report.terminal import clean, forgiving, show
from .report.terminal import document as print_document

if TYPE_CHECKING:
    from .flowsheet import Flowsheet, Result
    from .report.designs import Shown
    from .report.pictures import Picture

STDOUT = "-"

app = typer.Typer(
    help="From ore to magnet in one model: rare-earth separation and magnet making.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

FileArgument = Annotated[str, typer.Argument(metavar="FILE|NAME", help="A flowsheet file, or a shipped flowsheet.")]
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE|NAME", help="Flowsheet files, or shipped flowsheets.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="UNIT.KEY=VALUE", help="Replace a value of the file; may be given again."),
]
PicturesOption = Annotated[
    str | None,
    typer.Option(metavar="DIR", help="Draw circuits, and what else there is, into this folder; needs didymium[plot]."),
]
JsonOption = Annotated[
    str | None,
    typer.Option("--json", metavar="OUT", help="Write the result as a JSON document; `-` prints it, and nothing else."),
]


class _Fault(ValueError):
    """A user's mistake, said in full."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\n  hint: {hint}" if hint else message)


def main() -> None:
    """The entry point `didymium`."""
    try:
        app(prog_name="didymium")
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        # Files that are read or written are checked where they are named; what is left is the output itself.
        if error.filename is not None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing more can be written, at exit neither
        typer.echo(f"error: cannot write the output: {error.strerror}", err=True)
        sys.exit(1)


def _version(asked: bool) -> None:
    if asked:
        from . import __version__

        typer.echo(f"didymium {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    forgiving()


# -- commands ---------------------------------------------------------------------------------------------------------


@app.command()
def check(
    files: FilesArgument,
    strict: Annotated[
        bool, typer.Option("--strict", help="Every number needs a source key, and an assumed one a spread.")
    ] = False,
    json: JsonOption = None,
) -> None:
    """Check flowsheet files.

    Syntax, units and references; prints all faults at once, with file, line and column.
    """
    with _faults():
        from .files import check as check_file
        from .files.merge import read_tree
        from .report import document

        _ready(json, files)
        found: dict[str, tuple[str | None, Any]] = {}
        for name in files:
            resolved = _resolve(name)
            faults = check_file(resolved, strict)
            try:
                sha = read_tree(resolved).sha256
            except ValueError:
                sha = None
            found[name] = (sha, faults)
        _document(json, document.check(found, strict))
        errors = 0
        for name, (_, faults) in found.items():
            for fault in faults:
                typer.echo(clean(str(fault)), err=True)
            wrong = sum(fault.severity == "error" for fault in faults)
            errors += wrong
            if json != STDOUT:
                warned = len(faults) - wrong
                typer.echo(clean(f"{name}: {_count(wrong, 'error')}, {_count(warned, 'warning')}"))
        if errors:
            raise typer.Exit(1)


@app.command()
def run(
    file: FileArgument,
    set_: SetOption = None,
    json: JsonOption = None,
    streams: Annotated[bool, typer.Option(help="Show the stream table.")] = True,
    fates: Annotated[
        str, typer.Option(metavar="ELEMENTS", help="Show where these ended, as in `Nd,Dy`; `none` hides it.")
    ] = "Nd",
    profile: Annotated[
        list[str] | None, typer.Option(metavar="UNIT", help="Show the stages of a circuit; may be given again.")
    ] = None,
    assumptions: Annotated[
        bool, typer.Option(help="List assumptions, of the file and beside it: prices, labour, capital, model data.")
    ] = False,
    pictures: PicturesOption = None,
) -> None:
    """Solve a flowsheet.

    Prints streams, circuits, recoveries, costs, capacity, targets and how much rests on assumptions.
    """
    with _faults():
        changes = _changes(set_ or [])
        elements = _elements(fates)
        _ready(json, [file])
        _drawable(pictures)
        (flowsheet,) = _load([file], changes)
        circuits = _circuits(flowsheet, profile or [])
        result = _solve(flowsheet)
        from .report import document
        from .report import run as pages

        shown = [] if json == STDOUT else pages.page(result, changes, streams, elements, circuits, assumptions)
        _document(json, document.run(result, changes))
        show(shown)
        if pictures is not None:
            from .report.pictures import of_circuits

            _write(of_circuits(result), pictures, quiet=json == STDOUT)


@app.command()
def compare(
    files: FilesArgument,
    basis: Annotated[str, typer.Option(metavar="PRODUCT", help="The product whose kilogram is compared.")] = "magnet",
    json: JsonOption = None,
) -> None:
    """Compare plants.

    What survives from ore to product, what a kg costs by cause, which stage limits, and what that rests on.
    """
    if len(files) < 2:
        raise typer.BadParameter("a comparison takes two flowsheets or more", param_hint="'FILE|NAME'")
    with _faults():
        _ready(json, files)
        flowsheets = _load(files)
        from .report import comparison, document
        from .studies.compare import CompareError, check_basis
        from .studies.compare import compare as compare_plants

        try:
            for flowsheet in flowsheets:
                check_basis(flowsheet, basis)
        except CompareError as error:
            raise typer.BadParameter(str(error), param_hint="'--basis'") from None
        found = compare_plants([_solve(flowsheet) for flowsheet in flowsheets], basis)
        shown = [] if json == STDOUT else comparison.page(found)
        _document(json, document.compare(found))
        show(shown)


@app.command()
def design(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE|NAME]", help="A flowsheet file, or a shipped flowsheet.")
    ] = None,
    unit: Annotated[
        str | None, typer.Argument(metavar="[UNIT]", help="Its unit: a solvent_extraction or a separation_train.")
    ] = None,
    set_: SetOption = None,
    start: Annotated[bool, typer.Option(help="Compute how long a circuit takes to come on grade.")] = True,
    real: Annotated[bool, typer.Option("--real", help="Solve the circuit by mass action, with real stages.")] = False,
    beta: Annotated[
        str | None, typer.Option(metavar="β", help="Two elements and no file: their separation factor.")
    ] = None,
    feed: Annotated[
        str, typer.Option(metavar="FRACTION", help="With --beta: mole fraction of A, which is extracted.")
    ] = "50 %",
    extract: Annotated[
        str, typer.Option(metavar="PURITY", help="With --beta: of A in the extract, by mol.")
    ] = "99.9 %",
    raffinate: Annotated[
        str, typer.Option(metavar="PURITY", help="With --beta: of B in the raffinate, by mol.")
    ] = "99.9 %",
    json: JsonOption = None,
    pictures: PicturesOption = None,
) -> None:
    """Design a circuit or a train for its purities.

    Stages, flows, volumes, reagents, cost and time to specification of a unit of a flowsheet, at the feed that the
    flowsheet brings it; for a train the best sequences of cuts. With --beta, two elements and no file.
    """
    if (beta is None) == (file is None):
        raise typer.BadParameter("give a flowsheet and a unit, or --beta", param_hint="'FILE|NAME'")
    with _faults():
        _ready(json, [file] if file else [])
        _drawable(pictures)
        if file is None:
            shown = _binary(str(beta), feed, extract, raffinate)
        else:
            changes = _changes(set_ or [])
            (flowsheet,) = _load([file], changes)
            shown = _designed(flowsheet, _unit(flowsheet, unit), changes, start, real)
        _document(json, shown.document)
        show([] if json == STDOUT else shown.page)
        _write(shown.pictures(), pictures, quiet=json == STDOUT)


@app.command()
def fit(
    file: Annotated[
        str, typer.Argument(metavar="TESTS.csv", help="A table of batch tests; see docs/theory_fitting.md.")
    ],
    chain: Annotated[
        str | None,
        typer.Option(metavar="ELEMENT", help="One level, of this element, and separation factors from mixtures."),
    ] = None,
    method: Annotated[
        str, typer.Option(metavar="direct|predicted", help="From the measured phases, or solved from the feed.")
    ] = "predicted",
    exponent: Annotated[bool, typer.Option("--exponent", help="Fit the extractant's exponent too.")] = False,
    robust: Annotated[bool, typer.Option("--robust", help="Give outliers less weight.")] = False,
    pool: Annotated[bool, typer.Option("--pool", help="Take all sources for one.")] = False,
    json: JsonOption = None,
) -> None:
    """Fit extraction constants to batch tests.

    Prints constants and separation factors with confidence intervals, residuals by source, and rows that do not fit.
    """
    if method not in ("direct", "predicted"):
        raise typer.BadParameter(f"{method!r} is neither direct nor predicted", param_hint="'--method'")
    with _faults():
        _ready(json, [file])
        from .report import document
        from .report import fit as pages
        from .studies.fit import fit_file

        found = fit_file(file, method=method, chain=chain, free_exponent=exponent, robust=robust, pool=pool)
        for warning in found.isotherms.warnings:
            typer.echo(clean(str(warning)), err=True)
        shown = [] if json == STDOUT else pages.page(found)
        _document(json, document.fit(found))
        show(shown)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="MYPLANT", help="The new flowsheet: MYPLANT.yaml in this folder.")],
    source: Annotated[str, typer.Option("--from", metavar="NAME", help="The shipped flowsheet to copy.")],
    force: Annotated[bool, typer.Option("--force", help="Replace MYPLANT.yaml and the schema beside it.")] = False,
) -> None:
    """Copy a shipped flowsheet to edit.

    Writes MYPLANT.yaml into this folder, and beside it the schema that editors complete from.
    """
    with _faults():
        from .report import output
        from .studies import template

        try:
            text = template.copied(name, source)
        except template.NameFault as error:
            hint = "'MYPLANT'" if error.of_copy else "'--from'"
            raise typer.BadParameter(str(error), param_hint=hint) from None
        target, schema_file = Path(f"{name}.yaml"), Path(template.SCHEMA)
        if os.path.lexists(target) and not force:
            raise _Fault(f"{target}: error: there is such a file already", "choose another name, or add --force")
        written = [(target, text)]
        if force or not os.path.lexists(schema_file):
            written.append((schema_file, template.schema_text()))
        for path, _ in written:
            output.ready(path, own=force)
        for path, content in reversed(written):
            output.write(path, content)
        typer.echo(f"{target} is a copy of {source}; edit it, then: didymium run {target}")


@app.command(name="list")
def list_(json: JsonOption = None) -> None:
    """List what is shipped.

    Flowsheets, kinds of units, deposits, extractants and price regions.
    """
    with _faults():
        from .files import FlowsheetError, load_plan, shipped
        from .report import catalogue, document

        _ready(json, [])
        plans: dict[str, Any] = {}
        for name, path in shipped().items():
            try:
                plans[name] = load_plan(path)
            except FlowsheetError:
                plans[name] = None
        found = document.catalogue(plans)
        _document(json, found)
        show([] if json == STDOUT else catalogue.page(found))


@app.command()
def schema(
    what: Annotated[
        str, typer.Argument(metavar="[WHAT]", help="flowsheet, or a document: run, compare, design, check, list, fit.")
    ] = "flowsheet",
) -> None:
    """Print a JSON Schema.

    That of flowsheet files for editors, or that of a document that --json writes.
    """
    with _faults():
        from .report import document
        from .studies import template

        if what == "flowsheet":
            print_document(template.schema_text())
        elif what in document.DOCUMENTS:
            print_document(document.text(document.schema(what)))
        else:
            from .quantities import suggestion

            known = ["flowsheet", *document.DOCUMENTS]
            raise typer.BadParameter(
                f"no schema {what!r}{suggestion(what, known)}; there is {', '.join(known)}", param_hint="'WHAT'"
            )


# -- arguments --------------------------------------------------------------------------------------------------------


def _resolve(name: str) -> str:
    """The file that a name stands for: itself, a shipped flowsheet, or NAME.yaml in this folder."""
    from .files import shipped
    from .quantities import suggestion

    try:
        path, beside = Path(name), Path(f"{name}.yaml")
        if path.exists() and not (path.is_dir() and name in shipped()):
            return name
        if name in shipped():
            return name if not path.exists() else str(shipped()[name])
        if beside.is_file():
            return str(beside)
    except (OSError, ValueError):
        return name  # the reader says what is wrong with it
    near = suggestion(name, shipped())
    raise _Fault(
        f"{name}: error: no such file or shipped flowsheet{near}", f"shipped flowsheets are {', '.join(shipped())}"
    )


def _changes(pairs: Sequence[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not key or not value:
            raise typer.BadParameter(f"{pair!r} is not unit.key=value", param_hint="'--set'")
        if key in out:
            raise typer.BadParameter(f"{key} is set twice", param_hint="'--set'")
        out[key] = value
    return out


def _elements(text: str) -> list[str]:
    from .elements import GROUPS, INDEX, is_name, members
    from .quantities import suggestion

    names = [word.strip() for word in text.split(",") if word.strip()]
    if names in ([], ["none"]):
        return []
    for name in names:
        if not is_name(name):
            near = suggestion(name, [*INDEX, *GROUPS])
            raise typer.BadParameter(f"unknown element or group {name!r}{near}", param_hint="'--fates'")
    return list(dict.fromkeys(element for name in names for element in members(name)))


def _circuits(flowsheet: Flowsheet, names: Sequence[str]) -> list[str]:
    from .quantities import suggestion

    kinds = ("solvent_extraction", "extraction_circuit")
    known = [name for name, unit in flowsheet.plan.units.items() if unit.kind.name in kinds]
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"no circuit {name!r}{suggestion(name, known)}; there is {', '.join(known) or 'none'}",
                param_hint="'--profile'",
            )
    return list(names)


def _unit(flowsheet: Flowsheet, name: str | None) -> str:
    from .quantities import suggestion

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


def _binary(beta: str, feed: str, extract: str, raffinate: str) -> Shown:
    """A two-element design from the words of the command line."""
    from .cascade import CascadeError
    from .cascade import design as design_binary
    from .quantities import In, QuantityError
    from .report import designs

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
        return designs.binary(design_binary(*numbers))
    except CascadeError as error:
        raise _Fault(f"error: {error}") from None


def _designed(flowsheet: Flowsheet, name: str, changes: dict[str, str], start: bool, real: bool) -> Shown:
    """A unit's design; `_solve` tells first where the flowsheet itself has none."""
    from .report import designs
    from .studies.design import DesignError, design_unit

    position = flowsheet.plan.units[name].position
    try:
        return designs.of_unit(design_unit(_solve(flowsheet), name, start_up=start, real=real), changes)
    except DesignError as error:
        raise _Fault(f"{position}: error: {error.reason}", error.remedy) from error


def _load(names: Sequence[str], changes: dict[str, str] | None = None) -> list[Flowsheet]:
    """Flowsheets by name, or the faults of all of them at once."""
    from .files import FlowsheetError
    from .flowsheet import load

    out, faults = [], []
    for name in names:
        try:
            out.append(load(_resolve(name), changes))
        except (FlowsheetError, _Fault) as error:
            faults.append(str(error))
    if faults:
        raise _Fault("\n".join(dict.fromkeys(faults)))
    return out


def _solve(flowsheet: Flowsheet) -> Result:
    from .economics import CostError
    from .network import SolveError

    try:
        return flowsheet.solve()
    except SolveError as error:
        cause = error.__cause__
        reason, remedy = getattr(cause, "reason", ""), getattr(cause, "remedy", "")
        position = error.position or flowsheet.plan.position
        where = position.file if position.file.startswith("--set ") else position  # what has no lines
        raise _Fault(f"{where}: error: {error.place}: {reason or error.reason}", remedy) from error
    except CostError as error:
        raise _Fault(f"{flowsheet.plan.position}: error: cost: {error.reason}", error.remedy) from error


# -- output -----------------------------------------------------------------------------------------------------------


@contextmanager
def _faults() -> Iterator[None]:
    """Turns a user's mistake into its text and exit code 1, and an interruption into 130."""
    try:
        yield
    except ValueError as error:
        from .files import FlowsheetError
        from .report.output import OutputError

        if isinstance(error, OutputError):
            _fail(f"error: {error.reason}" + (f"\n  hint: {error.remedy}" if error.remedy else ""), 1)
        if isinstance(error, FlowsheetError | _Fault):
            _fail(str(error), 1)
        raise
    except KeyboardInterrupt:
        _fail("interrupted", 130)


def _fail(text: str, code: int) -> NoReturn:
    typer.echo(clean(text), err=True)
    raise typer.Exit(code)


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _ready(json: str | None, files: Sequence[str]) -> None:
    """Raises before anything long where the document cannot be written."""
    if json is None or json == STDOUT:
        return
    from .files.merge import locate
    from .report import output

    output.ready(Path(json), [locate(name)[0] for name in map(_quietly_resolved, files) if name])


def _quietly_resolved(name: str) -> str:
    try:
        return _resolve(name)
    except _Fault:
        return ""


def _drawable(folder: str | None) -> None:
    """Raises before anything long where no pictures can be drawn into the folder."""
    if folder is not None:
        from .report.pictures import ready

        ready(folder)


def _write(pictures: Iterable[Picture], folder: str | None, quiet: bool) -> None:
    if folder is None:
        return
    from .report.pictures import write_all

    drawn = write_all(pictures, folder)
    for line in [f"drawn: {path}" for path in drawn] or ["nothing to draw: no circuit that runs"]:
        typer.echo(clean(line), err=quiet)


def _document(json: str | None, found: dict[str, Any]) -> None:
    from .report import document, output

    if json == STDOUT:
        print_document(document.text(found))
    elif json is not None:
        output.write(Path(json), document.text(found))


if __name__ == "__main__":
    main()
