"""How likely a gap is, year by year, when announced plants start late or are never built.

Every sample draws the fate of each plant and solves the whole chain anew. Chunks are cut by sample, so that the answer
has the same bits for any number of workers.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..scenario import Objective, Scenario
from ..supply import gaps, requirement
from ..supply.chain import build
from ..supply.program import Infeasible, Levels, SolverError, solve
from ..supply.yields import StageYield
from . import executors
from .attempts import Failure
from .checkpoint import Checkpoint
from .chunks import Chunk, cut, one_thread, packed
from .distributions import DistributionError
from .gap import flowsheets, unsolved
from .sampling import Method, quantiles
from .slips import Fares, SlippingPlant, factors, fares, slipping
from .uncertainty import HIGH, LEAST_VALUES, LOW, UncertaintyError
from .yield_tables import yield_tables

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Tables = Mapping[str, Mapping[str, StageYield]]

CHUNK = 8
"""Samples of a chunk: some seconds of work."""
MOST = 100_000
"""Samples of a run."""
SHORT = 1e-3
"""What is short by less than this share of what is asked is no gap."""
UNMET, WORST = "unmet", "worst"
"""Outputs: t/year of magnets that the focus does not get; the largest share of any of its demands that is unmet."""
ENOUGH = 5
"""Samples of either kind below which plants built and not built are not compared."""


@dataclass(frozen=True)
class GapBand:
    """An output by year, shape (years,) each: percentiles, mean, and where plants fare as the file says."""

    low: Array
    median: Array
    high: Array
    mean: Array
    nominal: Array


@dataclass(frozen=True)
class PlantInfluence:
    """What the slip of one plant does to the unmet demand, t/year of magnets in the mean of all years.

    `correlation` is Spearman's between how late it is (never: latest of all) and unmet demand, −1..1. `not_built` is
    mean unmet demand where it is not built less that where it is, NaN where one of them is rare. `built` is the share
    of samples in which it is, 0..1, `delay` its mean delay there in years.
    """

    plant: str
    owner: str
    correlation: float
    not_built: float
    built: float
    delay: float


@dataclass(frozen=True, repr=False)
class GapUncertainty:
    """A finished run. `outputs` has shape (samples, years) by name, NaN where the sample has no solution.

    Names are `unmet`, `worst` and `gap.STAGE.ITEM` (t/year that the focus needs beyond its effective capacity).
    `asked` is what each is a share of, shape (years,). `fates` says how plants fare in every sample.
    """

    scenario: Scenario
    objective: Objective
    samples: int
    seed: int
    method: Method
    outputs: Mapping[str, Array]
    nominal: Mapping[str, Array]
    asked: Mapping[str, Array]
    failures: tuple[Failure, ...]
    fates: Fares = field(compare=False)

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years."""
        return self.scenario.years

    @cached_property
    def solved(self) -> Flags:
        """Which samples have a solution, shape (samples,)."""
        out = np.ones(self.samples, dtype=bool)
        out[[one.index for one in self.failures]] = False
        return out

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """The stages and items that have a row in the gap table."""
        names = [name.split(".") for name in self.outputs if name.startswith("gap.")]
        return tuple((stage, item) for _, stage, item in names)

    def probability(self, stage: str = "", item: str = "") -> Array:
        """Share of the solved samples with a gap, 0..1, shape (years,); NaN where none is solved.

        Of any demand of the focus where neither is named; else of capacity at a stage, of an item, or of both: a gap of
        any item at the stage, of the item at any stage. Raises KeyError for what has no row.
        """
        if not self.solved.any():
            return np.full(len(self.years), np.nan)
        if not stage and not item:
            return np.asarray((self.outputs[WORST][self.solved] > SHORT).mean(axis=0))
        wanted = [row for row in self.rows if stage in ("", row[0]) and item in ("", row[1])]
        if not wanted:
            raise KeyError((stage, item))
        short = np.zeros((int(self.solved.sum()), len(self.years)), dtype=bool)
        for row in wanted:
            name = f"gap.{row[0]}.{row[1]}"
            gap = self.outputs[name][self.solved]
            # No amount is enough where a stage passes nothing on.
            short |= (gap > SHORT * self.asked[name]) | np.isinf(gap)
        return np.asarray(short.mean(axis=0))

    def unmet_probability(self, share: float = SHORT) -> Array:
        """Share of the solved samples, 0..1, in which more than a share of the magnets is unmet, shape (years,)."""
        if not self.solved.any():
            return np.full(len(self.years), np.nan)
        asked = self.asked[UNMET]
        return np.asarray(((self.outputs[UNMET][self.solved] > share * asked) & (asked > 0.0)).mean(axis=0))

    def error(self, probability: Array) -> Array:
        """Standard error of probabilities from this many samples, shape (years,)."""
        return np.asarray(np.sqrt(probability * (1.0 - probability) / max(int(self.solved.sum()), 1)))

    def band(self, name: str = UNMET) -> GapBand:
        """Where an output lies by year, over the solved samples; percentiles are NaN below `LEAST_VALUES` of them."""
        values = self.outputs[name][self.solved]
        none = np.full(len(self.years), np.nan)
        low = median = high = none
        if len(values) >= LEAST_VALUES:
            low, median, high = np.percentile(values, (LOW, 50.0, HIGH), axis=0)
        mean = np.array([float(np.mean(column)) for column in values.T]) if len(values) else none
        return GapBand(low, median, high, mean, self.nominal[name])

    def influences(self) -> tuple[PlantInfluence, ...]:
        """The plants whose slip matters, the one that unmet demand follows most first."""
        from scipy.stats import rankdata

        late = self.fates.lateness()[self.solved]
        unmet = self.outputs[UNMET][self.solved].mean(axis=1)
        out = []
        for plant, column in zip(self.fates.plants, late.T, strict=True):
            built = np.isfinite(column)
            both = min(int(built.sum()), int((~built).sum())) >= ENOUGH
            out.append(
                PlantInfluence(
                    plant=plant.name,
                    owner=plant.owner,
                    correlation=_follows(rankdata(column), rankdata(unmet)),
                    not_built=float(unmet[~built].mean() - unmet[built].mean()) if both else float("nan"),
                    built=float(built.mean()) if len(column) else float("nan"),
                    delay=float(column[built].mean()) if built.any() else float("nan"),
                )
            )
        return tuple(sorted(out, key=lambda one: -abs(one.correlation)))

    def __repr__(self) -> str:
        return (
            f"<GapUncertainty of {self.scenario.name}: {self.samples} samples, seed {self.seed}, "
            f"{len(self.fates.plants)} plants slip, {len(self.failures)} failed>"
        )


def _follows(one: Array, other: Array) -> float:
    """Correlation of two rankings, −1..1; 0 where either does not vary."""
    a, b = one - one.mean() if len(one) else one, other - other.mean() if len(other) else other
    scale = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / scale if scale > 0.0 else 0.0


@dataclass(frozen=True)
class Task:
    """All that a worker must know of a run."""

    scenario: Scenario
    tables: Tables
    objective: Objective
    plants: tuple[SlippingPlant, ...]
    names: tuple[str, ...]
    samples: int
    seed: int
    method: Method

    def fates(self, start: int, stop: int) -> Fares:
        """How plants fare in samples `start` to `stop`."""
        count = len(factors(self.plants))
        return fares(self.plants, quantiles(count, start, stop, self.seed, self.method, self.samples))


def gap_uncertainty(
    scenario: Scenario,
    samples: int,
    seed: int = 1,
    *,
    objective: Objective | None = None,
    tables: Tables | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    folder: str | Path | None = None,
    chunk: int = CHUNK,
    method: Method = "latin",
    changes: Mapping[str, str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> GapUncertainty:
    """Solve a scenario at random delays of its plants, each of which is built or not.

    `tables` are the yields of its flowsheets, where they are known already. `workers` processes, as many as there are
    processors where not said, and this one alone for 1; or the Dask cluster of a `scheduler`; or any `executor`. With a
    `folder` finished chunks are kept there, and a run that was cut short goes on; `changes` are what the scenario was
    loaded with, to tell one run from another. `on_progress` is told how many samples are finished, of how many.

    Raises UncertaintyError for what cannot be run, GapError where nothing satisfies the scenario as written,
    CheckpointError, ExecutorError, and what loading or solving a flowsheet raises.
    """
    plants = slipping(scenario)
    _check(scenario, plants, samples, seed, chunk, workers)
    aim = objective or scenario.objective
    known = yield_tables(flowsheets(scenario)) if tables is None else tables
    nominal, asked = _as_written(scenario, known, aim)
    task = Task(scenario, known, aim, plants, tuple(nominal), samples, seed, method)
    try:
        fates = task.fates(0, samples)
    except DistributionError as error:
        raise UncertaintyError(error.reason, error.remedy) from None
    keep = None
    if folder is not None:
        keep = Checkpoint(Path(folder), _identity(task, nominal, chunk, changes or {}))
        keep.open()
    years = len(scenario.years)
    values = np.full((samples, len(nominal) * years), np.nan)
    failures: list[Failure] = []
    finished = 0

    def take(found: Chunk) -> None:
        nonlocal finished
        values[found.start : found.stop] = found.values[scenario.name]
        failures.extend(found.failures[scenario.name])
        finished += found.stop - found.start
        if on_progress is not None:
            on_progress(finished, samples)

    spans = dict(enumerate(cut(samples, chunk)))
    for number, span in list(spans.items()):
        held = keep.load(number, *span) if keep is not None else None
        if held is not None:
            take(held)
            del spans[number]
    if spans:
        numbers = {span: number for number, span in spans.items()}
        with ExitStack() as stack:
            for found in _answers(stack, task, list(numbers), workers, scheduler, executor):
                if keep is not None:
                    keep.save(numbers[found.start, found.stop], found)
                take(found)
    table = values.reshape(samples, len(nominal), years)
    return GapUncertainty(
        scenario=scenario,
        objective=aim,
        samples=samples,
        seed=seed,
        method=method,
        outputs={name: np.ascontiguousarray(table[:, i]) for i, name in enumerate(nominal)},
        nominal=nominal,
        asked=asked,
        failures=tuple(sorted(failures, key=lambda one: one.index)),
        fates=fates,
    )


def _check(
    scenario: Scenario,
    plants: tuple[SlippingPlant, ...],
    samples: int,
    seed: int,
    chunk: int,
    workers: int | None,
) -> None:
    if not 1 <= samples <= MOST:
        raise UncertaintyError(f"{samples} samples cannot be drawn", f"ask for 1 to {MOST:,}, such as 200")
    if seed < 0:
        raise UncertaintyError(f"the seed {seed} is below 0", "give a whole number from 0 up")
    if chunk < 1:
        raise UncertaintyError(f"chunks of {chunk} samples hold nothing", f"give 1 or more, such as {CHUNK}")
    if workers is not None and workers < 1:
        raise UncertaintyError(f"{workers} workers do nothing", "give 1 or more")
    if not plants:
        raise UncertaintyError(
            f"no plant of {scenario.name} may be late or fail",
            "give `slips:` by status, or a plant's stage a `delay:` with a range or a `success:` below 100 %",
        )


def _as_written(scenario: Scenario, tables: Tables, objective: Objective) -> tuple[dict[str, Array], dict[str, Array]]:
    """Every output where plants fare as the file says, and what it is a share of."""
    try:
        system = build(scenario, tables)  # licences are a share of what a program of its own finds
        levels = solve(system, objective)
    except (Infeasible, SolverError) as error:
        raise unsolved(scenario, error) from error
    required = requirement.needed(scenario, system, tables)
    found = _outputs(scenario, levels, tables)
    asked = {f"gap.{stage}.{item}": tonnes for (stage, item), tonnes in required.needed.items()}
    asked[UNMET], asked[WORST] = _magnets(scenario, levels), np.ones(len(scenario.years))
    kept = {name: values for name, values in found.items() if name in (UNMET, WORST) or _needed(asked, name)}
    return kept, {name: asked[name] for name in kept}


def _needed(asked: Mapping[str, Array], name: str) -> bool:
    return name in asked and bool(asked[name].any())


def _magnets(scenario: Scenario, levels: Levels) -> Array:
    """t/year of magnets that the focus asks for, shape (years,)."""
    out = np.zeros(len(scenario.years))
    for need in levels.system.needs:
        if need.region in scenario.focus and need.good.startswith("magnet:"):
            out += need.tonnes
    return out


def _outputs(scenario: Scenario, levels: Levels, tables: Tables) -> dict[str, Array]:
    """What is kept of one solution, by name, shape (years,)."""
    unmet, worst = np.zeros(len(scenario.years)), np.zeros(len(scenario.years))
    for need, short in zip(levels.system.needs, levels.unmet, strict=True):
        if need.region in scenario.focus:
            share = np.divide(short, need.tonnes, out=np.zeros_like(short), where=need.tonnes > 0.0)
            worst = np.maximum(worst, share)
            if need.good.startswith("magnet:"):
                unmet += short
    required = requirement.needed(scenario, levels.system, tables)
    rows = gaps.table(scenario, levels, required)
    return {UNMET: unmet, WORST: worst, **{f"gap.{one.stage}.{one.item}": one.gap for one in rows}}


@lru_cache(maxsize=2)
def _unpacked(task: bytes) -> Task:
    found = pickle.loads(task)
    assert isinstance(found, Task)
    return found


def done(task: bytes, start: int, stop: int) -> Chunk:
    """Solve one chunk: what a worker calls. The task is unpacked once in each process."""
    with one_thread():
        return solved(_unpacked(task), start, stop)


def solved(task: Task, start: int, stop: int) -> Chunk:
    """Draw and solve samples `start` to `stop`; one that has no solution fails with its reason."""
    scenario, fates = task.scenario, task.fates(start, stop)
    years = len(scenario.years)
    values = np.full((stop - start, len(task.names) * years), np.nan)
    failures = []
    for sample in range(stop - start):
        try:
            levels = solve(build(scenario, task.tables, fates.slips(sample)), task.objective)
        except (Infeasible, SolverError) as error:
            failures.append(Failure(start + sample, "", str(error), scenario.position))
            continue
        found = _outputs(scenario, levels, task.tables)
        values[sample] = np.concatenate([found.get(name, np.zeros(years)) for name in task.names])
    return Chunk(start, stop, {scenario.name: values}, {scenario.name: tuple(failures)})


def _identity(task: Task, nominal: Mapping[str, Array], chunk: int, changes: Mapping[str, str]) -> dict[str, Any]:
    """What makes a run this one: two with the same identity have the same samples and the same answers."""
    from .. import __version__

    scenario = task.scenario
    said = "\n".join(repr((one.name, stage.delay, stage.success)) for one in task.plants for stage in one.stages)
    known = repr([(name, stage) for name, table in task.tables.items() for stage in table.values()])
    own = repr([(name, values.tolist()) for name, values in nominal.items()])
    return {
        "version": __version__,
        "samples": task.samples,
        "seed": task.seed,
        "method": task.method,
        "chunk": chunk,
        "objective": task.objective,
        "inputs_sha256": {scenario.name: scenario.sha256},
        "changes": dict(changes),
        "factors": list(factors(task.plants)),
        "ranges_sha256": hashlib.sha256(said.encode()).hexdigest(),
        "outputs": {scenario.name: [f"{name}.{year}" for name in task.names for year in scenario.years]},
        "own_values_sha256": {scenario.name: hashlib.sha256((own + known).encode()).hexdigest()},
    }


def _answers(
    stack: ExitStack,
    task: Task,
    spans: list[tuple[int, int]],
    workers: int | None,
    scheduler: str | None,
    executor: Executor | None,
) -> Iterator[Chunk]:
    if executor is None and scheduler is None:
        count = min(workers or executors.processors(), len(spans))
        if count == 1:
            return (solved(task, *span) for span in spans)
        executor, threads, look = stack.enter_context(executors.processes(count)), count, None
    elif executor is not None:
        threads, look = workers or executors.processors(), None
    else:
        assert scheduler is not None
        executor, threads, look = stack.enter_context(executors.cluster(scheduler))
    bytes_of = packed(task)
    return executors.each(done, [(bytes_of, *span) for span in spans], executor, threads, look)
