"""How much of an origin a product holds, by mass and by value, and what it takes to fall below a threshold.

A content threshold covers a product whose share is at or above it: the Chinese rule of October 2025 counts 0.1 % of
value "or more" (source `mofcom61`). To fall below, all of the origin's but what is permitted must come from elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Basis = Literal["value", "mass"]
THRESHOLD = 0.001
"""The share of value from which the Chinese rule of October 2025 covers a product made elsewhere (source mofcom61)."""
EXACT = 1e-12
"""Relative rounding within which a share counts as exactly at a threshold, and so as covered."""


@dataclass(frozen=True)
class Content:
    """What of one origin a product holds: t and USD by element; the product's own t and USD (NaN: nobody knows)."""

    origin: str
    tonnes: float
    usd: float
    element_t: Mapping[str, float]
    element_usd: Mapping[str, float]

    @property
    def mass(self) -> float:
        """t of the origin's elements per t of the product; 0 where there is no product."""
        return _share(math.fsum(self.element_t.values()), self.tonnes)

    @property
    def value(self) -> float:
        """USD of the origin's elements per USD of the product; NaN where either is unknown, 0 where it holds none."""
        return 0.0 if not self.element_t else _share(math.fsum(self.element_usd.values()), self.usd)

    def of(self, basis: Basis) -> float:
        """The share on a basis."""
        return self.value if basis == "value" else self.mass


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 or math.isnan(whole) else 0.0


def content(
    flow: Mapping[str, Mapping[str, float]], origin: str, tonnes: float, usd: float, prices: Mapping[str, float]
) -> Content:
    """The content of an origin in a product of `tonnes` t and `usd` USD.

    `flow` is t of each element by origin, `prices` USD per t of each element as its oxide. An element without a price
    makes the value unknown.

    >>> found = content({"Dy": {"china": 2.0, "us": 6.0}, "Nd": {"us": 90.0}}, "china", 300.0, 2e7, {"Dy": 3e5})
    >>> round(found.mass, 6), found.value
    (0.006667, 0.03)
    """
    held = {element: parts[origin] for element, parts in flow.items() if parts.get(origin, 0.0) > 0.0}
    worth = {element: t * prices.get(element, math.nan) for element, t in held.items()}
    return Content(origin, tonnes, usd, held, worth)


def covered(share: float, threshold: float = THRESHOLD) -> bool:
    """Whether a share is at or above a threshold; a share that is unknown (NaN) is not said to be.

    >>> covered(0.000999), covered(0.001), covered(0.001001)
    (False, True, True)
    """
    return share >= threshold * (1.0 - EXACT)


def relief(found: Content, threshold: float = THRESHOLD, basis: Basis = "value") -> dict[str, float]:
    """t of each element of the origin that must come from elsewhere for the share to fall to the threshold.

    Just more than that makes it fall below. By value what is dearest per t goes first, which is the fewest tonnes; by
    mass, where every t counts alike, the element of which there is most, which is the fewest elements. Empty where the
    product is not covered, or where its share is unknown.

    >>> found = content({"Dy": {"a": 2.0}, "Nd": {"a": 90.0}}, "a", 300.0, 2e7, {"Dy": 3e5, "Nd": 6e4})
    >>> relief(found, 0.27)
    {'Dy': 2.0}
    >>> {element: round(t, 3) for element, t in relief(found).items()}
    {'Dy': 2.0, 'Nd': 89.667}
    >>> {element: round(t, 3) for element, t in relief(found, basis="mass").items()}
    {'Nd': 90.0, 'Dy': 1.7}
    """
    if not covered(found.of(basis), threshold):
        return {}
    each = {e: found.element_usd[e] / t if basis == "value" else 1.0 for e, t in found.element_t.items()}
    over = math.fsum(found.element_t[e] * each[e] for e in each)
    over -= threshold * (found.usd if basis == "value" else found.tonnes)
    order = sorted(each, key=lambda e: (-each[e] if basis == "value" else -found.element_t[e], e))
    out: dict[str, float] = {}
    for element in order:
        if over <= 0.0 or each[element] <= 0.0:
            break
        out[element] = min(found.element_t[element], over / each[element])
        over -= out[element] * each[element]
    return out
