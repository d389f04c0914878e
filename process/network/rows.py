"""Some of the samples of a batch: of parameters, and of what a unit does with its inlets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..operations.balance import Outcome
from ..operations.details import Details

Indices = NDArray[np.intp]


def pick(item: Any, rows: Indices) -> Any:
    """The parameters of some samples."""
    if isinstance(item, np.ndarray):
        return item[rows]
    if isinstance(item, SimpleNamespace):
        return SimpleNamespace(**{key: pick(value, rows) for key, value in vars(item).items()})
    if isinstance(item, Mapping):
        return {key: pick(value, rows) for key, value in item.items()}
    if isinstance(item, list):
        return [pick(value, rows) for value in item]
    return item


def survivors(outcome: Outcome, rows: Indices) -> Outcome:
    """The outcome of some samples; details that are worked out later still are."""
    return replace(
        outcome,
        shares=outcome.shares[rows],
        reagents=outcome.reagents[rows],
        demands={inlet: rate[rows] for inlet, rate in outcome.demands.items()},
        lines=tuple(replace(line, rate=line.rate[rows]) for line in outcome.lines),
        details=Details({}, [_told(outcome.details, rows)]),
        doubtful=outcome.doubtful[rows],
        sizes=tuple(size.at(rows) for size in outcome.sizes),
        traits={outlet: {name: value[rows] for name, value in said.items()} for outlet, said in outcome.traits.items()},
    )


def _told(details: Mapping[str, Any], rows: Indices) -> Callable[[], Mapping[str, Any]]:
    return lambda: {key: value[rows] if isinstance(value, np.ndarray) else value for key, value in details.items()}
