"""The page of magnets: what an engineer looks for stands there, in its units, and the document says the same."""

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

import didymium
from didymium.elements import RARE_EARTHS
from didymium.report import magnets
from didymium.studies.magnets import magnets as lines


@pytest.fixture(scope="module")
def result() -> didymium.Result:
    return didymium.load("ningbo_magnets").solve()


@pytest.fixture(scope="module")
def text(result: didymium.Result) -> str:
    console = Console(file=StringIO(), width=130)
    for table in magnets.page(result):
        console.print(table)
    return console.file.getvalue()


def test_composition_phases_density_grain_and_grade_are_told(text: str, result: didymium.Result) -> None:
    for word in ("R2T14B", "RE-rich", "g/cm³", "mean grain", "remanence Br", "coercivity Hcj", "kOe", "MGOe", "N50SH"):
        assert word in text
    (line,) = lines(result)
    assert f"{line.ability.get('Br_T')[0]:.3f}" in text
    assert f"{line.ability.get('density_g_cm3')[0]:.3f}" in text


def test_trade_units_are_those_of_the_si_values() -> None:
    factors = {key: factor for key, (factor, _) in magnets.CGS.items()}
    assert 1.0 * factors["Br_T"] == 10.0
    assert 1592.0 * factors["Hcj_kA_m"] == pytest.approx(20.0, abs=0.01)  # an SH magnet
    assert 398.0 * factors["BHmax_kJ_m3"] == pytest.approx(50.0, abs=0.02)  # 50 MGOe


def test_losses_name_their_outlets(text: str, result: didymium.Result) -> None:
    (line,) = lines(result)
    milling = next(step for step in line.steps if step.kind == "jet_milling")
    assert magnets.losses(milling).startswith("ultrafines ")
    assert "swarf" in text
    assert "ultrafines" in text


def test_the_document_says_what_the_page_says(result: didymium.Result) -> None:
    (line,) = lines(result)
    made = magnets.document(result)["magnet"]
    assert (made["grade"], made["words"]) == (line.ability.names[0], line.ability.grades[0])
    assert made["limiting"] in ("Br", "Hcj", "(BH)max")
    assert 0.0 <= made["margin"] < 0.2
    assert made["class_C"] in (120.0, 150.0)
    assert set(made["coat"]) == {"Ni", "Cu"}
    assert "Ni" not in made["composition"]
    assert made["settings"]["diffusion.source"] == "TbH2"
    assert made["properties"]["Hcj_100C_kA_m"] < made["properties"]["Hcj_kA_m"]
    assert made["properties"]["Hcj_kA_m"] == line.ability.get("Hcj_kA_m")[0]
    assert sum(made["phases"].values()) == pytest.approx(1.0, abs=1e-9)
    assert sum(made["composition"].values()) == pytest.approx(1.0, abs=1e-4)
    assert made["kwh_per_kg"] == pytest.approx(line.energy)
    assert [step["unit"] for step in made["steps"]] == [step.unit for step in line.steps]


def test_a_plant_without_magnets_has_no_page() -> None:
    assert magnets.page(didymium.load("la_rochelle").solve()) == []


def cells(found: Table) -> dict[str, list[str]]:
    """The cells of a table's rows by the first of them."""
    columns = [[str(cell) for cell in column.cells] for column in found.columns]
    return {row[0]: list(row[1:]) for row in zip(*columns, strict=True)}


def test_the_tables_hold_the_numbers_of_the_line(result: didymium.Result) -> None:
    (line,) = lines(result)
    contents, phases, properties, *_, making = magnets.page(result)
    sintered = line.ability.sintered
    assert sintered is not None

    held = cells(contents)
    rare = sum(share for name, share in line.composition.items() if name in RARE_EARTHS)
    assert held["all rare earths"] == [f"{100 * rare:.2f} %"]
    assert held["not bound to O, N, C"] == [f"{100 * sintered.phases.effective_re[0]:.2f} %"]
    assert held["N"] == [f"{1e6 * line.composition['N']:.0f} ppm"]

    hard = cells(phases)["R2T14B"]
    assert hard == [f"{100 * share[0, 0]:.2f} %" for share in (line.ability.phases, sintered.phases.volume)]

    known = cells(properties)
    br, hcj, product = (float(line.ability.get(key)[0]) for key in ("Br_T", "Hcj_kA_m", "BHmax_kJ_m3"))
    assert known["remanence Br"] == [f"{br:.3f}", "T", f"{10 * br:.1f} kG"]
    assert known["coercivity Hcj"] == [f"{hcj:,.0f}", "kA/m", f"{hcj / 79.577:.1f} kOe"]
    assert known["energy product (BH)max"][2] == f"{product / 7.9577:.1f} MGOe"
    assert known["mean cosine of alignment"][0] == f"{100 * sintered.magnet.alignment[0]:.1f}"

    assert f"{line.energy:.2f} kWh per kg of finished magnet" in str(making.caption or making.title)
    for step, (name, (_, kept, power, *ppm, lost)) in zip(line.steps, cells(making).items(), strict=True):
        assert name.startswith(step.unit)
        assert kept == f"{100 * step.kept:.2f} %"
        assert power == f"{step.kwh_per_kg:.2f}"
        assert ppm == [f"{step.ppm[gas]:,.0f}" for gas in ("O", "C", "H")]
        assert lost == magnets.losses(step)


def test_the_document_has_every_number_of_a_step(result: didymium.Result) -> None:
    (line,) = lines(result)
    for said, step in zip(magnets.document(result)["magnet"]["steps"], line.steps, strict=True):
        assert (said["kept"], said["kwh_per_kg"], said["kg_per_h"]) == (step.kept, step.kwh_per_kg, step.kg_per_h)
        assert said["ppm"] == dict(step.ppm)
        assert said["lost"] == dict(step.lost)
        assert said["powder_um"] == step.size_um


def test_plants_side_by_side(result: didymium.Result) -> None:
    (line,) = lines(result)
    (made,) = magnets.several({"mine": result, "none": didymium.load("la_rochelle").solve()})
    ((label, (product, grade, *numbers)),) = cells(made).items()
    assert (label, product, grade) == ("mine", "magnet", line.ability.names[0])
    assert numbers[0] == f"{line.ability.get('Br_T')[0]:.3f}"
    assert numbers[1] == f"{line.ability.get('Hcj_kA_m')[0]:,.0f}"
    assert magnets.several({"none": didymium.load("la_rochelle").solve()}) == []


@pytest.mark.parametrize(("below", "told"), [(0.0, False), (4.9, False), (5.1, True), (40.0, True)])
def test_a_limit_below_that_of_the_class_is_told(result: didymium.Result, below: float, told: bool) -> None:
    (line,) = lines(result)
    usual = line.ability.classes[0]
    values = {**line.ability.values, "Tmax_C": np.array([usual - below])}
    said = magnets._grade(replace(line, ability=replace(line.ability, values=values)))
    assert said.startswith(line.ability.grades[0])
    assert (f"Its class is sold to {usual:.0f} °C" in said) == told
