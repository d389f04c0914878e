"""Oxidative roast: CO2 by mol, Ce to +4, fluorine in the calcine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import INDEX, MOLAR_MASS
from didymium.operations.oxidative_roast import AIR_OXYGEN

PURE = {"decarbonation": "100 %", "excess_air": "0 %"}


def test_bastnaesite_of_cerium(bench) -> None:
    # 2 CeCO3F + 1/2 O2 -> 2 CeOF·(1/2 O) + 2 CO2: one CO2 per mol, calcine CeO1.5F.
    done = bench.run("oxidative_roast", PURE, bench.of({"CeCO3F": 2.0}))
    assert done.kmol("offgas", "C") == pytest.approx(2.0)
    assert done.kmol("offgas", "O") == pytest.approx(4.0)
    assert done.kmol("calcine", "O") == pytest.approx(3.0)
    assert done.kmol("calcine", "F") == pytest.approx(2.0)
    # 1/2 mol O per mol Ce, from air of 23.2 % oxygen.
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(1.0)
    assert done.details["CO2"][0] == pytest.approx(2 * 44.0095, rel=1e-4)


def test_bastnaesite_of_lanthanum(bench) -> None:
    # LaCO3F -> LaOF + CO2; no air.
    done = bench.run("oxidative_roast", PURE, bench.of({"LaCO3F": 1.0}))
    assert done.kmol("calcine", "O") == pytest.approx(1.0)
    assert done.kmol("offgas", "C") == pytest.approx(1.0)
    assert done.used("air") == 0.0


def test_carbonate_that_stays_and_air_beyond(bench) -> None:
    keys = {"decarbonation": "90 %", "excess_air": "50 %", "heat": "3 MJ/kg"}
    feed = bench.of({"CeCO3F": 1.0, "CaCO3": 1.0})
    done = bench.run("oxidative_roast", keys, feed)
    # 0.2 of 2 CO2 stay: calcine Ce(IV) 2 O - 1/2 F, CaO 1, CO2 0.4: 1.5 + 1 + 0.4 = 2.9 mol O.
    assert done.kmol("calcine", "C") == pytest.approx(0.2)
    assert done.kmol("calcine", "O") == pytest.approx(2.9)
    # Off-gas: 1.8 mol CO2 and half of 0.5 mol O of air left.
    assert done.kmol("offgas", "O") == pytest.approx(3.6 + 0.25)
    assert done.used("heat") == pytest.approx(3.0 * feed.sum())


def test_sulphate_phosphate_thorium_and_water(bench) -> None:
    done = bench.run("oxidative_roast", PURE, bench.of({"BaSO4": 1.0, "NdPO4": 1.0, "ThO2": 0.1, "H2O": 5.0}))
    assert done.kmol("calcine", "O") == pytest.approx(4.0 + 4.0 + 0.2)
    assert done.kmol("offgas", "H") == pytest.approx(10.0)
    assert done.kmol("offgas", "O") == pytest.approx(5.0)


FEED = ("LaCO3F", "CeCO3F", "NdPO4", "CaCO3", "BaSO4", "SiO2", "Fe2O3", "ThO2", "CaF2", "H2O")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    decarbonation=st.floats(0.0, 1.0),
    air=st.floats(0.0, 3.0),
)
def test_closes(bench, amounts, decarbonation, air) -> None:
    changes = {"decarbonation": np.array([decarbonation]), "excess_air": np.array([air])}
    done = bench.run("oxidative_roast", {}, bench.of(dict(zip(FEED, amounts, strict=True))), changes=changes)
    done.neutral("calcine", {"Ce": 4.0})
    done.gas("offgas")
    assert done.kmol("calcine", "Th") == pytest.approx(amounts[FEED.index("ThO2")])


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"CeCO3F": 2.0, "CaCO3": 1.0})
    bench.idle("oxidative_roast", {}, feed)
    other = bench.of({"CeCO3F": 0.3, "LaCO3F": 0.7, "BaSO4": 3.3})
    bench.alike("oxidative_roast", {}, feed, other, {"decarbonation": (0.97, 0.913), "temperature": (600.0, 650.0)})
