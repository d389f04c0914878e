"""Pictures as files, and as text for a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from .. import output
from ..output import OutputError
from .picture import Picture

SUFFIXES = ("png", "svg", "pdf")
LONGEST = 80
"""Letters of a file's name, so that every file system takes it."""
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))})
"""Names that Windows keeps for devices."""


def write(picture: Picture, path: str | Path) -> None:
    """Draw a picture into a file: `.png`, `.svg` or `.pdf`. Raises OutputError with a remedy.

    Errors: another suffix, no such folder, a file that cannot be written, matplotlib missing.
    """
    target = Path(path)
    kind = _kind(target)
    output.ready(target)
    output.write_bytes(target, _drawn(picture, kind))


def write_all(pictures: Iterable[Picture], folder: str | Path, suffix: str = "svg") -> list[Path]:
    """Draw pictures into files of a folder, named after the pictures; the files. Raises OutputError as ``write``."""
    found = list(pictures)
    names = file_names([picture.name for picture in found])
    targets = [Path(folder) / f"{name}.{suffix}" for name in names]
    for target in targets:
        output.ready(target)
    for picture, target in zip(found, targets, strict=True):
        output.write_bytes(target, _drawn(picture, _kind(target)))
    return targets


def ready(folder: str | Path) -> None:
    """Makes the folder where its own is there; raises OutputError where nothing can be drawn or written into it.

    Called before a long solve.
    """
    _drawing()
    path = Path(folder)
    if not path.exists() and path.parent.is_dir():
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            why = error.strerror or str(error)
            raise OutputError(f"cannot make the folder {folder}: {why}", "name another") from None
    if not path.is_dir():
        what = "it is a file" if path.exists() else "there is no such folder"
        raise OutputError(f"cannot write pictures into {folder}: {what}", "make the folder first")
    output.ready(Path(folder) / "picture.svg")


def svg(picture: Picture) -> str:
    """A picture as an `<svg>` element for an HTML page: text as outlines, the same bytes for the same picture."""
    text = _drawn(picture, "svg").decode("utf-8")
    return text[text.index("<svg") :]


def file_names(names: Iterable[str]) -> list[str]:
    """Names that every file system takes, one for each, none twice, whatever the letters.

    >>> file_names(["ndpr_cut profile", "../../etc", "a/b", "A:b", "con"])
    ['ndpr_cut_profile', 'etc', 'a_b', 'A_b-2', 'con_']
    """
    out: list[str] = []
    taken: set[str] = set()
    for name in names:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:LONGEST] or "picture"
        stem += "_" if stem.lower() in RESERVED else ""
        made, count = stem, 1
        while made.lower() in taken:
            count += 1
            made = f"{stem}-{count}"
        taken.add(made.lower())
        out.append(made)
    return out


def _kind(path: Path) -> str:
    kind = path.suffix.lower().removeprefix(".")
    if kind not in SUFFIXES:
        raise OutputError(
            f"cannot draw {path}: {f'a picture is no .{kind}' if kind else 'the name has no suffix'}",
            f"name a file that ends in {', '.join(f'.{one}' for one in SUFFIXES[:-1])} or .{SUFFIXES[-1]}",
        )
    return kind


def _drawing() -> None:
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        raise OutputError(
            f"cannot draw: matplotlib does not load ({error})", "install it: pip install 'didymium[plot]'"
        ) from error


def _drawn(picture: Picture, kind: str) -> bytes:
    _drawing()
    from .draw import drawn

    return drawn(picture, kind)
