"""`didymium trace`: what it prints and writes, and what it says to a mistake.

Set DIDYMIUM_REWRITE=1 to write the texts anew, then read the difference.
"""

from __future__ import annotations

import json
import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from didymium.cli import app
from didymium.cli.gap import solved
from didymium.report import document
from didymium.report.figures import amount
from didymium.scenario import Scenario
from didymium.studies.gap import Gap

from .supply import gap_chain as hand

GOLDEN = Path(__file__).parent / "golden_trace"
SCENARIO = "two_mines.yaml"
CASES = {
    "all": "",
    "cars": "--product cars",
    "separated": "--product motor%magnets --at separation --year 2026",
    "dear": "--product cars --elements Dy --value 30_000%USD2024/kg",
    "alloy": "--product motor%alloy --threshold 10%%",
    "none": "--product disks",
    "nothing_used": "--region china",
    "nothing_held": "--elements Sm",
    "unknown_product": "--product magnetz",
    "unused_product": "--product Tb%metal",
    "unknown_region": "--region usa",
    "unknown_year": "--year 2040",
    "unknown_stage": "--at mines",
    "unknown_origin": "--origin chine",
    "unknown_element": "--elements Dy,Fe",
    "threshold": "--threshold 0.1",
    "threshold_of_nothing": "--threshold 0%%",
    "threshold_unit": "--threshold 1%kg",
    "value_without_year": "--product cars --value 60%USD/kg",
    "value_by_piece": "--product cars --value 60%USD2024",
    "set": "--set plants.home.stages.mine.capacity=3_000%kg",
}
"""Arguments by the name of their golden text; a % stands for a blank, %% for per cent."""
FINE = ("all", "cars", "separated", "dear", "alloy", "none", "nothing_used", "nothing_held", "threshold")


def arguments(text: str) -> list[str]:
    return [word.replace("%%", "\0").replace("%", " ").replace("\0", " %") for word in text.split()]


@pytest.fixture(scope="module")
def known() -> dict[Any, Gap]:
    """The solutions of this module, by what they are of: each is made once."""
    return {}


@pytest.fixture(autouse=True)
def paper(monkeypatch: pytest.MonkeyPatch, known: dict[Any, Gap]) -> None:
    """Yields that can be followed on paper, in the place of solved flowsheets."""

    def once(scenario: Scenario) -> Gap:
        key = scenario.sha256, scenario.years
        if key not in known:
            known[key] = solved(scenario)
        return known[key]

    def tables(names: Any) -> Any:
        return dict.fromkeys(names, hand.tables()["plain"])

    monkeypatch.setattr("didymium.studies.yield_tables.yield_tables", tables)
    monkeypatch.setattr(import_module("didymium.cli.trace"), "solved", once)  # a function goes by the same name
    monkeypatch.chdir(GOLDEN)
    monkeypatch.setenv("COLUMNS", "100")


def invoke(*words: str) -> Result:
    result = CliRunner().invoke(app, ["trace", SCENARIO, *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("name", CASES)
def test_texts(name: str) -> None:
    result = invoke(*arguments(CASES[name]))
    shown = "\n".join(line.rstrip() for line in result.output.splitlines()) + "\n"
    shown = re.sub(r"worst element \S+, \w+ in \d+", "worst element 0.0e+00, Nd in 2025", shown)  # rounding
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("DIDYMIUM_REWRITE"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")
    assert (result.exit_code == 0) is (name in FINE)
    assert "Traceback" not in shown


def test_the_texts_are_those_of_the_cases() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CASES)


def test_the_document_says_what_the_page_says(tmp_path: Path) -> None:
    out = tmp_path / "trace.json"
    done = invoke("--product", "cars", "--json", str(out))
    assert done.exit_code == 0
    made = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(document.schema("trace")).validate(made)
    result = made["result"]
    (one,) = result["products"]
    assert one["shares"]["Nd"] == pytest.approx({"china": 0.7, "us": 0.3}, rel=1e-9)
    assert one["content"]["by_mass"] == pytest.approx(0.217, rel=1e-9)
    assert one["content"]["over_by_value"] is True
    assert result["balance"]["worst"] <= 1e-9
    assert result["levels_miss"]["worst"] <= 1e-6
    assert result["prices"]["Nd"]["source"] == "made_up"
    assert [step["plant"] for step in one["route"] if step["stage"]] == ["far", "home", "home", "home", "home"]
    assert f"{amount(one['t_per_year'])} t of product at 70 USD/kg" in done.output
    assert "24.630 % is of china: over the threshold of 0.1 %" in done.output
    assert one["content"]["by_value"] == pytest.approx(0.2463, abs=5e-6)


def test_the_document_of_all_products_and_of_a_product_without_a_price() -> None:
    for words in ((), ("--product", "motor alloy"), ("--product", "disks")):
        done = invoke(*words, "--json", "-")
        made = json.loads(done.stdout)
        jsonschema.Draft202012Validator(document.schema("trace")).validate(made)
    alone = json.loads(invoke("--product", "motor alloy", "--json", "-").stdout)["result"]["products"][0]
    assert alone["value_usd_per_year"] is None
    assert alone["content"]["by_value"] is None
    assert alone["content"]["over_by_value"] is None


def test_a_question_is_part_of_the_digest() -> None:
    digests = {
        json.loads(invoke(*words, "--json", "-").stdout)["inputs_sha256"]
        for words in (("--product", "cars"), ("--product", "cars", "--at", "metal"), ("--set", "years=2025 to 2026"))
    }
    assert len(digests) == 3


def test_a_flowsheet_or_an_unknown_name_in_place_of_a_scenario() -> None:
    runner = CliRunner()
    for name, words in (("baotou", "this is a flowsheet"), ("us_2031", "did you mean 'us_2030'?")):
        found = runner.invoke(app, ["trace", name])
        assert found.exit_code == 1
        assert words in found.stderr
