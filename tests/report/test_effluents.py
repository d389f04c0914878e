"""The table of wastes on a terminal, side by side and in documents, and the page of the shipped plants."""

from __future__ import annotations

import io
import re
import runpy
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from rich.console import Console, RenderableType

import didymium
from didymium.report import document, effluents, run
from didymium.studies.effluents import ROWS
from didymium.studies.effluents import effluents as computed

ROOT = Path(__file__).resolve().parents[2]
RANGE = re.compile(r" \([^()|]*–[^()|]*\)(?= \|)")
"""The range beside a value of the page's table."""


@pytest.fixture(scope="module")
def maker() -> dict[str, Any]:
    """What docs/make_effluents.py defines."""
    return runpy.run_path(str(ROOT / "docs" / "make_effluents.py"))


def shown(part: RenderableType, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(part)
    return out.getvalue()


def test_the_table_of_a_run(baotou: didymium.Result) -> None:
    text = shown(effluents.one_plant(baotou))
    assert "per t REO that leaves separation" in text
    for title in ("radioactive residue", "tailings", "CO2 of power", "fresh water taken"):
        assert title in text
    # Rows of nothing are left out.
    assert "leached ground" not in text
    assert any("Wastes, water and carbon" in shown(part) for part in run.page(baotou, {}))


def test_side_by_side(found: didymium.Comparison) -> None:
    text = shown(effluents.several(found.results))
    for label in found.results:
        assert label in text
    assert "CO2 of fuel" in text


@pytest.mark.parametrize("width", [20, 60, 200])
def test_any_width_will_do(baotou: didymium.Result, width: int) -> None:
    assert max(map(len, shown(effluents.one_plant(baotou), width).splitlines())) <= width


def test_the_document_has_units_in_its_keys(baotou: didymium.Result) -> None:
    made = document.run(baotou)["result"]["effluents"]
    table = computed(baotou)
    assert list(made["rows"]) == [row.name for row in ROWS]
    (tailings,) = (row for row in ROWS if row.key == "tailings")
    assert tailings.name == "tailings_t_per_t_reo"
    assert made["rows"][tailings.name]["mine"] == float(table.value(tailings, "mine")[0]) > 0.0
    assert "radioactive_residue_parents_Bq_per_g" in made["rows"]
    assert made["element_kg_per_h"]["solid"]["Th"] == float(table.element("Th", "solid")[0])
    assert made["reo_t_per_h"] == float(table.oxide[0])


def test_the_values_on_the_page_of_effluents_are_current(maker: dict[str, Any]) -> None:
    """The ranges and claims, which take draws, are held by `python docs/make_effluents.py --check`."""
    nominal = maker["solved"]()
    page = RANGE.sub("", (ROOT / "docs" / "effluents.md").read_text(encoding="utf-8"))
    for part in (maker["HEAD"], maker["table"](nominal, {}), maker["stages"](nominal)):
        assert part in page, "run python docs/make_effluents.py"


@pytest.fixture(scope="module")
def drawn(maker: dict[str, Any], baotou: didymium.Result) -> tuple[dict[str, didymium.Result], dict[str, int]]:
    """Three draws of one plant."""
    few = {**maker["ranged"].__globals__, "DRAWS": 3}
    return FunctionType(maker["ranged"].__code__, few)({"baotou": baotou})  # type: ignore[no-any-return]


def test_ranges_of_the_page_stand_beside_its_values(
    maker: dict[str, Any], drawn: tuple[dict[str, didymium.Result], dict[str, int]], baotou: didymium.Result
) -> None:
    with_ranges = maker["table"]({"baotou": baotou}, drawn[0])
    assert RANGE.search(with_ranges)
    assert RANGE.sub("", with_ranges) == maker["table"]({"baotou": baotou}, {})


def test_the_page_says_how_many_draws_were_replaced(maker: dict[str, Any]) -> None:
    words = maker["infeasible"]({"baotou": 0, "kuantan": 3})
    assert f"passed over for others: kuantan 3 of {maker['DRAWS'] + 3}; of the other plants none" in words
    assert "No draw was passed over" in maker["infeasible"]({"baotou": 0, "kuantan": 0})


def test_the_page_says_which_values_lie_outside_their_ranges(
    maker: dict[str, Any], drawn: tuple[dict[str, didymium.Result], dict[str, int]], baotou: didymium.Result
) -> None:
    """Against itself at twice the electricity, a plant's power lies below everything."""
    dear = baotou.flowsheet.solve({"metal.voltage": np.array([20.0, 30.0, 40.0])})
    words = maker["outside"]({"baotou": baotou}, {"baotou": dear})
    assert "Of 2 values with a range 2 lie below the 10th percentile, 0 above the 90th: values as written" in words
    assert "- baotou: CO2 of power, electricity" in words
    assert "Above the 90th:\n\n- none" in words
    assert "A file's value is no middle" in maker["outside"]({"baotou": baotou}, drawn[0])


def test_numbers_of_the_page(maker: dict[str, Any]) -> None:
    number = maker["number"]
    assert [number(value) for value in (1234.5, 0.01234, 0.0, 99.99, float("nan"))] == [
        "1,230",
        "0.0123",
        "0",
        "100",
        "–",
    ]
