"""What becomes of each rare earth of a stream: the share of its worth that is lost because it is sold mixed at last.

For each element, a unit sends what it holds to its outlets, and those to other units or out; of what leaves as a mixed
product a share of its price is lost. Units are eliminated one after the other, as in `circulation`, without a
subtraction; samples and elements are treated one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Edge:
    """An outlet of a unit: its worth by element, shape (samples, elements), the unit that takes it or None.

    `lost` is the share of its worth that a product loses, shape (samples,); it does not count where a unit takes it.
    """

    source: int
    taker: int | None
    worth: Array
    lost: Array


def losses(edges: Sequence[Edge], units: int, shape: tuple[int, int]) -> list[Array]:
    """Share of each element's worth that is lost of all that a unit makes, by unit, shape (samples, elements).

    0 where a unit makes none of an element, or only what runs in a circle.
    """
    total = [np.zeros(shape) for _ in range(units)]
    for edge in edges:
        total[edge.source] = total[edge.source] + edge.worth
    passed: list[dict[int, Array]] = [{} for _ in range(units)]
    exits, wanted = ([np.zeros(shape) for _ in range(units)] for _ in range(2))
    for edge in edges:
        unit, whole = edge.source, total[edge.source]
        share = np.divide(edge.worth, whole, out=np.zeros(shape), where=whole > 0.0)
        if edge.taker is None:
            exits[unit] = exits[unit] + share
            wanted[unit] = wanted[unit] + share * edge.lost[:, None]
        elif edge.taker != unit:
            passed[unit][edge.taker] = passed[unit].get(edge.taker, 0.0) + share
    pivots = [np.zeros(shape)] * units
    for k in range(units - 1, -1, -1):
        onward = {j: share for j, share in passed[k].items() if j < k}
        passed[k] = onward
        pivots[k] = exits[k]
        for share in onward.values():
            pivots[k] = pivots[k] + share
        for i in range(k):
            if k not in passed[i]:
                continue
            inward = _over(passed[i].pop(k), pivots[k])
            for j, share in onward.items():
                if j != i:
                    passed[i][j] = passed[i].get(j, 0.0) + inward * share
            exits[i] = exits[i] + inward * exits[k]
            wanted[i] = wanted[i] + inward * wanted[k]
    out: list[Array] = []
    for k in range(units):
        found = wanted[k]
        for j, share in passed[k].items():
            found = found + share * out[j]
        out.append(_over(found, pivots[k]))
    return out


def _over(amount: Array, whole: Array) -> Array:
    return np.divide(amount, whole, out=np.zeros_like(whole), where=whole > 0.0)
