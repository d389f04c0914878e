"""Shapley values of products: the closed form against the definition, and the axioms that it stands for."""

from __future__ import annotations

import doctest
import itertools
import math

import numpy as np
import pytest

from didymium.studies import shapley as module
from didymium.studies.shapley import of_product

Factors = list[np.ndarray]


def by_orders(before: Factors, after: Factors) -> Factors:
    """The definition: what each factor adds, averaged over every order in which they change."""
    count = len(before)
    out = [np.zeros_like(before[0]) for _ in before]
    for order in itertools.permutations(range(count)):
        now = list(before)
        for k in order:
            value = np.prod(now, axis=0)
            now[k] = after[k]
            out[k] = out[k] + np.prod(now, axis=0) - value
    return [one / math.factorial(count) for one in out]


def drawn(count: int, seed: int, samples: int = 3) -> tuple[Factors, Factors]:
    random = np.random.default_rng(seed)
    return [list(random.lognormal(0.0, 1.0, (count, samples))) for _ in range(2)]  # type: ignore[return-value]


def test_doctests() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("count", range(1, 8))
def test_it_is_the_mean_over_all_orders(count: int) -> None:
    before, after = drawn(count, count)
    for one, other in zip(of_product(before, after), by_orders(before, after), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


def test_zeros_and_negative_factors() -> None:
    before = [np.array([0.0, 2.0]), np.array([3.0, -1.0]), np.array([1.0, 0.0])]
    after = [np.array([2.0, 0.0]), np.array([0.0, 4.0]), np.array([5.0, -2.0])]
    for one, other in zip(of_product(before, after), by_orders(before, after), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("count", [2, 5, 12, 15])
def test_efficiency(count: int) -> None:
    before, after = drawn(count, 100 + count)
    difference = np.prod(after, axis=0) - np.prod(before, axis=0)
    size = np.maximum(np.prod(after, axis=0), np.prod(before, axis=0))
    most = np.max(np.abs(of_product(before, after)), axis=0)
    assert np.all(np.abs(np.sum(of_product(before, after), axis=0) - difference) <= 1e-12 * np.maximum(size, most))


def test_a_factor_that_stays_the_same_has_exactly_nothing() -> None:
    before, after = drawn(6, 7)
    after[2] = before[2].copy()
    values = of_product(before, after)
    assert np.all(values[2] == 0.0)
    others = of_product([*before[:2], *before[3:]], [*after[:2], *after[3:]])
    np.testing.assert_allclose(values[4], before[2] * others[3], rtol=1e-12)


def test_alike_factors_share_alike() -> None:
    before, after = drawn(5, 8)
    before[3], after[3] = before[1].copy(), after[1].copy()
    values = of_product(before, after)
    np.testing.assert_allclose(values[1], values[3], rtol=1e-12)


def test_the_order_of_the_factors_is_nothing() -> None:
    before, after = drawn(6, 9)
    values = of_product(before, after)
    for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 37):
        moved = of_product([before[k] for k in order], [after[k] for k in order])
        for place, k in enumerate(order):
            np.testing.assert_allclose(moved[place], values[k], rtol=1e-13)


def test_back_is_there_with_the_other_sign() -> None:
    before, after = drawn(7, 10)
    for one, other in zip(of_product(before, after), of_product(after, before), strict=True):
        np.testing.assert_allclose(one, -other, rtol=1e-12)


def test_a_batch_has_the_bits_of_its_cases() -> None:
    before, after = drawn(9, 11, samples=5)
    values = of_product(before, after)
    for k in range(5):
        alone = of_product([one[k : k + 1] for one in before], [one[k : k + 1] for one in after])
        assert [float(one[k]) for one in values] == [float(one[0]) for one in alone]
