"""Iron nitride: phases of a powder or a magnet of α″-Fe16N2, and what such a magnet does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from ..elements import INDEX, MOLAR_MASS, OXYGEN_PER_ATOM, molar_mass
from ..sums import over, per_sample
from .constants import MU0

Array = NDArray[np.float64]

ORDERED = "ordered_nitride"
"""Trait of nitrided powder and its magnets: share of the nitrogen in α″-Fe16N2, 0..1; the rest is in Fe4N."""
NAMES = ("Fe16N2", "Fe4N", "iron", "oxide", "binder", "other")
"""Phases in the order of every array."""


@cache
def _facts() -> Mapping[tuple[str, str], Fact]:
    return MappingProxyType({(row["item"], row["quantity"]): fact(row) for row in rows("nitride")})


def known(item: str, quantity: str) -> Fact:
    """A number of `nitride.csv`, with its range and source.

    >>> known("Fe16N2", "decomposes").value, known("Fe16N2", "magnetisation").unit
    (222.0, 'A m2/kg')
    """
    return _facts()[item, quantity]


@dataclass(frozen=True)
class NitridePhases:
    """Phases of a solid: `mass` shares (samples, phases) in the order of NAMES.

    `density` is that without pores, g/cm³ (samples,); `unbound` the share of the nitrogen that the iron cannot hold,
    (samples,), which is left aside.
    """

    names: tuple[str, ...]
    mass: Array
    density: Array
    unbound: Array

    def of(self, phase: str) -> Array:
        """Mass share of a phase, shape (samples,)."""
        return self.mass[:, self.names.index(phase)]


def oxygen_of_others(composition: Array) -> Array:
    """kmol of oxygen that elements beside iron hold as their oxides, shape (samples,), at most what there is.

    `composition` is kg by element, (samples, elements). Hydrogen at 400 °C takes none of it from silica or alumina.
    """
    moles = composition / MOLAR_MASS * OXYGEN_PER_ATOM
    for name in ("Fe", "H", "C", "N", "O"):
        moles[:, INDEX[name]] = 0.0
    return np.asarray(np.minimum(per_sample(moles), composition[:, INDEX["O"]] / MOLAR_MASS[INDEX["O"]]))


def phase_balance(composition: Array, ordered: Array, binder: Array | None = None) -> NitridePhases:
    """Phases of compositions in kg of each element, shape (samples, elements), without what is in the binder.

    `ordered`, shape (samples,), is the share of the nitrogen in Fe16N2, 8 Fe to an N; the rest is in Fe4N, 4 Fe to an
    N. Other elements are "other" with the oxygen of their oxides; the rest of it is FeO, and iron that nothing holds is
    free. `binder` is kg in the same scale.
    Pure Fe16N2 holds 3.04 wt % of nitrogen:

    >>> nitride = np.zeros((1, len(MOLAR_MASS)))
    >>> nitride[0, INDEX["Fe"]], nitride[0, INDEX["N"]] = 16 * 55.845, 2 * 14.007
    >>> round(100 * 28.014 / 921.534, 2), phase_balance(nitride, np.ones(1)).mass[0].round(3).tolist()
    (3.04, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    """
    iron, nitrogen, oxygen = (composition[:, INDEX[name]] / MOLAR_MASS[INDEX[name]] for name in ("Fe", "N", "O"))
    oxide = np.minimum(oxygen - oxygen_of_others(composition), iron)
    free = iron - oxide
    wanted = nitrogen * (8.0 * ordered + 4.0 * (1.0 - ordered))
    held = np.divide(free, wanted, out=np.ones_like(free), where=wanted > free * (1.0 + 1e-12))
    bound = nitrogen * held
    free = np.maximum(free - wanted * held, 0.0)
    moles = {"Fe16N2": bound * ordered / 2.0, "Fe4N": bound * (1.0 - ordered)}
    kg = {name: amount * molar_mass(name) for name, amount in moles.items()}
    kg["iron"] = free * MOLAR_MASS[INDEX["Fe"]]
    kg["oxide"] = oxide * (MOLAR_MASS[INDEX["Fe"]] + MOLAR_MASS[INDEX["O"]])
    kg["binder"] = np.zeros(len(iron)) if binder is None else binder
    known_mass = np.zeros(len(iron))
    for name in ("Fe", "N"):
        known_mass += composition[:, INDEX[name]]
    known_mass += oxide * MOLAR_MASS[INDEX["O"]]
    rest = per_sample(composition) - known_mass
    kg["other"] = np.where(rest > 1e-14 * known_mass, rest, 0.0)
    mass = np.stack([kg[name] for name in NAMES], axis=1)
    total = per_sample(mass)
    mass = np.divide(mass, total[:, None], out=np.zeros_like(mass), where=total[:, None] > 0.0)
    bulk = np.zeros(len(iron))
    for i, name in enumerate(NAMES):
        bulk += mass[:, i] / known(name, "density").value
    return NitridePhases(NAMES, mass, over(np.ones(len(iron)), bulk) * (total > 0.0), 1.0 - held)


@dataclass(frozen=True)
class NitrideProperties:
    """What a magnet does at 20 °C, shape (samples,) each: T, kA/m, kA/m, kJ/m³, °C."""

    Br_T: Array
    Hcj_kA_m: Array
    HcB_kA_m: Array
    BHmax_kJ_m3: Array
    Tmax_C: Array

    def table(self) -> Mapping[str, Array]:
        """The same by name, for reports."""
        return dict(vars(self))


def properties(found: NitridePhases, density: Array, remanence: Array) -> NitrideProperties:
    """What a magnet of these phases, relative density and remanence over saturation (both 0..1) does.

    Js = µ0 ρ Σ w σ over the magnetic phases; Br = remanence Js. Coercivity is that measured on a compact, in proportion
    to the share of Fe16N2 among them. Along a knee at `squareness` of it (BH)max is the most of µ0 (Br/µ0 − H) H. That
    is far below the claims, which start from Js alone.

    >>> powder = NitridePhases(NAMES, np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]), np.array([7.43]), np.zeros(1))
    >>> made = properties(powder, np.array([0.8]), np.array([0.42]))
    >>> round(float(made.Br_T[0]), 2), round(float(made.BHmax_kJ_m3[0]))
    (0.7, 28)
    """
    magnetic = ("Fe16N2", "Fe4N", "iron")
    moment, share = np.zeros_like(density), np.zeros_like(density)
    for name in magnetic:
        moment += found.of(name) * known(name, "magnetisation").value
        share += found.of(name)
    saturation = found.density * density * moment  # kA/m, of g/cm3 times A m2/kg
    field = remanence * saturation
    hcj = known("Fe16N2", "coercivity").value * over(found.of("Fe16N2"), share)
    knee = np.minimum(hcj * known("Fe16N2", "squareness").value, field / 2.0)
    product = MU0 * 1000.0 * (field - knee) * knee
    hottest = np.full_like(density, known("Fe16N2", "hottest").value)
    return NitrideProperties(MU0 * 1000.0 * field, hcj, np.minimum(hcj, field), product, hottest)
