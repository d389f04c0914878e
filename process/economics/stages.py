"""The stages of a solved flowsheet, and how what a stage costs is spread over its units."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ..network.solution import Solution
from ..plan import STAGES
from ..supply.capacity import added, counted

Array = NDArray[np.float64]

NO_EQUIPMENT = ("mixer", "splitter")
"""Kinds that bear no labour and no capital of their own."""


def spread(solution: Solution, stage: str, among: Collection[str] | None = None) -> dict[str, Array]:
    """Shares of a stage's labour and capital by unit, shape (samples,), sum 1.

    In proportion to the rare-earth oxides that enter each unit; evenly where none do. Mixers and splitters bear none
    unless the stage has nothing else. `among` leaves out all units but these.
    """
    units = [unit for unit in solution.units.values() if unit.stage == stage and (among is None or unit.name in among)]
    real = [unit for unit in units if unit.kind not in NO_EQUIPMENT] or units
    entering = [
        added((counted(solution.streams[name], "REO") for name in unit.inlets.values()), solution.samples)
        for unit in real
    ]
    total = added(entering, solution.samples)
    even = np.full_like(total, 1.0 / len(real))
    shares = [np.divide(one, total, out=even.copy(), where=total > 0) for one in entering]
    return {unit.name: share for unit, share in zip(real, shares, strict=True)}


def stages_of(solution: Solution) -> list[str]:
    """The stages that have units, ore first."""
    return [stage for stage in STAGES if any(unit.stage == stage for unit in solution.units.values())]


def kinds_of(solution: Solution, stage: str) -> frozenset[str]:
    """The kinds of unit that a stage has."""
    return frozenset(unit.kind for unit in solution.units.values() if unit.stage == stage)
