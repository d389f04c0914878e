"""The columns of a table of batch tests: what a heading means, and in which unit its numbers stand."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, OXIDES, RARE_EARTHS
from ..quantities import QuantityError
from ..units import QUANTITIES, conversion, dimension_of, pint_unit, scaled
from ..wording import suggestion
from .cells import Cell
from .diagnostics import Diagnostic, Place

PHASES = ("feed", "aqueous", "organic")
PLAIN = {
    "source": "text",
    "extractant": "mol/L",
    "soap": "mol/L",
    "acid": "mol/L",
    "o/a": "1",
    "ph": "1",
    "exclude": "text",
    "note": "text",
}
"""Columns without an element, in lower case, and what they hold."""
SHOWN = {"o/a": "O/A", "ph": "pH"}
EXAMPLES = {"extractant": "extractant [mol/L]", "soap": "soap [mol/L]", "acid": "acid [mol/L]"}
MOST_COLUMNS = 100

_HEADING = re.compile(r"(?P<name>[^\[\]]*?)[ ]*(?:\[(?P<unit>[^\[\]]*)\])?")
_NUMBER = re.compile(r"[+\-−]?(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][+\-−]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `kind` is a key of PLAIN or a phase, `element` its rare earth or "".

    A number in it times `factor` is mol/L, or what the kind holds; `share` marks a soap as a share of the extractant.
    """

    kind: str
    element: str
    place: Place
    factor: float = 1.0
    share: bool = False

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{self.kind} {self.element}" if self.element else SHOWN.get(self.kind, self.kind)


def columns(headings: Sequence[Cell], faults: list[Diagnostic]) -> list[Column | None]:
    """The columns of a header line; None, with a fault, for what is none."""
    out: list[Column | None] = []
    seen: dict[tuple[str, str], Column] = {}
    for cell in headings[:MOST_COLUMNS]:
        found = _column(cell, faults)
        if found is not None:
            first = seen.setdefault((found.kind, found.element), found)
            if first is not found:
                message = f"the column {found.title} stands here twice"
                faults.append(Diagnostic(found.place, message, related=((first.place, "first here"),)))
                found = None
        out.append(found)
    if len(headings) > MOST_COLUMNS:
        place = headings[MOST_COLUMNS].place
        faults.append(Diagnostic(place, f"{len(headings)} columns; a table of tests has at most {MOST_COLUMNS}"))
    return out


def _column(cell: Cell, faults: list[Diagnostic]) -> Column | None:
    match = _HEADING.fullmatch(cell.text)
    if match is None or not cell.text:
        form = "a heading is a name, then its unit in square brackets, as in extractant [mol/L]"
        message = f"cannot read the heading {cell.text[:40]!r}" if cell.text else "a column without a heading"
        faults.append(Diagnostic(cell.place, message, form))
        return None
    name, unit = match["name"].strip(), match["unit"]
    words = name.split()
    phase = words[0].casefold() if words else ""
    if phase in PHASES and len(words) == 2:
        return _of_element(cell, phase, words[1], unit, faults)
    kind = name.casefold()
    if kind not in PLAIN:
        known = [*(SHOWN.get(one, one) for one in PLAIN), *(f"{one} Nd" for one in PHASES)]
        near = suggestion(name, known)
        hint = "" if near else f"columns are {', '.join(known)} and so on for other elements"
        faults.append(Diagnostic(cell.place, f"unknown column {name[:40]!r}{near}", hint))
        return None
    return _plain(cell, kind, unit, faults)


def _plain(cell: Cell, kind: str, unit: str | None, faults: list[Diagnostic]) -> Column | None:
    holds = PLAIN[kind]
    title = SHOWN.get(kind, kind)
    if holds == "text" or kind == "ph":
        if unit is not None:
            faults.append(Diagnostic(cell.place, f"the column {title} has no unit", f"write {title}"))
            return None
        return Column(kind, "", cell.place)
    if kind == "o/a":
        factor = 1.0 if unit in (None, "1") else _factor(cell, unit, "L/L", title, faults)
        return None if factor is None else Column(kind, "", cell.place, factor)
    if unit is None or not unit.strip():
        faults.append(Diagnostic(cell.place, f"the column {title} needs a unit", f"write {EXAMPLES[kind]}"))
        return None
    share = kind == "soap" and unit.strip() == "%"
    factor = 0.01 if share else _factor(cell, unit, "mol/L", title, faults)
    return None if factor is None else Column(kind, "", cell.place, factor, share)


def _of_element(cell: Cell, phase: str, element: str, unit: str | None, faults: list[Diagnostic]) -> Column | None:
    if element not in RARE_EARTHS:
        near = suggestion(element, RARE_EARTHS)
        what = "is no rare earth" if element in INDEX else "is no element that tests can hold"
        hint = f"write {phase} Nd [mol/L]; known are {', '.join(RARE_EARTHS)}"
        faults.append(Diagnostic(_part(cell, element), f"{element[:20]!r} {what}{near}", "" if near else hint))
        return None
    if unit is None or not unit.strip():
        hint = f"write {phase} {element} [mol/L], or [g/L] of the element, or [g/L {OXIDES[element]}]"
        faults.append(Diagnostic(cell.place, f"the column {phase} {element} needs a unit", hint))
        return None
    text, _, basis = unit.strip().rpartition(" ")
    at = INDEX[element]
    if text and basis.casefold() in ("oxide", "reo", OXIDES[element].casefold()):
        factor = _factor(cell, text, "g/L", f"{phase} {element}", faults)
        grams = float(MOLAR_MASS[at] * OXIDE_FACTOR[at])
        return None if factor is None else Column(phase, element, cell.place, factor / grams)
    try:
        mass = conversion(unit.strip(), "g/L")
    except QuantityError:
        mass = None
    if mass is not None:
        return Column(phase, element, cell.place, mass[0] / float(MOLAR_MASS[at]))
    molar = _factor(cell, unit, "mol/L", f"{phase} {element}", faults)
    return None if molar is None else Column(phase, element, cell.place, molar)


def _factor(cell: Cell, unit: str | None, wanted: str, title: str, faults: list[Diagnostic]) -> float | None:
    """What a number in a unit is to be multiplied with, or None and a fault."""
    text = (unit or "").strip()
    try:
        found = conversion(text, wanted)
        what = QUANTITIES.get(dimension_of(pint_unit(text)), "something else") if text else "nothing"
    except QuantityError as error:
        faults.append(Diagnostic(_part(cell, text), f"{title}: {error.message}", error.hint))
        return None
    if found is None or not text:
        also = " (or g/L)" if wanted == "mol/L" and title.split()[0] in PHASES else ""
        message = f"{title}: {text} is {what}; needs {wanted}{also}"
        faults.append(Diagnostic(_part(cell, text), message))
        return None
    return found[0]


def _part(cell: Cell, text: str) -> Place:
    """The part of a heading that a text is, or all of it."""
    place = cell.place
    line = place.source.line(place.line)
    at = line.find(text, place.column - 1) if text else -1
    inside = 0 <= at < place.column - 1 + place.width
    return Place(place.source, place.line, at + 1, len(text)) if inside else place


def number(cell: Cell, column: Column, faults: list[Diagnostic]) -> float | None:
    """The number of a cell in mol/L or the column's own; NaN for an empty one, None and a fault for what is none."""
    text = cell.text
    if not text or text in ("-", "–"):
        return float("nan")
    if text[:1] in ("<", "≤", ">"):
        hint = "what is below a detection limit says nothing of K; leave the row out with a reason under exclude"
        faults.append(Diagnostic(cell.place, f"{column.title}: {text[:20]!r} is no number", hint))
        return None
    if len(text) > 60 or not _NUMBER.fullmatch(text):
        hint = (
            "units stand in the heading, in square brackets"
            if text[:1].isdigit()
            else "leave empty what was not measured"
        )
        faults.append(Diagnostic(cell.place, f"{column.title}: {text[:30]!r} is no number", hint))
        return None
    found = scaled(Decimal(text.replace("_", "").replace("−", "-")), column.factor)
    if not math.isfinite(found):
        faults.append(Diagnostic(cell.place, f"{column.title}: {text[:30]} is too large a number"))
        return None
    return found
