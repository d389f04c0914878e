"""What hydrochloric acid makes of a solid: charges that dissolve, Ce(IV) that stays, fluorine that falls out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..elements import INDEX, MOLAR_MASS, RE
from .base import spread_over_elements
from .stoichiometry import Array, acid_demand, moles, neutral_oxygen, one, rare_earth_moles

BOUND = ("F", "S", "P", "Si", "B", "O", "C", "H", "Ar")
"""Elements that leave the solid only where an extraction names them, or as water and CO2."""
SOLUBLE = ("Na", "K", "Li", "Cl", "N")
"""Elements of salts that no residue holds; an extraction may say otherwise."""
FLUORIDES_OF_CERIUM = 4.0
"""Fluorine that a Ce(IV) can hold: CeF4. Source: stoichiometry."""


@dataclass(frozen=True)
class Leached:
    """Flows of the opened solid, (samples, elements) in kg/h, and kmol/h of HCl that it takes, (samples,).

    `opened` is what acid dissolves at first and `dissolved` what stays dissolved of it; `fluoride` the rare earths of
    REF3, in the `residue` too; `fluorite` CaF2 that falls out; `gas` CO2 and chlorine.
    """

    opened: Array
    dissolved: Array
    residue: Array
    fluoride: Array
    fluorite: Array
    gas: Array
    need: Array


def ratio(part: Array, whole: Array, empty: float = 0.0) -> Array:
    """part / whole, `empty` where the whole is nothing; any shape."""
    return np.divide(part, whole, out=np.full_like(whole, empty), where=whole > 1e-200)


def leached(solid: Array, given: Mapping[str, Array], on_cerium: Array, on_calcium: Array) -> Leached:
    """What acid makes of an opened solid, kg/h (samples, elements), by extraction and the fate of free fluorine.

    Rare earths hold the fluorine alike, three each at most: 3 LaOF + 6 HCl = 2 LaCl3 + LaF3 + 3 H2O. That of sodium
    fluoride, left by washing, is free; what no metal is there for stays dissolved.

    >>> from didymium.elements import mass_fractions, molar_mass
    >>> solid = 3.0 * molar_mass("LaOF") * mass_fractions("LaOF")[None]
    >>> out = leached(solid, {"REO": np.ones(1)}, np.zeros(1), np.zeros(1))
    >>> float(out.need[0].round(9)), float((out.fluoride.sum(axis=1) / 138.90547)[0].round(6))
    (6.0, 1.0)
    """
    samples = len(solid)
    extraction = spread_over_elements(given, samples)
    for name in SOLUBLE:
        if name not in given:
            extraction[:, INDEX[name]] = 1.0
    opened = solid * extraction
    for name in BOUND:
        if name not in given:
            opened[:, INDEX[name]] = 0.0
    inside, out = moles(solid), moles(opened)
    rare, free = rare_earth_moles(solid), rare_earth_moles(opened)
    held, spare, chlorine = _oxidized(solid, opened)

    salt = np.minimum(np.maximum(out[:, INDEX["Na"]] - out[:, INDEX["Cl"]], 0.0), inside[:, INDEX["F"]])
    per_rare = np.minimum(ratio(inside[:, INDEX["F"]] - salt, rare), 3.0)
    fluorine = np.maximum(per_rare * free + salt - out[:, INDEX["F"]], 0.0)
    cerium = np.minimum(on_cerium * fluorine, (FLUORIDES_OF_CERIUM - per_rare) * held)
    calcium = np.minimum(on_calcium * (fluorine - cerium), 2.0 * out[:, INDEX["Ca"]])
    taken = np.minimum(ratio((fluorine - cerium - calcium) / 3.0, free), 1.0)
    fluoride = np.zeros_like(solid)
    fluoride[:, RE] = opened[:, RE] * taken[:, None]
    fluorite = one("Ca", calcium / 2.0 * MOLAR_MASS[INDEX["Ca"]], samples)
    dissolved = opened - fluoride - fluorite
    left = np.maximum(fluorine - cerium - calcium - 3.0 * taken * free, 0.0)
    dissolved = dissolved + one("F", np.where(left > 1e-9 * fluorine, left, 0.0) * MOLAR_MASS[INDEX["F"]], samples)
    fluorite = fluorite + one("F", calcium * MOLAR_MASS[INDEX["F"]], samples)

    need = acid_demand(dissolved) + chlorine + out[:, INDEX["N"]] - out[:, INDEX["Cl"]]
    residue = solid - dissolved - fluorite
    # Carbonate is calcium's and magnesium's first, then of the rare earths and lead; hydroxide is of the rare earths.
    trivalent, leaving = np.maximum(rare - held, 0.0), np.maximum(free - chlorine, 0.0)
    lime = inside[:, INDEX["Ca"]] + inside[:, INDEX["Mg"]]
    of_lime = np.minimum(inside[:, INDEX["C"]], lime)
    lead, lead_out = inside[:, INDEX["Pb"]], out[:, INDEX["Pb"]]
    carbon = of_lime * ratio(out[:, INDEX["Ca"]] + out[:, INDEX["Mg"]], lime)
    carbon = carbon + (inside[:, INDEX["C"]] - of_lime) * _share(leaving + lead_out, trivalent + lead)
    residue[:, INDEX["C"]] = (inside[:, INDEX["C"]] - carbon) * MOLAR_MASS[INDEX["C"]]
    hydrogen = np.maximum(inside[:, INDEX["H"]] - 4.0 * inside[:, INDEX["N"]], 0.0)
    residue[:, INDEX["H"]] = hydrogen * (1.0 - _share(leaving, trivalent)) * MOLAR_MASS[INDEX["H"]]
    residue[:, INDEX["Ar"]] = 0.0
    residue[:, INDEX["O"]] = 0.0
    residue[:, INDEX["O"]] = neutral_oxygen(residue) + spare / 2.0 * MOLAR_MASS[INDEX["O"]]

    gas = one("C", carbon * MOLAR_MASS[INDEX["C"]], samples)
    gas[:, INDEX["O"]] = 2.0 * carbon * MOLAR_MASS[INDEX["O"]]
    gas[:, INDEX["Cl"]] = chlorine * MOLAR_MASS[INDEX["Cl"]]
    return Leached(opened, dissolved, residue, fluoride, fluorite, gas, np.maximum(need, 0.0))


def _share(part: Array, whole: Array) -> Array:
    """part / whole, at most 1 and 1 where the whole is nothing; shape (samples,)."""
    return np.minimum(ratio(part, whole, 1.0), 1.0)


def tetravalent_cerium(solid: Array) -> Array:
    """kmol/h of Ce(IV) in a solid, shape (samples,), from its oxygen beyond that of trivalent rare earths.

    >>> from didymium.elements import mass_fractions, molar_mass
    >>> float(tetravalent_cerium(molar_mass("CeO2") * mass_fractions("CeO2")[None]).round(9)[0])
    1.0
    """
    return np.asarray(np.minimum(_beyond(solid), moles(solid)[:, INDEX["Ce"]]))


def _beyond(solid: Array) -> Array:
    """kmol/h of charge that the oxygen of a solid has beyond trivalent rare earths, shape (samples,)."""
    inside = moles(solid)
    rare = inside[:, INDEX["Ce"]] + inside[:, INDEX["Pr"]] + inside[:, INDEX["Tb"]]
    beyond = 2.0 * (solid[:, INDEX["O"]] - neutral_oxygen(solid)) / MOLAR_MASS[INDEX["O"]]
    return np.asarray(np.clip(np.where(beyond > 1e-9 * rare, beyond, 0.0), 0.0, rare))


def _oxidized(solid: Array, opened: Array) -> tuple[Array, Array, Array]:
    """kmol/h of Ce(IV) that stays, of charge beyond three that stays, and of Cl that the rest frees; (samples,) each.

    The charge beyond three is cerium's first, then praseodymium's and terbium's.
    """
    inside, out = moles(solid), moles(opened)
    tetravalent = tetravalent_cerium(solid)
    held = np.minimum(tetravalent, inside[:, INDEX["Ce"]] - out[:, INDEX["Ce"]])
    more = _beyond(solid) - tetravalent
    freed = more * ratio(out[:, INDEX["Pr"]] + out[:, INDEX["Tb"]], inside[:, INDEX["Pr"]] + inside[:, INDEX["Tb"]])
    return held, held + more - freed, tetravalent - held + freed
