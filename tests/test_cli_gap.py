"""`didymium gap` as a user types it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from typer.testing import CliRunner

from didymium.cli import app
from didymium.report import document
from didymium.studies import yield_tables

SOLVE = yield_tables.yield_tables

SCENARIO = """\
didymium: 1
scenario: A small chain <b>with</b> a gap
years: 2025 to 2027
focus: [us]
regions: [us, china]
objective: unmet
standard:
  {mine: mountain_pass, separation: mountain_pass, heavy_separation: mountain_pass, metal: mountain_pass,
   alloy: mountain_pass, magnet: mountain_pass, recycling: mountain_pass}
magnets:
  motor: {family: NdFeB, content: {NdPr: 30 % from 29 % to 31 % (assumed), Dy: 0.2 % (assumed)}}
  plain: {family: NdFeB, content: {NdPr: 31 % (mp2025)}}
plants:
  home:
    owner: =HYPERLINK("http://x")
    region: us
    flowsheet: mountain_pass
    stages:
      mine: {capacity: 20_000 t/year (assumed), counts: REO, start: 2020, deposits: [mountain_pass]}
      separation: {capacity: 20_000 t/year (assumed), counts: REO, start: 2020}
      metal: {capacity: 200 t/year (assumed), counts: mass, start: 2026}
      alloy: {capacity: 2_000 t/year (assumed), start: 2020}
      magnet: {capacity: 2_000 t/year (assumed), start: 2025, ramp: ["50 %", "100 %"]}
demand:
  us:
    cars: {magnet: plain, tonnes: 1_000 t/year from 800 t/year to 1_200 t/year (assumed)}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("gap")
    made.joinpath("small.yaml").write_text(SCENARIO, encoding="utf-8")
    return made


SOLVED: dict[tuple[str, ...], Any] = {}


def once(names: Any) -> Any:
    """Yields of flowsheets, each solved once for all tests."""
    key = tuple(names)
    if key not in SOLVED:
        SOLVED[key] = SOLVE(key)
    return SOLVED[key]


@pytest.fixture(scope="module", autouse=True)
def flowsheets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yield_tables, "yield_tables", once)
        yield


@pytest.fixture(autouse=True)
def there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def invoke(*words: str) -> Any:
    """Run the command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, ["gap", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def whole(folder: Path, flowsheets: None) -> Any:
    """One run with a page, a document and a workbook."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        return invoke("small.yaml", "--json", "gap.json", "--xlsx", "gap.xlsx", "--assumptions", "--sites", "home")
    finally:
        os.chdir(before)


def read(folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder / "gap.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(document.schema("gap")).validate(made)
    found: dict[str, Any] = made["result"]
    return found


def test_page_and_document_say_the_same(whole: Any, folder: Path) -> None:
    assert whole.exit_code == 0, whole.output
    made = read(folder)
    assert made["years"] == [2025, 2026, 2027]
    rows = {(one["stage"], one["item"]): one for one in made["table"]}
    metal = rows["metal", "NdPr"]
    assert metal["nameplate_t_per_year"][0] == metal["effective_t_per_year"][0] == 0.0
    for need, have, gap in zip(
        metal["needed_t_per_year"], metal["effective_t_per_year"], metal["gap_t_per_year"], strict=True
    ):
        assert gap == pytest.approx(need - have)
    assert made["magnets"]["unmet_t_per_year"][0] == pytest.approx(1_000.0)
    first = made["binding"][0]
    assert (first["year"], first["stage"], first["item"]) == (2025, "metal", "NdPr")
    shown = whole.stdout
    assert "1,000 of 1,000 t of magnets unmet: metal making, short by" in shown
    assert f"{metal['needed_t_per_year'][1]:,.0f}" in shown
    assert f"{metal['gap_t_per_year'][1]:,.0f}" in shown
    for words in (
        "NdPr, t of oxide a year",
        "Alloy and magnets",
        "What binds",
        "does not bind",
        "closure",
        "proved: gap",
    ):
        assert words in shown
    assert "Ce " in shown  # surplus
    assert made["balance"]["worst"] <= 1e-9
    assert made["proof"]["gap"] <= 1e-9
    assert made["uncertainty"] is None
    assert max(map(len, shown.splitlines())) <= 100


def test_assumptions_are_listed_with_ranges(whole: Any, folder: Path) -> None:
    values = {one["path"]: one for one in read(folder)["assumptions"]["values"]}
    asked = values["demand.us.cars.tonnes"]
    assert (asked["value"], asked["low"], asked["high"]) == (1_000.0, 800.0, 1_200.0)
    assert "magnets.plain.content.NdPr" not in values
    assert "demand.us.cars.tonnes" in whole.stdout


def test_plants_stand_side_by_side(whole: Any, folder: Path) -> None:
    sites = read(folder)["sites"]
    assert [one["stage"] for one in sites] == ["mine", "separation", "metal", "alloy", "magnet"]
    assert "What they could serve, 2027" in whole.stdout


def test_workbook_calculates_gaps_and_keeps_text_text(whole: Any, folder: Path) -> None:
    data = io.BytesIO((folder / "gap.xlsx").read_bytes())
    book = openpyxl.load_workbook(data)
    assert book.sheetnames == ["Gap", "Binds", "Demand", "Plants", "Trade", "Prices", "Surplus", "Assumptions"]
    live = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert live
    assert all(str(cell.value).startswith("=IF(") for cell in live)
    assert any(cell.value == '=HYPERLINK("http://x")' for row in book["Plants"].iter_rows() for cell in row)
    values = openpyxl.load_workbook(data, data_only=True)["Gap"]
    rows = {tuple(cell.value for cell in row[:4]): [cell.value for cell in row[4:]] for row in values.iter_rows()}
    need = rows["metal", "NdPr", "t oxide", "needed"]
    assert rows["metal", "NdPr", "t oxide", "gap"][0] == pytest.approx(need[0])


def test_document_alone_on_stdout_and_the_same_twice(whole: Any, folder: Path) -> None:
    again = invoke("small.yaml", "--json", "-", "--sites", "home").stdout
    assert json.loads(again) == json.loads((folder / "gap.json").read_text(encoding="utf-8"))


def test_years_and_objectives(whole: Any, folder: Path) -> None:
    result = invoke("small.yaml", "--year", "2026", "--objective", "cost", "--ways", "0")
    assert result.exit_code == 0, result.output
    assert "objective cost" in result.stdout
    assert "2027" not in result.stdout.split("NdPr, t of oxide a year")[1].split("Alloy and magnets")[0]
    assert "USD" in result.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("small.yaml", "--year", "2040"), "2040 is not a year of the scenario, 2025 to 2027"),
        (("small.yaml", "--objective", "most"), "'most' is not one of unmet, magnets, cost"),
        (("small.yaml", "--sites", "homes"), "homes"),
        (("small.yaml", "--seed", "3"), "has no effect without --samples"),
        (("small.yaml", "--ways", "-1"), "-1 is below 0"),
    ],
)
def test_mistakes_on_the_command_line(words: tuple[str, ...], told: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.replace("│", " ").split())


def test_an_unknown_scenario_lists_the_shipped_ones() -> None:
    result = invoke("us_2031")
    assert result.exit_code == 1
    first, hint = result.stderr.splitlines()
    assert first == "us_2031: error: no such file or shipped scenario; did you mean 'us_2030'?"
    assert hint.startswith("  hint: shipped scenarios are ")
    assert "us_2030" in hint


def test_a_flowsheet_is_no_scenario() -> None:
    result = invoke("mountain_pass")
    assert result.exit_code == 1
    assert "didymium run" in result.stderr


def test_samples_without_slips_say_what_to_add() -> None:
    result = invoke("small.yaml", "--ways", "0", "--samples", "4", "--workers", "1")
    assert result.exit_code == 1
    assert "no plant of small may be late or fail" in result.stderr
    assert "slips:" in result.stderr


def test_what_cannot_hold_together_is_told_with_its_lines(folder: Path) -> None:
    text = SCENARIO.replace("start: 2026", "start: 2025").replace("cars: {", "cars: {must: true, ")
    (folder / "conflict.yaml").write_text(text, encoding="utf-8")
    result = invoke("conflict.yaml")
    assert result.exit_code == 1
    golden = Path(__file__).with_name("golden_gap") / "conflict.txt"
    if os.environ.get("DIDYMIUM_REWRITE"):
        golden.write_text(result.stderr, encoding="utf-8")
    assert result.stderr == golden.read_text(encoding="utf-8")


def test_a_change_in_a_conflict_is_named() -> None:
    result = invoke("small.yaml", "--set", "demand.us.cars.must=true")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith("small.yaml: error: nothing satisfies all that this scenario asks for")
    assert any(
        line.startswith("--set demand.us.cars.must: demand of us for cars in 2025 must be met") for line in lines
    )


@pytest.mark.parametrize("count", ["0", "-3"])
def test_a_number_of_samples_is_at_fault_before_the_slips(count: str) -> None:
    result = invoke("small.yaml", "--ways", "0", "--samples", count)
    assert result.exit_code == 1
    assert f"{count} samples cannot be drawn" in result.stderr


def test_a_page_without_samples_says_that_plants_count_as_built(whole: Any) -> None:
    assert "All plants count as built" in whole.stdout
