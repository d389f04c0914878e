"""The page of magnets: what an engineer looks for stands there, in its units, and the document says the same."""

from io import StringIO

import pytest
from rich.console import Console

import didymium
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
