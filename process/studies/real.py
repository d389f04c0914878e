"""What mass action and real stages make of a designed cut, at the feed liquor of its flowsheet."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..cascade import CascadeDesign
from ..cascade.real_stages import RealStages, real_stages
from ..data.equilibria import chemistry
from ..elements import ELEMENTS, RARE_EARTHS
from ..operations.circuit_rating import spare_acid
from ..operations.stoichiometry import moles

if TYPE_CHECKING:
    from .design import Cut

NOT_CATIONS = frozenset({"H", "C", "N", "O", "F", "P", "S", "Cl"})
LEAST_ACID = 1e-3
"""mol/L of free acid that a feed liquor has at least; a neutral one would hydrolyse."""


def real_of(p: SimpleNamespace, cut: Cut, feed: NDArray[np.float64], made: CascadeDesign) -> RealStages:
    """Step by step from the design to real stages; `feed` in kg/h, (samples, elements), `p` the unit's parameters.

    The log10 K are the data's, moved where the file gives separation factors of its own. Raises CascadeError.
    """
    kmol = moles(feed)[0]
    volume = cut.feed_m3_per_h
    liquor = {
        name: float(amount) / volume
        for name, amount in zip(ELEMENTS, kmol, strict=True)
        if amount > 0.0 and name not in NOT_CATIONS and (name not in RARE_EARTHS or name in cut.elements)
    }
    nitrogen = float(kmol[ELEMENTS.index("N")])
    if nitrogen > 0.0:
        liquor["NH4"] = nitrogen / volume
    known = chemistry(p.extractant.name).constants
    constants = {}
    if p.separation_factors:
        level, first = known[cut.elements[0]].log_k.value, float(cut.beta[0])
        constants = {
            name: level + math.log10(float(beta) / first) for name, beta in zip(cut.elements, cut.beta, strict=True)
        }
    return real_stages(
        p.extractant.name,
        float(p.extractant.concentration[0]),
        float(p.extractant.saponification[0]),
        p.extractant.saponification_basis,
        liquor,
        made.n,
        made.m,
        made.extract_flow,
        made.scrub_flow,
        (cut.elements[cut.at - 1], cut.elements[cut.at]),
        {"raffinate": cut.raffinate, "extract": cut.extract},
        float(p.scrub_acid[0]),
        float(p.strip_acid[0]),
        feed_acid=max(float(spare_acid(feed)[0]) / volume, LEAST_ACID),
        strip_stages=max(1, round(float(p.strip_stages[0]))),
        constants=constants or None,
    )
