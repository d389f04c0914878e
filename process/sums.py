"""Sums whose bits do not depend on how many samples stand beside."""

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
