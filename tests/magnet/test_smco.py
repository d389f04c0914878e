"""Phases of samarium-cobalt: by hand, by element, by the lever rule, and what is refused."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from didymium.elements import COUNT, ELEMENTS, INDEX, MOLAR_MASS, mass_fractions, molar_mass
from didymium.magnet import smco
from didymium.magnet.smco import NAMES, outside, phase_balance


def alloy(**mass: float):
    out = np.zeros((1, COUNT))
    for name, value in mass.items():
        out[0, INDEX[name]] = value
    return out


def formula(**moles: float):
    return sum(amount * molar_mass(name) * mass_fractions(name) for name, amount in moles.items())[None]


@pytest.mark.parametrize("name", ["SmCo5", "Sm2Co17", "Sm2Co7", "ZrCo3"])
def test_a_pure_compound_is_itself(name: str) -> None:
    found = phase_balance(formula(**{name: 2.0}))
    assert found.mass[0, NAMES.index(name)] == pytest.approx(1.0, abs=1e-12)
    assert found.of(name)[0] == pytest.approx(1.0, abs=1e-12)


def test_a_mixture_by_hand() -> None:
    # 3 mol SmCo5, 1 mol Sm2Co17, 0.5 mol Sm2O3, 0.2 mol SmCoC2, 0.1 mol SmN and 0.4 mol ZrCo3: z = 32/5 = 6.4.
    parts = {"SmCo5": 3.0, "Sm2Co17": 1.0, "Sm2O3": 0.5, "SmCoC2": 0.2, "SmN": 0.1, "ZrCo3": 0.4}
    found = phase_balance(formula(**parts))
    whole = sum(amount * molar_mass(name) for name, amount in parts.items())
    for name in NAMES:
        asked = parts.get(name, 0.0) * (molar_mass(name) if name in parts else 0.0) / whole
        assert found.mass[0, NAMES.index(name)] == pytest.approx(asked, abs=1e-12), name
    assert found.metals_per_re[0] == pytest.approx(6.4)
    assert found.effective_re[0] == pytest.approx(5.0 * MOLAR_MASS[INDEX["Sm"]] / whole)


def test_oxygen_takes_samarium() -> None:
    # 2 x 150.36 / (3 x 15.999) = 6.27 kg of samarium to a kg of oxygen.
    clean, dirty = (phase_balance(alloy(Sm=36.0, Co=64.0, O=oxygen)) for oxygen in (0.0, 1.0))
    per_kg = clean.effective_re[0] * 100.0 - dirty.effective_re[0] * 101.0
    assert per_kg == pytest.approx(6.2654, abs=1e-3)
    assert dirty.of("Sm2Co17")[0] > 0.0 == clean.of("Sm2Co17")[0]


def test_density_is_that_of_the_cells() -> None:
    # 445.03 g/mol in 51.7 cm3/mol.
    assert phase_balance(formula(SmCo5=1.0)).density[0] == pytest.approx(445.03 / 51.7, rel=1e-4)


def test_copper_goes_to_the_walls_first() -> None:
    feed = alloy(Sm=25.5, Co=50.0, Fe=17.0, Cu=5.0, Zr=2.5)
    found = phase_balance(feed)
    assert found.sites("SmCo5", "Cu")[0] > 0.15 > found.sites("Sm2Co17", "Cu")[0]
    assert found.sites("Sm2Co17", "Fe")[0] == pytest.approx(found.sites("ZrCo3", "Fe")[0])


@settings(max_examples=200, deadline=None)
@example(shares=[0.0, 0.0, 1.0, 0.0, 0.0, 1e-13, 1e-13, 0.0, 0.0, 0.0, 0.0, 0.0], scale=1.0)
@given(
    shares=st.lists(st.floats(0.0, 1.0), min_size=12, max_size=12).filter(lambda x: sum(x) > 0.1),
    scale=st.floats(1e-6, 1e6),
)
def test_every_element_closes(shares, scale) -> None:
    names = ("Sm", "Pr", "Gd", "Co", "Fe", "Cu", "Zr", "O", "C", "N", "H", "Zn")
    feed = scale * alloy(**dict(zip(names, shares, strict=True)))
    found = phase_balance(feed)
    assert (found.amounts >= 0.0).all()
    assert (found.volume >= 0.0).all()
    solid = feed.copy()
    for name in ("H", "Zn"):
        solid[0, INDEX[name]] = 0.0
    held = found.amounts.sum(axis=1)[0]
    if found.code[0] == 0:
        np.testing.assert_allclose(held, solid[0] / solid.sum(), rtol=1e-12, atol=1e-15)
        assert found.mass[0].sum() == pytest.approx(1.0, abs=1e-12)
    else:
        # What nothing binds is left aside, never more than there is.
        whole = held[INDEX["Co"]] / solid[0, INDEX["Co"]] if solid[0, INDEX["Co"]] > 0.0 else 0.0
        if whole > 0.0:
            assert (held / whole <= solid[0] * (1.0 + 1e-9) + 1e-12 * solid.sum()).all(), ELEMENTS


def test_a_batch_gives_the_bits_of_single_cases() -> None:
    rng = np.random.default_rng(5)
    many = np.zeros((50, COUNT))
    for name, most in (("Sm", 40.0), ("Co", 70.0), ("Fe", 20.0), ("Cu", 8.0), ("Zr", 3.0), ("O", 1.0), ("C", 0.2)):
        many[:, INDEX[name]] = rng.uniform(0.0, most, 50)
    both = phase_balance(many)
    for i in range(50):
        one = phase_balance(many[i : i + 1])
        for field in ("amounts", "mass", "volume", "density", "effective_re", "metals_per_re", "code"):
            assert np.array_equal(getattr(both, field)[i], getattr(one, field)[0]), field


def test_nothing_is_nothing() -> None:
    found = phase_balance(np.zeros((2, COUNT)))
    assert not found.mass.any()
    assert np.isfinite(found.density).all()


@pytest.mark.parametrize(
    ("family", "feed", "words"),
    [
        ("SmCo5", {"Sm": 33.8, "Co": 66.0, "O": 0.3}, "coercivity of SmCo5 is lost above 5%"),
        ("SmCo5", {"Sm": 40.0, "Co": 60.0}, "is Sm2Co7, beyond 25%"),
        ("Sm2Co17", {"Sm": 22.0, "Co": 60.0, "Fe": 18.0, "O": 0.3}, "too little for the cell walls"),
        ("Sm2Co17", {"Sm": 33.0, "Co": 47.0, "Fe": 20.0}, "which is no 2:17 magnet"),
        ("SmCo5", {"Sm": 5.0, "Co": 94.0, "O": 5.0}, "bind more rare earth than the compacts hold"),
        ("Sm2Co17", {"Nd": 0.0, "Fe": 94.0, "O": 5.0}, "no samarium"),
    ],
)
def test_outside_the_window(family: str, feed: dict[str, float], words: str) -> None:
    bad, told = outside(family, phase_balance(alloy(**feed)))
    assert bad[0]
    assert words in told(0)[0]
    assert told(0)[1]


@pytest.mark.parametrize(
    ("family", "feed"),
    [
        ("SmCo5", {"Sm": 36.0, "Co": 63.7, "O": 0.3}),
        ("Sm2Co17", {"Sm": 25.7, "Co": 48.0, "Fe": 18.5, "Cu": 5.0, "Zr": 2.5, "O": 0.25}),
    ],
)
def test_usual_magnets_are_inside(family: str, feed: dict[str, float]) -> None:
    assert not outside(family, phase_balance(alloy(**feed)))[0].any()


def test_every_phase_has_its_numbers() -> None:
    for name in NAMES:
        assert smco.known("molar_volume", item=name).value > 0.0


def test_richer_than_2_7_is_free_samarium() -> None:
    # Sm3Co7: 7 / 3.5 = 2 Sm in one Sm2Co7, 1 free.
    found = phase_balance(formula(Sm2Co7=1.0, Sm=1.0))
    whole = molar_mass("Sm2Co7") + molar_mass("Sm")
    assert found.mass[0, NAMES.index("samarium")] == pytest.approx(molar_mass("Sm") / whole, rel=1e-12)
    assert found.mass[0, NAMES.index("Sm2Co7")] == pytest.approx(molar_mass("Sm2Co7") / whole, rel=1e-12)


@pytest.mark.parametrize(("compound", "element"), [("Sm2O3", "O"), ("SmCoC2", "C"), ("SmN", "N")])
def test_what_gases_bind_is_told_as_it_is_balanced(compound: str, element: str) -> None:
    held = mass_fractions(compound) / MOLAR_MASS
    assert smco.BINDS[element] == pytest.approx(held[INDEX["Sm"]] / held[INDEX[element]])
