"""Trade of goods between regions and what rules let pass, in t that can be followed on paper."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.supply.system import Pool


def _helper(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


small = _helper("small_trade")
Chain, rule, sent, stockpile = small.Chain, small.rule, small.sent, small.stockpile
Q1, Q2, Q3, Q4 = ((2026, quarter) for quarter in (1, 2, 3, 4))


def one_way(*parts: Any, made: Any = 100.0, years: int = 3, needed: Any = 100.0) -> Any:
    """China makes, the us needs."""
    chain = Chain(*parts, years=years)
    chain.makes("china", made)
    chain.needs("us", needed)
    return chain


@pytest.fixture(autouse=True)
def _oxides_count_as_what_they_hold(monkeypatch):
    """Round numbers: a t of oxide holds a t here; test_told_in_oxide.py has the factor."""
    for module in ("stock", "rules_limits"):
        monkeypatch.setattr(f"didymium.supply.{module}.told_per_t", lambda good: 1.0)


def test_what_a_region_makes_it_keeps_or_sells() -> None:
    chain = Chain(years=1)
    chain.makes("china", 100.0)
    chain.needs("china", 30.0)
    chain.needs("us", 60.0)
    levels = chain.solve()
    told = {one.name: level[0] for one, level in zip(levels.system.activities, levels.levels, strict=True)}
    assert told["china keeps Dy oxide"] == pytest.approx(30.0)
    assert told["china sells Dy oxide"] == pytest.approx(60.0)
    assert told["us buys Dy oxide"] == pytest.approx(60.0)
    # 90 t made at 1 USD/t, 60 t carried at 100 USD/t, nothing unmet.
    assert levels.objective == pytest.approx(90.0 + 6_000.0)


def test_columns_grow_with_regions_where_no_rule_is() -> None:
    counts = []
    for number in (4, 8):
        regions = tuple(f"r{i}" for i in range(number))
        chain = Chain(regions=regions, years=1)
        for region in regions:
            chain.makes(region, 1.0)
            chain.needs(region, 1.0)
        before = len(chain.builder.activities)
        small.trade(chain.builder)
        counts.append(len(chain.builder.activities) - before)
    assert counts == [12, 24]


def test_what_is_imported_is_not_sold_on() -> None:
    chain = Chain(rule("ban", to=("europe",)), regions=("us", "china", "europe"), years=1)
    chain.makes("china", 100.0)
    chain.needs("us", 10.0)
    chain.needs("europe", 10.0)
    assert chain.unmet() == [[0.0], [10.0]]


def test_what_is_made_of_imports_is_sold_on() -> None:
    chain = Chain(rule("ban", to=("europe",), goods=("Dy oxide",)), regions=("us", "china", "europe"), years=1)
    chain.makes("china", 100.0)
    chain.turns("us", {"oxide:Dy": 1.25}, "metal:Dy")
    chain.needs("europe", 10.0, "metal:Dy")
    levels = chain.solve()
    assert levels.unmet.round(9).tolist() == [[0.0]]
    assert sent(levels, "china", "us") == [12.5]
    assert sent(levels, "china", "europe") == [0.0]


def test_a_region_without_plants_buys_what_a_lever_may_use() -> None:
    chain = one_way(years=1)
    small.trade(chain.builder)
    moves = {one.name for one in chain.builder.activities if one.kind in ("trade", "keep")}
    # The us is in focus: what may yet be built there keeps what it makes; nobody else buys.
    assert moves == {"us keeps Dy oxide", "us buys Dy oxide", "china sells Dy oxide"}


@pytest.mark.parametrize(
    ("first", "last", "unmet"),
    [
        (2026.0, 2029.0, [100.0, 100.0, 100.0]),
        (2027.0, 2028.0, [0.0, 100.0, 0.0]),
        (2026.25, 2027.5, [75.0, 50.0, 0.0]),
        (2027.4, 2027.6, [0.0, 20.0, 0.0]),
        (2030.0, 2031.0, [0.0, 0.0, 0.0]),
    ],
)
def test_a_ban_closes_the_part_of_the_year_that_it_holds(first: float, last: float, unmet: list[float]) -> None:
    assert one_way(rule("ban", first=first, last=last)).unmet() == [unmet]


def test_the_open_part_of_a_year_counts_what_is_made_not_what_is_asked_for() -> None:
    # 400 t made: 100 t of them in the free quarter.
    assert one_way(rule("ban", first=2026.25), made=400.0, years=1, needed=150.0).unmet() == [[50.0]]


def test_a_ban_is_of_its_goods_regions_and_sellers_only() -> None:
    ban = rule("ban", to=("us",), goods=("Dy oxide",))
    chain = Chain(ban, regions=("us", "china", "europe", "malaysia"), years=1)
    chain.makes("china", 100.0)
    chain.makes("china", 100.0, "oxide:Tb")
    chain.makes("malaysia", 7.0)
    us, tb, europe, home = (
        chain.needs("us", 10.0),
        chain.needs("us", 10.0, "oxide:Tb"),
        chain.needs("europe", 10.0),
        chain.needs("china", 10.0),
    )
    unmet = chain.solve().unmet.round(9)
    assert unmet[[us, tb, europe, home], 0].tolist() == [3.0, 0.0, 0.0, 0.0]


def test_a_rule_of_magnets_names_every_kind() -> None:
    chain = Chain(rule("ban", goods=("magnets",)), years=1)
    chain.makes("china", 100.0, "magnet:motor")
    chain.makes("china", 100.0, "alloy:motor")
    chain.needs("us", 10.0, "magnet:motor")
    chain.needs("us", 10.0, "alloy:motor")
    assert chain.unmet() == [[10.0], [0.0]]


@pytest.mark.parametrize(
    ("limit", "through"),
    [
        ({(2026, 0): 40}, 40.0),
        ({Q1: 0, Q2: 0, Q3: 100, Q4: 100}, 100.0),
        ({Q1: 100, Q2: 0, Q3: 0, Q4: 0}, 25.0),
        ({Q1: 0, Q2: 100, Q3: 0, Q4: 0}, 50.0),
        ({Q1: 0, Q2: 0, Q3: 100, Q4: 0}, 75.0),
        ({Q1: 10, Q2: 10, Q3: 10, Q4: 10}, 40.0),
        ({Q1: 30, Q2: 0, Q3: 0, Q4: 30}, 55.0),
        ({Q1: 0}, 100.0),
        ({Q4: 0}, 75.0),
        ({Q3: 0, Q4: 0}, 50.0),
        ({(2026, 0): 60, Q1: 0, Q2: 0, Q3: 50, Q4: 50}, 60.0),
        ({(2027, 0): 0}, 100.0),
        ({(2026, 0): 1000, Q1: 1000, Q2: 1000, Q3: 1000, Q4: 1000}, 100.0),
    ],
)
def test_a_quota_by_quarter(limit: dict[tuple[int, int], float], through: float) -> None:
    assert one_way(rule("quota", limit=limit), years=1).unmet() == [[100.0 - through]]


def test_a_quota_is_of_all_its_goods_and_buyers_together() -> None:
    quota = rule("quota", goods=("Dy oxide", "Tb oxide"), limit={(2026, 0): 25})
    chain = Chain(quota, regions=("us", "china", "europe"), years=1)
    for good in ("oxide:Dy", "oxide:Tb", "oxide:Ce"):
        chain.makes("china", 100.0, good)
        chain.needs("us", 10.0, good)
        chain.needs("europe", 10.0, good)
    unmet = chain.solve().unmet
    # 40 t of Dy and Tb asked for, 25 t pass; Ce is in no rule.
    assert unmet.sum() == pytest.approx(15.0)
    assert unmet[4:].sum() == pytest.approx(0.0, abs=1e-9)


def test_a_year_without_a_limit_is_free() -> None:
    assert one_way(rule("quota", limit={(2026, 0): 40, (2028, 0): 60})).unmet() == [[60.0, 0.0, 40.0]]


def test_a_quota_of_half_a_year_leaves_the_other_half_free() -> None:
    # From July: 50 t made before go freely, 10 t pass after.
    assert one_way(rule("quota", limit={(2026, 0): 10}, first=2026.5), years=1).unmet() == [[40.0]]


def test_quarters_before_a_quota_are_free() -> None:
    # Quarters 1 and 2 lie before July: their 0 t bind nobody, so the 50 t made by then go.
    assert one_way(rule("quota", limit={Q1: 0, Q2: 0, Q3: 0, Q4: 0}, first=2026.5), years=1).unmet() == [[50.0]]


@pytest.mark.parametrize(
    ("delay", "unmet"),
    [(0.25, [25.0, 0.0, 0.0]), (1.0, [100.0, 0.0, 0.0]), (1.5, [100.0, 50.0, 0.0]), (0.0, [0.0, 0.0, 0.0])],
)
def test_a_delay_leaves_goods_under_way(delay: float, unmet: list[float]) -> None:
    assert one_way(rule("licence", delay=delay)).unmet() == [unmet]


def test_what_is_under_way_when_a_delay_ends_arrives_then() -> None:
    chain = one_way(rule("licence", delay=0.25, last=2027.0), needed=[100.0, 200.0, 200.0])
    # 75 t arrive in the first year; the 25 t under way arrive beside the 100 t of the second.
    assert chain.unmet() == [[25.0, 75.0, 100.0]]


def test_two_rules_of_one_seller_hold_together() -> None:
    delay = rule("licence", "slow", delay=0.5)
    quota = rule("quota", "few", limit={(2027, 0): 30})
    # 2026: half of 100 t arrives; 2027: the other 50 t, and half of 30 t; 2028: 15 t and half of 100 t.
    assert one_way(delay, quota).unmet() == [[50.0, 35.0, 35.0]]


@pytest.mark.parametrize(("granted", "through"), [(1.0, 100.0), (0.4, 40.0), (0.0, 0.0)])
def test_a_licence_grants_a_share_of_what_a_region_would_use(granted: float, through: float) -> None:
    assert one_way(rule("licence", granted=granted), years=1).unmet() == [[100.0 - through]]


def test_what_is_granted_fills_up_with_other_sources() -> None:
    chain = one_way(rule("licence", granted=0.4), made=500.0, years=1)
    chain.makes("us", 30.0)
    # 100 t of use: 40 t under licence, 30 t of its own.
    assert chain.unmet() == [[30.0]]


def test_use_counts_plants_and_no_stock() -> None:
    chain = Chain(rule("licence", goods=("Dy oxide",), granted=0.5), stockpile(0.0, at_most=1e4), years=2)
    chain.makes("china", 1_000.0)
    chain.turns("us", {"oxide:Dy": 2.0}, "metal:Dy", 10.0)
    chain.needs("us", [10.0, 10.0], "metal:Dy")
    levels = chain.solve()
    # 20 t of oxide a year for 10 t of metal; half of it gets a licence, none for stock.
    assert sent(levels, "china", "us") == [10.0, 10.0]
    assert levels.unmet.round(9).tolist() == [[5.0, 5.0]]


def test_a_licence_for_some_buyers_is_a_ban_for_the_others() -> None:
    chain = Chain(rule("licence", buyers=("europe",), delay=0.1), regions=("us", "china", "europe"), years=2)
    chain.makes("china", 100.0)
    chain.needs("us", 20.0)
    chain.needs("europe", 20.0)
    levels = chain.solve()
    assert levels.unmet[0].round(9).tolist() == [20.0, 20.0]
    # More is shipped than is needed, so that the part that arrives in time is enough.
    assert levels.unmet[1].round(9).tolist() == [0.0, 0.0]
    assert sent(levels, "china", "europe")[0] == pytest.approx(20.0 / 0.9, abs=1e-3)


def two_sellers(*parts: Any) -> Any:
    """The us needs 10 t; China makes it for nothing, Malaysia at 300 USD/t."""
    chain = Chain(*parts, regions=("us", "china", "malaysia"), years=1)
    chain.makes("china", 100.0)
    dear = chain.makes("malaysia", 100.0)
    one = chain.builder.activities[dear]
    chain.builder.activities[dear] = small.Activity(
        one.name, one.kind, one.takes, one.makes, one.plant, one.stage, one.region, cost=300.0
    )
    chain.needs("us", 10.0)
    return chain


@pytest.mark.parametrize(("rate", "chinese"), [(0.25, 10.0), (0.35, 0.0)])
def test_a_tariff_changes_who_sells(rate: float, chinese: float) -> None:
    # A t is worth 1,000 USD: the duty of 250 leaves China cheaper than Malaysia's 300, the duty of 350 does not.
    levels = two_sellers(rule("tariff", rate=rate)).solve()
    assert sent(levels, "china", "us") == [chinese]
    assert levels.unmet.round(9).tolist() == [[0.0]]


def test_a_tariff_is_paid_on_the_value() -> None:
    free = one_way(years=1, needed=10.0).solve().objective
    assert one_way(rule("tariff", rate=0.25), years=1, needed=10.0).solve().objective == pytest.approx(free + 2_500.0)
    # Half a year of it: 20 t are made to have 10 t before it, which is dearer by 10 USD and cheaper than the duty.
    half = [one_way(rule("tariff", rate=0.25, first=2026.5), years=1, needed=t).solve().objective for t in (10.0, 60.0)]
    assert half[0] == pytest.approx(free + 10.0)
    # 50 of 100 t made go duty-free, 10 of the 60 t pay.
    assert half[1] == pytest.approx(100.0 + 6_000.0 + 10.0 * 250.0)


def test_several_tariffs_add_up() -> None:
    free = one_way(years=1, needed=10.0).solve().objective
    both = one_way(rule("tariff", "a", rate=0.25), rule("tariff", "b", rate=0.1), years=1, needed=10.0)
    assert both.solve().objective == pytest.approx(free + 3_500.0)


RULES = {
    "ban": {},
    "part ban": {"first": 2026.3, "last": 2027.9},
    "quota": {"limit": {(2026, 0): 30, (2027, 1): 5, (2027, 2): 0, (2027, 3): 30, (2027, 4): 2}},
    "licence": {"granted": 0.3},
    "buyers": {"buyers": ("europe",)},
    "tariff": {"rate": 0.25},
}


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(sorted(RULES)),
    made=st.lists(st.integers(0, 100), min_size=3, max_size=3),
    own=st.integers(0, 40),
    needed=st.lists(st.integers(0, 100), min_size=3, max_size=3),
    other=st.integers(0, 50),
    old=st.integers(0, 50),
)
def test_no_rule_makes_the_optimum_better_and_none_is_none(
    kind: str, made: list[float], own: float, needed: list[float], other: float, old: float
) -> None:
    def best(*parts: Any) -> float:
        chain = Chain(stockpile(old, at_most=60.0), *parts, regions=("us", "china", "europe"))
        chain.makes("china", made)
        chain.makes("us", own)
        chain.needs("us", needed)
        chain.needs("europe", other)
        return float(chain.solve(unmet_cost=1e6).objective)

    word = {"part ban": "ban", "buyers": "licence"}.get(kind, kind)
    free = best()
    held = best(rule(word, **RULES[kind]))
    assert held >= free * (1.0 - 1e-9)
    assert best(rule(word, active=False, **RULES[kind])) == free
    none = {
        "quota": {"limit": {(year, 0): 1e6 for year in (2026, 2027, 2028)}},
        "licence": {"granted": 1.0, "delay": 0.0},
        "tariff": {"rate": 0.0},
    }
    if word in none:
        assert best(rule(word, **none[word])) == pytest.approx(free, rel=1e-9)


def test_a_delay_never_helps_where_goods_can_be_stored_anyway() -> None:
    made, needed = [120.0, 20.0, 70.0], [60.0, 90.0, 60.0]
    store = stockpile(0.0)
    free = one_way(store, made=made, needed=needed).solve().unmet.sum()
    slow = one_way(store, rule("licence", delay=0.3), made=made, needed=needed).solve().unmet.sum()
    assert free == pytest.approx(10.0)
    # 84 of 120 t come in time, 60 are used, 24 stored; 36 + 14 come in the second year; enough in the third.
    assert slow == pytest.approx(16.0)


def test_the_last_year_is_no_reason_to_sell_elsewhere() -> None:
    chain = Chain(rule("licence", delay=0.25), years=3)
    chain.makes("china", 100.0)
    chain.needs("us", 100.0, weight=1.01)
    chain.needs("china", 100.0)
    # Only in the first year is home the better buyer: there is nothing under way yet, and what is shipped comes late.
    levels = chain.solve()
    assert sent(levels, "china", "us")[1:] == [100.0, 75.0]
    assert levels.unmet[0].round(6).tolist() == [25.0, 0.0, 0.0]


def test_a_delay_that_begins_in_the_last_year_is_felt() -> None:
    assert one_way(rule("licence", delay=0.25, first=2028.0)).unmet() == [[0.0, 0.0, 25.0]]
    assert one_way(rule("licence", delay=0.25), years=1).unmet() == [[25.0]]


def test_shipments_say_under_what_they_go() -> None:
    chain = one_way(rule("tariff", "duty", rate=0.25, first=2027.5))
    shipped = small.trade(chain.builder)
    assert {(one.under, one.origin, one.to) for one in shipped} == {
        (frozenset(), "china", "us"),
        (frozenset({"duty"}), "china", "us"),
    }
    by_rule = {one.under: chain.builder.activities[one.index] for one in shipped}
    assert np.isinf(by_rule[frozenset()].most).tolist() == [True, True, False]
    assert np.isinf(by_rule[frozenset({"duty"})].most).tolist() == [False, True, True]
    assert Pool("oxide:Dy", "china>") in by_rule[frozenset()].takes
