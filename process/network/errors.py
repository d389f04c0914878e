"""What can go wrong in a solve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..plan import Position


@dataclass(frozen=True)
class Refusal:
    """Why one sample has no solution: its row in the batch, the unit or feed at fault (or empty), and the reason."""

    sample: int
    unit: str
    reason: str
    position: Position | None = None


class SolveError(ValueError):
    """A flowsheet that has no solution as it stands: which unit or stream, why, and what to change.

    `sample` is the row of a batch; `position` the place in the file that says so. `refusals` are all samples that are
    known to have none, for what reason each.
    """

    def __init__(
        self,
        place: str,
        reason: str,
        position: Position | None = None,
        sample: int = 0,
        refusals: Iterable[Refusal] = (),
    ) -> None:
        self.place, self.reason, self.position, self.sample = place, reason, position, sample
        self.refusals = tuple(refusals) or (Refusal(sample, place, reason, position),)
        head = f"{position}: error: " if position is not None else ""
        super().__init__(f"{head}{place}: {reason}")
