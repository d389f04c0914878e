"""Capital by hand: size, year and region of a known plant; what a stage is built for, and who bears it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.data import cost_index
from didymium.economics.capital import investments, recovery_factor, scaled
from didymium.network.solution import Solution

Build = Callable[..., Solution]
ND2O3 = 336.482 / 2 / 144.242


def plant(region: str = "us", year: int = 2024) -> Any:
    """100 million USD for 1000 t/year."""
    known = data.capital()["separation"]
    cost = replace(known.cost, value=100.0, low=100.0, high=100.0, year=year)
    return replace(known, cost=cost, currency="USD", region=region, capacity=1000.0)


@pytest.mark.parametrize(("tonnes", "million"), [(1000.0, 100.0), (2000.0, 151.57), (500.0, 65.98), (0.0, 0.0)])
def test_six_tenths(tonnes: float, million: float) -> None:
    """Twice the plant costs 2^0.6 = 1.5157 times as much, half of it 0.6598."""
    assert scaled(plant(), np.array([tonnes]), 2024, "us")[0] == pytest.approx(million, rel=1e-4)


def test_regions_by_ratio() -> None:
    """A plant of the US costs 0.33 in China and 0.6 in Malaysia; one of China three times as much in the US."""
    size = np.array([1000.0])
    assert scaled(plant("us"), size, 2024, "china")[0] == pytest.approx(33.0)
    assert scaled(plant("us"), size, 2024, "malaysia")[0] == pytest.approx(60.0)
    assert scaled(plant("china"), size, 2024, "us")[0] == pytest.approx(100.0 / 0.33)


def test_years_by_index() -> None:
    """From 2020 to 2024 by the index of the later over that of the earlier year."""
    found = scaled(plant(year=2020), np.array([1000.0]), 2024, "us")[0]
    assert found == pytest.approx(100.0 * cost_index(2024).value / cost_index(2020).value)
    assert found > 100.0


def test_the_yearly_charge_pays_back() -> None:
    """At 10 % over two years 100 are paid by 57.619 twice: 110 − 57.619 = 52.381, times 1.1 = 57.619."""
    assert 100.0 * recovery_factor(0.10, 2) == pytest.approx(57.6190, rel=1e-5)
    assert recovery_factor(0.0, 4) == 0.25


def cut(hand: Build, salt: str = "", **plan: Any) -> Solution:
    """A cut of 10 kg/h Nd as oxide; with `salt`, 2 kg/h Nd more leave in an outlet of that form."""
    more = {"salt": salt} if salt else {}
    return hand(
        {
            "cut": {
                "stage": "separation",
                "inlets": {"feed": "liquor"},
                "outlets": {"oxide": "oxide", **more},
            }
        },
        {"liquor": {"Nd": 12.0}, "cut.oxide": {"Nd": 10.0}, **({"cut.salt": {"Nd": 2.0, "N": 50.0}} if salt else {})},
        feeds={"liquor": {}},
        products={"oxide": "cut.oxide"},
        **plan,
    )


@pytest.mark.parametrize(
    ("form", "nd"),
    [("", 10.0), ("ammonium salt", 10.0), ("gypsum", 10.0), ("salt", 10.0), ("gas", 10.0), ("carbonate", 12.0)],
)
def test_a_stage_is_built_for_its_products_not_for_by_products(hand: Build, form: str, nd: float) -> None:
    """10 kg/h Nd are 11.664 kg/h oxide, 93.31 t in 8000 h; rare earths in a by-product, salt or gas add none."""
    assert investments(cut(hand, form))["separation"].capacity[0] == pytest.approx(nd * ND2O3 * 8.0, rel=1e-4)


@pytest.mark.parametrize(
    ("rate", "tonnes"),
    [
        ("20 kg/h", 160.0),  # 20 kg/h for 8000 h
        ("160 t/year", 160.0),
        ("1 t/year", 93.31),  # less than what is made
    ],
)
def test_a_nameplate_by_the_hour_or_by_the_year(hand: Build, rate: str, tonnes: float) -> None:
    solution = cut(hand, nameplates={"separation": ("cut.oxide", rate, "REO")})
    found = investments(solution)["separation"]
    assert found.capacity[0] == pytest.approx(tonnes, rel=1e-4)
    known = scaled(data.capital()["separation"], np.array([tonnes]), 2024, "china")[0]
    assert found.million_usd[0] == pytest.approx(known, rel=1e-4)


def test_a_sampled_nameplate_is_in_the_unit_of_the_file(hand: Build) -> None:
    """30 kg/h for a plate by the hour; 240 000 kg/year for one by the year: 240 t either way."""
    for rate, given in (("20 kg/h", 30.0), ("160 t/year", 240_000.0)):
        solution = cut(hand, nameplates={"separation": ("cut.oxide", rate, "REO")})
        assert solution.plan.nameplates["separation"].rate.unit in ("kg/h", "kg/year")
        found = investments(solution, {"capacity.separation": np.array([given])})["separation"]
        assert found.capacity[0] == pytest.approx(240.0, rel=1e-9)


def test_by_unit_adds_up(recycle: Callable[..., Solution]) -> None:
    for one in investments(recycle()).values():
        assert sum(float(part[0]) for part in one.by_unit.values()) == pytest.approx(float(one.million_usd[0]))
