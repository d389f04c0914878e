"""`didymium claims`: what it prints and writes, and what it says to a mistake."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from didymium.cli import app
from didymium.data import claims, sources
from didymium.data.capacity_claims import capacity_claims
from didymium.data.cost_claims import cost_claims
from didymium.report import claims as claims_page
from didymium.report import document
from didymium.studies.claims_run import Claims, Lost

SAMPLES = "24"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["claims", *arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict]:
    path = tmp_path_factory.mktemp("claims") / "claims.json"
    done = invoke("--samples", SAMPLES, "--seed", "3", "--workers", "1", "--json", str(path))
    assert done.exit_code == 0, done.output
    return done.output, json.loads(path.read_text(encoding="utf-8"))


def test_every_claim_on_cost_has_a_value_a_band_a_verdict_and_a_reason(made: tuple[str, dict]) -> None:
    _, found = made
    jsonschema.Draft202012Validator(document.schema("claims")).validate(found)
    result = found["result"]
    assert [one["claim"] for one in result["cost"]] == list(cost_claims())
    for one in result["cost"]:
        assert one["measures"], one["claim"]
        assert one["verdict"] in ("supported", "contradicted", "undecidable")
        assert one["verdict"] == one["measures"][0]["verdict"]
        assert one["reason"].startswith(one["measures"][0]["counted_as"])
        assert one["source"] in sources()
        for measure in one["measures"]:
            low, high = (float("inf") if end is None else end for end in (measure["p05"], measure["p95"]))
            assert low <= high
            assert 20 <= measure["samples"] <= int(SAMPLES)


def test_every_claim_on_capacity_has_a_computed_value_a_verdict_and_a_reason(made: tuple[str, dict]) -> None:
    shown, found = made
    result = found["result"]
    assert [one["claim"] for one in result["capacity"]] == list(capacity_claims())
    for one in result["capacity"]:
        assert one["readings"], one["claim"]
        assert one["verdict"] == one["readings"][0]["verdict"]
        assert one["reason"].startswith(one["readings"][0]["counted_as"])
        assert one["source"] in sources()
        for reading in one["readings"]:
            if reading["low"] is not None:
                assert reading["low"] <= reading["value"] <= reading["high"]
    assert "Claims on capacity and demand" in shown


def test_samples_without_a_solution_are_told_with_plant_reason_and_inputs() -> None:
    found = Claims((), (), 24, 1, (Lost("texas_magnets", 7, "strip_casting", "too much DyTb", {"a.b": 0.5}),), ())
    console = Console(width=200, record=True, file=io.StringIO())
    for part in claims_page.page(found):
        console.print(part)
    shown = console.export_text()
    assert "texas_magnets" in shown
    assert "1 sample, left out of the bands; sample 7: too much DyTb (strip_casting)" in shown
    (one,) = claims_page.body(found)["failures"]
    assert one == {
        "plant": "texas_magnets",
        "sample": 7,
        "unit": "strip_casting",
        "reason": "too much DyTb",
        "inputs": {"a.b": 0.5},
    }


def test_the_other_claims_stand_beside_them(made: tuple[str, dict]) -> None:
    _, found = made
    assert [one["claim"] for one in found["result"]["other"]] == list(claims())
    assert all(one["verdict"] and one["computed"] for one in found["result"]["other"])


def test_the_tables_name_claims_and_verdicts(made: tuple[str, dict]) -> None:
    shown = " ".join(made[0].split())
    assert "Claims on cost" in shown
    assert "Claims on recovery, wastes and energy" in shown
    assert f"5th to 95th percentile of {SAMPLES} samples" in shown


def test_no_samples_are_refused_at_once(tmp_path: Path) -> None:
    done = invoke("--samples", "0", "--json", str(tmp_path / "out.json"))
    assert done.exit_code != 0
    assert "Traceback" not in done.output
    assert "0" in done.output
    assert not (tmp_path / "out.json").exists()


def test_the_same_seed_gives_the_same_document(made: tuple[str, dict], tmp_path: Path) -> None:
    path = tmp_path / "again.json"
    invoke("--samples", SAMPLES, "--seed", "3", "--workers", "1", "--json", str(path))
    assert json.loads(path.read_text(encoding="utf-8")) == made[1]
