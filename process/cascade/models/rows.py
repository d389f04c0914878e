"""A counter-current row of stages at given distributions: eliminated without a subtraction, so traces stay exact."""

from __future__ import annotations

import numpy as np

from .base import Floats


def _pivots(up: Floats) -> Floats:
    """Pivots of the elimination from stage 1, (stages, elements), per unit of aqueous flow."""
    pivots = np.empty_like(up)
    stays = np.ones(up.shape[1])
    for stage, rate in enumerate(up):
        pivots[stage] = rate + stays
        stays = stays / pivots[stage]
    return pivots


def _solve(up: Floats, pivots: Floats, source: Floats) -> Floats:
    """x (stages, ..., elements) of (1 + up_n) x_n = x_(n+1) + up_(n-1) x_(n-1) + source_n."""
    gathered = np.empty_like(source)
    carried = np.zeros(source.shape[1:])
    for stage in range(len(up)):
        gathered[stage] = source[stage] + carried
        carried = gathered[stage] * (up[stage] / pivots[stage])
    x = np.empty_like(source)
    above = np.zeros(source.shape[1:])
    for stage in range(len(up) - 1, -1, -1):
        above = (above + gathered[stage]) / pivots[stage]
        x[stage] = above
    return x


def row_flows(up: Floats, aqueous_feed: Floats, organic_feed: Floats) -> Floats:
    """x in mol/L, (stages, elements), at the ratios `up` = O/A·D, (stages, elements), all feeds per aqueous flow.

    The aqueous feed enters the last stage, the organic feed the first, both (elements,). Each element closes to
    rounding whatever `up` is.

    >>> row_flows(np.ones((2, 1)), np.array([1.0]), np.array([0.0])).ravel().round(12).tolist()
    [0.333333333333, 0.666666666667]
    """
    source = np.zeros_like(up)
    source[0] += organic_feed
    source[-1] += aqueous_feed
    return _solve(up, _pivots(up), source)


def row_response(up: Floats, aqueous_feed: Floats, organic_feed: Floats) -> tuple[Floats, Floats]:
    """x (stages, elements) as `row_flows`, and dx_n/d ln up_m, (stages n, stages m, elements), mol/L.

    >>> x, by = row_response(np.array([[1.0]]), np.array([1.0]), np.array([0.0]))
    >>> float(x[0, 0]), float(by[0, 0, 0])
    (0.5, -0.25)
    """
    stages = len(up)
    source = np.zeros((stages, stages + 1, up.shape[1]))
    source[0, 0] += organic_feed
    source[-1, 0] += aqueous_feed
    source[np.arange(stages), np.arange(stages) + 1] = 1.0
    solved = _solve(up[:, None], _pivots(up)[:, None], source)
    x, green = solved[:, 0], solved[:, 1:]
    # More drawn up from stage m leaves it and enters stage m + 1; from the last it leaves the row.
    response = -green
    response[:, :-1] += green[:, 1:]
    return x, response * (up * x)
