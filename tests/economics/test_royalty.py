"""Royalties: a share of what a mine's rare earths fetch, or of the oxides in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.economics import cost
from didymium.economics.lines import CostLine
from didymium.elements import INDEX, OXIDE_FACTOR
from didymium.levies import Levies
from didymium.network.solution import Solution
from didymium.quantities import In

from .conftest import Build

OXIDE = 100.0 * OXIDE_FACTOR[INDEX["Nd"]] * 56.0
"""USD/h of the oxide of 100 kg/h of Nd at the price of 2024."""


def mine(hand: Build, *, form: str = "concentrate", ore: bool = True, nd: Any = 100.0, **plan: Any) -> Solution:
    """100 kg/h of Nd leave the mine for a leach, 50 in iron concentrate and 20 in tailings leave the plant."""
    flow = np.asarray(nd, dtype=float)
    return hand(
        {
            "flotation": {
                "stage": "mine",
                "inlets": {"feed": "ore"},
                "outlets": {"concentrate": form, "iron": "iron concentrate", "tailings": "tailings"},
                "waste": ["tailings"],
            },
            "leach": {
                "stage": "separation",
                "inlets": {"feed": "flotation.concentrate"},
                "outlets": {"oxide": "oxide"},
            },
        },
        {
            "ore": {"Nd": 1.7 * flow},
            "flotation.concentrate": {"Nd": flow},
            "flotation.iron": {"Nd": 0.5 * flow},
            "flotation.tailings": {"Nd": 0.2 * flow},
            "leach.oxide": {"Nd": flow},
        },
        feeds={"ore": {"deposit": "bayan_obo"} if ore else {"price": None}},
        products={"oxide": "leach.oxide"},
        **plan,
    )


def owed(solution: Solution, **changes: Any) -> list[CostLine]:
    given = {path.replace("__", "."): np.asarray(values) for path, values in changes.items()}
    return [line for line in cost(solution, given).lines if line.item == "royalty"]


def test_chinas_resource_tax_is_on_what_the_concentrate_fetches(hand: Build) -> None:
    """11.5 % of 0.36 of the oxide's price; iron concentrate and tailings owe nothing."""
    (line,) = owed(mine(hand))
    assert (line.unit_name, line.stage, line.cause) == ("flotation", "mine", "overhead")
    assert line.quantity == pytest.approx(OXIDE * 0.36)
    assert (line.price, line.source, line.year) == (0.115, "china_resource_tax", 2024)
    assert line.cost == pytest.approx(OXIDE * 0.36 * 0.115)


@pytest.mark.parametrize(("form", "share"), [("ore", 0.26), ("carbonate", 0.65)])
def test_ore_and_mixed_products_fetch_their_own_share(hand: Build, form: str, share: float) -> None:
    (line,) = owed(mine(hand, form=form))
    assert line.quantity == pytest.approx(OXIDE * share)


def test_western_australia_takes_of_the_oxides(hand: Build) -> None:
    (line,) = owed(mine(hand, regions={"mine": "australia"}))
    assert line.cost == pytest.approx(OXIDE * 0.025)
    assert (line.unit, line.assumed) == ("USD of oxides", False)


def test_the_files_share_holds_everywhere(hand: Build) -> None:
    levies = Levies(royalty=In("1", low=0, high=1).parse("6.5 % (nre2024)"))
    (line,) = owed(mine(hand, region="europe", levies=levies))
    assert line.cost == pytest.approx(OXIDE * 0.36 * 0.065)
    assert (line.source, line.note) == ("nre2024", "share of the file")


def test_none_is_owed_without_ore_or_without_a_rate(hand: Build) -> None:
    assert owed(mine(hand, ore=False)) == []
    europe = mine(hand, region="europe")
    assert owed(europe) == []
    assert "no royalty is known for europe: none is counted; give one, as in royalty: 5 %" in cost(europe).notes
    assert not any("royalty" in note for note in cost(mine(hand)).notes)


def test_a_royalty_without_effect_is_told(hand: Build) -> None:
    """Where nothing is mined, and where the mine hands on no rare earths; not where it is charged, nor for 0 %."""
    levies = Levies(royalty=In("1").parse("50 %"))

    def told(solution: Solution) -> list[str]:
        return [note for note in cost(solution).notes if "royalty" in note]

    assert told(mine(hand, ore=False, levies=levies)) == ["nothing is mined here: the royalty has no effect"]
    idle = mine(hand, form="iron concentrate", levies=levies)
    assert told(idle) == ["no unit of the mine stage hands rare earths on: the royalty has no effect"]
    assert told(mine(hand, levies=levies)) == []
    assert told(mine(hand, levies=Levies(royalty=In("1").parse("0 %")))) == []


def test_a_share_of_nothing_costs_nothing(hand: Build) -> None:
    (line,) = owed(mine(hand, levies=Levies(royalty=In("1").parse("0 %"))))
    assert line.cost == 0.0


def test_samples_have_the_bits_of_single_cases(hand: Build) -> None:
    flows, rates, prices = np.array([90.0, 100.0, 117.3]), np.array([0.07, 0.115, 0.12]), np.array([50.0, 56.0, 61.7])
    (whole,) = owed(mine(hand, nd=flows), data__royalty__china=rates, data__oxide__Nd=prices)
    for i in range(3):
        part = slice(i, i + 1)
        (one,) = owed(mine(hand, nd=flows[part]), data__royalty__china=rates[part], data__oxide__Nd=prices[part])
        assert whole.cost[i] == one.cost[0]


def test_ion_clays_owe_their_own() -> None:
    clay, rock = data.royalty_of("china", ["in_situ_leach"]), data.royalty_of("china", ["mine"])
    assert clay is not None
    assert rock is not None
    assert (clay.fact.value, clay.key, rock.key) == (0.20, "royalty.china.in_situ_leach", "royalty.china")
