"""Pages and documents on a terminal, or on what stands in for one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPE_WIDTH = 100
"""Columns where the output is no terminal and COLUMNS does not say."""


def forgiving() -> None:
    """A console that cannot show every letter shows a mark in its place instead of failing."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def clean(text: str) -> str:
    r"""Text of several lines without what would move the cursor or colour a terminal.

    >>> clean("a\n\x1b[2Jb")
    'a\n�[2Jb'
    """
    return "".join(c if c.isprintable() or c in "\t\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def document(text: str) -> None:
    """Print text for other programs: UTF-8, whatever the console's own encoding."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "replace"))
    buffer.flush()


def console() -> Console:
    """The terminal; elsewhere plain text of a width that a comparison of two plants fits in."""
    from rich.console import Console

    found = Console(highlight=False, markup=False, emoji=False)
    if not found.is_terminal and not os.environ.get("COLUMNS"):
        return Console(highlight=False, markup=False, emoji=False, width=PIPE_WIDTH)
    return found


def show(page: Sequence[RenderableType]) -> None:
    """Print the tables of a page, a line apart."""
    if not page:
        return
    found = console()
    for part in page:
        found.print(part)
        found.print()
