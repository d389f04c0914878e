"""Water of a liquor, told from its elements: what salts, acids, ammonium and organics do not hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import COUNT, mass_fractions, molar_mass
from didymium.operations.water_content import carbonate, water


def of(**amounts: float) -> np.ndarray:
    """kg/h of formulas, kmol/h each, shape (1, elements)."""
    out = np.zeros((1, COUNT))
    for name, amount in amounts.items():
        out[0] += amount * molar_mass(name) * mass_fractions(name)
    return out


@pytest.mark.parametrize(
    "beside",
    [
        {"NaCl": 4.0, "CaCl2": 1.0},
        {"NH4Cl": 2.0},
        {"N2H8SO4": 1.0, "H2SO4": 1.0},
        {"HCl": 2.0, "NdCl3": 1.0},
        # Acid's hydrogen would hide that phosphate, silica and uranyl hold oxygen.
        {"H3PO4": 1.0},
        {"Na3PO4": 1.0},
        {"SiO2": 1.0, "HCl": 4.0},
        {"Na2CO3": 1.0},
        {"NH4HCO3": 1.0},
        {"HF": 4.0, "UO2SO4": 1.0},
        # Oxygen tells it: hydrogen of kerosene and P507 would be 13 and 17 more.
        {"C12H26": 0.1, "C16H35O3P": 0.01, "NaCl": 1.0},
    ],
)
def test_ten_of_water(beside) -> None:
    assert water(of(H2O=10.0, **beside))[0] == pytest.approx(10.0, rel=2e-3 if "C12H26" in beside else 1e-12)


def test_alkali_holds_half_a_water() -> None:
    # 2 NaOH are Na2O and a water.
    assert water(of(H2O=10.0, NaOH=2.0))[0] == pytest.approx(11.0)


def test_no_water_in_salt_and_nothing() -> None:
    assert water(of(NaCl=1.0, CaSO4=1.0))[0] == pytest.approx(0.0, abs=1e-12)
    assert water(np.zeros((2, COUNT))).tolist() == [0.0, 0.0]


def test_carbonate_beside_kerosene() -> None:
    # 2 soda and 12 C of kerosene.
    assert carbonate(of(Na2CO3=2.0, C12H26=1.0, H2O=50.0))[0] == pytest.approx(2.0, abs=0.1)
    assert carbonate(of(CaCO3=2.0, H2O=50.0))[0] == pytest.approx(2.0)
    assert carbonate(of(C12H26=1.0, H2O=50.0))[0] == pytest.approx(0.0, abs=0.1)


SALTS = ("NaCl", "CaCl2", "NH4Cl", "HCl", "Na2SO4", "H3PO4", "Na2CO3", "SiO2", "Fe2S3O12")


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[st.one_of(st.just(0.0), st.floats(1e-3, 1e3))] * len(SALTS)),
    volume=st.floats(0.0, 1e4),
)
def test_any_brine(amounts, volume) -> None:
    feed = of(H2O=volume, **dict(zip(SALTS, amounts, strict=True)))
    assert water(feed)[0] == pytest.approx(volume, abs=1e-10 * feed.sum() + 1e-12)
