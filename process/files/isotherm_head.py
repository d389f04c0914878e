"""The head of a table of batch tests: `# key: value` lines that say what was tested."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..data.equilibria import chemistry
from ..wording import suggestion
from .diagnostics import Diagnostic, Place, Source

FORMAT = 1
VERSION = "didymium tests"
KEYS = (VERSION, "name", "extractant", "basis", "molecules", "medium", "soap", "notes")
MEDIA = ("HCl", "HNO3", "H2SO4")
BASES = {"dimer": 0.5, "monomer": 1.0}
START = f"start the file with # {VERSION}: {FORMAT}"

_LINE = re.compile(r"#[ ]*(?P<key>[A-Za-z][A-Za-z ]*?)[ ]*:(?P<space>[ ]*)(?P<value>.*?)[ ]*")


@dataclass(frozen=True, slots=True)
class Head:
    """What was tested. `known` is didymium's name of the extractant, None for a new one.

    `units_per_formal` is 0.5 for dimers and 1 for monomers; one rare earth takes `molecules` of these units.
    """

    name: str
    extractant: str
    known: str | None
    units_per_formal: float
    molecules: float
    medium: str
    soap: str
    notes: str
    lines: int


def head(source: Source, faults: list[Diagnostic]) -> Head:
    """The head of a file, with its faults; what is missing is taken as for P507 so that reading can go on."""
    given: dict[str, tuple[str, Place]] = {}
    number = 0
    for number, line in enumerate(source.lines, 1):
        if line.strip() and not line.startswith("#"):
            number -= 1
            break
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        key, value = match["key"].casefold(), match["value"].strip()
        at = Place(source, number, match.start("key") + 1, len(match["key"]))
        if key not in KEYS:
            hint = f"keys are {', '.join(KEYS)}; free text goes under notes:"
            near = suggestion(key, KEYS)
            faults.append(Diagnostic(at, f"unknown key {match['key'][:40]!r} in the head{near}", "" if near else hint))
        elif key == "notes" and key in given:
            given[key] = (f"{given[key][0]} {value}", given[key][1])
        elif key in given:
            faults.append(
                Diagnostic(at, f"the key {key!r} stands here twice", related=((given[key][1], "first here"),))
            )
        elif not value:
            faults.append(Diagnostic(at, f"the key {key!r} has no value"))
        else:
            given[key] = (value, Place(source, number, match.start("value") + 1, len(value)))
    _version(source, given, faults)
    known, units, molecules, medium = _extractant(source, given, faults)

    def text(key: str) -> str:
        return given[key][0] if key in given else ""

    return Head(
        text("name"),
        text("extractant"),
        known,
        units,
        molecules,
        medium,
        text("soap"),
        text("notes"),
        number,
    )


def _version(source: Source, given: dict[str, tuple[str, Place]], faults: list[Diagnostic]) -> None:
    if VERSION not in given:
        faults.append(Diagnostic(Place(source, 1, 1), f"the key '{VERSION}', the format version, is missing", START))
    elif given[VERSION][0] != str(FORMAT):
        value, place = given[VERSION]
        message = f"unknown format version {value[:20]!r}"
        faults.append(Diagnostic(place, message, f"this program reads {VERSION}: {FORMAT}"))


def _extractant(
    source: Source, given: dict[str, tuple[str, Place]], faults: list[Diagnostic]
) -> tuple[str | None, float, float, str]:
    """Known name, active units per formal monomer, units per rare earth, and the medium."""
    known = None
    if "extractant" not in given:
        hint = "write # extractant: P507, or a new one with # basis: and # molecules:"
        faults.append(Diagnostic(Place(source, 1, 1), "the key 'extractant' is missing in the head", hint))
    basis, molecules = _basis(given, faults), _molecules(given, faults)
    medium = _medium(given, faults)
    units, count = BASES.get(basis or "", 0.5), 3.0
    if "extractant" in given:
        name, place = given["extractant"]
        try:
            found = chemistry(name)
        except ValueError as error:
            if "basis" not in given or "molecules" not in given:
                lacking = " and ".join(key for key in ("basis", "molecules") if key not in given)
                guess = str(error).partition("; ")[2].partition("?")[0]
                near = f"; {guess}?" if guess.startswith("did you mean") else ""
                hint = f"of a new extractant say {lacking} too: # basis: dimer, # molecules: 3"
                message = f"didymium knows no extractant {name[:40]!r}{near}"
                faults.append(Diagnostic(place, message, hint))
            count = molecules or 3.0
        else:
            known, units = found.name, found.units_per_formal
            count = next(one.molecules for one in found.constants.values() if one.charge == 3.0)
            if basis and basis != found.active:
                message = f"{found.name} acts as {found.active} here, not as {basis}"
                faults.append(Diagnostic(given["basis"][1], message, "leave the key out for a known extractant"))
            if molecules and molecules != count:
                message = f"{found.name} takes {count:g} {found.active}s a rare earth here, not {molecules:g}"
                hint = "leave the key out; `didymium fit --exponent` tests the stoichiometry"
                faults.append(Diagnostic(given["molecules"][1], message, hint))
            medium = medium or found.medium
    return known, units, count, medium


def _basis(given: dict[str, tuple[str, Place]], faults: list[Diagnostic]) -> str | None:
    if "basis" not in given:
        return None
    value, place = given["basis"]
    if value.casefold() not in BASES:
        near = suggestion(value, BASES)
        faults.append(Diagnostic(place, f"the basis is dimer or monomer, not {value[:20]!r}{near}"))
        return None
    return value.casefold()


def _molecules(given: dict[str, tuple[str, Place]], faults: list[Diagnostic]) -> float | None:
    if "molecules" not in given:
        return None
    value, place = given["molecules"]
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,6})?", value) or not 0.5 <= float(value) <= 12.0:
        message = f"molecules is {value[:20]!r}; it is a number from 0.5 to 12"
        hint = "active units, dimers or monomers, that one rare earth takes; 3 for most"
        faults.append(Diagnostic(place, message, hint))
        return None
    return float(value)


def _medium(given: dict[str, tuple[str, Place]], faults: list[Diagnostic]) -> str:
    if "medium" not in given:
        return ""
    value, place = given["medium"]
    known = {name.casefold(): name for name in MEDIA}
    if value.casefold() not in known:
        message = f"the medium is {value[:20]!r}{suggestion(value, MEDIA) or ';'} choose from {', '.join(MEDIA)}"
        faults.append(Diagnostic(place, message, "the acid of the aqueous phase"))
        return ""
    return known[value.casefold()]
