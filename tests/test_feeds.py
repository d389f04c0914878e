"""Ore from its minerals, and purchased materials."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.data import deposits
from didymium.elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, RE
from didymium.feeds import material, minerals_of, ore, ore_parts
from didymium.operations.stoichiometry import neutral_oxygen

DEPOSITS = sorted(deposits())


@settings(max_examples=60, deadline=None)
@given(grade=st.floats(0.0, 0.6), name=st.sampled_from(DEPOSITS))
def test_ore_has_its_grade_and_is_neutral(grade, name) -> None:
    facts = deposits()[name]
    made = ore(name, np.array([grade]))
    assert made.shape[:2] == (1, len(ore_parts(name)))
    assert (made >= 0.0).all()
    assert made.sum() == pytest.approx(1.0, rel=1e-13)
    oxides = made[0].sum(axis=0)[RE] * OXIDE_FACTOR[RE]
    assert oxides.sum() == pytest.approx(grade, rel=1e-12, abs=1e-15)
    for element, share in zip(RARE_EARTHS, oxides, strict=True):
        assert share == pytest.approx(grade * facts.distribution.get(element, 0.0), rel=1e-12, abs=1e-15)
    assert made[0, :, INDEX["Th"]].sum() == pytest.approx(facts.thorium, rel=1e-12)
    # Every part is of whole minerals.
    np.testing.assert_allclose(neutral_oxygen(made[0]), made[0, :, INDEX["O"]], atol=1e-14)


def test_minerals_hold_one_ligand_for_each_rare_earth() -> None:
    made = ore("bayan_obo", np.array([0.05]))[0] / MOLAR_MASS
    rows = ore_parts("bayan_obo")
    bastnaesite, monazite = made[rows.index("bastnaesite")], made[rows.index("monazite")]
    assert bastnaesite[INDEX["F"]] == pytest.approx(bastnaesite[RE].sum())
    assert bastnaesite[INDEX["C"]] == pytest.approx(bastnaesite[RE].sum())
    assert monazite[INDEX["P"]] == pytest.approx(monazite[RE].sum())
    # 70 % of the rare earths in bastnaesite.
    assert bastnaesite[RE].sum() / made[:, RE].sum() == pytest.approx(0.7, rel=1e-12)


@pytest.mark.parametrize("name", DEPOSITS)
def test_the_richest_ore_is_all_minerals(name) -> None:
    with pytest.raises(ValueError, match="is more than the pure minerals of") as caught:
        ore(name, np.array([0.05, 0.99]))
    assert str(caught.value).startswith("99.0% REO")
    low, high = 0.5, 0.9
    for _ in range(60):
        middle = (low + high) / 2
        try:
            ore(name, np.array([middle]))
        except ValueError:
            high = middle
        else:
            low = middle
    made = ore(name, np.array([low]))
    assert (made >= 0.0).all()
    assert made.sum() == pytest.approx(1.0, rel=1e-12)


def test_samples_of_ore_are_single_ores() -> None:
    grades = np.array([0.03, 0.06, 0.1])
    both = ore("mountain_pass", grades)
    for i in range(3):
        assert np.array_equal(both[i], ore("mountain_pass", grades[i : i + 1])[0])


def test_material() -> None:
    made = material({"Dy": np.array([0.8, 0.5]), "Tb": np.array([0.2, 0.5])}, 2)
    assert made.shape[:2] == (2, 1)
    assert made[:, 0, INDEX["Dy"]] == pytest.approx([0.8, 0.5])
    # Shares are brought to one: 1 kg of salt and 1 kg of water are half and half.
    made = material({"NaCl": np.array([1.0]), "H2O": np.array([1.0])}, 1)
    assert made.sum() == pytest.approx(1.0)
    assert made[0, 0, [INDEX["Na"], INDEX["Cl"]]].sum() == pytest.approx(0.5)


def test_a_material_of_nothing() -> None:
    with pytest.raises(ValueError, match="add up to nothing"):
        material({"Dy": np.array([1.0, 0.0])}, 2)


def test_minerals_of_a_file() -> None:
    # 0.5 kg LaPO4 and 0.5 kg SiO2; 0.1 % Th as ThO2 beside them.
    one = np.array([1.0])
    made = minerals_of({"monazite": 0.5 * one, "quartz": 0.5 * one}, {"La": one}, 0.001 * one, 0.0 * one)
    assert made.shape == (1, 2, made.shape[2])
    dioxide = 0.001 * (232.0377 + 2 * 15.9994) / 232.0377
    lanthanum = 0.5 * (1.0 - dioxide) * 138.90547 / (138.90547 + 30.973762 + 4 * 15.9994)
    assert made[0, 0, INDEX["La"]] == pytest.approx(lanthanum, rel=1e-5)
    assert made[0, 0, INDEX["Th"]] == pytest.approx(0.001, rel=1e-12)
    assert made[0, 1, INDEX["Si"]] == pytest.approx(0.5 * (1.0 - dioxide) * 28.0855 / 60.0843, rel=1e-4)
    assert made.sum() == pytest.approx(1.0, rel=1e-13)
    np.testing.assert_allclose(neutral_oxygen(made[0]), made[0, :, INDEX["O"]], atol=1e-14)


def test_minerals_of_samples_are_single_ones() -> None:
    shares = {
        "bastnaesite": np.array([0.1, 0.2]),
        "ion_adsorbed": np.array([0.0, 0.3]),
        "calcite": np.array([0.9, 0.4]),
    }
    oxides = {"La": np.array([0.4, 0.3]), "Y": np.array([0.6, 0.9])}
    traces = np.array([1e-4, 2e-4]), np.array([1e-5, 0.0])
    both = minerals_of(shares, oxides, *traces)
    for i in range(2):
        part = slice(i, i + 1)
        alone = minerals_of(
            {n: v[part] for n, v in shares.items()}, {n: v[part] for n, v in oxides.items()}, *(t[part] for t in traces)
        )
        assert np.array_equal(both[i], alone[0])
    # Adsorbed ions are balanced by the lattice: 1.5 O each; radium in equilibrium with uranium.
    moles = both[1, 1] / MOLAR_MASS
    assert moles[INDEX["O"]] == pytest.approx(1.5 * moles[RE].sum())
    assert both[0, 0, INDEX["Ra"]] == pytest.approx(3.4e-12)


def test_minerals_of_nothing() -> None:
    one = np.array([1.0])
    with pytest.raises(ValueError, match="add up to nothing"):
        minerals_of({"bastnaesite": one}, {"La": 0.0 * one}, 0.0 * one, 0.0 * one)


def test_element_flows_follow_from_the_minerals_by_hand() -> None:
    # 1 kg of clay at 0.1 % REO holds 1 g of oxides, of which 65.0 / 98.82 is Y2O3: 0.6578 g, with 0.51796 g Y.
    made = ore("longnan_clay", np.array([0.001]))[0]
    yttrium = 0.001 * 65.0 / 98.82 * 2 * 88.906 / 225.81
    assert made[:, INDEX["Y"]].sum() == pytest.approx(yttrium, rel=1e-5)
    # 80 % of it is exchangeable, as a row of its own.
    rows = ore_parts("longnan_clay")
    assert made[rows.index("ion_adsorbed"), INDEX["Y"]] == pytest.approx(0.8 * yttrium, rel=1e-5)
    # Thorium is in the relict monazite, and out of reach of the salt.
    assert made[rows.index("monazite"), INDEX["Th"]] == pytest.approx(3e-5, rel=1e-12)
    assert not made[rows.index("ion_adsorbed"), INDEX["Th"]].any()
    # Aluminium of kaolinite Al2Si2O5(OH)4 (2 x 26.982 of 258.16) and of feldspar KAlSi3O8 (26.982 of 278.33).
    rest = 1.0 - made[: rows.index("kaolinite")].sum()
    aluminium = rest * (0.42 * 53.963 / 258.16 + 0.17 * 26.982 / 278.33)
    assert made[:, INDEX["Al"]].sum() == pytest.approx(aluminium, rel=1e-4)
    assert made[rows.index("k_feldspar"), INDEX["K"]] == pytest.approx(rest * 0.17 * 39.098 / 278.33, rel=1e-4)


def test_thorium_rides_where_the_deposit_says() -> None:
    made, rows = ore("mountain_pass", np.array([0.06]))[0], ore_parts("mountain_pass")
    shares = made[:, INDEX["Th"]] / made[:, INDEX["Th"]].sum()
    assert shares[rows.index("bastnaesite")] == pytest.approx(0.6)
    assert shares[rows.index("monazite")] == pytest.approx(0.4)
    assert not shares[2:].any()
    # Where it does not say, all of it in monazite.
    made, rows = ore("bayan_obo", np.array([0.041]))[0], ore_parts("bayan_obo")
    assert made[rows.index("monazite"), INDEX["Th"]] == pytest.approx(made[:, INDEX["Th"]].sum())
