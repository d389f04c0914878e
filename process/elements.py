"""The elements that streams carry, their oxides and the groups that people name.

Molar masses come from molmass. Columns of every stream follow `ELEMENTS`; the order is fixed, so a column index is a
constant. Oxide mass is on the convention of the trade: CeO2, Pr6O11 and Tb4O7, all other rare earths as R2O3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

import molmass
import numpy as np
from numpy.typing import NDArray

RARE_EARTHS = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc")

ELEMENTS: tuple[str, ...] = (
    *RARE_EARTHS,
    *("H", "Li", "B", "C", "N", "O", "F", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca", "Ti", "Mn"),
    *("Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Sr", "Zr", "Nb", "Ba", "Pb", "Ra", "Th", "U"),
)
INDEX: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(ELEMENTS)})
COUNT = len(ELEMENTS)

OXIDES: Mapping[str, str] = MappingProxyType(
    {
        **{name: f"{name}2O3" for name in RARE_EARTHS},
        "Ce": "CeO2",
        "Pr": "Pr6O11",
        "Tb": "Tb4O7",
        "Fe": "Fe2O3",
        "Al": "Al2O3",
        "Si": "SiO2",
        "Ca": "CaO",
        "Mg": "MgO",
        "Ba": "BaO",
        "Sr": "SrO",
        "Th": "ThO2",
        "U": "U3O8",
        "Na": "Na2O",
        "K": "K2O",
        "Mn": "MnO2",
        "Ti": "TiO2",
        "P": "P2O5",
        "Pb": "PbO",
        "B": "B2O3",
        "Co": "CoO",
        "Ni": "NiO",
        "Cu": "CuO",
        "Zn": "ZnO",
        "Ga": "Ga2O3",
        "Zr": "ZrO2",
        "Nb": "Nb2O5",
        "Ra": "RaO",
        "Li": "Li2O",
    }
)

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "REO": RARE_EARTHS,
        "TREO": RARE_EARTHS,
        "RE": RARE_EARTHS,
        "LREE": ("La", "Ce", "Pr", "Nd"),
        "LaCe": ("La", "Ce"),
        "NdPr": ("Pr", "Nd"),
        "SEG": ("Sm", "Eu", "Gd"),
        "SEG+": ("Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y"),
        "DyTb": ("Tb", "Dy"),
        "HREE": ("Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y"),
    }
)


def _read_only(array: NDArray[np.float64]) -> NDArray[np.float64]:
    array.flags.writeable = False
    return array


MOLAR_MASS: NDArray[np.float64] = _read_only(np.array([molmass.ELEMENTS[name].mass for name in ELEMENTS]))
"""Molar masses, g/mol, shape (elements,). Source: molmass (CIAAW standard atomic weights)."""

RE: NDArray[np.intp] = np.array([INDEX[name] for name in RARE_EARTHS])
RE.flags.writeable = False


@cache
def mass_fractions(formula: str) -> NDArray[np.float64]:
    """Mass fraction of each element in a compound, shape (elements,).

    Raises ValueError for a formula that molmass cannot read or an element that streams do not carry.

    >>> round(float(mass_fractions("Nd2O3")[INDEX["Nd"]]), 5)
    0.85735
    """
    try:
        items = {name: item.fraction for name, item in molmass.Formula(formula).composition().items()}
    except molmass.FormulaError as error:
        raise ValueError(f"not a chemical formula: {formula!r}") from error
    out = np.zeros(COUNT)
    for name, fraction in items.items():
        if name not in INDEX:
            raise ValueError(f"{formula!r} holds {name}, which streams do not carry")
        out[INDEX[name]] += fraction
    return _read_only(out / out.sum())


@cache
def molar_mass(formula: str) -> float:
    """Molar mass of a compound, g/mol.

    >>> round(molar_mass("HCl"), 2)
    36.46
    """
    return float(molmass.Formula(formula).mass)


@cache
def _oxide_factor() -> NDArray[np.float64]:
    out = np.ones(COUNT)
    for name, oxide in OXIDES.items():
        out[INDEX[name]] = 1.0 / mass_fractions(oxide)[INDEX[name]]
    return _read_only(out)


OXIDE_FACTOR: NDArray[np.float64] = _oxide_factor()
"""kg oxide per kg element, shape (elements,); 1 for an element without a conventional oxide."""

OXYGEN_PER_ATOM: NDArray[np.float64] = _read_only((OXIDE_FACTOR - 1.0) * MOLAR_MASS / float(molmass.ELEMENTS["O"].mass))
"""mol O per mol element in the conventional oxide, shape (elements,)."""


@cache
def members(name: str) -> tuple[str, ...]:
    """The elements that a name stands for: itself, or the group's.

    >>> members("NdPr")
    ('Pr', 'Nd')
    """
    if name in INDEX:
        return (name,)
    if name in GROUPS:
        return GROUPS[name]
    raise KeyError(name)


def indices(names: Iterable[str]) -> list[int]:
    """Column numbers of elements and groups, each once, in column order."""
    return sorted({INDEX[element] for name in names for element in members(name)})


def is_name(name: str) -> bool:
    """Whether a name is an element or a group."""
    return name in INDEX or name in GROUPS
