"""What the pH of a liquor says: charges, acid, hydroxides that fall, and the pH at which rare earths begin to."""

import numpy as np
import pytest

from didymium.data import hydroxides
from didymium.data.activities import media
from didymium.elements import COUNT, INDEX, mass_fractions, molar_mass
from didymium.operations import liquor_ph


def of(**amounts: float) -> np.ndarray:
    """kg/h of formulas, kmol/h each, shape (1, elements)."""
    out = np.zeros((1, COUNT))
    for name, amount in amounts.items():
        out[0] += amount * molar_mass(name) * mass_fractions(name)
    return out


def test_uranyl_has_two_charges() -> None:
    # 2 Nd+++, 1 Fe+++, 1 UO2++ and 1 Th++++.
    metals = of(Nd=2.0, Fe=1.0, U=1.0, Th=1.0)
    assert liquor_ph.charges(metals)[0] == pytest.approx(6.0 + 3.0 + 2.0 + 4.0)


@pytest.mark.parametrize(
    ("liquor", "acid"),
    [
        ({"HCl": 2.0, "NdCl3": 1.0}, 2.0),
        ({"H2SO4": 1.0, "UO2SO4": 1.0}, 2.0),
        ({"HF": 1.0, "NH4Cl": 3.0}, 1.0),
        ({"NaOH": 1.5, "NaCl": 1.0}, -1.5),
        # Phosphoric acid is weak.
        ({"H3PO4": 1.0}, 0.0),
    ],
)
def test_strong_acid(liquor, acid) -> None:
    assert liquor_ph.strong_acid(of(H2O=50.0, **liquor))[0] == pytest.approx(acid, abs=1e-12)


@pytest.mark.parametrize("beside", [{"HCl": 1.0}, {"N2H8SO4": 1.0}, {"Na3PO4": 1.0}, {"NH4HCO3": 1.0}, {"CaCl2": 1.0}])
def test_water(beside) -> None:
    assert liquor_ph.water_of(of(H2O=50.0, **beside))[0] == pytest.approx(50.0 * molar_mass("H2O"))


def test_molality() -> None:
    # 2 kmol Nd in 500 kg of water are 4 mol/kg; without water there is none.
    found = liquor_ph.molality(np.repeat(of(NdCl3=2.0), 2, axis=0), np.array([500.0, 0.0]))
    assert found[:, INDEX["Nd"]].tolist() == pytest.approx([4.0, 0.0])


@pytest.mark.parametrize(("name", "ph"), [("Al", 4.5), ("Fe", 3.0), ("Nd", 8.0)])
def test_what_falls_is_beyond_the_solubility(name, ph) -> None:
    # M(OH)z + z H+ = M(z+): log c = log K - z pH; of ten times as much 90 % falls, of half as much none.
    one = hydroxides()[name]
    soluble = 10.0 ** (one.log_k.value - one.charge * ph)
    found = np.zeros((2, COUNT))
    found[:, INDEX[name]] = 10.0 * soluble, 0.5 * soluble
    share = liquor_ph.falling(found, np.full(2, ph))
    assert share[:, INDEX[name]].tolist() == pytest.approx([0.9, 0.0])
    assert not share[:, INDEX["Na"]].any()


def test_where_rare_earths_begin_to_fall() -> None:
    # The first 1 % of the one that starts lowest: pH = (log K - log 0.99 c) / 3. Scandium does not count.
    found = np.zeros((2, COUNT))
    found[0, [INDEX["Nd"], INDEX["Lu"], INDEX["Sc"]]] = 0.1, 0.001, 0.1
    ph, first = liquor_ph.rare_earths_fall(found)
    starts = {
        name: (hydroxides()[name].log_k.value - np.log10(0.99 * amount)) / 3.0
        for name, amount in (("Nd", 0.1), ("Lu", 0.001))
    }
    assert ph[0] == pytest.approx(min(starts.values()))
    assert first[0] == INDEX[min(starts, key=starts.get)]
    assert ph[1] == np.inf
    # It is there that 1 % falls.
    share = liquor_ph.falling(found[:1], ph[:1])
    assert share[0, first[0]] == pytest.approx(0.01)


def test_acid_at_a_ph() -> None:
    # 1 t of water at pH = pKa: half of 2 kmol of sulphate is HSO4-, beside 10^-pH of H+.
    pka = -media()["log_ka"].value
    found = liquor_ph.acid_at(np.array([pka]), np.array([1000.0]), np.array([2.0]))
    assert found[0] == pytest.approx(1.0 + 10.0**-pka)
    assert liquor_ph.acid_at(np.array([3.0]), np.array([2000.0]), np.array([0.0]))[0] == pytest.approx(0.002)
