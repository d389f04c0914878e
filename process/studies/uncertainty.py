"""Many samples of one plant or several: how far every cost, recovery and target may move, and who is cheaper how often.

All numbers that have a spread vary at once, and every sample is solved in full. Chunks are cut by sample, so that the
answer has the same bits for any number of workers and any executor.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..flowsheet import Flowsheet, Result
from . import executors
from .attempts import Failure, designs_of, figures_of
from .checkpoint import Checkpoint
from .chunks import Chunk, Setting, Task, cut, done, packed
from .factors import Factor, factors
from .outputs import elements, outputs
from .sampling import Method, draw, quantiles

Array = NDArray[np.float64]

CHUNK = 256
"""Samples of a chunk: a second or two of work."""
MOST = 10_000_000
"""Samples of a run."""
LOW, HIGH = 5.0, 95.0
"""Percentiles of a band that 90 % lie within."""
LEAST_VALUES = 10
"""Values below which a band has no percentiles: the 5th of fewer is the lowest of them or nearly so."""
RANKED = 16_384
"""Samples that rank correlations are found from, the first ones of a run."""


class UncertaintyError(ValueError):
    """A run that cannot be made as asked: `reason` says why, `remedy` what to change."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy


@dataclass(frozen=True)
class Band:
    """Where an output lies, in its unit: 5th, 50th and 95th percentile, mean and standard deviation, and its value at
    the plant's own values.

    They are of the samples that are solved and have the output, which are `samples`: one that is solved may have none,
    as there is no rate of return where money is only spent. A band of fewer than are solved speaks of those alone;
    `Uncertainty.probability` counts the others too. Percentiles are NaN below `LEAST_VALUES`, and all is with no value.
    A few samples may carry mean and deviation, as of a net present value at hardly any discount: trust the median.
    """

    low: float
    median: float
    high: float
    mean: float
    sd: float
    nominal: float
    samples: int


@dataclass(frozen=True)
class Driver:
    """How an output follows a factor: rank correlation, −1 to 1."""

    factor: str
    correlation: float


@dataclass(frozen=True)
class Reason:
    """How many samples failed for one reason, and the first of them."""

    samples: int
    first: Failure


_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Uncertainty:
    """A finished run. `outputs[plant][name]` has shape (samples,), NaN where the sample failed.

    `failures[plant]` are the samples that did, each with its reason; `inputs` gives their values again. `nominal` is
    every output at the plant's own values.
    """

    plants: tuple[str, ...]
    samples: int
    seed: int
    method: Method
    factors: tuple[Factor, ...]
    outputs: Mapping[str, Mapping[str, Array]]
    failures: Mapping[str, tuple[Failure, ...]]
    nominal: Mapping[str, Mapping[str, float]]
    flowsheets: tuple[Flowsheet, ...]

    def solved(self, plant: str | None = None) -> NDArray[np.bool_]:
        """Which samples of a plant, or of the first, are solved, shape (samples,)."""
        of = self.plants[0] if plant is None else plant
        out = np.ones(self.samples, dtype=bool)
        out[[one.index for one in self.failures[of]]] = False
        return out

    def band(self, name: str, plant: str | None = None) -> Band:
        """The band of an output, of the first plant where none is named, over the solved samples that have it.

        Raises KeyError for an output that there is not.
        """
        of = self.plants[0] if plant is None else plant
        values = self.outputs[of][name]
        known = values[np.isfinite(values)]
        nominal = self.nominal[of][name]
        if not len(known):
            return Band(np.nan, np.nan, np.nan, np.nan, np.nan, nominal, 0)
        low = median = high = np.nan
        if len(known) >= LEAST_VALUES:
            low, median, high = (float(one) for one in np.percentile(known, (LOW, 50.0, HIGH)))
        with np.errstate(over="ignore"):  # values near the largest number have an infinite mean
            sd = float(known.std(ddof=1)) if len(known) > 1 else 0.0
            return Band(low, median, high, float(known.mean()), sd, nominal, len(known))

    def probability(
        self, name: str, plant: str | None = None, *, at_least: float | None = None, at_most: float | None = None
    ) -> float:
        """Share of the solved samples, 0..1, in which an output has a value and lies within bounds.

        A solved sample without a value lies within none: a plant that never pays back is not back in ten years, and
        without any bound this is the share that has a value. NaN where no sample is solved.
        """
        of = self.plants[0] if plant is None else plant
        solved = self.outputs[of][name][self.solved(of)]
        inside = ~np.isnan(solved)
        if at_least is not None:
            inside &= solved >= at_least
        if at_most is not None:
            inside &= solved <= at_most
        return float(inside.mean()) if len(solved) else float("nan")

    def holds(self, number: int, plant: str | None = None) -> float:
        """Share of the solved samples, 0..1, in which the file's target of this number, from 1, is met."""
        return self.probability(f"target.{number}.met", plant, at_least=0.5)

    def lower(self, name: str, plant: str, other: str) -> float:
        """Share of the samples, 0..1, in which an output is lower in one plant than in the other; ties count half.

        The samples of both are paired: a price of the data is the same in both. Those in which either failed, or has no
        such value, are left out (`paired` are the others); NaN where none is left.
        """
        both = self._both(name, plant, other)
        if not both.any():
            return float("nan")
        here, there = self.outputs[plant][name][both], self.outputs[other][name][both]
        return float((np.sign(there - here).mean() + 1.0) / 2.0)

    def paired(self, name: str, plant: str, other: str) -> int:
        """How many samples have an output in both plants: those that `lower` compares."""
        return int(self._both(name, plant, other).sum())

    def _both(self, name: str, plant: str, other: str) -> NDArray[np.bool_]:
        return np.isfinite(self.outputs[plant][name]) & np.isfinite(self.outputs[other][name])

    def drivers(self, name: str, plant: str | None = None, most: int = 10) -> tuple[Driver, ...]:
        """The factors that an output follows most, by Spearman's rank correlation over the first `RANKED` samples.

        A hint, not a share of variance: `didymium sensitivity` gives these. None where fewer than ten are solved.
        """
        of = self.plants[0] if plant is None else plant
        values = self.outputs[of][name][:RANKED]
        known = np.isfinite(values)
        if known.sum() < 10 or np.ptp(values[known]) == 0.0:
            return ()
        shares = self._shares[known]
        wanted = _ranks(values[known])
        found = []
        for factor, column in zip(self.factors, shares.T, strict=True):
            if any(member.plant == of for member in factor.members):
                against = -1.0 if factor.members[0].against else 1.0
                found.append(Driver(factor.name, against * float(np.mean(wanted * _ranks(column)))))
        return tuple(sorted(found, key=lambda one: -abs(one.correlation))[:most])

    @cached_property
    def _shares(self) -> Array:
        """Quantiles of the samples that are ranked, shape (samples, factors): the same for every output."""
        ranked = min(self.samples, RANKED)
        return quantiles(len(self.factors), 0, ranked, self.seed, self.method, self.samples)

    def reasons(self, plant: str) -> tuple[Reason, ...]:
        """Why samples of a plant failed, the commonest reason first; reasons that differ in numbers alone are one."""
        found: dict[tuple[str, str], list[Failure]] = {}
        for failure in self.failures[plant]:
            found.setdefault((failure.unit, _NUMBER.sub("#", failure.reason)), []).append(failure)
        return tuple(Reason(len(each), each[0]) for each in sorted(found.values(), key=lambda each: -len(each)))

    def inputs(self, plant: str, index: int) -> Mapping[str, float]:
        """What a sample was solved at: every number that varies in a plant, by path, in the unit of its value."""
        drawn = draw(self.factors, index, index + 1, self.seed, self.method, self.samples)
        return {path: float(value[0]) for path, value in drawn.get(plant, {}).items()}

    def __repr__(self) -> str:
        failed = sum(len(found) for found in self.failures.values())
        return (
            f"<Uncertainty of {', '.join(self.plants)}: {self.samples} samples, seed {self.seed}, "
            f"{len(self.factors)} factors, {failed} failed>"
        )


def _ranks(values: Array) -> Array:
    """Ranks with mean 0 and variance 1; equal values share the mean of theirs."""
    from scipy.stats import rankdata

    ranks = rankdata(values)
    ranks -= ranks.mean()
    return np.asarray(ranks / (ranks.std() or 1.0))


Progress = Callable[[int, int], None]


def uncertainty(
    flowsheets: Flowsheet | Sequence[Flowsheet],
    samples: int,
    seed: int = 1,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    folder: str | Path | None = None,
    chunk: int = CHUNK,
    method: Method = "latin",
    changes: Mapping[str, str] = MappingProxyType({}),
    on_progress: Progress | None = None,
) -> Uncertainty:
    """Solve flowsheets at random values of all that has a spread, in their files and in the data.

    `method` is a Latin hypercube; of hundreds of factors Sobol' points leave columns that go together before there are
    some thousands of samples. `workers` processes, as many as there are processors where not said, and this one alone
    for 1; or the Dask cluster
    of a `scheduler`; or any `executor`. With a `folder` finished chunks are kept there, and a run that was cut short
    goes on; `changes` are what the flowsheets were loaded with, to tell one run from another. `on_progress` is told
    how many samples are finished, of how many. A script that calls this with several workers needs
    `if __name__ == "__main__":`, for every process reads it.

    Raises UncertaintyError, CheckpointError, ExecutorError, FactorError, and SolveError or CostError where a plant
    cannot run at its own values.
    """
    plants = (flowsheets,) if isinstance(flowsheets, Flowsheet) else tuple(flowsheets)
    _check(plants, samples, seed, chunk, workers)
    results = {plant.name: plant.solve() for plant in plants}
    task, nominal = _task(plants, results, samples, seed, method)
    keep = None
    if folder is not None:
        keep = Checkpoint(Path(folder), _identity(task, nominal, chunk, changes))
        keep.open()
    spans = dict(enumerate(cut(samples, chunk)))
    values = {name: np.full((samples, len(plant.names)), np.nan) for name, plant in task.plants.items()}
    failures: dict[str, list[Failure]] = {name: [] for name in task.plants}
    finished = 0

    def take(found: Chunk) -> None:
        nonlocal finished
        for name in task.plants:
            values[name][found.start : found.stop] = found.values[name]
            failures[name] += found.failures[name]
        finished += found.stop - found.start
        if on_progress is not None:
            on_progress(finished, samples)

    for number, span in list(spans.items()):
        held = keep.load(number, *span) if keep is not None else None
        if held is not None:
            take(held)
            del spans[number]
    if spans:
        numbers = {span: number for number, span in spans.items()}
        with ExitStack() as stack:
            answers = _answers(stack, packed(task), list(numbers), workers, scheduler, executor)
            for found in answers:
                if keep is not None:
                    keep.save(numbers[found.start, found.stop], found)
                take(found)
    return Uncertainty(
        plants=tuple(task.plants),
        samples=samples,
        seed=seed,
        method=method,
        factors=task.factors,
        outputs={name: dict(zip(plant.names, values[name].T, strict=True)) for name, plant in task.plants.items()},
        failures={name: tuple(sorted(found, key=lambda one: one.index)) for name, found in failures.items()},
        nominal=nominal,
        flowsheets=plants,
    )


def _check(plants: Sequence[Flowsheet], samples: int, seed: int, chunk: int, workers: int | None) -> None:
    if not plants:
        raise UncertaintyError("no flowsheet is given", "name one or more")
    if not 1 <= samples <= MOST:
        raise UncertaintyError(f"{samples} samples cannot be drawn", f"ask for 1 to {MOST:,}, such as 1000")
    if seed < 0:
        raise UncertaintyError(f"the seed {seed} is below 0", "give a whole number from 0 up")
    if chunk < 1:
        raise UncertaintyError(f"chunks of {chunk} samples hold nothing", f"give 1 or more, such as {CHUNK}")
    if workers is not None and workers < 1:
        raise UncertaintyError(f"{workers} workers do nothing", "give 1 or more")


def _task(
    plants: Sequence[Flowsheet], results: Mapping[str, Result], samples: int, seed: int, method: Method
) -> tuple[Task, dict[str, dict[str, float]]]:
    varied = factors(plants, {name: figures_of(result) for name, result in results.items()})
    settings, nominal = {}, {}
    for plant in plants:
        result = results[plant.name]
        of = elements(result)
        found = outputs(result, of)
        settings[plant.name] = Setting(plant, designs_of(result), of, tuple(found))
        nominal[plant.name] = {name: float(value[0]) for name, value in found.items()}
    return Task(settings, varied, samples, seed, method), nominal


def _identity(
    task: Task, nominal: Mapping[str, Mapping[str, float]], chunk: int, changes: Mapping[str, str]
) -> dict[str, Any]:
    """What makes a run this one: two with the same identity have the same samples and the same answers."""
    from .. import __version__

    said = "\n".join(repr(factor) for factor in task.factors)
    return {
        "version": __version__,
        "samples": task.samples,
        "seed": task.seed,
        "method": task.method,
        "chunk": chunk,
        "inputs_sha256": {name: plant.flowsheet.plan.sha256 for name, plant in task.plants.items()},
        "changes": dict(changes),
        "factors": [factor.name for factor in task.factors],
        "ranges_sha256": hashlib.sha256(said.encode()).hexdigest(),
        "outputs": {name: list(plant.names) for name, plant in task.plants.items()},
        "own_values_sha256": {
            name: hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest() for name, found in nominal.items()
        },
    }


def _answers(
    stack: ExitStack,
    task: bytes,
    spans: Sequence[tuple[int, int]],
    workers: int | None,
    scheduler: str | None,
    executor: Executor | None,
) -> Iterator[Chunk]:
    calls = [(task, start, stop) for start, stop in spans]
    if executor is not None:
        return executors.each(done, calls, executor, workers or executors.processors())
    if scheduler is not None:
        many, threads, look = stack.enter_context(executors.cluster(scheduler))
        return executors.each(done, calls, many, threads, look)
    count = min(workers or executors.processors(), len(calls))
    if count == 1:
        return (done(*call) for call in calls)
    return executors.each(done, calls, stack.enter_context(executors.processes(count)), count)
