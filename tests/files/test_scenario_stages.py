"""Stages that plants ask of flowsheets which have none, and what else a scenario file may name wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from didymium.cli import app
from didymium.files import check_scenario, load_scenario
from didymium.files.scenario_stages import mines, stages

VALID = Path(__file__).parents[1] / "golden_scenario" / "valid.yaml"
HEAD = f"didymium: 1\nscenario: x\nextends: {VALID}\n"


def told(folder: Path, text: str) -> list[str]:
    file = folder / "odd.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return [f"{fault.place.line}: {fault.message}" for fault in check_scenario(file)]


def test_stages_are_read_from_a_file_without_a_solve() -> None:
    assert stages("iron_nitride") == {"magnet"}
    assert stages("smco_magnets") == {"metal", "alloy", "magnet", "recycling"}
    assert stages("no_such_file.yaml") is None
    assert "kuantan" in mines()
    assert "texas_magnets" not in mines()


def test_every_flowsheet_without_a_stage_is_told_at_once(tmp_path: Path) -> None:
    text = """standard: {recycling: kuantan}
plants:
  fort_worth:
    flowsheet: kuantan
    stages:
      metal: {capacity: 1 t/year (made_up), flowsheet: ningbo_magnets}
  other: {region: us, start: 2025, stages: {recycling: {capacity: 1 t/year (made_up)}}}
"""
    assert told(tmp_path, text) == [
        "4: kuantan has no recycling; it has mine, cracking, separation",
        "7: kuantan has no magnet; it has mine, cracking, separation",
        "9: ningbo_magnets has no metal; it has alloy, magnet",
    ]


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("heavy_separation: {capacity: 1 t/year, flowsheet: mountain_pass, counts: Dy}", "has no heavy_separation; it"),
        ("metal: {capacity: 1 t/year, flowsheet: smco_magnets}", "smco_magnets makes no metal of NdPr, Tb, which fort"),
    ],
)
@pytest.mark.parametrize("command", ["gap", "trace"])
def test_what_only_a_solve_shows_is_told_at_its_line(
    tmp_path: Path, command: str, stage: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from didymium.studies import yield_tables as module

    name = stage.partition("flowsheet: ")[2].split("}")[0].split(",")[0]
    real = module.yield_tables

    def lacking_alone(names: object) -> object:
        solved = real([name])
        others = dict.fromkeys(("mountain_pass", "texas_magnets"), _Any())
        return {**others, **solved}

    monkeypatch.setattr(module, "yield_tables", lacking_alone)
    monkeypatch.chdir(tmp_path)
    Path("odd.yaml").write_text(f"{HEAD}plants: {{fort_worth: {{stages: {{\n  {stage}}}}}}}\n", encoding="utf-8")
    result = CliRunner().invoke(app, [command, "odd.yaml"])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    column = stage.index("flowsheet: ") + 3
    assert f"odd.yaml:5:{column}: error: " in result.stderr
    assert words in result.stderr
    assert "\n" + " " * (column + 1) + "^" in result.stderr


class _Any(dict[str, object]):
    """Yields of a flowsheet that has every stage."""

    def __contains__(self, key: object) -> bool:
        return True


def test_a_scenario_is_no_flowsheet_of_a_plant(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, "plants: {fort_worth: {flowsheet: us_2030}}\n")
    assert fault == "4: us_2030 is a scenario, not a flowsheet"


def test_a_stage_that_is_misspelt_has_one_fault(tmp_path: Path) -> None:
    text = "plants: {fort_worth: {stages: {mines: {capacity: 1 t/year (made_up), deposits: [bayan_obo]}}}}\n"
    (fault,) = told(tmp_path, text)
    assert "did you mean 'mine'" in fault


def test_deposits_on_offer_can_be_mined(tmp_path: Path) -> None:
    (fault,) = check_scenario(VALID, changes={"plants.mountain_pass.stages.mine.deposits": "[texas_magnets]"})
    assert "texas" not in fault.hint
    assert "kuantan" in fault.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("rules: {zz: null}\n", "what this file extends has no such key: there is nothing to remove"),
        ("years: 1 to 9999\n", "such as 2024 to 2035: at most 60 years, from 1950 to 2100"),
    ],
)
def test_hints(tmp_path: Path, text: str, hint: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    assert [fault.hint for fault in check_scenario(file)] == [hint]


def test_a_ramp_of_a_file_without_ramps_is_told_how(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    text = VALID.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("ramps:")]
    file.write_text("\n".join(kept), encoding="utf-8")
    for fault in check_scenario(file):
        assert fault.hint.startswith("this file names none; write ramp: [40 %, 75 %, 100 %]")


def test_the_shipped_scenarios_take_stages_that_there_are() -> None:
    for name in ("us_2030", "world_2025", "eu_2030", "export_ban"):
        load_scenario(name)
