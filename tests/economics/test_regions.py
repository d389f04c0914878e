"""Regions: every price, wage and waste resolves; prices that stand in say so; a unit may stand elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.economics import CostError, PriceBook, PriceError, basis, cost
from didymium.economics.capital import scaled
from didymium.economics.pricebook import region_of
from didymium.network.solution import Solution

Build = Callable[..., Solution]
REGIONS = sorted(data.regions())
LIKE = {key: region.prices_like for key, region in data.regions().items() if region.prices_like}


@pytest.mark.parametrize("region", REGIONS)
def test_every_item_has_a_price_everywhere(region: str) -> None:
    book = PriceBook(region, 2024)
    items = {*data.reagents(), *(item for item, _ in data.price_book())}
    for item in items:
        price = book.price(item)
        assert price.low <= price.value <= price.high, item
        assert price.value > 0.0 or item == "air"
        assert price.source in data.sources()
        if price.assumed and price.value > 0.0:
            assert price.low < price.high, f"{item} in {region} is an assumption without a range"
            assert price.note, item
    assert {"kWh", "MJ"} == {book.price(item).unit for item in ("electricity", "heat", "diesel")}


@pytest.mark.parametrize("region", REGIONS)
def test_every_waste_and_wage_has_a_price_everywhere(region: str) -> None:
    book = PriceBook(region, 2024)
    for form in {form for form, _ in data.waste_costs()}:
        price = book.waste(form)
        assert 0.0 <= price.low < price.value < price.high, form
    assert book.waste("radioactive residue").value > book.waste("residue").value
    assert book.wage().value > 1000.0


def test_a_missing_price_is_that_of_the_region_it_is_like_times_a_factor() -> None:
    """Malaysia: caustic as in China, 0.38 USD/kg (0.30 to 0.48), times 1.2 (1.0 to 1.6)."""
    price = PriceBook("malaysia", 2024).price("NaOH")
    assert price.value == pytest.approx(0.38 * 1.2)
    assert (price.low, price.high) == (pytest.approx(0.30), pytest.approx(0.48 * 1.6))
    assert price.assumed
    assert price.source == "assumed"
    assert price.note.startswith("no price of its own: as in china (assumed) times 1.2 (1 to 1.6)")


def test_a_borrowed_price_is_an_assumption_even_where_the_other_is_not() -> None:
    at_home, borrowed = (PriceBook(region, 2024).price("H2SO4") for region in ("us", "europe"))
    assert not at_home.assumed
    assert borrowed.assumed
    assert borrowed.value == pytest.approx(0.128 * 1.2)
    assert "as in us (prommis)" in borrowed.note


def test_materials_trade_at_one_price() -> None:
    for item in ("cobalt", "gallium"):
        assert PriceBook("malaysia", 2024).price(item).value == PriceBook("china", 2024).price(item).value


def test_own_rows_come_before_borrowed_ones() -> None:
    """France 0.171 EUR/kWh at 0.92885 EUR/USD; Malaysia 0.454 MYR/kWh at 4.7301 MYR/USD of 2024, held."""
    assert PriceBook("europe", 2024).price("electricity").value == pytest.approx(0.171 / 0.92885)
    malaysia = PriceBook("malaysia", 2025).price("electricity")
    assert malaysia.value == pytest.approx(0.454 / 4.7301)
    assert not malaysia.assumed


def test_waste_is_read_like_the_other_region() -> None:
    """Residue in Europe: as in the US, 60 USD/t (20 to 200), times 1.3 (0.7 to 3)."""
    price = PriceBook("europe", 2024).waste("residue")
    assert (price.value, price.low, price.high) == (pytest.approx(78), pytest.approx(14), pytest.approx(600))
    assert price.assumed
    assert PriceBook("europe", 2024).waste("dross of a kind").value == pytest.approx(20 * 1.3)


def test_wages() -> None:
    """Australia 102 742 AUD × 1.20 / 1.5172; Europe 39.8 EUR × 1600 h / 0.92885; Malaysia 3513 MYR × 12 × 1.16."""
    assert PriceBook("australia", 2024).wage().value == pytest.approx(102742 * 1.2 / 1.5172)
    assert PriceBook("europe", 2024).wage().value == pytest.approx(39.8 * 1600 / 0.92885)
    assert PriceBook("malaysia", 2024).wage().value == pytest.approx(3513 * 12 * 1.16 / 4.3982)
    assert PriceBook("myanmar", 2024).wage().value == pytest.approx(3600 * 1.1)


def test_an_unknown_item_names_the_items_that_would_be_found() -> None:
    with pytest.raises(PriceError, match="no price for limestne in malaysia; did you mean 'limestone'"):
        PriceBook("malaysia", 2024).price("limestne")


def moved(solution: Solution, unit: str, region: str) -> Solution:
    """The same solution with a unit in a region of its own."""
    units = {**solution.plan.units, unit: replace(solution.plan.units[unit], region=region)}
    return replace(solution, plan=replace(solution.plan, units=MappingProxyType(units)))


def test_a_unit_in_a_region_of_its_own(recycle: Callable[..., Solution]) -> None:
    solution = recycle(regions={"separation": "us"})
    units = solution.plan.units
    assert [region_of(solution.plan, unit) for unit in units.values()] == ["us", "china"]
    elsewhere = moved(solution, "separation", "malaysia")
    result = cost(elsewhere)
    (acid,) = (line for line in result.lines if line.item == "HCl")
    assert float(acid.price) == pytest.approx(0.09 * 1.2)
    (people,) = (line for line in result.lines if line.item == "labour" and line.stage == "separation")
    assert float(people.price) == pytest.approx(3513 * 12 * 1.16 / 4.3982)
    (residue,) = (line for line in result.lines if line.item == "residue")
    assert float(residue.price) == pytest.approx(15 * 2.0)
    assert result.capital["separation"].regions == ("malaysia",)
    at_home = cost(solution).capital["separation"].million_usd
    assert float(result.capital["separation"].million_usd[0] / at_home[0]) == pytest.approx(0.6)


def test_one_stage_in_two_regions(hand: Build) -> None:
    """Two units share a stage evenly by rare earths; one is built in the US, the other, for a third, in China."""
    solution = hand(
        {
            "crack": {"stage": "separation", "inlets": {"feed": "ore"}, "outlets": {"out": "liquor"}},
            "cut": {"stage": "separation", "inlets": {"feed": "crack.out"}, "outlets": {"out": "oxide"}},
        },
        {"ore": {"Nd": 4.0}, "crack.out": {"Nd": 4.0}, "cut.out": {"Nd": 4.0}},
        feeds={"ore": {}},
        products={"oxide": "cut.out"},
    )
    whole = {region: cost(replace_region(solution, region)).capital["separation"] for region in ("us", "china")}
    result = cost(moved(solution, "crack", "us"))
    mixed = result.capital["separation"]
    assert set(mixed.regions) == {"us", "china"}
    expected = (whole["us"].million_usd + whole["china"].million_usd) / 2.0
    assert float(mixed.million_usd[0]) == pytest.approx(float(expected[0]))
    assert float(mixed.by_unit["crack"][0] / mixed.by_unit["cut"][0]) == pytest.approx(1 / 0.33)
    charges = {line.unit_name: float(line.cost[0]) for line in result.lines if line.item == "capital charge"}
    assert charges["crack"] / charges["cut"] == pytest.approx(1 / 0.33)
    assert "compliance in china" in {one.item for one in basis(result, "oxide")}


def replace_region(solution: Solution, region: str) -> Solution:
    return replace(solution, plan=replace(solution.plan, region=region))


def test_capital_built_elsewhere_rests_on_the_factor_of_that_region(recycle: Callable[..., Solution]) -> None:
    assert not cost(recycle()).capital["separation"].assumed
    assert not cost(recycle(region="us")).capital["separation"].assumed
    assert cost(recycle(region="europe")).capital["separation"].assumed


def test_where_a_stage_stands_in_two_regions_each_unit_says_what_it_rests_on(recycle: Callable[..., Solution]) -> None:
    """Separation in China rests on a published plant; magnets in Malaysia on a factor that is judgement."""
    result = cost(moved(recycle(), "machining", "malaysia"))
    assumed = {line.unit_name: line.assumed for line in result.lines if line.item == "capital charge"}
    assert assumed == {"separation": False, "machining": True}


@pytest.mark.parametrize(
    ("region", "tonnes", "million"),
    [
        ("europe", 1_400.0, 216 / 0.92885),  # Carester, Lacq: 216 M EUR, 600 t Dy and Tb and 800 t NdPr a year
        ("australia", 17_500.0, 1_750 / 1.5172),  # Iluka, Eneabba: 1700 to 1800 M AUD, cracking to oxides
    ],
)
def test_plants_of_other_sizes_and_regions_come_out_near_what_was_published(
    region: str, tonnes: float, million: float
) -> None:
    found = float(scaled(data.capital()["separation"], np.array([tonnes]), 2024, region)[0])
    assert found == pytest.approx(million, rel=0.30)


def test_an_unknown_region_of_a_unit(recycle: Callable[..., Solution]) -> None:
    with pytest.raises(CostError, match="no price book for the region 'malaysa'; did you mean 'malaysia'"):
        cost(moved(recycle(), "machining", "malaysa"))


def clay(hand: Build, kind: str, **plan: Any) -> Solution:
    return hand(
        {"mine": {"kind": kind, "stage": "mine", "inlets": {"feed": "ore"}, "outlets": {"out": "carbonate"}}},
        {"ore": {"Y": 10.0}, "mine.out": {"Y": 10.0}},
        feeds={"ore": {}},
        products={"carbonate": "mine.out"},
        **plan,
    )


def test_a_clay_mine_is_no_open_pit(hand: Build) -> None:
    """10 kg/h Y is 12.70 kg/h Y2O3, 101.6 t/y; 60 M USD × (101.6 / 4000)^0.6; 0.3 person-years per t, all staff."""
    leached, dug = cost(clay(hand, "in_situ_leach")), cost(clay(hand, "mine"))
    tonnes = 10.0 * 225.810 / 2 / 88.906 * 8000 / 1000
    assert float(leached.capital["mine"].million_usd[0]) == pytest.approx(60 * (tonnes / 4000) ** 0.6, rel=1e-4)
    assert "In-situ" in leached.capital["mine"].note
    assert "Mt Weld" in dug.capital["mine"].note
    people = {line.item: float(line.quantity[0]) for line in leached.lines if line.unit == "person-year"}
    assert people == {"labour": pytest.approx(0.3 * tonnes / 8000, rel=1e-4)}
    assert {line.item for line in dug.lines if line.unit == "person-year"} == {"labour", "administration and quality"}
    assert any("clay" in one.item for one in basis(leached, "carbonate"))
    figures = [one for one in basis(leached, "carbonate") if one.kind == "labour"]
    assert [one.value for one in figures] == [0.3]
