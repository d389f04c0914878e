"""What the pH of a liquor says: its water, the acid left in it, and what of its metals stays dissolved."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..data import hydroxides
from ..data.activities import media
from ..elements import COUNT, ELEMENTS, INDEX, RE, molar_mass
from .stoichiometry import Array, acid_demand, moles
from .water_content import water

FOLLOWS_AL = ("Sc",)
"""Rare earths that fall with aluminium, long before the others."""


@cache
def _constants() -> tuple[Array, Array]:
    """log10 K and charge of every element's hydroxide, shape (elements,); K without bound where none is known."""
    log_k, charge = np.full(COUNT, np.inf), np.ones(COUNT)
    for name, one in hydroxides().items():
        log_k[INDEX[name]], charge[INDEX[name]] = one.log_k.value, one.charge
    return log_k, charge


def charges(metals: Array) -> Array:
    """kmol/h of charge of the cations in solution, shape (samples,): as `acid_demand`, uranium as UO2++."""
    return np.asarray(acid_demand(metals) - 4.0 * moles(metals)[:, INDEX["U"]])


def strong_acid(liquor: Array) -> Array:
    """kmol/h of strong acid that a liquor holds beside its salts, shape (samples,); negative for an alkaline one.

    `free_acid` with its sign: a step that adds alkali and acid in turn needs both sides of zero.
    """
    n = moles(liquor)
    anions = n[:, INDEX["Cl"]] + n[:, INDEX["F"]] + 2.0 * n[:, INDEX["S"]]
    return np.asarray(anions - n[:, INDEX["N"]] - charges(liquor))


def water_of(liquor: Array) -> Array:
    """kg/h of water in a liquor of salts and acid, shape (samples,), by the rules of `water_content.water`.

    >>> from didymium.elements import mass_fractions
    >>> brine = 1000.0 * mass_fractions("H2O")[None] + 58.443 * mass_fractions("NaCl")[None]
    >>> float(water_of(brine)[0].round(6))
    1000.0
    """
    return np.asarray(water(liquor) * molar_mass("H2O"))


def molality(liquor: Array, water: Array) -> Array:
    """mol of each element per kg of water, shape (samples, elements); zero where there is no water."""
    whole = water[:, None]
    return np.asarray(np.divide(1000.0 * moles(liquor), whole, out=np.zeros_like(liquor), where=whole > 0.0))


def falling(concentration: Array, ph: Array) -> Array:
    """Share of each element beyond the solubility of its hydroxide, 0 to 1, shape (samples, elements).

    `concentration` in mol per kg of water. Elements without a constant stay.

    >>> import numpy as np
    >>> liquor = np.zeros((1, COUNT))
    >>> liquor[0, INDEX["Al"]] = 0.02  # 10^(10.8 - 3 * 4.5) = 0.002 mol/kg stay
    >>> float(falling(liquor, np.array([4.5]))[0, INDEX["Al"]].round(4))
    0.9002
    """
    log_k, charge = _constants()
    dissolved = 10.0 ** np.minimum(log_k - charge * ph[:, None], 300.0)
    stays = np.divide(dissolved, concentration, out=np.ones_like(concentration), where=concentration > dissolved)
    return np.asarray(1.0 - stays)


def rare_earths_fall(concentration: Array) -> tuple[Array, Array]:
    """pH at which the first 1 % of a rare earth falls and its column, shape (samples,) each.

    `concentration` in mol per kg of water. Scandium is left out; infinite where there are no rare earths.
    """
    log_k, charge = _constants()
    columns = np.array([i for i in RE if ELEMENTS[i] not in FOLLOWS_AL])
    left = 0.99 * concentration[:, columns]
    there = left > 1e-30
    level = np.log10(left, out=np.zeros_like(left), where=there)
    starts = np.where(there, (log_k[columns] - level) / charge[columns], np.inf)
    return np.asarray(starts.min(axis=1)), columns[starts.argmin(axis=1)]


def acid_at(ph: Array, water: Array, sulphate: Array) -> Array:
    """kmol/h of acid that a liquor holds at a pH, as H+ and HSO4-, shape (samples,).

    `water` in kg/h, `sulphate` in kmol/h. H+ stands at 10^-pH mol per kg of water.

    >>> import numpy as np
    >>> float(acid_at(np.array([2.0]), np.array([1000.0]), np.array([0.0]))[0])
    0.01
    """
    proton = 10.0**-ph
    ka = 10.0 ** media()["log_ka"].value
    return np.asarray(proton * water / 1000.0 + sulphate * proton / (proton + ka))
