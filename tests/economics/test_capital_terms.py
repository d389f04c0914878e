"""What moves capital and the money tied up, term by term: rules of two regions, nameplates, credits, currencies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.data import equipment as catalogue
from didymium.data.investment import capital_factors
from didymium.economics import cost
from didymium.economics.capital import scaled
from didymium.economics.equipment import purchase
from didymium.economics.figures import Figures
from didymium.economics.working_capital import RARE, SOLVENT, STOCKS
from didymium.network.solution import Solution, UnitResult
from didymium.operations.base import Size


def figures(**ratios: tuple[float, float]) -> Figures:
    """Location and compliance of regions by choice, for every group of stages."""
    changes = {}
    for region, (location, rules) in ratios.items():
        changes[f"data.location.{region}"] = np.array([location])
        for key in ("compliance", "compliance.magnet"):
            head, _, group = key.partition(".")
            changes[f"data.{head}.{region}{'.' + group if group else ''}"] = np.array([rules])
    return Figures(changes, lenient=True)


@pytest.mark.parametrize("stage", ["separation", "magnet"])
def test_a_plant_moves_by_location_and_rules_of_both_regions(stage: str) -> None:
    """From 0.8 × 0.5 of the reference to 1.25 × 1.6 of it: five times as much, each factor by itself."""
    known = data.capital()[stage]
    here, there = "malaysia", known.region
    size = np.array([known.capacity])
    plain = scaled(known, size, 2024, there)[0]

    def ratio(**given: tuple[float, float]) -> float:
        return float(scaled(known, size, 2024, here, figures(**given))[0] / plain)

    assert ratio(**{here: (1.25, 1.6), there: (0.8, 0.5)}) == pytest.approx(5.0)
    assert ratio(**{here: (1.25, 1.0), there: (1.0, 1.0)}) == pytest.approx(1.25)
    assert ratio(**{here: (1.0, 1.6), there: (1.0, 1.0)}) == pytest.approx(1.6)
    assert ratio(**{here: (1.0, 1.0), there: (0.8, 1.0)}) == pytest.approx(1.25)
    assert ratio(**{here: (1.0, 1.0), there: (1.0, 0.5)}) == pytest.approx(2.0)


def sized(solution: Solution, unit: str, sizes: tuple[tuple[str, float, str], ...]) -> Solution:
    made = tuple(Size(item, np.full(solution.samples, value), measure) for item, value, measure in sizes)
    return replace(solution, units={**solution.units, unit: replace(solution.units[unit], sizes=made)})


def test_circuits_of_a_larger_plant_hold_more_and_stocks_do_not(recycle: Callable[..., Solution]) -> None:
    """A nameplate of three times the throughput: three times the solvent and rare earths; stocks as spent."""
    held = (("kerosene held", 1000.0, "kg"), (RARE, 10.0, "kg"))
    made = float(recycle().streams["separation.oxide"].mass()) * 8000.0 / 1000.0
    plate = {"separation": ("separation.oxide", f"{3.0 * made!r} t/year", "total")}
    one, three = (
        cost(sized(recycle(**more), "separation", held)).working_capital["separation"]
        for more in ({}, {"nameplates": plate})
    )
    for part in (SOLVENT, RARE):
        assert one.parts[part][0] > 0.0
        assert three.parts[part][0] == pytest.approx(3.0 * one.parts[part][0])
    more = sum(2.0 * one.parts[part][0] for part in (SOLVENT, RARE))
    # Upkeep and insurance of the larger plant are money spent, and so in stocks.
    stocks = three.parts[STOCKS][0] - one.parts[STOCKS][0]
    assert three.million_usd[0] - one.million_usd[0] == pytest.approx(more + stocks)
    assert three.by_unit["separation"][0] - one.by_unit["separation"][0] == pytest.approx(more + stocks)


def test_what_is_sold_besides_does_not_lower_the_stocks(hand: Callable[..., Any]) -> None:
    """Iron concentrate is credited to the mine; its stores and wages are tied up in full all the same."""

    def mine(form: str) -> Any:
        return cost(
            hand(
                {
                    "flotation": {
                        "stage": "mine",
                        "inlets": {"feed": "ore"},
                        "outlets": {"concentrate": "concentrate", "beside": form},
                        "lines": [("electricity", 1000.0, "kWh", ())],
                    },
                    "cut": {
                        "stage": "separation",
                        "inlets": {"feed": "flotation.concentrate"},
                        "outlets": {"oxide": "oxide"},
                    },
                },
                {
                    "ore": {"Nd": 100.0, "Fe": 200.0, "S": 50.0, "O": 75.0, "N": 40.0, "H": 10.0},
                    "flotation.concentrate": {"Nd": 100.0},
                    "flotation.beside": {"S": 50.0, "O": 75.0, "N": 40.0, "H": 10.0},
                    "cut.oxide": {"Nd": 100.0},
                },
                feeds={"ore": {}},
                products={"oxide": "cut.oxide"},
            )
        )

    found = mine("ammonium salt")
    sold = [line for line in found.lines if line.stage == "mine" and float(line.cost[0]) < 0.0]
    assert sold, "this by-product earns nothing: the case shows nothing"
    spent = sum(
        float(line.cost[0])
        for line in found.lines
        if line.stage == "mine" and line.cause != "capital" and float(line.cost[0]) > 0.0
    )
    days = capital_factors()["stock_days", "mine"].value
    tied = found.working_capital["mine"].parts[STOCKS][0]
    assert tied == pytest.approx(spent * 8000.0 / 365.0 * days / 1e6)


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
def test_equipment_quoted_in_another_currency(currency: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate is so much of the currency to a dollar: what costs 7.2 million CNY costs one million USD."""
    mill = catalogue.equipment()["mill"]
    fact = replace(mill.fact, year=2023)
    quoted = replace(mill, fact=fact, currency=currency)
    monkeypatch.setattr(catalogue, "equipment_of", lambda *_: quoted)
    size = Size("mill", np.array([mill.size]), mill.unit)
    unit = UnitResult("hand", "comminution", "mine", {}, (), frozenset(), (), {}, MappingProxyType({}), (size,))
    rate = data.exchange_rate(currency, 2023).value
    assert rate != 1.0
    found = purchase(unit, size, 2023)
    assert found.million_usd[0] == pytest.approx(fact.value / 1e6 / rate)
    assert f"{currency} of 2023" in found.note
