"""`didymium magnet` as a user types it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from didymium.cli import app
from didymium.report import document

EXAMPLE = "NdPr 30.5, Dy 1, B 0.95, Co 1, Al 0.2, Cu 0.15, Ga 0.2, O 0.12, C 0.06"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def invoke(*words: str) -> Any:
    """Run the command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, ["magnet", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def valid(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(document.schema("magnet")).validate(made)
    return made


def test_a_grade_prints_and_writes_the_same(tmp_path: Any) -> None:
    result = invoke("--grade", "n42sh", "--json", str(tmp_path / "out.json"))
    assert result.exit_code == 0, result.output
    made = valid((tmp_path / "out.json").read_text(encoding="utf-8"))["result"]
    assert made["kind"] == "design"
    assert made["grade"] == "N42SH"
    best = made["choices"][0]
    assert f"{best['magnet']['usd_per_kg']:.2f} USD of metals and diffusion per kg" in result.stdout
    assert f"{100 * made['saving']['share']:.0f} % saved" in result.stdout
    assert f"{best['magnet']['properties']['Br_T']:.3f}" in result.stdout
    assert sum(best["magnet"]["composition"].values()) == pytest.approx(1.0)
    for words in (
        "Composition by mass",
        "Phases",
        "Ways",
        "R2T14B",
        "Metals per kg of magnet, china, 2024",
        "limiting",
    ):
        assert words in result.stdout


def test_a_composition_prints_and_writes_the_same() -> None:
    result = invoke("--composition", EXAMPLE, "--size", "3.0")
    assert result.exit_code == 0, result.output
    made = valid(invoke("--composition", EXAMPLE, "--size", "3 um", "--json", "-").stdout)["result"]
    magnet = made["magnet"]
    assert made["named"]["NdPr"] == pytest.approx(0.305)
    assert magnet["composition"]["Nd"] == pytest.approx(0.75 * 0.305)
    assert magnet["grade"] in result.stdout
    assert f"{magnet['properties']['Hcj_kA_m']:.0f}" in result.stdout
    assert sum(one["mass"] for one in magnet["phases"].values()) == pytest.approx(1.0)
    # N is not named: as usual, and said.
    assert made["taken"] == ["N 0.025 %, as usual"]
    assert "N 0.025 %, as usual" in result.stdout


def test_diffusion_of_a_composition() -> None:
    plain = valid(invoke("--composition", EXAMPLE, "--json", "-").stdout)["result"]["magnet"]
    words = ("--composition", EXAMPLE, "--diffuse", "Tb 0.4", "--thickness", "3 mm", "--json", "-")
    late = valid(invoke(*words).stdout)["result"]["magnet"]
    assert late["coating"] == pytest.approx(0.004)
    assert late["diffused"]["Tb"] == pytest.approx(0.004 * late["uptake"])
    assert late["properties"]["Hcj_kA_m"] > plain["properties"]["Hcj_kA_m"] + 300.0
    assert plain["coating"] is None


def test_a_low_grade_is_told_to_be_the_better_magnet() -> None:
    told = " ".join(invoke("--grade", "N42").stdout.split())
    assert "N42: no heavy rare earth in the melt, " in told
    assert "nothing in range that meets N42 is cheaper than this N5" in told
    assert "lower grades get the same magnet" in told
    assert "none is needed, in the melt or by diffusion" in told


def test_the_help_lists_what_may_be_chosen() -> None:
    told = " ".join(invoke("--help").stdout.split())
    assert "[alloy|diffusion|cheapest]" in told
    assert "[isostatic|transverse|axial]" in told


def test_the_same_words_give_the_same_text() -> None:
    one = invoke("--grade", "N48H", "--route", "alloy", "--json", "-").stdout
    assert one == invoke("--grade", "48H", "--route", "alloy", "--json", "-").stdout
    assert {choice["route"] for choice in valid(one)["result"]["choices"]} == {"alloy"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "give --grade or --composition"),
        (("--grade", "N48H", "--composition", "Nd 30"), "give --grade or --composition"),
        (("--grade", "N48H", "--size", "3"), "has no effect without --composition"),
        (("--composition", "Nd 30", "--route", "alloy"), "has no effect without --grade"),
        (("--composition", "Nd 30", "--size", "3 kg"), "3 kg is a mass"),
        (("--grade", "N48H", "--thickness", "thin"), "thin"),
        (("--grade", "N48H", "--spare", "5 mm"), "5 mm is a length"),
    ],
)
def test_wrong_use(words: tuple[str, ...], told: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--grade", "N47H"), "error: no grade 'N47H'; did you mean 'N48H'?"),
        (("--grade", "YXG30H"), "error: YXG30H is a grade of Sm2Co17"),
        (("--grade", "N48H", "--route", "aloy"), "error: no route 'aloy'; did you mean 'alloy'?"),
        (("--grade", "N48H", "--press", "wet"), "error: no press 'wet'"),
        (("--grade", "N48H", "--region", "chine"), "error: no region 'chine'; did you mean 'china'?"),
        (("--grade", "N48H", "--spare", "80 %"), "error: the spare coercivity is 80 %"),
        (("--grade", "N48H", "--thickness", "80"), "error: a thickness of 80 mm is out of range"),
        (("--composition", "Nd 30", "--size", "0.2"), "error: a powder size of 0.2 µm is out of range"),
        (("--composition", "Ndd 30"), "error: unknown element 'Ndd'; did you mean 'Nd'?"),
        (("--composition", "U 3, Nd 30"), "error: U is no part of a sintered magnet"),
        (("--composition", "Nd -3"), "error: Nd is -3 %, below zero"),
        (("--composition", "Nd 130"), "error: Nd is 130 %, above 100 %"),
        (("--composition", "Nd 60, Dy 50"), "error: the composition adds up to 110 %"),
        (("--composition", "Nd 30, Fe 50"), "error: the composition adds up to 80 % with its iron"),
        (("--composition", "Nd 30, Nd 2"), "error: Nd is given twice"),
        (("--composition", "Nd 30 kg"), "error: Nd: 30 kg is a mass"),
        (("--composition", " , "), "error: the composition is empty"),
        (("--composition", "Nd nan"), "error: Nd: expected a number, such as 30.5 %, not 'nan'"),
        (("--composition", "Nd 1e400"), "error: Nd: 1e400 is too large a number"),
        (("--composition", "Nd 4", "--size", "1"), "of O would bind"),
        (("--composition", "Nd 31", "--diffuse", "Tb"), "error: cannot read 'Tb'"),
        (("--composition", "Nd 31, H 0.1"), "error: H is no part of a sintered magnet"),
        (("--composition", "30 Nd"), "error: cannot read '30 Nd'"),
        (("--composition", "Nd 20, O 5"), "error: 5 % of O would bind 30.1 % of rare earths as R2O3"),
        (("--composition", "Nd 30, B 12"), "error: boron of 12 % is more than"),
        (("--composition", "B 1"), "error: the solid holds no rare earth"),
        (("--composition", "Nd 90, Dy 10, B 0"), "error: the composition leaves no iron"),
        (("--composition", "Nd 30", "--diffuse", "Nd 1"), "error: Nd is not what diffusion takes"),
        (("--composition", "Nd 30", "--diffuse", "Tb 10"), "error: 10 % of Tb cannot be diffused in"),
    ],
)
def test_mistakes_are_told(words: tuple[str, ...], told: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_grade_out_of_reach_names_what_limits_and_the_nearest() -> None:
    result = invoke("--grade", "N48UH", "--route", "alloy")
    assert result.exit_code == 1
    told = " ".join(result.output.split())
    assert "no composition in range reaches N48UH by alloying" in told
    assert "misses Br and Hcj by" in told
    assert "the nearest grade within reach is N45UH" in told
    assert "--route diffusion reaches N48UH" in told
