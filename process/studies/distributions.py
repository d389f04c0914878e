"""Distributions of uncertain numbers, drawn by inversion: from a value of a file, or from a figure of the data.

All are bounded to what is physically possible, exactly: a draw is the quantile of the truncated distribution, so every
quantile between 0 and 1 gives a finite number inside the bounds, and a larger quantile never a smaller number.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from ..data import Fact
from ..quantities import Normal, Triangular, Uniform, Value
from ..spreads import LEAST_MASS

Array = NDArray[np.float64]

LOG_RATIO = 4.0
"""A figure of the data whose highest value is more than this many times its lowest is triangular in its logarithm."""


class DistributionError(ValueError):
    """A distribution that nothing can be drawn from: `reason` says why, `remedy` what to write."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy

    def __reduce__(self) -> tuple[type[DistributionError], tuple[str, str]]:
        return DistributionError, (self.reason, self.remedy)


class Distribution(ABC):
    """One uncertain number between `low` and `high`, in the unit of its value."""

    low: float
    high: float

    @abstractmethod
    def _quantile(self, u: Array) -> Array:
        """The number below which a share `u` lies, before rounding is held to the bounds."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Array:
        """Share, 0..1, of the draws at or below `x`."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The mean of all draws."""

    def ppf(self, u: ArrayLike) -> Array:
        """The numbers at quantiles `u`, above 0 and below 1; any shape.

        >>> TriangularOver(0.0, 1.0, 4.0).ppf([0.25, 1.0 - 1e-12]).round(6)
        array([1.      , 3.999997])
        """
        share = np.asarray(u, dtype=np.float64, order="C")
        return np.clip(self._quantile(share), self.low, self.high)


@dataclass(frozen=True, slots=True)
class UniformOver(Distribution):
    """Equally likely between two bounds."""

    low: float
    high: float

    def _quantile(self, u: Array) -> Array:
        return self.low + u * (self.high - self.low)

    def cdf(self, x: ArrayLike) -> Array:
        """Share, 0..1, of the draws at or below `x`."""
        return np.clip((np.asarray(x, dtype=float) - self.low) / (self.high - self.low), 0.0, 1.0)

    @property
    def mean(self) -> float:
        """The mean of all draws."""
        return 0.5 * (self.low + self.high)


@dataclass(frozen=True, slots=True)
class TriangularOver(Distribution):
    """Most likely at `mode`, which may be an end, and never outside the two bounds."""

    low: float
    mode: float
    high: float

    def _quantile(self, u: Array) -> Array:
        width, left = self.high - self.low, self.mode - self.low
        right = self.high - self.mode
        # Each side from its own end, so that numbers near an end keep their digits.
        return np.where(
            u * width < left,
            self.low + np.sqrt(u * width * left),
            self.high - np.sqrt((1.0 - u) * width * right),
        )

    def cdf(self, x: ArrayLike) -> Array:
        """Share, 0..1, of the draws at or below `x`."""
        at = np.clip(np.asarray(x, dtype=float), self.low, self.high)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        below = (at - self.low) ** 2 / (width * (left or 1.0))
        above = 1.0 - (self.high - at) ** 2 / (width * (right or 1.0))
        return np.asarray(np.where(at < self.mode, below, above))

    @property
    def mean(self) -> float:
        """The mean of all draws.

        >>> TriangularOver(0.0, 1.0, 5.0).mean
        2.0
        """
        return (self.low + self.mode + self.high) / 3.0


@dataclass(frozen=True, slots=True)
class LogTriangularOver(Distribution):
    """Triangular in the logarithm, for positive numbers known to an order of magnitude; `mode` is where that peaks."""

    low: float
    mode: float
    high: float

    def _logarithm(self) -> TriangularOver:
        return TriangularOver(math.log(self.low), math.log(self.mode), math.log(self.high))

    def _quantile(self, u: Array) -> Array:
        return np.asarray(np.exp(self._logarithm()._quantile(u)))

    def cdf(self, x: ArrayLike) -> Array:
        """Share, 0..1, of the draws at or below `x`."""
        return self._logarithm().cdf(np.log(np.clip(np.asarray(x, dtype=float), self.low, self.high)))

    @property
    def mean(self) -> float:
        """The mean of all draws: of e^t over a triangle in t.

        >>> round(LogTriangularOver(1.0, math.e, math.e**2).mean, 6)
        2.952492
        """
        t = self._logarithm()
        left, right, width = t.mode - t.low, t.high - t.mode, t.high - t.low
        return self.mode * (left * _ramp(-left) + right * _ramp(right)) / width


def _ramp(length: float) -> float:
    """Mean of e^s over a triangle of density that falls from its peak at s = 0 to nothing at s = `length`."""
    if abs(length) < 1e-3:
        return 1.0 + length / 3.0 + length**2 / 12.0 + length**3 / 60.0
    return 2.0 * (math.expm1(length) - length) / length**2


@dataclass(frozen=True, slots=True)
class NormalWithin(Distribution):
    """Normal about `centre` with standard deviation `sd`, truncated to the bounds, either of which may be infinite."""

    centre: float
    sd: float
    low: float = -math.inf
    high: float = math.inf

    def _bounds(self) -> tuple[float, float]:
        return (self.low - self.centre) / self.sd, (self.high - self.centre) / self.sd

    def _quantile(self, u: Array) -> Array:
        return self.centre + self.sd * _normal_quantile(u, *self._bounds())

    def cdf(self, x: ArrayLike) -> Array:
        """Share, 0..1, of the draws at or below `x`."""
        at = np.clip(np.asarray(x, dtype=float), self.low, self.high)
        return _normal_share((at - self.centre) / self.sd, *self._bounds())

    @property
    def mean(self) -> float:
        """The mean of all draws; a bound on one side moves it to the other.

        >>> round(NormalWithin(0.0, 1.0, low=0.0).mean, 6)
        0.797885
        """
        a, b = self._bounds()
        return self.centre + self.sd * (_density(a) - _density(b)) / float(ndtr(b) - ndtr(a))


@dataclass(frozen=True, slots=True)
class LognormalWithin(Distribution):
    """Lognormal about `median` with geometric standard deviation `gsd`, truncated to the bounds."""

    median: float
    gsd: float
    low: float = 0.0
    high: float = math.inf

    def _bounds(self) -> tuple[float, float]:
        sd = math.log(self.gsd)
        low = math.log(self.low / self.median) / sd if self.low > 0.0 else -math.inf
        return low, math.log(self.high / self.median) / sd if self.high < math.inf else math.inf

    def _quantile(self, u: Array) -> Array:
        return self.median * np.exp(math.log(self.gsd) * _normal_quantile(u, *self._bounds()))

    def cdf(self, x: ArrayLike) -> Array:
        """Share, 0..1, of the draws at or below `x`."""
        at = np.clip(np.asarray(x, dtype=float), max(self.low, 5e-324), self.high)
        return _normal_share(np.log(at / self.median) / math.log(self.gsd), *self._bounds())

    @property
    def mean(self) -> float:
        """The mean of all draws.

        >>> round(LognormalWithin(12.0, 1.3).mean / 12.0, 6)
        1.035017
        """
        s, (a, b) = math.log(self.gsd), self._bounds()
        inside = float(ndtr(b) - ndtr(a))
        return self.median * math.exp(0.5 * s * s) * float(ndtr(b - s) - ndtr(a - s)) / inside


def _density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) if math.isfinite(z) else 0.0


def _normal_quantile(u: Array, a: float, b: float) -> Array:
    """Quantiles of a standard normal truncated to [a, b]; each half from its own tail, so that both keep digits."""
    lower = ndtri(ndtr(a) + u * (ndtr(b) - ndtr(a)))
    upper = -ndtri(ndtr(-b) + (1.0 - u) * (ndtr(-a) - ndtr(-b)))
    return np.asarray(np.where(u < 0.5, lower, upper))


def _normal_share(z: Array, a: float, b: float) -> Array:
    return np.asarray(np.clip((ndtr(z) - ndtr(a)) / (ndtr(b) - ndtr(a)), 0.0, 1.0))


def of_value(value: Value) -> Distribution | None:
    """The distribution of a value of a file inside its physical bounds; None where it states no spread.

    ± is normal with that standard deviation, `to` uniform, `from … to` triangular with the value as mode, ×÷ lognormal
    with the value as median. Raises DistributionError where next to nothing of it is physically possible.
    """
    spread = value.spread
    if spread is None:
        return None
    low = -math.inf if value.lower is None else float(value.lower)
    high = math.inf if value.upper is None else float(value.upper)
    if isinstance(spread, Uniform | Triangular):
        if spread.low < low or spread.high > high:
            raise DistributionError(
                f"the range of {value} reaches beyond {low:g} to {high:g}", "give a range that is physically possible"
            )
        if isinstance(spread, Uniform):
            return UniformOver(spread.low, spread.high)
        return TriangularOver(spread.low, value.nominal, spread.high)
    if spread.inside(value.nominal, low, high) < LEAST_MASS:
        raise DistributionError(f"next to nothing of {value} lies between {low:g} and {high:g}", "narrow its spread")
    if isinstance(spread, Normal):
        return NormalWithin(value.nominal, spread.sd, low, high)
    return LognormalWithin(value.nominal, spread.gsd, max(low, 0.0), high)


def of_fact(fact: Fact) -> Distribution | None:
    """The distribution of a figure of the data: its lowest and highest are the full range, its value the mode.

    Triangular; in the logarithm where the range spans more than `LOG_RATIO` and is positive. None where the figure has
    no range. Raises DistributionError where the value lies outside of it.

    >>> of_fact(Fact(100.0, 30.0, 300.0, "USD/t", 2024, "assumed", "low"))
    LogTriangularOver(low=30.0, mode=100.0, high=300.0)
    >>> of_fact(Fact(0.2, 0.2, 0.2, "1", 2024, "assumed", "low")) is None
    True
    """
    if not fact.low <= fact.value <= fact.high:
        raise DistributionError(
            f"{fact.value:g} {fact.unit} lies outside of its own range, {fact.low:g} to {fact.high:g}",
            "mend the row of the data",
        )
    if fact.low == fact.high:
        return None
    if fact.low > 0.0 and fact.high > LOG_RATIO * fact.low:
        return LogTriangularOver(fact.low, fact.value, fact.high)
    return TriangularOver(fact.low, fact.value, fact.high)
