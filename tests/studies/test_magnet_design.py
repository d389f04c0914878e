"""The cheapest magnets of grades: limits met, nothing cheaper nearby, saving by diffusion; the forward model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.elements import COUNT, INDEX, MOLAR_MASS, OXIDE_FACTOR
from didymium.magnet.grades import grade
from didymium.magnet.phases import phase_balance
from didymium.studies.magnet_costs import STEP, diffusion_cost, metal_costs, metal_price, total
from didymium.studies.magnet_design import SPARE, cost_lines, describe, design_magnet, heavy_share, lacking
from didymium.studies.magnet_errors import MagnetError
from didymium.studies.magnet_route import HOTTEST, Route, aligned, compositions, gases, hold_temperature, make, oxygen
from didymium.studies.magnet_search import CANDIDATES, Candidate, Wanted, best, cost_of, grid, made_at
from didymium.studies.magnet_text import amount, composition

GRADES = ["N52", "N48H", "N42SH", "N40UH", "N38EH"]


@pytest.fixture(scope="module")
def found():
    return {name: design_magnet(name) for name in GRADES}


@pytest.mark.parametrize("name", GRADES)
def test_the_grade_is_met(found, name):
    """Br, (BH)max and Hcj with its spare, by the forward model, and the boron is that of most hard phase."""
    design, limits = found[name], grade(name)
    for one in design.choices:
        made = one.made.properties
        assert made.Br_T[0] >= limits.Br_min_T
        assert made.BHmax_kJ_m3[0] >= limits.BHmax_min_kJ_m3
        assert made.Hcj_kA_m[0] >= SPARE * limits.Hcj_min_kA_m
        assert one.made.magnet.relative_density[0] >= 0.99
        phases = one.made.phases
        assert phases.mass[0, phases.names.index("R2T17")] < 1e-6
        assert phases.mass[0, phases.names.index("R1.1T4B4")] < 1e-6
    costs = [one.cost for one in design.choices]
    assert costs == sorted(costs)
    for one in design.choices:
        metals = metal_costs(one.made.composition, "china", 2024, one.made.coat, one.made.coating)
        step = diffusion_cost(Route(), "china", 2024) if one.made.coat else 0.0
        assert one.cost == pytest.approx(total(metals)[0] + step)
        assert sum(cost_lines(one.made, "china").values()) == pytest.approx(one.cost)


@pytest.mark.parametrize("name", GRADES)
def test_nothing_cheaper_on_a_fine_grid_around(found, name):
    """10,000 random points of each candidate's box and 2,000 close by: none that meets the grade is cheaper."""
    rng = np.random.default_rng(1)
    design = found[name]
    for one in design.choices[:2]:
        low, high = one.candidate.box.T
        wide = rng.uniform(low, high, (1500, len(low)))
        close = np.clip(one.point + rng.normal(0.0, 0.01, (500, len(low))) * (high - low), low, high)
        points = np.vstack([wide, close])
        made = made_at(one.candidate, points, design.wanted.route)
        meets = design.wanted.margins(made).min(axis=1) >= 0.0
        assert meets.any()
        assert cost_of(made, design.wanted)[meets].min() >= one.cost * (1.0 - 1e-3)


@pytest.mark.parametrize(
    ("name", "alloy", "diffused"), [("N42SH", (0.025, 0.045), 0.012), ("N40UH", (0.045, 0.07), 0.025)]
)
def test_diffusion_saves_heavy_rare_earth(found, name, alloy, diffused):
    """SH 2.5 to 4 and UH 4.5 to 6 % by alloying (from memory), a third of it or less by diffusion."""
    saving = found[name].saving
    assert alloy[0] < saving.alloy < alloy[1]
    assert saving.diffusion < diffused
    assert saving.share > 0.6
    assert saving.share == pytest.approx(1.0 - saving.diffusion / saving.alloy)
    best_alloy = next(one for one in found[name].choices if one.candidate.route == "alloy")
    assert heavy_share(best_alloy.made) == saving.alloy


def test_higher_classes_cost_more(found):
    heavy = [found[name].saving.alloy for name in ("N48H", "N42SH", "N40UH", "N38EH")]
    assert heavy == sorted(heavy)
    costs = [found[name].best.cost for name in ("N52", "N48H", "N42SH", "N40UH", "N38EH")]
    assert costs == sorted(costs)


def test_no_heavy_rare_earth_where_none_is_needed(found):
    best_one = found["N52"].best
    assert best_one.candidate.route == "alloy"
    assert heavy_share(best_one.made) == 0.0
    assert found["N52"].saving.share == 0.0
    # Without Dy in the melt, Tb in place of it is no other way.
    assert sum(one.candidate.route == "alloy" for one in found["N52"].choices) == 1


def test_low_grades_get_the_same_magnet(found):
    low = design_magnet("N35")
    assert low.best.candidate.route == "alloy"
    np.testing.assert_allclose(low.best.point, found["N52"].best.point, rtol=1e-6)


def test_a_diffusion_costs_its_power_and_the_step(found):
    """900 °C for 10 h and 500 °C for 4 h: 1.8 kWh/kg or so, at 0.089 USD; and 1 USD for the step."""
    cost = diffusion_cost(Route(), "china", 2024)
    assert 1.1 < cost < 1.25
    assert diffusion_cost(Route(hours=30.0), "china", 2024) > cost
    late = next(one for one in found["N52"].choices if one.candidate.coat == "Dy")
    # The same magnet with the least coating costs that coating and the step more.
    coating = 5e-4 * metal_price("Dy", 2024)
    assert late.cost - found["N52"].best.cost == pytest.approx(cost + coating, abs=0.15)
    assert cost_lines(late.made, "china")[STEP] == cost


def test_the_same_answer_again():
    first, again = design_magnet("N45SH", "alloy"), design_magnet("N45SH", "alloy")
    assert (first.best.point == again.best.point).all()


def test_less_spare_and_dearer_regions(found):
    assert design_magnet("N42SH", "alloy", spare=1.0).best.cost < design_magnet("N42SH", "alloy").best.cost
    assert design_magnet("N52", region="us").best.cost > found["N52"].best.cost


def test_the_least_miss_of_what_is_out_of_reach():
    wanted = Wanted(grade("N48UH"), SPARE, Route(), "china", 2024)
    near = best(Candidate("Tb"), wanted)
    assert not near.meets
    assert set(lacking(near)) == {"Br", "Hcj"}
    coarse = grid(Candidate("Tb"), Route())
    assert near.margins.min() >= wanted.margins(coarse.made).min(axis=1).max()


def test_out_of_reach_by_any_way():
    with pytest.raises(MagnetError, match="nearest grade within reach is N42EH") as told:
        design_magnet("N45EH", making=Route(thickness=18.0))
    assert "--route" not in told.value.remedy


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_the_grid_is_the_batch_of_its_points(candidate):
    coarse = grid(candidate, Route())
    for i in (0, len(coarse.points) // 2, len(coarse.points) - 1):
        alone = made_at(candidate, coarse.points[i : i + 1], Route())
        assert alone.properties.Hcj_kA_m[0] == coarse.made.properties.Hcj_kA_m[i]
        assert alone.properties.Br_T[0] == coarse.made.properties.Br_T[i]


# -- the forward model ------------------------------------------------------------------------------------------------


def test_finer_powder_takes_oxygen_and_less_heat():
    size = np.array([2.0, 2.5, 3.0, 4.0, 6.0])
    assert (np.diff(oxygen(size)) < 0.0).all()
    assert (np.diff(hold_temperature(size)) >= 0.0).all()
    assert hold_temperature(size).max() == HOTTEST
    assert hold_temperature(np.array([3.0]))[0] == pytest.approx(1060.0)


def test_an_optimum_of_powder_size():
    """Coercivity rises with finer powder, then falls: oxygen eats the RE-rich phase."""
    size = np.linspace(1.2, 6.0, 45)
    alloy = compositions(np.full(45, 0.295), {}, oxygen(size))
    found = make(alloy, size, Route()).properties.Hcj_kA_m
    top = int(np.argmax(found))
    assert 0 < top < 44
    assert found[top] > 1.1 * found[0]
    assert found[top] > found[-1]


def test_boron_of_most_hard_phase():
    rare, gas = np.array([0.305]), np.array([0.001])
    chosen = compositions(rare, {"Dy": np.array([0.02])}, gas)
    top = phase_balance(chosen).hard[0]
    for shift in (-2e-4, 2e-4):
        other = chosen.copy()
        other[0, INDEX["B"]] += shift
        other[0, INDEX["Fe"]] -= shift
        assert phase_balance(other).hard[0] < top
    assert chosen.sum() == pytest.approx(1.0)


def test_metal_prices():
    # Nd2O3 at 56 USD/kg of 2024, 1.1664 kg per kg of metal
    assert metal_price("Nd", 2024) == pytest.approx(56.0 * OXIDE_FACTOR[INDEX["Nd"]])
    row = np.zeros((1, COUNT))
    row[0, [INDEX["Nd"], INDEX["B"], INDEX["Fe"]]] = 0.3, 0.01, 0.69
    found = metal_costs(row, "china", 2024, "Dy", np.array([0.01]))
    # 0.05 kg of ferroboron brings 0.04 of the iron
    assert found["ferroboron"][0] == pytest.approx(0.05 * 2.4)
    assert found["iron"][0] == pytest.approx(0.65 * 0.65)
    assert found["Dy"][0] == pytest.approx(0.01 * metal_price("Dy", 2024))
    assert total(found)[0] == pytest.approx(sum(one[0] for one in found.values()))


def test_a_composition_in_words():
    given, named = composition("NdPr: 30.5 %, Dy = 1, b 0.95, Fe rest")
    assert given[INDEX["Nd"]] == pytest.approx(0.75 * 0.305)
    assert given[INDEX["Fe"]] == 0.0
    assert named == {"NdPr": pytest.approx(0.305), "Dy": pytest.approx(0.01), "B": pytest.approx(0.0095)}
    assert amount("tb 0.4", "diffusion") == ("Tb", pytest.approx(0.004))
    assert composition("Nd 30, Fe 69, B 1")[1]["Fe"] == pytest.approx(0.69)
    # A bare number is per cent, with a spread or a source too; a unit counts as it stands.
    for text, share in {"Nd 30 ± 2": 0.30, "Nd 29 to 31 (assumed)": 0.30, "Nd30": 0.30, "O 900 ppm": 9e-4}.items():
        assert list(composition(text)[1].values()) == [pytest.approx(share)]


def test_a_described_magnet_takes_what_is_not_named():
    plain = describe("Nd 30.5, Cu 0.1", 3.0)
    assert plain.made.composition[0, INDEX["O"]] == pytest.approx(oxygen(np.array([3.0]))[0])
    held = plain.made.composition[0] / MOLAR_MASS
    assert held[INDEX["Fe"]] == pytest.approx(14.0 * held[INDEX["B"]])
    assert len(plain.taken) == 4
    assert describe("Nd 30.5, B 1, O 0.1, C 0.05, N 0.02").taken == ()


def test_the_gases_of_a_flowsheet_with_the_same_powder():
    """What `jet_milling`, `pressing` and `sintering` leave by their defaults is what the command takes."""
    file = Path(__file__).resolve().parents[2] / "flowsheets" / "texas_magnets.yaml"
    said = didymium.load(file).solve().solution.units["sintering"].details
    for element, key in {"C": "carbon_ppm", "N": "nitrogen_ppm"}.items():
        assert said[key][0] == pytest.approx(1e6 * gases()[element], rel=0.05)
    assert said["oxygen_ppm"][0] == pytest.approx(1e6 * oxygen(np.array([3.0]))[0], rel=0.05)
    # Magnets hold 0.03 to 0.1 % of carbon (ep1014392), 0.05 to 0.15 % (us20070221296).
    assert 300.0 < 1e6 * gases()["C"] < 1000.0


def test_better_presses_align_better():
    assert aligned("isostatic") > aligned("transverse") > aligned("axial")


def test_a_low_grade_says_what_it_implies() -> None:
    low, high = design_magnet("N38").as_sold, design_magnet("N52").as_sold
    assert low.needed
    assert low.target_Br_T < low.sound_Br_T
    assert 0.8 < low.alignment < 0.93
    assert low.shares["Ce"] is not None
    assert 0.1 < low.shares["Ce"] < 0.5
    assert not high.needed


@pytest.mark.parametrize("text", ["NdPr 30, B 2.8", "NdPr 50", "NdPr 30, B 0", "NdPr 30, B 1, Co 60"])
def test_a_composition_that_the_models_are_not_made_for(text: str) -> None:
    with pytest.raises(MagnetError, match="that the model is made for"):
        describe(text)
