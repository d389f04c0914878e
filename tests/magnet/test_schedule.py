"""Furnace schedules: knots, times and the energy over the standard."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from didymium.magnet.schedule import (
    ROOM,
    STANDARD,
    STANDARD_AGEING,
    ageing_schedules,
    energy_ratio,
    furnace_schedule,
    standard_schedules,
)
from didymium.operations import registry


def schedule(*steps):
    return furnace_schedule(*(np.array([column], dtype=float) for column in zip(*steps, strict=True)))


def test_by_hand():
    # 20 to 620 °C at 10 K/min: 1 h; 2 h at it; to 1020 °C at 4 K/min: 100 min; cooling 920 K at 10 K/min: 92 min.
    made = schedule((620.0, 10.0, 2.0), (1020.0, 4.0, 0.0))
    np.testing.assert_allclose(made.time[0] / 60.0, [0, 60, 180, 280, 280, 372])
    np.testing.assert_allclose(made.temperature[0] - 273.15, [20, 620, 620, 1020, 1020, 100])
    assert made.hours[0] == pytest.approx(6.2)
    assert made.peak[0] == pytest.approx(1293.15)


def test_a_step_may_lead_down_and_end_cold():
    made = schedule((500.0, 5.0, 1.0), (60.0, 5.0, 0.0))
    assert (np.diff(made.time[0]) >= 0.0).all()
    assert made.temperature[0, -1] == pytest.approx(333.15)


def test_radiation_is_the_integral_of_the_fourth_power():
    made = schedule((500.0, 7.0, 1.5), (1060.0, 3.0, 4.0))
    time, temperature = made.time[0] / 3600.0, made.temperature[0]
    room = (ROOM + 273.15) ** 4
    wanted = sum(
        quad(lambda t: np.interp(t, time, temperature) ** 4 - room, low, high)[0]
        for low, high in pairwise(time)
        if high > low
    )
    assert made.radiated[0] == pytest.approx(wanted, rel=1e-9)


def test_energy_is_one_at_the_standard_and_rises_with_heat_and_time():
    standard = standard_schedules()
    assert energy_ratio(standard)[0] == pytest.approx(1.0, abs=1e-12)
    assert energy_ratio(standard[:1])[0] < 1.0
    to, rate, hold = (np.array([column]) for column in zip(*STANDARD, strict=True))
    longer, hotter = hold + np.array([[0.0, 0.0, 0.0, 2.0]]), to + np.array([[0.0, 0.0, 0.0, 40.0]])
    assert energy_ratio((furnace_schedule(to, rate, longer), *standard[1:]))[0] > 1.1
    assert energy_ratio((furnace_schedule(hotter, rate, hold), *standard[1:]))[0] > 1.02


def test_no_ageing_is_no_schedule():
    assert ageing_schedules(np.zeros((3, 0)), np.zeros((3, 0))) == ()


def test_samples_keep_apart():
    both = furnace_schedule(np.array([[600.0], [1000.0]]), np.array([[3.0], [6.0]]), np.array([[1.0], [2.0]]))
    alone = furnace_schedule(np.array([[1000.0]]), np.array([[6.0]]), np.array([[2.0]]))
    assert np.array_equal(both.time[1], alone.time[0])
    assert energy_ratio((both,))[1] == energy_ratio((alone,))[0]


@pytest.mark.parametrize(("rate", "hold"), [(0.0, 1.0), (-1.0, 1.0), (1.0, -1.0)])
def test_bad_rates_and_holds(rate, hold):
    with pytest.raises(ValueError, match="above zero"):
        schedule((500.0, rate, hold))


def test_the_defaults_of_the_kind_are_the_standard():
    model = registry()["sintering"].parameters.model_validate({"kind": "sintering", "feed": "press.compacts"})
    found = tuple((step.to.nominal, step.rate.nominal, step.hold.nominal) for step in model.schedule)
    assert found == STANDARD
    assert tuple((step.temperature.nominal, step.time.nominal) for step in model.ageing) == STANDARD_AGEING
