"""A flowsheet at many samples, some of which cannot run: what is solved, and why each of the others is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data import Fact
from ..economics.cost import cost
from ..economics.figures import HEAD
from ..economics.pricebook import CostError
from ..flowsheet import Flowsheet, Result
from ..network.solver import attempt as solve_what_can_be
from ..plan import Position
from ..supply.capacity import capacity

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Designs = Mapping[str, Mapping[str, Any]]
T = TypeVar("T")

HOURS = "operating_hours"


@dataclass(frozen=True)
class Failure:
    """A sample without an answer: its row among those tried, the unit at fault (empty where none is) and the reason."""

    index: int
    unit: str
    reason: str
    position: Position | None = None


@dataclass(frozen=True)
class Attempt(Generic[T]):
    """What came of some samples: `read` is what was made of those that are solved, in the order of `rows`.

    Every sample is either in `rows` or among `failures`; `result` and `read` are None where none is solved.
    """

    result: Result | None
    rows: Indices
    failures: tuple[Failure, ...]
    read: T | None


def designs_of(result: Result) -> Designs:
    """The designs of a plant solved at its own values, to hand to `attempt`."""
    return {unit.name: unit.design for unit in result.solution.units.values() if unit.design}


def attempt(
    flowsheet: Flowsheet,
    samples: Mapping[str, ArrayLike],
    designs: Designs | None = None,
    read: Callable[[Result], T] | None = None,
) -> Attempt[T]:
    """Solve a flowsheet at samples by path, shape (samples,), as `Flowsheet.solve` does, without those that have no
    solution.

    The others have the same bits as if those had never been there. `read` makes what is wanted of the result; what it
    cannot make of a sample counts as a failure too. With `designs` of the plant as written (`designs_of`) it is not
    solved again, and figures of the data are taken to be its own. Raises SolveError where the plant cannot run at its
    own values, KeyError for a path that nobody knows, ValueError for samples of different numbers.
    """
    changes = {path: np.atleast_1d(np.asarray(values, dtype=float)) for path, values in samples.items()}
    counts = {values.shape for values in changes.values()}
    if len(counts) != 1 or len(next(iter(counts))) != 1:
        raise ValueError("every changed value needs the same number of samples")
    if designs is None:
        own = flowsheet.solve()
        designs = designs_of(own)
        _known(own, changes)
    trial = _Trial(flowsheet, changes, designs, read)
    rows = np.arange(next(iter(counts))[0], dtype=np.intp)
    try:
        return trial.of(rows)
    except ERRORS:
        failures = tuple(sorted(trial.failures(rows), key=lambda one: one.index))
        left = np.setdiff1d(rows, [one.index for one in failures])
        if not failures:
            raise
        if not len(left):
            return Attempt(None, left, failures, None)
        again = trial.of(left)
        return Attempt(again.result, again.rows, tuple(sorted((*failures, *again.failures), key=_index)), again.read)


ERRORS = (ValueError, ArithmeticError, RuntimeError, AssertionError)
"""What a sample may end in beside a refusal of the solver: no cost, a value out of its bounds, or a slip of ours, which
must be told with its sample and not cost all others their answer."""


def _index(failure: Failure) -> int:
    return failure.index


def _known(own: Result, changes: Mapping[str, Array]) -> None:
    """Raises KeyError for a figure of the data that the plant as written does not rest on."""
    figures = {path for path in changes if path.startswith(HEAD)} - set(figures_of(own))
    if figures:
        raise KeyError(f"no cost here rests on {min(figures)!r}")


def figures_of(result: Result) -> dict[str, Fact]:
    """Every figure of the data that costs and finance of a plant rest on, by path."""
    out = dict(result.cost.figures)
    with suppress(CostError):  # a product without a price: no finance
        out |= result.finance.figures
    return out


@dataclass(frozen=True)
class _Trial(Generic[T]):
    flowsheet: Flowsheet
    changes: Mapping[str, Array]
    designs: Designs
    read: Callable[[Result], T] | None

    def of(self, rows: Indices) -> Attempt[T]:
        """Solve some of the samples; failures of money, and any slip, are raised."""
        changes = {path: values[rows] for path, values in self.changes.items()}
        physics = {path: values for path, values in changes.items() if not path.startswith(HEAD)}
        if len(physics) < len(changes):
            physics.setdefault(HOURS, np.full(len(rows), self.flowsheet.plan.hours_per_year.nominal))
        solution, solved, refusals = solve_what_can_be(self.flowsheet.plan, physics, self.designs)
        failures = tuple(Failure(int(rows[one.sample]), one.unit, one.reason, one.position) for one in refusals)
        if solution is None:
            return Attempt(None, rows[:0], failures, None)
        kept = {path: values[solved] for path, values in changes.items()}
        costs = cost(solution, kept, lenient=True)
        result = Result(self.flowsheet, solution, costs, capacity(solution, kept), kept)
        return Attempt(result, rows[solved], failures, None if self.read is None else self.read(result))

    def failures(self, rows: Indices) -> Iterator[Failure]:
        """The samples that fail, by halves."""
        try:
            yield from self.of(rows).failures
        except ERRORS as error:
            if len(rows) > 1:
                middle = len(rows) // 2
                yield from self.failures(rows[:middle])
                yield from self.failures(rows[middle:])
                return
            known = isinstance(error, CostError) or type(error) is ValueError
            yield Failure(int(rows[0]), "", str(error) if known else f"{type(error).__name__}: {error}")
