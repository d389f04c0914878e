"""`didymium finance` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy_financial as npf
import pytest
import yaml
from typer.testing import CliRunner

import didymium
from didymium.cli import app
from didymium.files import shipped
from didymium.report import document

PLANT = """\
didymium: 1
extends: ningbo_magnets
name: Ningbo with a loan
finance:
  discount_rate: 8 %
  life: 15 year
  spending: [40 %, 60 %]
  ramp_up: [50 %, 80 %, 100 %]
  loan: {share: 60 %, rate: 5 %, years: 10 year}
  grant: 5_000_000 USD2024
  subsidy: {magnet: 1 USD2024/kg}
  price_floor: {magnet: 52 USD2025/kg}
"""

POWDER = """\
didymium: 1
extends: iron_nitride
name: Powder of iron nitride
units: {compaction: null}
products: {magnet: null, powder: nitriding.powder}
capacity: null
targets: null
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "150")


def invoke(*words: str) -> Any:
    """Run the command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, ["finance", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def valid(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(document.schema("finance")).validate(made)
    found: dict[str, Any] = made["result"]
    return found


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_plant_has_a_cash_flow(name: str) -> None:
    made = valid(invoke(name, "--json", "-").stdout)
    flows = [year["million_usd"]["project"] for year in made["years"]]
    assert made["npv_million_usd"] == pytest.approx(npf.npv(made["discount_rate"], flows), rel=1e-9)
    assert made["years"][-1]["worth_million_usd"] == pytest.approx(made["npv_million_usd"], rel=1e-9)
    if made["irr"] is None:
        assert made["irr_remark"]
    elif not made["irr_remark"]:
        assert made["irr"] == pytest.approx(npf.irr(flows), abs=1e-8)
    assert made["invested_million_usd"] == pytest.approx(sum(made["capital_million_usd"].values()))
    assert made["joint_products"] == "by-product credit"
    for product in made["products"].values():
        assert product["t_per_year"] > 0.0
        assert (product["at_npv_zero_usd_per_kg"] is not None) == product["sold"]
        if product["sold"]:
            assert product["source"] or product["note"].startswith("a by-product")
    for year in made["years"]:
        parts = dict(year["million_usd"])
        assert sum(year["revenue_million_usd"].values()) == pytest.approx(parts["revenue"])
        assert parts.pop("project") == pytest.approx(sum(parts.values()), abs=1e-9)
    # A price of sale above the one at NPV = 0 earns, one below loses.
    main = next(iter(product for product in made["products"].values() if product["sold"]))
    earns = main["realised_usd_per_kg"] > main["at_npv_zero_usd_per_kg"]
    assert earns == (made["npv_million_usd"] > 0.0)


def test_page_and_document_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loan.yaml").write_text(PLANT, encoding="utf-8")
    result = invoke("loan.yaml", "--set", "finance.tax=15 %", "--json", "out.json")
    assert result.exit_code == 0, result.output
    made = valid(Path("out.json").read_text(encoding="utf-8"))
    assert made["changes"] == {"finance.tax": "15 %"}
    assert (made["tax_rate"], made["building_years"], made["life_years"]) == (0.15, 2, 15.0)
    assert [year["year"] for year in made["years"]] == list(range(-1, 16))
    assert made["products"]["magnet"]["realised_usd_per_kg"] == pytest.approx(52.0)
    assert made["owners"]["irr"] > made["irr"]
    assert sum(year["million_usd"]["grant"] for year in made["years"]) == pytest.approx(5.0)
    shown = result.stdout
    for words in (
        f"{100 * made['irr']:.2f} %",
        f"{100 * made['owners']['irr']:.2f} %",
        f"{made['payback_years']:.1f} years of operation",
        f"{made['products']['magnet']['at_npv_zero_usd_per_kg']:.2f}",
        "tax 15.0 %",
        "finance.tax = 15 %",
        "loan drawn",
        "by-product credit",
        "What the cash flow rests on",
    ):
        assert words in shown, words


def test_a_page_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = invoke("ningbo_magnets").stdout.splitlines()
    assert max(map(len, lines)) <= 80


def test_years_that_read_the_same_share_a_row() -> None:
    shown = invoke("ningbo_magnets", "--set", "finance.ramp_up=[100 %]").stdout
    assert "1 to 10" in shown  # until all is written off
    assert "11 to 19" in shown


def test_a_product_without_a_price_says_what_to_add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("powder.yaml").write_text(POWDER, encoding="utf-8")
    result = invoke("powder.yaml")
    assert result.exit_code == 1
    first, hint = result.stderr.splitlines()
    assert first == "powder.yaml:1:1: error: finance: nobody knows what powder (powder) is sold at"
    assert hint == "  hint: add its price, as in `finance: {sales: {powder: 10 USD2025/kg}}`"
    assert invoke("powder.yaml", "--set", "finance={sales: {powder: 10 USD2025/kg}}").exit_code == 0


def test_faults_of_the_file_stand_at_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(PLANT.replace("8 %", "-100 %"), encoding="utf-8")
    result = invoke("bad.yaml")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].startswith("bad.yaml:5:18: error: finance.discount_rate: a rate of -100 %")
    more = invoke("ningbo_magnets", "--set", "finance.sales.magnets=50 USD2024/kg")
    assert more.exit_code == 1
    assert "finance.sales: no product 'magnets'; did you mean 'magnet'?" in more.stderr
    rich = invoke("ningbo_magnets", "--set", "finance.grant=5 MUSD2024", "--set", "finance.construction=0 year")
    assert rich.exit_code == 1
    assert "0 year is below 1 year" in rich.stderr


def test_a_grant_above_the_capital_is_pointed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rich.yaml").write_text(PLANT.replace("5_000_000 USD2024", "5_000 MUSD2024"), encoding="utf-8")
    told = invoke("rich.yaml")
    assert told.exit_code == 1
    assert told.stderr.splitlines() == [
        "rich.yaml:10:10: error: finance: the grant is more than the plant costs to build",
        "    grant: 5_000 MUSD2024",
        "           ^",
        "  hint: check its currency and amount",
    ]
    result = invoke("ningbo_magnets", "--set", "finance.grant=5_000 MUSD2024")
    assert result.exit_code == 1
    assert result.stderr.startswith("--set finance.grant: error: finance: the grant is more than the plant costs to")
    assert "hint: check its currency and amount" in result.stderr


def test_the_file_that_the_page_shows_reads_and_earns() -> None:
    page = Path(__file__).parents[1].joinpath("docs", "finance.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])["finance"]
    plant = didymium.load("mountain_pass", {"finance": json.dumps(shown)})
    assert plant.plan.finance.tax is not None
    assert plant.plan.finance.tax.nominal == pytest.approx(0.2798)
    flow = plant.solve().finance
    assert flow.sales[0].realised[0] == pytest.approx(110.0)
    assert flow.sales[1].realised[0] == pytest.approx(95.0)
    assert any("price_floor of ndpr_oxide has no effect" in note for note in flow.notes)


def test_a_page_with_all_its_keys_breaks_no_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it goes into a pipe: 100 columns; the loan has a table of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS")
    keys = "  tax: 25 %\n  working_capital: 10 %\n  depreciation: {years: 10 year, method: declining, rate: 150 %}\n"
    Path("all.yaml").write_text(PLANT.replace("ningbo_magnets", "mountain_pass") + keys, encoding="utf-8")
    lines = invoke("all.yaml").stdout.splitlines()
    heads = [line.split() for line in lines if line.startswith("year  ")]
    flows = ["output", "revenue", "subsidy", "operating", "capital", "grant", "capital", "tax", "project", "then"]
    assert heads == [
        ["year", *flows],
        ["year", "project", "loan", "drawn", "interest", "principal", "owners"],
    ]
    assert max(map(len, lines)) <= 100
