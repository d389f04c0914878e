"""Ageing: two steps are best, none is nothing, a hot step undoes a cool one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from didymium.magnet.ageing import annealing


def healed(*steps):
    temperature, time = (np.array([column], dtype=float) for column in zip(*steps, strict=True))
    return float(annealing(temperature, time)[0])


def test_by_hand():
    # First: 1 - exp(-2/0.5); second: exp(-((540 - 500)/80)^2) (1 - exp(-1/0.5)); shares 0.3 and 0.7.
    first = 1.0 - np.exp(-4.0)
    second = np.exp(-0.25) * (1.0 - np.exp(-2.0))
    # What the first step adds around 500 °C is gone on the way: exp(-(400/110)^2) is 2e-6.
    assert healed((900.0, 2.0), (540.0, 1.0)) == pytest.approx(0.3 * first + 0.7 * second, rel=1e-6)


def test_two_steps_beat_one_and_one_beats_none():
    best = healed((900.0, 2.0), (500.0, 3.0))
    assert best > 0.95
    assert healed((500.0, 3.0)) < best
    assert healed((900.0, 2.0)) < healed((500.0, 3.0))
    assert annealing(np.zeros((2, 0)), np.zeros((2, 0))).tolist() == [0.0, 0.0]


def test_order_and_optimum():
    assert healed((500.0, 3.0), (900.0, 2.0)) < 0.5 < healed((900.0, 2.0), (500.0, 3.0))
    values = [healed((900.0, 2.0), (degrees, 2.0)) for degrees in (350.0, 420.0, 500.0, 580.0, 650.0)]
    assert values[0] < values[1] < values[2] > values[3] > values[4]
    times = [healed((900.0, 2.0), (500.0, hours)) for hours in (0.0, 0.3, 1.0, 3.0)]
    assert times == sorted(times)


@given(st.lists(st.tuples(st.floats(100.0, 1150.0), st.floats(0.0, 100.0)), min_size=1, max_size=4))
def test_stays_between_none_and_best(steps):
    assert 0.0 <= healed(*steps) <= 1.0


def test_samples_keep_apart():
    temperature, time = np.array([[900.0, 500.0], [880.0, 560.0]]), np.array([[2.0, 3.0], [1.0, 1.0]])
    both = annealing(temperature, time)
    assert [both[k] for k in range(2)] == [annealing(temperature[k : k + 1], time[k : k + 1])[0] for k in range(2)]


def test_a_hot_step_without_time_undoes_nothing():
    assert healed((500.0, 3.0), (900.0, 0.0)) == healed((500.0, 3.0))
    lost = [healed((500.0, 3.0)) - healed((500.0, 3.0), (800.0, hours)) for hours in (0.0, 0.01, 0.1, 1.0)]
    assert lost[0] == 0.0 < lost[2]
    assert lost[1] < 0.1 * healed((500.0, 3.0))
