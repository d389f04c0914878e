"""What can go wrong in a solve."""

from __future__ import annotations

from ..plan import Position


class SolveError(ValueError):
    """A flowsheet that has no solution as it stands: which unit or stream, why, and what to change.

    `sample` is the row of a batch; `position` the place in the file that says so.
    """

    def __init__(self, place: str, reason: str, position: Position | None = None, sample: int = 0) -> None:
        self.place, self.reason, self.position, self.sample = place, reason, position, sample
        head = f"{position}: error: " if position is not None else ""
        super().__init__(f"{head}{place}: {reason}")
