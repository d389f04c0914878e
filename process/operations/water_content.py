"""How much of a liquor is water and how much of its carbon carbonate, told from its elements."""

from __future__ import annotations

import numpy as np

from ..elements import INDEX, MOLAR_MASS, mass_fractions, molar_mass
from ..sums import per_sample
from .stoichiometry import Array, moles, neutral_oxygen

ORGANIC_OXYGEN = 3.07
"""O that a neutral balance of charges lacks per C of kerosene (37 / 12 in C12H26) and of P507 (49 / 16)."""
NOISE = 1e-9
"""Oxygen short by less than this share of the stream's is rounding."""


def carbonate(liquor: Array) -> Array:
    """kmol/h of carbon that is carbonate, shape (samples,): organic carbon lacks the oxygen of carbonate.

    >>> import numpy as np
    >>> from didymium.elements import mass_fractions, molar_mass
    >>> soda, kerosene = (molar_mass(item) * mass_fractions(item) for item in ("Na2CO3", "C12H26"))
    >>> float(carbonate((soda + 0.1 * kerosene)[None])[0].round(1))
    1.0
    """
    n = moles(liquor)
    oxygen, carbon = n[:, INDEX["O"]], n[:, INDEX["C"]]
    short = neutral_oxygen(liquor) / MOLAR_MASS[INDEX["O"]] - oxygen
    organic = np.where(short > NOISE * oxygen, short, 0.0) / ORGANIC_OXYGEN
    return np.asarray(np.maximum(carbon - organic, 0.0))


def water(liquor: Array) -> Array:
    """kmol/h of water in a liquor, shape (samples,): what ions with oxygen, silica and ammonium leave.

    >>> import numpy as np
    >>> from didymium.elements import mass_fractions, molar_mass
    >>> brine = sum(molar_mass(item) * mass_fractions(item) for item in ("H2O", "H2SO4", "NH4Cl"))
    >>> float(water(brine[None])[0].round(6))
    1.0
    """
    n = moles(liquor)
    oxygen = n[:, INDEX["O"]] - 4.0 * (n[:, INDEX["S"]] + n[:, INDEX["P"]]) - 3.0 * carbonate(liquor)
    oxygen = oxygen - 2.0 * (n[:, INDEX["Si"]] + n[:, INDEX["U"]])
    hydrogen = (n[:, INDEX["H"]] - 4.0 * n[:, INDEX["N"]]) / 2.0
    return np.asarray(np.maximum(np.minimum(oxygen, hydrogen), 0.0))


def salts(liquor: Array) -> Array:
    """kg/h by element of all but the water of a liquor, shape (samples, elements): salts, acids, traces of organics.

    Less than 1e-9 of the liquor is rounding and counts as none.

    >>> import numpy as np
    >>> from didymium.elements import mass_fractions, molar_mass
    >>> brine = sum(molar_mass(item) * mass_fractions(item) for item in ("H2O", "NaCl"))
    >>> float(salts(brine[None]).sum().round(2)), float(salts(mass_fractions("H2O")[None]).sum())
    (58.44, 0.0)
    """
    pure = water(liquor)[:, None] * (molar_mass("H2O") * mass_fractions("H2O"))
    out = np.maximum(liquor - pure, 0.0)
    none = per_sample(out) <= NOISE * per_sample(liquor)
    return np.asarray(np.where(none[:, None], 0.0, out))
