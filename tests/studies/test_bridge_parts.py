"""Parts of the bridge by hand: means of factors, causes of lines, how capital grows, what is matched with what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import didymium
from didymium.economics.operating import CostLine
from didymium.studies import bridge_factors
from didymium.studies.bridge import Bridge, BridgeError, Part, _check
from didymium.studies.bridge_capital import scales
from didymium.studies.bridge_causes import price_cause, use_cause
from didymium.studies.bridge_factors import COMPANY, OWN, Factored, Key, Plant, key_of
from didymium.studies.bridge_pair import pair_of
from didymium.studies.bridge_passage import wanted, ways


def line(cause: str, item: str = "", unit: str = "kg", cost: Any = 1.0, quoted: str = "") -> CostLine:
    """A line of cost of the mine."""
    money = np.atleast_1d(np.asarray(cost, dtype=float))
    quote: Any = SimpleNamespace(item=quoted, from_file=False) if quoted else None
    return CostLine("unit", "mine", item or cause, cause, money, unit, 1.0, "", False, money, quote=quote)


# -- causes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "use", "price"),
    [
        (line("capital", unit="million USD invested"), "capital", "finance"),
        (line("maintenance", unit="million USD invested"), "capital", "capital"),
        (line("overhead", unit="million USD invested"), "capital", "capital"),
        (line("labour", quoted="labour"), "labour", "labour"),
        (line("maintenance", quoted="labour"), "labour", "labour"),
        (line("capital", unit="million USD tied up"), "finance", "finance"),
        (line("waste", quoted="tailings"), "waste", "compliance"),
        (line("reagents", quoted="HCl"), "reagents", "prices"),
        (line("energy", quoted="electricity"), "energy", "prices"),
        (line("freight"), "materials", "prices"),
        (line("overhead", item="royalty"), "compliance", "compliance"),
    ],
)
def test_the_causes_of_a_line(one: CostLine, use: str, price: str) -> None:
    assert (use_cause(one), price_cause(one)) == (use, price)


def test_what_follows_the_whole_stage() -> None:
    """People, stocks, royalty, and plants that are known as a whole; not reagents, nor equipment."""

    def by_stage(one: CostLine, whole: bool) -> bool:
        plant: Any = SimpleNamespace(scales={"mine": SimpleNamespace(whole=whole)})
        return Plant.by_stage(plant, one)

    for whole in (True, False):
        assert by_stage(line("labour", quoted="labour"), whole)
        assert by_stage(line("capital", unit="million USD tied up"), whole)
        assert by_stage(line("overhead", item="royalty"), whole)
        assert not by_stage(line("reagents", quoted="HCl"), whole)
        assert not by_stage(line("overhead", item="carbon price"), whole)
        assert by_stage(line("maintenance", unit="million USD invested"), whole) is whole


def test_what_is_sold_is_matched_with_what_is_sold() -> None:
    bought, sold = (key_of(line("waste", quoted="gypsum", cost=cost), False) for cost in (5.0, -5.0))
    assert bought != sold
    assert (bought.sold, sold.sold) == (False, True)
    assert key_of(line("waste", quoted="gypsum", cost=9.0), False) == bought
    assert key_of(line("waste", quoted="gypsum", cost=5.0), True) != bought


# -- means ------------------------------------------------------------------------------------------------------------


def factored(**factors: float) -> Factored:
    every = {name: np.array([factors.get(name, 1.0)]) for name in dict.fromkeys((*OWN, *COMPANY))}
    key = Key("mine", "item", "reagents", "kg", False, False)
    whole = float(np.prod([every[name][0] for name in OWN]))
    return Factored(key, "reagents", "prices", np.array([whole]), every)


def test_means_give_the_sum_and_prices_weigh_no_losses() -> None:
    """3 kg at a loss of 2 and 9 USD, 1 kg at a loss of 4 and 5 USD: the mean loss is (3×2 + 1×4)/4, whatever prices."""
    lines = [factored(use=3.0, loss=2.0, price=9.0, share=0.5), factored(use=1.0, loss=4.0, price=5.0, share=1.0)]
    means = bridge_factors._means(lines, OWN)
    assert means["use"][0] == 4.0
    assert means["loss"][0] == pytest.approx(2.5)
    assert means["price"][0] == pytest.approx((6.0 * 9.0 + 4.0 * 5.0) / 10.0)
    assert means["share"][0] == pytest.approx((54.0 * 0.5 + 20.0) / 74.0)
    assert np.prod(list(means.values())) == pytest.approx(27.0 + 20.0)
    company = bridge_factors._means([factored(use=3.0, loss=2.0, company=5.0, price=9.0), lines[1]], COMPANY)
    assert company["company"][0] == pytest.approx((6.0 * 5.0 + 4.0) / 10.0)


def test_means_of_what_is_not_used() -> None:
    means = bridge_factors._means([factored(use=0.0, loss=2.0), factored(use=0.0, loss=4.0)], OWN)
    assert means["use"][0] == 0.0
    assert all(np.isfinite(value).all() for value in means.values())


# -- capital ----------------------------------------------------------------------------------------------------------


def bought(million: float, each: float, number: float = 1.0) -> Any:
    """Equipment of base size 10, exponent 0.7 above it and 0.4 below, 100 at most."""
    base = SimpleNamespace(size=10.0, exponent=0.7, below=0.4, largest=100.0)
    numbers = {"each": each, "number": number, "million_usd": million}
    return SimpleNamespace(base=base, **{name: np.array([value]) for name, value in numbers.items()})


def plant(**stages: Any) -> Any:
    """A result with these stages: purchases, or none for a plant known as a whole."""
    capital: Mapping[str, Any] = {
        stage: SimpleNamespace(
            way="equipment" if pieces else "known plant", purchases=pieces, capacity=np.array([1000.0])
        )
        for stage, pieces in stages.items()
    }
    return SimpleNamespace(cost=SimpleNamespace(capital=capital), solution=SimpleNamespace(samples=1))


@pytest.mark.parametrize(
    ("pieces", "exponent"),
    [
        ((bought(2.0, 20.0),), 0.7),
        ((bought(2.0, 5.0),), 0.4),
        ((bought(2.0, 80.0, 3.0),), 1.0),  # near the largest: more pieces
        ((bought(2.0, 80.0),), 0.7),
        ((bought(2.0, 40.0, 3.0),), 0.7),
        ((bought(3.0, 20.0), bought(1.0, 5.0)), (3.0 * 0.7 + 0.4) / 4.0),
        ((), 0.6),
    ],
)
def test_how_capital_grows(pieces: tuple[Any, ...], exponent: float) -> None:
    both = scales(plant(mine=pieces), plant(mine=pieces))
    assert both["mine"].exponent[0] == pytest.approx(exponent)
    assert both["mine"].whole is (not pieces)


def test_two_plants_share_an_exponent() -> None:
    """The mean of both; the own one of a stage that only one has; whole where either is known as a whole."""
    first, second = plant(mine=(bought(1.0, 20.0),), metal=(bought(1.0, 5.0),)), plant(mine=())
    for pair in ((first, second), (second, first)):
        found = scales(*pair)
        assert found["mine"].exponent[0] == pytest.approx((0.7 + 0.6) / 2.0)
        assert found["mine"].whole
        assert found["metal"].exponent[0] == pytest.approx(0.4)
        assert not found["metal"].whole


# -- the bridge itself ------------------------------------------------------------------------------------------------


def test_causes_that_miss_the_difference_are_told() -> None:
    before, after = np.array([10.0, 10.0]), np.array([12.0, 13.0])
    _check({"ore": np.array([2.0, 1.0]), "prices": np.array([0.0, 2.0])}, before, after, 2)
    with pytest.raises(BridgeError, match=r"miss the difference by 0\.5; this is a fault of the program"):
        _check({"ore": np.array([2.0, 1.0]), "prices": np.array([0.0, 1.5])}, before, after, 2)
    with pytest.raises(BridgeError):
        _check({"ore": np.array([2.0, np.nan])}, before, after, 2)


def test_the_largest_items_are_those_that_move_most_either_way() -> None:
    moved = {"acid": -5.0, "power": 3.0, "people": 1.0, "lime": 0.5}
    parts = [Part("mine", item, "reagents", 0.0, v, MappingProxyType({"prices": v})) for item, v in moved.items()]
    parts.append(Part("metal", "people", "labour", 0.0, 3.0, MappingProxyType({"prices": 3.0, "ore": 9.0})))
    fields = dict.fromkeys(("notes",), ()) if "notes" in Bridge.__dataclass_fields__ else {}
    found = Bridge("a", "b", "oxide", "USD", 0.0, 0.0, {}, {}, tuple(parts), **fields)
    assert found.largest("prices") == (("acid", -5.0), ("people", 4.0), ("power", 3.0))
    assert found.largest("ore", 1) == (("people", 9.0),)


def test_both_plants_are_followed_by_what_either_makes_the_product_for(
    baotou: didymium.Result, mountain_pass: didymium.Result
) -> None:
    """Nd and Pr: an oxide's traces, and the Dy of a magnet, are not what it is made for."""
    for product in ("ndpr_oxide", "magnet"):
        assert wanted(baotou, product) == {"Nd", "Pr"}
        assert wanted(mountain_pass, product) == {"Nd", "Pr"}
    fake: Any = SimpleNamespace(
        stream=lambda name: SimpleNamespace(purity=lambda element: {"La": 0.7, "Ce": 0.3}.get(element, 0.0))
    )
    assert wanted(fake, "x") == {"La", "Ce"}
    for order in ((fake, baotou), (baotou, fake)):
        assert {way.keys for way in ways(order, "ndpr_oxide")} == {("La", "Ce", "Pr", "Nd")}


def test_common_means_weigh_what_both_spend(baotou: didymium.Result, mountain_pass: didymium.Result) -> None:
    """Both ways round the means are those of the same items with the same weights, seen from the other side."""
    there, back = (pair_of(*one, "magnet") for one in ((baotou, mountain_pass), (mountain_pass, baotou)))
    compared = 0
    for place, means in there._common.items():
        for name, (here, elsewhere) in means.items():
            assert back._common[place][name][0] == pytest.approx(elsewhere, rel=1e-12)
            assert back._common[place][name][1] == pytest.approx(here, rel=1e-12)
            compared += 1
    assert compared > 10


def test_what_only_one_plant_uses_has_the_others_losses_in_proportion(
    baotou: didymium.Result, mountain_pass: didymium.Result
) -> None:
    """An item of one plant alone: at the other its use is 0, its losses are moved by the ratio of the common ones."""
    pair = pair_of(baotou, mountain_pass, "magnet")
    seen = 0
    for key in pair.keys:
        mine, theirs = pair.first.groups.get(key), pair.second.groups.get(key)
        if (mine is None) == (theirs is None) or "loss" not in pair._common[key.stage, 0]:
            continue
        own = mine or theirs
        assert own is not None
        here, elsewhere = pair._common[key.stage, 0]["loss"]
        ratio = here / elsewhere if mine is None else elsewhere / here
        before, after = pair.factors(key)[0]
        with_it, without = (after, before) if mine is None else (before, after)
        if own.terms[0]["use"][0] == 0.0:
            continue
        assert without[own.use_cause][0] == 0.0
        assert with_it[own.use_cause][0] != 0.0
        if own.use_cause != "recovery":
            expected = with_it["recovery"] * ratio
            company = pair._common[key.stage, 0].get("company")
            assert company is None
            assert without["recovery"] == pytest.approx(expected, rel=1e-9)
            seen += bool(abs(float(np.atleast_1d(ratio)[0]) - 1.0) > 1e-3)
    assert seen > 3
