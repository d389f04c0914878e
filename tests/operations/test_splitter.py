"""Splitter: the same share of everything, parts kept."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0.0, 1.0))
def test_share(bench, share) -> None:
    ore = bench.ore()
    done = bench.run("splitter", {"share": "50 %"}, ore, changes={"share": np.array([share])})
    assert np.allclose(done.parts["first"], ore * share, rtol=1e-14, atol=0.0)
    # A remainder below rounding of the whole is none.
    assert np.allclose(done.parts["second"], ore * (1.0 - share), rtol=1e-14, atol=4e-16 * ore.max())


def test_idle_and_samples(bench) -> None:
    bench.idle("splitter", {"share": "30 %"}, bench.ore())
    bench.alike("splitter", {"share": "30 %"}, bench.ore(), bench.ore("mountain_pass", 0.04), {"share": (0.3, 1 / 7)})
