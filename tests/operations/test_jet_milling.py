"""Jet milling: oxygen by mass, ultrafines lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = {"recovery": "98 %", "oxygen": "1500 ppm", "electricity": "1.8 kWh/kg"}


def test_oxygen_and_yield(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("jet_milling", KEYS, feed)
    assert done.used("oxygen") == pytest.approx(0.0015 * feed.sum())
    # Both fractions hold 1500 ppm, by mass of the feed.
    assert done.kg("powder", "O") == pytest.approx(0.98 * 0.0015 * feed.sum())
    assert done.kg("ultrafines") == pytest.approx(0.02 * 1.0015 * feed.sum())


@settings(max_examples=40, deadline=None)
@given(recovery=st.floats(0.0, 1.0), oxygen=st.floats(0.0, 0.02))
def test_closes(bench, recovery, oxygen) -> None:
    changes = {"recovery": np.array([recovery]), "oxygen": np.array([oxygen])}
    bench.run("jet_milling", KEYS, bench.of({"Nd2Fe14B": 1.0, "H2": 0.1, "Nd2O3": 0.01}), changes=changes)


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    bench.idle("jet_milling", {}, feed)
    bench.alike("jet_milling", {}, feed, bench.of({"Nd2Fe14B": 0.3, "H2": 0.1}), {"recovery": (0.985, 1 / 3)})
