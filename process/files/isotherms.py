"""A laboratory's batch tests from a table of comma-separated values, or all its faults at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from ..cascade.fitting import RowFault, Shakeouts, row_faults
from .cells import Cell, cells
from .diagnostics import Diagnostic, FlowsheetError, Place, Source, in_order
from .isotherm_columns import PHASES, Column, columns, number
from .isotherm_head import START, Head, head
from .reader import decode, read_bytes

NO_REASON = frozenset({"x", "1", "0", "y", "n", "yes", "no", "true", "false"})


class TestsError(FlowsheetError):
    """A file of tests that cannot be read or fitted: `diagnostics` holds every fault, in file order."""

    __test__ = False  # pytest takes names that begin so for tests of its own

    def __reduce__(self) -> tuple[type[FlowsheetError], tuple[tuple[Diagnostic, ...]]]:
        return TestsError, (self.diagnostics,)


@dataclass(frozen=True, eq=False)
class Isotherms:
    """Batch tests of one file. `excluded` are the rows left out, (label, reason); `places` the headings of elements.

    `tests` holds what is left, in mol/L; its labels are `file:line`.
    """

    path: str
    sha256: str
    head: Head
    tests: Shakeouts
    excluded: tuple[tuple[str, str], ...]
    places: dict[str, Place]
    warnings: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Row:
    """A row as read: its cells by column, its numbers, and whether all of them could be read."""

    line: int
    cells: dict[tuple[str, str], Cell]
    numbers: dict[tuple[str, str], float]
    sound: bool = True

    def text(self, kind: str) -> str:
        found = self.cells.get((kind, ""))
        return found.text if found else ""


def read_isotherms(path: str | Path) -> Isotherms:
    """The tests of a file. Raises TestsError with all faults at once; format and units: docs/theory_fitting.md."""
    name = str(path)
    try:
        data = read_bytes(Path(path), name)
        source = decode(data, name)
    except FlowsheetError as error:
        raise TestsError([_reworded(one) for one in error.diagnostics]) from None
    faults: list[Diagnostic] = []
    about = head(source, faults)
    if about.lines >= len(source.lines):
        faults.append(Diagnostic(Place(source, len(source.lines), 1), "the table is missing", _TABLE))
        raise TestsError(faults)
    header = cells(source, about.lines + 1, faults)
    if len(header) == 1 and any(mark in header[0].text for mark in ";\t"):
        message = "the cells are parted by semicolons or tabs"
        hint = "save the table with commas between cells and points in decimals"
        raise TestsError([*faults, Diagnostic(header[0].place, message, hint)])
    found = columns(header, faults)
    rows = _rows(source, about.lines + 1, found, faults)
    kept = [row for row in rows if not row.text("exclude")]
    excluded = tuple((f"{name}:{row.line}", row.text("exclude")) for row in rows if row.text("exclude"))
    for row in rows:
        if row.text("exclude").casefold() in NO_REASON and row.text("exclude"):
            place, text = row.cells["exclude", ""].place, row.text("exclude")
            hint = "leave the cell empty to use the row"
            faults.append(Diagnostic(place, f"exclude says {text!r}; it takes the reason, in words", hint))
    whole = _has_all(header, found, about, faults)
    elements = list(dict.fromkeys(one.element for one in found if one is not None and one.element))
    places = {one.element: one.place for one in reversed(found) if one is not None and one.element}
    if whole and not kept:
        what = "all rows are excluded" if rows else "the table has no rows"
        faults.append(Diagnostic(header[0].place, what, "one line a test, and at least two for each constant"))
    if not whole or not kept:
        raise TestsError(faults)
    sound = [row for row in kept if row.sound]
    held = _few(kept, elements, places, faults)
    tests = _tests(about, sound, held, name) if sound and held else None
    if tests is not None:
        faults += [_placed(one, sound[one.case]) for one in row_faults(tests)]
    if faults or tests is None:
        raise TestsError(faults)
    warnings = in_order(_warnings(tests, sound, about))
    return Isotherms(name, sha256(data).hexdigest(), about, tests, excluded, places, tuple(warnings))


_TABLE = (
    "after the head: source, extractant [mol/L], acid [mol/L], O/A, feed Nd [mol/L], aqueous Nd [mol/L]; "
    "then a line for each test"
)


def _reworded(fault: Diagnostic) -> Diagnostic:
    """A fault of reading a file, which is worded for flowsheets."""
    message = fault.message.replace("expected a flowsheet file", "expected a file of tests")
    message = message.replace("a flowsheet", "a file of tests")
    return replace(fault, message=message, hint=START if message == "the file is empty" else fault.hint)


def _rows(source: Source, header: int, found: Sequence[Column | None], faults: list[Diagnostic]) -> list[_Row]:
    """The rows below a header; blank lines and lines that begin with # are none."""
    out = []
    for line in range(header + 1, len(source.lines) + 1):
        text = source.line(line)
        if not text.strip(" \t,") or text.startswith("#"):
            continue
        before = len(faults)
        own = cells(source, line, faults)
        if len(faults) > before:
            continue
        if len(own) != len(found):
            more = len(own) > len(found)
            place = own[len(found)].place if more else own[-1].place
            hint = (
                "a decimal takes a point; text with a comma stands in quotes"
                if more
                else "an empty cell takes a comma too"
            )
            faults.append(
                Diagnostic(place, f"{len(own)} cell{'s' * (len(own) != 1)} where the header has {len(found)}", hint)
            )
            continue
        row = _Row(line, {}, {})
        named = {one.kind: cell.text for cell, one in zip(own, found, strict=True) if one is not None}
        out_of_use = bool(named.get("exclude"))
        for cell, column in zip(own, found, strict=True):
            if column is None:
                row.sound = False
                continue
            row.cells[column.kind, column.element] = cell
            if column.kind in ("source", "exclude", "note") or out_of_use:
                continue
            value = number(cell, column, faults)
            row.sound &= value is not None
            if value is not None:
                row.numbers[column.kind, column.element] = value
        _share(row, found)
        out.append(row)
    return out


def _share(row: _Row, found: Sequence[Column | None]) -> None:
    """Turns a soap in % of the extractant to mol/L."""
    if any(one is not None and one.share for one in found) and ("soap", "") in row.numbers:
        row.numbers["soap", ""] *= row.numbers.get(("extractant", ""), float("nan"))


def _has_all(header: Sequence[Cell], found: Sequence[Column | None], about: Head, faults: list[Diagnostic]) -> bool:
    """Whether the columns suffice for a constant; a fault for each that lacks. False too where headings are unread."""
    kinds = {one.kind for one in found if one is not None}
    place, before = header[0].place, len(faults)
    if None in found:
        return False
    for kind, example in (("extractant", "extractant [mol/L]"), ("o/a", "O/A")):
        if kind not in kinds:
            faults.append(Diagnostic(place, f"the column {example} is missing"))
    if not kinds & {"acid", "ph"}:
        hint = "acid is the feed's before the contact, pH that at equilibrium"
        faults.append(Diagnostic(place, "neither a column acid [mol/L] nor one pH", hint))
    if about.medium == "H2SO4" and "ph" not in kinds:
        hint = "most of the acid is HSO4−, so only a measured pH tells the proton"
        faults.append(Diagnostic(place, "tests in sulfate need a column pH", hint))
    phases: dict[str, list[Column]] = {}
    for one in found:
        if one is not None and one.element:
            phases.setdefault(one.element, []).append(one)
    if not phases:
        hint = "feed Nd [mol/L], aqueous Nd [mol/L], and organic Nd [mol/L] where it was measured"
        faults.append(Diagnostic(place, "no column of an element", hint))
    for element, own in phases.items():
        if len(own) < 2:
            lacking = " or ".join(phase for phase in PHASES if phase != own[0].kind)
            faults.append(Diagnostic(own[0].place, f"of {element} only the {own[0].kind} is there; add {lacking}"))
    return len(faults) == before


def _few(
    rows: Sequence[_Row], elements: Sequence[str], places: dict[str, Place], faults: list[Diagnostic]
) -> list[str]:
    """The elements that some row holds; a fault for each that only one row holds."""
    held = []
    for name in elements:
        count = sum(any(row.numbers.get((phase, name), 0.0) > 0.0 for phase in PHASES) for row in rows)
        if count == 1:
            message = f"only one row holds {name}: too few for its constant, whose scatter two rows begin to tell"
            faults.append(Diagnostic(places[name], message, "add tests, or leave the columns out"))
        if count:
            held.append(name)
    if not held:
        first = next(iter(places.values()))
        faults.append(Diagnostic(first, "no row holds any element", "fill in what was measured"))
    return held


def _tests(about: Head, rows: Sequence[_Row], elements: Sequence[str], name: str) -> Shakeouts:
    def column(kind: str, missing: float) -> list[float]:
        values = [row.numbers.get((kind, ""), missing) for row in rows]
        return [missing if np.isnan(value) else value for value in values]

    def table(phase: str) -> list[list[float]]:
        return [[row.numbers.get((phase, element), float("nan")) for element in elements] for row in rows]

    return Shakeouts(
        elements,
        formal=column("extractant", float("nan")),
        acid=column("acid", float("nan")),
        ph=column("ph", float("nan")),
        soap=column("soap", 0.0),
        ratio=column("o/a", float("nan")),
        feed=table("feed"),
        aqueous=table("aqueous"),
        organic=table("organic"),
        sources=[row.text("source") or about.name or Path(name).stem for row in rows],
        labels=[f"{name}:{row.line}" for row in rows],
        units_per_formal=about.units_per_formal,
        molecules=about.molecules,
        checked=True,
    )


def _placed(fault: RowFault, row: _Row) -> Diagnostic:
    """A fault of a row at its cell, or at the nearest that there is."""
    kind = {"ratio": "o/a"}.get(fault.column, fault.column)
    tried = [(kind, fault.element), *((phase, fault.element) for phase in ("aqueous", "organic", "feed"))]
    tried += [("ph", ""), ("acid", "")]
    cell = next((row.cells[key] for key in tried if key in row.cells), next(iter(row.cells.values())))
    return Diagnostic(cell.place, fault.reason, fault.remedy)


BALANCE = 0.10
"""Share of the feed by which measured phases may miss it before a warning."""


def _warnings(tests: Shakeouts, rows: Sequence[_Row], about: Head) -> list[Diagnostic]:
    """What may be wrong though it can be fitted: phases that do not add up to the feed, a soap that is not told."""
    out = []
    off = tests.aqueous + tests.ratio[:, None] * tests.organic - tests.feed
    with np.errstate(invalid="ignore", divide="ignore"):
        share = off / tests.feed
    for case, at in np.argwhere(np.abs(np.where(tests.present, share, 0.0)) > BALANCE).tolist():
        key = ("organic", tests.elements[at])
        message = f"both phases hold {1.0 + share[case, at]:.0%} of the feed's {tests.elements[at]}"
        out.append(Diagnostic(rows[case].cells[key].place, message, "check O/A and units", severity="warning"))
    bare = np.flatnonzero((tests.acid <= 2e-5) & (tests.soap == 0.0) & np.isnan(tests.ph) & (tests.acid >= 0.0))
    for case in bare.tolist():
        place = rows[case].cells["acid", ""].place
        message = f"acid of the feed {tests.acid[case]:g} mol/L and no soap: was the organic saponified?"
        hint = "such tests often are; give the soap, or the equilibrium pH"
        out.append(Diagnostic(place, message, hint, severity="warning"))
    return out
