"""Values that several sources found, brought together with the scatter that is between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from ..models.base import Floats


@dataclass(frozen=True, eq=False)
class Combined:
    """Common values (p,) and their covariance (p, p); `weights` (p, c) make them from those of the sources.

    `variance` is that between sources, `degrees` how many values there are beyond those sought.
    """

    values: Floats
    covariance: Floats
    weights: Floats
    variance: float
    degrees: int


def combined(found: Floats, covariance: Floats, design: Floats, scatter: Floats) -> Combined:
    """Common values of what sources found, (c,), with its covariance (c, c), by a random effect of the source.

    found = design·values + errors + effects; effects have the covariance `variance`·scatter (c, c). The variance is
    that of Paule and Mandel: the weighted squares then add up to their degrees of freedom; 0 where they are below
    that anyway. Needs more found than sought. Source: Paule and Mandel, J. Res. NBS 87, 377 (1982); DerSimonian and
    Kacker, Contemp. Clin. Trials 28, 105 (2007).

    >>> done = combined(np.array([-2.0, -2.5]), 1e-4 * np.eye(2), np.ones((2, 1)), np.eye(2))
    >>> done.values.round(6).tolist(), round(done.variance**0.5, 4)
    ([-2.25], 0.3534)
    """
    degrees = len(found) - design.shape[1]

    def at(variance: float) -> tuple[Floats, Floats, Floats, float]:
        inverse = np.linalg.pinv(covariance + variance * scatter, hermitian=True)
        spread = np.asarray(np.linalg.inv(design.T @ inverse @ design), dtype=np.float64)
        weights = spread @ design.T @ inverse
        values = weights @ found
        off = found - design @ values
        return values, spread, weights, float(off @ inverse @ off)

    variance = 0.0
    largest = float(np.abs(found).max()) + 1.0
    least = 1e-12 * largest**2
    if at(least)[3] > degrees:
        variance = float(brentq(lambda v: at(v)[3] - degrees, least, 1e4 * largest**2, xtol=1e-14, rtol=1e-10))
    values, spread, weights, _ = at(max(variance, least))
    return Combined(values, spread, weights, variance, degrees)
