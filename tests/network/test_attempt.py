"""Samples that have no solution: each refused in its own words, the others as if these had never been there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import didymium
from didymium.network import SolveError, solve
from didymium.network.solver import CHUNK, attempt
from didymium.plan import Plan

Array = NDArray[np.float64]


@cache
def plan_of(name: str) -> tuple[Plan, Mapping[str, Mapping[str, Any]]]:
    result = didymium.load(name, {"machining.recovery": "66 %"} if name == "texas_magnets" else {}).solve()
    return result.plan, {unit.name: unit.design for unit in result.solution.units.values() if unit.design}


def same(name: str, changes: dict[str, Array], lost: list[int]) -> dict[int, tuple[str, str]]:
    """Hold the survivors to a solve of them alone, bit by bit, and each refusal to what its sample says alone."""
    plan, designs = plan_of(name)
    solution, rows, refusals = attempt(plan, changes, designs)
    assert [one.sample for one in refusals] == lost
    count = len(next(iter(changes.values())))
    assert rows.tolist() == [row for row in range(count) if row not in lost]
    assert solution is not None
    for one in refusals:
        with pytest.raises(SolveError) as caught:
            solve(plan, {path: values[[one.sample]] for path, values in changes.items()}, designs)
        assert caught.value.reason == one.reason
        assert caught.value.position == one.position
    alone = solve(plan, {path: values[rows] for path, values in changes.items()}, designs)
    assert solution.samples == len(rows)
    for stream, own in solution.streams.items():
        other = alone.streams[stream]
        np.testing.assert_array_equal(own.flow, other.flow)
        assert own.traits.keys() == other.traits.keys()
        for trait, values in own.traits.items():
            np.testing.assert_array_equal(values, other.traits[trait])
    for unit, made in solution.units.items():
        for line, other_line in zip(made.lines, alone.units[unit].lines, strict=True):
            np.testing.assert_array_equal(line.rate, other_line.rate)
        for size, other_size in zip(made.sizes, alone.units[unit].sizes, strict=True):
            np.testing.assert_array_equal(size.value, other_size.value)
        for key, value in made.details.items():
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(value, alone.units[unit].details[key])
    np.testing.assert_array_equal(
        solution.recovery("Nd", plan.products["magnet"], next(iter(plan.feeds))),
        alone.recovery("Nd", plan.products["magnet"], next(iter(plan.feeds))),
    )
    return {one.sample: (one.unit, one.reason) for one in refusals}


def test_each_refused_sample_has_its_own_words() -> None:
    """Too much of a heavy rare earth in the metal, in two samples of one chunk and one of the next."""
    count = CHUNK + 40
    asked = np.linspace(0.0130, 0.0150, count)
    asked[[3, 90, CHUNK + 7]] = 0.001, 0.002, 0.003
    told = same("texas_magnets", {"strip_casting.composition.DyTb": asked}, [3, 90, CHUNK + 7])
    assert {unit for unit, _ in told.values()} == {"strip_casting"}
    for sample, share in ((3, "0.1000%"), (90, "0.2000%"), (CHUNK + 7, "0.3000%")):
        assert f"than the {share} asked for" in told[sample][1]


def test_units_that_refuse_one_after_the_other() -> None:
    asked, kept = np.full(20, 0.014), np.full(20, 0.66)
    asked[[2, 5]] = 0.001
    kept[[5, 11]] = 0.999
    told = same("texas_magnets", {"strip_casting.composition.DyTb": asked, "machining.recovery": kept}, [2, 5, 11])
    assert [unit for unit, _ in told.values()] == ["strip_casting", "machining", "machining"]


def test_refusals_inside_a_recycle() -> None:
    """Baotou's swarf goes back to its extraction: what is refused while that settles, and what only once it has."""
    boron, rejects = np.full(12, 0.0097), np.full(12, 0.02)
    boron[[4, 6]] = 1e-4, 2e-4
    rejects[9] = 0.9
    changes = {"strip_casting.composition.B": boron, "machining.rejects": rejects}
    told = same("baotou", changes, [4, 6, 9])
    assert [unit for unit, _ in told.values()] == ["sintering", "sintering", "machining"]


def test_a_feed_that_cannot_be() -> None:
    plan, _ = plan_of("baotou")
    grade = np.full(6, plan.values()["feeds.ore.grade"].nominal)
    grade[[1, 4]] = 0.9
    told = same("baotou", {"feeds.ore.grade": grade}, [1, 4])
    assert {unit for unit, _ in told.values()} == {"feed ore"}
    assert told[1] == told[4]


def test_nothing_is_left() -> None:
    plan, designs = plan_of("texas_magnets")
    solution, rows, refusals = attempt(plan, {"strip_casting.composition.DyTb": np.full(3, 0.001)}, designs)
    assert solution is None
    assert len(rows) == 0
    assert [one.sample for one in refusals] == [0, 1, 2]


def test_a_solve_still_raises_the_first_and_knows_the_others() -> None:
    plan, designs = plan_of("texas_magnets")
    asked = np.full(200, 0.014)
    asked[[140, 150]] = 0.001, 0.002
    with pytest.raises(SolveError, match=r"strip_casting \(strip_casting\), sample 140: the inputs bring") as caught:
        solve(plan, {"strip_casting.composition.DyTb": asked}, designs)
    assert caught.value.sample == 140
    assert [one.sample for one in caught.value.refusals] == [140, 150]


def test_a_name_that_is_not_there_is_no_failing_sample() -> None:
    plan, designs = plan_of("texas_magnets")
    with pytest.raises(KeyError, match="no value 'strip_castin"):
        attempt(plan, {"strip_castin.composition.DyTb": np.full(3, 0.001)}, designs)
