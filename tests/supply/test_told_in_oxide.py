"""Stocks and quotas of oxides count t of oxide, as people do; the chain carries what the oxide holds."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from didymium.quantities import Value
from didymium.scenario import Stockpile, TradeRule
from didymium.supply.chain import build
from didymium.supply.program import solve
from didymium.supply.values import oxide_factor

_SPEC = importlib.util.spec_from_file_location("small_scenario", Path(__file__).with_name("small_scenario.py"))
small = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(small)


def wanted(tonnes: float):
    return small.use(small.series(y2025=tonnes), good="Dy oxide", name="lamps")


def test_a_stock_of_oxide_serves_as_much_oxide() -> None:
    stock = Stockpile("own", "us", "Dy oxide", Value(100.0, "t"), small.AT)
    found = solve(build(small.scenario([], [wanted(150.0)], stockpiles={"own": stock}), small.tables()))
    assert found.unmet.sum() == pytest.approx(3 * 150.0 - 100.0)


def test_what_a_stock_may_and_must_hold_is_oxide() -> None:
    plant = small.whole_chain()
    for more, held in (({"at_least": small.series(y2025=40.0)}, 40.0), ({"at_most": Value(30.0, "t")}, 30.0)):
        stock = Stockpile("own", "us", "Dy oxide", Value(100.0, "t"), small.AT, **more)
        # much is asked for in the last year only: as much is carried over as may be
        demand = small.use(small.series(y2025=0.0, y2026=0.0, y2027=5_000.0), good="Dy oxide", name="lamps")
        found = solve(build(small.scenario([plant], [demand], stockpiles={"own": stock}), small.tables()))
        (index,) = [i for i, one in enumerate(found.system.activities) if one.kind == "hold"]
        level = found.levels[index] * oxide_factor("Dy")
        if "at_most" in more:
            assert level.max() == pytest.approx(held)
        else:
            assert level[-1] == pytest.approx(held)


def test_a_quota_of_oxide_lets_as_much_oxide_pass() -> None:
    plant = small.whole_chain("china", "works")
    rule = TradeRule(
        "quota",
        "quota",
        ("china",),
        small.AT,
        to=("us",),
        goods=("Dy oxide",),
        limit={(year, 0): Value(50.0, "t") for year in (2025, 2026, 2027)},
    )
    found = solve(build(small.scenario([plant], [wanted(80.0)], rules={"quota": rule}), small.tables()))
    assert found.unmet[0] == pytest.approx([30.0] * 3)
