"""McCabe-Thiele: golden data, and the geometry by balances written a second time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from didymium.cascade import Cascade, CascadeResult
from didymium.report.pictures import Chart, Picture, PictureError, Series, mccabe_thiele

Golden = Callable[[str, Picture], None]


def picture(result: CascadeResult, **changes: object) -> Chart:
    circuit = result.cascade
    given = {
        "beta": 2.0,
        "aqueous": result.aqueous[:, 0],
        "organic": result.organic[:, 0],
        "feed_stage": circuit.feed_stage,
        "feed_fraction": 0.5,
        "extract_flow": circuit.extract_flow,
        "scrub_flow": circuit.scrub_flow,
        "title": "A from B",
    }
    return mccabe_thiele(**given | changes)


def lines(chart: Chart, role: str, panel: int = 0) -> list[Series]:
    return [line for line in chart.panels[panel].series if line.role == role]


def test_the_binary_of_the_validation_set(golden: Golden, binary: CascadeResult) -> None:
    golden("mccabe_24_22", picture(binary))


def test_circuits_whose_flows_change_show_operating_points(golden: Golden, binary: CascadeResult) -> None:
    chart = picture(binary, extract_flow=None, scrub_flow=None, feed_fraction=None, names=("Nd", "Pr"))
    golden("mccabe_points", chart)
    (points,) = lines(chart, "operating")
    assert points.x == tuple(binary.aqueous[1:, 0])
    assert points.y == tuple(binary.organic[:-1, 0])


def on(line: Series, x: float) -> float:
    """y of a straight line that is kept as points, at x."""
    slope = (line.y[-1] - line.y[0]) / (line.x[-1] - line.x[0])
    return line.y[0] + slope * (x - line.x[0])


def test_corners_lie_on_the_lines_and_points_on_the_curve(binary: CascadeResult) -> None:
    chart = picture(binary)
    (steps,), (dots,) = lines(chart, "steps"), lines(chart, "points")
    below, above = lines(chart, "operating")
    x, y = np.array(dots.x), np.array(dots.y)
    assert y == pytest.approx(2.0 * x / (1.0 + x), rel=1e-12)
    assert (steps.x[0], steps.y[0]) == (x[0], x[0])
    assert (steps.x[-1], steps.y[-1]) == (y[-1], y[-1])
    corners = list(zip(steps.x, steps.y, strict=True))[::2]
    assert len(corners) == 47
    for n, (across, up) in enumerate(corners):
        line = below if n < 24 else above
        assert on(line, across) == pytest.approx(up, abs=1e-12)
        assert line.x[0] <= across <= line.x[-1]
    # The lines meet where the feed is, and on the diagonal at both ends.
    assert on(below, 0.5) == pytest.approx(on(above, 0.5), abs=1e-12)
    assert below.x[-1] == 0.5
    assert below.y[0] == pytest.approx(below.x[0], abs=1e-12)
    assert above.y[-1] == pytest.approx(above.x[-1], abs=1e-12)
    assert np.diff(steps.x).min() >= 0.0
    assert np.diff(steps.y).min() >= 0.0


def test_a_draw_adds_a_line_that_meets_the_next_at_its_composition() -> None:
    result = Cascade(
        stages=30,
        feed_stage=16,
        feed={"A": 0.5, "B": 0.5},
        separation_factors={"A": 2.0, "B": 1.0},
        extract_flow=2.0,
        scrub_flow=1.6,
        aqueous_draws={8: 0.1},
    ).solve()
    chart = picture(result, draws={8: 0.1})
    first, middle, last = lines(chart, "operating")
    draw = result.aqueous[7, 0]
    assert on(first, draw) == pytest.approx(on(middle, draw), abs=1e-12)
    assert on(middle, 0.5) == pytest.approx(on(last, 0.5), abs=1e-12)
    slopes = [(line.y[-1] - line.y[0]) / (line.x[-1] - line.x[0]) for line in (first, middle, last)]
    assert slopes == pytest.approx([2.5 / 2.0, 2.6 / 2.0, 1.6 / 2.0])
    with pytest.raises(PictureError, match="misses the balance"):
        picture(result)


def test_a_feed_in_the_first_or_last_stage() -> None:
    for stage in (1, 6):
        result = Cascade(
            stages=6,
            feed_stage=stage,
            feed={"A": 1.0, "B": 3.0},
            separation_factors={"A": 2.0, "B": 1.0},
            extract_flow=3.0,
            scrub_flow=2.2,
        ).solve()
        chart = picture(result, feed_fraction=0.25, feed_flow=4.0)
        assert len(lines(chart, "operating")) == 2


def test_logit_axes_hold_every_stage(binary: CascadeResult) -> None:
    across = picture(binary).panels[1].x
    assert across.scale == "logit"
    assert 0.0 < across.low < binary.aqueous[:, 0].min()
    assert binary.organic[:, 0].max() < across.high < 1.0
    texts = [text for _, text in across.ticks]
    assert texts[0] == "0.001 %"
    assert texts[-1] == "99.99 %"


def test_numbers_of_stages_keep_apart(binary: CascadeResult) -> None:
    for panel in picture(binary).panels:
        numbers = [int(label.text) for label in panel.labels]
        assert 24 in numbers
        assert numbers == sorted(numbers)
        assert len(numbers) <= 12


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"beta": 1.0}, "separation factor is 1"),
        ({"beta": float("nan")}, "separation factor is nan"),
        ({"aqueous": [0.1, 0.2]}, "aqueous has 2 stages and organic 46"),
        ({"aqueous": []}, "none of them empty"),
        ({"aqueous": "many"}, "are no numbers"),
        ({"organic": np.full(46, 1.2)}, "hold 1.2"),
        ({"organic": np.full(46, np.nan)}, "not finite"),
        ({"feed_stage": 47}, "the circuit has stages 1 to 46"),
        ({"feed_fraction": None}, "give feed_fraction"),
        ({"scrub_flow": None}, "give both or neither"),
        ({"scrub_flow": -1.0}, "are no flows"),
        ({"extract_flow": 9.0}, "of raffinate"),
        ({"scrub_flow": 1.3}, "misses the balance"),
        ({"feed_fraction": 0.4}, "misses the balance"),
        ({"draws": {24: 0.1}}, "at different stages"),
        ({"draws": {3: 0.0}}, "leave it out"),
    ],
)
def test_refusals(binary: CascadeResult, changes: dict[str, object], why: str) -> None:
    with pytest.raises(PictureError, match=why):
        picture(binary, **changes)


def test_stages_of_one_element_only() -> None:
    with pytest.raises(PictureError, match="one element only"):
        mccabe_thiele(2.0, [0.0, 0.0], [0.0, 0.0], 1)
