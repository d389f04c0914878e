"""Sums whose bits do not depend on the number of samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.sums import per_sample


@settings(max_examples=50, deadline=None)
@given(shape=st.tuples(st.integers(1, 9), st.integers(1, 5), st.integers(1, 60)), seed=st.integers(0, 2**32 - 1))
def test_a_batch_has_the_bits_of_its_cases(shape, seed) -> None:
    values = np.random.default_rng(seed).lognormal(0.0, 10.0, shape)
    whole = per_sample(values)
    assert whole.shape == shape[:1]
    for i in range(shape[0]):
        assert per_sample(values[i : i + 1])[0] == whole[i]
        assert per_sample(values[i : i + 1].copy(order="F"))[0] == whole[i]
    # The layout in memory does not count: neither a transpose nor a view of every second column.
    assert np.array_equal(per_sample(np.asfortranarray(values)), whole)
    wide = np.repeat(values, 2, axis=2)[..., ::2]
    assert np.array_equal(per_sample(wide), whole)
    assert whole == pytest.approx(values.reshape(shape[0], -1).sum(axis=1), rel=1e-12)
