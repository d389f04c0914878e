"""Cells of a table of comma-separated values, each with its place; no cell runs over a line."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostics import Diagnostic, Place, Source


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, without quotes and spaces around it, and where it stands."""

    text: str
    place: Place


def cells(source: Source, line: int, faults: list[Diagnostic]) -> list[Cell]:
    """The cells of a line; a quote that does not close is told in `faults`.

    >>> [cell.text for cell in cells(Source("a.csv", 'Li, "a, b", 0.1,'), 1, [])]
    ['Li', 'a, b', '0.1', '']
    """
    text = source.line(line)
    out: list[Cell] = []
    at = 0
    while True:
        start = _spaces(text, at)
        if text[start : start + 1] == '"':
            content, at = _quoted(text, start)
            if at < 0:
                faults.append(Diagnostic(Place(source, line, start + 1), 'a quote " does not close on its line'))
                at = len(text)
            out.append(Cell(content.strip(), Place(source, line, start + 1, max(at - start, 1))))
            rest = text[at:].split(",", 1)[0]
            if rest.strip():
                faults.append(Diagnostic(Place(source, line, at + 1, len(rest)), "text after a closing quote"))
            at += len(rest)
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            content = text[at:end].strip()
            out.append(Cell(content, Place(source, line, min(start, end) + 1, max(len(content), 1))))
            at = end
        if at >= len(text):
            return out
        at += 1


def _quoted(text: str, start: int) -> tuple[str, int]:
    """A quoted text and the position after it; -1 where it does not close."""
    at = start + 1
    out: list[str] = []
    while at < len(text):
        if text[at] == '"':
            if text[at + 1 : at + 2] != '"':
                return "".join(out), at + 1
            at += 1
        out.append(text[at])
        at += 1
    return "".join(out), -1


def _spaces(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at
