"""A fill that holds as much of each element as the cascade will hold at rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ..exchange import Cascade, CascadeResult
from .hold_up import HoldUp

Floats = NDArray[np.float64]

_FAR = 300.0
"""ln of a stage scalar that no cascade reaches: separation factors lie within 1e±100."""


def matching_fill(cascade: Cascade, hold_up: HoldUp, steady: CascadeResult | None = None) -> Floats:
    """Aqueous mole fractions, (elements,), which in all stages, with organic in equilibrium, hold what is held at rest.

    At constant flows what a fill holds too much of an element leaves only as impurity, which may take years; a fill of
    this composition has nothing to lose. For `start_up(..., initial=...)`. `steady` is the solved cascade, if known.
    Limits: mixers and settlers hold the phases at equal fractions at rest. Raises CascadeError where the cascade has
    no steady state.

    >>> cascade = Cascade(stages=46, feed_stage=24, feed={"A": 0.5, "B": 0.5},
    ...                   separation_factors={"A": 2.0, "B": 1.0}, extract_flow=1.70864, scrub_flow=1.20819)
    >>> matching_fill(cascade, HoldUp.of_times(cascade, mixing=5.0, settling=20.0)).round(3).tolist()
    [0.341, 0.659]
    """
    steady = cascade.solve() if steady is None else steady
    table = hold_up.table(cascade.stages)
    aqueous, organic = table[0] + table[2], table[1] + table[3]
    held = aqueous @ steady.aqueous + organic @ steady.organic
    beta = np.array(list(cascade.separation_factors.values()))
    beta = beta / np.exp(np.log(beta).mean())

    def fractions(u: float) -> Floats:
        return np.asarray(held / (aqueous.sum() + organic.sum() * beta * np.exp(u)))

    root = brentq(lambda u: fractions(u).sum() - 1.0, -_FAR, _FAR, xtol=1e-13)
    x = fractions(float(root))
    return np.asarray(x / x.sum())
