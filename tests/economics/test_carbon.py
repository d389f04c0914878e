"""A price of carbon: fuel, off-gas, fluorocarbons, and power where the file says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from didymium.economics import CostError, cost
from didymium.economics.lines import CostLine
from didymium.elements import molar_mass
from didymium.files.money_schema import Money
from didymium.levies import Levies
from didymium.network.solution import Solution

from .conftest import Build

PRICE = Money("USD/t", low=0).parse("92.885 EUR2024/t")
"""100 USD/t."""


def plant(
    hand: Build, lines: list[Any], offgas: Any = 0.0, details: Mapping[str, Any] | None = None, **plan: Any
) -> Solution:
    made = hand(
        {
            "furnace": {
                "stage": "separation",
                "inlets": {"feed": "carbonate"},
                "outlets": {"oxide": "oxide", "offgas": "gas"},
                "waste": ["offgas"],
                "lines": lines,
            }
        },
        {"carbonate": {"Nd": 10.0}, "furnace.oxide": {"Nd": 10.0}, "furnace.offgas": {"C": offgas, "O": 1.0}},
        feeds={"carbonate": {"price": None}},
        products={"oxide": "furnace.oxide"},
        **({"levies": Levies(carbon_price=PRICE)} | plan),
    )
    units = {name: replace(unit, details=dict(details or {})) for name, unit in made.units.items()}
    return replace(made, units=MappingProxyType(units))


def charged(solution: Solution, changes: Mapping[str, Any] | None = None) -> list[CostLine]:
    return [line for line in cost(solution, changes).lines if line.item == "carbon price"]


def test_no_price_no_line(hand: Build) -> None:
    assert charged(plant(hand, [("diesel", 1e4, "MJ", ())], levies=Levies())) == []
    assert charged(plant(hand, [])) == []


def test_a_price_of_carbon_without_effect_is_told(hand: Build) -> None:
    """Power that does not count, and power that would count if carbon had a price."""

    def told(levies: Levies, lines: list[Any]) -> list[str]:
        return [
            note
            for note in cost(plant(hand, lines, levies=levies)).notes
            if "carbon_price" in note or "of carbon" in note
        ]

    power = [("electricity", 1e4, "kWh", ())]
    assert told(Levies(carbon_price=PRICE), power) == [
        "no unit gives off CO2 that counts: the price of carbon has no effect; carbon_price_on_power: true counts that "
        "of bought electricity"
    ]
    assert told(Levies(carbon_price=PRICE, on_power=True), []) == [
        "no unit gives off CO2 that counts: the price of carbon has no effect"
    ]
    assert told(Levies(carbon_price=PRICE, on_power=True), power) == []
    assert told(Levies(on_power=True), power) == ["carbon_price_on_power has no effect: the file gives no carbon_price"]


def test_fuels_by_their_factors(hand: Build) -> None:
    """10 GJ of diesel at 74.1 kg/GJ and 1000 kg of steam at 2.8 MJ and 77.4 kg/GJ of China's heat: 0.95772 t."""
    (line,) = charged(plant(hand, [("diesel", 1e4, "MJ", ()), ("steam", 1000.0, "kg", ())]))
    assert (line.unit_name, line.cause, line.unit, line.year) == ("furnace", "overhead", "t CO2", 2024)
    assert line.quantity == pytest.approx(0.741 + 0.21672)
    assert line.cost == pytest.approx(95.772)
    assert line.assumed
    assert "in EUR of 2024" in line.note
    assert line.note.endswith("CO2 of fuel")


def test_carbon_of_offgas_and_fluorocarbons(hand: Build) -> None:
    """1 kmol of C is one of CO2; 0.01 kg CF4 and 0.001 kg C2F6 as 73.8 and 12.4 kg."""
    solution = plant(hand, [], offgas=molar_mass("C"), details={"CF4": np.array([0.01]), "C2F6": np.array([0.001])})
    (line,) = charged(solution)
    assert line.quantity == pytest.approx(molar_mass("CO2") / 1000.0 + 0.0738 + 0.0124)
    assert line.note.endswith("CO2 of process and fluorocarbons")


def test_gas_that_another_unit_takes_is_charged_once(hand: Build) -> None:
    """Roast gas that goes to a scrubber is no waste of the furnace: what the scrubber lets go is charged, and there."""
    carbon = molar_mass("C")
    solution = hand(
        {
            "furnace": {
                "stage": "separation",
                "inlets": {"feed": "carbonate"},
                "outlets": {"oxide": "oxide", "offgas": "gas"},
                "waste": ["offgas"],
            },
            "scrubber": {
                "stage": "separation",
                "inlets": {"gas": "furnace.offgas"},
                "outlets": {"liquor": "liquor", "clean": "gas"},
                "waste": ["liquor", "clean"],
            },
        },
        {
            "carbonate": {"Nd": 10.0, "C": carbon},
            "furnace.oxide": {"Nd": 10.0},
            "furnace.offgas": {"C": carbon},
            "scrubber.liquor": {"C": 0.4 * carbon},
            "scrubber.clean": {"C": 0.6 * carbon},
        },
        feeds={"carbonate": {"price": None}},
        products={"oxide": "furnace.oxide"},
        levies=Levies(carbon_price=PRICE),
    )
    (line,) = charged(solution)
    assert line.unit_name == "scrubber"
    assert line.quantity == pytest.approx(0.6 * molar_mass("CO2") / 1000.0)


def test_power_counts_only_where_the_file_says_so(hand: Build) -> None:
    power = [("electricity", 1000.0, "kWh", ())]
    assert charged(plant(hand, power)) == []
    (line,) = charged(plant(hand, power, levies=Levies(carbon_price=PRICE, on_power=True)))
    assert line.quantity == pytest.approx(0.5366)


def test_a_fuel_without_a_factor_is_told(hand: Build) -> None:
    with pytest.raises(CostError, match="no emission factor of natural_gas in china"):
        charged(plant(hand, [("natural_gas", 10.0, "MJ", ())]))


def test_samples_have_the_bits_of_single_cases(hand: Build) -> None:
    heat, prices, factors = np.array([10.0, 20.3, 31.7]), np.array([50.0, 75.1, 100.0]), np.array([60.0, 77.4, 90.1])
    changes = {"carbon_price": prices, "data.emission.china.heat": factors}
    (whole,) = charged(plant(hand, [("heat", 1e3 * heat, "MJ", ())], offgas=heat), changes)
    for i in range(3):
        part = slice(i, i + 1)
        single = plant(hand, [("heat", 1e3 * heat[part], "MJ", ())], offgas=heat[part])
        (one,) = charged(single, {path: values[part] for path, values in changes.items()})
        assert whole.cost[i] == one.cost[0]
