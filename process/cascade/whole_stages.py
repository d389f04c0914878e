"""The smallest whole numbers of stages that meet all targets, by solving circuit after circuit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

Reach = Callable[[int, int], tuple[float, ...]]


class OutOfReach(Exception):
    """No circuit of up to ``stages`` meets the targets; ``reached`` is what the best of them gives."""

    def __init__(self, stages: int, reached: tuple[float, ...]) -> None:
        super().__init__(f"not reached with {stages} stages")
        self.stages, self.reached = stages, reached


@dataclass
class _Search:
    """Circuits met so far, and how far they clear their targets: ln of the impurity allowed over the one left."""

    reach: Reach
    want: tuple[float, ...]
    lean: float
    seen: dict[tuple[int, int], float] = field(default_factory=dict)

    def margin(self, total: int, n: int) -> float:
        if not 1 <= n <= total - 1:
            return -math.inf
        if (total, n) not in self.seen:
            got = self.reach(n, total - n)
            self.seen[total, n] = min(
                math.log((1.0 - w) / max(1.0 - g, 1e-300)) for g, w in zip(got, self.want, strict=True)
            )
        return self.seen[total, n]

    def top(self, total: int) -> tuple[bool, int]:
        """The best feed stage of a total, and whether it meets the targets."""
        n = min(max(round(total * self.lean), 1), total - 1)
        stride = max(1, total // 16)
        while True:
            side = max((self.margin(total, n - stride), n - stride), (self.margin(total, n + stride), n + stride))
            if side[0] > self.margin(total, n):
                n = side[1]
            elif stride > 1:
                stride //= 2
            else:
                self.lean = n / total
                return self.margin(total, n) >= 0.0, n


def smallest(reach: Reach, want: tuple[float, ...], first: tuple[float, float], most: int) -> tuple[int, int]:
    """The smallest n + m, then n, for which reach(n, m) gives all purities ``want`` (0..1), begun at ``first``.

    The flows fix the totals of the products, so purities rise and fall together: at a given n + m the margin has one
    top over n. Raises OutOfReach beyond ``most`` stages in all.
    """
    search = _Search(reach, want, first[0] / sum(first))
    total = min(max(2, math.ceil(sum(first)) - 1), most)
    fits, n = search.top(total)
    low = 1 if fits else total
    high = total
    stride = 1
    while not fits:
        if high >= most:
            raise OutOfReach(high, reach(n, high - n))
        low = high
        high = min(high + stride, most)
        stride *= 2
        fits, n = search.top(high)
    step = 1
    while low < high - 1:
        middle = max(low + 1, high - step) if low == 1 else (low + high) // 2
        step *= 2
        if search.top(middle)[0]:
            high = middle
        else:
            low = middle
    n = search.top(high)[1]
    while search.margin(high, n - 1) >= 0.0:
        n -= 1
    return n, high - n
