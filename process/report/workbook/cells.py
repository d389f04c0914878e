"""What a cell of a workbook may hold; text of a file stays text whatever it begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..figures import plain

LONGEST = 4_000
"""Characters of a text that are written; a cell takes 32,767."""
LIVE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula."""
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with its leading `=` and the value that the model has for it."""

    text: str
    value: float | None = None
    format: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number; an `editable` one is there to be changed and is coloured."""

    value: float | None
    format: str = ""
    editable: bool = False
    bold: bool = False


Cell = str | int | float | None | Formula | Number

COUNT, SHARE, MONEY = "#,##0", "0.0%", "#,##0.0000"


def form(value: float | None) -> str:
    """The number format that shows a size with about four digits.

    >>> form(106250.4), form(12.3), form(0.0123), form(3e-9), form(0.0)
    ('#,##0', '#,##0.00', '0.00000', '0.000E+00', '0')
    """
    size = abs(value or 0.0)
    if size == 0.0:
        return "0"
    steps = ((1000.0, COUNT), (1.0, "#,##0.00"), (0.1, "0.0000"), (0.001, "0.00000"))
    return next((shown for least, shown in steps if size >= least), "0.000E+00")


def literal(value: float) -> str:
    """A number as formulas write it, with all its digits.

    >>> literal(0.001), literal(1e-07), literal(-2.5)
    ('0.001', '1E-07', '-2.5')
    """
    return repr(float(value)).upper()


def text(words: object) -> str:
    """Text for a cell: one line, no control characters, of bounded length, no escapes of the file format.

    >>> text("a\\tb\\x07"), text("_x0041_")
    ('a b�', '_x005F_x0041_')
    """
    shown = plain(str(words)[: 2 * LONGEST])
    shown = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
    return _ESCAPE.sub("_x005F_", shown)


def is_live(words: str) -> bool:
    """Whether a spreadsheet might take a text for a formula if somebody edits or re-imports it.

    >>> is_live("=1+1"), is_live(" @SUM"), is_live("a=b")
    (True, True, False)
    """
    return words.lstrip(" ").startswith(LIVE)
