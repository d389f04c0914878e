"""`didymium fit`: what it prints and writes, and what it says to a mistake."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from didymium.cascade import MassAction
from didymium.cli import app
from didymium.report import document, fit
from didymium.studies.fit import fit_file

ROOT = Path(__file__).resolve().parents[1]
TRUE = {"Pr": -2.32, "Nd": -2.14, "Dy": 0.40}
"""What the example was made with."""


def invoke(*arguments: str) -> Any:
    """Run the command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, ["fit", *(str(one) for one in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def valid(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(document.schema("fit")).validate(made)
    return made


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "shakeout_tests.csv", tmp_path / "mine.csv")
    return tmp_path


@pytest.mark.parametrize("options", [(), ("--chain", "Nd"), ("--exponent",), ("--method", "direct"), ("--robust",)])
def test_prints_and_writes_the_same(here: Path, options: tuple[str, ...]) -> None:
    result = invoke("mine.csv", *options, "--json", "out.json")
    assert result.exit_code == 0
    made = valid((here / "out.json").read_text(encoding="utf-8"))["result"]
    lines = [line.split() for line in result.stdout.splitlines()]
    for name, one in made["log10_K"].items():
        assert any(line[:2] == [name, f"{one['value']:.3f}"] for line in lines)
        assert one["low"] < one["value"] < one["high"]
        assert one["low"] < TRUE[name] < one["high"]
    for title in ("Constants", "Separation factors", "Residuals by source", "Correlation", "dimer basis", "excluded"):
        assert title in result.stdout
    assert made["excluded"] == [{"where": "mine.csv:36", "reason": "aqueous Nd below the detection limit"}]
    assert {one["source"] for one in made["sources"]} == {"bench A", "bench B"}
    assert made["between_sources"][0]["sources"] == 2
    assert (made["molecules"] is None) == ("--exponent" not in options)
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert sorted(os.listdir(here)) == ["mine.csv", "out.json"]


def test_a_chain_has_sharper_factors_than_levels(here: Path) -> None:
    plain, chain = (valid(invoke("mine.csv", *more, "--json", "-").stdout)["result"]["separation_factors"]
                    for more in ((), ("--chain", "Nd")))  # fmt: skip
    for wide, sharp in zip(plain, chain, strict=True):
        assert sharp["standard_error_ln_beta"] < 0.5 * wide["standard_error_ln_beta"]
    assert chain[0]["low"] < 10.0 ** (TRUE["Nd"] - TRUE["Pr"]) < chain[0]["high"]


def test_the_line_to_use_them_runs(here: Path) -> None:
    (line,) = (line.strip() for line in invoke("mine.csv").stdout.splitlines() if line.strip().startswith("MassAction"))
    model = eval(line, {"MassAction": MassAction})
    assert model.log_k["Nd"] == pytest.approx(fit_file("mine.csv").fit.log_k["Nd"].value, abs=5e-4)
    assert fit.use(fit_file("mine.csv", free_exponent=True)) == ""


def test_an_outlier_is_named_by_its_line(here: Path) -> None:
    text = (here / "mine.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    cells = lines[11].split(",")
    cells[6] = f"{0.2 * float(cells[5]):.4g}"
    lines[11] = ",".join(cells)
    (here / "mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = invoke("mine.csv").stdout
    assert "Rows that do not fit the others" in shown
    assert "mine.csv:12" in shown


def test_names_are_no_markup(here: Path) -> None:
    text = (here / "mine.csv").read_text(encoding="utf-8").replace("bench A", "[red]A[/red]")
    (here / "mine.csv").write_text(text, encoding="utf-8")
    assert "[red]A[/red]" in invoke("mine.csv").stdout


def test_the_same_tests_give_the_same_text(here: Path) -> None:
    assert invoke("mine.csv", "--json", "-").stdout == invoke("mine.csv", "--json", "-").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing.csv"], 1, "nothing.csv: error: no such file"),
        (["."], 1, "expected a file of tests"),
        (["mine.csv", "--chain", "Tb"], 1, "the reference 'Tb' of the chain is not in the tests"),
        (["mine.csv", "--method", "guess"], 2, "neither direct nor predicted"),
        (["mine.csv", "--json", "mine.csv"], 1, "it is the file that is read"),
        (["mine.csv", "--json", "nowhere/out.json"], 1, "there is no folder"),
        ([], 2, "Missing argument"),
    ],
)
def test_mistakes(here: Path, arguments: list[str], code: int, said: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert os.listdir(here) == ["mine.csv"]


def test_faults_have_places_and_write_nothing(here: Path) -> None:
    text = (here / "mine.csv").read_text(encoding="utf-8").replace("0.0848,", "0,")
    (here / "mine.csv").write_text(text, encoding="utf-8")
    result = invoke("mine.csv", "--json", "out.json")
    assert result.exit_code == 1
    assert "mine.csv:10:37: error: no Nd is left in the aqueous, so its D is infinite" in result.stderr
    assert "^" in result.stderr
    assert os.listdir(here) == ["mine.csv"]


def test_warnings_go_beside_the_answer(here: Path) -> None:
    text = (here / "mine.csv").read_text(encoding="utf-8").replace("bench A,1,,0.01,", "bench A,1,,0.00001,")
    (here / "mine.csv").write_text(text, encoding="utf-8")
    result = invoke("mine.csv", "--json", "-")
    assert "was the organic saponified?" in result.stderr
    assert valid(result.stdout)
