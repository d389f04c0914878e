"""Iron nitride: its phases by hand and by element, and properties that stay with what was measured."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import COUNT, INDEX, MOLAR_MASS, mass_fractions, molar_mass
from didymium.magnet.nitride import NAMES, NitridePhases, known, phase_balance, properties


def formula(**moles: float):
    return sum(amount * molar_mass(name) * mass_fractions(name) for name, amount in moles.items())[None]


def test_stoichiometry() -> None:
    # 28.014 / 921.53 = 3.04 wt % N.
    assert mass_fractions("Fe16N2")[INDEX["N"]] == pytest.approx(0.0304, abs=5e-5)


def test_a_mixture_by_hand() -> None:
    # 3 mol Fe16N2 and 1 mol Fe4N: 6 of 7 mol N are ordered; 0.5 mol FeO and 10 mol Fe beside.
    parts = {"Fe16N2": 3.0, "Fe4N": 1.0, "FeO": 0.5, "Fe": 10.0, "SiO2": 0.0}
    feed = formula(**parts)
    found = phase_balance(feed, np.array([6.0 / 7.0]))
    whole = feed.sum()
    expected = {"Fe16N2": 3.0 * molar_mass("Fe16N2"), "Fe4N": molar_mass("Fe4N"), "iron": 10.0 * molar_mass("Fe")}
    for name, mass in expected.items():
        assert found.of(name)[0] == pytest.approx(mass / whole, rel=1e-12), name
    assert found.of("oxide")[0] == pytest.approx(0.5 * molar_mass("FeO") / whole, rel=1e-12)
    assert found.unbound[0] == 0.0


def test_more_nitrogen_than_the_iron_holds_is_left_aside() -> None:
    found = phase_balance(formula(Fe=8.0, N=2.0), np.ones(1))
    assert found.of("Fe16N2")[0] == pytest.approx(1.0)
    assert found.unbound[0] == pytest.approx(0.5)


@settings(max_examples=100, deadline=None)
@given(
    iron=st.floats(1.0, 100.0),
    nitrogen=st.floats(0.0, 1.0),
    oxygen=st.floats(0.0, 1.0),
    other=st.floats(0.0, 1.0),
    ordered=st.floats(0.0, 1.0),
    binder=st.floats(0.0, 5.0),
)
def test_mass_closes(iron, nitrogen, oxygen, other, ordered, binder) -> None:
    feed = np.zeros((1, COUNT))
    for name, value in (("Fe", iron), ("N", nitrogen * iron / 40.0), ("O", oxygen * iron / 10.0), ("Si", other)):
        feed[0, INDEX[name]] = value
    found = phase_balance(feed, np.array([ordered]), np.array([binder]))
    assert (found.mass >= 0.0).all()
    assert found.mass.sum() == pytest.approx(1.0, abs=1e-12)
    whole = feed.sum() + binder
    if found.unbound[0] == 0.0:
        held = found.of("Fe16N2")[0] * mass_fractions("Fe16N2")[INDEX["N"]]
        held += found.of("Fe4N")[0] * mass_fractions("Fe4N")[INDEX["N"]]
        assert held * whole == pytest.approx(feed[0, INDEX["N"]], rel=1e-9, abs=1e-12)


def pure(share: float = 1.0) -> NitridePhases:
    mass = np.array([[share, 0.0, 1.0 - share, 0.0, 0.0, 0.0]])
    return NitridePhases(NAMES, mass, np.array([7.43]), np.zeros(1))


def test_a_compact_as_measured() -> None:
    # 7.43 x 0.8 x 222 = 1320 kA/m, 0.42 of it remains: 0.70 T. Knee at 43 kA/m: mu0 (554 - 43) 43 = 28 kJ/m3.
    found = properties(pure(), np.array([0.8]), np.array([0.42]))
    assert found.Br_T[0] == pytest.approx(4e-7 * np.pi * 1e3 * 0.42 * 7.43 * 0.8 * 222.0, rel=1e-6)
    assert found.Hcj_kA_m[0] == 86.5
    assert found.BHmax_kJ_m3[0] == pytest.approx(27.7, abs=0.5)


def test_claims_are_far_above_what_is_predicted() -> None:
    best = properties(pure(), np.ones(1), np.ones(1))
    assert best.BHmax_kJ_m3[0] < known("claim", "measured_foil").value
    assert known("claim", "measured_foil").value < known("claim", "bonded").value < known("claim", "theory").value


def test_iron_lowers_coercivity() -> None:
    half, whole = (properties(pure(share), np.ones(1), np.ones(1)).Hcj_kA_m[0] for share in (0.5, 1.0))
    assert half == pytest.approx(whole / 2.0)


def test_batches() -> None:
    rng = np.random.default_rng(3)
    many = np.zeros((20, COUNT))
    for name, most in (("Fe", 90.0), ("N", 3.0), ("O", 1.0), ("Si", 0.5)):
        many[:, INDEX[name]] = rng.uniform(0.0, most, 20)
    ordered = rng.uniform(0.0, 1.0, 20)
    both = phase_balance(many, ordered)
    for i in range(20):
        one = phase_balance(many[i : i + 1], ordered[i : i + 1])
        assert np.array_equal(both.mass[i], one.mass[0])
        assert both.density[i] == one.density[0]
    assert not phase_balance(np.zeros((1, COUNT)), np.ones(1)).mass.any()
    assert MOLAR_MASS[INDEX["Fe"]] > 55.0


def test_a_weak_magnet_gives_its_best_at_half_of_its_remanence() -> None:
    # 66 kA/m of Br/mu0 and a knee at 43: the best is at 33, mu0 33^2.
    found = properties(pure(), np.array([0.8]), np.array([0.05]))
    field = found.Br_T[0] / (4e-7 * np.pi * 1e3)
    assert field / 2.0 < 43.0
    assert found.BHmax_kJ_m3[0] == pytest.approx(4e-7 * np.pi * 1e3 * (field / 2.0) ** 2, rel=1e-6)
