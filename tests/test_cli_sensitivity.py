"""`didymium sensitivity` as a user types it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

import didymium
from didymium.cli import app
from didymium.report import document
from didymium.report.pictures import svg
from didymium.report.pictures.picture import PictureError
from didymium.report.pictures.tornado import tornado
from didymium.report.sensitivity import ends, page, setting, unit, value
from didymium.studies.evaluations import Evaluations
from didymium.studies.sensitivity import Sensitivity, sensitivity
from didymium.studies.tornado import Tornado
from didymium.studies.uncertainty import uncertainty

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    return sensitivity(didymium.load("texas_magnets").solve(), rows=16, top=3, seed=2)


def invoke(*words: str) -> Any:
    result = CliRunner().invoke(app, ["sensitivity", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def wide(words: str) -> str:
    return " ".join(words.split())


def test_page_and_document_tell_the_same(tmp_path: Path, found: Sensitivity) -> None:
    out = tmp_path / "out.json"
    words = ("texas_magnets", "--sobol", "16", "--top", "3", "--seed", "2", "--json", str(out))
    result = invoke(*words)
    assert result.exit_code == 0, result.stderr
    made = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(document.schema("sensitivity")).validate(made)
    assert made == json.loads(document.text(document.sensitivity(found)))
    body = made["result"]
    assert body["nominal"] == found.result.cost.per_kg("magnet").total
    assert body["cases"] == 1 + 2 * len(body["factors"])
    first, second = body["factors"][:2]
    assert first["swing"] >= second["swing"] > 0.0
    assert sum(one["share"] for one in body["factors"]) == pytest.approx(1.0)
    assert first["members"][0]["at_5"] < first["members"][0]["at_95"]
    told = wide(result.stdout)
    assert f"What moves cost.magnet, one at a time: {value('cost.magnet', body['nominal'])} USD/kg as written" in told
    assert first["name"] in told
    assert value("cost.magnet", first["output_at_95"]) in told
    sobol = body["sobol"]
    assert [one["factors"] for one in sobol["indices"] if one["name"].startswith("the rest")] == [
        len(body["factors"]) - 3
    ]
    assert sobol["cases"] == 16 * 6
    assert f"of {sobol['used']} of 16 rows of the design, 96 cases, seed 2" in told
    assert sobol["used"] + len({one["case"] % 16 for one in sobol["failures"]}) == 16
    for one in sobol["failures"]:
        assert len(one["inputs"]) == len(body["factors"])


def test_a_failed_case_fails_again_at_its_inputs() -> None:
    flowsheet = didymium.load("texas_magnets", {"strip_casting.composition.DyTb": "1.3 % from 0.8 to 2 %"})
    study = sensitivity(flowsheet.solve(), rows=32, top=1, seed=1).sobol
    assert study is not None
    assert study.failures
    from didymium.network import SolveError

    with pytest.raises(SolveError) as raised:
        flowsheet.solve({path: [one] for path, one in study.inputs[0].items()})
    assert study.failures[0].reason in str(raised.value)


def test_too_few_rows_are_told_with_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tornado and every failed case with its inputs are there, and the command fails."""
    monkeypatch.chdir(tmp_path)
    Path("lossy.yaml").write_text(
        "didymium: 1\nname: lossy\nextends: texas_magnets\nunits:\n"
        "  strip_casting: {composition: {DyTb: 1.16 % from 0.01 to 1.3 %}}\n",
        encoding="utf-8",
    )
    result = invoke("lossy.yaml", "--sobol", "8", "--top", "1", "--json", "out.json")
    assert result.exit_code == 1
    assert "error: no Sobol' indices: cost.magnet has a value in" in result.stderr
    assert "strip_casting: the inputs bring" in result.stderr
    assert "hint: ask for more rows, such as 256, or narrow the spreads; --json tells" in result.stderr
    assert "What moves cost.magnet, one at a time" in result.stdout
    assert "strip_casting: the inputs bring" in wide(result.stdout)
    made = json.loads(Path("out.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(document.schema("sensitivity")).validate(made)
    body = made["result"]["sobol"]
    assert body["used"] < 8
    assert (body["indices"], body["mean"]) == ([], None)
    assert body["warnings"][0].startswith("no Sobol' indices: ")
    assert body["warnings"][0] in result.stderr
    assert body["failures"]
    assert "strip_casting.composition.DyTb" in body["failures"][0]["inputs"]


def test_few_rows_are_told(found: Sensitivity) -> None:
    assert found.indices is not None
    body = document.sensitivity(found)["result"]["sobol"]
    (words,) = body["warnings"]
    assert words == f"{'; '.join(found.indices.doubts)}: ask for --sobol 256"
    told = (
        CliRunner().invoke(app, ["sensitivity", "texas_magnets", "--sobol", "16", "--top", "3", "--seed", "2"]).stdout
    )
    assert f"too few rows {words}" in wide(told)


def test_another_output(tmp_path: Path) -> None:
    result = invoke("texas_magnets", "--of", "target.1", "--json", "-")
    body = json.loads(result.stdout)["result"]
    assert (body["output"], body["unit"], body["sobol"]) == ("target.1", None, None)


def test_a_changed_value_counts() -> None:
    plain, changed = (
        json.loads(invoke("texas_magnets", *more, "--json", "-").stdout)
        for more in ((), ("--set", "machining.trim=1 mm ± 0.01 mm"))
    )
    assert plain["inputs_sha256"] != changed["inputs_sha256"]
    swing = [
        next(one["swing"] for one in made["result"]["factors"] if one["name"] == "machining.trim")
        for made in (plain, changed)
    ]
    assert swing[1] < 0.2 * swing[0]


def test_a_group_of_the_file_is_one_row(tmp_path: Path) -> None:
    file = tmp_path / "grouped.yaml"
    file.write_text(
        "didymium: 1\nname: grouped\nextends: texas_magnets\ncorrelated:\n"
        "  cutting: [machining.trim, machining.grinding_allowance, -data.wage.us]\n",
        encoding="utf-8",
    )
    body = json.loads(invoke(str(file), "--json", "-").stdout)["result"]
    names = [one["name"] for one in body["factors"]]
    assert "machining.trim" not in names
    (group,) = [one for one in body["factors"] if one["name"] == "cutting"]
    wage = group["members"][2]
    assert wage["against"]
    assert wage["at_5"] > wage["at_95"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--of", "cost.magnt"), "no output 'cost.magnt'; did you mean 'cost.magnet'?"),
        (("--sobol", "100"), "100 rows; Sobol' points need a power of 2, 8 or more; such as 128"),
        (("--sobol", "-1"), "greater than or equal to 0"),
        (("--top", "3"), "has no effect without --sobol"),
        (("--seed", "3"), "has no effect without --sobol"),
        (("--sobol", "8", "--top", "0"), "greater than or equal to 1"),
        (("--sobol", "8", "--seed", "-1"), "greater than or equal to 0"),
    ],
)
def test_options_that_mean_nothing(words: tuple[str, ...], told: str) -> None:
    result = invoke("texas_magnets", *words)
    assert result.exit_code == 2
    assert told in wide(result.stderr)


def test_finance_moves_what_rests_on_it(tmp_path: Path) -> None:
    """Prices of sale, taxes and years of depreciation vary, alone and in a group."""
    file = tmp_path / "grouped.yaml"
    file.write_text(
        "didymium: 1\nname: grouped\nextends: texas_magnets\ncorrelated:\n"
        "  boom: [data.finance.sale.magnets.us, -data.finance.tax.us]\n",
        encoding="utf-8",
    )
    result = didymium.load(file).solve()
    study = sensitivity(result, "npv")
    swing = {bar.factor.name: bar.swing for bar in study.bars}
    assert swing["boom"] > swing["machining.trim"] > 0.0
    assert {member.path for factor in study.factors for member in factor.members} >= {
        path for path, fact in result.finance.figures.items() if fact.low is not None
    }
    alone = uncertainty(result.flowsheet, 1, workers=1)
    assert study.factors == alone.factors


def test_a_group_with_a_figure_that_nothing_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("grouped.yaml").write_text(
        "didymium: 1\nname: grouped\nextends: texas_magnets\ncorrelated:\n"
        "  energy: [machining.trim, data.price.us.elecricity]\n",
        encoding="utf-8",
    )
    told = (
        "correlated.energy: data.price.us.elecricity is no figure of the data that a cost here rests on; "
        "did you mean 'data.price.us.electricity'?"
    )
    result = invoke("grouped.yaml")
    assert result.exit_code == 1
    assert result.stderr == (
        f"grouped.yaml:5:28: error: {told}\n"
        "    energy: [machining.trim, data.price.us.elecricity]\n"
        "                             ^\n"
    )
    for words in (("run", "grouped.yaml", "--json", "out.json"), ("compare", "texas_magnets", "grouped.yaml")):
        result = CliRunner().invoke(app, [*words])
        assert result.exit_code == 0
        note = f"grouped.yaml:5:28: {told}; `didymium uncertainty` and `didymium sensitivity` will refuse it"
        assert note.replace(" ", "") in "".join(result.stdout.replace("NdPr oxide to magnets, Texas", "").split())
    assert note in json.loads(Path("out.json").read_text(encoding="utf-8"))["result"]["cost_notes"]
    assert "will refuse it" not in CliRunner().invoke(app, ["run", "texas_magnets"]).stdout


def test_the_picture(found: Sensitivity, tmp_path: Path) -> None:
    made = tornado(found)
    assert made.bars[0].label == found.bars[0].factor.name
    assert len(made.bars) == 15
    widths = [bar.end - bar.start for bar in made.bars]
    assert widths == sorted(widths, reverse=True)
    roles = {bar.label: bar.role for bar in made.bars}
    assert roles["data.wage.us"] == "rise"
    assert roles["data.credit.swarf"] == "fall"
    assert "<svg" in svg(made)
    result = invoke("texas_magnets", "--pictures", str(tmp_path))
    assert result.exit_code == 0
    assert [file.suffix for file in tmp_path.iterdir()] == [".svg"]


def test_no_picture_of_what_nothing_moves(found: Sensitivity) -> None:
    flat = Evaluations({found.output: np.ones(found.tornado.cases)})
    still = dataclasses.replace(found, tornado=Tornado(found.factors, flat))
    with pytest.raises(PictureError, match=r"nothing moves cost\.magnet"):
        tornado(still)


def test_words(found: Sensitivity) -> None:
    assert [unit(one) for one in ("cost.magnet", "capital.total", "capacity.metal", "target.1")] == [
        "USD/kg",
        "million USD",
        "t/year",
        "",
    ]
    assert value("recovery.Nd", 0.512345) == "51.23 %"
    by_name = {factor.name: factor for factor in found.factors}
    assert setting(by_name["machining.trim"], 0.5).endswith(" mm")
    assert " to " in ends(by_name["machining.trim"])
    assert len(page(found)) >= 2
