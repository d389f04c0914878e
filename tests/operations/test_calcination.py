"""Calcination: carbonate to the oxides of the trade, with the air that they need."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import INDEX, MOLAR_MASS
from didymium.operations.oxidative_roast import AIR_OXYGEN

KEYS = {"excess_air": "0 %"}


@pytest.mark.parametrize(("name", "oxygen", "air"), [("La", 1.5, 0.0), ("Ce", 2.0, 0.5), ("Pr", 11 / 6, 1 / 3)])
def test_oxides_of_the_trade(bench, name, oxygen, air) -> None:
    # La2(CO3)3 -> La2O3 + 3 CO2; Ce2(CO3)3 + 1/2 O2 -> 2 CeO2 + 3 CO2
    done = bench.run("calcination", KEYS, bench.of({f"{name}2(CO3)3": 0.5}))
    assert done.kmol("oxide", "O") == pytest.approx(oxygen)
    assert done.kmol("offgas", "C") == pytest.approx(1.5)
    assert done.kmol("offgas", "O") == pytest.approx(3.0)
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(air, abs=1e-12)


def test_water_leaves_whole(bench) -> None:
    # Water of crystallisation gives cerium no oxygen.
    done = bench.run("calcination", KEYS, bench.of({"Ce2(CO3)3": 0.5, "H2O": 2.0}))
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(0.5)
    assert done.kmol("offgas", "H") == pytest.approx(4.0)
    assert done.kmol("offgas", "O") == pytest.approx(5.0)


def test_sulfate_of_barium_and_fluoride_stay(bench) -> None:
    done = bench.run("calcination", KEYS | {"sulfate_stays": "0 %"}, bench.of({"BaSO4": 1.0, "LaOF": 1.0}))
    assert done.kmol("oxide", "O") == pytest.approx(5.0)
    assert done.kmol("oxide", "S") == pytest.approx(1.0)
    assert done.kg("offgas") == pytest.approx(0.0, abs=1e-12)


def test_sulfate_and_chloride_leave_in_part(bench) -> None:
    # La2(SO4)3 -> La2O3 + 3 SO3, a quarter stays; LaCl3 + 1.5 H2O -> 0.5 La2O3 + 3 HCl, a third stays.
    keys = KEYS | {"sulfate_stays": "25 %", "chloride_stays": "0.3333333333"}
    done = bench.run("calcination", keys, bench.of({"La2(SO4)3": 1.0, "LaCl3": 1.0, "H2O": 5.0}))
    assert done.kmol("offgas", "S") == pytest.approx(2.25)
    assert done.kmol("offgas", "Cl") == pytest.approx(2.0)
    assert done.kmol("oxide", "O") == pytest.approx(3.0 + 0.75 * 3.0 + 1.5 - 0.5)
    assert done.kmol("offgas", "O") == pytest.approx(2.25 * 3.0 + 5.0 - 1.0)
    assert done.used("air") == pytest.approx(0.0, abs=1e-9)


def test_dry_chloride_takes_air(bench) -> None:
    # 2 LaCl3 + 1.5 O2 -> La2O3 + 3 Cl2
    done = bench.run("calcination", KEYS | {"chloride_stays": "0 %"}, bench.of({"LaCl3": 2.0}))
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(3.0)
    assert done.kmol("offgas", "Cl") == pytest.approx(6.0)


def test_hydroxide_and_oxalate(bench) -> None:
    # 2 La(OH)3 -> La2O3 + 3 H2O; Nd2(C2O4)3 + 1.5 O2 -> Nd2O3 + 6 CO2
    done = bench.run("calcination", KEYS, bench.of({"La(OH)3": 2.0, "Nd2(C2O4)3": 1.0}))
    assert done.kmol("oxide", "O") == pytest.approx(6.0)
    assert done.kmol("offgas", "H") == pytest.approx(6.0)
    assert done.kmol("offgas", "C") == pytest.approx(6.0)
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(3.0)
    assert done.size("kiln") == pytest.approx(done.kg("oxide"))


def gas(done) -> None:
    """The off-gas is CO2, SO3, H2O, HCl, O2 and air's nitrogen: its chlorine takes hydrogen from the water."""
    flow = done.outlets["offgas"][0]
    assert {name for name in INDEX if flow[INDEX[name]]} <= {"H", "C", "N", "O", "S", "Cl", "Ar"}
    paired = min(done.kmol("offgas", "H"), done.kmol("offgas", "Cl"))
    bound = 2.0 * done.kmol("offgas", "C") + 3.0 * done.kmol("offgas", "S") + (done.kmol("offgas", "H") - paired) / 2.0
    assert done.kmol("offgas", "O") - bound >= -1e-9 * (done.entering / MOLAR_MASS).sum()


FEED = (
    "La2(CO3)3",
    "Ce2(CO3)3",
    "Pr2(CO3)3",
    "Tb2(CO3)3",
    "CaCO3",
    "H2O",
    "BaSO4",
    "LaOF",
    "Nd2(C2O4)3",
    "NdCl3",
    "La2(SO4)3",
    "Y(OH)3",
)
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(FEED)), air=st.floats(0.0, 3.0))
def test_closes(bench, amounts, air) -> None:
    feed = bench.of(dict(zip(FEED, amounts, strict=True)))
    done = bench.run("calcination", KEYS, feed, changes={"excess_air": np.array([air])})
    gas(done)
    done.neutral("oxide", {"Ce": 4.0, "Pr": 11 / 3, "Tb": 3.5})


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Ce2(CO3)3": 0.5, "H2O": 2.0})
    bench.idle("calcination", {}, feed)
    bench.alike("calcination", {}, feed, bench.of({"Pr2(CO3)3": 0.3}), {"excess_air": (0.5, 0.1)})
