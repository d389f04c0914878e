"""How long magnets stay in use: shares by year, means, bounds of a spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from didymium.quantities import Value
from didymium.spreads import Lognormal, Normal, Spread, Triangular, Uniform
from didymium.supply.lifetime import weights

YEARS = np.arange(80)


def test_without_a_spread_all_come_back_in_the_nearest_year() -> None:
    assert np.flatnonzero(weights(Value(14.6), 80)).tolist() == [15]
    assert weights(Value(14.6), 80)[15] == 1.0


def test_what_lasts_longer_than_the_horizon_does_not_come_back() -> None:
    assert not weights(Value(15.0), 10).any()
    assert weights(Value(15.0, spread=Uniform(10.0, 20.0)), 15).sum() == pytest.approx(0.45)


def test_a_uniform_life_by_hand() -> None:
    # Sold at u and in use for L: P(k <= u + L < k + 1), both uniform over one year.
    assert weights(Value(2.5, spread=Uniform(2.0, 3.0)), 6) == pytest.approx([0, 0, 0.5, 0.5, 0, 0], abs=1e-14)


def test_a_spread_of_no_width_is_none() -> None:
    found = weights(Value(7.0, spread=Triangular(7.0, 7.0)), 20)
    assert np.flatnonzero(found).tolist() == [7]


def test_a_normal_spread_is_cut_at_zero() -> None:
    found = weights(Value(1.0, spread=Normal(2.0), lower=0.0), 40)
    assert found.sum() == pytest.approx(1.0, abs=1e-9)
    assert (YEARS[:40] * found).sum() > 1.0


def test_callers_cannot_spoil_each_other() -> None:
    life = Value(5.0, spread=Uniform(4.0, 6.0))
    weights(life, 20)[:] = 7.0
    assert weights(life, 20).sum() == pytest.approx(1.0)


SPREADS: st.SearchStrategy[Spread] = st.one_of(
    st.floats(0.5, 6.0).map(lambda half: Uniform(15.0 - half, 15.0 + half)),
    st.tuples(st.floats(1.0, 15.0), st.floats(15.0, 30.0)).map(lambda ends: Triangular(*ends)),
    st.floats(0.2, 2.0).map(Normal),
)


@given(SPREADS)
def test_all_come_back_in_the_end_after_the_mean_life(spread: Spread) -> None:
    life = Value(15.0, spread=spread)
    found = weights(life, 80)
    mean = (spread.low + 15.0 + spread.high) / 3.0 if isinstance(spread, Triangular) else 15.0
    assert found.min() >= 0.0
    assert found.sum() == pytest.approx(1.0, abs=1e-9)
    assert (YEARS * found).sum() == pytest.approx(mean, abs=1e-6)


@given(st.floats(1.05, 1.4))
def test_the_mean_of_a_lognormal_life_is_above_its_median(gsd: float) -> None:
    found = weights(Value(10.0, spread=Lognormal(gsd)), 200)
    assert (np.arange(200) * found).sum() == pytest.approx(10.0 * np.exp(0.5 * np.log(gsd) ** 2), rel=1e-6)


@given(SPREADS, st.integers(1, 79))
def test_a_shorter_horizon_is_the_beginning_of_a_longer_one(spread: Spread, horizon: int) -> None:
    life = Value(15.0, spread=spread)
    assert weights(life, horizon) == pytest.approx(weights(life, 80)[:horizon], abs=1e-12)
