"""Properties: remanence by hand, second quadrant against a root finder, temperature, bits of a batch, no magnets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from didymium.elements import COUNT, INDEX
from didymium.magnet.coercivity import model
from didymium.magnet.constants import MU0
from didymium.magnet.demagnetisation import curve, field_at_loss, knee, second_quadrant
from didymium.magnet.intrinsic import ROOM, hard_phase
from didymium.magnet.phases import phase_balance
from didymium.magnet.properties import TEMPERATURES, Magnet, _left_of_gain, properties, soft_share


def test_remanence_by_hand(ordinary, made) -> None:
    alloy = ordinary()
    share = phase_balance(alloy).hard[0]
    found = made(alloy, relative_density=0.99, alignment=0.95)
    assert found.Br_T[0] == pytest.approx(share * hard_phase(alloy, ROOM).polarisation[0] * 0.99 * 0.95, rel=1e-12)
    assert found.hard[0] == share
    assert 1.38 < found.Br_T[0] < 1.44


def test_what_diffused_costs_less_remanence_than_in_the_melt(ordinary, made) -> None:
    melt = made(ordinary(), ordinary(Dy=0.005))
    heavy = np.zeros((1, COUNT))
    heavy[0, INDEX["Dy"]] = 0.005
    # Alike in all but where the dysprosium stands: 0.09 kG is spared (dyhx_boundary).
    spared = made(ordinary(Dy=0.005) - heavy, diffused=heavy).Br_T[0] - melt.Br_T[1]
    assert spared == pytest.approx(0.009, abs=0.001)
    # Put on top of a magnet it also takes room.
    added = made(ordinary(), diffused=heavy).Br_T[0]
    assert melt.Br_T[1] < added < melt.Br_T[0]


CASES = [
    (1.42, 0.95e6, 0.96),
    (1.42, 2.5e6, 0.97),
    (1.42, 0.95e6, 0.60),
    (1.20, 0.40e6, 0.95),
    (1.30, 0.10e6, 0.30),
    (1.44, 1.12e6, 0.995),
    (0.40, 3.0e6, 0.90),
]


@pytest.mark.parametrize(("remanence", "coercivity", "square"), CASES)
def test_the_second_quadrant_against_a_root_finder(remanence: float, coercivity: float, square: float) -> None:
    recoil = model().recoil
    m = float(knee(np.array([square]))[0])

    def induction(y: float) -> float:
        return remanence * (1.0 - y**m) - recoil * MU0 * y * coercivity

    found = second_quadrant(np.array([remanence]), np.array([coercivity]), np.array([square]), recoil)
    normal = brentq(induction, 0.0, 1.0, xtol=1e-15)
    assert found.normal[0] == pytest.approx(normal * coercivity, rel=1e-9)
    best = minimize_scalar(
        lambda y: -y * induction(y), bounds=(0.0, normal), method="bounded", options={"xatol": 1e-12}
    )
    assert found.energy[0] == pytest.approx(-best.fun * coercivity, rel=1e-9)
    field, _, density = curve(remanence, coercivity, square, recoil, 400).T
    assert np.max(-field * density) == pytest.approx(found.energy[0], rel=2e-3)
    assert np.max(-field * density) <= found.energy[0] * (1.0 + 1e-12)


def test_the_energy_product_is_near_the_ideal_and_falls_with_the_knee(ordinary, made) -> None:
    found = made(ordinary())
    factor = found.BHmax_kJ_m3[0] * 1e3 / (found.Br_T[0] ** 2 / (4.0 * MU0))
    assert 0.95 < factor < 0.98
    one = np.ones(4)
    coercivity = np.array([2e6, 8e5, 5e5, 2e5])  # Br/2mu0 is 557 kA/m
    energy = second_quadrant(1.4 * one, coercivity, 0.96 * one, 1.025).energy
    assert energy[0] == pytest.approx(energy[1], rel=1e-3)
    assert energy[2] < 0.98 * energy[0]
    assert energy[3] < 0.6 * energy[0]
    loose = second_quadrant(1.4 * one, 9e5 * one, np.array([0.97, 0.8, 0.6, 0.4]), 1.025).energy
    assert np.all(np.diff(loose) < 0.0)


def test_a_tenth_is_lost_at_hk() -> None:
    assert field_at_loss(np.array([1000.0]), np.array([0.9]), 0.1)[0] == pytest.approx(900.0, rel=1e-12)
    wide = field_at_loss(np.array([[1000.0, 500.0]]), np.array([0.9]), 0.1)
    assert wide[0].tolist() == pytest.approx([900.0, 450.0], rel=1e-12)


def test_hotter_lowers_both_and_heavies_soften_the_slopes(ordinary, made) -> None:
    found = made(ordinary(), ordinary(Dy=0.02), ordinary(Dy=0.06), ordinary(Co=0.03))
    assert np.all(found.alpha_Br_pct_K < 0.0)
    assert np.all(found.beta_Hcj_pct_K < 0.0)
    assert np.all(np.diff(found.alpha_Br_pct_K[:3]) > 0.0)
    assert np.all(np.diff(found.beta_Hcj_pct_K[:3]) > 0.0)
    assert np.all(np.diff(found.Tmax_C[:3]) > 0.0)
    assert found.alpha_Br_pct_K[3] > found.alpha_Br_pct_K[0]
    assert -0.13 < found.alpha_Br_pct_K[0] < -0.11


def test_the_temperature_coefficient_of_remanence_is_that_of_the_hard_phase(ordinary, made) -> None:
    cold, warm = hard_phase(ordinary(), np.array([293.15, 373.15])).polarisation[0]
    assert made(ordinary()).alpha_Br_pct_K[0] == pytest.approx(100.0 * (warm / cold - 1.0) / 80.0, rel=1e-9)


def test_the_temperature_limit_is_where_the_load_meets_the_knee(ordinary, made) -> None:
    by = model()
    alloy = ordinary(Dy=0.02)
    found = made(alloy)
    kelvin = found.Tmax_C[0] + 273.15
    hard = hard_phase(alloy, np.array([ROOM, kelvin]))
    coercivity = (found.keep * hard.anisotropy - found.demagnetising * hard.polarisation)[0, 1] / MU0
    knee_field = field_at_loss(np.array([coercivity]), found.squareness, by.loss)[0]
    remanence = found.Br_T[0] * hard.polarisation[0, 1] / hard.polarisation[0, 0]
    # Between two temperatures of the grid a straight line.
    assert MU0 * (by.permeance + by.recoil) * knee_field == pytest.approx((1.0 - by.loss) * remanence, rel=0.01)


@pytest.mark.parametrize(("element", "left"), [("Tb", 0.8039), ("Dy", 0.8225), ("Ce", 0.6058)])
def test_a_gain_falls_as_what_diffused_in_is_harder(ordinary, element: str, left: float) -> None:
    # From 20 to 150 degC over Nd by hand: Tb 22.281 - 7.449 = 14.832 T to 16.437 - 4.513 = 11.924 T; Dy 15.206 -
    # 7.449 = 7.757 T to 10.893 - 4.513 = 6.380 T. What is no harder than its host falls as that does, 4.513/7.449.
    heavy = np.zeros((1, COUNT))
    heavy[0, INDEX[element]] = 0.005
    both = np.concatenate([heavy] * 2)
    alloy = ordinary(praseodymium=0.0, Co=0.0, Al=0.0)
    magnets = Magnet.of(np.concatenate([alloy] * 2), diffused=both, gain=np.array([0.0, 500.0]))
    host = hard_phase(magnets.composition, TEMPERATURES)
    course = _left_of_gain(magnets, host)
    assert course[:, 0].tolist() == [1.0, 1.0]
    assert course[1, 26] == pytest.approx(left, abs=1e-4)
    assert np.all(np.diff(course[1, :40]) < 0.0)


def test_terbium_diffused_keeps_more_than_the_host_alone_would(ordinary) -> None:
    heavy = np.zeros((1, COUNT))
    heavy[0, INDEX["Tb"]] = 0.005
    told = properties(Magnet.of(ordinary(), diffused=heavy, gain=650.0))
    untold = properties(Magnet.of(ordinary(), gain=650.0))
    assert told.Hcj_kA_m[0] == pytest.approx(untold.Hcj_kA_m[0], rel=0.02)
    assert told.beta_Hcj_pct_K[0] > untold.beta_Hcj_pct_K[0] + 0.05
    assert told.Tmax_C[0] > untold.Tmax_C[0] + 10.0


def test_a_magnet_that_fails_at_room_temperature_has_its_limit_there(ordinary, made) -> None:
    found = made(ordinary(Ce=0.15), annealing=0.0)
    assert found.Tmax_C[0] == pytest.approx(20.0)


def test_no_magnet_where_the_phases_say_so(ordinary) -> None:
    rusty = ordinary(O=0.08)
    assert phase_balance(rusty).code[0] != 0
    found = properties(Magnet.of(np.concatenate([rusty, ordinary()]), gain=100.0))
    assert found.code[0] != 0
    for name in ("Br_T", "Hcj_kA_m", "BHmax_kJ_m3", "HcB_kA_m", "squareness", "Tmax_C", "hard", "rich"):
        assert getattr(found, name)[0] == 0.0
        assert getattr(found, name)[1] > 0.0
    assert found.code[1] == 0


def test_everything_is_finite_for_anything(ordinary) -> None:
    rng = np.random.default_rng(5)
    batch = rng.random((200, COUNT)) * (rng.random((200, COUNT)) < 0.3)
    batch[:, INDEX["Fe"]] += 5.0
    batch[0] = 0.0
    found = properties(
        Magnet.of(batch, grain_um=rng.random(200) * 10.0, annealing=rng.random(200), alignment=rng.random(200))
    )
    for name in found.__slots__:
        assert np.isfinite(getattr(found, name)).all(), name


def test_a_batch_has_the_bits_of_single_magnets(ordinary) -> None:
    rng = np.random.default_rng(7)
    batch = np.concatenate([ordinary(TRE=float(t), Dy=float(d)) for t, d in rng.random((20, 2)) * 0.03 + [0.28, 0.0]])
    heavy = np.zeros_like(batch)
    heavy[:, INDEX["Tb"]] = rng.random(20) * 0.005
    route = {"grain_um": 3.0 + rng.random(20), "alignment": 0.9 + 0.05 * rng.random(20), "gain": 400 * rng.random(20)}
    whole = properties(Magnet.of(batch, diffused=heavy, **route))
    for index in range(len(batch)):
        one = slice(index, index + 1)
        alone = properties(
            Magnet.of(batch[one], diffused=heavy[one], **{name: value[one] for name, value in route.items()})
        )
        for name in whole.__slots__:
            assert getattr(whole, name)[index] == getattr(alone, name)[0], name


def test_phases_that_are_known_are_not_made_again(ordinary) -> None:
    magnet = Magnet.of(ordinary())
    assert properties(magnet, phases=phase_balance(ordinary())).Br_T[0] == properties(magnet).Br_T[0]


def test_r2t17_is_a_soft_phase(ordinary, made) -> None:
    """Short of boron and without copper or gallium the iron that is left makes R2T17, which costs coercivity."""
    short, plenty = ordinary(B=0.0085, Ga=0.0, Cu=0.0), ordinary(B=0.0097, Ga=0.0, Cu=0.0)
    balance = phase_balance(short)
    volume = balance.volume[0, balance.names.index("R2T17")]
    assert volume > 0.05
    assert soft_share(balance)[0] == pytest.approx(volume)
    found = made(short, plenty)
    assert found.Hcj_kA_m[0] < found.Hcj_kA_m[1]
    assert found.squareness[0] < found.squareness[1]
