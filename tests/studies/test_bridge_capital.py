"""Factors of capital in a bridge: each line at the location and compliance of its own region and group of stages."""

from __future__ import annotations

import numpy as np
import pytest

import didymium
from didymium.data import regional_factors
from didymium.data.investment import GROUPS, compliance
from didymium.studies.bridge import bridge
from didymium.studies.bridge_capital import built, scales

KEY = "data.compliance.china.magnet"


def test_compliance_is_that_of_the_group_of_stages(baotou: didymium.Result) -> None:
    scale = scales(baotou, baotou)
    lines = [line for line in baotou.cost.lines if line.item == "capital charge"]
    assert {GROUPS[line.stage] for line in lines} == {"mine", "separation", "metal", "magnet"}
    for line in lines:
        found = built(baotou, line, scale[line.stage])
        assert found["compliance"][0] == compliance("china", GROUPS[line.stage])[1].value
        assert float(np.prod([values[0] for values in found.values()])) == pytest.approx(line.cost[0], rel=1e-12)
    assert regional_factors()["compliance.magnet", "china"].value != regional_factors()["compliance", "china"].value


def test_other_rules_for_magnets_alone_count_to_compliance() -> None:
    """All but the interest on stocks, which hold what upkeep and insurance of the dearer plant cost."""
    usual = didymium.load("ningbo_magnets").solve()
    strict = usual.flowsheet.solve({KEY: np.array([0.2])})
    found = bridge(usual, strict, "magnet")
    tied = [
        sum(part.per_kg for part in result.cost.per_kg("magnet").lines if part.line.item == "working capital")
        for result in (usual, strict)
    ]
    assert found.difference > 0.5 * usual.cost.per_kg("magnet").by_cause["capital"]
    assert found.by_cause["compliance"] == pytest.approx(found.difference - (tied[1] - tied[0]), rel=1e-9)
    others = [value for cause, value in found.by_cause.items() if cause not in ("compliance", "finance")]
    assert np.abs(others).max() <= 1e-9 * found.after
