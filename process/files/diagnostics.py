"""What is wrong with a file, where, and what to do about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..plan import Position

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_WIDEST = 110
_BEFORE = 70
_MOST_SHOWN = 50


class Source:
    """A text and what to call it. `aside` is set for texts that are no file, such as `--set`: they have no lines."""

    __slots__ = ("aside", "lines", "name", "order")

    def __init__(self, name: str, text: str = "", order: int = 0, aside: bool = False) -> None:
        self.name, self.order, self.aside = name, order, aside
        self.lines = _LINE_BREAK.split(text)

    def line(self, number: int) -> str:
        """A line by its number, which counts from 1; "" where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a line; line and column count from 1, and line 0 stands for the file as a whole."""

    source: Source
    line: int = 0
    column: int = 0
    width: int = 1

    @property
    def position(self) -> Position:
        """The way back to the line, as a plan keeps it."""
        return Position(self.source.name, max(self.line, 1), max(self.column, 1))

    def __str__(self) -> str:
        if self.source.aside or self.line == 0:
            return self.source.name
        return f"{self.source.name}:{self.line}:{self.column}"

    def excerpt(self) -> list[str]:
        """The line and a caret line under it; nothing where there is no line to show."""
        line = self.source.line(self.line)
        return _excerpt(line, self.column - 1, self.width) if line.strip() else []


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault, or one warning. `related` are further places that matter, each with its own word."""

    place: Place
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    related: tuple[tuple[Place, str], ...] = ()

    @property
    def position(self) -> Position:
        """Where the fault stands."""
        return self.place.position

    def __str__(self) -> str:
        out = [_printable(f"{self.place}: {self.severity}: {self.message}"), *self.place.excerpt()]
        if self.hint:
            out.append(f"  hint: {_printable(self.hint)}")
        for place, word in self.related:
            out += [_printable(f"{place}: note: {word}"), *place.excerpt()]
        return "\n".join(out)


class FlowsheetError(ValueError):
    """A flowsheet that cannot be read: `diagnostics` holds every fault of the load, in file order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(in_order(diagnostics))
        super().__init__(report(self.diagnostics))

    def __reduce__(self) -> tuple[type[FlowsheetError], tuple[tuple[Diagnostic, ...]]]:
        return FlowsheetError, (self.diagnostics,)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics by file, line and column, each once."""
    unique = {(str(item.place), item.message): item for item in diagnostics}
    return sorted(
        unique.values(), key=lambda item: (item.place.source.order, item.place.line, item.place.column, item.message)
    )


def report(diagnostics: Sequence[Diagnostic]) -> str:
    """The full text of all diagnostics."""
    out = [str(item) for item in diagnostics[:_MOST_SHOWN]]
    if len(diagnostics) > _MOST_SHOWN:
        out.append(f"… and {len(diagnostics) - _MOST_SHOWN} more")
    return "\n".join(out)


def _columns(character: str) -> int:
    """How many columns a terminal gives a character."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _printable(text: str) -> str:
    """Text without what would move the cursor or colour the terminal."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _excerpt(line: str, start: int, width: int) -> list[str]:
    start = min(start, len(line))
    width = max(1, min(width, len(line) - start))
    if len(line) > _WIDEST:
        first = max(0, min(start - _BEFORE, len(line) - _WIDEST))
        last = first + _WIDEST
        lead, tail = "…" if first else "", "…" if last < len(line) else ""
        line, start = lead + line[first:last] + tail, start - first + len(lead)
        width = min(width, len(line) - start)
    clean = _printable(line)
    under = "".join("\t" if c == "\t" else " " * _columns(c) for c in clean[:start])
    marks = max(1, sum(_columns(c) for c in clean[start : start + width]))
    return [f"  {clean}", f"  {under}{'^' * marks}"]
