"""The least organic flow of a cut through many elements: what endless stages would need."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..sums import per_sample

Floats = NDArray[np.float64]

_HALVINGS = 120


def least_extract_flow(feed: ArrayLike, beta: ArrayLike, cut_index: int, extract: ArrayLike) -> Floats:
    """Least organic flow S, mol per mol of feed, (cases,), at which endless stages make a cut (Underwood).

    ``feed`` and ``extract`` are (cases, elements): mole fractions fed, and mol of each that the extract takes per mol
    of feed; ``beta`` (elements,) or (cases, elements), rising; elements from ``cut_index`` on are extracted. With one
    theta between the betas of the pair at the cut, Σ βz/(β − θ) = 0 for the feed and Σ βd/(β − θ) = S for the extract.
    Limits: constant flows and separation factors; only the pair at the cut stands in both products; each side holds
    something. Source: Underwood (1948), the organic in place of the vapour and an aqueous feed in that of a boiling
    liquid.

    >>> least_extract_flow([[0.5, 0.5]], [1.0, 2.0], 1, [[0.0, 0.5]]).round(6)  # f + 1/(beta - 1)
    array([1.5])
    >>> least_extract_flow([[0.25, 0.25, 0.25, 0.25]], [1.0, 4.0, 6.0, 24.0], 2, [[0, 0, 0.25, 0.25]]).round(4)
    array([1.4745])
    """
    z = np.asarray(feed, dtype=np.float64)
    d = np.asarray(extract, dtype=np.float64)
    b = np.broadcast_to(np.asarray(beta, dtype=np.float64), z.shape)
    there = z > 0.0
    light, heavy = there.copy(), there.copy()
    light[:, cut_index:] = False
    heavy[:, :cut_index] = False
    low = np.where(light, b, 0.0).max(axis=1)
    high = np.where(heavy, b, np.inf).min(axis=1)

    def total(of: Floats, theta: Floats) -> Floats:
        gap = b - theta[:, None]
        return per_sample(np.divide(b * of, gap, out=np.zeros_like(gap), where=there & (gap != 0.0)))

    for _ in range(_HALVINGS):
        theta = 0.5 * (low + high)
        below = total(z, theta) < 0.0
        low, high = np.where(below, theta, low), np.where(below, high, theta)
    return total(d, 0.5 * (low + high))
