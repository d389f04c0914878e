"""What cannot hold together: known conflicts, in words; dropping any one of them leaves room for levels."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.supply.program import Infeasible, solve
from didymium.supply.system import Bound, Output, Pool


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    if not hasattr(module, "Table"):
        spec.loader.exec_module(module)
    return module


systems = load("random_systems")
Table = systems.Table


def heavies(wanted, most, years=3):
    """One mine of dysprosium, a stock from year to year, a demand that must be met."""
    table = Table(years)
    sale, here = Pool("oxide:Dy", "us>"), Pool("oxide:Dy", "us")
    mine = table.add("mine", "source", {}, {sale: 1.0})
    table.bound("clay mine", "capacity", [(mine, 1.0)], most=most, region="us")
    table.add("keep", "keep", {sale: 1.0}, {here: 1.0})
    stock = table.add("stock", "hold", {here: 1.0}, [Output(here, 1.0, 1)])
    need = table.need("us", "defence", "oxide:Dy", wanted, must=True)
    table.add("deliver", "deliver", {here: 1.0}, {}, serves={need: 1.0})
    return table, stock


def clashes(system):
    with pytest.raises(Infeasible) as caught:
        solve(system)
    assert caught.value.conflict == tuple(one.words for one in caught.value.clashes)
    assert str(caught.value) == "these cannot hold together: " + "; ".join(caught.value.conflict)
    return caught.value.clashes


def only(system, chosen):
    """The system with the physics and nothing else but some rows of a conflict, each as a bound of its own."""
    none = np.full(len(system.years), np.nan)
    bounds = []
    for one in chosen:
        limit = none.copy()
        limit[one.year] = one.limit
        least, most = (limit, none) if one.side in ("must", "least") else (none, limit)
        if one.of == "bound":
            bounds.append(dataclasses.replace(system.bounds[one.index], least=least, most=most))
        elif one.of == "activity":
            bounds.append(Bound("level", "level", ((one.index, 1.0),), most, least))
        else:
            of = tuple((i, a.serves[one.index]) for i, a in enumerate(system.activities) if one.index in a.serves)
            bounds.append(Bound("demand", "demand", of, most, least))
    asked = np.full(len(system.years), 1e7)
    return dataclasses.replace(
        system,
        activities=tuple(dataclasses.replace(one, most=None, least=None) for one in system.activities),
        bounds=tuple(bounds),
        needs=tuple(dataclasses.replace(one, tonnes=asked, must=False) for one in system.needs),
    )


def holds(system):
    try:
        solve(system, "cost")
    except Infeasible:
        return False
    return True


def assert_irreducible(system, found):
    """The rows of a conflict cannot hold together, and can as soon as any one is dropped."""
    assert not holds(only(system, found))
    for i in range(len(found)):
        assert holds(only(system, found[:i] + found[i + 1 :]))


def test_a_duty_against_a_capacity():
    table, _ = heavies([10.0, 60.0, 10.0], [20.0, 20.0, 20.0])
    found = clashes(table.system())
    # 20 + 20 < 60 whatever 2025 asks for
    assert [one.words for one in found] == [
        "clay mine in 2025: at most 20 t",
        "clay mine in 2026: at most 20 t",
        "demand of us for defence in 2026 must be met: 60 t of Dy oxide",
    ]
    assert_irreducible(table.system(), found)


def test_a_stock_that_cannot_be_kept():
    table, stock = heavies([10.0, 40.0, 60.0], 50.0)
    table.bound("stockpile heavies, the least it must hold", "stock", [(stock, 1.0)], least=[np.nan, np.nan, 70.0])
    found = clashes(table.system())
    assert {(one.of, one.side, one.year, one.limit) for one in found} == {
        ("bound", "most", 0, 50.0),
        ("bound", "most", 1, 50.0),
        ("bound", "most", 2, 50.0),
        ("need", "must", 1, 40.0),
        ("need", "must", 2, 60.0),
        ("bound", "least", 2, 70.0),
    }
    assert "stockpile heavies, the least it must hold in 2027: at least 70 t" in [one.words for one in found]
    assert_irreducible(table.system(), found)


def test_a_demand_that_nothing_can_serve_stands_alone():
    table = Table(1)
    table.need("us", "defence", "magnet:motor", 5.0, must=True)
    found = clashes(table.system())
    assert [one.words for one in found] == ["demand of us for defence in 2025 must be met: 5 t of motor magnets"]


def test_a_plant_that_must_run_without_its_feed():
    table = Table(2)
    oxide, metal = Pool("oxide:Nd", "us"), Pool("metal:Nd", "us")
    table.add("mine", "source", {}, {oxide: 1.0}, most=[100.0, 5.0])
    table.add("metal plant", "plant", {oxide: 1.0}, {metal: 0.9}, least=[20.0, 20.0], most=80.0)
    found = clashes(table.system())
    assert [one.words for one in found] == [
        "mine in 2026: at most 5 t",
        "metal plant in 2026: at least 20 t",
    ]
    assert_irreducible(table.system(), found)


def test_a_shut_capacity_and_a_share_are_told_without_a_number():
    table = Table(1)
    oxide = Pool("oxide:Nd", "us")
    mine = table.add("mine", "source", {}, {oxide: 1.0})
    other = table.add("imports", "trade", {}, {oxide: 1.0}, most=10.0)
    table.bound("mine of the north", "capacity", [(mine, 1.0)], most=0.0)
    table.bound("licensed imports", "granted", [(other, 1.0), (mine, -1.0)], most=0.0)
    need = table.need("us", "cars", "oxide:Nd", 5.0, must=True)
    table.add("deliver", "deliver", {oxide: 1.0}, {}, serves={need: 1.0})
    found = clashes(table.system())
    assert {one.words for one in found} == {
        "mine of the north in 2025: nothing",
        "licensed imports in 2025: nothing beyond it",
        "demand of us for cars in 2025 must be met: 5 t of Nd oxide",
    }
    assert_irreducible(table.system(), found)


def test_a_mine_that_is_shut_is_told():
    table = Table(1)
    oxide = Pool("oxide:Nd", "us")
    table.add("old mine", "source", {}, {oxide: 1.0}, most=0.0)
    need = table.need("us", "cars", "oxide:Nd", 5.0, must=True)
    table.add("deliver", "deliver", {oxide: 1.0}, {}, serves={need: 1.0})
    found = clashes(table.system())
    assert [one.words for one in found] == [
        "old mine in 2025: nothing",
        "demand of us for cars in 2025 must be met: 5 t of Nd oxide",
    ]


def test_a_level_that_is_prescribed_draws_what_others_must_have():
    table = Table(1)
    oxide = Pool("oxide:Nd", "us")
    table.add("mine", "source", {}, {oxide: 1.0}, most=10.0)
    table.add("magnets", "plant", {oxide: 1.0}, {}, least=7.0, most=7.0)
    need = table.need("us", "cars", "oxide:Nd", 5.0, must=True)
    table.add("deliver", "deliver", {oxide: 1.0}, {}, serves={need: 1.0})
    found = clashes(table.system())
    assert [one.words for one in found] == [
        "mine in 2025: at most 10 t",
        "magnets in 2025: at least 7 t",
        "demand of us for cars in 2025 must be met: 5 t of Nd oxide",
    ]
    assert_irreducible(table.system(), found)


def test_least_over_most_of_one_row():
    table = Table(1)
    mine = table.add("mine", "source", {}, {Pool("oxide:Nd", "us"): 1.0})
    table.bound("mine", "must run", [(mine, 1.0)], most=5.0, least=8.0)
    found = clashes(table.system())
    assert [(one.side, one.limit) for one in found] == [("least", 8.0), ("most", 5.0)]


def test_what_is_asked_for_limits_what_must_be_delivered():
    table = Table(1)
    pool = Pool("oxide:Nd", "us")
    table.add("mine", "source", {}, {pool: 1.0})
    need = table.need("us", "cars", "oxide:Nd", 5.0, must=True)
    table.add("deliver", "deliver", {pool: 1.0}, {}, serves={need: 1.0}, least=9.0)
    assert [one.words for one in clashes(table.system())] == [
        "deliver in 2025: at least 9 t",
        "demand of us for cars in 2025 takes no more than 5 t",
    ]


def test_only_the_part_in_conflict_is_told():
    table, _ = heavies([60.0], [20.0], years=1)
    other = Pool("oxide:Nd", "us")
    table.add("other mine", "source", {}, {other: 1.0}, most=3.0)
    need = table.need("us", "lamps", "oxide:Nd", 8.0)
    table.add("lamps", "deliver", {other: 1.0}, {}, serves={need: 1.0})
    assert len(clashes(table.system())) == 2


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_random_conflicts_are_irreducible(seed):
    system = systems.small(seed, 2)
    rng = np.random.default_rng(seed)
    needs = list(system.needs)
    for i in rng.choice(len(needs), size=2, replace=False):
        needs[i] = dataclasses.replace(needs[i], must=True, tonnes=needs[i].tonnes + 1.0)
    system = dataclasses.replace(system, needs=tuple(needs))
    if not holds(system):
        assert_irreducible(system, clashes(system))
