"""Where a document goes: a file that is whole or not written at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path


class OutputError(ValueError):
    """An output that cannot be written: `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy


def ready(path: Path, inputs: Iterable[Path] = (), own: bool = False) -> None:
    """Raises OutputError where `path` cannot be written, or is one of the files that are read.

    A YAML file is taken for somebody's flowsheet, and spared, unless the caller means it (`own`).

    Tries a file beside it, so that a long solve does not end in a folder that takes none.
    """
    try:
        _ready(path, list(inputs), own)
    except (OSError, ValueError) as error:
        if isinstance(error, OutputError):
            raise
        raise _cannot(path, error) from error


def write(path: Path, text: str) -> None:
    """Write a whole file as UTF-8, or leave what was there. Raises OutputError."""
    try:
        _write(path, text.encode("utf-8", "replace"))
    except (OSError, ValueError) as error:
        raise _cannot(path, error) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file, or leave what was there. Raises OutputError."""
    try:
        _write(path, data)
    except (OSError, ValueError) as error:
        raise _cannot(path, error) from error


def _cannot(path: Path, error: Exception) -> OutputError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return OutputError(f"cannot write {path}: {why}", "name another output")


def _ready(path: Path, inputs: list[Path], own: bool) -> None:
    if not path.parent.exists():
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}", "make the folder first")
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder", "name a file in it")
    try:
        path.stat()
    except FileNotFoundError:
        _probe(path.resolve())
        return
    if any(other.exists() and os.path.samefile(path, other) for other in inputs):
        raise OutputError(f"cannot write {path}: it is the file that is read", "name another output")
    if not own and path.suffix.lower() in (".yaml", ".yml"):
        raise OutputError(f"cannot write {path}: it may be a flowsheet", "name an output that ends in .json")
    if not os.access(path, os.W_OK):
        raise OutputError(f"cannot write {path}: it is read-only", "name another output")
    if _replaceable(path):
        _probe(path.resolve())


def _replaceable(path: Path) -> bool:
    """Whether a new file may take the place of the old one; never of a device or a pipe."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _beside(path: Path) -> tuple[Path, int]:
    """A new file in the folder of `path`, open for writing, with the permissions that any new file gets."""
    beside = path.with_name(f".didymium-{secrets.token_hex(8)}.tmp")
    return beside, os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)


def _probe(path: Path) -> None:
    beside, handle = _beside(path)
    os.close(handle)
    beside.unlink()


def _write(path: Path, data: bytes) -> None:
    path = path.resolve()
    if not _replaceable(path):
        path.write_bytes(data)
        return
    beside, handle = _beside(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
