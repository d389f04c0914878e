"""How a bridge follows a product through its plant: what passes, how often, beside what, and from what ore."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import didymium
from didymium.studies.bridge_factors import Key, Plant
from didymium.studies.bridge_pair import Pair, pair_of
from didymium.studies.bridge_passage import ON_THE_WAY, Way, ways


@pytest.fixture(scope="module")
def way(mountain_pass: didymium.Result) -> Way:
    return ways((mountain_pass,), "magnet")[0]


def test_use_goes_with_mass_from_alloy_on(way: Way) -> None:
    assert [way.by_mass(stage) for stage in ("mine", "separation", "metal", "alloy", "magnet")] == [False] * 3 + [
        True
    ] * 2


def test_what_comes_round_twice_is_a_loss_and_no_more_product(way: Way) -> None:
    """Swarf makes more pass the circuits than leaves as magnets: use per kg that passes, times loss, is use per kg."""
    unit = way.result.solution.units["nd_sm_cut"]
    assert unit.stage == "separation"
    passed = way._units["nd_sm_cut"]
    assert passed.times[0] > 1.01
    enters = sum(float(way._kg(way.result.streams[name])[0]) for name in unit.inlets.values())
    expected = enters / passed.whole[0] / way.held("separation")[0] / way.mass[0]
    assert passed.passage.loss[0] * passed.passage.weight[0] == pytest.approx(expected, rel=1e-12)
    assert passed.passage.loss[0] >= passed.times[0]


def test_what_serves_a_stage_follows_what_takes_most(way: Way) -> None:
    """Chlor-alkali cells pass no neodymium: their use goes with the unit of separation that takes most."""
    served, most = way.through("chlor_alkali"), None
    assert way._units["chlor_alkali"].times[0] < ON_THE_WAY
    for name, unit in way.result.solution.units.items():
        one = way._units[name]
        if unit.stage == "separation" and one.times[0] >= ON_THE_WAY and (most is None or one.whole[0] > most.whole[0]):
            most = one
    assert most is not None
    for field in ("loss", "company", "weight"):
        assert getattr(served, field)[0] == getattr(most.passage, field)[0]
    assert served.loss[0] > 0.0
    own = way.through("nd_sm_cut")
    assert own.loss[0] == way._units["nd_sm_cut"].passage.loss[0]


def test_use_of_the_mine_goes_with_tonnes_of_ore() -> None:
    """That of its units; people and stocks go with what it makes, and nothing does where mass is followed."""

    def of_ore(stage: str, by_stage: bool, by_mass: bool = False) -> bool:
        plant: Any = SimpleNamespace(way=SimpleNamespace(by_mass=lambda _: by_mass))
        return Plant.of_ore(plant, Key(stage, "diesel", "energy", "MJ", False, by_stage))

    assert of_ore("mine", False)
    assert not of_ore("mine", True)
    assert not of_ore("separation", False)
    assert not of_ore("mine", False, by_mass=True)


def test_rounding_moves_no_cause() -> None:
    before = {"ore": np.array([3.0]), "prices": np.array([2.0])}
    after = {"ore": np.array([3.0 * (1.0 + 4e-13)]), "prices": np.array([2.5])}
    pair: Any = SimpleNamespace(factors=lambda key: [(before, after)])
    key = Key("mine", "diesel", "energy", "MJ", False, False)
    found = Pair.attributed(pair, key)
    assert found["ore"][0] == 0.0
    assert found["prices"][0] == pytest.approx(1.5)
    after["ore"] = np.array([3.0 * (1.0 + 1e-9)])
    assert Pair.attributed(pair, key)["ore"][0] > 0.0


def test_a_bought_feed_stands_for_the_ore(mountain_pass: didymium.Result) -> None:
    """La Rochelle buys a mixed carbonate; a plant that buys separated oxide has the ore of the other."""
    bought = didymium.load("la_rochelle").solve()
    (one,) = ways((bought,), "ndpr_oxide")
    assert not any(feed.is_ore for feed in bought.plan.feeds.values())
    assert one.ore is not None
    feed = bought.streams[bought.ore]
    assert one.ore.grade[0] == pytest.approx(float(np.atleast_1d(feed.oxide())[0] / np.atleast_1d(feed.mass())[0]))
    texas = didymium.load("texas_magnets").solve()
    pair = pair_of(texas, mountain_pass, "magnet")
    assert pair.first.way.ore is None
    theirs = pair.second.way.ore
    assert theirs is not None
    for plant in (pair.first, pair.second):
        assert plant.ore.company[0] == theirs.company[0]


def test_grades_count_between_mines_of_a_kind(baotou: didymium.Result, mountain_pass: didymium.Result) -> None:
    """Rock is mined by the tonne at both; beside clay that is leached in its hill the grade of rock says nothing."""
    rock = pair_of(baotou, mountain_pass, "ndpr_oxide")
    for plant in (rock.first, rock.second):
        assert plant.way.ore is not None
        assert plant.ore.grade[0] == plant.way.ore.grade[0]
    assert rock.first.ore.grade[0] != rock.second.ore.grade[0]
    hill = didymium.load("ganzhou").solve()
    product = next(name for name in hill.plan.products if name in mountain_pass.plan.products)
    mixed = pair_of(hill, mountain_pass, product)
    assert not mixed.first.way.mining & mixed.second.way.mining
    for plant in (mixed.first, mixed.second):
        assert plant.way.ore is not None
        assert plant.ore.grade[0] == 1.0
        assert plant.ore.company[0] == plant.way.ore.company[0]
