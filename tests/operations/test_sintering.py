"""Sintering: gases first, then blanks and rejects of one composition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import INDEX

KEYS = {"recovery": "98 %", "degassing": "90 %", "evaporation": "0.1 %", "electricity": "2.4 kWh/kg"}


def test_gases(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0, "H2": 0.5, "C": 0.1, "Zn": 0.01, "Nd2O3": 0.01})
    done = bench.run("sintering", KEYS, feed)
    assert done.kmol("furnace_gas", "H") == pytest.approx(1.0)
    assert done.kmol("furnace_gas", "C") == pytest.approx(0.09)
    assert done.kmol("furnace_gas", "Zn") == pytest.approx(0.009)
    assert done.kmol("furnace_gas", "Nd") == pytest.approx(0.001 * 2.02)
    assert done.kmol("furnace_gas", "O") == 0.0
    assert done.kmol("blanks", "O") == pytest.approx(0.98 * 0.03)
    assert done.kmol("blanks", "Fe") == pytest.approx(0.98 * 14)
    assert done.used("electricity") == pytest.approx(2.4 * feed.sum())
    # Rejects are of the blanks' composition.
    assert np.allclose(done.outlets["rejects"] * 49, done.outlets["blanks"], rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(recovery=st.floats(0.0, 1.0), degassing=st.floats(0.0, 1.0), evaporation=st.floats(0.0, 1.0))
def test_closes(bench, recovery, degassing, evaporation) -> None:
    values = {"recovery": recovery, "degassing": degassing, "evaporation": evaporation}
    feed = bench.of({"Nd2Fe14B": 1.0, "DyH2": 0.1, "C": 0.1, "Zn": 0.01})
    done = bench.run("sintering", KEYS, feed, changes={key: np.array([value]) for key, value in values.items()})
    assert done.outlets["blanks"][0, INDEX["H"]] == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0, "H2": 0.1})
    bench.idle("sintering", {}, feed)
    bench.alike("sintering", {}, feed, bench.of({"Nd2Fe14B": 0.3, "C": 0.1}), {"recovery": (0.985, 1 / 3)})
