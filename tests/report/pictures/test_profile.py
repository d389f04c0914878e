"""Stage profiles: golden data, what is shown and what is left out, labels that keep apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from didymium.cascade import Cascade, CascadeResult
from didymium.elements import RARE_EARTHS
from didymium.report.pictures import Picture, PictureError, stage_profile
from didymium.report.pictures.palette import colour, dashes
from didymium.report.pictures.profile import ranks, spread

Golden = Callable[[str, Picture], None]
LANTHANIDES = [name for name in RARE_EARTHS if name != "Sc"]


@pytest.fixture(scope="module")
def fifteen() -> CascadeResult:
    """Fifteen elements, 30 stages, each 1.6 times as extractable as the one before."""
    factors = {name: 1.6**k for k, name in enumerate(LANTHANIDES)}
    feed = dict.fromkeys(factors, 1.0 / 15.0)
    return Cascade(
        stages=30, feed_stage=15, feed=feed, separation_factors=factors, extract_flow=2.1, scrub_flow=1.5
    ).solve()


def test_two_elements(golden: Golden, binary: CascadeResult) -> None:
    chart = stage_profile(binary.aqueous, binary.organic, ["A", "B"], 24, "a cut", draws={30: "draw"})
    golden("profile_24_22", chart)
    assert chart.shared_y
    assert [(mark.at, mark.text, mark.role) for mark in chart.panels[0].marks] == [
        (24.0, "feed", "feed"),
        (30.0, "draw", "draw"),
    ]


def test_fifteen_elements(golden: Golden, fifteen: CascadeResult) -> None:
    chart = stage_profile(fifteen.aqueous, fifteen.organic, LANTHANIDES, 15, "fifteen elements")
    golden("profile_15", chart)
    for panel, phase in zip(chart.panels, (fifteen.aqueous, fifteen.organic), strict=True):
        assert [line.name for line in panel.series] == LANTHANIDES
        for line, column in zip(panel.series, phase.T, strict=True):
            assert line.y == tuple(column)
        # Every line that is seen at an end has its name there, and no name lies on another.
        for row, stage in ((0, 1.0), (-1, 30.0)):
            found = [label for label in panel.labels if label.at_x == stage]
            assert {label.text for label in found} == {
                name for name, value in zip(LANTHANIDES, phase[row], strict=True) if value > panel.y.low
            }
            heights = sorted(math.log10(label.y) for label in found)
            room = 0.031 * math.log10(panel.y.high / panel.y.low)
            assert all(high - low >= room for low, high in itertools.pairwise(heights))


def test_what_is_absent_or_faint() -> None:
    chart = stage_profile(
        [[0.6, 0.4, 0.0, 1e-11], [0.1, 0.9, 0.0, 1e-12]],
        [[0.4, 0.6, 0.0, 2e-11], [0.0, 1.0, 0.0, 1e-11]],
        ["Pr", "Nd", "Dy", "Lu"],
        1,
        "two stages",
    )
    assert [line.name for line in chart.panels[0].series] == ["Pr", "Nd"]
    assert chart.caption[-1] == "Below 10⁻⁹ in every stage, not shown: Lu."
    assert math.isnan(chart.panels[1].series[0].y[1])  # nothing is not drawn as a small number
    assert chart.panels[0].y.low == 1e-2  # nothing lies on the edge


def test_a_middle_element_has_its_name_at_its_peak() -> None:
    middle = np.array([0.0, 1e-4, 0.2, 1e-4, 0.0])
    phase = np.stack([1.0 - middle, middle], axis=1)
    chart = stage_profile(phase, phase, ["Pr", "Nd"], 3, "a middle product")
    (label,) = [label for label in chart.panels[0].labels if label.text == "Nd"]
    assert (label.at_x, label.at_y, label.align) == (3.0, 0.2, "center")


def test_a_single_stage() -> None:
    chart = stage_profile([[0.5, 0.5]], [[0.3, 0.7]], ["Pr", "Nd"], 1, "a contact")
    assert [text for _, text in chart.panels[0].x.ticks] == ["1"]
    assert chart.panels[0].x.low < 1.0 < chart.panels[0].x.high


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aqueous": [[0.5, 0.5]]}, r"aqueous is \(1, 2\), organic \(2, 2\)"),
        ({"names": ["Pr"]}, "1 elements are named"),
        ({"names": ["Pr", "Pr"]}, "named twice"),
        ({"aqueous": [[0.5, -0.5], [0.5, 0.5]]}, "hold -0.5"),
        ({"aqueous": [[0.5, np.inf], [0.5, 0.5]]}, "not finite"),
        ({"aqueous": [0.5, 0.5]}, "give 2 dimension"),
        ({"feed_stage": 0}, "the feed is stage 0"),
        ({"feed_stage": 1.5}, "stages 1 to 2"),
        ({"draws": {3: "draw"}}, "a draw is stage 3"),
        ({"floor": 0.0}, "the floor is 0"),
        ({"aqueous": np.zeros((2, 2)), "organic": np.zeros((2, 2))}, "no element reaches"),
    ],
)
def test_refusals(changes: dict[str, object], why: str) -> None:
    given = {
        "aqueous": [[0.5, 0.5], [0.2, 0.8]],
        "organic": [[0.4, 0.6], [0.1, 0.9]],
        "names": ["Pr", "Nd"],
        "feed_stage": 1,
        "title": "a cut",
    }
    with pytest.raises(PictureError, match=why):
        stage_profile(**given | changes)


def test_every_rare_earth_has_a_look_of_its_own() -> None:
    found = ranks(RARE_EARTHS)
    assert len({(colour(rank), dashes(rank)) for rank in found.values()}) == len(RARE_EARTHS)
    assert ranks(["Nd", "A"])["Nd"] == found["Nd"]


@given(st.lists(st.floats(0.0, 1.0), max_size=25))
def test_places_keep_their_order_their_distance_and_the_edges(wanted: list[float]) -> None:
    made = spread(wanted, 0.04, 0.0, 1.0)
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    assert all(-1e-9 <= place <= 1.0 + 1e-9 for place in made)
    assert all(made[b] - made[a] >= 0.04 - 1e-9 for a, b in itertools.pairwise(order))
    if all(abs(a - b) >= 0.04 for a, b in itertools.combinations(wanted, 2)):
        assert made == pytest.approx(wanted, abs=1e-9)
