"""The graphite anode of an oxide cell: oxygen leaves as CO and CO2, air burns some of the graphite and of the CO."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX, MOLAR_MASS, molar_mass
from .assays import share_of

Array = NDArray[np.float64]

_CARBON = float(MOLAR_MASS[INDEX["C"]])
_FLUORINE = float(MOLAR_MASS[INDEX["F"]])


@dataclass(frozen=True)
class Anode:
    """What becomes of an anode, kmol/h, shape (samples,) each.

    `graphite` is used in all; `monoxide` and `dioxide` form at the anode by the oxide's oxygen; `monoxide_left` leaves
    the cell unburnt; `air_oxygen` is the O that air brings; `butts` the carbon that is left over; `short` is true where
    the graphite cannot take the oxygen even as CO2.
    """

    graphite: Array
    monoxide: Array
    dioxide: Array
    monoxide_left: Array
    air_oxygen: Array
    butts: Array
    short: NDArray[np.bool_]

    @property
    def monoxide_share(self) -> Array:
        """CO in CO and CO2 at the anode, mol/mol, shape (samples,)."""
        return share_of(self.monoxide, self.monoxide + self.dioxide)


def anode(p: SimpleNamespace, metal: Array, freed: Array, inside: Array, taken: Array) -> Anode:
    """The anode that takes `freed` kmol/h of O, shape (samples,); see `Anode`.

    `metal` is kg/h of metal, `inside` kmol/h of carbon that the oxide itself brings, `taken` what the metal and the
    fluorocarbons take. Keys: `anode` (kg/kg) or, where that is None, `co_share`; `burn_off`, `co_burnt`. One mol of O
    takes 1 / (2 - CO share) mol of C.
    """
    if p.anode is None:
        graphite = np.maximum(freed / (2.0 - p.co_share) + taken - inside, 0.0) / (1.0 - p.burn_off)
    else:
        graphite = p.anode * metal / _CARBON
    burnt = graphite * p.burn_off
    there = np.maximum(graphite - burnt + inside - taken, 0.0)
    gas = np.minimum(there, freed)
    monoxide = np.clip(2.0 * gas - freed, 0.0, None)
    dioxide = gas - monoxide
    oxidised = monoxide * p.co_burnt
    short = (graphite - burnt + inside - taken < freed / 2.0 - 1e-9 * (freed + inside)) & (metal > 0.0)
    return Anode(graphite, monoxide, dioxide, monoxide - oxidised, 2.0 * burnt + oxidised, there - gas, short)


def least_anode(p: SimpleNamespace, metal: Array, freed: Array, inside: Array, taken: Array) -> Array:
    """kg of graphite per kg of metal that just takes the oxygen as CO2, shape (samples,); arguments as of `anode`."""
    need = np.maximum(freed / 2.0 + taken - inside, 0.0) * _CARBON
    return share_of(need, metal * (1.0 - p.burn_off))


def fluorocarbons(p: SimpleNamespace, metal: Array) -> tuple[Array, Array, Array, Array]:
    """kg/h of CF4 and C2F6 of anode effects, and the kmol/h of carbon and kg/h of fluorine in them, (samples,) each."""
    light, heavy = p.CF4 * p.anode_effects * metal, p.C2F6 * p.anode_effects * metal
    n, m = light / molar_mass("CF4"), heavy / molar_mass("C2F6")
    return light, heavy, n + 2.0 * m, (4.0 * n + 6.0 * m) * _FLUORINE
