"""What enters a circuit: aqueous solutions and the organic phase, as a process engineer writes them down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from ..errors import CascadeError
from ..models.base import SOAPS

ANIONS = {"Cl": 1.0, "NO3": 1.0, "SO4": 2.0}
"""Anions that an aqueous solution may bring, with their charge."""


def span(least: float, most: float, above: bool) -> str:
    """The numbers that are allowed, in words; ``above`` leaves the least itself out.

    >>> span(0.0, 0.5, False), span(0.0, math.inf, True)
    ('a number from 0 to 0.5', 'a finite number above 0')
    """
    if most < math.inf:
        return f"a number {'above' if above else 'from'} {least:g} {'up ' if above else ''}to {most:g}"
    if least == -math.inf:
        return "a finite number"
    return f"a finite number {'above' if above else 'not below'} {least:g}"


def number(value: object, what: str, *, least: float = 0.0, most: float = math.inf, open_: bool = False) -> float:
    """``value`` as a finite float within [least, most], or above least if ``open_``; else CascadeError names ``what``.

    >>> number(2, "flow of the feed, L/h")
    2.0
    """
    try:
        if isinstance(value, str | bytes | bool | np.bool_ | np.ndarray):
            raise TypeError
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise CascadeError(f"{what} is {value!r}; give a number") from None
    if not math.isfinite(found) or found < least or found > most or (open_ and found == least):
        raise CascadeError(f"{what} is {found:g}; give {span(least, most, open_)}")
    return found


def content(given: object, what: str) -> Mapping[str, float]:
    """Element → concentration in mol/L, checked and read-only. Raises CascadeError.

    >>> dict(content({"Nd": 1}, "feed"))
    {'Nd': 1.0}
    """
    if not isinstance(given, Mapping):
        raise CascadeError(f"{what} is a {type(given).__name__}; give a mapping of elements to mol/L")
    out = {}
    for name, value in given.items():
        try:
            out[str(name)] = number(value, f"{name} in {what}, mol/L,")
        except CascadeError as error:
            raise CascadeError(error.reason, element=str(name)) from None
    return MappingProxyType(out)


@dataclass(frozen=True, kw_only=True)
class Aqueous:
    """An aqueous solution that enters, ``flow`` in L/h, ``metals`` element → mol/L, ``acid`` mol/L of H+.

    ``acid`` is what a base titrates: free acid, and both protons of H2SO4. ``anion`` is "Cl", "NO3" or "SO4"; there is
    as much of it as the charges of metals and acid need. Water without acid counts as 1e-7 mol/L. Any volume unit per
    hour serves as long as the whole circuit uses it. Raises CascadeError.

    >>> Aqueous(flow=1.0, metals={"Nd": 0.5}, acid=0.02).metals["Nd"]
    0.5
    """

    flow: float
    metals: Mapping[str, float] = field(default_factory=dict)
    acid: float = 0.0
    anion: str = "Cl"

    def __post_init__(self) -> None:
        object.__setattr__(self, "flow", number(self.flow, "flow of an aqueous solution, L/h,", open_=True))
        object.__setattr__(self, "metals", content(self.metals, "an aqueous solution"))
        object.__setattr__(self, "acid", number(self.acid, "acid of an aqueous solution, mol/L,"))
        if self.anion not in ANIONS:
            raise CascadeError(f"anion is {self.anion!r}; choose from {', '.join(ANIONS)}")

    def __hash__(self) -> int:
        return hash((self.flow, *self.metals.items(), self.acid, self.anion))

    def __reduce__(self) -> tuple[object, ...]:
        return rebuild, (
            Aqueous,
            {"flow": self.flow, "metals": dict(self.metals), "acid": self.acid, "anion": self.anion},
        )


@dataclass(frozen=True, kw_only=True)
class Organic:
    """The organic as it enters stage 1: ``concentration`` in formal mol/L of ``extractant``, ``flow`` in L/h.

    ``saponification`` is the share of the formal extractant that the ``base`` ("NH4", "Na", "Mg", "Ca") has
    neutralised before stage 1. ``load`` is what the organic brings besides, element → mol/L; a closed loop finds it
    itself. ``crud`` is the share of the organic lost with its load at each pass, ``solubility`` the formal mol/L of
    extractant that leaves dissolved in every aqueous outlet, ``base_strength`` the equivalents per litre of the base
    liquor, whose water goes into stage 1 (None: a base without water). Raises CascadeError.

    >>> Organic(extractant="P507", concentration=1.5, saponification=0.36, flow=9.0).base
    'NH4'
    """

    extractant: str
    concentration: float
    flow: float
    saponification: float = 0.0
    base: str = "NH4"
    load: Mapping[str, float] = field(default_factory=dict)
    crud: float = 0.0
    solubility: float = 0.0
    base_strength: float | None = None

    def __post_init__(self) -> None:
        for name, value in (
            ("concentration", number(self.concentration, "concentration of the extractant, mol/L,", open_=True)),
            ("flow", number(self.flow, "flow of the organic, L/h,", open_=True)),
            ("saponification", number(self.saponification, "saponification, share of the formal extractant,")),
            ("load", content(self.load, "the organic")),
            ("crud", number(self.crud, "crud, share of the organic lost at each pass,", most=0.5)),
            ("solubility", number(self.solubility, "solubility of the extractant, mol/L,")),
        ):
            object.__setattr__(self, name, value)
        if self.base_strength is not None:
            strength = number(self.base_strength, "base_strength, equivalents/L,", open_=True)
            object.__setattr__(self, "base_strength", strength)
        if not isinstance(self.base, str) or self.base not in SOAPS:
            raise CascadeError(f"base is {self.base!r}; give the cation of a base, one of {', '.join(sorted(SOAPS))}")
        if not isinstance(self.extractant, str):
            raise CascadeError(f"extractant is {self.extractant!r}; give its name, such as 'P507'")

    def __hash__(self) -> int:
        return hash((self.extractant, self.concentration, self.flow, self.saponification, self.base, self.crud))

    def __reduce__(self) -> tuple[object, ...]:
        names = ("extractant", "concentration", "flow", "saponification", "base", "crud", "solubility", "base_strength")
        return rebuild, (Organic, {**{name: getattr(self, name) for name in names}, "load": dict(self.load)})


def rebuild(kind: type, given: dict[str, object]) -> object:
    """What pickle calls: a read-only mapping does not pickle by itself."""
    return kind(**given)
