"""The fill that holds what the cascade will hold."""

import numpy as np
import pytest

from didymium.cascade import Cascade, design
from didymium.cascade.startup import HoldUp, matching_fill, start_up

FACTORS = {"A": 6.0, "B": 2.5, "C": 1.2, "D": 1.0}


def many():
    return Cascade(
        stages=30,
        feed_stage=14,
        feed={"A": 0.2, "B": 0.3, "C": 0.1, "D": 0.4},
        separation_factors=FACTORS,
        extract_flow=1.9,
        scrub_flow=1.4,
    )


def test_it_holds_what_is_held_at_rest():
    cascade = many()
    hold_up = HoldUp.of_times(cascade, mixing=5.0, settling=20.0)
    x = matching_fill(cascade, hold_up)
    assert x.sum() == pytest.approx(1.0, abs=1e-14)
    y = x * np.array(list(FACTORS.values()))
    y /= y.sum()
    table = hold_up.table(30)
    aqueous, organic = table[0] + table[2], table[1] + table[3]
    steady = cascade.solve()
    held = aqueous @ steady.aqueous + organic @ steady.organic
    np.testing.assert_allclose(aqueous.sum() * x + organic.sum() * y, held, rtol=1e-9)


def test_only_ratios_of_the_separation_factors_count():
    cascade = many()
    hold_up = HoldUp.of_times(cascade, mixing=5.0, settling=20.0)
    scaled = Cascade(
        stages=30,
        feed_stage=14,
        feed=dict(cascade.feed),
        separation_factors={name: 1e30 * value for name, value in FACTORS.items()},
        extract_flow=1.9,
        scrub_flow=1.4,
    )
    np.testing.assert_allclose(matching_fill(scaled, hold_up), matching_fill(cascade, hold_up), rtol=1e-9)


def test_a_lopsided_feed_starts_in_days_instead_of_years():
    """One part of A in four: a fill of feed never reaches the raffinate's purity at total reflux; this one does."""
    made = design(1.5, 0.75, 0.999, 0.999, 1.05)
    cascade = Cascade(
        stages=made.stages,
        feed_stage=made.feed_stage,
        feed={"A": 0.75, "B": 0.25},
        separation_factors={"A": 1.5, "B": 1.0},
        extract_flow=made.extract_flow,
        scrub_flow=made.scrub_flow,
    )
    hold_up = HoldUp.of_times(cascade, mixing=5.0, settling=20.0)
    wanted = {"raffinate": (("B",), 0.999), "extract": (("A",), 0.999)}
    matched = start_up(cascade, hold_up, wanted, initial=matching_fill(cascade, hold_up))
    normal = start_up(cascade, hold_up, wanted, start="normal")
    assert matched.time_to_specification < 0.05 * normal.time_to_specification
    assert sum(matched.off_grade["raffinate"].values()) < 1e-6 * sum(normal.off_grade["raffinate"].values())
