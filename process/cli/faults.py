"""A user's mistake on the command line: its text, and exit code 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from ..report.terminal import clean


class Fault(ValueError):
    """A user's mistake, said in full."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\n  hint: {hint}" if hint else message)


@contextmanager
def faults() -> Iterator[None]:
    """Turns a user's mistake into its text and exit code 1, and an interruption into 130."""
    try:
        yield
    except ValueError as error:
        from ..files import FlowsheetError
        from ..report.output import OutputError

        if isinstance(error, OutputError):
            fail(f"error: {error.reason}" + (f"\n  hint: {error.remedy}" if error.remedy else ""), 1)
        if isinstance(error, FlowsheetError | Fault):
            fail(str(error), 1)
        raise
    except KeyboardInterrupt:
        fail("interrupted", 130)


def fail(text: str, code: int) -> NoReturn:
    typer.echo(clean(text), err=True)
    raise typer.Exit(code)


def count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
