"""The JSON documents: shape by their schemas, content by the results."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import didymium
from didymium.files import check, shipped
from didymium.report import document
from didymium.studies.compare import carried


def valid(command: str, made: dict[str, Any]) -> dict[str, Any]:
    read = json.loads(document.text(made))
    jsonschema.Draft202012Validator(document.schema(command)).validate(read)
    result: dict[str, Any] = read["result"]
    return result


def numbers(item: Any) -> list[float]:
    if isinstance(item, dict):
        return [one for inner in item.values() for one in numbers(inner)]
    if isinstance(item, list):
        return [one for inner in item for one in numbers(inner)]
    return [item] if isinstance(item, float) else []


@pytest.mark.parametrize("command", document.DOCUMENTS)
def test_schemas_are_schemas(command: str) -> None:
    jsonschema.Draft202012Validator.check_schema(document.schema(command))
    assert document.schema(command)["properties"]["format"]["const"] == f"didymium.{command}/1"


def test_a_plant_has_one_shape_in_both_documents() -> None:
    assert document.schema("run")["$defs"] == document.schema("compare")["$defs"]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_run(name: str) -> None:
    result = didymium.load(name).solve()
    made = document.run(result)
    read = valid("run", made)
    assert made["inputs_sha256"] == result.plan.sha256
    main = result.main_product
    assert main == ("magnet" if "magnet" in result.plan.products else "ndpr_oxide")
    told = carried(result)[0]
    assert told == {"smco_magnets": "Sm", "iron_nitride": "Fe"}.get(name, "Nd")
    assert read["recovery"][told]["to"] == main
    assert read["recovery"][told]["overall"] == result.recovery(told, main)
    assert read["cost"][main]["total"] == result.cost.per_kg(main).total
    if "ndpr_oxide" in result.plan.products:
        assert read["streams"]["ndpr_oxide.oxide"]["purity"]["Nd"] == result.stream("ndpr_oxide").purity("Nd")
    assert read["balance"]["worst"] <= 1e-9
    cost = read["cost"][main]
    if main == "magnet":
        assert cost["t_per_year"] == pytest.approx(result.capacity["magnet"].throughput_t_per_year)
    assert cost["price_years"][0] <= cost["price_years"][1] <= 2025
    assert cost["capital_year"] == 2025
    assert any("nothing is escalated" in note for note in read["cost_notes"])
    assert 0.0 < read["assumptions"]["share"] <= 1.0
    assert len(read["targets"]) == len(result.plan.targets)
    hours = read["operating_hours_per_year"]
    for target in read["targets"]:
        if target["kind"] == "capacity":
            assert target["t_per_year"] == pytest.approx(target["value"] * hours / 1000.0)
            assert target["holds"] == "when the chain waits for its limit"
        else:
            assert (target["t_per_year"], target["holds"]) == (None, "")
    for shares in read["fates"].values():
        assert sum(shares.values()) == pytest.approx(1.0)
    for stream in read["streams"].values():
        if stream["purity"]:
            assert sum(stream["purity"].values()) == pytest.approx(1.0)
    assert all(math.isfinite(one) for one in numbers(read))
    if not read["circuits"] and not read["trains"]:
        assert not {"ndpr_cut", "train"} & set(result.plan.units)
        return
    if "ndpr_cut" not in read["circuits"]:
        assert len(read["trains"]["train"]) == len(result.plan.units["train"].parameters.products) - 1
        return
    profile = read["circuits"]["ndpr_cut"]["profile"]
    stages = read["circuits"]["ndpr_cut"]["extraction_stages"] + read["circuits"]["ndpr_cut"]["scrub_stages"]
    assert len(profile["aqueous_mole_fraction"]) == stages
    assert all(len(row) == len(profile["elements"]) for row in profile["organic_mole_fraction"])


def test_cost_lines_add_up_and_assumptions_are_named(baotou: didymium.Result) -> None:
    read = valid("run", document.run(baotou))
    lines = read["cost_lines"]
    assert sum(line["usd_per_kg"] for line in lines) == pytest.approx(read["cost"]["magnet"]["total"])
    assert sum(line["usd_per_h"] for line in lines) == pytest.approx(baotou.cost.total)
    for line in lines:
        assert line["usd_per_h"] == pytest.approx(line["quantity_per_h"] * line["price_usd_per_unit"])
    power = next(line for line in lines if line["item"] == "electricity")
    assert (power["price_year"], power["source"], power["cause"]) == (2024, "business_europe", "energy")
    assert next(line for line in lines if line["item"] == "heavy_metal")["price_year"] == 2024
    prices = read["assumptions"]["prices"]
    assert {one["kind"] for one in prices} == {"price", "labour", "capital"}
    shares = [one["share_of_main_product_cost"] for one in prices]
    assert shares == sorted(shares, reverse=True)
    new = read["new_oxide"]
    assert new["net_kg_per_t_magnet"] == pytest.approx(new["gross_kg_per_t_magnet"] - new["returned_kg_per_t_magnet"])
    assert "Nd/Pr" in {one["item"] for one in read["assumptions"]["model"]}


def test_compare(found: didymium.Comparison) -> None:
    read = valid("compare", document.compare(found))
    assert list(read["plants"]) == ["mountain_pass", "baotou"]
    assert read["plants"]["baotou"] == json.loads(document.text(document.run(found.results["baotou"])))["result"]
    assert read["differences"][0]["less"] == "mountain_pass"
    assert read["absent"]["baotou"]["Dy"]["leaves_in"] == "seg_carbonate"


def test_the_digest_knows_changes_and_order(baotou: didymium.Result) -> None:
    plain = document.inputs(baotou)
    assert plain == document.inputs(baotou, {})
    assert plain != document.inputs(baotou, {"flotation.recovery.REO": "80 %"})
    assert document.run(baotou, {"a": "b"})["result"]["changes"] == {"a": "b"}


def test_the_same_result_gives_the_same_text(baotou: didymium.Result) -> None:
    again = didymium.load("baotou").solve()
    assert document.text(document.run(baotou)) == document.text(document.run(again))


def test_no_number_is_null_not_nan(baotou: didymium.Result) -> None:
    stages = dict(baotou.capacity)
    stages["magnet"] = dataclasses.replace(stages["magnet"], utilisation=math.inf, limited_t_per_year=math.nan)
    read = valid("run", document.run(dataclasses.replace(baotou, capacity=stages)))
    assert read["capacity"]["magnet"]["utilisation"] is None
    assert read["capacity"]["magnet"]["limited_t_per_year"] is None
    assert read["capacity"]["metal"]["nameplate_t_per_year"] is None


def test_a_product_that_is_not_made_has_no_cost() -> None:
    result = didymium.load("mountain_pass", {"ndpr_oxide.recovery": "{REO: 0 %}"}).solve()
    read = valid("run", document.run(result))
    assert read["cost"]["magnet"] is None
    assert read["assumptions"]["prices"] == []
    assert all(line["usd_per_kg"] is None for line in read["cost_lines"])
    assert read["cost"]["seg_carbonate"]["total"] > 0.0


def test_check_and_list() -> None:
    faults = check("nowhere.yaml")
    read = valid("check", document.check({"nowhere.yaml": (None, faults)}, strict=True))
    assert read["files"]["nowhere.yaml"]["errors"] == 1
    read = valid("list", document.catalogue({"baotou": didymium.load("baotou").plan, "broken": None}))
    assert read["flowsheets"]["broken"] is None
    assert read["kinds"]["solvent_extraction"]["stage"] == "separation"
    assert read["kinds"]["mixer"]["stage"] is None
    assert "mountain_pass" in read["deposits"]
    assert read["minerals"]["bastnaesite"]["formula"] == "RECO3F"
    assert read["minerals"]["calcite"] == {"title": "Calcite", "formula": "CaCO3", "family": "gangue"}
    both = ["extraction_circuit", "separation_train"]
    assert read["extractants"]["P507"]["kinds"] == ["solvent_extraction", *both]
    assert all(read["extractants"][name]["kinds"] == both for name in ("P204", "Cyanex 272", "naphthenic acid"))
    assert read["grades"]["nd_oxide_99_95"]["impurities"] == {"Fe": 1e-5, "Si": 1e-4, "Ca": 3e-4}
    assert (read["grades"]["tb_oxide_99_9"]["elements"], read["grades"]["tb_oxide_99_9"]["assumed"]) == (["Tb"], True)


def test_targets_of_impurities_and_grades(tmp_path: Path) -> None:
    file = tmp_path / "lots.yaml"
    file.write_text(
        "didymium: 1\nname: Lots\nregion: china\nyear: 2024\noperating_hours: 8_000 h/year\n"
        "feeds: {oxide: {material: {Nd2O3: 99.5 %, La2O3: 0.4 %, Fe2O3: 0.1 %}, rate: 1 kg/h, price: 60 USD2024/kg}}\n"
        "units: {lots: {kind: splitter, feed: oxide, share: 60 %}}\nproducts: {lot: lots.first}\n"
        "targets:\n  - {stream: lot, impurity: Fe, at_most: 0.05 %}\n  - {stream: lot, grade: nd_oxide_99_9}\n"
    )
    result = didymium.load(file).solve()
    impurity, grade = valid("run", document.run(result))["targets"]
    assert (impurity["kind"], impurity["passed"], impurity["limits"]) == ("impurity", False, [])
    assert impurity["value"] == pytest.approx(0.001)
    assert grade["value"] == pytest.approx(0.995 / 0.999)
    assert [one["item"] for one in grade["limits"] if not one["passed"]] == ["purity of Nd", "Fe as Fe2O3"]
    assert grade["passed"] is False


def test_remarks_on_a_circuit(extraction_circuit: didymium.Result, baotou: didymium.Result) -> None:
    (remark,) = valid("run", document.run(extraction_circuit, {}))["circuits"]["sx"]["remarks"]
    assert remark.startswith("pH is -0.48")
    assert all(not one["remarks"] for one in valid("run", document.run(baotou, {}))["circuits"].values())


def test_a_train_tells_its_circuits() -> None:
    from didymium.report import tables

    result = didymium.load(Path(__file__).resolve().parents[2] / "examples" / "ion_clay_train.yaml").solve()
    read = valid("run", document.run(result))
    rows = read["trains"]["train"]
    assert len(rows) == 9
    assert rows[0]["feed_kmol_per_h"] == pytest.approx(3.295, rel=1e-3)
    assert all(row["W_mol_per_mol_feed"] < row["S_mol_per_mol_feed"] for row in rows)
    (made,) = tables.trains(result)
    assert made.row_count == 9
