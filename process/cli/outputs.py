"""Where a command's documents and pictures go; what cannot be written is told before anything long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..report.terminal import clean
from ..report.terminal import document as print_document
from .arguments import resolve
from .faults import Fault

if TYPE_CHECKING:
    from ..report.pictures import Picture

STDOUT = "-"


def ready(json: str | None, files: Sequence[str]) -> None:
    """Raises before anything long where the document cannot be written."""
    if json is None or json == STDOUT:
        return
    from ..files.merge import locate
    from ..report import output

    output.ready(Path(json), [locate(name)[0] for name in map(_quietly_resolved, files) if name])


def ready_workbook(xlsx: str | None, json: str | None, files: Sequence[str]) -> None:
    """Raises before anything long where the workbook cannot be written."""
    if xlsx is None:
        return
    from ..files.merge import locate
    from ..report import output, workbook

    path = Path(xlsx)
    named = "plant" if xlsx == STDOUT else path.stem
    if path.suffix.lower() != ".xlsx":
        raise output.OutputError(f"cannot write {xlsx}: a workbook's name ends in .xlsx", f"name it {named}.xlsx")
    if json is not None and json != STDOUT and Path(json).resolve() == path.resolve():
        raise output.OutputError(f"cannot write {xlsx}: --json writes there", "name another output")
    workbook.ready()
    output.ready(path, [locate(name)[0] for name in map(_quietly_resolved, files) if name])


def write_workbook(xlsx: str, made: bytes) -> None:
    from ..report import output

    output.write_bytes(Path(xlsx), made)


def _quietly_resolved(name: str) -> str:
    try:
        return resolve(name)
    except Fault:
        return ""


def drawable(folder: str | None) -> None:
    """Raises before anything long where no pictures can be drawn into the folder."""
    if folder is not None:
        from ..report.pictures import ready

        ready(folder)


def draw(pictures: Iterable[Picture], folder: str | None, quiet: bool) -> None:
    if folder is None:
        return
    from ..report.pictures import write_all

    drawn = write_all(pictures, folder)
    for line in [f"drawn: {path}" for path in drawn] or ["nothing to draw: no circuit, furnace or diffusion that runs"]:
        typer.echo(clean(line), err=quiet)


def write_document(json: str | None, found: dict[str, Any]) -> None:
    from ..report import document, output

    if json == STDOUT:
        print_document(document.text(found))
    elif json is not None:
        output.write(Path(json), document.text(found))
