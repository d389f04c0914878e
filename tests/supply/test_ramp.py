"""What a stage can make by calendar year: bounds, slips and integrals of its ramp."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from didymium.plan import Position
from didymium.quantities import Value
from didymium.scenario import PlantStage
from didymium.supply.ramp import effective

HERE = Position("scenario.yaml", 1, 1)
YEARS = range(2020, 2041)


def stage(start: float, ramp: list[float], **more: object) -> PlantStage:
    return PlantStage(
        "separation", Value(1000.0), "NdPr", start, HERE, "us", ramp=tuple(Value(one) for one in ramp), **more
    )


RAMPS = st.lists(st.floats(0.0, 1.0), max_size=5).map(sorted)
STARTS = st.floats(2015.0, 2039.0)
DELAYS = st.floats(0.0, 10.0)


def test_a_start_in_the_middle_of_a_year_makes_half_of_it() -> None:
    made = effective(stage(2025.5, []), range(2024, 2028))
    assert made.tolist() == [0.0, 500.0, 1000.0, 1000.0]


def test_a_ramp_is_counted_from_the_start_and_not_by_calendar_years() -> None:
    made = effective(stage(2025.25, [0.4, 0.8]), range(2025, 2028))
    assert made == pytest.approx([300.0, 0.25 * 400.0 + 0.75 * 800.0, 800.0])


def test_a_plant_stops_on_its_day_and_a_slip_does_not_move_that() -> None:
    made = effective(stage(2025.0, [], stop=2027.25), range(2025, 2029), delay=1.0)
    assert made.tolist() == [0.0, 1000.0, 250.0, 0.0]


def test_availability_lowers_every_year() -> None:
    made = effective(stage(2025.0, [0.5, 1.0], availability=Value(0.9)), range(2025, 2028))
    assert made == pytest.approx([450.0, 900.0, 900.0])


def test_what_is_not_built_makes_nothing() -> None:
    assert not effective(stage(2020.0, []), YEARS, built=False).any()


def test_a_stop_before_the_start_makes_nothing() -> None:
    assert not effective(stage(2025.0, [0.5, 1.0], stop=2024.0), YEARS).any()


@given(STARTS, RAMPS, DELAYS)
def test_never_above_nameplate_and_never_below_zero(start: float, ramp: list[float], delay: float) -> None:
    made = effective(stage(start, ramp), YEARS, delay)
    assert made.min() >= 0.0
    assert made.max() <= 1000.0 * (max(ramp) if ramp else 1.0)


@given(STARTS, RAMPS, DELAYS, DELAYS)
def test_a_later_start_never_makes_more(start: float, ramp: list[float], one: float, other: float) -> None:
    soon, late = sorted((one, other))
    more, less = (effective(stage(start, ramp), YEARS, delay) for delay in (soon, late))
    assert np.all(less <= more + 1e-6)


@given(st.floats(2020.0, 2030.0), RAMPS)
def test_all_that_is_made_is_the_integral_of_the_ramp(start: float, ramp: list[float]) -> None:
    made = effective(stage(start, ramp), YEARS).sum()
    shares = ramp or [1.0]
    whole = sum(shares[:-1]) + shares[-1] * (2041.0 - start - (len(shares) - 1))
    assert made == pytest.approx(1000.0 * whole, rel=1e-9, abs=1e-6)


@given(STARTS, RAMPS, st.integers(0, 5))
def test_a_slip_of_whole_years_moves_the_years(start: float, ramp: list[float], delay: int) -> None:
    moved = effective(stage(start, ramp), YEARS, float(delay))[delay:]
    assert moved == pytest.approx(effective(stage(start, ramp), YEARS)[: len(YEARS) - delay], abs=1e-6)
