"""The proof of an optimum: it holds for the optimum, and sees everything that is not quite one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from didymium.supply import program as programs
from didymium.supply import solver
from didymium.supply.certificate import Certificate, certify, reduced
from didymium.supply.matrix import Linear, program
from didymium.supply.program import SolverError, row_name, solve
from didymium.supply.solver import Optimum, mend, optimum, sizes


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    if not hasattr(module, "Table"):
        spec.loader.exec_module(module)
    return module


systems = load("random_systems")


def little():
    """Most 3 a + 2 b with a + b ≤ 4, a + 3 b ≤ 6, a ≤ 3: (3, 1), worth 11; prices 2, 0 and 1 on a's own limit."""
    return Linear(
        cost=np.array([-3.0, -2.0]),
        low=np.zeros(2),
        high=np.array([3.0, np.inf]),
        table=csr_array(np.array([[1.0, 1.0], [1.0, 3.0]])),
        least=np.full(2, -np.inf),
        most=np.array([4.0, 6.0]),
    )


OPTIMUM, PRICES = np.array([3.0, 1.0]), np.array([-2.0, 0.0])


def test_the_optimum_by_hand_is_proved():
    found = certify(little(), OPTIMUM, PRICES)
    assert (found.primal, found.dual, found.slack, found.gap) == (0.0, 0.0, 0.0, 0.0)
    assert found.proved
    assert str(found).startswith("optimum proved: gap 0.0e+00")
    assert reduced(little(), PRICES).tolist() == [-1.0, 0.0]


@pytest.mark.parametrize(
    ("levels", "prices", "part", "size"),
    [
        ([3.0, 1.0 + 1e-7], PRICES, "primal", 3e-7 / 6.0),  # a row over its limit, of a throughput of 6
        ([3.0 + 3e-8, 1.0 - 3e-8], PRICES, "primal", 1e-8),  # a over its own limit
        ([3.0, 1.0 - 1e-6], PRICES, "gap", 2e-6 / 11.0),  # 1e-6 t of room left at a price of 2
        ([3.0, 1.0], [-2.0 + 1e-3, 0.0], "dual", 1e-3 / 3.999),  # b would gain for ever
        ([3.0, 1.0], [-2.0, 1e-3], "dual", 3e-3 / 4.003),  # a row with a price of the wrong sign
        ([0.0, 2.0], PRICES, "gap", 7.0 / 11.0),  # another corner
        ([3.0, 1.0], [0.0, 0.0], "dual", 1.0),  # no prices
    ],
)
def test_what_is_not_optimal_is_seen_and_measured(levels, prices, part, size):
    found = certify(little(), np.array(levels), np.array(prices))
    assert not found.proved
    assert getattr(found, part) == pytest.approx(size, rel=1e-3)
    assert "not proved" in str(found)


def one(cost, entry, *, least=-np.inf, most=np.inf, high=np.inf):
    """One column from 0 up and one row."""
    limits = (np.array([least]), np.array([most]))
    return Linear(np.array([cost]), np.zeros(1), np.array([high]), csr_array(np.array([[entry]])), *limits)


def test_a_positive_price_of_a_row_without_a_least_is_of_the_wrong_sign():
    found = certify(one(1.0, 1.0, most=5.0, high=1.0), np.zeros(1), np.array([1e-3]))
    assert (found.dual, found.slack, found.gap) == (1.0, 0.0, 0.0)
    assert not found.proved


def test_a_price_of_a_least_that_is_more_than_met_is_slack():
    # 1.5 where 1 is asked for, at a price of 1: half a unit of slack of an objective of 1.5
    found = certify(one(1.0, 1.0, least=1.0), np.array([1.5]), np.ones(1))
    assert found.slack == pytest.approx(1.0 / 3.0, rel=1e-12)


def test_a_gain_below_a_limit_is_slack():
    # 2 of at most 3, each worth 1: one unit of slack of an objective of 3
    found = certify(one(-1.0, 1.0, most=10.0, high=3.0), np.array([2.0]), np.zeros(1))
    assert found.slack == pytest.approx(1.0 / 3.0, rel=1e-12)


def test_slack_alone_is_no_proof():
    found = Certificate(0.0, 0.0, 1e-6, 0.0, 0, 0)
    assert found.worst == pytest.approx(1e3)
    assert not found.proved


def test_residuals_are_relative_to_the_throughput_of_a_row():
    table = csr_array(np.array([[1.0, -1.0]]))
    for size in (1.0, 1e5):
        linear = Linear(np.zeros(2), np.zeros(2), np.full(2, np.inf), table, np.array([-np.inf]), np.array([0.0]))
        found = certify(linear, np.array([size * (1.0 + 1e-6), size]), np.zeros(1))
        assert found.primal == pytest.approx(1e-6 / 2.0, rel=1e-3)


def test_levels_are_mended_to_rounding_each_in_its_own_size():
    linear = program(systems.wide(3, 2, elements=6, stages=6, stocks=True))
    found = optimum(linear)
    rng = np.random.default_rng(3)
    shaken = found.levels * (1.0 + 2e-8 * rng.uniform(-1.0, 1.0, len(found.levels)))
    shaken = np.where((found.levels > linear.low) & (found.levels < linear.high), shaken, found.levels)
    before = certify(linear, shaken, found.prices)
    after = certify(linear, mend(linear, shaken), found.prices)
    assert before.primal > 1e-9
    assert after.primal < 1e-12
    assert after.proved


def test_scaling_by_powers_of_two_rounds_nothing():
    table = csr_array(np.array([[1.0, -3e-6, 0.0], [1e5, 0.0, 7.0], [0.0, 0.0, 0.0]]))
    rows, columns = sizes(table)
    for size in (rows, columns):
        assert np.array_equal(np.exp2(np.round(np.log2(size))), size)
    scaled = (table.toarray() * rows[:, None]) * columns
    assert np.array_equal(scaled / columns / rows[:, None], table.toarray())
    entries = np.abs(scaled[scaled != 0.0])
    assert entries.max() / entries.min() < 1e3  # 3e10 before


def test_a_tiny_share_of_an_element_is_not_lost():
    """1 part in 10¹¹ of an element, asked for: the solver alone takes it for nothing."""
    table = systems.Table(1)
    ore, rare = systems.Pool("mixed:clay", "us"), systems.Pool("oxide:Tm", "us")
    table.add("mine", "source", {}, {ore: 1.0}, most=1e5)
    table.add("split", "plant", {ore: 1.0}, {rare: 1e-11})
    need = table.need("us", "lamps", "oxide:Tm", 1.0)
    table.add("lamps", "deliver", {rare: 1.0}, {}, serves={need: 1.0})
    found = solve(table.system())
    assert found.certificate.proved
    assert found.unmet[0, 0] == pytest.approx(1.0 - 1e-6, rel=1e-12)


def test_an_answer_that_is_not_proved_is_an_error(monkeypatch):
    system = systems.small(4, 1)
    good = optimum(program(system))
    off = good.levels.copy()
    at = int(np.argmax(off))
    off[at] *= 1.01
    linear = program(system)
    monkeypatch.setattr(
        programs, "optimum", lambda *_, **__: Optimum(off, good.prices, certify(linear, off, good.prices))
    )
    with pytest.raises(SolverError, match="optimum not proved"):
        solve(system)


def test_another_way_is_tried_where_the_first_is_not_proved(monkeypatch):
    linear = program(systems.small(4, 2))
    tried = []
    real = solver._solve

    def poor(part, way):
        tried.append(way)
        status, message, levels, prices = real(part, way)
        return status, message, levels, prices * (1.01 if len(tried) == 1 else 1.0)

    monkeypatch.setattr(solver, "_solve", poor)
    assert optimum(linear).certificate.proved
    assert [way.scaled for way in tried[:2]] == [False, True]


def test_rows_have_names():
    system = systems.small(4, 2)
    linear = program(system)
    assert row_name(linear, 1) == f"{linear.pools[0]}, 2026"
    assert row_name(linear, linear.need_rows.start) == "demand of east for cars, 2025"
    assert row_name(linear, linear.bound_rows.start) == "separation east, 2025"
    assert row_name(linear, -1) == "no row"
