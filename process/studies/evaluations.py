"""A plant as a function: numbers of its file and of the data in, numbers that people ask about out, many cases at once.

Studies of what moves a result take any such function, a test's formula as well as a flowsheet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..flowsheet import Result
from ..quantities import suggestion
from .attempts import attempt, designs_of
from .outputs import elements, outputs

Array = NDArray[np.float64]

CHUNK = 256
"""Cases that are solved together; what else a solve knows is forgotten before the next."""


class StudyError(ValueError):
    """A study that tells nothing: `reason` says why, `remedy` what to change."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy

    def __reduce__(self) -> tuple[type[StudyError], tuple[str, str]]:
        return StudyError, (self.reason, self.remedy)


class OutputUnknown(StudyError):
    """A number that was asked for and that the plant does not have."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that could not be solved, which unit refused it, and why."""

    index: int
    unit: str
    reason: str


@dataclass(frozen=True)
class Evaluations:
    """Outputs by name, shape (cases,), NaN where the case could not be solved; and the cases that could not."""

    values: Mapping[str, Array]
    failures: tuple[Failed, ...] = ()

    def of(self, output: str) -> Array:
        """One output, shape (cases,). Raises OutputUnknown, with what there is."""
        if output not in self.values:
            near = suggestion(output, self.values)
            known = ", ".join(name for name in self.values if name.count(".") == 1)
            raise OutputUnknown(f"no output {output!r}{near}", "" if near else f"there is {known} and parts of these")
        return self.values[output]


Model = Callable[[Mapping[str, Array]], Evaluations]
"""Values by path, shape (cases,), to outputs."""


def model(result: Result) -> Model:
    """The flowsheet of a result at its own values as such a function; the plant stays designed as it is there.

    It raises StudyError where no case at all can be solved.
    """
    flowsheet, designs, carried = result.flowsheet, designs_of(result), elements(result)

    def evaluated(changes: Mapping[str, Array]) -> Evaluations:
        cases = len(next(iter(changes.values())))
        values: dict[str, Array] = {}
        failures: list[Failed] = []
        for start in range(0, cases, CHUNK):
            part = {path: one[start : start + CHUNK] for path, one in changes.items()}
            tried = attempt(flowsheet, part, designs, lambda solved: outputs(solved, carried))
            failures += [Failed(start + one.index, one.unit, one.reason) for one in tried.failures]
            for name, found in (tried.read or {}).items():
                values.setdefault(name, np.full(cases, np.nan))[start + tried.rows] = found
        if not values:
            first = failures[0]
            raise StudyError(f"none of {cases} cases can be solved; {first.unit}: {first.reason}", "narrow the spreads")
        return Evaluations(values, tuple(failures))

    return evaluated
