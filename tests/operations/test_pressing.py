"""Pressing: lubricant in, broken compacts out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = {"recovery": "99 %", "lubricant": "0.5 kg/t", "electricity": "0.4 kWh/kg"}


def test_lubricant_and_yield(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("pressing", KEYS, feed)
    assert done.used("zinc_stearate") == pytest.approx(0.0005 * feed.sum())
    # Zn(C18H35O2)2: 65.38 of 632.3 is zinc.
    assert done.kg("compacts", "Zn") == pytest.approx(0.99 * 0.0005 * feed.sum() * 65.38 / 632.33, rel=1e-4)
    assert done.kg("rejects") == pytest.approx(0.01 * 1.0005 * feed.sum())


@settings(max_examples=40, deadline=None)
@given(recovery=st.floats(0.0, 1.0), lubricant=st.floats(0.0, 0.02))
def test_closes(bench, recovery, lubricant) -> None:
    changes = {"recovery": np.array([recovery]), "lubricant": np.array([lubricant])}
    bench.run("pressing", KEYS, bench.of({"Nd2Fe14B": 1.0, "H2": 0.1, "Nd2O3": 0.01}), changes=changes)


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    bench.idle("pressing", {}, feed)
    bench.alike("pressing", {}, feed, bench.of({"Nd2Fe14B": 0.3, "H2": 0.1}), {"recovery": (0.985, 1 / 3)})
