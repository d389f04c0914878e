"""How long a designed circuit takes to come on grade: from total reflux, and without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..cascade import CascadeError, CascadeResult
from ..cascade.startup import HoldUp, StartUp, matching_fill, start_up

WAYS = ("reflux", "matched", "normal")
"""Ways to start: at total reflux until both ends are on grade, filled with the feed or with the composition that the
circuit will hold at rest; or filled with the feed, which is on at once."""


@dataclass(frozen=True)
class Starts:
    """Start-ups of one circuit by way; `failed` holds the sentence of a way that never came on grade.

    `nearly` is when each is within 1.1 times the impurity allowed. Times in h.
    """

    runs: Mapping[str, StartUp]
    nearly: Mapping[str, float]
    failed: Mapping[str, str]

    @property
    def quickest(self) -> str | None:
        """The way that is on grade first; None where none is."""
        return min(self.runs, key=lambda way: self.runs[way].time_to_specification, default=None)


NEAR = 1.1
"""Times the impurity allowed: how near a product must be to count as nearly on grade."""


def nearly(run: StartUp, allowed: Mapping[str, tuple[tuple[str, ...], float]]) -> float:
    """h until all products stay within 1.1 times the impurity allowed, from when they are drawn.

    A circuit designed to the last stage comes to its specification in a long tail; this is when that begins to matter
    no more.
    """
    last = run.opening_time
    for outlet, (group, purity) in allowed.items():
        others = [k for k, name in enumerate(run.elements) if name not in group]
        rows = run.raffinate if outlet == "raffinate" else run.extract
        over = rows[:, others].sum(axis=1) > NEAR * (1.0 - purity)
        if over.any():
            at = int(over.nonzero()[0][-1]) + 1
            last = max(last, float(run.times[min(at, len(run.times) - 1)]))
    return last


def starts_of(
    solved: CascadeResult, times: tuple[float, float], specification: Mapping[str, tuple[tuple[str, ...], float]]
) -> Starts:
    """All starts of a solved circuit with flows in kmol/h; `times` are mixing and settling in h."""
    cascade = solved.cascade
    wanted: dict[str | int, tuple[tuple[str, ...], float]] = dict(specification.items())
    hold_up = HoldUp.of_times(cascade, mixing=times[0], settling=times[1])
    runs, failed = {}, {}
    for way in WAYS:
        try:
            initial = matching_fill(cascade, hold_up, solved) if way == "matched" else None
            start = "normal" if way == "normal" else "reflux"
            runs[way] = start_up(cascade, hold_up, wanted, start=start, initial=initial)
        except CascadeError as error:
            failed[way] = str(error)
    return Starts(runs, {way: nearly(run, specification) for way, run in runs.items()}, failed)
