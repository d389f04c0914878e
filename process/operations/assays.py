"""Figures of solids that a mill reports: oxides, grades, recoveries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..elements import OXIDE_FACTOR, RE
from ..sums import per_sample

Array = NDArray[np.float64]


def rare_earth_oxides(flow: Array) -> Array:
    """kg/h of rare-earth oxides in kg/h of elements, shape (samples, …, elements) to (samples,)."""
    return per_sample(flow[..., RE] * OXIDE_FACTOR[RE])


NOTHING = 1e-200
"""An amount, in any unit, that nothing is told apart from: a division by less could overflow."""


def share_of(part: Array, whole: Array, empty: float = 0.0) -> Array:
    """part / whole, of any shapes that go together; `empty` where the whole is nothing.

    >>> share_of(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25, 0.  ])
    """
    part, whole = np.asarray(part), np.asarray(whole)
    shape = part.shape if part.shape == whole.shape else np.broadcast_shapes(part.shape, whole.shape)
    out = np.full(shape, empty) if empty else np.zeros(shape)
    return np.asarray(np.divide(part, whole, out=out, where=whole > NOTHING))
