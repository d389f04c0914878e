"""Commands that meet scenario files: check, schema, list, new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from didymium.cli import app
from didymium.files import load_scenario, scenario_schema_json, shipped_scenarios
from didymium.report import document


def invoke(*arguments: str) -> Any:
    """Run a command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_copy_of_a_scenario_is_checked_with_its_schema_beside_it(here: Path) -> None:
    result = invoke("new", "mine", "--from", "us_2030")
    assert result.exit_code == 0
    assert result.stdout == "mine.yaml is a copy of us_2030; edit it, then: didymium gap mine.yaml\n"
    lines = (here / "mine.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=./scenario.schema.json"
    assert sum("yaml-language-server" in line for line in lines) == 1
    assert json.loads((here / "scenario.schema.json").read_text(encoding="utf-8")) == scenario_schema_json()
    assert load_scenario(here / "mine.yaml").plants.keys() == load_scenario("us_2030").plants.keys()
    checked = invoke("check", "mine", "--strict")
    assert (checked.exit_code, checked.stdout) == (0, "mine: no errors, no warnings\n")


@pytest.mark.parametrize("name", ["us_2030", "kuantan"])
def test_a_copy_does_not_take_the_name_of_what_is_shipped(name: str) -> None:
    result = invoke("new", name, "--from", "us_2030")
    assert result.exit_code == 2
    assert f"{name!r} is a shipped" in " ".join(result.stderr.replace("│", " ").split())


def test_flowsheets_and_scenarios_are_checked_together() -> None:
    result = invoke("check", "kuantan", *shipped_scenarios(), "--json", "found.json")
    assert result.exit_code == 0
    assert result.stdout == "".join(f"{name}: no errors, no warnings\n" for name in ("kuantan", *shipped_scenarios()))
    found = json.loads(Path("found.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, document.schema("check"))
    assert found["result"]["files"]["us_2030"]["sha256"] == load_scenario("us_2030").sha256


def test_what_is_neither_is_told_with_all_that_is_shipped() -> None:
    result = invoke("check", "us_203")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "us_203: error: no such file or shipped flowsheet or scenario; did you mean 'us_2030'?\n"
        "  hint: shipped flowsheets and scenarios are baotou, "
    )


def test_the_schema_is_printed() -> None:
    result = invoke("schema", "scenario")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == scenario_schema_json()


def test_scenarios_are_listed() -> None:
    result = invoke("list", "--json", "-")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    jsonschema.validate(found, document.schema("list"))
    listed = found["result"]["scenarios"]
    assert listed.keys() == shipped_scenarios().keys()
    one = load_scenario("us_2030")
    assert listed["us_2030"] == {"title": one.title, "years": [one.years[0], one.years[-1]], "focus": list(one.focus)}
