"""Electrolysis: Faraday's charge, the energy of the cell, oxygen as CO and CO2."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.operations.base import OperationError

KEYS = {"current_efficiency": "75 %", "voltage": "10 V", "recovery": "100 %", "anode": "0.085 kg/kg"}
KEYS |= {"fluoride": "0.012 kg/kg"}


def test_faraday(bench) -> None:
    # 3 * 96485.33 C/mol / 144.242 g/mol / 3.6 = 557.4 Ah/kg; / 0.75 * 10 V = 7.43 kWh/kg.
    done = bench.run("molten_salt_electrolysis", KEYS, bench.of({"Nd2O3": 1.0}))
    metal = done.kg("metal")
    assert metal == pytest.approx(2 * 144.242, rel=1e-5)
    assert done.details["charge_Ah_per_kg"][0] * 0.75 == pytest.approx(557.43, rel=1e-4)
    assert done.used("electricity") / metal == pytest.approx(7.432, rel=1e-3)
    # 1.166 kg oxide per kg metal at full yield.
    assert bench.of({"Nd2O3": 1.0}).sum() / metal == pytest.approx(1.1664, rel=1e-4)
    assert done.used("graphite") == pytest.approx(0.085 * metal)
    assert done.used("LiF") == pytest.approx(0.012 * metal)


def test_oxygen_leaves_as_co_and_co2(bench) -> None:
    done = bench.run("molten_salt_electrolysis", KEYS, bench.of({"Nd2O3": 1.0}))
    assert done.kmol("offgas", "O") == pytest.approx(3.0)
    # 0.085 * 288.48 / 12.011 = 2.042 mol C for 3 mol O: between CO (3) and CO2 (1.5).
    assert done.kmol("offgas", "C") == pytest.approx(2.0416, rel=1e-3)
    assert done.kmol("slag", "C") == 0.0


def test_what_is_not_reduced_is_slag(bench) -> None:
    done = bench.run("molten_salt_electrolysis", KEYS | {"recovery": "97.2 %"}, bench.of({"Nd2O3": 1.0, "CaO": 0.1}))
    assert done.kmol("metal", "Nd") == pytest.approx(1.944)
    assert done.kmol("slag", "Nd") == pytest.approx(0.056)
    assert done.kmol("slag", "O") == pytest.approx(0.084 + 0.1)
    assert done.kmol("slag", "Ca") == pytest.approx(0.1)
    assert done.kmol("slag", "Li") == pytest.approx(done.bought("LiF", "LiF"))
    done.neutral("slag")


def test_higher_oxides_free_more_oxygen(bench) -> None:
    done = bench.run("molten_salt_electrolysis", KEYS, bench.of({"Pr6O11": 1.0}))
    assert done.kmol("offgas", "O") == pytest.approx(11.0)


def test_fluoride_of_the_feed_goes_to_the_slag(bench) -> None:
    keys = KEYS | {"recovery": "90 %"}
    done = bench.run("molten_salt_electrolysis", keys, bench.of({"Nd2O3": 1.0, "NdF3": 0.01}))
    assert done.kmol("slag", "F") == pytest.approx(0.03 + done.bought("LiF", "LiF"))
    done.neutral("slag")


def test_graphite_beyond_co_stays(bench) -> None:
    done = bench.run("molten_salt_electrolysis", KEYS | {"anode": "0.2 kg/kg"}, bench.of({"Nd2O3": 1.0}))
    assert done.kmol("offgas", "C") == pytest.approx(3.0)
    assert done.kmol("slag", "C") == pytest.approx(done.bought("graphite", "C") - 3.0)


def test_nothing_reduced(bench) -> None:
    done = bench.run("molten_salt_electrolysis", KEYS | {"recovery": "0 %"}, bench.of({"Nd2O3": 1.0}))
    assert done.kg("metal") == 0.0
    assert done.kmol("slag", "O") == pytest.approx(3.0)


FEED = ("La2O3", "CeO2", "Pr6O11", "Nd2O3", "Tb4O7", "CaO", "Fe2O3", "SiO2")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    recovery=st.floats(0.0, 1.0),
    anode=st.floats(0.095, 0.3),
    efficiency=st.floats(0.05, 1.0),
)
def test_closes(bench, amounts, recovery, anode, efficiency) -> None:
    values = {"recovery": recovery, "anode": anode, "current_efficiency": efficiency}
    feed = bench.of(dict(zip(FEED, amounts, strict=True)))
    done = bench.run("molten_salt_electrolysis", KEYS, feed, changes={k: np.array([v]) for k, v in values.items()})
    done.neutral("slag", {"Ce": 4.0, "Pr": 11 / 3, "Tb": 3.5, "C": 0.0})
    scale = 1e-9 * feed.sum()
    oxygen, carbon = done.kmol("offgas", "O"), done.kmol("offgas", "C")
    assert carbon <= oxygen + scale
    assert oxygen <= 2 * carbon + scale
    for element in ("Ca", "Fe", "Si"):
        assert done.kmol("metal", element) == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2O3": 1.0, "Pr6O11": 0.1})
    bench.idle("molten_salt_electrolysis", {}, feed)
    bench.alike("molten_salt_electrolysis", {}, feed, bench.of({"La2O3": 0.3}), {"recovery": (0.97, 0.913)})


def test_too_little_graphite(bench) -> None:
    # CO2 takes 1.5 mol C per mol Nd2O3: 18.017 kg on 288.48 kg.
    with pytest.raises(OperationError, match=r"0.05 kg/kg of graphite cannot .*; give an anode of at least 0.0625 kg"):
        bench.run("molten_salt_electrolysis", KEYS | {"anode": "0.05 kg/kg"}, bench.of({"Nd2O3": 1.0}))
