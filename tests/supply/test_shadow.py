"""What binds, in words: prices are what one more tonne does, also where nothing stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from didymium.scenario import EndUse, Scenario, Series
from didymium.supply import shadow
from didymium.supply.chain import build
from didymium.supply.gaps import StageGap, table
from didymium.supply.program import Levels, solve
from didymium.supply.requirement import needed

from . import gap_chain as hand


def solved(scenario: Scenario) -> tuple[Levels, Levels, tuple[StageGap, ...]]:
    tables = hand.tables()
    system = build(scenario, tables)
    levels = solve(system, scenario.objective)
    priced = solve(shadow.loosened(system, scenario.focus), scenario.objective, unmet_cost=levels.unmet_cost)
    return levels, priced, table(scenario, levels, needed(scenario, system, tables))


@pytest.fixture(scope="module")
def by_hand() -> tuple[Levels, Levels, tuple[StageGap, ...]]:
    return solved(hand.scenario())


def grown(scenario: Scenario, plant: str, stage: str, more: float) -> Scenario:
    old = scenario.plants[plant]
    one = old.stages[stage]
    larger = replace(one, capacity=hand.value(one.capacity.nominal + more))
    return replace(scenario, plants={**scenario.plants, plant: replace(old, stages={**old.stages, stage: larger})})


def test_the_stage_that_binds_is_named(by_hand: Any) -> None:
    levels, priced, rows = by_hand
    found = shadow.bottlenecks(hand.scenario(), levels, priced, rows)
    assert [(one.year, one.stage, one.item) for one in found] == [(y, "heavy_separation", "Dy") for y in hand.YEARS]
    assert found[0].words == "heavy-rare-earth separation, 2025: short by 15 t Dy oxide"
    assert found[1].missing == pytest.approx(found[1].needed - 5.0)


def test_worth_is_what_a_tonne_more_does(by_hand: Any) -> None:
    scenario = hand.scenario()
    levels, priced, rows = by_hand
    (binding,) = (one for one in shadow.bindings(scenario, priced) if one.year == 2026)
    more, _, _ = solved(grown(scenario, "home", "heavy_separation", 1.0))
    gained = float(levels.unmet[0, 1] - more.unmet[0, 1])
    assert binding.worth == pytest.approx(gained, rel=2e-3)
    worth = next(one.worth for one in shadow.bottlenecks(scenario, levels, priced, rows) if one.year == 2026)
    assert worth == pytest.approx(gained, rel=2e-3)
    assert binding.plants == ("home",)
    assert binding.words == (
        "heavy-rare-earth separation, us, 2026: 1 t more Dy oxide a year would let 66.9 t more magnets be made"
    )


def test_an_oxide_is_worth_the_magnets_it_makes(by_hand: Any) -> None:
    found = {(one.good, one.year): one for one in shadow.prices(by_hand[1], ("us",))}
    assert found["oxide:Dy", 2025].worth == pytest.approx(1_000.0 / 14.94, rel=2e-3)  # nothing is made in that year
    assert found["oxide:Dy", 2025].words == "a t of Dy oxide in us, 2025, is worth 66.9 t of magnets"
    assert found["magnet:motor", 2026].worth == pytest.approx(1.0, rel=1e-3)
    assert ("oxide:NdPr", 2026) not in found


def test_what_does_not_bind_says_how_much_is_used(by_hand: Any) -> None:
    found = {(one.stage, one.year): one.used for one in shadow.slack(by_hand[0], ("us",))}
    assert ("heavy_separation", 2026) not in found
    assert found["magnet", 2026] == pytest.approx(float(by_hand[0].levels.max()) and 334.725 / 2_000.0, rel=1e-4)
    assert found["magnet", 2025] == 0.0


def test_no_gap_no_bottleneck() -> None:
    scenario = grown(hand.scenario(), "home", "heavy_separation", 100.0)
    levels, priced, rows = solved(scenario)
    found = shadow.bottlenecks(scenario, levels, priced, rows)
    assert levels.unmet[0, 1:].max() < 1e-6
    assert {one.year for one in found} <= {2025}


def test_a_stage_that_nobody_has_is_named() -> None:
    start = hand.scenario()
    home = start.plants["home"]
    left = {name: one for name, one in home.stages.items() if name != "metal"}
    away = hand.plant("away", "china", hand.stage("away", "metal", "china", 0.0, "mass"))
    scenario = replace(start, plants={"home": replace(home, stages=left), "away": away})
    levels, priced, rows = solved(grown(scenario, "home", "heavy_separation", 100.0))
    first = next(one for one in shadow.bottlenecks(scenario, levels, priced, rows) if one.year == 2026)
    assert (first.stage, first.item) == ("metal", "NdPr")
    assert first.missing == pytest.approx(first.needed)


def test_imports_of_a_later_stage_spare_the_earlier_ones() -> None:
    def row(stage: str, item: str, needed: float, effective: float, imported: float) -> StageGap:
        return StageGap(stage, item, *(np.array([x]) for x in (effective, effective, needed, 0.0, imported)))

    rows = [
        row("separation", "NdPr", 500.0, 100.0, 20.0),
        row("metal", "NdPr", 480.0, 0.0, 48.0),
        row("magnet", "magnets", 1_000.0, 0.0, 400.0),
    ]
    # 40 % comes as magnets, 10 % as metal: half of 500 t are left, less 20 t of oxide bought and 100 t made.
    assert shadow.lacking(rows, rows[0]) == pytest.approx([130.0])
    assert shadow.lacking(rows, rows[2]) == pytest.approx([600.0])


@pytest.mark.parametrize(
    ("changes", "objective", "word"),
    [
        ({}, "unmet", "t of magnets"),
        ({}, "cost", "USD"),
        ({"weight": 2.0}, "unmet", "t of weighted demand"),
        ({"weight": 2.0}, "magnets", "t of magnets"),
    ],
)
def test_what_prices_count_in(changes: dict[str, float], objective: Any, word: str) -> None:
    use = EndUse("us", "cars", "motor", Series({2025: hand.value(1_000)}), hand.HERE, **changes)  # type: ignore[arg-type]
    system = build(hand.scenario(demand=(use,)), hand.tables())
    assert shadow.worth_word(system, objective) == word


def test_objectives_of_money_price_in_money() -> None:
    scenario = hand.scenario(objective="cost")
    _, priced, _ = solved(scenario)
    found = shadow.bindings(scenario, priced, "cost")
    assert any(one.words.endswith(" USD") and one.worth > 1_000.0 for one in found)


def test_a_stage_that_no_region_has_is_named_by_what_it_would_make() -> None:
    start = hand.scenario()
    home = start.plants["home"]
    left = {name: one for name, one in home.stages.items() if name != "heavy_separation"}
    scenario = replace(start, plants={**start.plants, "home": replace(home, stages=left)})
    levels, priced, _ = solved(scenario)
    assert levels.unmet[0] == pytest.approx([1_000.0] * 3)
    none = np.zeros(3)
    needs = {"separation": (16.0, 700.0), "heavy_separation": (15.0, 0.0), "metal": (14.0, 1_000.0)}
    rows = [StageGap(name, "Dy", none, none + have, none + need, none, none) for name, (need, have) in needs.items()]
    found = shadow.bottlenecks(scenario, levels, priced, rows)
    assert [(one.year, one.stage) for one in found] == [(year, "heavy_separation") for year in hand.YEARS]
    assert found[0].missing == pytest.approx(15.0)


def test_no_year_with_unmet_demand_is_without_a_stage(by_hand: Any) -> None:
    levels, priced, rows = by_hand
    dumb = replace(priced, pool_price=np.zeros_like(priced.pool_price))
    found = shadow.bottlenecks(hand.scenario(), levels, dumb, rows)
    assert (found[0].year, found[0].stage, found[0].item) == (2025, "heavy_separation", "Dy")
    assert {one.year for one in found} == set(hand.YEARS)
    assert np.isnan(found[0].worth)
    enough = tuple(replace(row, effective=row.needed * 2.0) for row in rows)  # capacity is not what is in the way
    assert {one.year for one in shadow.bottlenecks(hand.scenario(), levels, dumb, enough)} == set(hand.YEARS)
    grown = {("metal", "NdPr"): np.array([1.0, 2.0, 3.0])}
    first = shadow.bottlenecks(hand.scenario(), levels, dumb, rows, short=grown)[0]
    assert (first.stage, first.missing) == ("metal", 1.0)
