"""The gap table: capacity in an item, what is made and bought, what nobody takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from didymium.scenario import Scenario, TradeRule
from didymium.supply.chain import build
from didymium.supply.gaps import StageGap, could_make, mined, stage_of, surplus, table
from didymium.supply.program import Levels, solve
from didymium.supply.requirement import needed
from didymium.supply.system import Activity, Bound, Good, Output, Pool, System

from . import gap_chain as hand

FLAT = np.ones(2)


def rows(scenario: Scenario) -> tuple[dict[tuple[str, str], StageGap], Levels]:
    tables = hand.tables()
    system = build(scenario, tables)
    levels = solve(system)
    return {(one.stage, one.item): one for one in table(scenario, levels, needed(scenario, system, tables))}, levels


@pytest.fixture(scope="module")
def by_hand() -> tuple[dict[tuple[str, str], StageGap], Levels]:
    return rows(hand.scenario())


def test_capacity_need_and_gap(by_hand: Any) -> None:
    found, _ = by_hand
    heavy = found["heavy_separation", "Dy"]
    assert heavy.nameplate.tolist() == [0.0, 5.0, 5.0]
    assert heavy.effective == pytest.approx([0.0, 5.0, 5.0])
    assert heavy.gap == pytest.approx(heavy.needed - heavy.effective)
    assert heavy.made == pytest.approx([0.0, 5.0, 5.0])
    magnet = found["magnet", "magnets"]
    assert magnet.nameplate.tolist() == [2_000.0] * 3
    assert magnet.effective.tolist() == [1_000.0, 2_000.0, 2_000.0]  # the ramp
    assert not magnet.gap.any()
    assert (heavy.unit, magnet.unit) == ("t oxide", "t")
    mine = found["mine", "NdPr"]
    assert mine.effective[0] == pytest.approx(20_000 * (0.16 * 1.16638 + 0.05 * 1.20817) / 1.18, rel=0.02)
    assert not any(one.imported.any() for one in found.values())


def test_a_gap_of_rounding_is_none() -> None:
    need = np.array([100.0, 100.0])
    one = StageGap("metal", "Dy", need, need * (1 - 1e-9), need, need, need)
    assert not one.gap.any()


def test_what_is_imported_counts_at_its_stage() -> None:
    away = hand.plant("away", "china", hand.stage("away", "heavy_separation", "china", 50, "Dy"))
    light = hand.stage("far", "separation", "china", 5_000, "REO")
    mine = hand.stage("far", "mine", "china", 5_000, "REO", deposits=("plain",))
    start = hand.scenario()
    plants = {**start.plants, "far": hand.plant("far", "china", mine, light), "away": away}
    found, levels = rows(hand.scenario(plants=plants))
    heavy = found["heavy_separation", "Dy"]
    assert levels.unmet.max() < 1e-6
    assert (heavy.imported + heavy.made >= heavy.needed - 1e-6).all()
    assert heavy.imported[0] == pytest.approx(heavy.needed[0])
    assert not found["metal", "Dy"].imported.any()


def small(most: float, ores: dict[str, float]) -> tuple[System, Bound]:
    """Two ores, 10 % and 1 % Dy, through one separation that counts what it is fed."""
    goods = {"oxide:Dy": Good("oxide:Dy", "separation", {"Dy": 1.0})}
    activities = []
    bounds = []
    for name, share in {"rich": 0.1, "poor": 0.01}.items():
        goods[f"concentrate:{name}"] = Good(f"concentrate:{name}", "mine", {"Dy": share, "Ce": 1.0 - share})
        ore = Pool(f"concentrate:{name}", "us")
        if name in ores:
            activities.append(Activity(f"mine {name}", "source", {}, (Output(ore, 1.0),), stage="mine"))
            at = len(activities) - 1
            bounds.append(Bound(name, "capacity", ((at, 1.0),), ores[name] * FLAT, FLAT * np.nan, stage="mine"))
        made = Output(Pool("oxide:Dy", "us>"), share)
        activities.append(Activity(name, "plant", {ore: 1.0}, (made,), stage="separation", region="us"))
    of = tuple((i, 1.0) for i, one in enumerate(activities) if one.kind == "plant")
    row = Bound("separation", "capacity", of, most * FLAT, FLAT * np.nan, stage="separation", region="us")
    return System((2025, 2026), ("us",), goods, tuple(activities), (*bounds, row), (), (), {}), row


def test_the_richest_ore_goes_first_as_far_as_it_is_mined() -> None:
    factor = 1.14768
    system, row = small(1_000.0, {"rich": 200.0, "poor": 10_000.0})
    could = could_make(system, row, "Dy", row.most, mined(system))
    assert could == pytest.approx((200.0 * 0.1 + 800.0 * 0.01) * factor * FLAT, rel=1e-4)
    system, row = small(1_000.0, {"rich": 5_000.0, "poor": 10_000.0})
    assert could_make(system, row, "Dy", row.most, mined(system)) == pytest.approx(100.0 * factor * FLAT, rel=1e-4)
    assert could_make(system, row, "Tb", row.most, mined(system)).tolist() == [0.0, 0.0]


def test_an_ore_into_another_track_is_the_same_ore() -> None:
    system, row = small(1_000.0, {"rich": 200.0})
    at = next(i for i, one in enumerate(system.activities) if one.name == "rich")
    (ore,) = system.activities[at].takes
    twin = replace(system.activities[at], takes={ore._replace(track="clean"): 1.0})
    row = replace(row, of=((at, 1.0), (len(system.activities), 1.0)))
    system = replace(system, activities=(*system.activities, twin), bounds=(*system.bounds[:-1], row))
    assert could_make(system, row, "Dy", row.most, mined(system)) == pytest.approx(20.0 * 1.14768 * FLAT, rel=1e-4)


def test_what_is_under_way_counts_when_it_arrives() -> None:
    away = hand.plant("away", "china", hand.stage("away", "heavy_separation", "china", 50, "Dy"))
    light = hand.stage("far", "separation", "china", 5_000, "REO")
    mine = hand.stage("far", "mine", "china", 5_000, "REO", deposits=("plain",))
    plants = {**hand.scenario().plants, "far": hand.plant("far", "china", mine, light), "away": away}
    slow = TradeRule("slow", "licence", ("china",), hand.HERE, goods=("Dy oxide",), delay=hand.value(1.0, "year"))
    found, levels = rows(hand.scenario(plants=plants, rules={"slow": slow}))
    heavy = found["heavy_separation", "Dy"]
    # Nothing arrives in the first year; in the next what the own 5 t lack, shipped the year before.
    assert levels.unmet[0] == pytest.approx([1_000.0, 0.0, 0.0], abs=1e-6)
    assert heavy.imported[:2] == pytest.approx([0.0, heavy.needed[1] - 5.0], abs=1e-6)


def test_which_stage_sells_a_good() -> None:
    dy = Good("oxide:Dy", "separation", {"Dy": 1.0})
    assert stage_of(dy, "Dy", True) == "heavy_separation"
    assert stage_of(dy, "Dy", False) == "separation"
    assert stage_of(dy, "Tb", True) == ""
    assert stage_of(Good("swarf:motor", "magnet", {"Dy": 0.01}), "Dy", True) == ""
    assert stage_of(Good("magnet:motor", "magnet", {"Dy": 0.01}), "magnets", True) == "magnet"


def test_surplus_is_what_ores_bring_besides(by_hand: Any) -> None:
    found = {one.element: one for one in surplus(by_hand[1])}
    assert found["Ce"].share.tolist() == pytest.approx([0.0, 1.0, 1.0])
    assert found["Ce"].tonnes[1] > found["La"].tonnes[1] > 0.0
    assert not surplus(by_hand[1], ("china",))


def test_what_the_focus_buys_of_its_own_on_the_common_market_is_no_import() -> None:
    from didymium.supply.gaps import _foreign
    from didymium.supply.system import Activity, Good, Output, Pool, System

    def sale(source: str, to: str, lag: int = 0) -> Activity:
        made = (Output(Pool("oxide:Dy", to), 1.0, lag),)
        return Activity(f"{source} to {to}", "trade", {Pool("oxide:Dy", source): 1.0}, made)

    rows = (sale("us>", "world"), sale("japan>", "world", 1), sale("world", "us"))
    goods = {"oxide:Dy": Good("oxide:Dy", "oxide", {"Dy": 1.0})}
    system = System(
        years=(2025, 2026), goods=goods, activities=rows, bounds=(), needs=(), givens=(), regions=(), groups={}
    )
    levels = np.array([[3.0, 3.0], [1.0, 9.0], [4.0, 4.0]])
    assert _foreign(system, levels, ("us",))[Pool("oxide:Dy", "world")] == pytest.approx([0.0, 0.25])
    assert _foreign(system, levels, ("china",)) == {}
