"""What a cost rests on: every number of money with its range, and its weight."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from didymium.economics import CostError, basis, cost
from didymium.files.money_schema import Money
from didymium.network.solution import Solution


def test_shares_are_those_of_the_lines(recycle: Callable[..., Solution]) -> None:
    result = cost(recycle())
    split = result.per_kg("magnet")
    found = {one.item: one for one in basis(result, "magnet")}
    assert [one.share for one in found.values()] == sorted((one.share for one in found.values()), reverse=True)
    acid = next(part for part in split.lines if part.line.item == "HCl")
    assert found["HCl"].share == pytest.approx(acid.per_kg / split.total)
    assert (found["HCl"].value, found["HCl"].low, found["HCl"].high) == (0.09, 0.04, 0.15)
    assert (found["HCl"].unit, found["HCl"].year, found["HCl"].assumed) == ("USD/kg", 2024, True)
    wage = found["wage, with what the employer pays on top"]
    people = sum(part.per_kg for part in split.lines if part.line.unit == "person-year")
    assert wage.share == pytest.approx(people / split.total)
    figures = [one.share for one in found.values() if one.kind == "labour"]
    assert sum(figures) == pytest.approx(wage.share)
    capital = {part.line.item: 0.0 for part in split.lines if part.line.quote is None}
    for part in split.lines:
        if part.line.quote is None:
            capital[part.line.item] += part.per_kg
    tied = capital.pop("working capital")
    invested = sum(capital.values())
    stocks = [one.share for one in found.values() if one.item.startswith("working capital of")]
    assert sum(stocks) == pytest.approx(tied / split.total)
    plants = [one.share for one in found.values() if one.item.startswith("capital of")]
    assert sum(plants) == pytest.approx(invested / split.total)
    assert "compliance in china" not in found  # the known plants stand in China: the factor cancels


def test_factors_of_regions_count_where_they_do_not_cancel(recycle: Callable[..., Solution]) -> None:
    result = cost(recycle(region="us"))
    found = {one.item: one for one in basis(result, "magnet")}
    invested = [part for part in result.per_kg("magnet").lines if part.line.unit == "million USD invested"]
    total = result.per_kg("magnet").total
    share = sum(part.per_kg for part in invested) / total
    magnet = sum(part.per_kg for part in invested if part.line.stage == "magnet") / total
    assert found["location in china"].share == found["location in us"].share == pytest.approx(share)
    assert found["compliance in china"].share == pytest.approx(share - magnet)
    assert found["compliance in china, magnet"].share == pytest.approx(magnet)


def test_prices_and_capital_cover_the_whole_cost(recycle: Callable[..., Solution]) -> None:
    found = basis(cost(recycle()), "magnet")
    counted = [one for one in found if one.kind == "price" or one.item.startswith(("capital of", "working"))]
    assert sum(one.share for one in counted) == pytest.approx(1.0)


def test_a_price_of_the_file_has_its_own_year(recycle: Callable[..., Solution]) -> None:
    """645.08 CNY of 2021 by t at 6.4508 CNY/USD: 0.1 USD/kg."""
    price = Money("USD/kg", low=0).parse("645.08 CNY2021/t from 322.54 to 967.62 CNY2021/t")
    acid = next(one for one in basis(cost(recycle(prices={"HCl": price})), "magnet") if one.item == "HCl")
    assert (acid.year, acid.source, acid.assumed) == (2021, "file", True)
    assert (acid.low, acid.value, acid.high) == pytest.approx((0.05, 0.1, 0.15))
    assert acid.note == "price of the file, in CNY of 2021 at 6.4508 CNY/USD"


def test_unknown_product(recycle: Callable[..., Solution]) -> None:
    with pytest.raises(CostError, match="did you mean 'magnet'"):
        basis(cost(recycle()), "magnets")
