"""How fast a new stage comes to its full output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data.investment import capital_factors
from .figures import Figures

Array = NDArray[np.float64]


def years_to_full(stage: str, figures: Figures | None = None) -> float | Array:
    """Years from first product to full output of a stage.

    >>> years_to_full("separation")
    4.0
    """
    return (Figures() if figures is None else figures).of(f"ramp_up.{stage}", capital_factors()["ramp_up", stage])


def outputs(years: float | Array, horizon: int) -> Array:
    """Output of each year of operation as a share of the full one, shape (samples, horizon).

    Output grows linearly over `years` from nothing, so year k makes the mean of t / years over its own twelve months.
    Raises ValueError for a negative number of years.

    >>> outputs(2.0, 4)
    array([[0.25, 0.75, 1.  , 1.  ]])
    >>> outputs(0.0, 2)
    array([[1., 1.]])
    """
    slow = np.atleast_1d(np.asarray(years, dtype=float))[:, None]
    if np.any(slow < 0.0):
        raise ValueError("years to full output cannot be negative")
    ends = np.arange(horizon + 1, dtype=float)[None, :]
    short = np.minimum(ends, slow)
    done = np.divide(
        short * short, 2.0 * slow, out=np.zeros(np.broadcast_shapes(ends.shape, slow.shape)), where=slow > 0
    )
    made = done + np.maximum(ends - slow, 0.0)
    return np.asarray(np.diff(made, axis=1))
