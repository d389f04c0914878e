"""The table of wastes on a terminal, side by side and in documents, and the page of the shipped plants."""

from __future__ import annotations

import io
import runpy
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

import didymium
from didymium.report import document, effluents, run
from didymium.studies.effluents import ROWS
from didymium.studies.effluents import effluents as computed

ROOT = Path(__file__).resolve().parents[2]


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


def test_the_page_of_effluents_is_current() -> None:
    names = runpy.run_path(str(ROOT / "docs" / "make_effluents.py"))
    page = (ROOT / "docs" / "effluents.md").read_text(encoding="utf-8")
    assert names["page"]() == page, "run python docs/make_effluents.py"


def test_numbers_of_the_page() -> None:
    number = runpy.run_path(str(ROOT / "docs" / "make_effluents.py"))["number"]
    assert [number(value) for value in (1234.5, 0.01234, 0.0, 99.99, float("nan"))] == [
        "1,230",
        "0.0123",
        "0",
        "100",
        "–",
    ]
