"""`didymium uncertainty`: what it prints and writes, and what it says to a mistake."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

import didymium
from didymium.cli import app
from didymium.report import document
from didymium.studies.uncertainty import uncertainty

WIDE = ("--set", "machining.recovery=80 % ± 20 %")


def invoke(*arguments: str) -> Any:
    """Run the command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, ["uncertainty", *(str(one) for one in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def valid(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(document.schema("uncertainty")).validate(made)
    return made


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_prints_and_writes_the_same(here: Path) -> None:
    arguments = ("texas_magnets", "--samples", "48", "--seed", "1", "--workers", "1", *WIDE)
    result = invoke(*arguments, "--json", "out.json", "--csv", "tables", "--resume", "run")
    assert result.exit_code == 0
    made = valid((here / "out.json").read_text(encoding="utf-8"))
    plant = made["result"]["plants"]["texas_magnets"]
    found = uncertainty(didymium.load("texas_magnets", {"machining.recovery": "80 % ± 20 %"}), 48, 1, workers=1)
    assert plant["failed"] == len(found.failures["texas_magnets"]) > 0
    assert plant["solved"] + plant["failed"] == 48
    for name, one in plant["outputs"].items():
        band = found.band(name)
        known = (band.low, band.median, band.high)
        assert (one["low"], one["median"], one["high"]) == (known if band.samples >= 10 else (None, None, None)), name
    lines = [line.split() for line in result.stdout.splitlines()]
    band = found.band("cost.magnet")
    shown = [f"{value:,.2f}" for value in (band.nominal, band.median, band.low, band.high)]
    assert ["cost.magnet", "USD/kg", *shown] in lines
    assert f"{plant['failed']} of 48 samples" in result.stdout
    assert f"; solved: {plant['solved']} of texas_magnets\n" in result.stdout
    assert f"of the {plant['solved']} of 48 samples that are solved" in result.stdout
    assert made["result"]["warnings"] == []
    irr = plant["outputs"]["irr"]
    assert irr["samples"] < plant["solved"]
    assert f"irr ({irr['samples']} of {plant['solved']})" in result.stdout
    assert "holds in" in result.stdout
    told = plant["failures"]
    assert len(told) == plant["failed"]
    assert told[0]["inputs"] == pytest.approx(found.inputs("texas_magnets", told[0]["sample"]))
    assert [one["samples"] for one in plant["reasons"]] == sorted(
        (o["samples"] for o in plant["reasons"]), reverse=True
    )
    for target, said in zip(found.flowsheets[0].plan.targets, plant["targets"], strict=True):
        assert target.text == said["target"]
    with (here / "tables" / "samples_texas_magnets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lost = {one["sample"] for one in told}
    for index, row in enumerate(rows):
        value = found.outputs["texas_magnets"]["cost.magnet"][index]
        assert row["cost.magnet"] == ("" if index in lost else repr(float(value)))
    with (here / "tables" / "failures_texas_magnets.csv").open(encoding="utf-8", newline="") as file:
        failures = list(csv.DictReader(file))
    assert [int(one["sample"]) for one in failures] == sorted(lost)
    assert float(failures[0]["machining.recovery"]) == told[0]["inputs"]["machining.recovery"]
    assert invoke(*arguments, "--resume", "run", "--json", "again.json").stdout == result.stdout
    assert (here / "again.json").read_bytes() == (here / "out.json").read_bytes()


def test_two_plants_are_ranked(here: Path) -> None:
    result = invoke("ningbo_magnets", "texas_magnets", "--samples", "12", "--workers", "1", "--json", "out.json")
    assert result.exit_code == 0
    made = valid((here / "out.json").read_text(encoding="utf-8"))["result"]
    ranked = {one["output"]: one for one in made["rankings"]}
    assert ranked["cost.magnet"]["plant"] == "ningbo_magnets"
    share = 100.0 * ranked["cost.magnet"]["probability_lower"]
    assert f"ningbo_magnets is cheaper than texas_magnets per kg magnet in {share:.1f} % of cases" in result.stdout


def lossy(here: Path, dysprosium: str) -> str:
    """A file of a plant of which most samples bring more dysprosium than the alloy asks for."""
    (here / "lossy.yaml").write_text(
        "didymium: 1\nname: lossy\nextends: texas_magnets\nunits:\n"
        f"  strip_casting: {{composition: {{DyTb: {dysprosium}}}}}\n",
        encoding="utf-8",
    )
    return "lossy.yaml"


def test_a_run_that_mostly_fails_says_so_first(here: Path) -> None:
    arguments = ("--samples", "24", "--workers", "1", "--json", "out.json")
    result = invoke("ningbo_magnets", lossy(here, "1.16 % from 0.01 to 1.18 %"), *arguments)
    assert result.exit_code == 0
    made = valid((here / "out.json").read_text(encoding="utf-8"))["result"]
    solved = made["plants"]["lossy"]["solved"]
    assert 0 < solved < 10
    (first, few) = made["warnings"]
    assert first == (
        f"lossy: {24 - solved} of 24 samples have no solution; its numbers, targets and rankings speak of the other "
        f"{solved}, which happen to work"
    )
    assert few == f"lossy: percentiles take 10 solved samples; there are {solved}"
    told = " ".join(result.stdout.split())
    assert f"; solved: 24 of ningbo_magnets, {solved} of lossy warning: {first} warning: {few} " in told
    assert made["plants"]["lossy"]["outputs"]["cost.magnet"]["median"] is None
    assert made["plants"]["ningbo_magnets"]["outputs"]["cost.magnet"]["median"] is not None
    ranked = {one["output"]: one for one in made["rankings"]}["cost.magnet"]
    assert ranked["samples"] == solved
    assert f"of cases, of the {solved} of 24 that both solve" in told


def test_a_run_of_which_nothing_is_solved_is_an_error(here: Path) -> None:
    """As written it works; the one sample of a seed does not."""
    file = lossy(here, "1.05 % from 0.01 to 1.05 %")
    seed = next(s for s in range(1, 50) if uncertainty(didymium.load(file), 1, s, workers=1).failures["lossy"])
    result = invoke(file, "--samples", "1", "--seed", str(seed), "--workers", "1", "--json", "out.json")
    assert result.exit_code == 1
    assert result.stderr == "error: no sample of lossy can be solved\n  hint: narrow the spreads of its file\n"
    made = valid((here / "out.json").read_text(encoding="utf-8"))["result"]
    assert made["warnings"] == ["lossy: 1 of 1 samples have no solution, so nothing is known of it"]
    assert len(made["plants"]["lossy"]["failures"]) == 1
    assert made["plants"]["lossy"]["targets"][0]["probability"] is None


def test_one_output_alone(here: Path) -> None:
    result = invoke("iron_nitride", "--samples", "8", "--workers", "1", "--of", "cost.magnet.labour", "--of", "capital")
    assert result.exit_code == 0
    assert "cost.magnet.labour" in result.stdout
    assert "capital.magnet" in result.stdout
    assert "cost.magnet.energy" not in result.stdout


def test_json_alone_on_stdout(here: Path) -> None:
    result = invoke("iron_nitride", "--samples", "4", "--workers", "1", "--json", "-")
    assert valid(result.stdout)["result"]["samples"] == 4


MISTAKES = [
    (("--samples", "0"), "'--samples': 0 is no number of samples"),
    (("--samples", "-5"), "'--samples': -5 is no number of samples"),
    (("--samples", "4", "--seed", "-1"), "'--seed': -1 is below 0"),
    (("--samples", "4", "--chunk", "0"), "'--chunk': a chunk of 0 holds nothing"),
    (("--samples", "4", "--workers", "0"), "'--workers': 0 workers do nothing"),
    (("--samples", "4", "--workers", "2", "--scheduler", "tcp://a:1"), "give one or the other"),
    (("--samples", "4", "--method", "halton"), "'halton' is not one of sobol, latin, random"),
    (("--samples", "4", "--of", "cost.magnett"), "no output 'cost.magnett'; did you mean 'cost.magnet'?"),
    (("--samples", "4", "--of", "profit"), "no output 'profit'"),
]


@pytest.mark.parametrize(("arguments", "words"), MISTAKES)
def test_a_mistake_is_told(here: Path, arguments: tuple[str, ...], words: str) -> None:
    result = invoke("iron_nitride", *arguments)
    assert result.exit_code == 2
    told = " ".join(result.stderr.replace("│", " ").split())
    assert words in told


def test_folders_and_schedulers_that_are_not_there(here: Path) -> None:
    (here / "file").write_text("", encoding="utf-8")
    for option in ("--resume", "--csv"):
        result = invoke("iron_nitride", "--samples", "4", "--workers", "1", option, str(here / "file"))
        assert result.exit_code == 1
        assert "error: cannot" in result.stderr
        assert "hint: name another folder" in result.stderr
    pytest.importorskip("distributed")
    result = invoke("iron_nitride", "--samples", "4", "--scheduler", "tcp://127.0.0.1:9")
    assert result.exit_code == 1
    assert "error: no scheduler answers at tcp://127.0.0.1:9" in result.stderr
    assert "hint: start one with" in result.stderr


def test_a_scheduler_that_is_none_leaves_nothing_behind(here: Path) -> None:
    """The client that never came to run prints nothing when it is taken away at the end of the process."""
    pytest.importorskip("distributed")
    command = [sys.executable, "-m", "didymium", "uncertainty", "iron_nitride", "--samples", "4", "--scheduler", "foo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: no scheduler answers at foo: ")
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_another_run_in_the_folder(here: Path) -> None:
    assert invoke("iron_nitride", "--samples", "4", "--workers", "1", "--resume", "run").exit_code == 0
    result = invoke("iron_nitride", "--samples", "5", "--workers", "1", "--resume", "run")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: run holds another run: 4 samples there, 5 samples here\n"
        "  hint: name a new folder, or give the command as it was\n"
    )


def test_a_plant_that_cannot_run_as_written_is_told_as_by_run(here: Path) -> None:
    given = ("texas_magnets", "--set", "strip_casting.composition.DyTb=0.01 %")
    own = CliRunner().invoke(app, ["run", *given])
    result = invoke(*given, "--samples", "4", "--workers", "1")
    assert result.exit_code == 1
    assert result.stderr == own.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interruption_says_how_to_go_on(here: Path) -> None:
    command = [sys.executable, "-m", "didymium", "uncertainty", "texas_magnets", "--samples", "4000", "--workers", "2"]
    process = subprocess.Popen(
        [*command, "--chunk", "8", "--resume", "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for _ in range(600):
        if list((here / "run").glob("chunk_*.npz")) or process.poll() is not None:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume run goes on from what is finished" in stderr
    assert "Traceback" not in stderr
