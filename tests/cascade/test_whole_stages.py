"""The search for whole stages, on purities that are given by a formula."""

import itertools
import math

import pytest

from didymium.cascade.whole_stages import OutOfReach, smallest


def exponential(rate_n, rate_m):
    """Impurities that fall by a rate with each stage of a section."""
    return lambda n, m: (1.0 - math.exp(-rate_m * m), 1.0 - math.exp(-rate_n * n))


@pytest.mark.parametrize(("rate_n", "rate_m"), [(0.3, 0.3), (0.1, 0.7), (0.9, 0.05), (2.0, 2.0)])
@pytest.mark.parametrize("want", [(0.9, 0.99), (0.999, 0.9), (0.99999, 0.99999)])
@pytest.mark.parametrize("first", [(1.0, 1.0), (30.0, 5.0), (100.0, 100.0)])
def test_smallest(rate_n, rate_m, want, first):
    reach = exponential(rate_n, rate_m)
    n, m = smallest(reach, want, first, 400)
    fits = [
        (i + j, i)
        for i, j in itertools.product(range(1, 260), repeat=2)
        if all(got >= asked for got, asked in zip(reach(i, j), want, strict=True))
    ]
    assert (n + m, n) == min(fits)


def leaning(lean, bend):
    """One impurity that all stages lower and that rises off a best share of extraction stages: a hollow over n."""
    return lambda n, m: (1.0 - math.exp(-0.1 * (n + m)) * (1.0 + bend * (n - lean * (n + m)) ** 2),)


@pytest.mark.parametrize("lean", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("bend", [1e-3, 3e-3])
@pytest.mark.parametrize("first", [(1.0, 1.0), (30.0, 5.0), (5.0, 100.0)])
def test_the_smallest_n_of_several_at_the_least_total(lean, bend, first):
    reach, want = leaning(lean, bend), (1.0 - math.exp(-0.1 * 40.0 + 0.09),)
    fits = [(total, n) for total in range(2, 121) for n in range(1, total) if reach(n, total - n) >= want]
    least = min(fits)[0]
    tied = [n for total, n in fits if total == least]
    assert len(tied) >= 3
    n, m = smallest(reach, want, first, 400)
    assert (n + m, n) == (least, min(tied))


def test_the_smallest_n_may_be_the_first_stage():
    assert smallest(lambda n, m: (1.0 - 0.5 ** (n + m),), (0.9,), (6.0, 6.0), 40) == (1, 3)


def test_out_of_reach():
    with pytest.raises(OutOfReach) as caught:
        smallest(lambda n, m: (0.99, 1.0 - 0.5**n), (0.999, 0.9), (5.0, 5.0), 40)
    assert caught.value.stages == 40
    assert caught.value.reached[0] == 0.99
