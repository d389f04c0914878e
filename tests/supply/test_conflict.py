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
    if not vars(module).get("__file__") or not (hasattr(module, "Table") or hasattr(module, "Chain")):
        spec.loader.exec_module(module)
    return module


systems = load("random_systems")
Table = systems.Table
small = load("small_trade")


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
    assert [one.words for one in found] == [
        "demand of us for defence in 2025 must be met: 5 t of motor magnets; nobody makes motor magnets"
    ]


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


def under(*parts, years=1, made=100.0, must=5.0, use="cars", others=()):
    """The us must have Dy oxide of China under rules; what cannot hold together, with the ways that rules shut."""
    chain = small.Chain(*parts, years=years, regions=("us", "china", *others))
    chain.builder.shut_ways = True
    chain.makes("china", made)
    for region in others:
        chain.makes(region, 1.0)
    chain.needs("us", must, use=use, must=True)
    with pytest.raises(Infeasible) as caught:
        chain.solve()
    return [(one.words, one.rules) for one in caught.value.clashes]


ASKED = ("demand of us for cars in 2026 must be met: 5 t of Dy oxide", ())


def test_a_ban_that_shuts_a_way_for_good_is_named():
    # the ban leaves no way at all in the program that is solved when there is no conflict
    assert under(small.rule("ban", name="embargo", first=2020.0)) == [
        ("rule embargo in 2026: no Dy oxide goes from china to us", ("embargo",)),
        ASKED,
    ]


def test_two_bans_on_one_way_are_named_together():
    found = under(small.rule("ban", name="a"), small.rule("ban", name="b", goods=("Dy oxide",)))
    assert found == [("rules a and b in 2026: no Dy oxide goes from china to us", ("a", "b")), ASKED]


def test_a_ban_in_the_years_that_it_holds_only():
    found = under(small.rule("ban", name="embargo", first=2027.0), years=2)
    assert [rules for _, rules in found] == [("embargo",), ()]
    assert found[0][0].startswith("rule embargo in 2027: ")


def test_a_licence_that_others_get_is_named():
    found = under(small.rule("licence", name="permits", buyers=("europe",)), others=("europe",))
    assert found[0][1] == ("permits",)
    assert "rule permits in 2026: no Dy oxide goes from china to us" in [words for words, _ in found]


def test_what_arrives_late_is_told_of_its_licence():
    found = under(small.rule("licence", name="permits", delay=1.5), years=2)
    assert found[0] == ("rule permits in 2026: no Dy oxide goes from china to us but under it", ("permits",))


def test_a_quota_says_its_own_limit_and_nothing_of_ways_around_it():
    assert under(small.rule("quota", name="q", limit={(2026, 0): 1})) == [
        ("rule q in 2026: at most 1 t", ("q",)),
        ASKED,
    ]


def test_a_quota_beside_a_ban_that_would_do_alone_is_left_out():
    found = under(small.rule("quota", name="q", limit={(2026, 0): 1}), small.rule("ban", name="embargo"))
    assert found in ([("rule q in 2026: at most 1 t", ("q",)), ASKED], [(found[0][0], ("embargo",)), ASKED])


def test_the_part_of_a_year_before_a_ban_is_told_with_its_rule():
    found = under(small.rule("ban", name="embargo", first=2026.25), made=12.0)
    assert ("rule embargo: Dy oxide of china before or after it in 2026: nothing beyond it", ("embargo",)) in found


@pytest.mark.parametrize(("kind", "more"), [("content", {"threshold": 0.001}), ("ban", {"uses": ("cars",)})])
def test_a_rule_on_what_is_inside_is_named(kind, more):
    found = under(small.rule(kind, name="clean_only", to=("us",), **more))
    assert found == [("rule clean_only in 2026: cars of us takes clean goods alone", ("clean_only",)), ASKED]


def test_shut_ways_are_there_only_where_asked_for():
    counts = []
    for shut_ways in (False, True):
        chain = small.Chain(small.rule("ban"), years=1)
        chain.builder.shut_ways = shut_ways
        chain.makes("china", 10.0)
        chain.needs("us", 5.0)
        levels = chain.solve()
        counts.append(sum(one.kind == "trade" for one in levels.system.activities))
        assert levels.unmet.tolist() == [[5.0]]
    assert counts == [0, 1]


def test_a_stock_beyond_what_there_is_says_how_much_and_why():
    chain = small.Chain(small.stockpile(4.0, at_least=6.0), years=1)
    small.stockpiles(chain.builder)
    with pytest.raises(Infeasible) as caught:
        solve(chain.builder.system())
    assert caught.value.conflict == (
        "stockpile reserve: Dy oxide of us, the least it must hold in 2026: at least 6 t; no more than 4 t can be had"
        " (stockpile reserve at the start of 2026); nobody makes Dy oxide",
    )


def test_the_good_nearest_the_ore_that_nobody_makes_is_named():
    # metal makes magnets, old magnets make oxide again: a loop that nothing enters
    chain = small.Chain(years=1)
    chain.makes("us", 50.0, "oxide:NdPr")
    chain.turns("us", {"oxide:Dy": 1.0}, "metal:Dy")
    chain.turns("us", {"metal:Dy": 0.1, "oxide:NdPr": 0.9}, "magnet:motor")
    chain.turns("us", {"scrap:motor": 1.0}, "oxide:Dy")
    chain.needs("us", 5.0, "magnet:motor", must=True, back=1)
    with pytest.raises(Infeasible) as caught:
        chain.solve()
    assert caught.value.conflict == (
        "demand of us for cars in 2026 must be met: 5 t of motor magnets; nobody makes Dy oxide",
    )


def test_heavies_that_nobody_parts_are_told():
    chain = small.Chain(years=1)
    chain.makes("us", 50.0, "heavy:ore")
    chain.needs("us", 5.0, "oxide:Dy", must=True)
    with pytest.raises(Infeasible) as caught:
        chain.solve()
    assert caught.value.conflict[0].endswith(
        "; nobody makes Dy oxide: it stays in ore heavy concentrate, and no plant of heavy separation takes that"
    )


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
