"""Oxalate precipitation and calcination: 1.5 mol oxalic acid per rare earth, trade oxides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import INDEX, MOLAR_MASS
from didymium.operations.oxidative_roast import AIR_OXYGEN

KEYS = {"recovery": {"REO": "100 %"}, "oxalate_excess": "0 %", "excess_air": "0 %"}


@pytest.mark.parametrize(
    ("name", "oxygen"), [("Nd", 1.5), ("La", 1.5), ("Ce", 2.0), ("Pr", 11 / 6), ("Tb", 7 / 4), ("Y", 1.5)]
)
def test_oxides_of_the_trade(bench, name, oxygen) -> None:
    # 2 RECl3 + 3 H2C2O4 -> RE2(C2O4)3 + 6 HCl; RE2(C2O4)3 burns to oxide and 6 CO2.
    done = bench.run("oxalate_precipitation", KEYS, bench.of({f"{name}Cl3": 1.0, "H2O": 50.0}))
    assert done.bought("oxalic_acid", "C2H2O4") == pytest.approx(1.5)
    assert done.kmol("oxide", "O") == pytest.approx(oxygen)
    assert done.kmol("offgas", "C") == pytest.approx(3.0)
    assert done.kmol("offgas", "O") == pytest.approx(6.0)
    # The air brings the oxygen of the oxide: oxalate's own goes with its carbon.
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(oxygen)
    # 3 HCl and the water are left.
    assert done.kmol("filtrate", "Cl") == pytest.approx(3.0)
    assert done.kmol("filtrate", "H") == pytest.approx(103.0)
    assert done.kmol("filtrate", "O") == pytest.approx(50.0)
    assert done.kmol("filtrate", "C") == pytest.approx(0.0, abs=1e-12)


def test_what_is_not_recovered_and_the_excess(bench) -> None:
    keys = {"recovery": {"REO": "98 %"}, "oxalate_excess": "15 %", "excess_air": "30 %", "heat": "10 MJ/kg"}
    done = bench.run("oxalate_precipitation", keys, bench.of({"NdCl3": 1.0, "HCl": 0.6, "H2O": 50.0}))
    assert done.bought("oxalic_acid", "C2H2O4") == pytest.approx(1.725)
    assert done.kmol("filtrate", "Nd") == pytest.approx(0.02)
    assert done.kmol("filtrate", "C") == pytest.approx(2 * 1.725 - 3 * 0.98)
    assert done.used("heat") == pytest.approx(10.0 * done.kg("oxide"))
    # 30 % of 1.5 mol O per mol of oxide's is left in the gas.
    assert done.kmol("offgas", "O") == pytest.approx(6 * 0.98 + 0.3 * 1.5 * 0.98)


def test_calcium_that_comes_along(bench) -> None:
    # CaC2O4 -> CaO + 2 CO2 with half an O2; 1.1 mol oxalic acid with the excess.
    keys = KEYS | {"recovery": {"REO": "100 %", "Ca": "100 %"}, "oxalate_excess": "10 %"}
    done = bench.run("oxalate_precipitation", keys, bench.of({"CaCl2": 1.0, "H2O": 50.0}))
    assert done.bought("oxalic_acid", "C2H2O4") == pytest.approx(1.1)
    assert done.kmol("oxide", "O") == pytest.approx(1.0)
    assert done.kmol("offgas", "C") == pytest.approx(2.0)
    done.gas("offgas")


FEED = ("LaCl3", "CeCl3", "PrCl3", "NdCl3", "TbCl3", "CaCl2", "NaCl", "HCl")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    recovery=st.floats(0.0, 1.0),
    neodymium=st.floats(0.0, 1.0),
    excess=st.floats(0.0, 0.5),
    air=st.floats(0.0, 3.0),
)
def test_closes(bench, amounts, recovery, neodymium, excess, air) -> None:
    keys = KEYS | {"recovery": {"REO": "98 %", "Nd": "98 %", "Ca": "1 %"}}
    values = {"recovery.REO": recovery, "recovery.Nd": neodymium, "oxalate_excess": excess, "excess_air": air}
    feed = bench.of(dict(zip(FEED, amounts, strict=True)) | {"H2O": 1e4})
    done = bench.run("oxalate_precipitation", keys, feed, changes={k: np.array([v]) for k, v in values.items()})
    done.gas("offgas")
    # Carbon of oxalic acid is C(III): half an O less than the charges of C(IV) say.
    done.neutral("filtrate", {"C": 3.0})
    for element in ("Cl", "Na", "H", "C", "N"):
        assert done.kmol("oxide", element) == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"NdCl3": 1.0, "PrCl3": 0.3, "H2O": 50.0})
    bench.idle("oxalate_precipitation", {}, feed)
    bench.alike("oxalate_precipitation", {}, feed, bench.of({"TbCl3": 0.7, "H2O": 7.0}), {"recovery.REO": (0.98, 0.9)})
