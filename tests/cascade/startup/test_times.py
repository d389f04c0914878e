"""Times to specification of designed cascades, mixing 5 min and settling 20: the table of docs/theory_startup.md."""

from pathlib import Path

import numpy as np
import pytest

from didymium.cascade import Cascade, design
from didymium.cascade.startup import Event, HoldUp, start_up, upset

# beta, purity of A in the extract, of B in the raffinate, stages; stage exchanges: reflux and when reflux ended,
# reflux opened at once, normal.
TABLE = [
    (2.0, 0.999, 0.9999, (24, 22), 247.8, 149.5, 5.29e4, 5.02e4),
    (1.5, 0.999, 0.999, (36, 38), 354.6, 273.7, 9.96e4, 8.94e4),
    (1.5, 0.9999, 0.9999, (45, 51), 500.2, 392.9, 7.61e5, 6.86e5),
    (1.3, 0.999, 0.999, (58, 64), 743.7, 620.8, 2.458e5, 2.124e5),
]
DOC = Path(__file__).parents[3] / "docs" / "theory_startup.md"


def designed(beta, extract, raffinate):
    made = design(beta, 0.5, extract, raffinate)
    cascade = Cascade(
        stages=made.stages,
        feed_stage=made.n,
        feed={"A": 0.5, "B": 0.5},
        separation_factors={"A": beta, "B": 1.0},
        extract_flow=made.extract_flow,
        scrub_flow=made.scrub_flow,
    )
    specification = {"raffinate": (("B",), raffinate), "extract": (("A",), extract)}
    return made, cascade, HoldUp.of_times(cascade, mixing=5.0, settling=20.0), specification


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"beta {row[0]}, {row[3][0]}+{row[3][1]}")
def test_time_to_specification(row):
    beta, extract, raffinate, stages, reflux, ended, at_once, normal = row
    made, cascade, hold_up, specification = designed(beta, extract, raffinate)
    assert (made.n, made.m) == stages
    over = start_up(cascade, hold_up, specification)
    assert over.stage_exchanges == pytest.approx(reflux, rel=5e-3)
    # Per minute S mol of organic enter a stage that holds 25 S: one exchange is 25 minutes here.
    assert over.stage_exchanges == pytest.approx(over.time_to_specification / 25.0, rel=1e-12)
    assert over.reflux_time / 25.0 == pytest.approx(ended, rel=5e-3)
    assert over.margin == 1.1
    assert sum(sum(amounts.values()) for amounts in over.off_grade.values()) == 0.0
    opened = start_up(cascade, hold_up, specification, balanced=False)
    assert opened.stage_exchanges == pytest.approx(at_once, rel=1e-2)
    plain = start_up(cascade, hold_up, specification, start="normal")
    assert plain.stage_exchanges == pytest.approx(normal, rel=1e-2)
    assert plain.reflux_time == plain.opening_time == 0.0
    assert min(sum(amounts.values()) for amounts in plain.off_grade.values()) > 100.0
    for made_start in (over, opened, plain):
        assert made_start.closure < 1e-9


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"beta {row[0]}, {row[3][0]}+{row[3][1]}")
def test_the_documented_table_is_this_one(row):
    line = next(
        line
        for line in DOC.read_text("utf-8").splitlines()
        if line.startswith(f"| {row[0]:g} | {row[3][0]} + {row[3][1]} |")
    )
    cells = [cell.strip().replace(",", "") for cell in line.strip("|").split("|")]
    numbers = [float(cell) for cell in cells[4:8]]
    np.testing.assert_allclose(numbers, [row[5], row[4], row[6], row[7]], rtol=1e-2)


@pytest.mark.parametrize("row", TABLE[:2], ids=lambda row: f"beta {row[0]}")
@pytest.mark.parametrize("start", ["reflux", "normal"])
def test_ends_at_the_steady_state(start, row):
    """Every stage and element within 1e-8 of the steady solver, as fractions; traces within 1e-4 of themselves."""
    _, cascade, hold_up, specification = designed(*row[:3])
    made = start_up(cascade, hold_up, specification, start)
    steady = cascade.solve()
    np.testing.assert_allclose(made.aqueous[-1], steady.aqueous, rtol=0.0, atol=1e-8)
    np.testing.assert_allclose(made.organic[-1], steady.organic, rtol=0.0, atol=1e-8)
    assert made.distance[-1] < 1e-8
    later = start_up(cascade, hold_up, specification, start, until=1e3 * made.times[-1])
    np.testing.assert_allclose(later.aqueous[-1], steady.aqueous, rtol=1e-8, atol=1e-12)


def test_tighter_steps_find_the_same_time():
    _, cascade, hold_up, specification = designed(*TABLE[0][:3])
    loose = start_up(cascade, hold_up, specification)
    tight = start_up(cascade, hold_up, specification, rtol=1e-6, atol=1e-10)
    assert tight.steps > 3 * loose.steps
    assert loose.time_to_specification == pytest.approx(tight.time_to_specification, rel=1e-3)


def test_a_fill_like_the_steady_inventory_needs_no_product_drawn_alone():
    """What makes a start slow is an inventory that only the off-grade part of the products can carry away."""
    _, cascade, hold_up, specification = designed(*TABLE[0][:3])
    fill = 0.3411017475  # of A in the aqueous: the inventory of A is then that of the steady state
    filled = start_up(cascade, hold_up, specification, initial=[fill, 1.0 - fill])
    held = filled.inventory
    assert held[0, 0] == pytest.approx(held[-1, 0], rel=1e-6)
    assert filled.opening_time - filled.reflux_time < 1e-3 * filled.reflux_time
    assert filled.stage_exchanges == pytest.approx(119.5, rel=5e-3)


def test_slack_in_the_design_pays_at_the_start():
    """Held to 99 and 99.9 % instead of 99.9 and 99.99 %, the same cascade is on grade much sooner."""
    _, cascade, hold_up, _ = designed(*TABLE[0][:3])
    easy = {"raffinate": (("B",), 0.999), "extract": (("A",), 0.99)}
    assert start_up(cascade, hold_up, easy, "normal").stage_exchanges == pytest.approx(3.88e3, rel=1e-2)
    assert start_up(cascade, hold_up, easy).stage_exchanges == pytest.approx(202.1, rel=5e-3)


def test_half_a_day_of_another_feed():
    _, cascade, hold_up, specification = designed(*TABLE[0][:3])
    events = [Event(time=0.0, feed={"A": 0.55, "B": 0.45}), Event(time=720.0, feed={"A": 0.5, "B": 0.5})]
    made = upset(cascade, hold_up, events, specification)
    assert made.time_off_grade["raffinate"] / 60.0 == pytest.approx(46.1, rel=0.02)
    assert made.returned_at["raffinate"] / 60.0 == pytest.approx(106.4, rel=0.02)
    assert made.worst["raffinate"] == pytest.approx(0.999899, abs=1e-6)
    assert made.time_off_grade["extract"] == 0.0
