"""Speed of design: two elements, fifteen elements, and what `didymium design` does for a cut of a flowsheet.

Times are printed and kept in `extra_info`; nothing asserts one.
"""

from __future__ import annotations

import numpy as np
import pytest

import didymium
from didymium.cascade import design, design_cut
from didymium.studies.design import design_unit

CAPSYS = pytest.CaptureFixture[str]


def tell(capsys: CAPSYS, text: str) -> None:
    with capsys.disabled():
        print(f"\n{text}")


def test_two_elements(benchmark, capsys: CAPSYS) -> None:
    """β 1.46 to four nines on both sides, 42 + 51 stages."""
    made = benchmark.pedantic(lambda: design(1.46, 0.55, 0.9999, 0.9999), rounds=20, warmup_rounds=2)
    assert (made.n, made.m) == (42, 51)
    tell(capsys, f"two elements, 93 stages: {1e3 * benchmark.stats.stats.min:.1f} ms")


def test_fifteen_elements(benchmark, capsys: CAPSYS) -> None:
    """Neighbours' β of 1.5, a cut in the middle to four nines, at 1.2 times the least flow."""
    feed, beta = np.full(15, 1 / 15), 1.5 ** np.arange(15)
    made = benchmark.pedantic(
        lambda: design_cut(feed, beta, 7, 0.9999, 0.9999, flow_ratio=1.2), rounds=10, warmup_rounds=1
    )
    assert min(made.reached_extract, made.reached_raffinate) >= 0.9999
    tell(capsys, f"fifteen elements, {made.stages} stages: {1e3 * benchmark.stats.stats.min:.1f} ms")


@pytest.mark.parametrize("starts", [False, True])
def test_a_cut_of_baotou(benchmark, capsys: CAPSYS, starts: bool) -> None:
    """Its design, twenty other flows with their costs, each solved again; with six start-ups in time, or without."""
    result = didymium.load("baotou").solve()
    found = benchmark.pedantic(lambda: design_unit(result, "ndpr_cut", start_up=starts), rounds=3, warmup_rounds=1)
    assert found.cheapest.cost.total < found.chosen.cost.total
    tell(capsys, f"baotou's ndpr_cut, start-ups {starts}: {benchmark.stats.stats.min:.2f} s")
