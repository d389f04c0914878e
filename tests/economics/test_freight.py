"""Freight: between regions, where a file says so, and on what is sold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from didymium import data
from didymium.economics import PriceBook, cost
from didymium.economics.lines import CostLine
from didymium.files.money_schema import Money
from didymium.levies import Levies
from didymium.network.solution import Solution
from didymium.quantities import Value

Recycle = Callable[..., Solution]


def usd(text: str) -> Value:
    return Money("USD/t").parse(text)


def carried(solution: Solution, changes: Mapping[str, Any] | None = None) -> dict[str, CostLine]:
    return {line.item: line for line in cost(solution, changes).lines if line.item.startswith("freight")}


def with_freight(**freight: str) -> Levies:
    return Levies(freight=MappingProxyType({name.replace("__", "."): usd(text) for name, text in freight.items()}))


def test_nothing_is_carried_within_a_region(recycle: Recycle) -> None:
    assert carried(recycle()) == {}


def test_a_stream_between_two_regions_is_carried_at_its_rate(recycle: Recycle) -> None:
    """100 kg/h of Nd and 7 of O from China to the US at 232 USD/t: 24.8 USD/h; 30 + 10 kg/h of swarf back at 27."""
    lines = carried(recycle(regions={"magnet": "us"}))
    there, back = lines["freight of separation.oxide"], lines["freight of machining.swarf"]
    assert (there.unit_name, there.stage, there.cause, there.unit) == ("machining", "magnet", "materials", "t")
    assert there.cost == pytest.approx(0.107 * 232)
    assert (there.source, there.year, there.assumed) == ("drewry2024", 2024, False)
    assert (back.unit_name, float(back.cost[0])) == ("separation", pytest.approx(0.040 * 27))


def test_a_pair_without_a_rate_has_that_of_any(recycle: Recycle) -> None:
    line = carried(recycle(regions={"magnet": "europe"}, region="malaysia"))["freight of separation.oxide"]
    assert (line.price, line.source, line.assumed) == (150.0, "assumed", True)
    assert line.note.startswith("malaysia to europe")


def test_the_file_may_carry_any_stream(recycle: Recycle) -> None:
    """A bought feed of 70 kg/h to its unit, magnets of 170 kg/h to the buyer, and oxide within one region."""
    levies = with_freight(
        concentrate="100 USD2024/t", machining__magnets="928.85 EUR2024/t", separation__oxide="7 USD2024/t"
    )
    lines = carried(recycle(levies=levies))
    assert {name: line.unit_name for name, line in lines.items()} == {
        "freight of concentrate": "separation",
        "freight of machining.magnets": "machining",
        "freight of separation.oxide": "machining",
    }
    assert lines["freight of concentrate"].cost == pytest.approx(7.0)
    assert lines["freight of machining.magnets"].cost == pytest.approx(0.170 * 1000.0)
    assert lines["freight of separation.oxide"].cost == pytest.approx(0.749)


def test_price_and_line_of_a_stream_have_one_name(recycle: Recycle) -> None:
    """Tables of prices, assumptions and the bridge go by the price's name."""
    for name, line in carried(recycle(levies=with_freight(separation__oxide="7 USD2024/t"))).items():
        assert line.quote is not None
        assert (name, line.quote.item) == ("freight of separation.oxide", "freight of separation.oxide")


def test_freight_without_effect_is_told(recycle: Recycle) -> None:
    """Of a feed that nobody takes; what is taken, or sold, is charged and not told."""
    solution = recycle(levies=with_freight(concentrate="7 USD2024/t", machining__magnets="7 USD2024/t"))
    assert not any("freight" in note for note in cost(solution).notes)
    alone = replace(solution, takers=MappingProxyType({**solution.takers, "concentrate": None}))
    assert "no unit takes concentrate: its freight has no effect" in cost(alone).notes


def test_the_file_replaces_the_rate_between_regions(recycle: Recycle) -> None:
    levies = with_freight(separation__oxide="10 USD2023/t (nre2024)")
    line = carried(recycle(regions={"magnet": "us"}, levies=levies))["freight of separation.oxide"]
    assert (line.price, line.year, line.source, line.assumed) == (10.0, 2023, "nre2024", False)


def test_samples_have_the_bits_of_single_cases(recycle: Recycle) -> None:
    rates, own = np.array([100.0, 232.0, 300.1]), np.array([3.0, 7.0, 11.3])
    solution = recycle(scale=np.ones(3), regions={"magnet": "us"}, levies=with_freight(concentrate="7 USD2024/t"))
    changes = {"data.freight.china.us": rates, "freight.concentrate": own}
    whole = carried(solution, changes)
    for i in range(3):
        one = carried(
            recycle(regions={"magnet": "us"}, levies=solution.plan.levies),
            {path: values[i : i + 1] for path, values in changes.items()},
        )
        for name, line in whole.items():
            assert line.cost[i] == one[name].cost[0], name


def test_a_sampled_exchange_rate_moves_the_freight(recycle: Recycle) -> None:
    solution = recycle(levies=with_freight(concentrate="100 CNY2023/t"))
    line = carried(solution, {"data.exchange.CNY.2023": np.array([7.0809 * 2])})["freight of concentrate"]
    assert line.price == pytest.approx(100 / 7.0809 / 2)


def test_every_pair_has_a_rate() -> None:
    for origin in data.regions():
        for destination in data.regions():
            fact = data.freight_rates()[data.freight_pair(origin, destination)]
            assert 0 < fact.low <= fact.value <= fact.high
            assert fact.unit == "USD/t"


def test_a_price_book_reads_its_own_year() -> None:
    """The US pays 0.0804 USD/kWh in 2023 and 0.075 EUR in 2024; mischmetal cost 7 USD/kg in 2022."""
    power = {year: PriceBook("us", year).price("electricity") for year in (2019, 2023, 2024, 2026)}
    assert [one.year for one in power.values()] == [2023, 2023, 2024, 2024]
    assert (power[2023].value, power[2026].value) == (0.0804, 0.075 / 0.92885)
    assert "price of 2023, held" in power[2019].note
    assert PriceBook("us", 2022).price("mischmetal").value == 7.0
