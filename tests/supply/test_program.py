"""Levels and prices of chains worked out by hand, by every corner, by other methods and by finite differences."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from didymium.supply.certificate import certify
from didymium.supply.matrix import program
from didymium.supply.parts import fixed, parts, useful
from didymium.supply.program import SolverError, solve
from didymium.supply.solver import optimum
from didymium.supply.system import Output, Pool


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    if not hasattr(module, "Table"):
        spec.loader.exec_module(module)
    return module


systems = load("random_systems")
Table = systems.Table


def dysprosium(years=1):
    """Ore 2 % Dy, 30 % Nd: 1,000 t mined, of which 90 % becomes oxide; a magnet takes 0.3 t Nd and 0.05 t Dy."""
    table = Table(years)
    ore, oxide = Pool("concentrate:clay", "us"), {kind: Pool(f"oxide:{kind}", "us") for kind in ("Nd", "Dy", "Ce")}
    table.good(ore.good, {"Nd": 0.3, "Dy": 0.02, "Ce": 0.68})
    table.add("mine", "source", {}, {ore: 1.0}, most=1_000.0, cost=2.0)
    at = table.add(
        "separation",
        "plant",
        {ore: 1.0},
        {oxide["Nd"]: 0.27, oxide["Dy"]: 0.018, oxide["Ce"]: 0.612},
        stage="separation",
        cost=3.0,
    )
    magnet = Pool("magnet:motor", "us")
    made = table.add("magnets", "plant", {oxide["Nd"]: 0.3, oxide["Dy"]: 0.05}, {magnet: 1.0}, stage="magnet", cost=5.0)
    need = table.need("us", "cars", "magnet:motor", 800.0)
    table.add("cars", "deliver", {magnet: 1.0}, {}, serves={need: 1.0})
    return table, at, made


def test_the_scarcest_element_sets_the_magnets():
    table, _, _ = dysprosium()
    found = solve(table.system())
    # 1,000 t × 0.018 / 0.05 = 360 t of magnets; Nd would do for 900
    assert found.levels[:, 0] == pytest.approx([1_000.0, 1_000.0, 360.0, 360.0], rel=1e-12)
    assert found.unmet == pytest.approx(np.array([[440.0]]), rel=1e-12)
    price = dict(zip(map(str, found.pools), (found.pool_price / found.unmet_cost)[:, 0], strict=True))
    # a t of Dy is 20 t of magnets, less what making them costs (5 of 5,000)
    assert price["oxide:Dy in us"] == pytest.approx(20.0 * (1.0 - 5.0 / 5_000.0), rel=1e-12)
    assert price["oxide:Nd in us"] == pytest.approx(0.0, abs=1e-12)
    surplus = dict(zip(map(str, found.pools), found.surplus[:, 0], strict=True))
    assert surplus["oxide:Nd in us"] == pytest.approx(270.0 - 108.0, rel=1e-12)
    assert surplus["oxide:Ce in us"] == pytest.approx(612.0, rel=1e-12)
    # a t more of ore: 0.36 t of magnets, less 3 + 0.36 × 5 for separation and magnets and 2 for the mine itself
    worth = 0.36 - (2.0 + 3.0 + 0.36 * 5.0) / 5_000.0
    assert found.most_price[0, 0] / found.unmet_cost == pytest.approx(worth, rel=1e-10)


def test_capacity_of_a_stage_has_the_price_instead_of_the_ore():
    table, at, _ = dysprosium()
    table.bound("separation", "capacity", [(at, 1.0)], most=500.0)
    found = solve(table.system())
    assert found.unmet[0, 0] == pytest.approx(800.0 - 180.0, rel=1e-12)
    assert found.levels[0, 0] == pytest.approx(500.0, rel=1e-12)
    assert found.most_price[0, 0] == 0.0
    assert found.bound_price[0, 0] / found.unmet_cost == pytest.approx(0.36 - 6.8 / 5_000.0, rel=1e-10)


def test_objectives_differ_where_demand_is_small():
    table, _, _ = dysprosium()
    table.needs[0] = dataclasses.replace(table.needs[0], tonnes=np.array([100.0]))
    table.goods["magnet:motor"] = dataclasses.replace(table.goods["magnet:motor"], value=10.0)
    least, most, cheap = (solve(table.system(), aim) for aim in ("unmet", "magnets", "cost"))
    assert least.levels[2, 0] == pytest.approx(100.0, rel=1e-12)
    assert most.levels[2, 0] == pytest.approx(360.0, rel=1e-12)
    assert most.unmet[0, 0] == 0.0
    # a magnet costs 5 / 0.36 + 5 = 18.9 USD a t: more than the 10 that its absence costs
    assert cheap.levels[:, 0] == pytest.approx(np.zeros(4), abs=1e-12)
    assert cheap.objective == pytest.approx(1_000.0, rel=1e-12)
    table.goods["magnet:motor"] = dataclasses.replace(table.goods["magnet:motor"], value=20.0)
    dear = solve(table.system(), "cost")
    assert dear.objective == pytest.approx(100.0 * (5.0 / 0.36 + 5.0), rel=1e-12)


def test_weight_decides_who_is_served():
    table = Table(1)
    pool = Pool("oxide:Dy", "us")
    table.add("mine", "source", {}, {pool: 1.0}, most=10.0)
    for use, weight in (("lamps", 1.0), ("defence", 3.0)):
        need = table.need("us", use, "oxide:Dy", 8.0, weight)
        table.add(use, "deliver", {pool: 1.0}, {}, serves={need: 1.0})
    found = solve(table.system())
    assert found.unmet[:, 0] == pytest.approx([6.0, 0.0], abs=1e-12)
    assert found.objective == pytest.approx(6.0 * found.unmet_cost, rel=1e-12)


def test_old_magnets_come_back_after_their_life_and_stocks_bridge():
    table = Table(4)
    oxide = Pool("oxide:Dy", "us")
    table.add("mine", "source", {}, {oxide: 1.0}, most=[10.0, 10.0, 0.0, 0.0])
    held = table.add("stock", "hold", {oxide: 1.0}, [Output(oxide, 1.0, 1)], most=3.0)
    need = table.need("us", "cars", "oxide:Dy", [4.0, 20.0, 20.0, 20.0])
    sold = table.add("cars", "deliver", {oxide: 1.0}, [Output(oxide, 0.5, 2)], serves={need: 1.0})
    found = solve(table.system())
    # 2025: 4 sold, 3 held; 2026: 13, of which 3 may be held (no gain); 2027: half of 4; 2028: half of what 2026 sold
    assert found.levels[sold].sum() == pytest.approx(4.0 + 13.0 + 2.0 + 6.5, rel=1e-12)
    assert found.levels[held, 0] == pytest.approx(3.0, rel=1e-12)
    assert found.unmet.sum() == pytest.approx(64.0 - 25.5, rel=1e-12)


def test_stock_of_the_last_year_and_returns_after_it_fall_out_of_the_years():
    table = Table(1)
    oxide = Pool("oxide:Dy", "us")
    table.given(oxide, 5.0, 0)
    table.add("stock", "hold", {oxide: 1.0}, [Output(oxide, 1.0, 1)])
    need = table.need("us", "cars", "oxide:Dy", 7.0)
    table.add("cars", "deliver", {oxide: 1.0}, [Output(oxide, 1.0, 3)], serves={need: 1.0})
    found = solve(table.system())
    assert found.unmet[0, 0] == pytest.approx(2.0, rel=1e-12)


def test_bounds_by_year_with_a_least_a_varying_weight_and_earlier_years():
    table = Table(3)
    oxide = Pool("oxide:Dy", "us")
    cheap = table.add("cheap", "source", {}, {oxide: 1.0}, cost=1.0)
    dear = table.add("dear", "source", {}, {oxide: 1.0}, cost=2.0)
    need = table.need("us", "cars", "oxide:Dy", 10.0)
    table.add("cars", "deliver", {oxide: 1.0}, {}, serves={need: 1.0})
    table.bound("must run", "must run", [(dear, 1.0)], least=[np.nan, 2.0, np.nan])
    table.bound("weighed", "capacity", [(cheap, np.array([1.0, 2.0, 1.0]))], most=[np.nan, 10.0, np.nan])
    row = table.bound("as before", "share", [(cheap, 1.0)], most=0.0)
    table.bounds[row] = dataclasses.replace(table.bounds[row], back=((cheap, -1.0, 1),), most=np.array([8.0, 0.0, 0.0]))
    found = solve(table.system())
    assert found.levels[cheap] == pytest.approx([8.0, 5.0, 5.0], rel=1e-12)
    assert found.levels[dear] == pytest.approx([2.0, 5.0, 5.0], rel=1e-12)
    assert found.unmet.max() == 0.0
    # 1 t more in 2025 saves 1 USD there
    assert found.bound_price[row, 0] == pytest.approx(1.0, rel=1e-9)


def test_empty_system_no_demand_and_demand_that_nothing_can_serve():
    empty = solve(Table(3).system())
    assert (empty.levels.shape, empty.unmet.shape, empty.objective) == ((0, 3), (0, 3), 0.0)
    assert empty.certificate.proved
    table, _, _ = dysprosium(2)
    table.needs[0] = dataclasses.replace(table.needs[0], tonnes=np.zeros(2))
    idle = solve(table.system())
    assert np.array_equal(idle.levels, np.zeros((4, 2)))
    bare = Table(2)
    bare.need("us", "cars", "magnet:motor", [3.0, 4.0])
    found = solve(bare.system())
    assert found.unmet.tolist() == [[3.0, 4.0]]
    assert found.objective == 7.0 * found.unmet_cost


def test_magnets_without_end_are_an_error():
    table = Table(1)
    table.add("magnets", "plant", {}, {Pool("magnet:motor", "us"): 1.0}, stage="magnet")
    with pytest.raises(SolverError, match="no limit"):
        solve(table.system(), "magnets")


def corner(table):
    """The least cost by trying every corner: any columns of rows and limits that meet in a point."""
    size = len(table.cost)
    dense = table.table.toarray()
    left, right = [], []
    for rows, limits in (
        (dense, table.most),
        (-dense, -table.least),
        (np.eye(size), table.high),
        (-np.eye(size), -table.low),
    ):
        for row, limit in zip(rows, limits, strict=True):
            if np.isfinite(limit):
                left.append(row)
                right.append(limit)
    left, right = np.array(left), np.array(right)
    best = np.inf
    for chosen in itertools.combinations(range(len(left)), size):
        square = left[list(chosen)]
        if abs(np.linalg.det(square)) < 1e-9:
            continue
        point = np.linalg.solve(square, right[list(chosen)])
        if np.all(left @ point <= right + 1e-9):
            best = min(best, float(table.cost @ point))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_against_every_corner(seed):
    rng = np.random.default_rng(seed)
    table = Table(1)
    ore, light, heavy = Pool("mixed:clay", "us"), Pool("oxide:Nd", "us"), Pool("oxide:Dy", "us")
    table.add("mine", "source", {}, {ore: 1.0}, most=rng.uniform(5.0, 20.0), cost=rng.uniform(0.0, 2.0))
    split = rng.uniform(0.1, 0.5, 2)
    at = table.add("split", "plant", {ore: 1.0}, {light: split[0], heavy: split[1]}, cost=1.0)
    table.bound("split", "capacity", [(at, 1.0)], most=rng.uniform(5.0, 20.0))
    one = table.need("us", "cars", "oxide:Nd", rng.uniform(1.0, 6.0), rng.uniform(0.5, 2.0))
    two = table.need("us", "lamps", "oxide:Dy", rng.uniform(1.0, 6.0), rng.uniform(0.5, 2.0))
    table.add("both", "deliver", {light: 1.0, heavy: rng.uniform(0.1, 0.9)}, {}, serves={one: 1.0})
    table.add("lamps", "deliver", {heavy: 1.0}, {}, serves={two: 1.0})
    system = table.system()
    assert solve(system).objective == pytest.approx(corner(program(system)) * solve(system).unmet_cost, rel=1e-9)


@pytest.fixture(scope="module")
def five():
    """Five regions, three years, with stocks and old magnets that tie the years together."""
    return program(systems.wide(5, 3, elements=8, stages=7, stocks=True))


def whole(table, method):
    """The objective by one call of one method, nothing taken apart."""
    equal = table.least == table.most
    result = linprog(
        table.cost,
        A_ub=table.table[~equal & np.isfinite(table.most)],
        b_ub=table.most[~equal & np.isfinite(table.most)],
        A_eq=table.table[equal],
        b_eq=table.most[equal],
        bounds=np.column_stack([table.low, table.high]),
        method=method,
    )
    assert result.status == 0
    return result


def test_parts_agree_with_the_whole_by_simplex_and_by_interior_points(five):
    found = optimum(five)
    assert found.certificate.proved
    value = float(five.cost @ found.levels)
    for method in ("highs-ds", "highs-ipm"):
        assert value == pytest.approx(whole(five, method).fun, rel=1e-9)
    together = optimum(five, apart=False)
    assert float(five.cost @ together.levels) == pytest.approx(value, rel=1e-9)


def test_years_without_stocks_fall_apart_and_every_row_is_in_one_part():
    table = program(systems.wide(4, 3, elements=5, stages=6))
    rows, columns = useful(table)
    pieces = list(parts(table, rows, columns, small=0))
    assert len(pieces) >= 3
    for of_rows, of_columns in pieces:
        assert len({*(of_rows % 3), *(of_columns % 3)}) == 1
    assert np.array_equal(np.sort(np.concatenate([one for one, _ in pieces])), np.flatnonzero(rows))
    assert np.array_equal(np.sort(np.concatenate([one for _, one in pieces])), np.flatnonzero(columns))
    assert len(list(parts(table, rows, columns, small=10**9))) == 1


def test_what_serves_nothing_is_left_out():
    table, _, _ = dysprosium()
    ore = Pool("concentrate:clay", "us")
    spare = table.add("dressing", "plant", {ore: 1.0}, {Pool("dust:clay", "us"): 1.0})
    shut = table.add("shut mine", "source", {}, {ore: 1.0}, most=0.0)
    laid = program(table.system())
    rows, columns = useful(laid)
    assert not columns[spare]
    assert not columns[shut]
    assert fixed(laid)[shut]
    lost = {str(pool) for pool, in_use in zip(laid.pools, rows, strict=False) if not in_use}
    assert lost == {"oxide:Ce in us", "dust:clay in us"}


def test_equals_give_the_same_bits_twice():
    table = Table(2, ("a", "b"))
    pool = Pool("oxide:Dy", "world")
    for name in "pqrs":
        table.add(name, "source", {}, {pool: 1.0}, most=10.0, cost=1.0)
    for region in ("a", "b"):
        need = table.need(region, "cars", "oxide:Dy", 15.0)
        table.add(region, "deliver", {pool: 1.0}, {}, serves={need: 1.0})
    first, second = solve(table.system()), solve(table.system())
    assert first.levels.tobytes() == second.levels.tobytes()
    assert first.pool_price.tobytes() == second.pool_price.tobytes()


def test_any_number_of_threads_gives_the_same_bits():
    table = program(systems.wide(8, 2))
    assert len(list(parts(table, *useful(table)))) == 2
    one, two = optimum(table, threads=1), optimum(table, threads=2)
    assert one.levels.tobytes() == two.levels.tobytes()
    assert one.prices.tobytes() == two.prices.tobytes()


seeds = st.integers(min_value=0, max_value=10**6)
years = st.integers(min_value=1, max_value=3)
aims = st.sampled_from(["unmet", "magnets", "cost"])


@settings(max_examples=40, deadline=None)
@given(seeds, years, aims)
def test_random_systems_are_proved_and_agree_with_another_method(seed, span, aim):
    system = systems.small(seed, span)
    table = program(system, aim)
    found = optimum(table)
    assert found.certificate.proved, str(found.certificate)
    other = whole(table, "highs-ipm")
    scale = float(np.abs(table.cost * found.levels).sum())
    assert float(table.cost @ found.levels) == pytest.approx(other.fun, rel=1e-7, abs=1e-9 * max(scale, 1.0))


@settings(max_examples=25, deadline=None)
@given(seeds, years, st.floats(min_value=0.0, max_value=3.0))
def test_more_capacity_never_hurts(seed, span, more):
    system = systems.small(seed, span)
    before = solve(system, unmet_cost=1e5)
    for i, bound in enumerate(system.bounds):
        wider = dataclasses.replace(bound, most=bound.most * (1.0 + more) + more)
        changed = dataclasses.replace(system, bounds=(*system.bounds[:i], wider, *system.bounds[i + 1 :]))
        after = solve(changed, unmet_cost=1e5)
        assert after.objective <= before.objective + 1e-9 * abs(before.objective)
        # prices bound what is gained: the objective is convex in the limits
        gain = float((before.bound_price[i] * (wider.most - bound.most)).sum())
        assert before.objective - after.objective <= gain + 1e-9 * abs(before.objective) + 1e-9 * abs(gain)


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_prices_are_finite_differences_where_both_sides_agree(seed):
    system = systems.small(seed, 2)
    base = solve(system, unmet_cost=1e5)

    def moved(kind, i, step):
        first_year = np.array([step, 0.0])
        if kind == "bound":
            one = dataclasses.replace(system.bounds[i], most=system.bounds[i].most + first_year)
            changed = dataclasses.replace(system, bounds=(*system.bounds[:i], one, *system.bounds[i + 1 :]))
        else:
            one = dataclasses.replace(system.needs[i], tonnes=system.needs[i].tonnes - first_year)
            changed = dataclasses.replace(system, needs=(*system.needs[:i], one, *system.needs[i + 1 :]))
        return solve(changed, unmet_cost=1e5).objective

    rows = [("bound", i, base.bound_price[i, 0], one.most[0]) for i, one in enumerate(system.bounds)]
    rows += [("need", i, base.need_price[i, 0], one.tonnes[0]) for i, one in enumerate(system.needs)]
    for kind, i, price, size in rows:
        step = 1e-4 * size
        if size <= 0.0:
            continue
        more, less = (base.objective - moved(kind, i, step)) / step, (moved(kind, i, -step) - base.objective) / step
        # a price lies between what more gains and what less costs; it is both where they agree
        slack = 1e-6 * max(1.0, abs(more), abs(less)) + 1e-9 * abs(base.objective) / step
        assert more - slack <= price <= less + slack


def test_certificate_of_a_solved_system_is_that_of_its_levels(five):
    found = optimum(five)
    assert certify(five, found.levels, found.prices) == found.certificate


def test_demands_that_tie_are_short_alike() -> None:
    table = systems.Table(1)
    ore = systems.Pool("oxide:Dy", "us")
    table.add("mine", "source", {}, {ore: 1.0}, most=60.0)
    for use in ("cars", "wind"):
        need = table.need("us", use, "oxide:Dy", 100.0)
        table.add(use, "deliver", {ore: 1.0}, {}, serves={need: 1.0})
    plain = table.system()
    even = dataclasses.replace(plain, needs=tuple(dataclasses.replace(one, even=0.05) for one in plain.needs))
    assert solve(plain).unmet.sum() == pytest.approx(140.0)
    found = solve(even)
    assert found.certificate.proved
    assert found.unmet[:, 0] == pytest.approx([70.0, 70.0])


def test_evenness_gives_way_to_what_is_served() -> None:
    """Where one demand takes a tenth more of the good the thriftier goes first; a hundredth moves two of ten parts."""
    for more, there, unmet in ((1.10, 60.0, [40.0, 100.0]), (1.01, 40.0 + 20.0 * 1.01, [60.0, 80.0])):
        table = systems.Table(1)
        ore = systems.Pool("oxide:Dy", "us")
        table.add("mine", "source", {}, {ore: 1.0}, most=there)
        for use, each in (("cars", 1.0), ("wind", more)):
            need = table.need("us", use, "oxide:Dy", 100.0)
            table.add(use, "deliver", {ore: each}, {}, serves={need: 1.0})
        system = table.system()
        even = tuple(dataclasses.replace(one, even=0.05) for one in system.needs)
        assert solve(dataclasses.replace(system, needs=even)).unmet[:, 0] == pytest.approx(unmet)
