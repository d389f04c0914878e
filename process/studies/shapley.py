"""Shapley values of products of factors: what each factor has done to a difference, whatever their order.

A cost that is a product of factors, one of each cause, changes from Π a to Π b. The Shapley value of a cause is the
mean of what it adds over every order in which the causes may change. For a product it needs no list of orders: with
the multilinear extension of the game (Owen, Management Science 18 (1972) P64), it is an integral of a polynomial,

    φ_i = (b_i − a_i) ∫₀¹ Π_{j≠i} ((1 − t) a_j + t b_j) dt,

which Gauss-Legendre points give exactly. The sum over i is Π b − Π a, since the integrand is then a derivative.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def of_product(before: Sequence[Array], after: Sequence[Array]) -> list[Array]:
    """Shapley values of the factors of a product that goes from Π before to Π after; each of shape (samples,).

    They sum to the difference. A factor that stays the same has exactly 0. Zeros and negative factors are welcome.

    Two factors that go from 2 × 3 to 4 × 5: the first adds (4 − 2) × (3 + 5)/2 = 8, the second (5 − 3) × (2 + 4)/2 = 6.

    >>> of_product([np.array([2.0]), np.array([3.0])], [np.array([4.0]), np.array([5.0])])
    [array([8.]), array([6.])]
    """
    moved = [k for k, (a, b) in enumerate(zip(before, after, strict=True)) if np.any(a != b)]
    shape = np.broadcast_shapes(*(np.shape(one) for one in (*before, *after))) or (1,)
    still = np.ones(shape)
    for k in sorted(set(range(len(before))) - set(moved)):
        still = still * before[k]
    out = [np.zeros(shape) for _ in before]
    # n points integrate polynomials up to degree 2n − 1; the degree here is one less than the number of factors.
    points, weights = np.polynomial.legendre.leggauss(max(1, (len(moved) + 1) // 2))
    for point, weight in zip((points + 1.0) / 2.0, weights / 2.0, strict=True):
        between = {k: (1.0 - point) * before[k] + point * after[k] for k in moved}
        for k in moved:
            others = still * weight
            for j in moved:
                if j != k:
                    others = others * between[j]
            out[k] = out[k] + (after[k] - before[k]) * others
    return out
