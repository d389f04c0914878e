"""Extraction equilibria: constants of mass action and bounds of each extractant, on a stated basis."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import molmass

from .chemistry import extractants
from .facts import Fact, Row, fact, rows

SINGLE = "single elements"
"""The word that marks constants fitted to one element at a time in `equilibrium_constants.csv`."""


@dataclass(frozen=True, slots=True)
class Constant:
    """One cation exchange, M^z+ + n (active) = complex + z H+, in mol/L of active extractant units and of H+.

    `charge` is z, 3 for rare earths, 2 for Mg and Ca, 1 for Na and NH4; `molecules` is n, dimers or monomers as the
    chemistry's `active` says; `log_k` is log10 K, dimensionless where n equals z, with its range. `kind` is
    "measured", "derived" from measurements, "interpolated" between elements, or "assumed".
    """

    element: str
    charge: float
    molecules: float
    log_k: Fact
    kind: str

    @property
    def assumed(self) -> bool:
        """Whether the constant counts as an assumption: its kind, its source or our confidence says so.

        >>> constants = chemistry("P507").constants
        >>> constants["Nd"].assumed, constants["Na"].assumed
        (False, True)
        """
        return self.kind == "assumed" or self.log_k.assumed


@dataclass(frozen=True, slots=True)
class Chemistry:
    """An extractant in a medium: stoichiometry, constants, bounds and where they hold.

    `molar_mass` in g/mol of the monomer, `density` in kg/L of the pure extractant, `active` "dimer" or "monomer" with
    `units_per_formal` active units per formal monomer (0.5 or 1); `formula` is empty for a mixture. `constants` maps
    rare earths and soap cations to their exchange; D = K e^molecules h^-charge with e the free active units and h the
    proton in mol/L. `ranges` are the conditions behind the constants: "ph", "formal" (mol/L), "temperature" (K),
    "loading" (share of the stoichiometric loading), each (low, high), where known. `most_saponification` is a share
    of the formal extractant, `most_loading` of the stoichiometric loading, `most_ph` the pH where the aqueous
    hydrolyses. `temperature` holds d in K, log10 D += d (1/T - 1/298.15), where it is known.
    """

    name: str
    aliases: tuple[str, ...]
    title: str
    formula: str
    molar_mass: float
    density: Fact | None
    pka: Fact | None
    active: str
    units_per_formal: float
    medium: str
    constants: Mapping[str, Constant]
    ranges: Mapping[str, tuple[float, float]]
    most_saponification: Fact
    most_loading: Fact
    most_ph: Fact
    temperature: Mapping[str, Fact]
    note: str

    def __reduce__(self) -> tuple[object, ...]:
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return _rebuilt, ({key: dict(one) if isinstance(one, Mapping) else one for key, one in given.items()},)


def _rebuilt(given: Mapping[str, Any]) -> Chemistry:
    """What pickle calls: read-only mappings do not pickle by themselves."""
    fields: dict[str, Any] = {
        key: MappingProxyType(one) if isinstance(one, dict) else one for key, one in given.items()
    }
    return Chemistry(**fields)


def _constants(name: str, basis: str) -> dict[str, Constant]:
    """The rows of one extractant; soap cations stand on the basis "" and belong to every set."""
    return {
        row["element"]: Constant(row["element"], float(row["charge"]), float(row["molecules"]), fact(row), row["kind"])
        for row in rows("equilibrium_constants")
        if row["extractant"] == name and row["set"] in ("", basis)
    }


def _walks(order: Iterable[str], reference: str) -> list[list[str]]:
    """The neighbours from a reference upward and downward, the reference first in both."""
    names = list(order)
    at = names.index(reference)
    return [names[at:], names[at::-1]]


def _chained(reference: Constant, pairs: Mapping[str, Fact], order: Iterable[str]) -> dict[str, Constant]:
    """Constants of all elements from one measured level and the separation factors of neighbours.

    log K = log K of the reference + sum of log10 beta, the same beta as in the exchange model. The range adds the
    level's and the pairs' errors as independent; the level is common to all, so it moves no separation factor.
    """
    level, out = reference.log_k, {reference.element: reference}
    for names in _walks(order, reference.element):
        value, doubt, kind = level.value, level.confidence, "derived"
        low, high = (level.value - level.low) ** 2, (level.high - level.value) ** 2
        for nearer, farther in itertools.pairwise(names):
            up = f"{farther}/{nearer}" in pairs
            pair = pairs[f"{farther}/{nearer}" if up else f"{nearer}/{farther}"]
            steps = [math.log10(pair.value / pair.low) ** 2, math.log10(pair.high / pair.value) ** 2]
            value += math.log10(pair.value) * (1.0 if up else -1.0)
            low, high = low + steps[not up], high + steps[up]
            if pair.assumed:
                doubt = "low"
            if pair.source == "assumed":
                kind = "assumed"
            note = f"log K of {reference.element} and the separation factors of separation_factors.csv"
            number = Fact(
                value, value - math.sqrt(low), value + math.sqrt(high), level.unit, level.year, "computed", doubt, note
            )
            out[farther] = Constant(farther, reference.charge, reference.molecules, number, kind)
    return out


def _ordered(constants: Mapping[str, Constant]) -> Mapping[str, Constant]:
    """Soap cations first, then the rare earths by rising log K."""
    return MappingProxyType(
        dict(sorted(constants.items(), key=lambda item: (item[1].charge, item[1].log_k.value, item[0])))
    )


def _chemistry(head: Row, basis: str = "") -> Chemistry:
    name = head["name"]
    own = [row for row in rows("extractant_properties") if row["extractant"] == name]
    facts = {row["item"]: fact(row) for row in own}
    constants = _constants(name, basis)
    if head["reference"] and not basis:
        chain = extractants()[name]
        constants |= _chained(constants[head["reference"]], chain.pairs, chain.factors)
    formula = head["formula"]
    return Chemistry(
        name=f"{name} ({basis})" if basis else name,
        aliases=() if basis else tuple(head["aliases"].split("|")),
        title=head["title"],
        formula=formula,
        molar_mass=float(molmass.Formula(formula).mass) if formula else facts["molar_mass"].value,
        density=facts.get("density"),
        pka=facts.get("pka"),
        active=head["active"],
        units_per_formal=0.5 if head["active"] == "dimer" else 1.0,
        medium=head["medium"],
        constants=_ordered(constants),
        ranges=MappingProxyType(
            {
                item.removeprefix("range."): (one.low, one.high)
                for item, one in facts.items()
                if item.startswith("range.")
            }
        ),
        most_saponification=facts["most_saponification"],
        most_loading=facts["most_loading"],
        most_ph=facts["most_ph"],
        temperature=MappingProxyType(
            {item.removeprefix("temperature."): one for item, one in facts.items() if item.startswith("temperature.")}
        ),
        note=head["note"],
    )


@cache
def chemistries() -> Mapping[str, Chemistry]:
    """Every extractant with mass-action constants (log10, mol/L), by its canonical name.

    >>> p507 = chemistries()["P507"]
    >>> round(p507.constants["Pr"].log_k.value, 3)  # Nd at -2.14 less log10 of 1.50
    -2.316
    """
    return MappingProxyType({head["name"]: _chemistry(head) for head in rows("chemistries")})


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


@cache
def _names() -> Mapping[str, str]:
    return MappingProxyType(
        {_plain(word): one.name for one in chemistries().values() for word in (one.name, *one.aliases)}
    )


def _canonical(name: str) -> str:
    if not isinstance(name, str):
        raise ValueError(f"the extractant is {name!r}; give its name, one of {', '.join(chemistries())}")
    known = _names()
    found = known.get(_plain(name))
    if found is None:
        near = difflib.get_close_matches(_plain(name), known, n=1, cutoff=0.6)
        guess = f"; did you mean {known[near[0]]}?" if near else "."
        raise ValueError(
            f"no mass-action constants for the extractant {name!r}{guess} Known: {', '.join(chemistries())}"
        )
    return found


def chemistry(name: str) -> Chemistry:
    """One extractant by its name or an alias, whatever the case, spaces and dashes. log10 K, mol/L.

    Raises ValueError, with the nearest known name, for one that has no constants.

    >>> chemistry("pc-88a").name, chemistry("PC88A").units_per_formal
    ('P507', 0.5)
    """
    return chemistries()[_canonical(name)]


@cache
def single_element(name: str) -> Chemistry:
    """Constants fitted to one element at a time (log10, mol/L), to compare with isotherms; soap cations as ever.

    Take no separation factor from them: each was measured alone, and their Nd/Pr of 2.7 stands against 1.0 to 1.9 in
    mixtures. Raises ValueError for an extractant without such fits.

    >>> single_element("P507").constants["Y"].log_k.value
    1.03
    """
    found = _canonical(name)
    if not any(row["extractant"] == found and row["set"] == SINGLE for row in rows("equilibrium_constants")):
        raise ValueError(f"no single-element constants for the extractant {found!r}; P507 has them")
    (head,) = (row for row in rows("chemistries") if row["name"] == found)
    return _chemistry(head, SINGLE)
