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


def share_of(part: Array, whole: Array) -> Array:
    """part / whole, shape (samples,); 0 where there is nothing.

    >>> share_of(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25, 0.  ])
    """
    return np.asarray(np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0.0))
