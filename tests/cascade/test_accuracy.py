"""Twenty random cascades against 60 digits: every element on every stage, and how far an ulp of W moves the answer."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from didymium.cascade import solve_circuits


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cascades, high_precision = load("random_cascades"), load("high_precision")
Circuit = cascades.Circuit

FLOOR = 1e-250
TWENTY = [
    cascades.random_cascade([seed, most], most_stages=most)
    for most, seeds in ((40, 14), (120, 4), (300, 2))
    for seed in range(seeds)
]
SMALL = [one for one in TWENTY if one.stages * len(one.feed) ** 2 < 6100]


def size(circuit):
    return f"{len(circuit.feed)} elements {circuit.stages} stages"


def far(got, exact):
    """Largest relative difference where the exact number is above the floor; below it ``got`` must be as small."""
    seen = exact > FLOOR
    assert (got[~seen] < 10.0 * FLOOR).all()
    assert (got >= 0.0).all()
    return max(abs(float(a / b - 1)) for a, b in zip(got[seen], exact[seen], strict=True))


def off(circuit, done, scalars):
    """Largest relative difference of x, raffinate and extract from the 60-digit balances at ln stage scalars."""
    x = high_precision.eliminated(circuit, scalars)
    low, high = high_precision.products(circuit, scalars, x)
    return max(far(done.aqueous[0], x), far(done.raffinate[0], low), far(done.extract[0], high))


@pytest.mark.parametrize("circuit", TWENTY, ids=size)
def test_balances_at_the_stage_scalars_found(circuit):
    """Every element on every stage to 1e-8 of the 60-digit balances at the solver's own scalars, down to 1e-250."""
    done = solve_circuits(*circuit.batch())
    assert off(circuit, done, done.scalars[0]) < 1e-8
    assert done.closure[0] <= 1e-12


def test_the_twenty_reach_far_down():
    least = [solve_circuits(*circuit.batch()).aqueous.min() for circuit in TWENTY]
    assert sum(x < 1e-100 for x in least) >= 5
    assert min(least) < FLOOR
    assert len({circuit.stages for circuit in TWENTY}) > 15


@pytest.mark.parametrize("circuit", SMALL, ids=size)
def test_the_whole_problem(circuit):
    """The solution itself, by Newton with 60 digits on all mole fractions, traces too.

    One ulp of W is what the numbers given leave open, and a circuit adds some thousand roundings of that size.
    """
    done = solve_circuits(*circuit.batch())
    allowed = max(1e-8, 1e4 * done.sensitivity[0])
    x = high_precision.solved(circuit, done.aqueous[0])
    assert abs(float(np.abs(x.sum(axis=1) - 1).max())) < 1e-15
    assert off(circuit, done, high_precision.scalars_of(circuit, x)) < allowed


def test_most_of_the_whole_problems_are_held_to_eight_digits():
    assert len(SMALL) >= 12
    assert sum(solve_circuits(*circuit.batch()).sensitivity[0] < 1e-12 for circuit in SMALL) >= 10


@pytest.mark.parametrize("circuit", [one for one in SMALL if one.stages * len(one.feed) ** 2 < 3000], ids=size)
def test_sensitivity_is_what_an_ulp_of_the_scrub_does(circuit):
    done = solve_circuits(*circuit.batch())
    moved = high_precision.moved_by_an_ulp(circuit, done.aqueous[0])
    assert done.sensitivity[0] == pytest.approx(moved, rel=0.5)
    assert done.ill_conditioned[0] == (done.sensitivity[0] > 1e-6)


def balanced_binary(off=0.0):
    """β = 3, 96 stages fed in the middle, S 1.2 times its minimum; the extract flow is the feed's A times 1 + off."""
    organic = 1.2 * (0.4 + 0.5)
    return Circuit(96, 48, [0.6, 0.4], [1.0, 3.0], organic, organic - 0.4 * (1.0 + off), f"balanced binary {off:+g}")


def test_an_ill_conditioned_cut_is_solved_and_flagged():
    """An exactly balanced binary cut moves by 3e-4 for one ulp of W: 60 digits say so, and the solver says as much."""
    circuit = balanced_binary()
    done = solve_circuits(*circuit.batch())
    assert done.residual[0] <= 1e-12
    assert done.closure[0] <= 1e-12
    moved = high_precision.moved_by_an_ulp(circuit, done.aqueous[0])
    assert 1e-4 < moved < 1e-3
    assert done.sensitivity[0] == pytest.approx(moved, rel=0.5)
    assert done.ill_conditioned.tolist() == [True]


@pytest.mark.parametrize("reflux", [1.5, 2.0, 3.0])
def test_a_front_that_any_rounding_moves_is_solved_and_flagged(reflux):
    """More reflux, smaller leaks: one ulp of W now moves the front by stages. There is an answer, and its flag."""
    organic = reflux * 0.9
    done = solve_circuits(96, 48, [[0.6, 0.4]], [[1.0, 3.0]], [organic], [organic - 0.4])
    assert done.residual[0] <= 1e-12
    assert done.closure[0] <= 1e-12
    assert (done.aqueous >= 0.0).all()
    assert done.sensitivity[0] > 1e-4
    assert done.ill_conditioned[0]


def test_a_well_conditioned_cut_is_not_flagged():
    circuit = balanced_binary(-0.02)
    done = solve_circuits(*circuit.batch())
    assert done.sensitivity[0] < 1e-12
    assert done.sensitivity[0] == pytest.approx(high_precision.moved_by_an_ulp(circuit, done.aqueous[0]), rel=0.5)
    assert done.ill_conditioned.tolist() == [False]


def test_each_case_of_a_batch_has_its_own_flag():
    ill, well = balanced_binary(), balanced_binary(-0.02)
    columns = zip(*(one[2:6] for one in (ill, well, ill)), strict=True)
    done = solve_circuits(96, 48, *columns)
    assert done.ill_conditioned.tolist() == [True, False, True]
    assert done.sensitivity[0] == done.sensitivity[2]
