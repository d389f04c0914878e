"""The command line: a thin skin over files, flowsheets, studies and reports.

Everything heavy is imported where it is used, so that help and mistakes in the arguments answer at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..report.terminal import clean, forgiving, show
from ..report.terminal import document as print_document
from .arguments import binary, changes_of, circuits_of, designed, elements_of, load, resolve, solve, unit_of
from .claims import claims
from .faults import Fault, count, faults
from .finance import finance
from .gap import gap
from .magnet import magnet
from .outputs import STDOUT, draw, drawable, ready, ready_workbook, write_document, write_workbook
from .sensitivity import sensitivity
from .trace import trace
from .uncertainty import uncertainty

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
XlsxOption = Annotated[
    str | None,
    typer.Option("--xlsx", metavar="OUT", help="Write a workbook whose costs follow its prices; needs didymium[xlsx]."),
]


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
        from .. import __version__

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
    """Check flowsheet and scenario files.

    Syntax, units and references; prints all faults at once, with file, line and column.
    """
    with faults():
        from ..files import check as check_file
        from ..files import check_scenario
        from ..files.merge import SCENARIO, read_tree, sort_of
        from ..report import document

        ready(json, files)
        found: dict[str, tuple[str | None, Any]] = {}
        for name in files:
            resolved = resolve(name, "flowsheet or scenario")
            sort = sort_of(resolved)
            told = (check_scenario if sort is SCENARIO else check_file)(resolved, strict)
            try:
                sha = read_tree(resolved, sort).sha256
            except ValueError:
                sha = None
            found[name] = (sha, told)
        write_document(json, document.check(found, strict))
        errors = 0
        for name, (_, told) in found.items():
            for fault in told:
                typer.echo(clean(str(fault)), err=True)
            wrong = sum(fault.severity == "error" for fault in told)
            errors += wrong
            if json != STDOUT:
                warned = len(told) - wrong
                typer.echo(clean(f"{name}: {count(wrong, 'error')}, {count(warned, 'warning')}"))
        if errors:
            raise typer.Exit(1)


@app.command()
def run(
    file: FileArgument,
    set_: SetOption = None,
    json: JsonOption = None,
    streams: Annotated[bool, typer.Option(help="Show the stream table.")] = True,
    fates: Annotated[
        str | None,
        typer.Option(
            metavar="ELEMENTS", help="Show where these ended, as in `Nd,Dy`; `none` hides it. The Nd, or what is made."
        ),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option(metavar="UNIT", help="Show the stages of a circuit; may be given again.")
    ] = None,
    assumptions: Annotated[
        bool, typer.Option(help="List assumptions, of the file and beside it: prices, labour, capital, model data.")
    ] = False,
    ledger: Annotated[bool, typer.Option(help="List what each unit uses and how large its equipment is.")] = False,
    pictures: PicturesOption = None,
    xlsx: XlsxOption = None,
) -> None:
    """Solve a flowsheet.

    Prints streams, circuits, recoveries, costs, capacity, targets and how much rests on assumptions.
    """
    with faults():
        changes = changes_of(set_ or [])
        elements = None if fates is None else elements_of(fates)
        ready(json, [file])
        ready_workbook(xlsx, json, [file])
        drawable(pictures)
        (flowsheet,) = load([file], changes)
        circuits = circuits_of(flowsheet, profile or [])
        result = solve(flowsheet)
        from ..report import document
        from ..report import run as pages

        shown = [] if json == STDOUT else pages.page(result, changes, streams, elements, circuits, assumptions, ledger)
        write_document(json, document.run(result, changes))
        if xlsx is not None:
            from ..report import workbook

            write_workbook(xlsx, workbook.run(result, changes))
        show(shown)
        if pictures is not None:
            from ..report.pictures import of_circuits, of_magnets

            draw([*of_circuits(result), *of_magnets(result)], pictures, quiet=json == STDOUT)


@app.command()
def compare(
    files: FilesArgument,
    basis: Annotated[
        str | None,
        typer.Option(
            metavar="PRODUCT", help="The product whose kilogram is compared: the magnet, else one that all make."
        ),
    ] = None,
    bridge: Annotated[bool, typer.Option(help="Show why the costs differ, cause by cause.")] = True,
    json: JsonOption = None,
    xlsx: XlsxOption = None,
    pictures: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Draw why the costs differ into this folder; needs didymium[plot]."),
    ] = None,
) -> None:
    """Compare plants.

    What survives from ore to product, what a kg costs, why it differs, which stage limits, and what that rests on.
    """
    if len(files) < 2:
        raise typer.BadParameter("a comparison takes two flowsheets or more", param_hint="'FILE|NAME'")
    with faults():
        ready(json, files)
        ready_workbook(xlsx, json, files)
        drawable(pictures)
        flowsheets = load(files)
        from ..report import comparison, document
        from ..studies.compare import CompareError, check_basis, common_basis
        from ..studies.compare import compare as compare_plants

        try:
            on = basis or common_basis(flowsheets)
            for flowsheet in flowsheets:
                check_basis(flowsheet, on)
        except CompareError as error:
            raise typer.BadParameter(str(error), param_hint="'--basis'") from None
        found = compare_plants([solve(flowsheet) for flowsheet in flowsheets], on)
        shown = [] if json == STDOUT else comparison.page(found, bridge)
        write_document(json, document.compare(found))
        if xlsx is not None:
            from ..report import workbook

            write_workbook(xlsx, workbook.compare(found))
        show(shown)
        if pictures is not None:
            from ..report.pictures import of_bridges

            draw(of_bridges(found.bridges), pictures, quiet=json == STDOUT)


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
        str | None, typer.Option(metavar="FRACTION", help="With --beta: mole fraction of A, extracted; 50 %.")
    ] = None,
    extract: Annotated[
        str | None, typer.Option(metavar="PURITY", help="With --beta: of A in the extract, by mol; 99.9 %.")
    ] = None,
    raffinate: Annotated[
        str | None, typer.Option(metavar="PURITY", help="With --beta: of B in the raffinate, by mol; 99.9 %.")
    ] = None,
    json: JsonOption = None,
    pictures: PicturesOption = None,
) -> None:
    """Design a circuit or a train for its purities.

    Stages, flows, volumes, reagents, cost and time to specification of a unit of a flowsheet, at the feed that the
    flowsheet brings it; for a train the best sequences of cuts. With --beta, two elements and no file.
    """
    if (beta is None) == (file is None):
        raise typer.BadParameter("give a flowsheet and a unit, or --beta", param_hint="'FILE|NAME'")
    idle: dict[str, object] = {"--feed": feed, "--extract": extract, "--raffinate": raffinate}
    if file is None:
        idle = {"--set": set_, "--real": real or None, "--no-start": None if start else True, "UNIT": unit}
    for name, given in idle.items():
        if given is not None:
            raise typer.BadParameter(f"has no effect {'with' if file is None else 'without'} --beta", param_hint=name)
    with faults():
        ready(json, [file] if file else [])
        drawable(pictures)
        if file is None:
            shown = binary(str(beta), feed or "50 %", extract or "99.9 %", raffinate or "99.9 %")
        else:
            changes = changes_of(set_ or [])
            (flowsheet,) = load([file], changes)
            shown = designed(flowsheet, unit_of(flowsheet, unit), changes, start, real)
        write_document(json, shown.document)
        show([] if json == STDOUT else shown.page)
        draw(shown.pictures(), pictures, quiet=json == STDOUT)


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
    with faults():
        ready(json, [file])
        from ..report import document
        from ..report import fit as pages
        from ..studies.fit import fit_file

        found = fit_file(file, method=method, chain=chain, free_exponent=exponent, robust=robust, pool=pool)
        for warning in found.isotherms.warnings:
            typer.echo(clean(str(warning)), err=True)
        shown = [] if json == STDOUT else pages.page(found)
        write_document(json, document.fit(found))
        show(shown)


app.command()(magnet)
app.command()(finance)
app.command()(uncertainty)
app.command()(sensitivity)
app.command()(claims)
app.command()(trace)
app.command()(gap)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="MYPLANT", help="The new file: MYPLANT.yaml in this folder.")],
    source: Annotated[str, typer.Option("--from", metavar="NAME", help="The shipped flowsheet or scenario to copy.")],
    force: Annotated[bool, typer.Option("--force", help="Replace MYPLANT.yaml and the schema beside it.")] = False,
) -> None:
    """Copy a shipped flowsheet or scenario to edit.

    Writes MYPLANT.yaml into this folder, and beside it the schema that editors complete from.
    """
    with faults():
        from ..report import output
        from ..studies import template

        try:
            text = template.copied(name, source)
        except template.NameFault as error:
            hint = "'MYPLANT'" if error.of_copy else "'--from'"
            raise typer.BadParameter(str(error), param_hint=hint) from None
        target, schema_file = Path(f"{name}.yaml"), Path(template.schema_file(source))
        if os.path.lexists(target) and not force:
            raise Fault(f"{target}: error: there is such a file already", "choose another name, or add --force")
        written = [(target, text)]
        if force or not os.path.lexists(schema_file):
            written.append((schema_file, template.schema_text(template.word(source))))
        for path, _ in written:
            output.ready(path, own=force)
        for path, content in reversed(written):
            output.write(path, content)
        typer.echo(f"{target} is a copy of {source}; edit it, then: didymium {template.command(source)} {target}")


@app.command(name="list")
def list_(json: JsonOption = None) -> None:
    """List what is shipped.

    Flowsheets, scenarios, kinds of units, deposits, extractants and price regions.
    """
    with faults():
        from ..files import FlowsheetError, load_plan, load_scenario, shipped, shipped_scenarios
        from ..report import catalogue, document

        ready(json, [])
        plans: dict[str, Any] = {}
        for name, path in shipped().items():
            try:
                plans[name] = load_plan(path)
            except FlowsheetError:
                plans[name] = None
        scenarios: dict[str, Any] = {}
        for name, path in shipped_scenarios().items():
            try:
                scenarios[name] = load_scenario(path)
            except FlowsheetError:
                scenarios[name] = None
        found = document.catalogue(plans, scenarios)
        write_document(json, found)
        show([] if json == STDOUT else catalogue.page(found))


@app.command()
def schema(
    what: Annotated[
        str,
        typer.Argument(
            metavar="[WHAT]",
            help="flowsheet, scenario, or a document: run, compare, design, check, list, fit, magnet, uncertainty, "
            "sensitivity, claims, finance, gap, trace.",
        ),
    ] = "flowsheet",
) -> None:
    """Print a JSON Schema.

    That of flowsheet or scenario files for editors, or that of a document that --json writes.
    """
    with faults():
        from ..report import document
        from ..studies import template

        if what in ("flowsheet", "scenario"):
            print_document(template.schema_text(what))
        elif what in document.DOCUMENTS:
            print_document(document.text(document.schema(what)))
        else:
            from ..quantities import suggestion

            known = ["flowsheet", "scenario", *document.DOCUMENTS]
            raise typer.BadParameter(
                f"no schema {what!r}{suggestion(what, known)}; there is {', '.join(known)}", param_hint="'WHAT'"
            )
