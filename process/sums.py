"""Sums whose bits do not depend on how many samples stand beside, and shares of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def per_sample(values: Array) -> Array:
    """Everything in each sample added up, shape (samples,).

    NumPy adds a contiguous row pairwise and a strided one in order; one layout makes a batch equal its single cases.
    """
    rows = np.ascontiguousarray(values)
    if rows.ndim != 2:
        rows = rows.reshape(len(rows), -1)
    found: Array = np.add.reduce(rows, axis=1)
    return found


def over(values: Array, by: Array) -> Array:
    """Values over what may be nothing, sample by sample: 0 where `by` is not above 0; `by` has no more axes.

    >>> over(np.array([[1.0, 3.0], [2.0, 2.0]]), np.array([4.0, 0.0])).tolist()
    [[0.25, 0.75], [0.0, 0.0]]
    """
    by = by.reshape(by.shape + (1,) * (values.ndim - by.ndim))
    return np.divide(values, by, out=np.zeros_like(values), where=by > 0.0)
