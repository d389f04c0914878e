"""A flowsheet at random values within the ranges that its file states: how far a result may move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..flowsheet import Flowsheet, Result
from ..network.errors import SolveError

Array = NDArray[np.float64]

MONEY = ("prices.", "capacity.")
"""Values that move no stream."""
MOST = 4
"""Draws made per draw asked for, so that some may fail."""
LOW, HIGH = 10.0, 90.0
"""Percentiles that a range is shown by."""


def drawn(flowsheet: Flowsheet, samples: int, seed: int) -> dict[str, Array]:
    """Values by path, shape (samples,): triangular over each range of the file and its kinds, one by one independent.

    Values without a range, prices and nameplates stay as written.
    """
    random = np.random.default_rng(seed)
    out = {}
    for path, value in flowsheet.plan.values().items():
        low, high = value.range()
        if low < high and not path.startswith(MONEY) and not path.endswith(".price"):
            out[path] = random.triangular(low, min(max(value.nominal, low), high), high, samples)
    return out


def within_ranges(flowsheet: Flowsheet, samples: int = 40, seed: int = 1) -> Result:
    """The flowsheet solved at drawn values, as many as asked for; draws that cannot run are passed over.

    The same seed gives the same draws. Raises `network.SolveError` where fewer than one draw in four runs.
    """
    return counted(flowsheet, samples, seed)[0]


def counted(flowsheet: Flowsheet, samples: int = 40, seed: int = 1) -> tuple[Result, int]:
    """As `within_ranges`, and how many draws were passed over because the plant cannot run at them."""
    values = drawn(flowsheet, MOST * samples, seed)
    left = np.arange(MOST * samples)
    while True:
        tried = left[:samples]
        try:
            result = flowsheet.solve({path: drawing[tried] for path, drawing in values.items()})
            return result, MOST * samples - len(left)
        except SolveError as error:
            if len(left) <= samples:
                raise
            left = np.delete(left, error.sample)


def between(values: Array) -> tuple[float, float]:
    """The 10th and 90th percentile of the values that are numbers; NaN twice where none is.

    >>> between(np.arange(11.0))
    (1.0, 9.0)
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, (LOW, HIGH))
    return float(low), float(high)
