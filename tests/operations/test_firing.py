"""What a kiln leaves of a precipitate: oxides of the trade, and the oxygen that they take."""

import numpy as np
import pytest

from didymium.elements import INDEX, mass_fractions, molar_mass
from didymium.operations.firing import fired


def of(**amounts: float) -> np.ndarray:
    """kg/h of formulas, kmol/h each, shape (1, elements)."""
    return sum(amount * molar_mass(name) * mass_fractions(name) for name, amount in amounts.items())[None]


ALL = np.ones(1)


def test_praseodymium_and_terbium() -> None:
    # 6 PrO1.5 + O2 -> Pr6O11; 4 TbO1.5 + 1/2 O2 -> Tb4O7: 2 and 1 O.
    oxide, air = fired(of(Pr2O3=3.0, Tb2O3=2.0), ALL, ALL)
    assert oxide.sum() == pytest.approx(molar_mass("Pr6O11") + molar_mass("Tb4O7"), rel=1e-9)
    assert air[0] == pytest.approx(3.0 * molar_mass("O"))


def test_barium_holds_its_sulfate_and_the_rare_earths_share_theirs() -> None:
    # 1 Ba holds one of four sulfates; of the other three a third stays.
    solid = of(BaSO4=1.0, La2S3O12=1.0)
    oxide, air = fired(solid, ALL, np.array([1.0 / 3.0]))
    assert oxide[0, INDEX["S"]] == pytest.approx(2.0 * molar_mass("S"))
    # La2O3, BaO and two SO3 stay; two SO3 leave with the oxygen they came with.
    assert oxide[0, INDEX["O"]] == pytest.approx((3.0 + 1.0 + 6.0) * molar_mass("O"))
    assert air[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("salt", ["CaSO4", "SrSO4", "BaSO4", "PbSO4", "RaSO4"])
def test_firm_sulfates_stay(salt: str) -> None:
    solid = of(**{salt: 1.0})
    oxide, air = fired(solid, ALL, np.zeros(1))
    assert oxide[0] == pytest.approx(solid[0])
    assert air[0] == pytest.approx(0.0, abs=1e-9)


def test_hydrogen_of_hydrogen_chloride_is_no_steam() -> None:
    # 2 LaCl3 + 3 H2O -> La2O3 + 6 HCl: water brings all the oxygen, and no air is taken.
    oxide, air = fired(of(LaCl3=2.0, H2O=3.0), np.zeros(1), ALL)
    assert oxide.sum() == pytest.approx(molar_mass("La2O3"))
    assert air[0] == pytest.approx(0.0, abs=1e-9)
    # Of 5 H2O two are steam, which has its own oxygen.
    assert fired(of(LaCl3=2.0, H2O=5.0), np.zeros(1), ALL)[1][0] == pytest.approx(0.0, abs=1e-9)
    # 2 LaCl3 + H2O + O2 -> La2O3 + 2 HCl + 2 Cl2: what water lacks air brings.
    assert fired(of(LaCl3=2.0, H2O=1.0), np.zeros(1), ALL)[1][0] == pytest.approx(2.0 * molar_mass("O"))


@pytest.mark.parametrize(("stays", "oxygen"), [(1.0, 0.0), (0.0, 1.5)])
def test_chloride(stays: float, oxygen: float) -> None:
    # LaCl3 that stays takes no oxygen; LaCl3 that leaves as Cl2 takes half an O for each.
    oxide, air = fired(of(LaCl3=1.0), np.array([stays]), ALL)
    assert oxide[0, INDEX["O"]] == pytest.approx(oxygen * molar_mass("O"))
    assert air[0] == pytest.approx(oxygen * molar_mass("O"))


def test_nothing_and_a_mixture_in_one_batch() -> None:
    solid = np.concatenate([np.zeros((1, len(INDEX))), of(Nd2C3O9=1.0)])
    oxide, air = fired(solid, np.full(2, 0.5), np.full(2, 0.5))
    assert not oxide[0].any()
    assert air[0] == 0.0
    assert np.array_equal(oxide[1:], fired(solid[1:], np.full(1, 0.5), np.full(1, 0.5))[0])
