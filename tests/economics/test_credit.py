"""By-products: what they count as, what they fetch, and who pays for the treatment of waste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.economics import PriceBook, basis, cost
from didymium.economics.credit import worth
from didymium.elements import COUNT, INDEX, molar_mass
from didymium.network.solution import Solution
from didymium.stream import Stream

Build = Callable[..., Solution]


def stream(form: str, **flow: Any) -> Stream:
    samples = max(len(np.atleast_1d(rate)) for rate in flow.values())
    table = np.zeros((samples, 1, COUNT))
    for element, rate in flow.items():
        table[:, 0, INDEX[element]] = rate
    return Stream("x", form, ("bulk",), table)


def usd(form: str, region: str = "china", **flow: Any) -> float:
    """USD per hour that a stream fetches."""
    sold = worth(stream(form, **flow))
    assert sold is not None
    return float(sold.quantity[0]) * float(sold.price(PriceBook(region, 2024)).value)


def test_caustic_is_what_no_acid_binds() -> None:
    """2 kmol Na, 0.2 kmol P as Na3PO4 bind 0.6: 1.4 kmol NaOH are 55.996 kg at 0.6 of 0.38 USD/kg."""
    found = usd("caustic liquor", Na=2 * molar_mass("Na"), P=0.2 * molar_mass("P"))
    assert found == pytest.approx(1.4 * molar_mass("NaOH") * 0.6 * 0.38, rel=1e-9)
    assert usd("caustic liquor", Na=molar_mass("Na"), P=molar_mass("P")) == 0.0


@pytest.mark.parametrize(
    ("form", "flow", "expected"),
    [
        # 1 kmol HCl at 0.6 of 0.09 USD/kg
        ("hydrochloric acid", {"Cl": 35.45, "H": 1.008}, 36.458 * 0.6 * 0.09),
        # 31 kg P at 2.5 USD/kg P
        ("trisodium phosphate", {"Na": 68.97, "P": 31.0}, 31.0 * 2.5),
        # 2 kmol N are one kmol (NH4)2SO4, 132.13 kg at 0.6 of 0.12 USD/kg
        ("ammonium salt", {"N": 28.014, "H": 8.064}, 132.13 * 0.6 * 0.12),
        # 1 kmol NH3 in as much water is 17.031 kg at 0.6 of 0.36 USD/kg
        ("aqueous ammonia", {"N": 14.007, "H": 5.04, "O": 15.999}, 17.031 * 0.6 * 0.36),
        # 1 kmol of water at 0.8 of 0.0007 USD/kg
        ("recycled water", {"H": 2.016, "O": 15.999}, 18.015 * 0.8 * 0.0007),
        ("gypsum", {"Ca": 40.0}, 0.0),
    ],
)
def test_what_a_by_product_fetches(form: str, flow: dict[str, float], expected: float) -> None:
    assert usd(form, **flow) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("salt", "worth_of"), [(0.0, 1.0), (0.9, 1.0), (1.1, 0.0), (100.0, 0.0)])
def test_brine_is_no_fresh_water(salt: float, worth_of: float) -> None:
    """A t of water with less than 1 kg of NaCl counts as a t of water, with more as none."""
    hydrogen = 1000.0 * 2 * molar_mass("H") / molar_mass("H2O")
    flow = {"H": hydrogen, "O": 1000.0 - hydrogen}
    sodium = salt * molar_mass("Na") / molar_mass("NaCl")
    found = usd("recycled water", **flow, Na=sodium, Cl=salt - sodium)
    assert found == pytest.approx(worth_of * 1000.0 * 0.8 * 0.0007, rel=1e-9)


def test_hydrogen_of_ammonium_is_no_water() -> None:
    """Ammonium chloride beside a t of water: its 0.05 kg are below the limit, and its hydrogen counts for nothing."""
    hydrogen = 1000.0 * 2 * molar_mass("H") / molar_mass("H2O")
    sold = worth(
        stream(
            "recycled water",
            H=hydrogen + 0.001 * 4 * molar_mass("H"),
            O=1000.0 - hydrogen,
            N=0.001 * molar_mass("N"),
            Cl=0.001 * molar_mass("Cl"),
        )
    )
    assert sold is not None
    assert float(sold.quantity[0]) == pytest.approx(1000.0, rel=1e-12)


def test_a_by_product_fetches_the_price_of_its_region() -> None:
    assert usd("caustic liquor", "us", Na=23.0) / usd("caustic liquor", "china", Na=23.0) == pytest.approx(0.35 / 0.38)


def test_other_forms_are_no_by_products() -> None:
    for form in ("effluent", "chloride liquor", "iron concentrate", "residue"):
        assert worth(stream(form, Na=1.0)) is None


def test_ranges_multiply() -> None:
    sold = worth(stream("caustic liquor", Na=1.0))
    assert sold is not None
    price = sold.price(PriceBook("china", 2024))
    assert (price.low, price.high) == (pytest.approx(0.3 * 0.2), pytest.approx(0.48 * 1.0))
    assert price.assumed
    assert "sold as NaOH" in price.note


def test_samples_are_single_cases() -> None:
    flows = np.array([1.0, 5.0, 0.3])
    many = worth(stream("caustic liquor", Na=flows, P=0.1))
    assert many is not None
    for i, flow in enumerate(flows):
        one = worth(stream("caustic liquor", Na=flow, P=0.1))
        assert one is not None
        assert one.quantity[0] == many.quantity[i]


def plant(hand: Build, salt: str = "ammonium salt", water: str = "", nitrogen: Any = 60.0, **plan: Any) -> Solution:
    """A leach and a cut; their effluents meet in a treatment that makes salt, sludge and, for the leach, water."""
    units: dict[str, Any] = {
        "leach": {
            "stage": "separation",
            "inlets": {"feed": "ore", **({"water": "treat.water"} if water else {})},
            "outlets": {"liquor": "liquor", "raffinate": "effluent"},
            "waste": ["raffinate"],
        },
        "cut": {
            "stage": "separation",
            "inlets": {"feed": "leach.liquor"},
            "outlets": {"heavy": "oxide", "light": "oxide", "filtrate": "effluent"},
            "waste": ["filtrate"],
        },
        "treat": {
            "kind": "water_treatment",
            "stage": "separation",
            "inlets": {"feeds.0": "leach.raffinate", "feeds.1": "cut.filtrate"},
            "outlets": {"salt": salt, "sludge": "residue", **({"water": "recycled water"} if water else {})},
            "waste": ["sludge"],
            "lines": [("lime", 500.0, "kg", ())],
        },
    }
    flows: dict[str, Any] = {
        "ore": {"Nd": 11.0},
        "leach.liquor": {"Nd": 10.0},
        "leach.raffinate": {"Nd": 1.0, "H": 29.0},
        "cut.heavy": {"Dy": 1.0},
        "cut.light": {"Ce": 9.0},
        "cut.filtrate": {"N": nitrogen, "H": 10.0},
        "treat.salt": {"N": nitrogen},
        "treat.sludge": {"Nd": 1.0, "Ca": 30.0},
    }
    if water:
        flows["treat.water"] = {"H": 9.0}
    return hand(
        units,
        flows,
        feeds={"ore": {}},
        products={"heavy": "cut.heavy", "light": "cut.light"},
        **plan,
    )


def test_a_sold_by_product_is_a_line_below_zero(hand: Build) -> None:
    """60 kg N are 282.99 kg ammonium sulfate at 0.6 of 0.12 USD/kg."""
    result = cost(plant(hand))
    (sold,) = (line for line in result.lines if line.item == "salt (sold)")
    assert float(sold.cost[0]) == pytest.approx(-60.0 * 132.13 / 28.014 * 0.6 * 0.12, rel=1e-3)
    assert (sold.unit_name, sold.cause, sold.assumed) == ("treat", "by-products", True)
    waste = cost(plant(hand, salt="residue"))
    assert not any(line.item == "salt (sold)" for line in waste.lines)


def test_a_by_product_takes_the_place_of_what_is_bought_first(hand: Build) -> None:
    """39.997 kg/h NaOH are made, 10 are bought by its name or an alias: 10 at full price, the rest at 0.6 of it."""
    for item, region, own in (("NaOH", "china", 10.0), ("caustic_soda", "china", 10.0), ("NaOH", "us", 0.0)):
        solution = hand(
            {
                "crack": {
                    "stage": "separation",
                    "inlets": {"feed": "ore"},
                    "outlets": {"hydroxide": "hydroxide", "lye": "caustic liquor"},
                },
                "cut": {
                    "stage": "separation",
                    "inlets": {"feed": "crack.hydroxide"},
                    "outlets": {"oxide": "oxide"},
                    "lines": [(item, 10.0, "kg", ())],
                },
            },
            {"ore": {"Nd": 9.0}, "crack.hydroxide": {"Nd": 9.0}, "crack.lye": {"Na": 22.990}, "cut.oxide": {"Nd": 9.0}},
            feeds={"ore": {}},
            products={"oxide": "cut.oxide"},
        )
        if region != "china":
            units = {**solution.plan.units, "cut": replace(solution.plan.units["cut"], region=region)}
            solution = replace(solution, plan=replace(solution.plan, units=MappingProxyType(units)))
        result = cost(solution)
        found = {line.item: float(line.cost[0]) for line in result.lines if line.unit_name == "crack"}
        assert found.get("lye (for NaOH)", 0.0) == pytest.approx(-own * 0.38)
        causes = {line.item: line.cause for line in result.lines if line.unit_name == "crack"}
        kilograms, paid = float(result.solution.streams["cut.oxide"].mass()), 0.35 if region == "us" else 0.38
        assert causes["lye (sold)"] == "by-products"
        assert causes.get("lye (for NaOH)", "reagents") == "reagents"  # where it is spared
        assert result.per_kg("oxide").by_cause["reagents"] == pytest.approx((10.0 - own) * paid / kilograms, abs=1e-9)
        assert result.per_kg("oxide").by_cause["waste"] == 0.0
        assert found["lye (sold)"] == pytest.approx(-(39.997 - own) * 0.6 * 0.38, rel=1e-4)
        assert result.stream("cut.oxide") == pytest.approx(result.total, rel=1e-12)


@pytest.mark.parametrize("allocation", ["value", "mass"])
def test_products_pay_for_the_treatment_of_their_waste(hand: Build, allocation: str) -> None:
    """Nothing stays with the salt or the sludge: the two oxides carry the whole plant, credits taken off."""
    result = cost(plant(hand, allocation=allocation))
    assert result.stream("treat.salt") == result.stream("treat.sludge") == 0.0
    carried = result.stream("cut.heavy") + result.stream("cut.light")
    assert carried == pytest.approx(result.total, rel=1e-12)
    assert result.unallocated == pytest.approx(0.0, abs=1e-12)


def test_a_by_product_that_the_file_names_says_that_it_carries_no_cost(hand: Build) -> None:
    solution = plant(hand)
    solution = replace(solution, plan=replace(solution.plan, products=MappingProxyType({"salt": "treat.salt"})))
    result = cost(solution)
    assert result.per_kg("salt").total == 0.0
    assert result.per_kg("salt").assumed_share == 0.0
    assert result.notes[-1].startswith("the product salt is a by-product")


def payers(result: Any, unit: str) -> dict[str, float]:
    shares = result.tables.treated[result.tables.units.index(unit)]
    return {result.tables.units[one]: float(share[0]) for one, share in shares.items()}


def test_treatment_is_spread_over_its_stage_as_labour_is(hand: Build) -> None:
    """11 kg/h Nd enter the leach and 10 the cut, whichever of them sends the water."""
    assert payers(cost(plant(hand)), "treat") == {"leach": pytest.approx(11 / 21), "cut": pytest.approx(10 / 21)}


def test_treatment_is_paid_by_the_mass_that_each_stage_sends(hand: Build) -> None:
    """30 kg/h come from the mine, 90 from the separation: a quarter and three quarters."""
    solution = hand(
        {
            "mine": {
                "stage": "mine",
                "inlets": {"feed": "ore"},
                "outlets": {"out": "concentrate", "water": "effluent"},
                "waste": ["water"],
            },
            "cut": {
                "stage": "separation",
                "inlets": {"feed": "mine.out"},
                "outlets": {"oxide": "oxide", "water": "effluent"},
                "waste": ["water"],
            },
            "treat": {
                "stage": "separation",
                "inlets": {"a": "mine.water", "b": "cut.water"},
                "outlets": {"mud": "residue"},
                "waste": ["mud"],
                "lines": [("lime", 10.0, "kg", ())],
            },
        },
        {
            "ore": {"Nd": 9.0},
            "mine.out": {"Nd": 9.0},
            "mine.water": {"H": 30.0},
            "cut.oxide": {"Nd": 9.0},
            "cut.water": {"H": 90.0},
            "treat.mud": {"H": 120.0},
        },
        feeds={"ore": {}},
        products={"oxide": "cut.oxide"},
    )
    result = cost(solution)
    assert payers(result, "treat") == {"mine": pytest.approx(0.25), "cut": pytest.approx(0.75)}
    assert result.stream("cut.oxide") == pytest.approx(result.total, rel=1e-12)


def test_water_that_goes_back_carries_the_treatment_itself(hand: Build) -> None:
    result = cost(plant(hand, water="leach"))
    assert result.tables.treated == {}
    assert result.stream("treat.water") > 0.0
    carried = result.stream("cut.heavy") + result.stream("cut.light")
    assert carried == pytest.approx(result.total, rel=1e-9)


def test_samples_of_a_plant_with_treatment_are_single_cases(hand: Build) -> None:
    amounts = np.array([60.0, 0.0, 7.5])
    many = cost(plant(hand, nitrogen=amounts)).per_kg("heavy")
    for i, amount in enumerate(amounts):
        one = cost(plant(hand, nitrogen=float(amount))).per_kg("heavy")
        assert many.total[i] == one.total
        assert many.assumed_share[i] == one.assumed_share


def test_shares_of_assumptions_stay_shares_with_credits(hand: Build) -> None:
    result = cost(plant(hand))
    split = result.per_kg("heavy")
    assert 0.0 < split.assumed_share <= 1.0
    assert 0.0 < result.assumed_share <= 1.0
    assert sum(split.by_cause.values()) == pytest.approx(split.total, rel=1e-12)
    found = {one.item: one for one in basis(result, "heavy")}
    assert 0.0 < found["ammonium salt"].share < 1.0
    assert all(0.0 < one.share <= 1.0 + 1e-12 for one in found.values())


def test_a_treatment_that_only_a_feed_reaches_keeps_its_cost(hand: Build) -> None:
    solution = hand(
        {
            "pond": {
                "stage": "separation",
                "inlets": {"feed": "brine"},
                "outlets": {"cake": "residue"},
                "waste": ["cake"],
                "lines": [("lime", 10.0, "kg", ())],
            }
        },
        {"brine": {"Na": 1.0}, "pond.cake": {"Na": 1.0}},
        feeds={"brine": {}},
    )
    result = cost(solution)
    assert result.tables.treated == {}
    assert result.stream("pond.cake") == pytest.approx(result.total)


def test_treatments_in_a_row_and_in_a_ring(hand: Build) -> None:
    """Sludge of the second goes back to the first: the liquor still pays for everything."""
    solution = hand(
        {
            "leach": {
                "stage": "separation",
                "inlets": {"feed": "ore"},
                "outlets": {"liquor": "liquor", "mud": "effluent"},
                "waste": ["mud"],
            },
            "first": {
                "stage": "separation",
                "inlets": {"a": "leach.mud", "b": "second.back"},
                "outlets": {"out": "effluent"},
                "waste": ["out"],
                "lines": [("lime", 10.0, "kg", ())],
            },
            "second": {
                "stage": "separation",
                "inlets": {"feed": "first.out"},
                "outlets": {"cake": "residue", "back": "effluent"},
                "waste": ["cake", "back"],
                "lines": [("lime", 10.0, "kg", ())],
            },
        },
        {
            "ore": {"Nd": 10.0},
            "leach.liquor": {"Nd": 9.0},
            "leach.mud": {"Nd": 1.0},
            "first.out": {"Nd": 1.5},
            "second.cake": {"Nd": 1.0},
            "second.back": {"Nd": 0.5},
        },
        feeds={"ore": {}},
        products={"liquor": "leach.liquor"},
    )
    result = cost(solution)
    assert result.stream("leach.liquor") == pytest.approx(result.total, rel=1e-12)
    assert result.per_kg("liquor").total * 9.0 == pytest.approx(result.total, rel=1e-12)


def test_every_credit_is_priced_everywhere() -> None:
    for region in data.regions():
        for form in data.credits():
            sold = worth(stream(form, Na=100.0, Cl=200.0, P=1.0, N=1.0, H=1.0, Ca=1.0))
            assert sold is not None
            price = sold.price(PriceBook(region, 2024))
            assert 0.0 <= price.low <= price.value <= price.high
