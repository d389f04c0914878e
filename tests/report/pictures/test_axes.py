"""Axes: ticks that a reader can use, at every range."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didymium.report.pictures import PictureError
from didymium.report.pictures.axes import decades, from_zero, logit, purity, share, stages_axis


@given(st.integers(1, 1200))
def test_stages(stages: int) -> None:
    axis = stages_axis(stages, 0.1)
    at = [place for place, _ in axis.ticks]
    assert at[0] == 1.0
    assert at[-1] == stages
    assert at == sorted(set(at))
    assert len(at) <= 10
    assert axis.low < 1.0 <= stages < axis.high


@given(st.floats(1e-12, 1.0))
def test_decades(least: float) -> None:
    axis = decades("y", least, 1.0)
    assert axis.low <= least * (1.0 + 1e-9)
    assert axis.ticks[-1] == (1.0, "1")
    assert 2 <= len(axis.ticks) <= 13


@given(st.floats(1e-14, 0.5), st.floats(1e-14, 0.5))
def test_logit(least: float, rest: float) -> None:
    axis = logit("x", least, 1.0 - rest)
    assert 0.0 < axis.low <= max(least, 1e-12) * (1.0 + 1e-6)
    assert max(rest, 1e-12) * (1.0 + 1e-3) >= 1.0 - axis.high > 0.0
    assert len(axis.ticks) <= 14
    assert len({text for _, text in axis.ticks}) == len(axis.ticks)
    for at, text in axis.ticks:
        assert math.isclose(float(text.removesuffix(" %")) / 100.0, at, rel_tol=1e-12)


@given(st.floats(1e-3, 1e6))
def test_from_zero(most: float) -> None:
    axis = from_zero("days", most)
    assert axis.ticks[0] == (0.0, "0")
    assert axis.ticks[-1][0] <= most * (1.0 + 1e-9)
    assert 3 <= len(axis.ticks) <= 10


@pytest.mark.parametrize("most", [0.0, -1.0, math.inf, math.nan])
def test_no_range(most: float) -> None:
    with pytest.raises(PictureError, match="give a range above zero"):
        from_zero("days", most)


def test_words() -> None:
    assert share(0.0) == "0 %"
    assert purity(0.9999) == "99.9900 %"
