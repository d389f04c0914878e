"""Charges, neutral oxygen, acid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import ELEMENTS, INDEX, MOLAR_MASS, RARE_EARTHS
from didymium.operations import stoichiometry as s


def test_every_element_has_a_charge() -> None:
    assert set(s.VALENCE) == set(ELEMENTS)
    assert all(s.VALENCE[name] == 3 for name in RARE_EARTHS)
    assert not {"H", "C", "S", "P", "Si", "B", "O", "F", "Cl", "N", "Ar"} & set(s.KATIONS)


@pytest.mark.parametrize(
    "formula",
    [
        "NdPO4",
        "NdCO3F",
        "CaF2",
        "BaSO4",
        "FePO4",
        "Fe(OH)3",
        "Nd2(SO4)3",
        "H3PO4",
        "NH4Cl",
        "NH5CO3",
        "H2O",
        "HCl",
        "NaCl",
        "Na2CO3",
        "ThO2",
        "CaMgC2O6",
        "SiO2",
        "UO3",
        "Al2O3",
        "KAlSi3O8",
        "B2O3",
        "Nb2O5",
        "ZrSiO4",
        "H2SO4",
    ],
)
def test_compounds_are_neutral(bench, formula) -> None:
    flow = bench.of({formula: 1.0})[:, 0]
    assert s.neutral_oxygen(flow)[0] == pytest.approx(flow[0, INDEX["O"]], abs=1e-10)


def test_other_charges(bench) -> None:
    flow = np.concatenate([bench.of({"CeO2": 1.0})[:, 0]] * 2)
    assert s.neutral_oxygen(flow, {"Ce": 4.0}) == pytest.approx(flow[:, INDEX["O"]])
    assert s.neutral_oxygen(flow, {"Ce": np.array([4.0, 3.0])})[1] == pytest.approx(1.5 * MOLAR_MASS[INDEX["O"]])
    assert s.neutral_oxygen(bench.of({"F2": 1.0})[:, 0])[0] == pytest.approx(-MOLAR_MASS[INDEX["O"]])


@pytest.mark.parametrize(
    "formula",
    [
        "CeO2",
        "Pr6O11",
        "Tb4O7",
        "Nd2O3",
        "Y2O3",
        "Fe2O3",
        "CaO",
        "ThO2",
        "U3O8",
        "SiO2",
        "P2O5",
        "BaSO4",
        "LaOF",
        "NdF3",
        "CaCl2",
        "LiF",
        "La2O2SO4",
    ],
)
def test_oxygen_of_the_trade_oxides(bench, formula) -> None:
    flow = bench.of({formula: 1.0})[:, 0]
    assert s.oxide_oxygen(flow)[0] == pytest.approx(flow[0, INDEX["O"]], abs=1e-10)


def test_acid_demand(bench) -> None:
    flow = bench.of({"Nd2O3": 1.0, "CaCO3": 1.0, "SiO2": 5.0, "H2O": 3.0})[:, 0]
    assert s.acid_demand(flow)[0] == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("liquor", "acid"),
    [
        ({"HCl": 1.0}, 1.0),
        ({"H2SO4": 1.0}, 2.0),
        ({"HF": 1.0}, 1.0),
        ({"NdCl3": 1.0, "HCl": 0.3}, 0.3),
        ({"Nd2(SO4)3": 1.0, "(NH4)2SO4": 1.0}, 0.0),
        ({"NaCl": 1.0, "NaOH": 1.0}, 0.0),
        ({"HCl": 1.0, "NaOH": 0.4}, 0.6),
        ({"H3PO4": 1.0}, 0.0),
        ({"HCl": 1.0, "C12H26": 1.0, "C16H35O3P": 1.0}, 1.0),
        ({}, 0.0),
    ],
)
def test_free_acid(bench, liquor, acid) -> None:
    assert s.free_acid(bench.of(liquor | {"H2O": 55.0})[:, 0])[0] == pytest.approx(acid, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(amounts=st.lists(st.floats(0.0, 1e6), min_size=len(ELEMENTS), max_size=len(ELEMENTS)))
def test_rare_earth_moles(amounts) -> None:
    mass = np.array([amounts])
    assert s.rare_earth_moles(mass)[0] == pytest.approx((mass[0, : len(RARE_EARTHS)] / MOLAR_MASS[:16]).sum())


def test_one() -> None:
    assert s.one("Nd", np.array([1.0, 2.0]), 2)[1, INDEX["Nd"]] == 2.0
