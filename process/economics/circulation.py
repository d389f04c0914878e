"""How costs run through units and recycles: linear systems solved without a subtraction.

A unit passes each share of its cost on to another unit or out; the shares sum to 1. Eliminating one unit after the
other from what it passes on, never from 1 − x, keeps every digit however often a cost goes round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..sums import per_sample
from .pricebook import CostError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Circulation:
    """The eliminated tables of one chunk of samples: shares (samples, from, to) and pivots (samples, units)."""

    shares: Array
    pivots: Array

    @classmethod
    def of(cls, shares: Array, exits: Array) -> Circulation:
        """Eliminate units from the last to the first.

        `shares` (samples, from, to) is what each unit passes to each unit, `exits` (samples, units) what it sends out;
        shares to itself do not count. Raises `CostError` where costs cannot get out.
        """
        table, out = shares.copy(), exits.copy()
        pivots = np.empty_like(out)
        for k in range(table.shape[1] - 1, -1, -1):
            pivots[:, k] = per_sample(table[:, k, :k]) + out[:, k]
            if not np.all(pivots[:, k] > 0.0):
                raise CostError(
                    "costs run in a circle that no product leaves",
                    "let a product leave the loop, or mark its outlet as waste",
                )
            inward = table[:, :k, k] / pivots[:, k, None]
            table[:, :k, :k] += inward[:, :, None] * table[:, None, k, :k]
            out[:, :k] += inward * out[:, k, None]
        return cls(table, pivots)

    def totals(self, own: Array) -> Array:
        """All that passes each unit, own and from others, from what arises in it; shape (samples, units).

        >>> loop = Circulation.of(np.array([[[0.0, 1.0], [0.3, 0.0]]]), np.array([[0.0, 0.7]]))
        >>> loop.totals(np.array([[700.0, 0.0]])).round(9)
        array([[1000., 1000.]])
        """
        cost = own.copy()
        count = cost.shape[1]
        for k in range(count - 1, 0, -1):
            cost[:, :k] += (cost[:, k] / self.pivots[:, k])[:, None] * self.shares[:, k, :k]
        for k in range(count):
            cost[:, k] = (cost[:, k] + per_sample(cost[:, :k] * self.shares[:, :k, k])) / self.pivots[:, k]
        return cost

    def reach(self, wanted: Array) -> Array:
        """Share of what arises in each unit that ends in an outlet, from the units' shares to it; (samples, units).

        >>> loop = Circulation.of(np.array([[[0.0, 1.0], [0.3, 0.0]]]), np.array([[0.0, 0.7]]))
        >>> loop.reach(np.array([[0.0, 0.7]])).round(9)
        array([[1., 1.]])
        """
        share = wanted.copy()
        count = share.shape[1]
        for k in range(count - 1, 0, -1):
            share[:, :k] += self.shares[:, :k, k] * (share[:, k] / self.pivots[:, k])[:, None]
        for k in range(count):
            share[:, k] = (share[:, k] + per_sample(self.shares[:, k, :k] * share[:, :k])) / self.pivots[:, k]
        return share
