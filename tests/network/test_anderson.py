"""The accelerator on fixed points with known answers."""

from __future__ import annotations

import numpy as np

from didymium.network.anderson import Anderson


def iterate(step, start: np.ndarray, rounds: int) -> np.ndarray:
    mixer, point = Anderson(), start
    for _ in range(rounds):
        point = mixer.next(point, step(point), np.arange(len(point)))
    return point


def test_a_slow_linear_map_is_solved_in_a_few_rounds() -> None:
    rates = np.array([0.95, -0.5])[:, None, None] * np.ones((2, 1, 3))
    fixed = np.array([2.0, 5.0])[:, None, None] * np.ones((2, 1, 3))
    found = iterate(lambda x: fixed + rates * (x - fixed), fixed * 0.1, 6)
    np.testing.assert_allclose(found, fixed, rtol=1e-9)


def test_flows_stay_positive_and_samples_are_independent() -> None:
    def step(x: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + x)

    start = np.array([0.1, 3.0])[:, None, None] * np.ones((2, 2, 2))
    both = iterate(step, start, 12)
    assert np.all(both > 0.0)
    for i in range(2):
        np.testing.assert_array_equal(iterate(step, start[i : i + 1], 12)[0], both[i])
    np.testing.assert_allclose(both, (np.sqrt(5.0) - 1.0) / 2.0, rtol=1e-12)
