"""Stockpiles: what is carried from year to year, what may and what must lie there."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from didymium.data import cost_rates
from didymium.supply.program import Infeasible
from didymium.supply.stock import stockpiles


def _helper(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


small = _helper("small_trade")
Chain, rule, stockpile = small.Chain, small.rule, small.stockpile


def supplied(*parts: Any, made: list[float], needed: list[float], **more: Any) -> Any:
    """The us makes and needs."""
    chain = Chain(*parts, years=len(made))
    chain.makes("us", made)
    chain.needs("us", needed, **more)
    return chain


def held(levels: Any) -> list[float]:
    """t at the end of each year."""
    rows = [level for one, level in zip(levels.system.activities, levels.levels, strict=True) if one.kind == "hold"]
    return (np.sum(rows, axis=0).round(6) + 0.0).tolist()


@pytest.fixture(autouse=True)
def _oxides_count_as_what_they_hold(monkeypatch):
    """Round numbers: a t of oxide holds a t here; test_told_in_oxide.py has the factor."""
    for module in ("stock", "rules_limits"):
        monkeypatch.setattr(f"didymium.supply.{module}.told_per_t", lambda good: 1.0)


def test_without_a_stock_nothing_is_carried() -> None:
    assert supplied(made=[150.0, 50.0], needed=[100.0, 100.0]).unmet() == [[0.0, 50.0]]


def test_a_stock_carries_a_surplus_to_a_lean_year() -> None:
    levels = supplied(stockpile(0.0), made=[150.0, 50.0], needed=[100.0, 100.0]).solve()
    assert levels.unmet.sum() == pytest.approx(0.0, abs=1e-9)
    assert held(levels) == [50.0, 0.0]


def test_the_start_is_there_once() -> None:
    levels = supplied(stockpile(70.0), made=[0.0] * 3, needed=[30.0] * 3).solve()
    assert levels.unmet.sum() == pytest.approx(20.0)


def test_the_most_it_may_hold() -> None:
    chain = supplied(stockpile(0.0, at_most=20.0), made=[150.0, 50.0], needed=[100.0, 100.0])
    assert chain.unmet() == [[0.0, 30.0]]


def test_the_least_it_must_hold_from_its_first_year_on() -> None:
    chain = supplied(stockpile(0.0, at_least={2027: 40.0}), made=[100.0] * 3, needed=[100.0] * 3)
    levels = chain.solve()
    # 40 t are laid up by the end of 2027 and stay.
    assert held(levels)[1:] == [40.0, 40.0]
    assert levels.unmet.sum() == pytest.approx(40.0)


def test_months_of_use() -> None:
    chain = supplied(stockpile(0.0, months={2027: 6.0}), made=[130.0, 100.0, 100.0], needed=[100.0, 100.0, 100.0])
    levels = chain.solve()
    # 30 t are left of 2026. In 2027: stock s = use / 2 and use + s = 130: 86.67 and 43.33 t. Then the stock stays
    # half of the use: use + s = 100 + 43.33: 95.56 t. Taking less in 2027 does not help the sum.
    assert levels.unmet.sum() == pytest.approx(13.3333 + 4.4444, abs=1e-3)
    assert held(levels)[1:] == pytest.approx([130.0 / 3.0, 143.3333 / 3.0], abs=1e-3)


def test_months_count_what_plants_take() -> None:
    chain = Chain(stockpile(30.0, months=12.0), years=1)
    chain.makes("us", 20.0)
    chain.turns("us", {"oxide:Dy": 1.25}, "metal:Dy")
    chain.needs("us", 100.0, "metal:Dy")
    levels = chain.solve()
    # 50 t: half goes into metal, half stays: 12 months of it.
    assert levels.unmet[0, 0] == pytest.approx(100.0 - 25.0 / 1.25)
    assert held(levels) == pytest.approx([25.0])


def test_two_stocks_of_one_good() -> None:
    parts = (stockpile(10.0, name="state", at_least=10.0), stockpile(5.0, name="trade"))
    chain = supplied(*parts, made=[0.0, 0.0], needed=[5.0, 5.0])
    levels = chain.solve()
    assert levels.unmet.sum() == pytest.approx(5.0)
    assert held(levels)[1] == pytest.approx(10.0)


def test_holding_ties_up_capital() -> None:
    chain = supplied(stockpile(0.0), made=[100.0, 0.0], needed=[0.0, 10.0])
    rate = cost_rates()["discount_rate"].value
    # 10 t made at 1 USD/t, and worth 1,000 USD/t while they lie a year.
    assert chain.solve().objective == pytest.approx(10.0 + 10.0 * 1_000.0 * rate)


def test_a_stock_bridges_a_ban() -> None:
    chain = Chain(stockpile(0.0, at_most=150.0), rule("ban", first=2027.0), years=3)
    chain.makes("china", 1_000.0)
    chain.needs("us", 100.0)
    # 150 t bought ahead in 2026 are 18 months of use.
    assert chain.solve().unmet.sum() == pytest.approx(50.0)


def test_a_stock_that_cannot_be_kept_is_told_by_name() -> None:
    chain = supplied(stockpile(5.0, at_least=100.0), made=[0.0], needed=[10.0])
    with pytest.raises(Infeasible) as found:
        chain.solve()
    assert "stockpile reserve: Dy oxide of us, the least it must hold" in " ".join(found.value.conflict)


def test_a_stock_of_what_nobody_makes_lies_there() -> None:
    chain = Chain(stockpile(5.0, "Ho oxide"), years=1)
    stockpiles(chain.builder)
    assert "oxide:Ho" in chain.builder.goods
    assert [one.tonnes.tolist() for one in chain.builder.givens] == [[5.0]]


def test_the_start_counts_for_its_origin() -> None:
    chain = Chain(stockpile(5.0, origin="china"), stockpile(5.0, name="other", region="china"), years=1)
    stockpiles(chain.builder)
    assert [one.origin for one in chain.builder.givens] == ["china", "before"]
