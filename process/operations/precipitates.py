"""What a rare-earth precipitate loses to its filtrate, and what it encloses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX, MOLAR_MASS, RE, mass_fractions, members, molar_mass
from ..quantities import In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import Balance
from .stoichiometry import moles

Array = NDArray[np.float64]

OccludedChloride = Annotated[Value, In("kg/kg", "0.05 %", low=0, high=0.1)]
OccludedSulfate = Annotated[Value, In("kg/kg", "0.3 %", low=0, high=0.2)]


def occluded(liquor: Array, oxide: Array, chloride: Array, sulfate: Array) -> Array:
    """kg/h of Cl, S and the sulfate's O in a precipitate, shape (samples, elements).

    `chloride` kg Cl and `sulfate` kg SO4 per kg of the precipitate's `oxide`, kg/h, (samples,) each, as they come from
    a liquor of one anion alone; from a mixed liquor each by its share of the charges. Never more than the liquor holds.

    >>> from didymium.elements import mass_fractions
    >>> salt = 58.44 * mass_fractions("NaCl")[None]
    >>> found = occluded(salt, np.array([10.0]), np.array([5e-4]), np.array([0.01]))
    >>> round(float(found[0, INDEX["Cl"]]), 6), float(found[0, INDEX["S"]])
    (0.005, 0.0)
    """
    n = moles(liquor)
    ions = n[:, INDEX["Cl"]] + 2.0 * n[:, INDEX["S"]]
    share = share_of(2.0 * n[:, INDEX["S"]], ions)
    chlorine = np.minimum(chloride * oxide * (1.0 - share), liquor[:, INDEX["Cl"]])
    sulfur = np.minimum(sulfate * oxide * share / molar_mass("SO4"), n[:, INDEX["S"]])
    out = np.zeros_like(liquor)
    out[:, INDEX["Cl"]] = chlorine
    out[:, INDEX["S"]] = sulfur * MOLAR_MASS[INDEX["S"]]
    out[:, INDEX["O"]] = 4.0 * sulfur * MOLAR_MASS[INDEX["O"]]
    return out


def kept(stated: Mapping[str, Array], feed: Array, dissolved: Array, fines: Array) -> Array:
    """Share of each rare earth that the precipitate keeps, shape (samples, elements): stated by name, or not lost.

    `feed` in kg/h; `dissolved`, (samples, elements), what kg/h of each would stay in the filtrate were it alone, which
    it does by its share of the rare earths, since they share one crystal; `fines`, (samples,), the share lost as fine
    crystals. The smaller name wins. Columns of other elements mean nothing.

    >>> from didymium.elements import mass_fractions
    >>> feed = 100.0 * mass_fractions("Nd")[None]
    >>> found = kept({}, feed, np.full_like(feed, 2.0), np.array([0.01]))
    >>> round(float(found[0, INDEX["Nd"]]), 4)
    0.9702
    """
    rare = per_sample(feed[:, RE])[:, None]
    share = share_of(dissolved, rare)
    out = (1.0 - fines)[:, None] * (1.0 - np.minimum(share, 1.0))
    for name in sorted(stated, key=lambda name: -len(members(name))):
        for element in members(name):
            out[:, INDEX[element]] = stated[name]
    return np.asarray(out)


def stated_others(stated: Mapping[str, Array], feed: Array, together: Array, never: tuple[str, ...] = ()) -> Array:
    """kg/h of the elements beside the rare earths that precipitate, shape (samples, elements).

    `together` holds their shares, (samples, elements); a recovery `stated` for one of them wins. What water, acid and
    salts are made of (O, H, C, N, Cl, S) is not spoken of,
    nor are the elements that `never` fall out.
    """
    out = feed * together
    for name in stated:
        for element in members(name):
            out[:, INDEX[element]] = feed[:, INDEX[element]] * stated[name]
    out[:, RE] = 0.0
    for name in ("O", "H", "C", "N", "Ar", "Cl", "S", *never):
        out[:, INDEX[name]] = 0.0
    return np.asarray(out)


def refuse_drought(b: Balance, cake: Array) -> None:
    """Refuse a filter cake, kg/h of shape (samples, elements), that is to hold more water than enters."""
    hydrogen = INDEX["H"]
    water = 1.0 / mass_fractions("H2O")[hydrogen]
    held, enters = cake[:, hydrogen] * water, b.total()[:, hydrogen] * water
    b.refuse(
        held > enters * (1.0 + 1e-9),
        lambda sample: (
            f"its cake is to hold {held[sample]:.4g} kg/h of water and {enters[sample]:.4g} kg/h enter",
            "lower the moisture or wash with more",
        ),
        key="moisture",
    )
