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


def test_sulphate_and_fluoride_stay(bench) -> None:
    done = bench.run("calcination", KEYS, bench.of({"BaSO4": 1.0, "LaOF": 1.0}))
    assert done.kmol("oxide", "O") == pytest.approx(5.0)
    assert done.kmol("oxide", "S") == pytest.approx(1.0)
    assert done.kg("offgas") == pytest.approx(0.0, abs=1e-12)


FEED = ("La2(CO3)3", "Ce2(CO3)3", "Pr2(CO3)3", "Tb2(CO3)3", "CaCO3", "H2O", "BaSO4", "LaOF", "Nd2(C2O4)3")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(FEED)), air=st.floats(0.0, 3.0))
def test_closes(bench, amounts, air) -> None:
    feed = bench.of(dict(zip(FEED, amounts, strict=True)))
    done = bench.run("calcination", KEYS, feed, changes={"excess_air": np.array([air])})
    done.gas("offgas")
    done.neutral("oxide", {"Ce": 4.0, "Pr": 11 / 3, "Tb": 3.5})


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Ce2(CO3)3": 0.5, "H2O": 2.0})
    bench.idle("calcination", {}, feed)
    bench.alike("calcination", {}, feed, bench.of({"Pr2(CO3)3": 0.3}), {"excess_air": (0.5, 0.1)})
