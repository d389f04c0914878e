"""All rates at which flows that change sign more than once have no present value.

With v = 1/(1 + rate) the present value is a polynomial, whose coefficients are the flows. Descartes: it has no more
roots above zero than its coefficients have changes of sign. Times v^−s, with s between two years of opposite sign, and
derived, it has one change less, and between two roots of the derivative no more than one of its own (Rolle). So the
roots of k changes follow from those of k − 1, one by one, and two that lie close to each other are not passed over.
"""

from __future__ import annotations

from bisect import insort
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FARTHEST = 700.0
"""Greatest |ln v| that is looked at: beyond, powers of v leave the range of floats."""
NOTHING = 1e-13
"""Share of all flows, discounted without their sign, below which their sum is zero to rounding: a double root."""


def _value(flows: list[float], place: float) -> float:
    """Present value at v = e^place, over v^n where v is above 1: of the same sign, and never beyond all floats."""
    total = 0.0
    if place <= 0.0:
        v = float(np.exp(place))
        for flow in reversed(flows):
            total = total * v + flow
    else:
        g = float(np.exp(-place))
        for flow in flows:
            total = total * g + flow
    return total


def _between(flows: list[float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda x: _value(flows, x), low, high, xtol=1e-15, rtol=4.0 * np.finfo(float).eps))


def _places(flows: list[float]) -> list[float]:
    """ln v of all roots of flows whose first and last are not zero, rising; a double root once."""
    signs = [(year, flow > 0.0) for year, flow in enumerate(flows) if flow != 0.0]
    turn = next((before + 0.5 for (before, a), (_, b) in pairwise(signs) if a != b), None)
    if turn is None:
        return []
    stops = _places([(year - turn) * flow for year, flow in enumerate(flows)])
    found: list[float] = []
    for stop in stops:
        if abs(_value(flows, stop)) <= NOTHING * _value([abs(flow) for flow in flows], stop):
            insort(found, stop)
    ends = [-FARTHEST, *(stop for stop in stops if stop not in found), FARTHEST]
    touched = list(found)
    for low, high in pairwise(ends):
        if _value(flows, low) * _value(flows, high) < 0.0 and not any(low < place < high for place in touched):
            insort(found, _between(flows, low, high))
    return found


def rates_of_return(flows: Array) -> list[float]:
    """All rates above −100 % a year at which flows of shape (years,) have no present value, rising; maybe none.

    A rate at which the value touches zero without passing it counts once. Samples are treated one by one.

    >>> [round(rate, 9) for rate in rates_of_return(np.array([-100.0, 230.0, -132.0]))]
    [0.1, 0.2]
    """
    some = np.flatnonzero(flows)
    if not len(some):
        return []
    kept = [float(flow) for flow in flows[some[0] : some[-1] + 1]]
    return sorted(float(np.expm1(-place)) for place in _places(kept))
