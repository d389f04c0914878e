"""Demand pulled back through yields, against sums by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from didymium.elements import INDEX, OXIDE_FACTOR
from didymium.quantities import Value
from didymium.scenario import EndUse, MagnetKind, Scenario, Series
from didymium.supply.chain import build
from didymium.supply.requirement import Requirement, held, needed, passed
from didymium.supply.system import Good

from . import gap_chain as hand

DY, ND, PR = (float(OXIDE_FACTOR[INDEX[name]]) for name in ("Dy", "Nd", "Pr"))
NDPR = 0.75 * ND + 0.25 * PR


def pulled(scenario: Scenario, tables: Any = None, **more: Any) -> Requirement:
    tables = tables or hand.tables()
    return needed(scenario, build(scenario, tables), tables, **more)


def test_every_stage_by_hand() -> None:
    found = pulled(hand.scenario()).needed
    alloy = 1_000.0 / 0.8
    metal = {"NdPr": 0.3 * alloy / 0.98, "Dy": 0.01 * alloy / 0.98}
    oxide = {name: tonnes / 0.98 for name, tonnes in metal.items()}
    assert found["magnet", "magnets"] == pytest.approx([1_000.0] * 3)
    assert found["alloy", "alloy"] == pytest.approx([alloy] * 3)
    assert found["metal", "Dy"] == pytest.approx([metal["Dy"] * DY] * 3)
    assert found["metal", "NdPr"] == pytest.approx([metal["NdPr"] * NDPR] * 3)
    assert found["separation", "NdPr"] == pytest.approx([oxide["NdPr"] * NDPR] * 3)
    assert found["heavy_separation", "Dy"] == pytest.approx([oxide["Dy"] * DY] * 3)
    assert found["separation", "Dy"] == pytest.approx([oxide["Dy"] / 0.95 * DY] * 3)
    assert found["mine", "Dy"] == pytest.approx([oxide["Dy"] / 0.95 / 0.9 * DY] * 3)
    assert found["mine", "NdPr"] == pytest.approx([oxide["NdPr"] / 0.9 * NDPR] * 3)
    assert not found["mine", "Tb"].any()
    assert ("heavy_separation", "NdPr") not in found
    assert ("cracking", "NdPr") not in found


def test_what_is_diffused_enters_at_the_magnet() -> None:
    kind = MagnetKind("motor", "NdFeB", {"NdPr": hand.value(0.3, "1"), "Dy": hand.value(0.01, "1")}, ("Dy",), hand.HERE)
    found = pulled(hand.scenario(magnets={"motor": kind})).needed
    # Without a yield of its own what is laid on is taken up as the alloy is.
    assert found["metal", "Dy"] == pytest.approx([10.0 / 0.8 * DY] * 3)
    tables = hand.tables()
    tables["plain"]["magnet"].yields["Dy"]["diffused"] = 0.5
    assert pulled(hand.scenario(magnets={"motor": kind}), tables).needed["metal", "Dy"] == pytest.approx(
        [20.0 * DY] * 3
    )


def recycling(tonnes: float, **more: Any) -> Scenario:
    plant = hand.plant("back", "us", hand.stage("back", "recycling", "us", tonnes, "mass"))
    start = hand.scenario()
    return hand.scenario(plants={**start.plants, "back": plant}, **more)


def test_swarf_comes_back_as_far_as_plants_take_it() -> None:
    without = pulled(hand.scenario())
    all_of_it = pulled(recycling(1_000.0))
    half = pulled(recycling(0.15 * 1_000.0 / 0.8 / 2.0))
    swarf = 0.15 * 1_000.0 / 0.8
    assert all_of_it.share == pytest.approx([1.0] * 3)
    assert half.share == pytest.approx([0.5] * 3)
    assert all_of_it.returned["Dy"] == pytest.approx([swarf * 0.01 * 0.9 * DY] * 3)
    assert half.returned["Dy"] == pytest.approx(all_of_it.returned["Dy"] / 2.0)
    spared = without.needed["heavy_separation", "Dy"] - all_of_it.needed["heavy_separation", "Dy"]
    assert spared == pytest.approx(all_of_it.returned["Dy"])
    assert all_of_it.needed["metal", "Dy"] == pytest.approx(without.needed["metal", "Dy"])


def test_old_magnets_come_back_after_their_life() -> None:
    use = EndUse(
        "us",
        "cars",
        "motor",
        Series({2025: hand.value(1_000)}),
        hand.HERE,
        life=Value(1.0, "year"),
        collected=Series({2025: hand.value(0.2, "1")}),
    )
    plain = pulled(recycling(10_000.0)).returned["Dy"]
    old = pulled(recycling(10_000.0, demand=(use,))).returned["Dy"] - plain
    # Sales are spread over the year, so those of a year come back in the next and in the one after.
    assert old[0] == 0.0
    assert 0.0 < old[1] <= old[2] <= 1_000.0 * 0.2 * 0.01 * 0.9 * DY * (1 + 1e-12)


def test_no_more_comes_back_than_is_asked_for() -> None:
    # Of 10,000 t sold in every year before, all comes back; 100 t are asked for now.
    use = EndUse(
        "us",
        "cars",
        "motor",
        Series({2020: hand.value(10_000), 2024: hand.value(10_000), 2025: hand.value(100)}),
        hand.HERE,
        life=Value(1.0, "year"),
        collected=Series({2025: hand.value(1.0, "1")}),
    )
    found = pulled(recycling(1e6, demand=(use,)))
    assert found.returned["NdPr"][0] == pytest.approx(0.3 * 100.0 / 0.8 / 0.98 / 0.98 * NDPR)
    assert found.needed["mine", "NdPr"][0] == 0.0
    assert found.needed["heavy_separation", "Dy"][0] == 0.0


def test_swarf_is_no_more_than_what_magnets_leave() -> None:
    tables = hand.tables()
    for one in tables["plain"]["magnet"].yields.values():
        one["swarf"] = 0.5
    found = pulled(recycling(1e6), tables)
    assert found.returned["Dy"] == pytest.approx([0.2 * 1_000.0 / 0.8 * 0.01 * 0.9 * DY] * 3)


def test_oxides_asked_for_add_to_separation_alone() -> None:
    both = (*hand.scenario().demand, EndUse("us", "lamps", "Dy oxide", Series({2025: hand.value(7.0)}), hand.HERE))
    one, other = pulled(hand.scenario()).needed, pulled(hand.scenario(demand=both)).needed
    more = other["heavy_separation", "Dy"] - one["heavy_separation", "Dy"]
    assert more == pytest.approx([7.0] * 3)
    assert other["metal", "Dy"] == pytest.approx(one["metal", "Dy"])


def test_regions_are_their_own() -> None:
    found = pulled(hand.scenario(), regions=("china",))
    assert all(not values.any() for values in found.needed.values())


def test_a_stage_without_a_flowsheet_loses_nothing_and_says_so() -> None:
    start = hand.scenario()
    standard = {name: sheet for name, sheet in start.standard.items() if name != "metal"}
    found = pulled(replace(start, standard=standard))
    assert found.notes == ("no standard flowsheet for metal: demand is pulled back there without losses",)
    full = pulled(start)
    assert found.needed["heavy_separation", "Dy"] == pytest.approx(0.98 * full.needed["heavy_separation", "Dy"])


def test_a_stage_that_passes_nothing_needs_without_end() -> None:
    tables = hand.tables()
    for name in ("Tb", "Dy"):
        tables["plain"]["separation"].yields[name]["heavy"] = 0.0
    found = pulled(hand.scenario(), tables)
    assert np.isinf(found.needed["mine", "Dy"]).all()


def test_mixtures_hold_their_own_elements() -> None:
    assert held(Good("concentrate:x", "mine", {"Nd": 0.2, "Pr": 0.1}), "NdPr") == pytest.approx(0.2 * ND + 0.1 * PR)
    assert held(Good("oxide:NdPr", "separation", {"NdPr": 1.0}), "NdPr") == pytest.approx(NDPR)
    assert held(Good("oxide:Ce", "separation", {"Ce": 1.0}), "NdPr") == 0.0


def test_nd_and_pr_weigh_by_what_of_each_enters() -> None:
    from didymium.supply.yields import StageYield

    yields = {"Nd": {"metal": 0.9}, "Pr": {"metal": 0.5}}
    table = StageYield("metal", "works", {}, yields, 0.0, 0.0, "t", entering={"Nd": 0.8, "Pr": 0.2})
    assert passed(table, "NdPr", "metal") == table.share("NdPr", "metal") > 0.8
    assert passed(table, "Dy", "metal") == table.share("NdPr", "metal")
