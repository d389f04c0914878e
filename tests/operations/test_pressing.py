"""Pressing: lubricant in, broken compacts out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import molar_mass
from didymium.traits import ALIGNMENT, GREEN, LUBRICANT, POWDER

KEYS = {"recovery": "99 %", "lubricant": "0.5 kg/t", "electricity": "0.4 kWh/kg"}


def test_lubricant_and_yield(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("pressing", KEYS, feed)
    assert done.used("zinc_stearate") == pytest.approx(0.0005 * feed.sum())
    # Zn(C18H35O2)2: 65.38 of 632.3 is zinc.
    assert done.kg("compacts", "Zn") == pytest.approx(0.99 * 0.0005 * feed.sum() * 65.38 / 632.33, rel=1e-4)
    assert done.kg("rejects") == pytest.approx(0.01 * 1.0005 * feed.sum())


@pytest.mark.parametrize(
    ("agent", "formula", "atoms"), [("zinc_stearate", "C36H70O4Zn", 36), ("kerosene", "C12H26", 12)]
)
def test_the_lubricants_carbon_is_carried(bench, agent, formula, atoms) -> None:
    # 2 kg of lubricant on 1000 kg of powder: its carbon over the 1002 kg of compacts.
    feed = bench.of({"Nd2Fe14B": 1.0, "C": 0.2})
    done = bench.run("pressing", KEYS | {"lubricant": "2 kg/t", "agent": agent}, feed)
    carbon = float(done.outcome.traits["compacts"][LUBRICANT][0])
    assert carbon == pytest.approx(2.0 / 1002.0 * atoms * 12.011 / molar_mass(formula), rel=1e-4)
    own = 0.99 * 0.2 * 12.011
    assert carbon * done.kg("compacts") == pytest.approx(done.kg("compacts", "C") - own, rel=1e-4)


def traits(bench, **keys: str):
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("pressing", keys, feed, traits={"feed": {POWDER: np.array([3.1])}})
    return {name: float(value[0]) for name, value in done.outcome.traits["compacts"].items()}


def test_what_compacts_carry(bench) -> None:
    # 1 - 0.725 exp(-0.049 * 75^0.554) = 0.576; 0.5 + 0.458 (1 - e^-4) = 0.950.
    said = traits(bench)
    assert said[GREEN] == pytest.approx(0.576, abs=5e-4)
    assert said[ALIGNMENT] == pytest.approx(0.5 + 0.458 * (1 - np.exp(-4.0)))
    assert said[POWDER] == 3.1


def test_the_published_densities(bench) -> None:
    # Die 45 % at 25 MPa, 55 % at 50 and 60 % at 100; isostatic 60 % at 200.
    for pressure, density in ((25, 0.45), (50, 0.55), (100, 0.60)):
        assert traits(bench, pressure=f"{pressure} MPa")[GREEN] == pytest.approx(density, abs=0.025)
    assert traits(bench, press="isostatic")[GREEN] == pytest.approx(0.60, abs=1e-3)


def test_field_and_way_of_pressing(bench) -> None:
    fields = [traits(bench, field=f"{field} T")[ALIGNMENT] for field in (0.0, 0.5, 1.0, 1.8, 3.0)]
    assert fields == sorted(fields)
    assert fields[0] == 0.5
    ways = [traits(bench, press=press)[ALIGNMENT] for press in ("axial", "transverse", "isostatic")]
    assert ways == sorted(ways)
    assert 0.92 < ways[0] < ways[2] < 0.98
    denser = [traits(bench, pressure=f"{pressure} MPa")[GREEN] for pressure in (20, 60, 180)]
    assert denser == sorted(denser)


def test_measured_density_and_alignment_stand(bench) -> None:
    said = traits(bench, green_density="52 %", alignment="0.93")
    assert (said[GREEN], said[ALIGNMENT]) == (0.52, 0.93)


def test_a_hydrocarbon_leaves_no_zinc(bench) -> None:
    done = bench.run("pressing", KEYS | {"agent": "kerosene"}, bench.of({"Nd2Fe14B": 1.0}))
    assert done.kg("compacts", "Zn") == 0.0
    assert done.kg("compacts", "C") == pytest.approx(0.99 * done.used("kerosene") * 144.13 / 170.34, rel=1e-4)


def test_a_field_that_no_press_has(bench) -> None:
    with pytest.raises(ValidationError, match="18 T is above 10 T"):
        bench.parameters("pressing", {"field": "18 T"}, ["feed"])


@settings(max_examples=40, deadline=None)
@given(recovery=st.floats(0.0, 1.0), lubricant=st.floats(0.0, 0.02))
def test_closes(bench, recovery, lubricant) -> None:
    changes = {"recovery": np.array([recovery]), "lubricant": np.array([lubricant])}
    bench.run("pressing", KEYS, bench.of({"Nd2Fe14B": 1.0, "H2": 0.1, "Nd2O3": 0.01}), changes=changes)


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    bench.idle("pressing", {}, feed)
    bench.alike("pressing", {}, feed, bench.of({"Nd2Fe14B": 0.3, "H2": 0.1}), {"recovery": (0.985, 1 / 3)})
