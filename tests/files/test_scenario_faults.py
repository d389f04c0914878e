"""Faults of scenario files: the full text. DIDYMIUM_REWRITE=1 writes the texts anew, then read the difference."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from didymium.cli import app
from didymium.files import FlowsheetError, check_scenario, load_plan, load_scenario

FOLDER = Path(__file__).parents[1] / "golden_scenario"
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "valid")


def invoke(*arguments: str) -> Any:
    """Run a command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def compare(text: str, path: Path) -> None:
    if os.environ.get("DIDYMIUM_REWRITE"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


def test_the_base_of_all_has_no_fault() -> None:
    assert check_scenario("valid.yaml") == []


@pytest.mark.parametrize("case", CASES)
def test_text_of_faults(case: str) -> None:
    command = FOLDER.joinpath(f"{case}.yaml").read_text(encoding="utf-8").splitlines()[0]
    result = invoke(*command.removeprefix("# didymium ").split(), f"{case}.yaml")
    assert result.exit_code == 1
    compare(result.stderr, FOLDER / f"{case}.txt")


@pytest.mark.parametrize("case", CASES)
def test_every_fault_points_into_its_line(case: str) -> None:
    lines = FOLDER.joinpath(f"{case}.txt").read_text(encoding="utf-8").splitlines()
    found = [i for i, line in enumerate(lines) if re.match(r"\w+\.yaml:\d+:\d+: error: ", line)]
    assert found
    for i in found:
        assert set(lines[i + 2].strip()) == {"^"}


def test_text_of_changes() -> None:
    changes = {
        "plants.mountain_pas.stages.mine.capacity": "1 t/year",
        "plants.mountain_pass.stages.mine.capacity": "1 kg",
        "plants.mountain_pass.stages.mines.capacity": "1 t/year",
        "rules.heavy.active": "false",
        "rules.heavies.active": "perhaps",
        "rules.heavies.to": "[usa]",
        "demand.us.car.tonnes": "{2024: 3 t/year}",
        "demand.us.rest.tonnes": "{2024: 3 t/year, 2030: 4 t}",
        "focus": "[mars]",
        "yeasr": "2024 to 2026",
        "stockpiles.terbium.start": "",
    }
    found = check_scenario("valid.yaml", changes=changes)
    compare("\n".join(map(str, found)) + "\n", FOLDER / "changes.txt")


def test_a_flowsheet_is_no_scenario() -> None:
    with pytest.raises(FlowsheetError, match="this is a flowsheet, not a scenario") as caught:
        load_scenario("kuantan")
    assert "hint: didymium run kuantan" in str(caught.value)


def test_a_file_of_a_flowsheet_is_no_scenario(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text("didymium: 1\nname: Plant\nunits: {}\n", encoding="utf-8")
    with pytest.raises(FlowsheetError, match=r"plant.yaml:3:1: error: this is a flowsheet, not a scenario"):
        load_scenario(file)
    file.write_text("didymium: 1\n", encoding="utf-8")
    with pytest.raises(FlowsheetError, match="the key 'scenario', the title, is missing"):
        load_scenario(file)


def test_a_scenario_is_no_flowsheet() -> None:
    with pytest.raises(FlowsheetError, match="this is a scenario, not a flowsheet") as caught:
        load_plan("valid.yaml")
    assert "hint: didymium gap valid.yaml" in str(caught.value)
    result = invoke("run", "us_2030")
    assert result.exit_code == 1
    assert result.stderr == "us_2030: error: this is a scenario, not a flowsheet\n  hint: didymium gap us_2030\n"


def test_an_unknown_scenario_is_told_with_the_nearest() -> None:
    with pytest.raises(FlowsheetError, match="no such file or shipped scenario; did you mean 'us_2030'"):
        load_scenario("us_2031")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "hint: copy a shipped scenario to start from"),
        ("didymium: 1\nscenario: x\n---\na: 1\n", "hint: one file holds one scenario"),
        ("didymium: 1\nscenario: !thing x\n", "hint: scenarios hold text, numbers, lists and mappings only"),
        ("didymium: 1\nscenario: \x07\n", "a scenario is plain text"),
    ],
)
def test_the_reader_calls_a_scenario_by_its_name(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FlowsheetError) as caught:
        load_scenario(file)
    assert words in str(caught.value)
    assert "flowsheet" not in str(caught.value)


def test_a_region_in_focus_that_asks_for_nothing_is_warned_of() -> None:
    (fault,) = check_scenario("valid.yaml", changes={"focus": "[us, china]"})
    assert (fault.severity, fault.message) == ("warning", "china is in focus and asks for nothing")


def test_what_lies_beyond_years_that_were_cut_is_warned_of() -> None:
    (fault,) = check_scenario("valid.yaml", changes={"years": "2024 to 2026"})
    assert (fault.severity, fault.message) == ("warning", "2028 is after the last year, 2026")
