"""Who sold what the common market sells, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from didymium.supply.outcome import flows
from didymium.supply.system import Activity, Good, Output, Pool, System


def _ships(name: str, source: str, to: str) -> Activity:
    return Activity(name, "trade", {Pool("metal:Dy", source): 1.0}, (Output(Pool("metal:Dy", to), 1.0),))


def test_what_the_market_sells_counts_by_what_each_region_sold_to_it() -> None:
    activities = (_ships("a", "china>", "world"), _ships("b", "malaysia>", "world"), _ships("c", "world", "us"))
    goods = {"metal:Dy": Good("metal:Dy", "metal", {"Dy": 1.0})}
    system = System((2025, 2026), ("us", "china", "malaysia"), goods, activities, (), (), (), {})
    levels: Any = SimpleNamespace(system=system, levels=np.array([[30.0, 0.0], [10.0, 8.0], [40.0, 8.0]]))
    found = {one.origin: one.tonnes for one in flows(levels, ("us",))}
    assert found["china"] == pytest.approx([30.0, 0.0])
    assert found["malaysia"] == pytest.approx([10.0, 8.0])
