"""What a plant's magnets are and what each step keeps: by hand from streams, and grades as targets."""

from functools import cache

import numpy as np
import pytest

import didymium
from didymium.elements import INDEX, RE
from didymium.magnet.evaluate import evaluate, magnet_of
from didymium.magnet.phases import phase_balance
from didymium.studies.magnet_model import magnet_facts
from didymium.studies.magnets import MagnetLine, magnets, warm


@cache
def solved(name: str) -> didymium.Result:
    return didymium.load(name).solve()


def line(name: str) -> MagnetLine:
    (found,) = magnets(solved(name))
    return found


def test_steps_run_from_the_alloy_to_the_product() -> None:
    steps = [step.unit for step in line("ningbo_magnets").steps]
    assert steps == [
        "strip_casting",
        "hydrogen_decrepitation",
        "jet_milling",
        "pressing",
        "sintering",
        "machining",
        "diffusion",
        "coating",
    ]


@pytest.mark.parametrize("name", ["ningbo_magnets", "texas_magnets", "mountain_pass"])
def test_what_a_step_keeps_and_loses_is_all_that_enters(name: str) -> None:
    result = solved(name)
    for step in line(name).steps:
        assert step.kept + sum(step.lost.values()) == pytest.approx(1.0, abs=1e-12)
        unit = result.solution.units[step.unit]
        entering = sum(result.streams[stream].elements[0, RE].sum() for stream in unit.inlets.values())
        if step.kind != "grain_boundary_diffusion":  # which brings rare earth of its own
            assert step.kept * entering == pytest.approx(result.streams[step.stream].elements[0, RE].sum(), rel=1e-9)


def test_energy_is_the_power_of_the_steps_per_kg_of_magnet() -> None:
    result = solved("texas_magnets")
    names = [step.unit for step in line("texas_magnets").steps]
    power = sum(
        float(use.rate[0]) for name in names for use in result.solution.units[name].lines if use.item == "electricity"
    )
    assert line("texas_magnets").energy == pytest.approx(power / result.streams["machining.magnets"].mass(), rel=1e-12)


def test_what_diffused_in_and_the_coat_stand_apart() -> None:
    stream = solved("ningbo_magnets").streams["coating.magnets"]
    assert stream.parts == ("bulk", "diffused", "coat")
    magnet = magnet_of(stream)
    rows = dict(zip(stream.parts, stream.flow[0], strict=True))
    assert np.array_equal(magnet.composition[0], rows["bulk"])
    assert np.array_equal(magnet.diffused[0], rows["diffused"])
    assert rows["coat"][INDEX["Ni"]] > 0.0
    assert magnet.composition[0, INDEX["Ni"]] == 0.0
    assert rows["diffused"][INDEX["Tb"]] > 0.0


def test_phases_are_those_of_the_composition() -> None:
    found = evaluate(solved("mountain_pass").streams["coating.magnets"])
    assert found is not None
    again = phase_balance(found.magnet.composition)
    assert np.array_equal(found.phases.mass, again.mass)
    assert found.phases.mass[0].sum() == pytest.approx(1.0, abs=1e-12)


def test_samples_have_a_grade_each() -> None:
    result = didymium.load("texas_magnets").solve({"strip_casting.composition.DyTb": np.array([0.012, 0.018, 0.04])})
    found = result.magnet("magnet")
    assert found is not None
    assert len(found.grades) == 3
    assert np.all(np.diff(found.get("Hcj_kA_m")) > 0.0)
    assert np.all(np.diff(found.get("Br_T")) < 0.0)
    one = didymium.load("texas_magnets", {"strip_casting.composition.DyTb": "4 %"}).solve().magnet("magnet")
    assert one is not None
    assert one.grades[0] == found.grades[2]
    assert one.get("Hcj_kA_m")[0] == pytest.approx(found.get("Hcj_kA_m")[2], rel=1e-9)


def test_other_families_say_it_at_their_furnace() -> None:
    result = solved("smco_magnets")
    found = result.magnet("magnet")
    assert found is not None
    assert found.sintered is None
    assert found.get("Br_T")[0] == result.solution.units["sintering"].details["Br_T"][0]
    many = didymium.load("smco_magnets").solve({"alloy.composition.Sm": np.array([0.255, 0.257, 0.26])}).magnet()
    assert many is not None
    assert many.get("Br_T")[1] == pytest.approx(found.get("Br_T")[0], rel=1e-9)
    assert len(many.grades) == 3
    assert result.magnet("sm_oxide") is None


def test_a_grade_is_a_target_and_names_what_misses_it() -> None:
    missed = didymium.load("texas_magnets", {"targets": "[{stream: magnet, grade: N52SH}]"}).solve().targets[0]
    assert not missed.passed
    assert {one.limit.kind for one in missed.missed} == {"remanence", "coercivity", "energy product"}
    found = solved("texas_magnets").magnet("magnet")
    assert found is not None
    ratios = [
        found.get(key)[0] / least for key, least in (("Br_T", 1.42), ("Hcj_kA_m", 1592.0), ("BHmax_kJ_m3", 390.0))
    ]
    assert missed.value == pytest.approx(min(ratios), rel=1e-9)


def test_the_chain_from_powder_to_coercivity() -> None:
    """Finer powder takes more oxygen, which eats the RE-rich phase; past an optimum coercivity falls (DESIGN §6)."""
    sizes = np.array([1.6, 2.0, 2.5, 3.0, 3.6, 4.5])
    rates = {"jet_milling.size": sizes, "strip_casting.composition.NdPr": np.full(len(sizes), 0.282)}
    result = didymium.load("texas_magnets").solve(rates)
    found = result.magnet("magnet")
    assert found is not None
    assert found.sintered is not None
    held = result.streams["machining.magnets"]
    oxygen = held.element("O") / held.mass()
    assert np.all(np.diff(oxygen) < 0.0)
    assert np.all(np.diff(found.sintered.phases.rich) > 0.0)
    best = int(np.argmax(found.get("Hcj_kA_m")))
    assert 0 < best < len(sizes) - 1
    # What is short of its RE-rich phase does not densify either.
    assert found.sintered.phases.rich[0] < 0.02
    assert held.traits["relative_density"][0] < held.traits["relative_density"][best] - 0.005


def test_the_chain_without_ageing_and_with_too_little_rare_earth() -> None:
    plain = solved("texas_magnets").magnet()
    raw = didymium.load("texas_magnets", {"sintering.ageing": "[]"}).solve().magnet()
    one_step = "[{temperature: 500 °C, time: 3 h}]"
    half = didymium.load("texas_magnets", {"sintering.ageing": one_step}).solve().magnet()
    assert plain is not None
    assert raw is not None
    assert half is not None
    assert raw.get("Hcj_kA_m")[0] < half.get("Hcj_kA_m")[0] < plain.get("Hcj_kA_m")[0]
    assert raw.get("Br_T")[0] == pytest.approx(plain.get("Br_T")[0], rel=1e-12)
    lean = didymium.load("texas_magnets", {"strip_casting.composition.NdPr": "25.5 %"}).solve()
    assert lean.streams["machining.magnets"].traits["relative_density"][0] < 0.93


def test_hydrogen_is_gone_before_the_pores_close() -> None:
    details = solved("texas_magnets").solution.units["sintering"].details
    assert details["hydrogen_at_closing_ppm"][0] < 1.0
    fast = "[{to: 1060 °C, rate: 40 K/min, hold: 4 h}]"
    rushed = didymium.load("texas_magnets", {"sintering.schedule": fast}).solve().solution.units["sintering"].details
    assert rushed["hydrogen_at_closing_ppm"][0] > 5.0


def test_assumptions_of_the_magnets_show() -> None:
    facts = list(magnet_facts(solved("ningbo_magnets")))
    assert all(fact.assumed and fact.low < fact.high for _, _, fact in facts)
    topics = {what for what, _, _ in facts}
    assert {"powder", "sintering", "properties of magnets", "grain-boundary diffusion", "hard phase"} <= topics
    assert "samarium-cobalt" not in topics
    named = {item for what, item, _ in facts if what == "hard phase"}
    assert any(item.startswith("Tb ") for item in named)
    assert not any(item.startswith("Ce ") for item in named)
    assert {what for what, _, _ in magnet_facts(solved("smco_magnets"))} >= {"samarium-cobalt", "powder"}
    assert not list(magnet_facts(didymium.load("ganzhou").solve()))


def test_gases_of_a_step_are_those_of_its_stream() -> None:
    result = solved("ningbo_magnets")
    for step in line("ningbo_magnets").steps:
        stream = result.streams[step.stream]
        for name in ("O", "C", "H", "N"):
            assert step.ppm[name] == pytest.approx(1e6 * stream.element(name) / stream.mass(), rel=1e-12)
        assert step.kg_per_h == pytest.approx(stream.mass())
        powder = {"jet_milling", "pressing"}
        assert (step.size_um is not None) == (step.kind in powder)
        if step.kind in powder:
            assert step.size_um == stream.traits["powder_um"][0]


def test_composition_is_without_the_coat_which_is_of_the_whole() -> None:
    found, stream = line("ningbo_magnets"), solved("ningbo_magnets").streams["coating.magnets"]
    rows = dict(zip(stream.parts, stream.flow[0], strict=True))
    bare = rows["bulk"] + rows["diffused"]
    assert "Ni" not in found.composition
    for name in ("Nd", "Fe", "Tb", "O"):
        assert found.composition[name] == pytest.approx(bare[INDEX[name]] / bare.sum(), rel=1e-12)
    assert list(found.composition.values()) == sorted(found.composition.values(), reverse=True)
    assert min(found.composition.values()) < 5e-4
    assert found.coat["Ni"] == pytest.approx(rows["coat"][INDEX["Ni"]] / stream.flow[0].sum(), rel=1e-12)


def test_numbers_at_100_degrees_follow_the_slopes_from_20() -> None:
    found = line("texas_magnets").ability
    hot = warm(found)
    for key, at, slope in (("Br_100C_T", "Br_T", "alpha_Br_pct_K"), ("Hcj_100C_kA_m", "Hcj_kA_m", "beta_Hcj_pct_K")):
        assert hot[key] == pytest.approx(found.get(at)[0] * (1.0 + 0.8 * found.get(slope)[0]), rel=1e-12)


def test_settings_are_those_that_the_file_says() -> None:
    raw = didymium.load("texas_magnets", {"sintering.ageing": "[]", "jet_milling.size": "3.3 um"}).solve()
    (found,) = magnets(raw)
    assert "sintering.ageing" not in found.settings
    assert found.settings["jet_milling.size"] == "3.3 um"
    assert "sintering.ageing" in line("texas_magnets").settings
    assert all("from" not in text and "(" not in text for text in line("texas_magnets").settings.values())
