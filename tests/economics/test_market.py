"""What products fetch by what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from didymium.data import finance_facts, oxide_price, sale_price
from didymium.economics.figures import Figures
from didymium.economics.market import market
from didymium.elements import INDEX, OXIDE_FACTOR

OXYGEN = {"Nd": OXIDE_FACTOR[INDEX["Nd"]], "Pr": OXIDE_FACTOR[INDEX["Pr"]], "Dy": OXIDE_FACTOR[INDEX["Dy"]]}


@pytest.fixture
def sold(hand: Callable[..., Any]) -> Callable[..., Any]:
    """A stream of a form and composition, and the plant that makes it."""

    def make(form: str, flow: Mapping[str, Any], region: str = "china") -> Any:
        solution = hand(
            {"unit": {"stage": "separation", "inlets": {"feed": "ore"}, "outlets": {"out": form}}},
            {"ore": dict(flow), "unit.out": dict(flow)},
            feeds={"ore": {}},
            region=region,
            year=2025,
        )
        return solution, solution.streams["unit.out"]

    return make


def oxides(**kilograms: float) -> dict[str, float]:
    """Elements of so much kg of oxides."""
    metals = {name: amount / OXYGEN[name] for name, amount in kilograms.items()}
    return metals | {"O": sum(kilograms.values()) - sum(metals.values())}


def test_ndpr_oxide_has_a_price_of_its_own(sold: Callable[..., Any]) -> None:
    found = market(*sold("oxide", oxides(Nd=75.0, Pr=25.0)))
    assert found is not None
    assert found.usd_per_kg[0] == pytest.approx(60.0)
    assert (found.low, found.high) == pytest.approx((51.0, 75.0))
    assert not found.assumed


@pytest.mark.parametrize("region", ["us", "europe", "malaysia", "australia"])
def test_outside_china_ndpr_oxide_may_fetch_what_the_american_floor_pays(sold: Callable[..., Any], region: str) -> None:
    found = market(*sold("oxide", oxides(Nd=75.0, Pr=25.0), region))
    assert found is not None
    assert found.usd_per_kg[0] == pytest.approx(60.0)
    assert (found.low, found.high) == pytest.approx((51.0, 110.0))
    assert found.assumed
    assert sale_price("NdPr oxide", region, 2024)[1].value == 51.0  # type: ignore[index]


def test_what_is_not_the_named_rare_earth_earns_nothing(sold: Callable[..., Any]) -> None:
    found = market(*sold("oxide", oxides(Dy=95.0, Nd=5.0)))
    assert found is not None
    assert found.usd_per_kg[0] == pytest.approx(0.95 * oxide_price("Dy", 2025).value)
    assert "held from 2024" in found.note


def test_mixed_rare_earths_fetch_a_share_of_their_oxides(sold: Callable[..., Any]) -> None:
    solution, stream = sold("carbonate", oxides(Dy=40.0, Nd=60.0))
    found = market(solution, stream)
    full = 0.4 * oxide_price("Dy", 2025).value + 0.6 * oxide_price("Nd", 2025).value
    assert found is not None
    assert found.usd_per_kg[0] == pytest.approx(finance_facts()["realisation", "mixed"].value * full)
    figures = Figures({"data.finance.realisation.mixed": np.array([0.5])})
    half = market(solution, stream, figures)
    assert half is not None
    assert half.usd_per_kg[0] == pytest.approx(0.5 * full)
    assert "data.oxide.Dy" in figures.used
    poorer = market(*sold("concentrate", oxides(Dy=40.0, Nd=60.0)))
    assert poorer is not None
    assert poorer.usd_per_kg[0] == pytest.approx(0.36 * full)


@pytest.mark.parametrize(
    ("flow", "region", "price"),
    [
        ({"Nd": 30.0, "Fe": 69.0, "B": 1.0}, "china", 49.0),
        ({"Nd": 30.0, "Fe": 69.0, "B": 1.0}, "us", 69.0),
        ({"Nd": 30.0, "Fe": 69.0, "B": 1.0}, "malaysia", 49.0),
        ({"Sm": 25.0, "Co": 50.0, "Fe": 25.0}, "china", 90.0),
        ({"Fe": 90.0, "N": 3.0}, "us", 40.0),
    ],
)
def test_magnets_are_sold_by_their_family(
    sold: Callable[..., Any], flow: Mapping[str, float], region: str, price: float
) -> None:
    found = market(*sold("magnet", flow, region))
    assert found is not None
    assert found.usd_per_kg[0] == price


def test_iron_and_cobalt(sold: Callable[..., Any]) -> None:
    iron = market(*sold("iron concentrate", {"Fe": 60.0, "O": 40.0}))
    cobalt = market(*sold("residue", {"Co": 50.0, "Fe": 50.0}))
    assert iron is not None
    assert iron.usd_per_kg[0] == pytest.approx(0.6 * 0.15)
    assert cobalt is not None
    assert cobalt.usd_per_kg[0] == pytest.approx(0.5 * 26.0 * 0.6)


def test_of_what_holds_nothing_of_worth_nobody_knows_a_price(sold: Callable[..., Any]) -> None:
    assert market(*sold("powder", {"Fe": 100.0})) is None
    assert market(*sold("oxide", {"Fe": 0.0})) is None


def test_samples_have_the_bits_of_single_cases(sold: Callable[..., Any]) -> None:
    held = np.array([40.0, 45.0, 55.0])
    many = market(*sold("carbonate", {"Nd": held, "Dy": 100.0 - held, "O": 17.0}))
    assert many is not None
    for i in range(3):
        one = market(*sold("carbonate", {"Nd": held[i], "Dy": 100.0 - held[i], "O": 17.0}))
        assert one is not None
        assert one.usd_per_kg[0] == many.usd_per_kg[i]


def test_prices_are_of_the_region_then_of_the_world_then_of_china() -> None:
    assert sale_price("SmCo magnets", "us", 2025)[0] == "world"  # type: ignore[index]
    assert sale_price("magnets", "australia", 2025)[0] == "china"  # type: ignore[index]
    assert sale_price("NdPr oxide", "china", 2023)[1].value == 69.0  # type: ignore[index]
