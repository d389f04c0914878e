"""Cost per kg from lines: splits, prices, assumptions, capital, labour, samples."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.economics import CostError, PriceBook, PriceError, cost
from didymium.economics.capital import recovery_factor, scaled
from didymium.network.solution import Solution
from didymium.quantities import Value

Build = Callable[..., Solution]


def lines(result: Any, item: str) -> list[Any]:
    return [line for line in result.lines if line.item == item]


def test_lines_are_quantity_times_price(recycle: Callable[..., Solution]) -> None:
    result = cost(recycle())
    for line in result.lines:
        np.testing.assert_allclose(line.cost, line.quantity * line.price, rtol=1e-12)
        assert line.source in data.sources()
    (acid,) = lines(result, "HCl")
    assert float(acid.cost[0]) == pytest.approx(200 * 0.09)
    (power,) = lines(result, "electricity")
    assert float(power.cost[0]) == pytest.approx(1000 * 0.082 / 0.92885)
    (feed,) = lines(result, "concentrate")
    assert float(feed.cost[0]) == pytest.approx(70 * 5.0)
    assert feed.cause == "materials"
    (residue,) = lines(result, "residue")
    assert float(residue.cost[0]) == pytest.approx(0.020 * 15.0)


def test_labour_covers_the_alloy_of_the_magnet_maker(recycle: Callable[..., Solution]) -> None:
    result = cost(recycle())
    people = {line.stage: line for line in lines(result, "labour")}
    wage = 78561 * 1.30 / 7.2167
    magnets = 170.0  # kg/h: 70 Nd and 100 Fe
    assert float(people["magnet"].cost[0]) == pytest.approx(0.253 * magnets / 1000 * wage)
    oxide = 100.0 * 336.482 / 2 / 144.242
    assert float(people["separation"].cost[0]) == pytest.approx(0.015 * oxide / 1000 * wage, rel=1e-4)
    office = lines(result, "administration and quality")
    assert [line.stage for line in office] == ["separation"]
    assert float(office[0].cost[0]) == pytest.approx(0.30 * float(people["separation"].cost[0]))
    assert office[0].cause == "overhead"


def test_capital_is_scaled_and_charged(recycle: Callable[..., Solution]) -> None:
    result = cost(recycle())
    invested = result.capital["magnet"]
    tonnes = 170.0 * 8000 / 1000
    expected = 1050 / 7.2846 * (tonnes / 20000) ** 0.6 * 798.8 / 815.59
    assert float(invested.million_usd[0]) == pytest.approx(expected, rel=1e-9)
    (charge,) = [line for line in lines(result, "capital charge") if line.stage == "magnet"]
    assert float(charge.cost[0]) == pytest.approx(expected * 1e6 * 0.1174596 / 8000, rel=1e-6)
    (upkeep,) = [line for line in lines(result, "maintenance") if line.stage == "magnet"]
    assert float(upkeep.cost[0]) == pytest.approx(expected * 1e6 * 0.02 / 8000, rel=1e-9)


def test_capital_is_built_for_the_nameplate(recycle: Callable[..., Solution]) -> None:
    small = cost(recycle()).capital["separation"]
    plate = {"separation": ("separation.oxide", "400 kg/h", "NdPr")}
    large = cost(recycle(nameplates=plate)).capital["separation"]
    oxide = 100.0 * 336.482 / 2 / 144.242
    assert float(large.capacity[0] / small.capacity[0]) == pytest.approx(400 / oxide, rel=1e-4)
    assert float(large.million_usd[0] / small.million_usd[0]) == pytest.approx((400 / oxide) ** 0.6, rel=1e-4)
    idle = {"separation": ("separation.oxide", "10 kg/h", "total")}
    assert float(cost(recycle(nameplates=idle)).capital["separation"].capacity[0]) == float(small.capacity[0])


def test_china_builds_for_a_third_and_magnets_for_a_tenth() -> None:
    for stage, ratio in (("separation", 0.33), ("metal", 0.33), ("alloy", 0.92 * 0.1106), ("magnet", 0.92 * 0.1106)):
        plant = data.capital()[stage]
        china, us = (float(scaled(plant, np.array([5000.0]), 2024, region)[0]) for region in ("china", "us"))
        assert china / us == pytest.approx(ratio)
    with pytest.raises(CostError, match="moon"):
        scaled(plant, np.array([1.0]), 2024, "moon")


def test_recovery_factor() -> None:
    assert recovery_factor(0.0, 20) == 0.05
    assert recovery_factor(0.10, 20) == pytest.approx(0.1174596, rel=1e-6)


@pytest.mark.parametrize("allocation", ["value", "mass"])
def test_splits_add_up_and_the_plant_is_conserved(recycle: Callable[..., Solution], allocation: str) -> None:
    result = cost(recycle(allocation=allocation))
    split = result.per_kg("magnet")
    assert sum(split.by_cause.values()) == pytest.approx(split.total, rel=1e-12)
    assert sum(split.by_stage.values()) == pytest.approx(split.total, rel=1e-12)
    assert sum(part.per_kg for part in split.lines) == pytest.approx(split.total, rel=1e-12)
    assert split.allocation == allocation
    assert split.total * 170.0 == pytest.approx(result.stream("machining.magnets"), rel=1e-12)
    leaving = sum(result.stream(name) for name in result.tables.terminal())
    assert leaving == pytest.approx(result.total, rel=1e-9)
    assert split.total * 170.0 + result.unallocated == pytest.approx(result.total, rel=1e-9)
    assert set(split.by_stage) == {"separation", "magnet"}


def test_swarf_recycling_leaves_the_cost_of_fresh_oxide_alone(recycle: Callable[..., Solution]) -> None:
    """Inputs that follow the fresh feed cost each kg of circulating Nd what they cost each kg of fresh Nd."""
    for share in (0.0, 0.2, 0.6):
        solution = recycle(share=share)
        result = cost(solution)
        split = result.per_kg("oxide")
        acid = next(part.per_kg for part in split.lines if part.line.item == "HCl")
        mass = solution.streams["separation.oxide"].mass()
        circulating = solution.streams["separation.oxide"].element("Nd")
        assert acid * mass / circulating == pytest.approx(200 * 0.09 / 70.0, rel=1e-12)


def test_assumed_share(recycle: Callable[..., Solution], priced: Callable[[str, str], Value]) -> None:
    result = cost(recycle())
    assert lines(result, "HCl")[0].assumed  # the price in China is an assumption
    assert lines(result, "electricity")[0].assumed  # the price is not, the consumption is
    assert not lines(result, "concentrate")[0].assumed
    assert lines(result, "labour")[0].assumed
    split = result.per_kg("magnet")
    by_hand = sum(part.per_kg for part in split.lines if part.line.assumed) / split.total
    assert split.assumed_share == pytest.approx(by_hand)
    assert 0.0 < split.assumed_share < 1.0
    sourced = {"HCl": priced("90 USD/t (nre2024)", "USD/kg")}
    assert not lines(cost(recycle(prices=sourced)), "HCl")[0].assumed
    unsourced = {"HCl": priced("90 USD/t", "USD/kg")}
    assert lines(cost(recycle(prices=unsourced)), "HCl")[0].assumed
    own = {"HCl": priced("90 USD/t (invoice)", "USD/kg")}
    assert not lines(cost(recycle(prices=own, sources={"invoice": "our invoice of May"})), "HCl")[0].assumed


def test_a_stage_in_another_region(recycle: Callable[..., Solution]) -> None:
    result = cost(recycle(regions={"separation": "us"}))
    assert float(lines(result, "HCl")[0].price) == 0.25
    assert float(lines(result, "electricity")[0].price) == pytest.approx(0.082 / 0.92885)


def test_file_prices_replace_the_book(recycle: Callable[..., Solution], priced: Callable[[str, str], Value]) -> None:
    prices = {
        "hydrochloric_acid": priced("500 USD/t", "USD/kg"),
        "electricity": priced("0.36 USD/MWh", "USD/kWh"),
        "labour": priced("10_000 USD/person/year", "USD/person/year"),
        "residue": priced("100 USD/t", "USD/kg"),
    }
    result = cost(recycle(prices=prices))
    assert float(lines(result, "HCl")[0].cost[0]) == pytest.approx(200 * 0.5)
    assert float(lines(result, "electricity")[0].cost[0]) == pytest.approx(1000 * 0.36 / 1000)
    (magnet,) = [line for line in lines(result, "labour") if line.stage == "magnet"]
    assert float(magnet.cost[0]) == pytest.approx(0.253 * 0.170 * 10_000)
    assert float(lines(result, "residue")[0].cost[0]) == pytest.approx(20 * 0.1)


def test_prices_by_energy_convert(priced: Callable[[str, str], Value]) -> None:
    book = PriceBook("china", 2024, {"heat": priced("0.036 USD/kWh", "USD/kWh")})
    assert book.price("heat").per("MJ") == pytest.approx(0.01)
    with pytest.raises(CostError, match="priced by the kWh"):
        book.price("heat").per("kg")


def test_prices_are_held_not_escalated() -> None:
    price = PriceBook("us", 2030).price("H2SO4")
    assert price.value == PriceBook("us", 2024).price("H2SO4").value
    assert "price of 2023, held" in price.note


def test_the_money_of_a_cost(recycle: Callable[..., Solution], priced: Callable[[str, str], Value]) -> None:
    result = cost(recycle())
    assert (
        str(result.money)
        == str(result.per_kg("magnet").money)
        == "USD; prices of 2024 (some of the file), capital of 2024"
    )
    assert result.notes == ()
    later = cost(recycle(year=2030))
    assert str(later.money) == "USD; prices of 2024 (some of the file), capital of 2025"
    assert later.notes == (
        "prices are held at their own years (2024, the file's own as written); nothing is escalated to 2030",
        "capital is of 2025, the nearest year of the cost index, not of 2030",
    )
    assert later.per_kg("magnet").t_per_year == pytest.approx(170.0 * 8)


def test_more_than_the_nameplate_is_noted(recycle: Callable[..., Solution]) -> None:
    small = cost(recycle(nameplates={"magnet": ("machining.magnets", "680 t/year", "total")}))
    assert small.notes == (
        "costs are for a plant built for the file's rates (magnet at 200.0 % of its nameplate), not for the nameplate",
    )
    assert cost(recycle(nameplates={"magnet": ("machining.magnets", "2_000 t/year", "total")})).notes == ()


def test_aliases_have_the_price_of_their_item() -> None:
    book = PriceBook("china", 2024)
    assert book.price("Na2CO3").value == book.price("soda").value


def test_missing_prices_name_item_region_and_remedy(hand: Build) -> None:
    def solution(*items: str) -> Solution:
        return hand(
            {
                "mill": {
                    "stage": "mine",
                    "inlets": {"feed": "ore"},
                    "outlets": {"out": "ore"},
                    "lines": [(item, 1.0, "kg", ()) for item in items],
                }
            },
            {"ore": {"Nd": 1.0}, "mill.out": {"Nd": 1.0}},
            feeds={"ore": {}},
        )

    with pytest.raises(PriceError, match=r"no price for unobtainium in china.*prices: \{unobtainium") as caught:
        cost(solution("unobtainium"))
    assert (caught.value.item, caught.value.region) == ("unobtainium", "china")
    with pytest.raises(PriceError, match="unobtainium in china, phlogiston in china"):
        cost(solution("unobtainium", "HCl", "phlogiston"))


def test_unknown_region_and_product(recycle: Callable[..., Solution]) -> None:
    with pytest.raises(CostError, match="no price book for the region 'chinia'; did you mean 'china'"):
        cost(recycle(region="chinia"))
    result = cost(recycle())
    with pytest.raises(CostError, match="did you mean 'magnet'"):
        result.per_kg("magnets")
    with pytest.raises(CostError, match="is not made"):
        result.per_kg("oxide", of="Dy")


def test_free_purchases_are_noted(hand: Build, priced: Callable[[str, str], Value]) -> None:
    solution = hand(
        {"melt": {"stage": "alloy", "inlets": {"a": "metal", "b": "scrap"}, "outlets": {"out": "alloy"}}},
        {"metal": {"Nd": 1.0}, "scrap": {"Nd": 1.0}, "melt.out": {"Nd": 2.0}},
        feeds={"metal": {"price": priced("60 USD/kg", "USD/kg")}, "scrap": {}},
        products={"alloy": "melt.out"},
    )
    result = cost(solution)
    assert result.notes == ("the feed scrap has no price and counts as free",)
    assert lines(result, "metal")[0].assumed


def test_prices_that_nothing_uses_are_noted(
    recycle: Callable[..., Solution], priced: Callable[[str, str], Value]
) -> None:
    prices = {name: priced("1 USD/kg", "USD/kg") for name in ("HCL", "hydrochloric_acid", "residue", "waste")}
    assert cost(recycle(prices=prices)).notes == ("nothing uses the price of HCL; did you mean 'HCl'?",)


def test_mixers_bear_no_labour_or_capital(hand: Build) -> None:
    solution = hand(
        {
            "mix": {"kind": "mixer", "stage": "separation", "inlets": {"a": "ore"}, "outlets": {"out": "liquor"}},
            "cut": {"stage": "separation", "inlets": {"feed": "mix.out"}, "outlets": {"a": "liquor", "b": "liquor"}},
            "dry": {"stage": "separation", "inlets": {"feed": "cut.b"}, "outlets": {"out": "oxide"}},
        },
        {
            "ore": {"Nd": 4.0},
            "mix.out": {"Nd": 4.0},
            "cut.a": {"Nd": 3.0},
            "cut.b": {"Nd": 1.0},
            "dry.out": {"Nd": 1.0},
        },
        feeds={"ore": {}},
        products={"dry": "dry.out"},
    )
    charges = {line.unit_name: float(line.cost[0]) for line in cost(solution).lines if line.item == "capital charge"}
    assert set(charges) == {"cut", "dry"}
    assert charges["cut"] == pytest.approx(4 * charges["dry"])


def test_samples_are_single_cases(recycle: Callable[..., Solution]) -> None:
    scales, shares = np.array([1.0, 0.5, 3.0]), np.array([0.3, 0.05, 0.6])
    changes = {"prices.HCl": np.array([0.1, 0.2, 0.3]), "feeds.concentrate.price": np.array([5.0, 6.0, 7.0])}
    prices = {"HCl": Value(0.1, "USD/kg")}
    plate = {"magnet": ("machining.magnets", "2_000 t/year", "total")}
    many = cost(recycle(scales, shares, prices=prices, nameplates=plate), changes)
    split = many.per_kg("magnet")
    assert split.total.shape == (3,)
    for i in range(3):
        one_change = {key: values[i : i + 1] for key, values in changes.items()}
        alone = cost(recycle(scales[i], shares[i], prices=prices, nameplates=plate), one_change)
        one = alone.per_kg("magnet")
        assert isinstance(one.total, float)
        assert split.total[i] == one.total
        for cause, part in one.by_cause.items():
            assert split.by_cause[cause][i] == part
        assert split.assumed_share[i] == one.assumed_share
        assert many.stream("machining.swarf")[i] == alone.stream("machining.swarf")


def charged(split: Any, item: str) -> float:
    """USD per kg of an item of capital: the annuity, or the interest on what is tied up."""
    return float(sum(part.per_kg for part in split.lines if part.line.item == item))


def test_half_the_flow_costs_the_same_but_for_scale(recycle: Callable[..., Solution]) -> None:
    whole, half = (cost(recycle(scale)).per_kg("magnet") for scale in (1.0, 0.5))
    for cause in ("reagents", "energy", "materials", "labour", "waste"):
        assert half.by_cause[cause] == pytest.approx(whole.by_cause[cause], rel=1e-9)
    assert charged(half, "capital charge") == pytest.approx(charged(whole, "capital charge") * 2**0.4, rel=1e-9)
    assert half.by_cause["capital"] == pytest.approx(charged(half, "capital charge") + charged(half, "working capital"))


def test_hours_change_only_what_is_paid_by_the_year(recycle: Callable[..., Solution]) -> None:
    solution = recycle()
    usual = cost(solution).per_kg("magnet")
    fewer = cost(solution, {"operating_hours": np.array([4000.0])}).per_kg("magnet")
    assert fewer.by_cause["energy"] == usual.by_cause["energy"]
    assert fewer.by_cause["labour"] == usual.by_cause["labour"]
    assert charged(fewer, "capital charge") == pytest.approx(charged(usual, "capital charge") * 2**0.4, rel=1e-9)


def test_reprs_are_short(recycle: Callable[..., Solution]) -> None:
    result = cost(recycle())
    assert len(repr(result)) < 120
    assert math.isfinite(result.assumed_share)
    assert "magnet" in repr(result.per_kg("magnet"))
    assert result.products == ("oxide", "magnet")


def dirty(hand: Build, form: str, thorium: Any, **plan: Any) -> Solution:
    """A leach whose waste holds this many kg of thorium in a tonne."""
    rest = 1000.0 - np.asarray(thorium)
    return hand(
        {
            "leach": {
                "stage": "separation",
                "inlets": {"feed": "ore"},
                "outlets": {"liquor": "liquor", "mud": form},
                "waste": ["mud"],
            }
        },
        {"ore": {"Nd": 1.0}, "leach.liquor": {"Nd": 1.0}, "leach.mud": {"Fe": rest, "Th": thorium}},
        feeds={"ore": {}},
        products={"liquor": "leach.liquor"},
        **plan,
    )


def waste(result: Any) -> dict[str, float]:
    return {line.item: float(line.price) for line in result.lines if line.cause == "waste"}


@pytest.mark.parametrize("form", ["residue", "slag", "sludge"])
def test_thorium_makes_a_solid_waste_radioactive(hand: Build, form: str) -> None:
    level = 1000.0 / 4060.0  # kg of thorium in a tonne at 1 Bq/g
    below, above = (cost(dirty(hand, form, share * level)) for share in (0.999, 1.001))
    ordinary = data.waste_costs().get((form, "china")) or data.waste_costs()["other", "china"]
    assert waste(below) == {"mud": ordinary.value}
    assert waste(above) == {"mud (radioactive)": data.waste_costs()["radioactive residue", "china"].value}


@pytest.mark.parametrize("form", ["tailings", "effluent", "gas"])
def test_tailings_and_fluids_are_billed_by_their_form(hand: Build, form: str) -> None:
    assert waste(cost(dirty(hand, form, 10.0))) == {"mud": data.waste_costs()[form, "china"].value}


def test_radioactive_sample_by_sample(hand: Build) -> None:
    amounts = np.array([0.1, 0.4, 0.2])
    many = cost(dirty(hand, "residue", amounts)).per_kg("liquor")
    for i, amount in enumerate(amounts):
        one = cost(dirty(hand, "residue", float(amount))).per_kg("liquor")
        assert many.by_cause["waste"][i] == one.by_cause["waste"]
    assert many.by_cause["waste"][1] > 3 * many.by_cause["waste"][0]


def test_the_file_prices_radioactive_residue(hand: Build, priced: Callable[[str, str], Value]) -> None:
    def own(*names: str) -> Any:
        prices = {name: priced(f"{i + 1} USD/t", "USD/kg") for i, name in enumerate(names)}
        return cost(dirty(hand, "residue", 1.0, prices=prices))

    per_tonne = {"mud (radioactive)": pytest.approx(1.0)}
    assert waste(own("radioactive residue", "residue", "waste")) == per_tonne
    assert waste(own("residue", "waste")) == per_tonne
    assert not any("nothing uses" in note for note in own("radioactive residue").notes)
    clean = cost(dirty(hand, "residue", 0.0, prices={"radioactive residue": priced("1 USD/t", "USD/kg")}))
    assert any("nothing uses the price of radioactive residue" in note for note in clean.notes)
