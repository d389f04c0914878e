"""What a stage of a plant can make in each calendar year: nameplate, availability and how far it has run up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..scenario import PlantStage
from .system import Array


def effective(stage: PlantStage, years: Sequence[int], delay: float = 0.0, built: bool = True) -> Array:
    """t/year that a stage can make in each calendar year, of what its capacity counts, shape (years,).

    Nameplate × availability × the mean over the calendar year of the ramp, whose first share holds for the first year
    after the start, the second for the next, and the last from then on; without a ramp it runs in full at once. The
    start slips by `delay` years, the stop does not. Nothing where the stage is not built.

    >>> from didymium.plan import Position
    >>> from didymium.quantities import Value
    >>> ramp = (Value(0.3), Value(0.6), Value(1.0))
    >>> works = PlantStage("metal", Value(1000.0), "NdPr", 2025.5, Position("", 1, 1), "us", ramp=ramp)
    >>> effective(works, range(2025, 2029)).round(6).tolist()
    [150.0, 450.0, 800.0, 1000.0]
    >>> effective(works, range(2025, 2029), delay=1.0).round(6).tolist()
    [0.0, 150.0, 450.0, 800.0]
    """
    first = np.asarray(years, dtype=float)
    if not built:
        return np.zeros_like(first)
    shares = [share.nominal for share in stage.ramp] or [1.0]
    start = stage.start + delay
    stop = np.inf if stage.stop is None else stage.stop
    running = np.zeros_like(first)
    for k, share in enumerate(shares):
        end = stop if k == len(shares) - 1 else min(start + k + 1, stop)
        running += share * np.maximum(np.minimum(first + 1.0, end) - np.maximum(first, start + k), 0.0)
    available = 1.0 if stage.availability is None else stage.availability.nominal
    # Parts of a year add up to one year but for rounding.
    return np.asarray(stage.capacity.nominal * available * np.minimum(running, max(shares)))
