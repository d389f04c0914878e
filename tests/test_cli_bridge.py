"""`didymium compare` and the bridge: shown, hidden, drawn, and refused where it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from didymium.cli import app

PLANTS = ("texas_magnets", "ningbo_magnets")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_bridge_stands_after_the_cost(here: Path) -> None:
    result = CliRunner().invoke(app, ["compare", *PLANTS, "--json", "out.json"])
    assert result.exit_code == 0, result.output
    text = result.output
    assert (
        text.index("Cost per kg magnet")
        < text.index("Why a kg of magnet costs less at ningbo_magnets")
        < text.index("Capacity")
    )
    (made,) = json.loads((here / "out.json").read_text(encoding="utf-8"))["result"]["bridge"]
    assert (made["from"], made["to"], made["product"], made["currency"]) == (*PLANTS, "magnet", "USD")
    assert sum(made["by_cause"].values()) == pytest.approx(made["difference_usd_per_kg"], abs=1e-9)


def test_it_can_be_left_out(here: Path) -> None:
    result = CliRunner().invoke(app, ["compare", *PLANTS, "--no-bridge"])
    assert result.exit_code == 0
    assert "Why a kg" not in result.output
    assert "Cost per kg magnet" in result.output


def test_three_plants_have_a_bridge_each_from_the_first(here: Path) -> None:
    result = CliRunner().invoke(app, ["compare", *PLANTS, "iron_nitride", "--json", "-"])
    assert result.exit_code == 0
    found = json.loads(result.output)["result"]["bridge"]
    assert [(one["from"], one["to"]) for one in found] == [(PLANTS[0], PLANTS[1]), (PLANTS[0], "iron_nitride")]


def test_a_plant_beside_itself_costs_the_same(here: Path) -> None:
    result = CliRunner().invoke(app, ["compare", PLANTS[0], PLANTS[0]])
    assert result.exit_code == 0
    assert "A kg of magnet costs the same at texas_magnets (2) as at texas_magnets, USD" in result.output
    assert "Why a kg" not in result.output


def test_it_is_drawn(here: Path) -> None:
    pytest.importorskip("matplotlib")
    result = CliRunner().invoke(app, ["compare", *PLANTS, "--pictures", "drawn"])
    assert result.exit_code == 0, result.output
    (file,) = (here / "drawn").iterdir()
    assert file.name == "bridge_magnet_texas_magnets_ningbo_magnets.svg"
    assert "drawn: " in result.output


def test_where_no_picture_can_be_drawn_nothing_is_solved(here: Path) -> None:
    result = CliRunner().invoke(app, ["compare", *PLANTS, "--pictures", "no/such/folder"])
    assert result.exit_code == 1
    assert "there is no such folder" in result.output
    assert "Cost per kg" not in result.output
    assert "Traceback" not in result.output
