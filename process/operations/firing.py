"""What a kiln makes of a rare-earth oxalate, carbonate or hydroxide: oxide, and the oxygen that air must bring."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX, MOLAR_MASS
from .base import standard
from .stoichiometry import moles, oxide_oxygen

Array = NDArray[np.float64]

CHLORIDE_STAYS = standard("50 % from 20 to 90 % (assumed)")
"""Share of the chloride that firing leaves. Much of it stays (theanchorhouse.com on solid and oxide formation)."""
SULFATE_STAYS = standard("80 % from 40 to 98 % (assumed)")
"""Share of the rare earths' sulfate that firing leaves, as oxysulfate."""

FIRM = ("Ca", "Sr", "Ba", "Pb", "Ra")
"""Metals whose sulfates outlast a kiln of 900 to 1,000 degC: one sulfate each."""


def fired(solid: Array, chloride: Array, sulfate: Array) -> tuple[Array, Array]:
    """What is left of a solid, kg/h of shape (samples, elements), and the kg/h of O, (samples,), that air must bring.

    Metals stay as the oxides of the trade (CeO2, Pr6O11, Tb4O7, R2O3), phosphate and fluoride with them. Of the
    chloride a share stays, (samples,); the rest leaves as HCl. Of the sulfate that Ca, Sr, Ba and Pb cannot hold a
    share stays too; the rest leaves as SO3. Carbon leaves as CO2, hydrogen as water, nitrogen as N2.

    >>> from didymium.elements import mass_fractions, molar_mass
    >>> carbonate = molar_mass("Ce2(CO3)3") * mass_fractions("Ce2(CO3)3")[None]
    >>> oxide, air = fired(carbonate, np.array([0.5]), np.array([0.8]))
    >>> round(float(oxide.sum()), 2), round(float(air[0]), 2)
    (344.23, 16.0)
    """
    inside = moles(solid)
    oxide = solid.copy()
    for name in ("C", "O", "H", "N", "Ar"):
        oxide[:, INDEX[name]] = 0.0
    held = np.zeros(len(solid))
    for name in FIRM:
        held = held + inside[:, INDEX[name]]
    sulfur, chlorine, hydrogen = (inside[:, INDEX[name]] for name in ("S", "Cl", "H"))
    lost = np.maximum(sulfur - held, 0.0) * (1.0 - sulfate)
    freed = chlorine * (1.0 - chloride)
    oxide[:, INDEX["S"]] -= lost * MOLAR_MASS[INDEX["S"]]
    oxide[:, INDEX["Cl"]] = chlorine * chloride * MOLAR_MASS[INDEX["Cl"]]
    oxide[:, INDEX["S"]] = np.maximum(oxide[:, INDEX["S"]], 0.0)
    oxygen = oxide_oxygen(oxide)
    oxide[:, INDEX["O"]] = np.maximum(oxygen, 0.0)
    steam = np.maximum(hydrogen - freed, 0.0) / 2.0
    burnt = (2.0 * inside[:, INDEX["C"]] + 3.0 * lost + steam) * MOLAR_MASS[INDEX["O"]]
    return oxide, np.maximum(oxygen + burnt - solid[:, INDEX["O"]], 0.0)
