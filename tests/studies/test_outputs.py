"""Targets by sample: what is exactly at a bound is within it, as it is for the target of the first sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import didymium
from didymium.studies.outputs import held_to


@pytest.fixture(scope="module")
def result() -> didymium.Result:
    return didymium.load("iron_nitride").solve()


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("low", "high", "met"),
    [
        (0.0, None, 1.0),
        (None, 0.0, 1.0),
        (0.0, 0.0, 1.0),
        (1.0, None, 0.0),
        (None, -1.0, 0.0),
        (-1.0, 1.0, 1.0),
        (None, None, 1.0),
    ],
)
def test_a_bound_belongs_to_what_it_allows(
    result: didymium.Result, number: int, low: float | None, high: float | None, met: float
) -> None:
    """Bounds at the value itself (0) and at the next number above (1) and below (−1)."""
    target = result.plan.targets[number]
    value = held_to(result, target)[0][0]

    def bound(step: float | None) -> Any:
        return None if step is None else value if step == 0.0 else float(np.nextafter(value, step * np.inf))

    moved = replace(target, at_least=bound(low), at_most=bound(high))
    assert held_to(result, moved)[1][0] == met
