"""Heat that magnet alloy gives off as it burns to oxides."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..data.facts import rows
from ..elements import COUNT, INDEX, MOLAR_MASS, RE
from ..sums import per_sample

Array = NDArray[np.float64]


@cache
def _per_kg() -> Array:
    """MJ per kg of each element as it turns to its oxide, shape (elements,); rare earths without a row as neodymium."""
    per_mole = np.zeros(COUNT)
    for row in rows("oxidation_heats"):
        per_mole[INDEX[row["element"]]] = float(row["value"]) / float(row["atoms"])
    per_mole[RE] = np.where(per_mole[RE] > 0.0, per_mole[RE], per_mole[INDEX["Nd"]])
    out = per_mole / MOLAR_MASS
    out.flags.writeable = False
    return out


def oxidation_heat(mass: Array) -> Array:
    """MJ/h that a flow of metal, kg/h of shape (samples, elements), gives off as it burns in air, shape (samples,).

    Oxygen that it holds counts as bound to rare earth, as far as hydrogen (as water) leaves it; hydrogen's own heat,
    and the heats of mixing of the alloy (some 1 % of the whole), are left out. Nothing below zero.

    >>> alloy = np.zeros((1, COUNT))
    >>> alloy[0, [INDEX["Nd"], INDEX["Fe"], INDEX["B"]]] = 0.30, 0.69, 0.01
    >>> float(oxidation_heat(alloy)[0].round(2))
    7.56
    """
    whole = per_sample(mass * _per_kg())
    free = mass[:, INDEX["O"]] / MOLAR_MASS[INDEX["O"]] - 0.5 * mass[:, INDEX["H"]] / MOLAR_MASS[INDEX["H"]]
    neodymium = INDEX["Nd"]
    per_oxygen = _per_kg()[neodymium] * MOLAR_MASS[neodymium] / 1.5
    return np.asarray(np.maximum(whole - np.maximum(free, 0.0) * per_oxygen, 0.0))
