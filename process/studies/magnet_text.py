"""A magnet's composition as people write it: `NdPr 30.5, Dy 1, B 0.95, O 0.12`, per cent by mass, iron the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..elements import COUNT, ELEMENTS, INDEX
from ..magnet.phases import T_METALS
from ..magnet.reference import references
from ..quantities import In, QuantityError
from ..wording import suggestion
from .magnet_errors import MagnetError

Array = NDArray[np.float64]

EXAMPLE = "NdPr 30.5, Dy 1, B 0.95, Co 1, Al 0.2, Cu 0.15, Ga 0.2, O 0.12, C 0.06"
REST = ("rest", "bal", "bal.", "balance")
WHOLE = 0.005
"""How far a composition that names its iron may be from 100 %."""
SOLID = ("La", "Ce", "Pr", "Nd", "Sm", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Lu", "Y")
KNOWN = ("NdPr", *SOLID, *T_METALS, "B", "C", "N", "O", "Cu", "Ga", "Zr", "Nb", "Ti")
"""What a composition may name: what the phase balance counts, and Nd with Pr as separated."""

_BARE = re.compile(r"[+\-−]?[0-9._]+(?:[eE][+\-]?[0-9]+)?")
_NO_UNIT = ("±", "+/-", "×÷", "*/", "to ", "from ", "(")
"""What may follow a number in per cent that has no unit, beside nothing."""
_PART = re.compile(r"([A-Za-z]+)(?:\s*[:=]\s*|\s+|(?=[0-9.+\-−]))(\S.*)")


def composition(text: str) -> tuple[Array, Mapping[str, float]]:
    """kg of each element per kg, (elements,), and what was named with its share; iron and what is not named is 0.

    Raises MagnetError for what cannot be read, unknown or repeated elements, shares below zero or above 100 % in all.

    >>> found, named = composition("Nd 30, B 1 %, O 0.1")
    >>> float(found[INDEX["Nd"]]), named
    (0.3, {'Nd': 0.3, 'B': 0.01, 'O': 0.001})
    """
    named: dict[str, float] = {}
    for part in (one.strip() for one in text.split(",")):
        if part:
            name, share = _part(part)
            if name in named:
                raise MagnetError(f"{name} is given twice in the composition", "add the two shares up")
            named[name] = share
    if not named:
        raise MagnetError("the composition is empty", f"write it as in {EXAMPLE!r}")
    whole = sum(share for share in named.values())
    if whole > 1.0 + (WHOLE if "Fe" in named else 0.0):
        raise MagnetError(
            f"the composition adds up to {100.0 * whole:.4g} %", "shares are per cent by mass, iron the rest"
        )
    if "Fe" in named and abs(whole - 1.0) > WHOLE:
        raise MagnetError(
            f"the composition adds up to {100.0 * whole:.4g} % with its iron", "leave the iron out: it is the rest"
        )
    out = np.zeros(COUNT)
    for name, share in named.items():
        if name == "NdPr":
            praseodymium = references()["N52"].values["praseodymium"]
            out[INDEX["Pr"]] += praseodymium * share
            out[INDEX["Nd"]] += (1.0 - praseodymium) * share
        elif name not in ("Fe", REST[0]):
            out[INDEX[name]] += share
    return out, {name: share for name, share in named.items() if name != REST[0]}


def amount(text: str, what: str) -> tuple[str, float]:
    """An element and its share, kg/kg, from a text such as `Tb 0.4`. Raises MagnetError."""
    name, share = _part(text.strip())
    if name not in ("Dy", "Tb"):
        raise MagnetError(f"{name} is not what {what} takes", "give Dy or Tb with per cent by mass, as in 'Tb 0.4'")
    return name, share


def _part(text: str) -> tuple[str, float]:
    """One element and its share, kg/kg; iron as the rest is "rest" with 0."""
    read = _PART.fullmatch(text)
    if read is None:
        raise MagnetError(f"cannot read {text[:40]!r} in the composition", f"write it as in {EXAMPLE!r}")
    name = next((one for one in KNOWN if one.lower() == read[1].lower()), "")
    if not name:
        if read[1] in ELEMENTS:
            raise MagnetError(
                f"{read[1]} is no part of a sintered magnet's phases here", f"known are {', '.join(KNOWN)}"
            )
        raise MagnetError(
            f"unknown element {read[1][:20]!r}{suggestion(read[1], KNOWN)}", f"known are {', '.join(KNOWN)}"
        )
    number = read[2].strip()
    if name == "Fe" and number.lower() in REST:
        return REST[0], 0.0
    bare = _BARE.match(number)
    percent = bare is not None and ((rest := number[bare.end() :].lstrip()) == "" or rest.startswith(_NO_UNIT))
    try:
        share = In("1", "30.5 %").parse(number).nominal * (0.01 if percent else 1.0)
    except QuantityError as error:
        raise MagnetError(f"{name}: {error}", f"write it as in {EXAMPLE!r}") from None
    if share < 0.0:
        raise MagnetError(f"{name} is {100.0 * share:g} %, below zero", "give a share of zero or above")
    if share > 1.0:
        raise MagnetError(f"{name} is {100.0 * share:g} %, above 100 %", "shares are per cent by mass")
    return name, share
