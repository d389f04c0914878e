"""Machining: magnets and swarf of the blanks' composition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = {"recovery": "70 %", "electricity": "1.4 kWh/kg"}


def test_yield(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("machining", KEYS, feed)
    assert done.kg("magnets") == pytest.approx(0.7 * feed.sum())
    assert done.kg("swarf") == pytest.approx(0.3 * feed.sum())
    # Per kg of finished magnet, not of blanks.
    assert done.used("electricity") == pytest.approx(1.4 * 0.7 * feed.sum())


@settings(max_examples=40, deadline=None)
@given(recovery=st.floats(0.0, 1.0))
def test_closes(bench, recovery) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0, "Nd2O3": 0.1})
    bench.run("machining", KEYS, feed, changes={"recovery": np.array([recovery])})


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    bench.idle("machining", {}, feed)
    bench.alike("machining", {}, feed, bench.of({"Nd2Fe14B": 0.3, "C": 0.1}), {"recovery": (0.7, 1 / 3)})
