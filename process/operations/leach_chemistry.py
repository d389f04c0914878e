"""What hydrochloric acid makes of a solid: charges that dissolve, Ce(IV) that stays, fluorine that falls out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..elements import INDEX, MOLAR_MASS, RE
from ..sums import per_sample
from .assays import share_of
from .base import spread_over_elements
from .stoichiometry import Array, acid_demand, column, moles, neutral_oxygen, one, rare_earth_moles

BOUND = ("F", "S", "P", "Si", "B", "O", "C", "H", "Ar")
"""Elements that go by what holds them where no extraction names them: acids by their metals, H, C and O as water and
CO2."""
FIRM = ("Ba", "Sr", "Pb", "Ra")
"""Metals whose sulphates hydrochloric acid leaves as they are."""
ROUNDING = 1e-12
"""Relative; what a whole barite has of sulphate beyond its barium is no sulphate in excess."""
PHOSPHATE_PER_CALCIUM = 2.0 / 3.0
"""Of Ca3(PO4)2, which holds more than apatite. Source: stoichiometry."""
SOLUBLE = ("Na", "K", "Li", "Cl", "N")
"""Elements of salts that no residue holds; an extraction may say otherwise."""
FLUORIDES_OF_CERIUM = 4.0
"""Fluorine that a Ce(IV) can hold: CeF4. Source: stoichiometry."""


@dataclass(frozen=True)
class Leached:
    """Flows of the opened solid, (samples, elements) in kg/h, and kmol/h of HCl that it takes, (samples,).

    `opened` is what acid dissolves at first and `dissolved` what stays dissolved of it; `fluoride` the rare earths of
    REF3, in the `residue` too; `fluorite` CaF2 that falls out; `gas` CO2 and chlorine. `bare` is kmol/h of fluorine in
    the residue beyond what its metals bind.
    """

    opened: Array
    dissolved: Array
    residue: Array
    fluoride: Array
    fluorite: Array
    gas: Array
    need: Array
    bare: Array


def leached(
    solid: Array, given: Mapping[str, Array], on_cerium: Array, on_calcium: Array, tetravalent: Array | None = None
) -> Leached:
    """What acid makes of an opened solid, kg/h (samples, elements), by extraction and the fate of free fluorine.

    `tetravalent` is the share of Ce(IV) that dissolves, the extraction then that of Ce(III); without it Ce(IV) stays
    as far as the extraction of cerium leaves room.

    Rare earths hold the fluorine alike, three each at most: 3 LaOF + 6 HCl = 2 LaCl3 + LaF3 + 3 H2O. That of sodium
    fluoride, left by washing, is free and dissolves where no metal takes it. Sulphate and phosphate dissolve with
    their metals and stay only as far as metals that stay bind them; sulphate brings its own acid to the liquor,
    phosphate takes three hydrogens of it: LaPO4 + 3 HCl = LaCl3 + H3PO4.

    >>> from didymium.elements import mass_fractions, molar_mass
    >>> solid = 3.0 * molar_mass("LaOF") * mass_fractions("LaOF")[None]
    >>> out = leached(solid, {"REO": np.ones(1)}, np.zeros(1), np.zeros(1))
    >>> float(out.need[0].round(9)), float((out.fluoride.sum(axis=1) / 138.90547)[0].round(6))
    (6.0, 1.0)
    """
    opened, held = _opened(solid, given, tetravalent)
    inside, out = moles(solid), moles(opened)
    beyond, freed = _higher(solid, opened)
    chlorine = freed + tetravalent_cerium(solid) - held
    fluoride, fluorite, acid = _fluorine(solid, opened, held, on_cerium, on_calcium)
    dissolved = opened - fluoride + acid
    dissolved[:, INDEX["Ca"]] -= fluorite[:, INDEX["Ca"]]

    residue = solid - dissolved - fluorite
    # Carbonate is calcium's and magnesium's first, then of the rare earths and lead; hydroxide is of the rare earths.
    trivalent = np.maximum(rare_earth_moles(solid) - held, 0.0)
    leaving = np.maximum(rare_earth_moles(opened) - chlorine, 0.0)
    lime = inside[:, INDEX["Ca"]] + inside[:, INDEX["Mg"]]
    of_lime = np.minimum(inside[:, INDEX["C"]], lime)
    of_rest = inside[:, INDEX["C"]] - of_lime
    carbon = of_lime * share_of(out[:, INDEX["Ca"]] + out[:, INDEX["Mg"]], lime)
    carbon = carbon + of_rest * _share(leaving + out[:, INDEX["Pb"]], trivalent + inside[:, INDEX["Pb"]])
    spare = acid_demand(residue) + held + beyond - residue[:, INDEX["F"]] / MOLAR_MASS[INDEX["F"]]
    bare, spare = np.maximum(-spare, 0.0), np.maximum(spare, 0.0)
    sulphate, phosphate = _acids_left(solid, opened, held, given)
    for name, charge, stays in (
        ("S", 2.0, sulphate),
        ("P", 3.0, phosphate),
        ("C", 2.0, inside[:, INDEX["C"]] - carbon),
    ):
        bound = np.minimum(np.maximum(stays, 0.0), spare * (1.0 + ROUNDING) / charge)
        spare = np.maximum(spare - charge * bound, 0.0)
        residue[:, INDEX[name]] = bound * MOLAR_MASS[INDEX[name]]
    for name in ("S", "P"):
        dissolved[:, INDEX[name]] = np.maximum(solid[:, INDEX[name]] - residue[:, INDEX[name]], 0.0)
    carbon = np.maximum(solid[:, INDEX["C"]] - residue[:, INDEX["C"]], 0.0) / MOLAR_MASS[INDEX["C"]]
    need = acid_demand(dissolved) + chlorine + out[:, INDEX["N"]] - out[:, INDEX["Cl"]]
    need = need - 2.0 * moles(dissolved)[:, INDEX["S"]]

    hydrogen = np.maximum(inside[:, INDEX["H"]] - 4.0 * inside[:, INDEX["N"]], 0.0)
    residue[:, INDEX["H"]] = hydrogen * (1.0 - _share(leaving, trivalent)) * MOLAR_MASS[INDEX["H"]]
    residue[:, INDEX["Ar"]] = 0.0
    residue[:, INDEX["O"]] = 0.0
    residue[:, INDEX["O"]] = neutral_oxygen(residue) + (held + beyond) / 2.0 * MOLAR_MASS[INDEX["O"]]

    gas = one("C", carbon * MOLAR_MASS[INDEX["C"]], len(solid))
    gas[:, INDEX["O"]] = 2.0 * carbon * MOLAR_MASS[INDEX["O"]]
    gas[:, INDEX["Cl"]] = chlorine * MOLAR_MASS[INDEX["Cl"]]
    return Leached(opened, dissolved, residue, fluoride, fluorite, gas, np.maximum(need, 0.0), bare)


def _opened(solid: Array, given: Mapping[str, Array], tetravalent: Array | None) -> tuple[Array, Array]:
    """kg/h that acid dissolves at first, (samples, elements), and kmol/h of Ce(IV) that stays, (samples,)."""
    extraction = spread_over_elements(given, len(solid))
    for name in SOLUBLE:
        if name not in given:
            extraction[:, INDEX[name]] = 1.0
    opened = solid * extraction
    for name in BOUND:
        if name not in given:
            opened[:, INDEX[name]] = 0.0
    cerium = tetravalent_cerium(solid)
    if tetravalent is None:
        return opened, np.minimum(cerium, moles(solid - opened)[:, INDEX["Ce"]])
    opened[:, INDEX["Ce"]] += cerium * (tetravalent - extraction[:, INDEX["Ce"]]) * MOLAR_MASS[INDEX["Ce"]]
    return opened, cerium * (1.0 - tetravalent)


def _fluorine(
    solid: Array, opened: Array, held: Array, on_cerium: Array, on_calcium: Array
) -> tuple[Array, Array, Array]:
    """kg/h (samples, elements) of rare earths in REF3, of CaF2, and of fluorine that no metal takes."""
    inside, out = moles(solid), moles(opened)
    rare, free = rare_earth_moles(solid), rare_earth_moles(opened)
    salt = np.minimum(np.maximum(out[:, INDEX["Na"]] - out[:, INDEX["Cl"]], 0.0), inside[:, INDEX["F"]])
    per_rare = np.minimum(share_of(inside[:, INDEX["F"]] - salt, rare), 3.0)
    fluorine = np.maximum(per_rare * free + salt - out[:, INDEX["F"]], 0.0)
    fluorine = fluorine - np.minimum(on_cerium * fluorine, (FLUORIDES_OF_CERIUM - per_rare) * held)
    calcium = np.minimum(on_calcium * fluorine, 2.0 * out[:, INDEX["Ca"]])
    fluorine = fluorine - calcium
    taken = np.minimum(share_of(fluorine / 3.0, free), 1.0)
    fluoride = np.zeros_like(solid)
    fluoride[:, RE] = opened[:, RE] * taken[:, None]
    fluorite = one("Ca", calcium / 2.0 * MOLAR_MASS[INDEX["Ca"]], len(solid))
    fluorite[:, INDEX["F"]] = calcium * MOLAR_MASS[INDEX["F"]]
    left = fluorine - 3.0 * taken * free
    left = np.where(left > 1e-9 * fluorine, left, 0.0)
    return fluoride, fluorite, one("F", left * MOLAR_MASS[INDEX["F"]], len(solid))


def _acids_left(solid: Array, opened: Array, held: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
    """kmol/h of sulphate and of phosphate that acid leaves where it opens these metals, (samples,) each.

    Sulphate is of barium and its like and of calcium that stay first, phosphate is calcium's first, as of apatite; the
    rest goes as the other metals do, Ce(IV) that stays aside.
    """
    inside, left = moles(solid), moles(solid - opened)
    other_in, other_out = solid.copy(), opened.copy()
    for flow in (other_in, other_out):
        flow[:, column("Ca", *FIRM)] = 0.0
    other_in[:, INDEX["Ce"]] -= np.minimum(held * MOLAR_MASS[INDEX["Ce"]], other_in[:, INDEX["Ce"]])
    gone = _share(acid_demand(other_out) + moles(opened)[:, INDEX["N"]], acid_demand(other_in) + inside[:, INDEX["N"]])
    sulphate, phosphate = left[:, INDEX["S"]], left[:, INDEX["P"]]
    if "S" not in given:
        firm = np.minimum(inside[:, INDEX["S"]], per_sample(left[:, column("Ca", *FIRM)]) * (1.0 + ROUNDING))
        sulphate = firm + (inside[:, INDEX["S"]] - firm) * (1.0 - gone)
    if "P" not in given:
        calcium = inside[:, INDEX["Ca"]]
        of_lime = np.minimum(inside[:, INDEX["P"]], PHOSPHATE_PER_CALCIUM * calcium)
        phosphate = of_lime * share_of(left[:, INDEX["Ca"]], calcium)
        phosphate = phosphate + (inside[:, INDEX["P"]] - of_lime) * (1.0 - gone)
    return sulphate, phosphate


def _share(part: Array, whole: Array) -> Array:
    """part / whole, at most 1 and 1 where the whole is nothing; shape (samples,)."""
    return np.minimum(share_of(part, whole, 1.0), 1.0)


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


def _higher(solid: Array, opened: Array) -> tuple[Array, Array]:
    """kmol/h of charge beyond three of praseodymium and terbium that stays, and of Cl that the rest frees; (samples,).

    The charge beyond three is cerium's first.
    """
    inside, out = moles(solid), moles(opened)
    more = _beyond(solid) - tetravalent_cerium(solid)
    freed = more * share_of(out[:, INDEX["Pr"]] + out[:, INDEX["Tb"]], inside[:, INDEX["Pr"]] + inside[:, INDEX["Tb"]])
    return more - freed, freed
