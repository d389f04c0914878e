"""Coercivity: by hand, its trends by composition and route, the optimum of the powder size, the refit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from didymium.magnet import coercivity
from didymium.magnet.demagnetisation import MU0
from didymium.magnet.intrinsic import ROOM, hard_phase
from didymium.magnet.phases import phase_balance
from didymium.magnet.properties import Magnet, properties
from didymium.magnet.refit import KOE, refit

BY = coercivity.model()


def test_by_hand(ordinary, made) -> None:
    alloy = ordinary()
    found = made(alloy, grain_um=4.0)
    hard = hard_phase(alloy, ROOM)
    rich = phase_balance(alloy).rich[0]
    # A grain of 4 um has the fitted Neff, full annealing and no soft phase the whole alpha but for the cover.
    alpha = BY.alpha * (1.0 - np.exp(-rich / BY.isolation))
    expected = (alpha * hard.anisotropy[0] - BY.demagnetising * hard.polarisation[0]) / MU0 / 1e3
    assert found.Hcj_kA_m[0] == pytest.approx(expected, rel=1e-9)
    assert 1000.0 < expected < 1300.0


def test_falls_by_ln_of_the_squared_grain(ordinary, made) -> None:
    grains = np.array([2.0, 4.0, 8.0, 16.0])
    found = made(*[ordinary()] * 4, grain_um=grains).Hcj_kA_m
    steps = np.diff(found)
    assert np.allclose(steps, steps[0], rtol=1e-9)
    # b = 0.2033/2 Js/mu0 for each unit of ln D^2; doubling D is 2 ln 2 of them.
    js = hard_phase(ordinary(), ROOM).polarisation[0]
    assert steps[0] == pytest.approx(-BY.demagnetising_per_ln * np.log(2.0) * js / MU0 / 1e3, rel=1e-9)


def test_the_demagnetising_factor_rises_as_published() -> None:
    # Bance 2014: 0.2 at 55 nm, 1.22 at 8.3 um.
    fine, coarse = coercivity.demagnetising(np.array([0.055, 8.3]), BY)
    assert coarse - fine == pytest.approx(1.22 - 0.2, rel=1e-3)


def test_annealed_is_above_as_sintered(ordinary, made) -> None:
    found = made(*[ordinary()] * 3, annealing=np.array([0.0, 0.5, 1.0]))
    assert np.all(np.diff(found.Hcj_kA_m) > 0.0)
    assert found.Hcj_kA_m[0] < 0.75 * found.Hcj_kA_m[2]
    assert found.squareness[0] < found.squareness[2]
    assert found.Br_T[0] == found.Br_T[2]


def test_more_oxygen_is_less_coercivity(ordinary, made) -> None:
    oxygen = (0.0008, 0.002, 0.003, 0.004)
    found = made(*(ordinary(O=share) for share in oxygen))
    assert np.all(np.diff(found.Hcj_kA_m) < 0.0)
    assert np.all(np.diff(found.rich) < 0.0)


def test_short_of_the_rich_phase_is_less_coercivity(ordinary, made) -> None:
    found = made(*(ordinary(TRE=share) for share in (0.288, 0.292, 0.300, 0.310)))
    assert np.all(np.diff(found.Hcj_kA_m[:3]) > 0.0)
    # Once the grains are covered more does little, and Br falls.
    assert abs(found.Hcj_kA_m[3] - found.Hcj_kA_m[2]) < 0.2 * (found.Hcj_kA_m[2] - found.Hcj_kA_m[0])
    assert found.Br_T[3] < found.Br_T[2]


def test_alpha_iron_kills_it(ordinary, made) -> None:
    found = made(ordinary(TRE=0.262), ordinary())
    assert "alpha-(Fe,Co)" in phase_balance(ordinary()).names
    assert found.Hcj_kA_m[0] == 0.0
    assert found.BHmax_kJ_m3[0] == 0.0
    assert found.Br_T[0] > 1.2
    covered = np.array([0.04, 0.04])
    soft = coercivity.keep(covered, np.array([0.0, 0.02]), np.ones(2), BY)
    assert soft[1] / soft[0] == pytest.approx(np.exp(-1.0), rel=1e-9)


def test_powder_has_an_optimum(ordinary, made) -> None:
    # Oxygen of the powder as published: 1000 ppm at 2.8 um, 2700 at 2.3; grains half as large again.
    powder = np.arange(1.8, 6.01, 0.1)
    oxygen = 0.0010 * (2.8 / powder) ** (np.log(2.7) / np.log(2.8 / 2.3))
    found = made(*(ordinary(TRE=0.298, O=float(share)) for share in oxygen), grain_um=1.5 * powder).Hcj_kA_m
    best = int(np.argmax(found))
    assert 2.2 < powder[best] < 4.0
    assert np.all(np.diff(found[best:]) < 0.0)
    finer = found[: best + 1]
    assert np.all(np.diff(finer[finer > 0.0]) > 0.0)
    assert found[best] - found[0] > 100.0


def test_dysprosium_raises_it_and_lowers_remanence(ordinary, made) -> None:
    found = made(ordinary(), ordinary(Dy=0.01))
    assert 1.5 < (found.Hcj_kA_m[1] - found.Hcj_kA_m[0]) / KOE < 2.0
    assert -0.025 < found.Br_T[1] - found.Br_T[0] < -0.02


def test_terbium_raises_it_more_than_dysprosium(ordinary, made) -> None:
    found = made(ordinary(Dy=0.01), ordinary(Tb=0.01))
    assert found.Hcj_kA_m[1] > found.Hcj_kA_m[0] + 80.0


def test_cerium_lowers_both(ordinary, made) -> None:
    found = made(ordinary(), ordinary(Ce=0.02), ordinary(Ce=0.04))
    assert np.all(np.diff(found.Hcj_kA_m) < 0.0)
    assert np.all(np.diff(found.Br_T) < 0.0)


def test_praseodymium_raises_it_a_little(ordinary, made) -> None:
    found = made(ordinary(praseodymium=0.0), ordinary(praseodymium=0.3))
    assert 0.0 < found.Hcj_kA_m[1] - found.Hcj_kA_m[0] < 300.0


def test_a_gain_adds_up(ordinary, made) -> None:
    found = made(*[ordinary()] * 2, gain=np.array([0.0, 500.0]))
    assert found.Hcj_kA_m[1] - found.Hcj_kA_m[0] == pytest.approx(500.0, rel=1e-12)
    assert found.Br_T[0] == found.Br_T[1]


def test_a_weak_core_costs_squareness(ordinary, made) -> None:
    even = made(ordinary(), gain=600.0, gain_low=600.0)
    weak = made(ordinary(), gain=600.0, gain_low=100.0)
    assert weak.Hcj_kA_m[0] == even.Hcj_kA_m[0]
    assert weak.squareness[0] == pytest.approx(even.squareness[0] * (1.0 - 500.0 / even.Hcj_kA_m[0]), rel=1e-9)
    assert weak.Tmax_C[0] < even.Tmax_C[0]


def test_the_constants_come_out_of_the_fit() -> None:
    by, residuals = refit()
    shipped = coercivity.model()
    assert by.alpha == pytest.approx(shipped.alpha, rel=0.01)
    assert by.demagnetising == pytest.approx(shipped.demagnetising, rel=0.01)
    assert by.isolation == pytest.approx(shipped.isolation, rel=0.03)
    assert np.sqrt(np.mean(residuals**2)) < 1.0


def test_every_constant_is_told_with_a_range() -> None:
    for name, fact in coercivity.constants().items():
        assert fact.low < fact.value < fact.high, name
        assert fact.note


def test_other_constants_may_be_given(ordinary) -> None:
    magnet = Magnet.of(ordinary())
    assert properties(magnet, replace(BY, alpha=0.7)).Hcj_kA_m[0] > properties(magnet).Hcj_kA_m[0]
