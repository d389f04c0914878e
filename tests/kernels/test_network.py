"""The network kernel against a plain NumPy solution of the same balances."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from didymium.kernels import network


def twin(shares: np.ndarray, leave: np.ndarray, inflow: np.ndarray) -> np.ndarray:
    """x = b + P^T x by a general linear solve, case by case."""
    out = np.zeros_like(inflow)
    for case in range(len(inflow)):
        p = shares[case]
        rest = leave[case] + p.sum(axis=1)
        scaled = p / np.where(rest > 0.0, rest, 1.0)[:, None]
        if len(p):
            out[case] = np.linalg.solve(np.eye(len(p)) - scaled.T, inflow[case])
    return out


def run(shares: np.ndarray, leave: np.ndarray, inflow: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    states = inflow.shape[1]
    out = np.full_like(inflow, np.nan)
    work = np.empty((states, states)), np.empty(states), np.empty(states)
    contiguous = (np.ascontiguousarray(a) for a in (shares, leave, inflow))
    return out, network.solve(*contiguous, out, *work)


def random_case(rng: np.random.Generator, cases: int, states: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = rng.random((cases, states, states + 1)) ** 3 * (rng.random((cases, states, states + 1)) < 0.6)
    table[..., -1] += 1e-3
    table /= table.sum(axis=2, keepdims=True)
    return table[..., :-1], table[..., -1], rng.random((cases, states)) * (rng.random((cases, states)) < 0.7)


@pytest.mark.parametrize("states", [0, 1, 2, 5, 17, 40])
@pytest.mark.parametrize("cases", [0, 1, 7])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_twin(states: int, cases: int, seed: int) -> None:
    shares, leave, inflow = random_case(np.random.default_rng(seed), cases, states)
    out, trap = run(shares, leave, inflow)
    assert trap == (-1, -1)
    np.testing.assert_allclose(out, twin(shares, leave, inflow), rtol=1e-10, atol=0.0)


def test_strided_inputs_are_not_misread() -> None:
    shares, leave, inflow = random_case(np.random.default_rng(5), 6, 8)
    out, _ = run(shares[::2], leave[::2], inflow[::2])
    whole, _ = run(shares, leave, inflow)
    np.testing.assert_array_equal(out, whole[::2])


def test_what_enters_leaves() -> None:
    shares, leave, inflow = random_case(np.random.default_rng(11), 50, 20)
    out, _ = run(shares, leave, inflow)
    np.testing.assert_allclose((out * leave).sum(axis=1), inflow.sum(axis=1), rtol=1e-12)


def test_a_trace_keeps_its_precision_in_a_tight_loop() -> None:
    # Two states hand everything but 2**-40 to each other; the second also loses 2**-60 elsewhere.
    tight, tiny = 2.0**-40, 2.0**-60
    shares = np.array([[[0.0, 1.0 - tight], [1.0 - tiny, 0.0]]])
    leave = np.array([[tight, tiny]])
    out, _ = run(shares, leave, np.array([[1.0, 0.0]]))
    a, b = Fraction(1) - Fraction(tight), Fraction(1) - Fraction(tiny)
    exact = 1 / (1 - a * b)
    assert out[0, 0] == pytest.approx(float(exact), rel=1e-14)
    assert out[0, 1] == pytest.approx(float(a * exact), rel=1e-14)
    assert out[0, 1] * tiny == pytest.approx(float(a * exact * Fraction(tiny)), rel=1e-14)


def test_a_closed_loop_is_named() -> None:
    shares = np.array([[[0.0, 1.0], [1.0, 0.0]]])
    _, trap = run(shares, np.zeros((1, 2)), np.array([[1.0, 0.0]]))
    assert trap == (0, 0)
    empty, trap = run(shares, np.zeros((1, 2)), np.zeros((1, 2)))
    assert trap == (-1, -1)
    np.testing.assert_array_equal(empty, 0.0)


def test_a_case_does_not_depend_on_its_neighbours() -> None:
    shares, leave, inflow = random_case(np.random.default_rng(3), 9, 12)
    whole, _ = run(shares, leave, inflow)
    for case in range(9):
        one, _ = run(shares[case : case + 1], leave[case : case + 1], inflow[case : case + 1])
        np.testing.assert_array_equal(one[0], whole[case])
