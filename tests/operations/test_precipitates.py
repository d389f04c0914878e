"""What precipitates lose and enclose."""

import numpy as np
import pytest

from didymium.elements import COUNT, INDEX, mass_fractions, molar_mass
from didymium.operations.precipitates import kept, occluded, stated_others


def of(**amounts: float) -> np.ndarray:
    """kg/h of formulas, kmol/h each, shape (1, elements)."""
    return sum(amount * molar_mass(name) * mass_fractions(name) for name, amount in amounts.items())[None]


def test_each_anion_by_its_share_of_the_charges() -> None:
    # 2 mol of chloride and 1 mol of sulfate: half the charges each. 100 kg of oxide, 0.2 % Cl and 1 % SO4.
    found = occluded(of(NaCl=2.0, Na2SO4=1.0), np.array([100.0]), np.array([0.002]), np.array([0.01]))
    assert found[0, INDEX["Cl"]] == pytest.approx(0.1)
    assert found[0, [INDEX["S"], INDEX["O"]]].sum() == pytest.approx(0.5)


def test_no_more_than_the_liquor_holds() -> None:
    found = occluded(of(NaCl=0.001), np.array([1000.0]), np.array([0.01]), np.array([0.01]))
    assert found.sum() == pytest.approx(0.001 * molar_mass("Cl"))
    assert not occluded(of(H2O=1.0), np.array([1000.0]), np.array([0.01]), np.array([0.01])).any()


def test_the_rare_earths_share_one_crystal() -> None:
    # Y is ten times as soluble as Dy: alone 10 and 1 kg of 100; each by half, with 5 % fines.
    feed = np.zeros((1, COUNT))
    feed[0, [INDEX["Y"], INDEX["Dy"]]] = 50.0
    alone = np.zeros((1, COUNT))
    alone[0, INDEX["Y"]], alone[0, INDEX["Dy"]] = 10.0, 1.0
    found = kept({}, feed, alone, np.array([0.05]))[0]
    assert found[INDEX["Y"]] == pytest.approx(0.95 * 0.90)
    assert found[INDEX["Dy"]] == pytest.approx(0.95 * 0.99)


def test_the_smaller_name_wins() -> None:
    stated = {"Y": np.array([0.7]), "REO": np.array([0.98]), "HREE": np.array([0.9])}
    found = kept(stated, np.ones((1, COUNT)), np.zeros((1, COUNT)), np.array([0.01]))[0]
    assert [found[INDEX[name]] for name in ("Y", "Dy", "Nd")] == [0.7, 0.9, 0.98]


def test_a_stated_recovery_of_another_element_wins_and_salts_stay() -> None:
    feed = of(CaCl2=1.0, FeCl3=1.0, NdCl3=1.0)
    found = stated_others({"Ca": np.array([0.5]), "REO": np.array([1.0])}, feed, np.full((1, COUNT), 0.1), ("Fe",))
    assert found[0, INDEX["Ca"]] == pytest.approx(0.5 * molar_mass("Ca"))
    assert not found[0, [INDEX[name] for name in ("Fe", "Cl", "Nd")]].any()
