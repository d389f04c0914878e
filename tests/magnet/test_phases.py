"""Phases of a magnet from its composition by mass: by hand, by element, effective rare earths, densities, sentences."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium import data
from didymium.elements import COUNT, INDEX, MOLAR_MASS, RE, mass_fractions
from didymium.magnet.phase_data import densities, unit_volume
from didymium.magnet.phases import phase_balance


def alloy(**percent):
    """One composition in wt %, the rest iron."""
    out = np.zeros((1, COUNT))
    for name, value in percent.items():
        out[0, INDEX[name]] = value
    out[0, INDEX["Fe"]] += 100.0 - sum(percent.values())
    return out


def shares(found):
    return {name: float(mass) for name, mass in zip(found.names, found.mass[0], strict=True) if mass > 1e-12}


def random_alloys(rng, count, inside):
    """Compositions by mass with every element that a magnet may hold and some that are no part of it."""
    out = np.zeros((count, COUNT))

    def put(low, high, **highs):
        for name, most in highs.items():
            out[:, INDEX[name]] = rng.uniform(low * most, high * most, count)

    put(0.8 if inside else 0.3, 1.0, Nd=26.0, Pr=6.5)
    put(0.0, 1.0, Dy=1.5, Tb=0.5, Ce=1.0, Co=2.0, Al=0.8, Cu=0.3, Ga=0.5, Si=0.1, Mn=0.1, Ni=0.05)
    put(0.0, 1.0, Zr=0.3, Ti=0.3, Nb=0.3, H=0.1, Zn=0.01, Ar=0.001)
    put(0.84 if inside else 0.0, 1.0, B=1.1 if inside else 2.0)
    put(0.1, 1.0, O=0.3 if inside else 2.0, C=0.12 if inside else 1.0, N=0.06)
    out[:, INDEX["Fe"]] = 100.0 - out.sum(axis=1)
    return out


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("carbide", ["R2C3", "RC"])
@pytest.mark.parametrize("carbon_for_boron", [False, True])
def test_every_element_is_found_again(inside, carbide, carbon_for_boron):
    found = phase_balance(
        random_alloys(np.random.default_rng(1), 2500, inside), carbide, carbon_for_boron=carbon_for_boron
    )
    fine = found.code == 0
    assert fine.all() if inside else 0.5 < fine.mean() < 1.0
    assert (found.amounts >= -1e-16).all()
    np.testing.assert_allclose(found.amounts[fine].sum(axis=1), found.solid[fine], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.mass[fine].sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.mass, found.amounts.sum(axis=2), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.volume[fine].sum(axis=1), 1.0, rtol=1e-12)
    assert not found.amounts[~fine].any()


def test_stoichiometric():
    # 26.68 Nd, 72.32 Fe, 1.00 B
    held = mass_fractions("Nd2Fe14B")
    assert [round(100.0 * held[INDEX[name]], 2) for name in ("Nd", "Fe", "B")] == [26.68, 72.32, 1.0]
    found = phase_balance(held[None, :])
    assert shares(found) == pytest.approx({"R2T14B": 1.0})
    assert found.hard[0] == pytest.approx(1.0)
    assert found.density[0] == pytest.approx(7.60)
    assert found.effective_re[0] == pytest.approx(0.2668, abs=5e-5)


def test_boron_rich():
    # Per 100 g: Nd 31 / 144.242 = 0.21492 mol, Fe 67.85 / 55.845 = 1.21497, B 1.15 / 10.811 = 0.10637 (mol).
    # Hard (1.21497 - 0.10637) / 13 = 0.085277 mol of 1081.1 g: 92.2 %; boride (0.10637 - 0.085277) / 4 = 0.005274
    # of 425.3 g: 2.243 %; Nd left 0.21492 - 0.170554 - 0.005801 = 0.038565 mol: 5.56 %.
    found = shares(phase_balance(alloy(Nd=31, B=1.15)))
    assert found == pytest.approx({"R2T14B": 0.9219, "RE-rich": 0.05563, "R1.1T4B4": 0.02244}, abs=1e-4)


def test_boron_poor():
    # Nd 0.21492, Fe 68.1 / 55.845 = 1.21945, B 0.9 / 10.811 = 0.083249 mol: all of B in the hard phase, 90.00 %.
    # Fe left 1.21945 - 1.16549 = 0.05396 mol: 0.003174 of Nd2Fe17 at 1237.8 g, 3.93 %; Nd left 0.042074: 6.07 %.
    found = shares(phase_balance(alloy(Nd=31, B=0.9)))
    assert found == pytest.approx({"R2T14B": 0.9000, "RE-rich": 0.0607, "R2T17": 0.0393}, abs=1e-4)


def test_gallium_makes_6_13_1():
    # As above with 0.5 Ga for iron: Fe 1.21049 mol, left 0.04501; / 13 = 0.003462 mol of Nd6Fe13Ga (1661.2 g), 5.75 %;
    # Ga 0.5 / 69.723 = 0.007171 mol, 0.003709 of it (0.26 %) beside the RE-rich phase, Nd 0.21492 - 0.16650 - 0.02077
    # = 0.02765 mol (3.99 %).
    found = shares(phase_balance(alloy(Nd=31, B=0.9, Ga=0.5)))
    assert found == pytest.approx({"R2T14B": 0.9000, "RE-rich": 0.0425, "R6T13(Ga,Cu)": 0.0575}, abs=1e-4)


def test_rare_earth_poor():
    # Nd 0.16639, Fe 1.34300, B 0.092498 mol: hard 0.083194 (89.94 %), Fe2B 0.009304 (1.14 %), Fe left 0.15968 (8.92 %).
    found = shares(phase_balance(alloy(Nd=24, B=1)))
    assert found == pytest.approx({"R2T14B": 0.8994, "T2B": 0.0114, "alpha-(Fe,Co)": 0.0892}, abs=1e-4)


def test_zirconium_takes_boron():
    # 0.2 / 91.224 = 0.002192 mol ZrB2 (112.84 g): 0.2474 %, which takes 0.004385 of the 0.092498 mol of B.
    # The 0.088114 left would want 1.2336 mol of Fe; 67.8 / 55.845 = 1.21407 are there, so boron is still in excess:
    # hard (1.21407 - 0.088114) / 13 = 0.086612 mol, 93.6 %; boride (0.088114 - 0.086612) / 4 of 425.3 g.
    found = shares(phase_balance(alloy(Nd=31, B=1, Zr=0.2)))
    assert found["ZrB2"] == pytest.approx(0.002474, abs=1e-6)
    assert found["R2T14B"] == pytest.approx(0.086612 * 10.811, abs=2e-4)
    assert found["R1.1T4B4"] == pytest.approx((0.088114 - 0.086612) / 4.0 * 4.253, abs=1e-4)


@pytest.mark.parametrize(("carbide", "taken", "left"), [("R2C3", 1.77, 29.23), ("RC", 2.05, 28.95)])
def test_effective_rare_earths(carbide, taken, left):
    """O 0.15, C 0.07, N 0.03 wt %: TRE − 6.01 O − 8.0 C (Nd2C3) or 12.0 C (NdC) − 10.3 N."""
    found = phase_balance(alloy(Nd=31, B=1, O=0.15, C=0.07, N=0.03), carbide)
    assert round(31.0 - 100.0 * float(found.effective_re[0]), 2) == taken
    assert round(100.0 * float(found.effective_re[0]), 2) == left
    in_phases = sum(found.elements(name)[0, INDEX["Nd"]] for name in ("R2O3", "RN", carbide))
    assert 100.0 * in_phases == pytest.approx(taken, abs=0.005)


def test_rare_earths_share_alike_and_cobalt_stands_for_iron():
    found = phase_balance(alloy(Nd=24, Pr=6, Dy=1, Co=2, Al=0.2, B=0.95, O=0.1, C=0.05, Cu=0.1))
    whole = found.solid[0, RE] / MOLAR_MASS[RE]
    for name in ("R2T14B", "RE-rich", "R2O3", "R2C3"):
        held = found.elements(name)[0, RE] / MOLAR_MASS[RE]
        np.testing.assert_allclose(held / held.sum(), whole / whole.sum(), rtol=1e-12)
    hard = found.elements("R2T14B")[0]
    assert hard[INDEX["Co"]] / hard[INDEX["Fe"]] == pytest.approx(
        found.solid[0, INDEX["Co"]] / found.solid[0, INDEX["Fe"]]
    )
    assert found.elements("RE-rich")[0, INDEX["Cu"]] > 0.0
    with pytest.raises(KeyError):
        found.elements("ferrite")


def test_dysprosium_makes_denser():
    plain, heavy = phase_balance(alloy(Nd=31, B=1)), phase_balance(alloy(Nd=26, Dy=5, B=1))
    assert 7.50 < plain.density[0] < 7.60
    assert heavy.density[0] > plain.density[0] + 0.03


def test_hydrogen_and_zinc_are_left_aside():
    given = alloy(Nd=31, B=1, H=0.1, Zn=0.02)
    found = phase_balance(given)
    assert found.aside[0] == pytest.approx(0.0012)
    assert found.solid.sum() == pytest.approx(1.0)
    assert found.solid[0, INDEX["H"]] == 0.0


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        ({"Nd": 5, "B": 1, "O": 1}, "1 % of O would bind 6.01 % of rare earths as R2O3, and the solid holds 5 %"),
        ({"Nd": 7, "B": 1, "O": 1, "N": 0.2}, "0.2 % of N would bind 2.06 % of rare earths as RN beside what oxygen"),
        (
            {"Nd": 3, "B": 1, "C": 0.5},
            "0.5 % of C would bind 4 % of rare earths as R2C3 beside what oxygen and nitrogen",
        ),
        ({"Nd": 30, "B": 12}, "boron of 12 % is more than 30 % of rare earths and 58 % of iron and cobalt can take up"),
        ({"B": 1}, "holds no rare earth"),
        ({"Nd": -3, "B": 1}, "the amount of Nd is -3"),
        ({"Nd": math.nan, "B": 1, "Fe": 1}, "the amount of Nd is nan"),
    ],
)
def test_words(percent, words):
    found = phase_balance(np.nan_to_num(alloy(**percent), nan=math.nan))
    assert found.code[0] != 0
    reason, remedy = found.words(0)
    assert words in reason
    assert remedy
    assert found.density[0] == 7.6
    assert found.effective_re[0] == 0.0


def test_nothing_is_fine():
    found = phase_balance(np.zeros((2, COUNT)))
    assert not found.code.any()
    assert not found.mass.any()
    assert (found.density == 7.6).all()
    assert found.words(0) == ("", "")


def test_amounts_beyond_floating_point_are_refused():
    found = phase_balance(1e300 * alloy(Nd=31, B=1))
    assert "too large" in found.words(0)[0]


@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_batch_equals_its_cases(count):
    given = random_alloys(np.random.default_rng(count), count, inside=False)
    together = phase_balance(given)
    for i in range(count):
        alone = phase_balance(given[i : i + 1])
        for name in ("mass", "volume", "density", "effective_re", "amounts", "code", "aside", "rich_volume"):
            assert (getattr(together, name)[i] == getattr(alone, name)[0]).all(), name


def test_strides_do_not_matter():
    given = random_alloys(np.random.default_rng(4), 8, inside=True)
    assert (phase_balance(given[::2]).mass == phase_balance(given[::2].copy()).mass).all()
    assert (phase_balance(np.asfortranarray(given)).density == phase_balance(given).density).all()


@settings(max_examples=60, deadline=None)
@given(
    st.floats(20.0, 40.0), st.floats(0.0, 3.0), st.floats(0.0, 2.0), st.floats(0.0, 0.5), st.floats(0.0, 1.0),
    st.floats(1e-6, 1e6),
)  # fmt: skip
def test_closes_and_scales(nd, boron, oxygen, carbon, gallium, scale):
    given = alloy(Nd=nd, B=boron, O=oxygen, C=carbon, Ga=gallium)
    found, scaled = phase_balance(given), phase_balance(scale * given)
    assert found.code[0] == 0
    np.testing.assert_allclose(found.amounts.sum(axis=1), found.solid, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(scaled.mass, found.mass, rtol=1e-9, atol=1e-12)


def test_bad_arguments():
    with pytest.raises(ValueError, match="shape"):
        phase_balance(np.zeros(COUNT))
    with pytest.raises(ValueError, match="R3C"):
        phase_balance(np.zeros((1, COUNT)), "R3C")


def test_densities_have_sources():
    for fact in densities().values():
        assert fact.source in data.sources()
        assert fact.low <= fact.value <= fact.high
    # Heavy rare earths shrink the cell: the volume of a formula unit falls from La to Lu.
    volumes = [unit_volume("R2T14B", f"{name}2Fe14B") for name in ("La", "Nd", "Gd", "Dy", "Lu")]
    assert volumes == sorted(volumes, reverse=True)


@pytest.mark.parametrize("carbide", ["R2C3", "RC"])
def test_amounts_are_never_negative(carbide):
    alloys = random_alloys(np.random.default_rng(12), 2000, inside=True)
    for carbon_for_boron in (False, True):
        found = phase_balance(alloys, carbide, carbon_for_boron=carbon_for_boron)
        assert found.amounts.min() >= 0.0
        assert found.mass.min() >= 0.0


@pytest.mark.parametrize("formula", ["Dy2O3", "La2O3", "NdN", "Nd11Fe40B40", "Nd2C3", "PrN", "Tb2O3", "Nd2Fe17"])
def test_a_compound_on_a_border_is_inside(formula):
    found = phase_balance(mass_fractions(formula)[None, :])
    assert found.code[0] == 0
    assert found.mass.max() == pytest.approx(1.0, rel=1e-12)


def test_copper_and_gallium_have_their_own_room_in_the_rich_phase():
    # Without T all of it is one phase: 80 g of Nd at 7.01, 15 of Cu, 5 of Ga at the densities of the metals.
    mixed = np.zeros((1, COUNT))
    for name, mass in (("Nd", 80.0), ("Cu", 15.0), ("Ga", 5.0)):
        mixed[0, INDEX[name]] = mass
    found = phase_balance(mixed)
    assert found.rich[0] == pytest.approx(1.0)
    room = sum(mass / densities()["RE-rich", name].value for name, mass in (("Nd", 80.0), ("Cu", 15.0), ("Ga", 5.0)))
    assert found.density[0] == pytest.approx(100.0 / room, rel=1e-9)
