"""Prices that a cost rests on vary: an average or a quote without a range of its own has one by judgement."""

from __future__ import annotations

import pytest

import didymium
from didymium.data import finance_facts
from didymium.data.facts import fact, rows
from didymium.files import shipped

FREE = "air"
"""Costs nothing by convention."""


@pytest.mark.parametrize("name", ["price_book", "sales"])
def test_every_price_has_a_range(name: str) -> None:
    for row in rows(name):
        price = fact(row)
        if row["item"] != FREE:
            assert price.low < price.high, row
            assert price.low <= price.value <= price.high, row


def test_every_price_of_an_oxide_has_a_range() -> None:
    for row in rows("prices"):
        price = fact(row)
        if row["element"]:
            assert price.low < price.value < price.high, row
            assert row["source"] == "assumed" or "range is judgement" in price.note, row


@pytest.mark.parametrize("name", sorted(shipped()))
def test_prices_wages_and_rates_of_shipped_plants_can_be_sampled(name: str) -> None:
    """All that do not vary: what is set by law or by convention, and exchange rates of a year."""
    result = didymium.load(name).solve()
    figures = {**result.cost.figures, **result.finance.figures}
    heads = ("data.price.", "data.oxide.", "data.wage.", "data.burden.", "data.rate.", "data.finance.sale.")
    still = {path for path, one in figures.items() if path.startswith(heads) and one.low == one.high}
    assert still <= {"data.price.china.air", "data.price.us.air", "data.burden.europe"}


def test_a_floor_of_a_contract_is_no_range() -> None:
    floor = finance_facts()["price_floor", "NdPr oxide"]
    assert floor.low == floor.value == floor.high
