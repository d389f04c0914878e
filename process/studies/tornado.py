"""What moves a result most: each factor by itself at its 5th and 95th percentile, all others as written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .evaluations import Evaluations, Model, StudyError
from .factors import Factor

Array = NDArray[np.float64]

LOW, HIGH = 0.05, 0.95
"""Quantiles that a factor is put at."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A factor with the output at its low and its high quantile, NaN where that case could not be solved.

    `swing` is the most less the least of both and of the output as written; `share` its square over the sum of all
    squares, which is the factor's part of the variance if the output were linear.
    """

    factor: Factor
    at_low: float
    at_high: float
    swing: float
    share: float


@dataclass(frozen=True, slots=True)
class Unsolved:
    """A factor at one of its ends where the plant cannot be solved."""

    factor: Factor
    quantile: float
    unit: str
    reason: str


@dataclass(frozen=True)
class Tornado:
    """Every factor one at a time: case 0 is the plant as written, then each factor's low and high case in turn."""

    factors: tuple[Factor, ...]
    evaluations: Evaluations

    @property
    def cases(self) -> int:
        """How many cases were solved or tried."""
        return 1 + 2 * len(self.factors)

    @property
    def unsolved(self) -> tuple[Unsolved, ...]:
        """The factors that cannot be put at one of their ends."""
        return tuple(
            Unsolved(self.factors[(one.index - 1) // 2], (HIGH, LOW)[one.index % 2], one.unit, one.reason)
            for one in self.evaluations.failures
            if one.index
        )

    def nominal(self, output: str) -> float:
        """An output of the plant as written."""
        return float(self.evaluations.of(output)[0])

    def bars(self, output: str) -> tuple[Bar, ...]:
        """The factors by how far they move an output, the most first; those that cannot be solved at an end count by
        the other. Raises OutputUnknown, and StudyError where the output has no value as written."""
        values = self.evaluations.of(output)
        nominal = float(values[0])
        if not math.isfinite(nominal):
            raise StudyError(f"{output} has no value for the plant as written", "ask for another output")
        ends = values[1:].reshape(-1, 2)
        known = np.where(np.isfinite(ends), ends, nominal)
        swings = np.maximum(known.max(axis=1), nominal) - np.minimum(known.min(axis=1), nominal)
        whole = float(np.square(swings).sum())
        shares = np.square(swings) / whole if whole > 0.0 else np.zeros_like(swings)
        order = np.argsort(-swings, kind="stable")
        return tuple(
            Bar(self.factors[i], float(ends[i, 0]), float(ends[i, 1]), float(swings[i]), float(shares[i]))
            for i in order
        )


def tornado(factors: Sequence[Factor], model: Model) -> Tornado:
    """All factors of one plant, one at a time, as one batch of 2 × factors + 1 cases.

    Raises StudyError where nothing varies.
    """
    if not factors:
        raise StudyError("nothing varies: no value has a spread, and no figure of the data a range", "give spreads")
    changes: dict[str, Array] = {}
    for number, factor in enumerate(factors):
        for member in factor.members:
            column = np.full(1 + 2 * len(factors), member.nominal)
            column[1 + 2 * number : 3 + 2 * number] = member.at([LOW, HIGH])
            changes[member.path] = column
    return Tornado(tuple(factors), model(changes))
