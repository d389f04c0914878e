"""The waterfall: every bar begins where the one before it ended, and the last ends at the other plant's cost."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

import didymium
from didymium.report.pictures import Bars, of_bridges, svg, waterfall
from didymium.studies.bridge import Bridge, bridge


@pytest.fixture(scope="module")
def found() -> Bridge:
    one, other = (didymium.load(name).solve() for name in ("ningbo_magnets", "texas_magnets"))
    return bridge(one, other, "magnet")


@pytest.fixture(scope="module")
def picture(found: Bridge) -> Bars:
    return waterfall(found)


def test_bars_join_one_cost_to_the_other(found: Bridge, picture: Bars) -> None:
    first, *moves, last = picture.bars
    assert (first.label, first.start, first.end) == ("ningbo_magnets", 0.0, found.before)
    assert (last.label, last.start, last.end) == ("texas_magnets", 0.0, found.after)
    for one, other in itertools.pairwise([first, *moves]):
        assert other.start == one.end
    assert moves[-1].end == pytest.approx(found.after, rel=1e-9)
    assert {bar.label for bar in moves} <= {*found.by_cause, "all others"}
    assert all((bar.role == "rise") == (bar.end >= bar.start) for bar in moves)
    assert picture.x.low <= min(bar.start for bar in picture.bars)
    assert picture.x.high > max(bar.end for bar in picture.bars)


def test_causes_that_move_nothing_have_no_bar(found: Bridge, picture: Bars) -> None:
    labels = {bar.label for bar in picture.bars}
    for cause, value in found.by_cause.items():
        assert (cause in labels) == (abs(value) >= 0.005)


def test_a_cost_below_zero_has_its_bar(found: Bridge) -> None:
    shifted = dataclasses.replace(found, before=found.before - found.after - 1.0, after=-1.0)
    picture = waterfall(shifted)
    assert picture.x.low < -1.0
    assert picture.bars[-1].end == -1.0


def test_it_can_be_drawn_and_is_the_same_each_time(found: Bridge, picture: Bars) -> None:
    pytest.importorskip("matplotlib")
    text = svg(picture)
    assert text == svg(waterfall(found))
    odd = dataclasses.replace(
        picture, title="$x_1$ <b>", bars=(dataclasses.replace(picture.bars[0], label="$a_b$ <i>"),)
    )
    assert "<i>" not in svg(odd)
    assert of_bridges([found]) == [picture]
