"""`--xlsx` of run and compare: what is written, and what is said where it cannot be."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from didymium.cli import app

PLANT = "texas_magnets"


def invoke(*arguments: str) -> Any:
    """Run a command in this process; a traceback fails the test."""
    found = CliRunner().invoke(app, arguments)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_run_writes_a_workbook_beside_what_it_prints(tmp_path: Path) -> None:
    path = tmp_path / "plant.xlsx"
    found = invoke("run", PLANT, "--set", "prices.electricity=0.2 USD2024/kWh", "--xlsx", str(path))
    assert found.exit_code == 0, found.output
    assert "Cost per kg by cause" in found.output
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == "Summary"
    cells = {cell.value for row in book["Summary"].iter_rows() for cell in row}
    assert "prices.electricity = 0.2 USD2024/kWh" in cells
    first = path.read_bytes()
    assert invoke("run", PLANT, "--set", "prices.electricity=0.2 USD2024/kWh", "--xlsx", str(path)).exit_code == 0
    assert path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == ["plant.xlsx"]


def test_compare_writes_a_workbook_and_its_document(tmp_path: Path) -> None:
    path, document = tmp_path / "plants.XLSX", tmp_path / "plants.json"
    found = invoke("compare", PLANT, "ningbo_magnets", "--xlsx", str(path), "--json", str(document))
    assert found.exit_code == 0, found.output
    assert document.stat().st_size > 1000
    names = openpyxl.load_workbook(path).sheetnames
    assert names[0] == "Comparison"
    assert "texas_magnets Summary" in names


def test_a_document_alone_on_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "plant.xlsx"
    found = invoke("run", PLANT, "--json", "-", "--xlsx", str(path))
    assert found.exit_code == 0, found.output
    assert found.output.startswith("{")
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("name", "why", "hint"),
    [
        ("plant.csv", "a workbook's name ends in .xlsx", "name it plant.xlsx"),
        ("-", "a workbook's name ends in .xlsx", "name it plant.xlsx"),
        ("nowhere/plant.xlsx", "there is no folder", "make the folder first"),
        ("folder.xlsx", "it is a folder", "name a file in it"),
        ("same.xlsx", "--json writes there", "name another output"),
    ],
)
@pytest.mark.parametrize("command", [("run", PLANT), ("compare", PLANT, "ningbo_magnets")])
def test_refusals_come_before_the_solve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], name: str, why: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.xlsx").mkdir()
    monkeypatch.setattr("didymium.cli.solve", lambda *_: pytest.fail("it has been solved"))
    found = invoke(*command, "--xlsx", name, "--json", "same.xlsx")
    assert found.exit_code == 1
    assert why in found.output
    assert hint in found.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.xlsx"]


def test_without_openpyxl_the_extra_is_named_before_the_solve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setattr("didymium.cli.solve", lambda *_: pytest.fail("it has been solved"))
    found = invoke("run", PLANT, "--xlsx", str(tmp_path / "plant.xlsx"))
    assert found.exit_code == 1
    assert found.output.startswith("error: cannot write a workbook: openpyxl does not load")
    assert "pip install 'didymium[xlsx]'" in found.output
