"""How long magnets stay in use: the share of those sold in a year that comes back in each later year."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

from ..quantities import Value
from ..spreads import Lognormal, Normal, Uniform
from .system import Array

NODES = 32
"""Points of Gauss and Legendre in each piece of a year: exact for uniform and triangular spreads, to 1e-9 for a normal
one down to a standard deviation of a tenth of a year."""


def weights(life: Value, horizon: int) -> Array:
    """Share of the magnets sold in a calendar year that comes back k calendar years later, k from 0, shape (horizon,).

    `life` is years in service. Without a spread all come back in the nearest whole year. With one, sales are spread
    evenly over their year, and what is sold at time u of a year and serves L years comes back k years later where
    k ≤ u + L < k + 1; so the mean of k is that of L. What lasts longer than the horizon does not come back: the shares
    add up to 1 or less. A normal spread is cut at the bounds of the value and at 0.

    >>> from didymium.spreads import Triangular
    >>> weights(Value(2.0), 4).tolist()
    [0.0, 0.0, 1.0, 0.0]
    >>> weights(Value(2.0, spread=Uniform(1.5, 2.5)), 4).round(6).tolist()
    [0.0, 0.125, 0.75, 0.125]
    >>> weights(Value(2.0, spread=Triangular(1.0, 3.0)), 4).round(6).tolist()
    [0.0, 0.166667, 0.666667, 0.166667]
    """
    return _weights(life, horizon).copy()


@lru_cache(maxsize=256)
def _weights(life: Value, horizon: int) -> Array:
    out = np.zeros(horizon)
    low, high = life.range()
    if low == high:
        year = math.floor(life.nominal + 0.5)
        if 0 <= year < horizon:
            out[year] = 1.0
        return out
    found, kinks = _distribution(life)
    edges = np.unique([*range(horizon + 1), *(kink for kink in kinks if 0.0 < kink < horizon)])
    points, heights = np.polynomial.legendre.leggauss(NODES)
    half = 0.5 * np.diff(edges)[:, None]
    at = edges[:-1, None] + half * (1.0 + points)
    parts = (half * heights * found.cdf(at)).sum(axis=1)
    years = np.floor(edges[:-1]).astype(int)
    # Mean over a calendar year of the share that has come back by then; of what is sold within the year before it.
    back = np.bincount(years, weights=parts, minlength=horizon)
    return np.maximum(np.diff(back, prepend=0.0), 0.0)


def _distribution(life: Value) -> tuple[Any, tuple[float, ...]]:
    """The distribution of a life, and where its cumulative share has a kink."""
    spread, nominal = life.spread, life.nominal
    if isinstance(spread, Uniform):
        return stats.uniform(spread.low, spread.high - spread.low), (spread.low, spread.high)
    if isinstance(spread, Normal):
        low = max(0.0, life.lower or 0.0)
        high = math.inf if life.upper is None else float(life.upper)
        a, b = (low - nominal) / spread.sd, (high - nominal) / spread.sd
        return stats.truncnorm(a, b, loc=nominal, scale=spread.sd), (low, high)
    if isinstance(spread, Lognormal):
        return stats.lognorm(math.log(spread.gsd), scale=nominal), ()
    assert spread is not None
    width = spread.high - spread.low
    mode = (nominal - spread.low) / width
    return stats.triang(mode, loc=spread.low, scale=width), (spread.low, nominal, spread.high)
