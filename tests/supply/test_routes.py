"""The way that most of an origin's atoms came, and room that nobody uses elsewhere; a chain small enough to follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from didymium.supply.routes import route
from didymium.supply.spare import items, spare
from didymium.supply.system import Activity, Bound, Given, Good, Need, Output, Pool, System
from didymium.supply.tracing import Traced, trace

ORE = {"Nd": 0.6, "Pr": 0.2, "Dy": 0.2}
GOODS = {
    "concentrate:x": Good("concentrate:x", "mine", ORE),
    "oxide:Dy": Good("oxide:Dy", "separation", {"Dy": 1.0}),
    "oxide:NdPr": Good("oxide:NdPr", "separation", {"NdPr": 1.0}),
    "magnet:m": Good("magnet:m", "magnet", {"NdPr": 0.3, "Dy": 0.02}),
    "swarf:m": Good("swarf:m", "magnet", {"NdPr": 0.3, "Dy": 0.02}),
}


@dataclass(frozen=True)
class Levels:
    system: System
    levels: np.ndarray


def refinery(region: str, into: str) -> Activity:
    oxides = {e: Pool("oxide:Dy" if e == "Dy" else "oxide:NdPr", into) for e in ORE}
    return Activity(
        name=f"refinery of {region}",
        kind="plant",
        takes={Pool("concentrate:x", region): 1.0},
        makes=(Output(Pool("oxide:NdPr", into), 0.72), Output(Pool("oxide:Dy", into), 0.18)),
        plant=f"{region} refinery",
        stage="separation",
        region=region,
        splits={e: {pool: 0.9} for e, pool in oxides.items()},
    )


def mine(region: str) -> Activity:
    made = (Output(Pool("concentrate:x", region), 1.0),)
    return Activity(f"mine of {region}", "source", {}, made, f"{region} mine", "mine", region)


def found() -> Levels:
    """1,000 t of magnets a year: 300 t NdPr and 20 t Dy, mostly Chinese; the oldest Dy was in stock."""
    sale, here = Pool("oxide:Dy", "china>"), Pool("oxide:Dy", "us")
    ndpr, magnet, swarf = Pool("oxide:NdPr", "us"), Pool("magnet:m", "us"), Pool("swarf:m", "us")
    every = (
        mine("china"),
        refinery("china", "china>"),
        mine("us"),
        refinery("us", "us"),
        Activity("china sells Dy", "trade", {sale: 1.0}, (Output(here, 1.0),)),
        Activity(
            "magnets of us",
            "plant",
            {ndpr: 0.36, here: 0.024},
            (Output(magnet, 1.0), Output(swarf, 0.2)),
            "us works",
            "magnet",
            "us",
        ),
        Activity(
            "swarf of us", "plant", {swarf: 1.0}, (Output(ndpr, 0.27), Output(here, 0.018)), "us leach", "recycling"
        ),
        Activity("to cars", "deliver", {magnet: 1.0}, (), region="us", serves={0: 1.0}),
        Activity("china sells NdPr", "trade", {Pool("oxide:NdPr", "china>"): 1.0}, (Output(ndpr, 1.0),)),
    )
    levels = np.array([[400.0], [400.0], [50.0], [50.0], [9.0], [1000.0], [200.0], [1000.0], [288.0]])
    room = (
        Bound(
            "china",
            "capacity",
            ((1, 1.0),),
            np.array([900.0]),
            np.array([np.nan]),
            "china refinery",
            "separation",
            "china",
        ),
        Bound("us", "capacity", ((3, 0.9),), np.array([90.0]), np.array([np.nan]), "us refinery", "separation", "us"),
        Bound("us mine", "capacity", ((2, 1.0),), np.array([50.0]), np.array([np.nan]), "us mine", "mine", "us"),
        Bound("quota", "quota", ((2, 1.0),), np.array([1e6]), np.array([np.nan]), "us mine", "metal", "us"),
    )
    needs = (Need("us", "cars", "magnet:m", np.array([1000.0])),)
    givens = (Given(here, np.array([2.4])),)
    system = System((2030,), ("us", "china"), GOODS, every, room, needs, givens, {"NdPr": ("Pr", "Nd")})
    return Levels(system, levels)


@pytest.fixture(scope="module")
def traced() -> Traced:
    return trace(found())


def test_the_way_of_the_largest_part(traced: Traced) -> None:
    steps = route(traced, traced.system.needs[0], 2030, "Dy", "china")
    assert [one.name for one in steps] == ["mine of china", "refinery of china", "china sells Dy", "magnets of us"]
    assert [one.plant for one in steps if one.plant] == ["china mine", "china refinery", "us works"]
    assert steps[0].share == steps[1].share == steps[3].share == pytest.approx(1.0)
    # Of the Chinese Dy in the us pool 9 t are new, the rest has been round: 0.2 x 0.02 / 0.024 x 0.9 of what passes.
    assert steps[2].share == pytest.approx(1.0 - 0.2 * 0.018 / 0.024)
    assert [one.name for one in route(traced, traced.system.needs[0], 2030, "Dy", "us")][:2] == [
        "mine of us",
        "refinery of us",
    ]


def test_what_was_there_before_is_a_step(traced: Traced) -> None:
    steps = route(traced, Pool("oxide:Dy", "us"), 2030, "Dy", "before")
    assert [one.name for one in steps] == ["oxide:Dy there before"]
    assert route(traced, traced.system.needs[0], 2030, "Dy", "mars") == ()
    assert route(traced, traced.system.needs[0], 2030, "Nd", "before") == ()


def test_the_way_from_a_later_stage_begins_there() -> None:
    later = trace(found(), at="separation")
    steps = route(later, later.system.needs[0], 2030, "Dy", "china")
    assert [one.name for one in steps] == ["refinery of china", "china sells Dy", "magnets of us"]
    made = trace(found(), at="magnet")
    # Swarf that goes round was made in the us before.
    assert [one.name for one in route(made, made.system.needs[0], 2030, "Nd", "us")] == ["magnets of us"]


def test_room_that_nobody_uses_elsewhere(traced: Traced) -> None:
    dy = spare(traced, found().levels, "Dy", "china", 2030)
    # The refinery of the us has room for 90 - 0.9 x 50 of 0.9: 50 t of ore, 9 t Dy; its mine has none.
    assert dy.by_stage == pytest.approx({"separation": 9.0})
    assert spare(traced, found().levels, "NdPr", "china", 2030).by_stage == pytest.approx({"separation": 36.0})
    other = spare(traced, found().levels, "Dy", "us", 2030)
    assert other.by_stage == pytest.approx({"separation": 500 * 0.18})
    # 72 t Dy are made in China, 9 sold.
    assert other.left == pytest.approx(63.0)
    assert dy.left == pytest.approx(0.0, abs=1e-9)


def test_a_plant_that_stands_still_counts_what_it_may_make(traced: Traced) -> None:
    still = found()
    levels = still.levels.copy()
    levels[3] = 0.0
    assert spare(replace(traced), levels, "Dy", "china", 2030).by_stage == pytest.approx({"separation": 18.0})


def test_elements_that_go_together_are_one_item(traced: Traced) -> None:
    assert items(traced.system, ("Pr", "Nd", "Dy")) == {"NdPr": ("Pr", "Nd"), "Dy": ("Dy",)}
