"""The cheapest ways to close a gap, against costs by hand and against every set of levers tried."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest

from didymium.supply.closing import Chain, Closing, close, weight_of_unmet
from didymium.supply.levers import ROUNDING, Building, Choice, Draft, Levered, held
from didymium.supply.program import Levels, solve
from didymium.supply.system import Activity, Array, Bound, Good, Need, Output, Pool, System

OXIDE, HERE = Pool("oxide:NdPr", "us"), Pool("magnet:motor", "us")
GOODS = {
    "oxide:NdPr": Good("oxide:NdPr", "separation", {"NdPr": 1.0}),
    "magnet:motor": Good("magnet:motor", "magnet", {"NdPr": 0.3}),
}
YEARS = (2030, 2031, 2032)
CHARGE = 0.1


def choice(name: str) -> Choice:
    return Choice("build", name, "us")


def works(name: str, cost: float = 0.0) -> Activity:
    return Activity(
        f"{name} works", "plant", {OXIDE: 0.3}, (Output(HERE, 1.0),), plant=name, stage="magnet", region="us", cost=cost
    )


def chain(
    asked: Array, news: Mapping[str, tuple[float, float, Array]], *, standing: float = 60.0, oxide: float = 1e9
) -> Chain:
    """Works that stand and others that may be built: by name the capital and running cost of a t/year, and the most."""
    none = np.full(len(YEARS), np.nan)
    activities = [
        Activity("mine", "source", {}, (Output(OXIDE, 1.0),), stage="mine", region="us", most=np.full(3, oxide)),
        works("old", 3.0),
        Activity("sale", "deliver", {HERE: 1.0}, (), region="us", serves={0: 1.0}),
    ]
    bounds = [Bound("old magnet", "capacity", ((1, 1.0),), np.full(3, standing), none, "old", "magnet", "us")]
    base = System(YEARS, ("us",), GOODS, tuple(activities), tuple(bounds), (need(asked),), (), {})
    for name, (_, running, _) in news.items():
        bounds.append(
            Bound(f"{name} magnet", "capacity", ((len(activities), 1.0),), np.ones(3), none, name, name, "us")
        )
        activities.append(works(name, running))
    draft = Draft(System(YEARS, ("us",), GOODS, tuple(activities), tuple(bounds), (need(asked),), (), {}))
    for name, (capital, _, most) in news.items():
        assert draft.build(Building(choice(name), name, "t/year", most, capital, CHARGE))
    return Chain(solve(base), draft.levered())


def need(asked: Array) -> Need:
    return Need("us", "cars", "magnet:motor", asked)


FREE = np.full(3, np.nan)
FLAT = np.full(3, 100.0)


def closed(one: Chain, count: int = 3, **more: int) -> Closing:
    return close((one,), ("us",), count, **more)


def names(closing: Closing) -> list[set[str]]:
    return [{one.stage for one in way.choices} for way in closing.ways]


def test_three_works_of_which_each_closes_it_come_by_their_cost() -> None:
    # A t/year costs 0.1 × 100 + 5 = 15, 0.1 × 50 + 15 = 20 and 0.1 × 200 + 10 = 30 USD a year.
    found = closed(chain(FLAT, {"a": (100.0, 5.0, FREE), "b": (50.0, 15.0, FREE), "c": (200.0, 10.0, FREE)}))
    assert names(found) == [{"a"}, {"b"}, {"c"}]
    assert [way.cost.tolist() for way in found.ways] == [
        pytest.approx([600.0] * 3),
        pytest.approx([800.0] * 3),
        pytest.approx([1200.0] * 3),
    ]
    assert [way.capital for way in found.ways] == pytest.approx([4_000.0, 2_000.0, 8_000.0])
    assert found.gap == pytest.approx([40.0] * 3)
    assert all(way.closes for way in found.ways)
    assert found.complete


def test_limits_make_packages() -> None:
    # a has room for 10: a 10 + b 30 = 750, b 40 = 800, a 10 + c 30 = 1050, c 40 = 1200.
    found = closed(
        chain(FLAT, {"a": (100.0, 5.0, np.full(3, 10.0)), "b": (50.0, 15.0, FREE), "c": (200.0, 10.0, FREE)})
    )
    assert names(found) == [{"a", "b"}, {"b"}, {"a", "c"}]
    assert [way.cost[0] for way in found.ways] == pytest.approx([750.0, 800.0, 1050.0])
    assert [use.amounts[0] for use in found.ways[0].uses] == pytest.approx([10.0, 30.0])


def test_what_cannot_be_there_in_time_stays_open_and_is_said() -> None:
    late = np.array([0.0, np.nan, np.nan])
    found = closed(chain(FLAT, {"a": (100.0, 5.0, late)}))
    (way,) = found.ways
    assert way.left == pytest.approx([40.0, 0.0, 0.0])
    assert way.open_years == (2030,)
    assert not way.closes
    assert way.uses[0].amounts == pytest.approx([0.0, 40.0, 40.0])


def test_what_stands_is_not_taken_down() -> None:
    # Only 2030 lacks: what is built for it is paid for to the end, what runs costs only while it runs.
    found = closed(chain(np.array([100.0, 60.0, 60.0]), {"a": (100.0, 5.0, FREE)}))
    (way,) = found.ways
    assert way.uses[0].amounts == pytest.approx([40.0, 40.0, 40.0])
    assert way.cost == pytest.approx([600.0, 400.0, 400.0])


def test_a_way_that_leaves_less_goes_before_a_cheaper_one() -> None:
    found = closed(chain(FLAT, {"cheap": (10.0, 1.0, np.full(3, 5.0)), "dear": (1000.0, 50.0, FREE)}))
    assert names(found) == [{"cheap", "dear"}, {"dear"}, {"cheap"}]
    assert [way.left[0] for way in found.ways] == pytest.approx([0.0, 0.0, 35.0])


def test_no_gap_needs_no_way() -> None:
    found = closed(chain(FLAT, {"a": (1.0, 1.0, FREE)}, standing=100.0))
    assert found.ways == ()
    assert found.solves == 0
    assert not found.gap.any()


def test_a_gap_that_no_lever_closes_has_no_way() -> None:
    # The oxide that is there makes 60 t of magnets: more works change nothing.
    found = closed(chain(FLAT, {"a": (1.0, 1.0, FREE)}, oxide=18.0))
    assert found.gap == pytest.approx([40.0] * 3)
    assert found.ways == ()
    assert found.complete


def test_fewer_ways_than_asked_for() -> None:
    found = closed(chain(FLAT, {"a": (100.0, 5.0, FREE), "b": (50.0, 15.0, FREE)}))
    assert names(found) == [{"a"}, {"b"}]
    assert found.complete


def test_ties_come_the_same_twice() -> None:
    one = chain(FLAT, {"a": (100.0, 5.0, FREE), "b": (100.0, 5.0, FREE), "c": (100.0, 5.0, FREE)})
    first, second = closed(one), closed(one)
    assert names(first) == names(second)
    assert [way.cost.tolist() for way in first.ways] == [way.cost.tolist() for way in second.ways]
    assert sum(way.cost.sum() for way in first.ways) == pytest.approx(3 * 3 * 600.0)


def test_a_search_that_runs_out_of_programs_says_so() -> None:
    one = chain(FLAT, {"a": (100.0, 5.0, np.full(3, 10.0)), "b": (50.0, 15.0, FREE), "c": (200.0, 10.0, FREE)})
    found = closed(one, most_solves=2)
    assert found.solves == 2
    assert not found.complete
    assert names(found)[0] == {"a", "b"}


def test_progress_counts_programs() -> None:
    seen: list[int] = []
    one = chain(FLAT, {"a": (100.0, 5.0, FREE), "b": (50.0, 15.0, FREE)})
    found = close((one,), ("us",), 2, progress=lambda done, _: seen.append(done))
    assert seen == list(range(1, found.solves + 1))


def test_a_rule_lifted_costs_nothing_and_stands_beside_the_ways() -> None:
    tight = chain(FLAT, {"a": (100.0, 5.0, FREE)})
    loose = chain(FLAT, {"a": (100.0, 5.0, FREE)}, standing=90.0)
    none = chain(FLAT, {"a": (100.0, 5.0, FREE)}, standing=100.0)
    chains = (tight, Chain(tight.base, loose.levered, ("ban",)), Chain(tight.base, none.levered, ("ban", "quota")))
    found = close(chains, ("us",), 2)
    assert [way.lifted for way in found.ways] == [()]
    assert [way.lifted for way in found.lifts] == [("ban", "quota"), ("ban",)]
    assert [way.cost[0] for way in found.lifts] == pytest.approx([0.0, 150.0])
    assert found.lifts[0].uses == ()


def test_a_lever_serves_the_focus_and_nobody_loses() -> None:
    one = chain(FLAT, {"a": (100.0, 5.0, FREE)})
    other = Pool("magnet:motor", "japan")
    system = one.levered.system
    ship = Activity("ship", "trade", {HERE: 1.0}, (Output(other, 1.0),), region="japan")
    sale = Activity("sold there", "deliver", {other: 1.0}, (), region="japan", serves={1: 1.0})
    wide = Levered(
        System(
            YEARS,
            ("us", "japan"),
            GOODS,
            (*system.activities, ship, sale),
            system.bounds,
            (*system.needs, Need("japan", "cars", "magnet:motor", FLAT)),
            (),
            {},
        ),
        one.levered.options,
    )
    base = solve(wide.only(()))
    assert base.unmet.sum(axis=0) == pytest.approx([140.0] * 3)
    (way,) = close((Chain(base, wide),), ("us",)).ways
    assert way.closes
    assert way.levels.unmet == pytest.approx(0.0, abs=1e-6)
    served = (FLAT - base.unmet[1]) * (1.0 - ROUNDING)
    assert way.uses[0].amounts == pytest.approx(100.0 - 60.0 + served)


def best_of(one: Chain, only: frozenset[Choice]) -> tuple[float, float, Levels]:
    system = held(one.levered.system, one.base.unmet, ("us",))
    levels = solve(Levered(system, one.levered.options).only(only), unmet_cost=weight_of_unmet(system))
    cost = sum(a.cost * levels.levels[i].sum() for i, a in enumerate(levels.system.activities))
    return float(levels.unmet.sum()), cost, levels


@pytest.mark.parametrize("seed", range(6))
def test_the_ways_are_the_best_of_all_sets_of_levers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    news = {
        name: (float(rng.uniform(20, 200)), float(rng.uniform(1, 20)), np.full(3, float(rng.choice([8, 15, 25, 50]))))
        for name in "abcd"
    }
    one = chain(FLAT + rng.uniform(0, 20, 3), news)
    found = closed(one)
    tried = []
    for size in range(1, 5):
        for names_ in combinations("abcd", size):
            only = frozenset(choice(name).broad for name in names_)
            left, cost, levels = best_of(one, only)
            used = frozenset(
                option.choice.broad
                for option in one.levered.options
                if any(levels.levels[i].max() > 1e-6 for i in option.columns)
            )
            if used == only and left < found.gap.sum() - 1e-6:
                tried.append((round(left, 6), cost, only))
    tried.sort(key=lambda each: each[:2])
    assert [way.choices for way in found.ways] == [only for _, _, only in tried[:3]]
    for way, (left, cost, _) in zip(found.ways, tried, strict=False):
        assert way.left.sum() == pytest.approx(left, abs=1e-5)
        assert way.cost.sum() == pytest.approx(cost, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_way_solved_again_with_its_levers_alone_leaves_what_it_says(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    news = {
        name: (float(rng.uniform(20, 200)), float(rng.uniform(1, 20)), np.full(3, float(rng.choice([8, 15, 25]))))
        for name in "abc"
    }
    one = chain(FLAT, news)
    found = closed(one)
    assert found.ways
    costs = []
    for way in found.ways:
        left, cost, _ = best_of(one, way.choices)
        assert left == pytest.approx(way.left.sum(), abs=1e-6)
        assert cost == pytest.approx(way.cost.sum(), rel=1e-9)
        costs.append((round(left, 5), cost))
    assert costs == sorted(costs)


def test_a_lever_that_closes_next_to_nothing_is_no_way_and_a_small_one_is() -> None:
    assert closed(chain(FLAT, {"a": (1.0, 1.0, np.full(3, 40.0 * 0.5e-5))})).ways == ()
    (way,) = closed(chain(FLAT, {"a": (1.0, 1.0, np.full(3, 40.0 * 3e-5))})).ways
    assert way.left == pytest.approx([40.0 * (1.0 - 3e-5)] * 3)


def test_rules_lifted_come_by_what_they_leave_before_what_they_cost() -> None:
    news = {"a": (100.0, 5.0, np.full(3, 20.0))}
    tight, loose = chain(FLAT, news), chain(FLAT, news, standing=75.0)
    chains = (tight, Chain(tight.base, tight.levered.__class__(tight.base.system, ()), ("free",)))
    found = close((*chains, Chain(tight.base, loose.levered, ("dear",))), ("us",))
    assert [way.lifted for way in found.lifts] == [("dear",), ("free",)]
    assert found.lifts[0].cost.sum() > found.lifts[1].cost.sum()
