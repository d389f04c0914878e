"""A chunk of a run: draw its own slice of the design, solve it, keep the outputs. What a worker is handed pickles."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..flowsheet import Flowsheet, Result
from .attempts import Designs, Failure, attempt
from .factors import Factor
from .outputs import outputs
from .sampling import Method, draw

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """A plant as a run rates it: designed once at its own values, with the names of what is kept of each sample.

    `elements` are those of its recoveries, `names` those of the outputs, in order.
    """

    flowsheet: Flowsheet
    designs: Designs
    elements: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """All that a worker must know of a run: plants by name, what varies, and the design of the samples."""

    plants: Mapping[str, Setting]
    factors: tuple[Factor, ...]
    samples: int
    seed: int
    method: Method


@dataclass(frozen=True)
class Chunk:
    """Samples `start` to `stop` of a run, by plant: values of shape (stop − start, outputs), NaN where one failed.

    Failures count their samples from the start of the run.
    """

    start: int
    stop: int
    values: Mapping[str, Array]
    failures: Mapping[str, tuple[Failure, ...]]


def cut(samples: int, size: int) -> list[tuple[int, int]]:
    """Where each chunk starts and stops: by sample, whatever the number of workers.

    >>> cut(600, 256)
    [(0, 256), (256, 512), (512, 600)]
    """
    return [(start, min(start + size, samples)) for start in range(0, samples, size)]


def packed(task: object) -> bytes:
    """A task as bytes that `done` takes, here or in another process."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = {**copyreg.dispatch_table, MappingProxyType: _reduced}
    pickler.dump(task)
    return buffer.getvalue()


def _reduced(view: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    """Read-only views do not pickle by themselves."""
    return read_only, (dict(view),)


def read_only(table: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A table that nobody changes."""
    return MappingProxyType(table)


@lru_cache(maxsize=2)
def _unpacked(task: bytes) -> Task:
    found = pickle.loads(task)
    assert isinstance(found, Task)
    return found


def done(task: bytes, start: int, stop: int) -> Chunk:
    """Solve one chunk, on one thread of BLAS: what a worker calls. The task is unpacked once in each process."""
    with one_thread():
        return solved(_unpacked(task), start, stop)


def solved(task: Task, start: int, stop: int) -> Chunk:
    """Draw and solve samples `start` to `stop`."""
    drawn = draw(task.factors, start, stop, task.seed, task.method, task.samples)
    values: dict[str, Array] = {}
    failures: dict[str, tuple[Failure, ...]] = {}
    for name, plant in task.plants.items():
        out = np.full((stop - start, len(plant.names)), np.nan)
        given = drawn.get(name) or {"operating_hours": _hours(plant.flowsheet, stop - start)}
        found = attempt(plant.flowsheet, given, plant.designs, lambda result, of=plant: _read(result, of))  # type: ignore[misc]
        if found.read is not None:
            out[found.rows] = found.read
        values[name] = out
        failures[name] = tuple(Failure(start + one.index, one.unit, one.reason, one.position) for one in found.failures)
    return Chunk(start, stop, values, failures)


def _hours(flowsheet: Flowsheet, samples: int) -> Array:
    """What stands in for samples of a plant in which nothing varies."""
    return np.full(samples, flowsheet.plan.hours_per_year.nominal)


def _read(result: Result, of: Setting) -> Array:
    found = outputs(result, of.elements)
    none = np.full(result.solution.samples, np.nan)
    return np.stack([found.get(name, none) for name in of.names], axis=1)


def one_thread() -> AbstractContextManager[Any]:
    """BLAS on one thread, where threadpoolctl is there to say so: results must not depend on how many there are."""
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits


def joined(chunks: Sequence[Chunk], plant: str) -> Array:
    """The values of one plant over chunks in order, shape (samples, outputs)."""
    return np.concatenate([chunk.values[plant] for chunk in chunks])
