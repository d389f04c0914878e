"""Start-up curves: golden data, events, scales."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from didymium.report.pictures import Picture, PictureError, Start, startup_curves

Golden = Callable[[str, Picture], None]
DAYS = np.linspace(0.0, 60.0, 25)


def reflux(**changes: object) -> Start:
    given = {
        "name": "total reflux",
        "times": DAYS,
        "impurity": {"raffinate": 0.5 * 2.0 ** -(DAYS / 0.7) + 5e-5, "extract": 0.5 * 2.0 ** -(DAYS / 0.9) + 4e-4},
        "reflux_end": 6.5,
        "on_grade": 9.25,
    }
    return Start(**given | changes)


def normal() -> Start:
    curves = {"raffinate": 0.5 * 2.0 ** -(DAYS / 3.5) + 5e-5, "extract": 0.5 * 2.0 ** -(DAYS / 3.0) + 4e-4}
    return Start(name="normal", times=DAYS, impurity=curves, on_grade=44.0)


LIMITS = {"raffinate": 1e-4, "extract": 1e-3}


def test_two_starts(golden: Golden) -> None:
    chart = startup_curves([reflux(), normal()], LIMITS, exchanges_per_day=240.0)
    golden("startup", chart)
    assert [panel.title.split(",")[0] for panel in chart.panels] == ["raffinate", "extract"]
    first = chart.panels[0]
    assert [line.name for line in first.series] == [
        "total reflux: reflux to 6.5 d, on grade after 9.25 d",
        "normal: on grade after 44 d",
    ]
    assert [(mark.role, mark.at) for mark in first.marks] == [
        ("reflux", 6.5),
        ("grade", 9.25),
        ("grade", 44.0),
        ("limit", 1e-4),
    ]
    assert first.x.high == pytest.approx(55.0)  # the last event and a quarter
    assert first.above is not None
    assert first.above.high == pytest.approx(55.0 * 240.0)
    assert first.y.low <= 5e-5


def test_starts_that_are_far_apart_have_a_log_scale(golden: Golden) -> None:
    days = 4.0 * DAYS
    slow = {"raffinate": 0.5 * 2.0 ** -(days / 16.0) + 5e-5, "extract": 0.5 * 2.0 ** -(days / 14.0) + 4e-4}
    late = Start(name="normal", times=days, impurity=slow, on_grade=216.0)
    chart = startup_curves([reflux(), late], LIMITS, exchanges_per_day=58.0)
    golden("startup_log", chart)
    panel = chart.panels[0]
    assert panel.above is not None
    assert (panel.x.scale, panel.above.scale) == ("log", "log")
    assert (panel.x.low, panel.x.high) == (0.65, 240.0)
    assert (panel.above.low, panel.above.high) == pytest.approx((0.65 * 58.0, 240.0 * 58.0))
    assert [text for _, text in panel.x.ticks] == ["1", "10", "100"]


def test_a_start_that_does_not_come_on_grade_is_shown_to_its_end() -> None:
    chart = startup_curves([reflux(on_grade=None, reflux_end=None)], LIMITS)
    assert chart.panels[0].x.high == 60.0
    assert chart.panels[0].above is None
    assert chart.panels[0].series[0].name == "total reflux: not on grade"


def test_a_product_that_is_pure_leaves_a_gap() -> None:
    chart = startup_curves([reflux(impurity={"extract": np.where(DAYS > 10.0, 0.0, 0.5)})], {"extract": 1e-3})
    curve = chart.panels[0].series[0].y
    assert curve[0] == 0.5
    assert np.isnan(curve[-1])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"times": DAYS[::-1]}, "do not rise"),
        ({"times": DAYS[:3], "reflux_end": None, "on_grade": None}, "3 times and 25 impurities"),
        ({"times": [[0.0]]}, "give 1 dimension"),
        ({"impurity": {}}, "no impurity of raffinate; it has none"),
        ({"impurity": {"raffinate": np.full(25, 2.0)}}, "hold 2"),
        ({"reflux_end": 61.0}, "its times end at 60 d"),
        ({"on_grade": -1.0}, "the time on grade of total reflux is -1 d"),
        (
            {"times": [0.0], "impurity": {"raffinate": [0.5], "extract": [0.5]}, "reflux_end": None, "on_grade": None},
            "0 to 0",
        ),
    ],
)
def test_refusals(changes: dict[str, object], why: str) -> None:
    with pytest.raises(PictureError, match=why):
        startup_curves([reflux(**changes)], LIMITS)


def test_nothing_and_twice_the_same() -> None:
    with pytest.raises(PictureError, match="nothing to show"):
        startup_curves([], LIMITS)
    with pytest.raises(PictureError, match="nothing to show"):
        startup_curves([reflux()], {})
    with pytest.raises(PictureError, match="one name"):
        startup_curves([reflux(), reflux()], LIMITS)
    with pytest.raises(PictureError, match="exchanges a day are 0"):
        startup_curves([reflux()], LIMITS, exchanges_per_day=0.0)
    with pytest.raises(PictureError, match="hold 2; "):
        startup_curves([reflux()], {"extract": 2.0})
