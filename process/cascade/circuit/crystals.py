"""Salts that a circuit's liquors hold beyond what water does: told, not refused, as the limits are of single salts."""

from __future__ import annotations

import numpy as np

from ..models.solubility import solubility_flags
from .layout import Layout
from .steady import Steady
from .streams import Aqueous


def crystals(layout: Layout, steady: Steady, case: int) -> list[tuple[str, float, float, int, str]]:
    """(quantity, value, limit, stage from 1, sentence) of each salt beyond its solubility, mol/L, at its worst stage.

    The strong anions count as chloride unless a stream brings nitrate, whose salts dissolve further; then only
    sulfates are looked at.
    """
    strong = steady.equations.strong[case]
    if any(isinstance(one.stream, Aqueous) and one.stream.anion == "NO3" for one in layout.inlets):
        strong = np.zeros_like(strong)
    found = solubility_flags(layout.elements, steady.x[case], strong, steady.equations.sulfate[case])
    return [(one.quantity, one.value, one.high, one.case + 1, f"stage {one.case + 1}: {one.sentence}") for one in found]
