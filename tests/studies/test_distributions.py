"""Distributions against scipy's own, inside their bounds, at quantiles from nearly 0 to nearly 1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from didymium.data import Fact
from didymium.quantities import In, Lognormal, Normal, Triangular, Uniform, Value
from didymium.studies.distributions import (
    Distribution,
    DistributionError,
    LognormalWithin,
    LogTriangularOver,
    NormalWithin,
    TriangularOver,
    UniformOver,
    of_fact,
    of_value,
)

GRID = np.concatenate([10.0 ** np.arange(-16.0, -1.0), np.linspace(0.1, 0.9, 33), 1.0 - 10.0 ** np.arange(-15.0, -1.0)])
EXTREME = np.array([5e-324, 1e-300, 2.0**-53, 0.5, 1.0 - 2.0**-53])


def scipys(one: Distribution) -> stats.rv_continuous:
    """The same distribution as scipy has it."""
    match one:
        case UniformOver(low, high):
            return stats.uniform(low, high - low)
        case TriangularOver(low, mode, high):
            return stats.triang((mode - low) / (high - low), low, high - low)
        case NormalWithin(centre, sd, low, high):
            return stats.truncnorm((low - centre) / sd, (high - centre) / sd, centre, sd)
    raise AssertionError(one)


CASES = [
    UniformOver(0.7, 0.8),
    UniformOver(-3.0, 5.0),
    TriangularOver(0.0, 1.0, 4.0),
    TriangularOver(0.0, 0.0, 4.0),
    TriangularOver(0.0, 4.0, 4.0),
    TriangularOver(340.0, 430.0, 900.0),
    NormalWithin(0.75, 0.05),
    NormalWithin(0.95, 0.05, 0.0, 1.0),
    NormalWithin(0.0, 1.0, low=0.0),
    NormalWithin(600.0, 10.0, low=-273.15),
    NormalWithin(0.5, 10.0, 0.0, 1.0),
]
ALL = [
    *CASES,
    LognormalWithin(12.0, 1.3),
    LognormalWithin(0.9, 2.0, 0.0, 1.0),
    LognormalWithin(2.0, 3.0, 1.0, 5.0),
    LogTriangularOver(30.0, 100.0, 300.0),
    LogTriangularOver(30.0, 30.0, 300.0),
    LogTriangularOver(30.0, 300.0, 300.0),
]


@pytest.mark.parametrize("one", CASES, ids=repr)
def test_quantiles_shares_and_mean_are_those_of_scipy(one: Distribution) -> None:
    same = scipys(one)
    assert one.ppf(GRID) == pytest.approx(np.clip(same.ppf(GRID), one.low, one.high), rel=1e-9, abs=1e-12)
    at = same.ppf(np.linspace(0.02, 0.98, 25))
    assert one.cdf(at) == pytest.approx(same.cdf(at), rel=1e-9)
    assert one.mean == pytest.approx(same.mean(), rel=1e-9)


def test_lognormal_is_the_exponential_of_a_truncated_normal() -> None:
    one, sd = LognormalWithin(2.0, 3.0, 1.0, 5.0), math.log(3.0)
    inner = stats.truncnorm(math.log(0.5) / sd, math.log(2.5) / sd, math.log(2.0), sd)
    assert one.ppf(GRID) == pytest.approx(np.exp(inner.ppf(GRID)), rel=1e-9)
    assert one.cdf([1.5, 4.0]) == pytest.approx(inner.cdf(np.log([1.5, 4.0])), rel=1e-12)
    assert one.mean == pytest.approx(inner.expect(np.exp), rel=1e-8)
    assert LognormalWithin(12.0, 1.3).mean == pytest.approx(stats.lognorm(math.log(1.3), scale=12.0).mean())


def test_triangular_in_the_logarithm() -> None:
    one = LogTriangularOver(30.0, 100.0, 300.0)
    low, mode, high = np.log([30.0, 100.0, 300.0])
    inner = stats.triang((mode - low) / (high - low), low, high - low)
    assert one.ppf(GRID) == pytest.approx(np.exp(inner.ppf(GRID)), rel=1e-9)
    assert one.cdf([50.0, 200.0]) == pytest.approx(inner.cdf(np.log([50.0, 200.0])), rel=1e-12)
    assert one.mean == pytest.approx(inner.expect(np.exp), rel=1e-8)
    assert LogTriangularOver(1.0, 1.0001, 5.0).mean == pytest.approx(LogTriangularOver(1.0, 1.0, 5.0).mean, rel=1e-4)


@pytest.mark.parametrize("one", ALL, ids=repr)
def test_draws_stay_inside_and_rise_with_their_quantile(one: Distribution) -> None:
    drawn = one.ppf(np.sort(np.concatenate([GRID, EXTREME])))
    assert np.isfinite(drawn).all()
    assert drawn.min() >= one.low
    assert drawn.max() <= one.high
    assert (np.diff(drawn) >= 0.0).all()


@pytest.mark.parametrize("one", ALL, ids=repr)
def test_share_is_the_inverse_of_quantile_and_many_draws_follow_it(one: Distribution) -> None:
    inner = np.linspace(0.001, 0.999, 199)
    assert one.cdf(one.ppf(inner)) == pytest.approx(inner, abs=1e-9)
    drawn = one.ppf(np.random.default_rng(7).random(4000))
    assert stats.kstest(drawn, one.cdf).pvalue > 1e-3
    even = one.ppf((np.arange(200_000) + 0.5) / 200_000)
    assert even.mean() == pytest.approx(one.mean, rel=1e-4)


@pytest.mark.parametrize("one", ALL, ids=repr)
def test_a_quantile_gives_the_same_bits_alone_and_among_others(one: Distribution) -> None:
    table = np.random.default_rng(3).random((257, 3))
    column = one.ppf(table[:, 1])
    assert np.array_equal(column, [float(one.ppf(u)) for u in table[:, 1]])
    assert np.array_equal(column[40:60], one.ppf(table[40:60, 1]))


def test_forms_of_a_file() -> None:
    share = In("1", low=0, high=1)
    assert of_value(share.parse("75 %")) is None
    assert of_value(share.parse("95 % ± 5 %")) == NormalWithin(0.95, 0.05, 0.0, 1.0)
    assert of_value(share.parse("0.70 to 0.80")) == UniformOver(0.7, 0.8)
    assert of_value(share.parse("0.75 from 0.70 to 0.80")) == TriangularOver(0.7, 0.75, 0.8)
    assert of_value(share.parse("0.5 ×÷ 1.3")) == LognormalWithin(0.5, 1.3, 0.0, 1.0)
    assert of_value(In("degC", low=-273.15).parse("600 °C ± 10 °C")) == NormalWithin(600.0, 10.0, low=-273.15)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Value(0.5, spread=Normal(1e7), text="0.5 ± 1e7", lower=0.0, upper=1.0), "next to nothing of 0.5 ± 1e7"),
        (Value(1.5, spread=Normal(0.01), lower=0.0, upper=1.0), "lies between 0 and 1"),
        (Value(50.0, spread=Lognormal(1.1), lower=0.0, upper=1.0), "lies between 0 and 1"),
        (Value(0.5, spread=Uniform(-1.0, 1.0), lower=0.0), "reaches beyond 0 to inf"),
        (Value(0.5, spread=Triangular(0.0, 2.0), lower=0.0, upper=1.0), "reaches beyond 0 to 1"),
    ],
)
def test_nothing_possible_is_refused(value: Value, words: str) -> None:
    with pytest.raises(DistributionError, match=words):
        of_value(value)


@given(centre=st.floats(0.0, 1.0), sd=st.floats(1e-6, 100.0), u=st.floats(0.0, 1.0, exclude_min=True, exclude_max=True))
def test_a_truncated_normal_never_leaves_its_bounds(centre: float, sd: float, u: float) -> None:
    drawn = float(NormalWithin(centre, sd, 0.0, 1.0).ppf(u))
    assert 0.0 <= drawn <= 1.0


def fact(value: float, low: float, high: float) -> Fact:
    return Fact(value, low, high, "USD/t", 2024, "assumed", "low")


def test_figures_of_the_data() -> None:
    assert of_fact(fact(2.0, 2.0, 2.0)) is None
    assert of_fact(fact(0.02, 0.02, 0.04)) == TriangularOver(0.02, 0.02, 0.04)
    assert of_fact(fact(2.0, 1.0, 4.0)) == TriangularOver(1.0, 2.0, 4.0)
    assert of_fact(fact(2.0, 1.0, 4.1)) == LogTriangularOver(1.0, 2.0, 4.1)
    assert of_fact(fact(0.0, 0.0, 50.0)) == TriangularOver(0.0, 0.0, 50.0)
    with pytest.raises(DistributionError, match="outside of its own range"):
        of_fact(fact(5.0, 1.0, 4.0))
