"""Spreads of a value: the distributions that a file may give, each in the value's canonical unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

LEAST_MASS = 1e-6
"""Of a distribution less than this must not be all that is physically possible: nothing could be drawn from the rest.
"""


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal with this standard deviation, truncated to the physical range."""

    sd: float

    def range(self, nominal: float) -> tuple[float, float]:
        """Two standard deviations either side."""
        return nominal - 2.0 * self.sd, nominal + 2.0 * self.sd

    def inside(self, nominal: float, lower: float, upper: float) -> float:
        """Share, 0..1, of the distribution that lies between two bounds.

        >>> round(Normal(0.05).inside(1.0, 0.0, 1.0), 6)
        0.5
        """
        return _normal((lower - nominal) / self.sd, (upper - nominal) / self.sd)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Equally likely between two bounds."""

    low: float
    high: float

    def range(self, nominal: float) -> tuple[float, float]:
        """The two bounds."""
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Triangular:
    """Most likely at the nominal, never outside the two bounds."""

    low: float
    high: float

    def range(self, nominal: float) -> tuple[float, float]:
        """The two bounds."""
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal about the nominal as median, with this geometric standard deviation."""

    gsd: float

    def range(self, nominal: float) -> tuple[float, float]:
        """Two geometric standard deviations either side."""
        return nominal / self.gsd**2, nominal * self.gsd**2

    def inside(self, nominal: float, lower: float, upper: float) -> float:
        """Share, 0..1, of the distribution that lies between two bounds."""
        sd = math.log(self.gsd)
        low, high = (math.log(bound / nominal) / sd if bound > 0.0 else -math.inf for bound in (lower, upper))
        return _normal(low, high)


def _normal(a: float, b: float) -> float:
    """Share of a standard normal between two numbers."""
    return 0.5 * (math.erf(b / math.sqrt(2.0)) - math.erf(a / math.sqrt(2.0)))


Spread = Normal | Uniform | Triangular | Lognormal
