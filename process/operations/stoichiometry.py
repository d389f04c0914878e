"""Charges, moles and the oxygen that a solid or a solution must hold to be neutral.

Every stream that is neither metal nor gas is taken as ionic: oxygen balances the charges that are left after the
other ions. One rule then serves ores, calcines, precipitates and liquors alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..elements import COUNT, ELEMENTS, INDEX, MOLAR_MASS, OXYGEN_PER_ATOM, RARE_EARTHS, RE
from ..sums import per_sample

Array = NDArray[np.float64]

VALENCE: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(RARE_EARTHS, 3),
        "H": 1,
        "Li": 1,
        "Na": 1,
        "K": 1,
        "Mg": 2,
        "Ca": 2,
        "Sr": 2,
        "Ba": 2,
        "Ra": 2,
        "Pb": 2,
        "Zn": 2,
        "Ni": 2,
        "Co": 2,
        "Cu": 2,
        "Mn": 2,
        "Fe": 3,
        "Al": 3,
        "Ga": 3,
        "B": 3,
        "Ti": 4,
        "Zr": 4,
        "Si": 4,
        "Th": 4,
        "U": 6,
        "Nb": 5,
        "C": 4,
        "S": 6,
        "P": 5,
        "N": -3,
        "F": -1,
        "Cl": -1,
        "O": -2,
        "Ar": 0,
    }
)
"""Usual charges in minerals and acid liquors: carbonate, sulphate, phosphate, ammonium. Source: standard chemistry."""

CHARGE: NDArray[np.float64] = np.array([float(VALENCE[name]) for name in ELEMENTS])
CHARGE.flags.writeable = False
_OTHER_CHARGE: NDArray[np.float64] = np.where(np.array(ELEMENTS) == "O", 0.0, CHARGE)

KATIONS = tuple(name for name in ELEMENTS if VALENCE[name] > 0 and name not in ("H", "C", "S", "P", "Si", "B"))
"""Elements that go into acid as cations."""

_OXIDE_OXYGEN = OXYGEN_PER_ATOM.copy()
for _name, _count in (("S", 3.0), ("F", -0.5), ("Cl", -0.5)):
    _OXIDE_OXYGEN[INDEX[_name]] = _count
_OXIDE_OXYGEN.flags.writeable = False

FARADAY = 96485.33212
"""C/mol. Source: SI (2019), exact."""


def column(*names: str) -> NDArray[np.intp]:
    """Column numbers of elements."""
    return np.array([INDEX[name] for name in names], dtype=np.intp)


_KATION_COLUMNS = column(*KATIONS)
_KATION_CHARGES = CHARGE[_KATION_COLUMNS]


def moles(mass: Array) -> Array:
    """kmol/h from kg/h, any leading shape, elements last."""
    return np.asarray(mass / MOLAR_MASS)


def rare_earth_moles(mass: Array) -> Array:
    """kmol/h of all rare earths, shape (samples,)."""
    return np.asarray(per_sample(mass[:, RE] / MOLAR_MASS[RE]))


def neutral_oxygen(mass: Array, valence: Mapping[str, Array | float] | None = None) -> Array:
    """kg/h of O that makes an ionic stream neutral, shape (samples,); negative where anions are in excess.

    The stream's own O is left out of the count. `valence` replaces usual charges: `{"Ce": 4}` for a roasted calcine.

    >>> import numpy as np
    >>> from didymium.elements import COUNT, INDEX
    >>> calcite = np.zeros((1, COUNT))
    >>> calcite[0, INDEX["Ca"]], calcite[0, INDEX["C"]] = 40.078, 12.011
    >>> float(neutral_oxygen(calcite)[0].round(2))
    48.0
    """
    charge = _OTHER_CHARGE
    if valence:
        charge = np.empty(mass.shape)
        charge[:] = _OTHER_CHARGE
        for name, value in valence.items():
            charge[:, INDEX[name]] = value
        charge[:, INDEX["O"]] = 0.0
    return np.asarray(per_sample(moles(mass) * charge) / 2.0 * MOLAR_MASS[INDEX["O"]])


def acid_demand(dissolved: Array) -> Array:
    """kmol/h of monobasic acid that dissolves these cations from their oxides or carbonates, shape (samples,)."""
    return np.asarray(per_sample(moles(dissolved)[:, _KATION_COLUMNS] * _KATION_CHARGES))


def free_acid(liquor: Array) -> Array:
    """kmol/h of strong acid that a liquor holds beside its salts, shape (samples,); zero for a basic one.

    Chloride, fluoride and twice the sulphate less the metals and ammonium; phosphoric acid counts as weak. The
    liquor's own H and O are left out, so organic matter in it does not count.
    """
    n = moles(liquor)
    anions = n[:, INDEX["Cl"]] + n[:, INDEX["F"]] + 2.0 * n[:, INDEX["S"]]
    free = anions - n[:, INDEX["N"]] - acid_demand(liquor)
    return np.asarray(np.where(free > 1e-12 * anions, free, 0.0))


def oxide_oxygen(mass: Array) -> Array:
    """kg/h of O in the conventional oxides (CeO2, Pr6O11, Tb4O7, R2O3 …) of these elements, shape (samples,).

    Sulphur stays as sulphate; fluoride and chloride stand in place of oxide.
    """
    return np.asarray(per_sample(moles(mass) * _OXIDE_OXYGEN) * MOLAR_MASS[INDEX["O"]])


def one(name: str, mass: Array, samples: int) -> Array:
    """A flow of one element, shape (samples, elements)."""
    out = np.zeros((samples, COUNT))
    out[:, INDEX[name]] = mass
    return out
