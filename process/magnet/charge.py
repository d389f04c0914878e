"""What a vacuum melt keeps of its charge: metals, a part of the oxygen, most of the carbon; the rest is dross."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..elements import COUNT, INDEX, MOLAR_MASS, RE
from ..sums import per_sample

Array = NDArray[np.float64]

LEAVING = ("H", "N", "F", "Cl", "S", "Zn", "Ar")
"""What leaves a vacuum melt altogether: gases and zinc as vapour, the others as slag of rare earths."""
BINDS = {"O": 2.0 / 3.0, "N": 1.0, "F": 1.0 / 3.0, "Cl": 1.0 / 3.0, "S": 2.0 / 3.0}
"""Atoms of rare earth that an atom takes into the dross: R2O3, RN, RF3, RCl3, R2S3."""
_OXYGEN, _CARBON = INDEX["O"], INDEX["C"]
_LEAVING = np.array([INDEX[name] for name in LEAVING])


def bound(flow: Array, oxygen: Array) -> Array:
    """kmol/h of rare earths that slag formers of a charge take into the dross, shape (samples,).

    `flow` is kg/h, shape (samples, elements); `oxygen` the share of the oxygen that stays in the melt and binds none.
    """
    taken = np.zeros(len(flow))
    for name, atoms in BINDS.items():
        column = INDEX[name]
        binding = flow[:, column] * (1.0 - oxygen) if name == "O" else flow[:, column]
        taken = taken + atoms * binding / MOLAR_MASS[column]
    return taken


def kept(flow: Array, oxygen: Array, carbon: Array, evaporation: Array) -> tuple[Array, Array]:
    """Shares of a charge's elements that the melt keeps, shape (samples, elements), and how far its dross overdraws.

    `oxygen` and `carbon` are the shares that stay in the melt; `evaporation` that of the rare earths that leaves as
    fume. The second, shape (samples,), is what slag formers bind over the rare earths that are there: above 1 the
    charge cannot be melted, and the shares stand as if all rare earths had left.

    A mole of Nd2O3 in 100 mol of Nd, none of whose oxygen stays: 2 of 102 mol go to the dross.

    >>> charge = np.zeros((1, COUNT))
    >>> charge[0, INDEX["Nd"]], charge[0, INDEX["O"]] = 102 * MOLAR_MASS[INDEX["Nd"]], 3 * MOLAR_MASS[INDEX["O"]]
    >>> share, _ = kept(charge, np.zeros(1), np.ones(1), np.zeros(1))
    >>> round(float(102 * share[0, INDEX["Nd"]]), 9), float(share[0, INDEX["O"]])
    (100.0, 0.0)
    """
    share = np.ones((len(flow), COUNT))
    share[:, _LEAVING] = 0.0
    share[:, _OXYGEN], share[:, _CARBON] = oxygen, carbon
    rare = per_sample(flow[:, RE] / MOLAR_MASS[RE])
    taken = bound(flow, oxygen)
    over = np.divide(taken, rare, out=np.where(taken > 0.0, np.inf, 0.0), where=rare > 0.0)
    share[:, RE] = (np.maximum(1.0 - over, 0.0) * (1.0 - evaporation))[:, None]
    return share, over
