"""The cheapest organic flow of a cut: more solvent or more stages, by a cost that the caller knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .design import CascadeDesign
from .errors import CascadeError

RATIOS = tuple(float(1.0 + step) for step in np.geomspace(0.01, 2.0, 14).round(4))
"""S over its minimum, to begin with: from nearly endless stages to three times the least flow."""
_REFINEMENTS = 3


@dataclass(frozen=True)
class Trial:
    """One design and its cost, in the unit of the cost function."""

    design: CascadeDesign
    cost: float


@dataclass(frozen=True)
class Economy:
    """All designs that were tried, by rising S, and the cheapest of them."""

    trials: tuple[Trial, ...]
    best: Trial


def cheapest(make: Callable[[float], CascadeDesign], cost: Callable[[CascadeDesign], float]) -> Economy:
    """The cheapest of the designs ``make(ratio)``, ratio = S over the Underwood minimum (1.01 to 3), dimensionless.

    Whole stages make the cost jagged: a coarse walk, then halved steps around its best. Designs that cannot be made
    are passed over; raises CascadeError, the last one's, where none can.

    >>> from didymium.cascade import design_cut
    >>> found = cheapest(lambda ratio: design_cut([0.5, 0.5], [1.0, 2.0], 1, 0.999, 0.999, flow_ratio=ratio),
    ...                  lambda made: made.extract_flow * made.stages)
    >>> found.best.design.stages, round(found.best.cost, 1)
    (33, 66.9)
    """
    trials: dict[float, Trial] = {}
    failed: CascadeError | None = None

    def attempt(ratio: float) -> None:
        nonlocal failed
        if ratio in trials:
            return
        try:
            made = make(ratio)
        except CascadeError as error:
            failed = error
            return
        trials[ratio] = Trial(made, cost(made))

    for ratio in RATIOS:
        attempt(ratio)
    if not trials:
        assert failed is not None
        raise failed
    for _ in range(_REFINEMENTS):
        known = sorted(trials)
        at = min(range(len(known)), key=lambda k: trials[known[k]].cost)
        for beside in (at - 1, at + 1):
            if 0 <= beside < len(known):
                attempt(float(1.0 + round(((known[at] - 1.0) * (known[beside] - 1.0)) ** 0.5, 5)))
    ranked = [trials[ratio] for ratio in sorted(trials)]
    return Economy(tuple(ranked), min(ranked, key=lambda trial: trial.cost))
