"""Hydrogen decrepitation: what is taken up, what stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = {"hydrogen": "4 kg/t", "retained": "25 %", "electricity": "0.1 kWh/kg"}


def test_uptake_and_release(bench) -> None:
    # 1000 kg of alloy take 4 kg; 3 kg come off again.
    feed = bench.of({"Nd2Fe14B": 1000 / 1081.1})
    done = bench.run("hydrogen_decrepitation", KEYS, feed)
    assert done.used("hydrogen") == pytest.approx(0.004 * feed.sum())
    assert done.kg("offgas") == pytest.approx(0.003 * feed.sum())
    assert done.kg("powder", "H") == pytest.approx(0.001 * feed.sum())
    assert done.kg("powder") == pytest.approx(1.001 * feed.sum())
    assert done.used("electricity") == pytest.approx(0.1 * feed.sum())


@settings(max_examples=40, deadline=None)
@given(taken=st.floats(0.0, 0.02), retained=st.floats(0.0, 1.0), before=st.floats(0.0, 1.0))
def test_closes(bench, taken, retained, before) -> None:
    changes = {"hydrogen": np.array([taken]), "retained": np.array([retained])}
    done = bench.run("hydrogen_decrepitation", KEYS, bench.of({"Nd2Fe14B": 1.0, "H2": before}), changes=changes)
    assert done.kg("offgas") == done.kg("offgas", "H")


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    bench.idle("hydrogen_decrepitation", {}, feed)
    bench.alike("hydrogen_decrepitation", {}, feed, bench.of({"Nd2Fe14B": 0.3, "H2": 0.1}), {"retained": (0.25, 0.1)})
