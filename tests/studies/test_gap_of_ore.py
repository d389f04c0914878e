"""A focus that makes nothing itself, where ore is short elsewhere: mining is named, at the worth of its oxide."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from didymium.scenario import TradeRule
from didymium.studies.gap import gap
from didymium.supply import shadow
from didymium.supply.values import oxide_factor

_SPEC = importlib.util.spec_from_file_location(
    "small_scenario", Path(__file__).parents[1] / "supply" / "small_scenario.py"
)
small = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(small)


def test_ore_that_is_short_elsewhere_is_named() -> None:
    kinds = {"plain": small.PLAIN}
    demand = small.use(small.series(y2025=5_000.0), good="plain")
    ores = TradeRule("ores", "ban", ("china",), small.AT, goods=("concentrates", "heavy concentrates"))
    scenario = small.scenario([small.whole_chain("china")], [demand], magnets=kinds, rules={"ores": ores})
    found = gap(scenario, tables=small.tables())
    first = found.bottleneck(2026)
    assert first is not None
    assert (first.stage, first.item) == ("mine", "NdPr")
    # a t of NdPr oxide holds 1/1.1768 t, of which 95 % × 98 % × 70 % reach magnets with 30 %; of ore 90 % come as oxide
    worth = 0.95 * 0.98 * 0.7 / 0.30 / oxide_factor("NdPr")
    assert first.worth == pytest.approx(0.9 * worth, rel=2e-3)
    # what is unmet asks for as much ore
    assert first.missing == pytest.approx(float(found.unmet[1]) / worth / 0.9, rel=0.01)
    # where no ore is for sale to the focus its oxide carries the worth
    ((_, value, missing, row),) = shadow._ores(
        found.levels, shadow._worths(found.levels, "unmet"), found.levels, found.rows, ("us",), 1
    )
    assert (row.stage, row.item) == ("mine", "NdPr")
    assert value == pytest.approx(worth, rel=0.06)  # ties are short alike: prices may read a twentieth high
    assert missing == pytest.approx(first.missing, rel=1e-9)
