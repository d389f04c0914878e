"""Every line of cost of every shipped flowsheet is quantity × price with a source that a reader can look up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

import didymium
from didymium.data import sources
from didymium.economics import CostError, CostSplit
from didymium.files import shipped
from didymium.flowsheet import Result


@pytest.fixture(scope="module")
def solved() -> Callable[[str], Result]:
    return cache(lambda name: didymium.load(name).solve())


def splits(result: Result) -> list[CostSplit]:
    out = [result.cost.per_kg(name) for name in result.cost.products]
    try:
        return [*out, result.cost.per_kg_separated()]
    except CostError:
        return out


@pytest.mark.parametrize("name", shipped())
def test_a_line_is_quantity_times_price(solved: Callable[[str], Result], name: str) -> None:
    for line in solved(name).cost.lines:
        assert np.allclose(line.cost, line.quantity * line.price, rtol=1e-14, atol=0.0), (line.unit_name, line.item)
        assert line.unit


@pytest.mark.parametrize("name", shipped())
def test_a_line_names_a_source_that_is_listed(solved: Callable[[str], Result], name: str) -> None:
    known = {*sources(), *solved(name).plan.sources, "file"}
    for line in solved(name).cost.lines:
        assert line.source in known, (line.unit_name, line.item, line.source)


@pytest.mark.parametrize("name", shipped())
def test_causes_stages_and_lines_add_up_for_every_product(solved: Callable[[str], Result], name: str) -> None:
    found = splits(solved(name))
    assert found
    for split in found:
        scale = sum(abs(share.per_kg) for share in split.lines)
        for parts in (split.by_cause.values(), split.by_stage.values(), (share.per_kg for share in split.lines)):
            assert sum(parts) == pytest.approx(split.total, abs=1e-12 * scale)


@pytest.mark.parametrize("name", shipped())
def test_every_figure_of_the_data_behind_it_is_named(solved: Callable[[str], Result], name: str) -> None:
    figures = solved(name).cost.figures
    for path, fact in figures.items():
        assert path.startswith("data.")
        assert fact.source in sources()
        assert fact.low <= fact.value <= fact.high
    items = {line.quote.item for line in solved(name).cost.lines if line.quote is not None and line.year is not None}
    assert "labour" in items
    assert any(path.startswith("data.wage.") for path in figures)
