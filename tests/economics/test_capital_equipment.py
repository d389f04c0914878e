"""A stage costed from its equipment, and what it ties up, by hand; a known plant where nothing is sized."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.data.equipment import equipment
from didymium.data.investment import capital_factors
from didymium.economics import basis, cost
from didymium.economics.capital import investments, scaled
from didymium.economics.equipment import purchases
from didymium.economics.figures import Figures
from didymium.economics.installed import enlarged
from didymium.economics.working_capital import RARE, SOLVENT, STOCKS, working_capital
from didymium.network.solution import Solution
from didymium.operations.base import Size

Build = Callable[..., Solution]
TANK = equipment()["tank"]


def sized(solution: Solution, sizes: Mapping[str, tuple[tuple[str, Any, str], ...]]) -> Solution:
    """The same solution with sizes by unit: item, values, unit."""
    units = dict(solution.units)
    for name, made in sizes.items():
        each = tuple(Size(item, np.broadcast_to(np.asarray(v, float), (solution.samples,)), u) for item, v, u in made)
        units[name] = replace(units[name], sizes=each)
    return replace(solution, units=units)


def scope(group: str) -> float:
    return capital_factors()["scope", group].value


def tank(volume: float, year: int = 2024) -> float:
    """Million USD of a tank, bare."""
    index = data.cost_index(year).value / data.cost_index(TANK.fact.year).value
    return TANK.fact.value * (volume / TANK.size) ** TANK.exponent * index / 1e6


def test_a_tank_by_hand(recycle: Callable[..., Solution]) -> None:
    """Bare × 2.97 × scope × 0.33 in China; the unit without a size bears nothing, its stage falls back."""
    found = investments(sized(recycle(), {"separation": (("tank", 100.0, "m^3"),)}))
    separation, magnet = found["separation"], found["magnet"]
    assert separation.way == "equipment"
    assert separation.million_usd[0] == pytest.approx(tank(100.0) * 2.97 * scope("separation") * 0.33)
    assert sum(separation.lines.values())[0] == pytest.approx(separation.million_usd[0])
    assert [one.item for one in separation.purchases] == ["tank"]
    assert separation.ramp_up == 4.0
    assert (magnet.way, magnet.purchases) == ("known plant", ())
    assert magnet.million_usd[0] == magnet.by_plant[0]


def test_both_ways_stand_beside_each_other(recycle: Callable[..., Solution]) -> None:
    found = investments(sized(recycle(), {"separation": (("tank", 100.0, "m^3"),)}))["separation"]
    plant = scaled(data.capital()["separation"], found.capacity, 2024, "china")
    assert found.by_plant[0] == plant[0]
    assert found.note.startswith(f"equipment of {tank(100.0):,.1f} million USD, installed")
    assert f"scaled: {plant[0]:,.0f} million USD" in found.note


def test_a_nameplate_enlarges_the_equipment(recycle: Callable[..., Solution]) -> None:
    """Twice the throughput asks for a tank of twice the volume: 2^0.563 of its cost."""
    usual = recycle()
    made = float(usual.streams["separation.oxide"].mass()) * 8000.0 / 1000.0
    plate = {"separation": ("separation.oxide", f"{2 * made} t/year", "total")}
    sizes = {"separation": (("tank", 100.0, "m^3"),)}
    one, two = (investments(sized(recycle(**more), sizes))["separation"] for more in ({}, {"nameplates": plate}))
    assert two.million_usd[0] / one.million_usd[0] == pytest.approx(2**TANK.exponent)
    assert two.purchases[0].size[0] == pytest.approx(200.0)


def test_only_stages_that_are_asked_for_keep_their_sizes(recycle: Callable[..., Solution]) -> None:
    tanks = (("tank", 100.0, "m^3"),)
    solution = sized(recycle(), {"separation": tanks, "machining": tanks})
    assert {one.unit for one in purchases(enlarged(solution, {"magnet": np.array([3.0])}))} == {"machining"}


def test_what_the_other_way_rests_on_is_no_figure_of_the_cost(recycle: Callable[..., Solution]) -> None:
    result = cost(sized(recycle(), {"separation": (("tank", 100.0, "m^3"),)}))
    assert {"data.equipment.tank", "data.scope.separation", "data.location.china"} <= set(result.figures)
    assert "data.plant.separation" not in result.figures
    assert "data.plant.magnet" in result.figures
    more = {"data.scope.separation": np.array([2.0 * scope("separation")])}
    dear = cost(result.solution, more).capital["separation"].million_usd
    assert dear[0] == pytest.approx(2.0 * result.capital["separation"].million_usd[0])


def test_what_capital_rests_on(recycle: Callable[..., Solution]) -> None:
    """A tank and its scope move all capital of separation, piping 0.2 / 2.97 of it."""
    result = cost(sized(recycle(), {"separation": (("tank", 100.0, "m^3"),)}))
    found = {one.item: one for one in basis(result, "magnet")}
    split = result.per_kg("magnet")
    invested = [one for one in split.lines if one.line.unit == "million USD invested"]
    share = sum(one.per_kg for one in invested if one.line.stage == "separation") / split.total
    assert found[f"capital of the separation stage: {TANK.title}"].share == pytest.approx(share)
    assert found["scope of the separation stage"].share == pytest.approx(share)
    assert found["installation: piping"].share == pytest.approx(share * 0.2 / 2.97)
    assert found["compliance in china"].share == pytest.approx(share)  # it cancels for the known plant of the magnets


def test_money_tied_up_by_hand(recycle: Callable[..., Solution]) -> None:
    """45 days of what separation spends; 1 t of kerosene at its price; 10 kg REO at half the price of Nd2O3."""
    solution = sized(recycle(), {"separation": (("kerosene held", 1000.0, "kg"), (RARE, 10.0, "kg"))})
    result = cost(solution)
    tied = result.working_capital["separation"]
    spent = sum(
        max(float(line.cost[0]), 0.0) for line in result.lines if line.stage == "separation" and line.cause != "capital"
    )
    assert tied.parts[STOCKS][0] == pytest.approx(spent * 8000.0 / 365.0 * 45.0 / 1e6)
    quote = data.price_book()["kerosene", "china"]
    rate = data.exchange_rate(quote.currency, quote.fact.year).value
    per_tonne = quote.fact.value / rate * (1.0 if quote.fact.unit.endswith("/t") else 1000.0)
    assert tied.parts[SOLVENT][0] == pytest.approx(per_tonne / 1e6)
    price = data.oxide_price("Nd", 2024).value
    assert tied.parts[RARE][0] == pytest.approx(10.0 * 0.5 * price / 1e6)
    assert sum(tied.by_unit.values())[0] == pytest.approx(tied.million_usd[0])
    line = next(one for one in result.lines if one.item == "working capital" and one.unit_name == "separation")
    assert line.cost[0] == pytest.approx(tied.by_unit["separation"][0] * 0.10 * 1e6 / 8000.0)
    assert line.cause == "capital"


def test_samples_give_the_bits_of_single_cases(recycle: Callable[..., Solution]) -> None:
    scales, volumes = np.array([1.0, 0.4, 2.5]), np.array([100.0, 612.0, 3.0])
    drawn = {
        "data.scope.separation": np.array([1.0, 2.0, 3.0]),
        "data.equipment.tank": np.array([1e5, 2e5, 4e5]),
        "data.stock_days.separation": np.array([20.0, 40.0, 80.0]),
    }
    sizes = {"separation": (("tank", volumes, "m^3"), (RARE, volumes, "kg"))}
    many = cost(sized(recycle(scales), sizes), drawn)
    for i in range(3):
        own = {"separation": (("tank", volumes[i], "m^3"), (RARE, volumes[i], "kg"))}
        alone = cost(sized(recycle(scales[i]), own), {path: values[i : i + 1] for path, values in drawn.items()})
        assert many.capital["separation"].million_usd[i] == alone.capital["separation"].million_usd[0]
        assert many.capital["separation"].by_plant[i] == alone.capital["separation"].by_plant[0]
        assert many.working_capital["separation"].million_usd[i] == alone.working_capital["separation"].million_usd[0]
        assert many.per_kg("magnet").total[i] == alone.per_kg("magnet").total


def test_an_extractant_without_a_price_is_refused(recycle: Callable[..., Solution]) -> None:
    solution = recycle()
    lines = cost(solution).lines
    held = sized(solution, {"separation": (("unobtainium held", 5.0, "kg"),)})
    with pytest.raises(ValueError, match="unobtainium"):
        working_capital(held, lines, None, Figures())
