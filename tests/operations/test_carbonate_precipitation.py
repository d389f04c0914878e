"""Carbonate precipitation: RE2(CO3)3, 3 mol bicarbonate or 1.5 mol soda per rare earth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = {"recovery": {"REO": "100 %"}, "carbonate_excess": "0 %"}


@pytest.mark.parametrize(("carbonate", "needed", "gas"), [("NH4HCO3", 6.0, 3.0), ("Na2CO3", 3.0, 0.0)])
def test_dry_carbonate(bench, carbonate, needed, gas) -> None:
    # 2 LaCl3 + 6 NH4HCO3 -> La2(CO3)3 + 6 NH4Cl + 3 CO2 + 3 H2O; 2 LaCl3 + 3 Na2CO3 -> La2(CO3)3 + 6 NaCl
    feed = bench.of({"LaCl3": 2.0, "H2O": 100.0})
    done = bench.run("carbonate_precipitation", KEYS | {"carbonate": carbonate}, feed)
    assert done.bought(carbonate, carbonate) == pytest.approx(needed)
    assert done.kmol("carbonate", "C") == pytest.approx(3.0)
    assert done.kmol("carbonate", "O") == pytest.approx(9.0)
    assert done.kmol("offgas", "C") == pytest.approx(gas, abs=1e-12)
    assert done.kmol("effluent", "Cl") == pytest.approx(6.0)
    assert done.kmol("effluent", "C") == pytest.approx(0.0, abs=1e-12)
    assert done.kg("carbonate") == pytest.approx(457.84, rel=1e-4)


def test_free_acid_takes_precipitant(bench) -> None:
    # Strip liquor with 20 % free acid: 1.5 + 0.3 mol soda per mol, 10 % more; 0.3 mol CO2 off.
    keys = {"recovery": {"REO": "100 %"}, "carbonate_excess": "10 %", "carbonate": "Na2CO3"}
    done = bench.run("carbonate_precipitation", keys, bench.of({"SmCl3": 1.0, "HCl": 0.6, "H2O": 50.0}))
    assert done.bought("Na2CO3", "Na2CO3") == pytest.approx(1.98)
    assert done.kmol("offgas", "C") == pytest.approx(0.3)
    assert done.kmol("effluent", "C") == pytest.approx(0.18)
    done.neutral("effluent")


FEED = ("LaCl3", "CeCl3", "CaCl2", "NaCl", "NH4Cl", "FeCl3", "HCl", "NaOH")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    recovery=st.floats(0.0, 1.0),
    calcium=st.floats(0.0, 1.0),
    excess=st.floats(0.0, 0.5),
    carbonate=st.sampled_from(["NH4HCO3", "Na2CO3"]),
)
def test_closes(bench, amounts, recovery, calcium, excess, carbonate) -> None:
    keys = KEYS | {"carbonate": carbonate, "recovery": {"REO": "98 %", "Ca": "50 %"}}
    values = {"recovery.REO": recovery, "recovery.Ca": calcium, "carbonate_excess": excess}
    feed = bench.of(dict(zip(FEED, amounts, strict=True)) | {"H2O": 1e4})
    done = bench.run("carbonate_precipitation", keys, feed, changes={k: np.array([v]) for k, v in values.items()})
    for outlet in ("carbonate", "effluent", "offgas"):
        done.neutral(outlet)
    done.gas("offgas")
    for element in ("Cl", "Na", "N", "H", "Fe"):
        assert done.kmol("carbonate", element) == 0.0


def test_kerosene_of_the_raffinate_stays_in_the_effluent(bench) -> None:
    feed = bench.of({"LaCl3": 1.0, "C12H26": 0.01, "C16H35O3P": 0.01, "H2O": 50.0})
    done = bench.run("carbonate_precipitation", KEYS, feed)
    assert done.kmol("carbonate", "C") == pytest.approx(1.5)
    assert done.kmol("effluent", "C") == pytest.approx(0.28)
    assert done.kmol("effluent", "P") == pytest.approx(0.01)


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"LaCl3": 1.0, "HCl": 0.1, "H2O": 50.0})
    bench.idle("carbonate_precipitation", {}, feed)
    other = bench.of({"CeCl3": 0.7, "CaCl2": 0.3, "H2O": 7.0})
    bench.alike("carbonate_precipitation", {}, feed, other, {"recovery.REO": (0.98, 0.913)})
