"""Spreads of a value: the distributions that a file may give, each in the value's canonical unit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal with this standard deviation, truncated to the physical range."""

    sd: float

    def range(self, nominal: float) -> tuple[float, float]:
        """Two standard deviations either side."""
        return nominal - 2.0 * self.sd, nominal + 2.0 * self.sd


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


Spread = Normal | Uniform | Triangular | Lognormal
