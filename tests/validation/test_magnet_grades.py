"""Grades predicted from composition and route against the catalogue, and published magnets outside the fit.

The reference compositions are assumptions (`magnet_reference.csv`), so bounds say how far the model may be off for a
plausible magnet, not how well a maker's own is known.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from didymium.magnet.properties import Magnet, properties
from didymium.magnet.reference import DIFFUSED, FITTED, HELD, SOUND, composition, drawn, magnet, predicted, references
from didymium.magnet.refit import KOE

MADE = [name for name, one in references().items() if one.role != SOUND]
BR, ENERGY, HCJ = 0.025, 0.06, 0.10
"""Bounds of the errors: of Br and (BH)max to the middle of the catalogue's range, of Hcj to what a maker aims at."""
MGOE = 7.957747154594767
SHARED = {"praseodymium": 0.25, "B": 0.0097, "Co": 0.01, "Al": 0.0015, "Cu": 0.0012, "Ga": 0.002, "C": 0.0007}
SHARED |= {"N": 0.0003}


@pytest.mark.parametrize("name", MADE)
def test_a_grade_is_predicted(name: str) -> None:
    one, found = references()[name], predicted([name])
    limits = one.limits
    assert found.Br_T[0] == pytest.approx(0.5 * (limits.Br_min_T + limits.Br_max_T), rel=BR)
    assert found.BHmax_kJ_m3[0] == pytest.approx(0.5 * (limits.BHmax_min_kJ_m3 + limits.BHmax_max_kJ_m3), rel=ENERGY)
    assert found.Hcj_kA_m[0] == pytest.approx(one.aim, rel=HCJ)


@pytest.mark.parametrize("role", [HELD, DIFFUSED])
def test_what_was_held_out_is_not_much_worse(role: str) -> None:
    def off(chosen: str) -> float:
        names = [name for name in MADE if references()[name].role == chosen]
        aims = np.array([references()[name].aim for name in names])
        return float(np.sqrt(np.mean((predicted(names).Hcj_kA_m / aims - 1.0) ** 2)))

    assert off(FITTED) < 0.05
    assert off(role) < 0.06


def test_rows_of_every_kind_are_there() -> None:
    roles = [references()[name].role for name in MADE]
    assert roles.count(FITTED) <= 7
    assert roles.count(HELD) >= 12
    assert {references()[name].limits.klass for name in MADE} == {"", "M", "H", "SH", "UH", "EH", "AH"}
    assert {f"N{series}" for series in (48, 50, 52, 54, 56)} <= set(MADE)


@pytest.mark.parametrize("name", MADE)
def test_the_temperature_limit_is_near_that_of_the_class(name: str) -> None:
    found = predicted([name])
    assert found.Tmax_C[0] == pytest.approx(references()[name].limits.Tmax_C, abs=25.0)


@pytest.mark.parametrize("name", [name for name in MADE if references()[name].limits.alpha_Br_pct_K is not None])
def test_temperature_coefficients_of_the_catalogue(name: str) -> None:
    limits, found = references()[name].limits, predicted([name])
    assert found.alpha_Br_pct_K[0] == pytest.approx(limits.alpha_Br_pct_K, abs=0.015)
    if references()[name].role == DIFFUSED:
        # One number for SH to AH in the catalogue, though Hcj falls the less steeply the higher it is; and the part
        # that terbium brings keeps four fifths of itself to 150 degC, so that EH and AH are far from that number.
        far = 0.26 if limits.klass in ("EH", "AH") else 0.18
        assert found.beta_Hcj_pct_K[0] == pytest.approx(limits.beta_Hcj_pct_K, abs=far)
    else:
        assert found.beta_Hcj_pct_K[0] == pytest.approx(limits.beta_Hcj_pct_K, abs=0.12)


def test_the_coercivity_of_b_is_above_the_least() -> None:
    for name in MADE:
        limits = references()[name].limits
        if limits.HcB_min_kA_m is not None:
            assert predicted([name]).HcB_kA_m[0] > limits.HcB_min_kA_m, name


def test_below_n45_a_sound_magnet_is_better_than_its_grade() -> None:
    for name in ("N42", "N40", "N38", "N35"):
        limits, found = references()[name].limits, predicted([name])
        assert found.Br_T[0] > limits.Br_max_T
        assert found.BHmax_kJ_m3[0] > limits.BHmax_max_kJ_m3


@pytest.mark.parametrize("name", ["N52", "N42SH", "G48UH"])
def test_draws_stay_in_the_ranges_of_the_reference(name: str) -> None:
    one = references()[name]
    made = drawn(one, 50, 3)
    for quantity, fact in one.facts.items():
        values = np.array([other.values[quantity] for other in made])
        assert np.all((values >= fact.low) & (values <= fact.high)), quantity
        assert quantity == "aim" or np.ptp(values) > 0.0
    assert [other.values for other in drawn(one, 50, 3)] == [other.values for other in made]
    spread = properties(magnet(made)).Hcj_kA_m
    assert np.percentile(spread, 5) < predicted([name]).Hcj_kA_m[0] < np.percentile(spread, 95)


def test_every_reference_is_an_assumption_with_a_range() -> None:
    for one in references().values():
        for quantity, fact in one.facts.items():
            assert fact.assumed, (one.name, quantity)
            assert fact.low < fact.value < fact.high


def test_heavy_rare_earths_lie_within_what_is_told_of_the_classes() -> None:
    melt = {"H": (1.0, 2.0), "SH": (2.5, 4.0), "UH": (4.5, 6.0), "EH": (7.0, 9.0)}
    whole = {"SH": (0.2, 0.6), "UH": (0.5, 1.5), "EH": (1.5, 3.0)}
    for name in MADE:
        one = references()[name]
        heavy = 100.0 * sum(one.values.get(key, 0.0) for key in ("Dy", "Tb", "diffused_Dy", "diffused_Tb"))
        told = whole if one.role == DIFFUSED else melt
        if one.limits.klass in told:
            low, high = told[one.limits.klass]
            assert low <= heavy <= high, name
        assert 0.285 < one.values["TRE"] <= 0.32
        assert one.values["O"] <= 0.002


def test_a_published_magnet_of_low_oxygen() -> None:
    # Vasilenko 2021: O at most 0.20 and Dy 0.5 wt %, 3.5 um: over 13 kOe, 48.5 to 49.5 MGOe. TRE 30.0 is ours.
    alloy = composition(SHARED | {"TRE": 0.30, "Dy": 0.005, "O": 0.0018})[None, :]
    found = properties(Magnet.of(alloy, grain_um=3.5, alignment=0.96))
    assert found.Hcj_kA_m[0] / KOE > 13.0
    assert found.Hcj_kA_m[0] / KOE < 16.0
    assert found.BHmax_kJ_m3[0] / MGOE == pytest.approx(49.0, rel=0.03)


def test_finer_powder_at_the_same_oxygen_gains_less_than_published() -> None:
    # 2.8 to 2.3 um: +175 kA/m published with O from 1000 to 2700 ppm; the model's grain term alone gives two fifths.
    alloys = np.stack([composition(SHARED | {"TRE": 0.305, "O": 0.001})] * 2)
    found = properties(Magnet.of(alloys, grain_um=1.5 * np.array([2.8, 2.3]), alignment=0.955)).Hcj_kA_m
    assert 65.0 < found[1] - found[0] < 175.0


def test_the_page_is_made_of_these_numbers() -> None:
    script = Path(__file__).resolve().parents[2] / "docs" / "make_magnet_grades.py"
    made = runpy.run_path(str(script))
    page = (script.parent / "magnet_grades.md").read_text(encoding="utf-8")
    for part in ("worst", "temperatures", "diluted", "outside"):
        assert made[part]() in page, "run python docs/make_magnet_grades.py"
