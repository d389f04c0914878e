"""A random effect of the source against cases worked by hand."""

import numpy as np
import pytest

from didymium.cascade.fitting.combine import combined


def test_equal_sources():
    """Four means with like errors: their mean, and the scatter between them is all scatter less their errors'."""
    found = np.array([-2.0, -2.4, -2.2, -1.8])
    done = combined(found, 0.01 * np.eye(4), np.ones((4, 1)), np.eye(4))
    assert done.values == pytest.approx([found.mean()])
    assert done.variance == pytest.approx(found.var(ddof=1) - 0.01, rel=1e-6)
    assert done.covariance[0, 0] == pytest.approx(found.var(ddof=1) / 4.0, rel=1e-6)
    assert done.degrees == 3


def test_sources_that_agree_have_no_scatter_between_them():
    done = combined(np.array([1.0, 1.05]), np.diag([0.01, 0.04]), np.ones((2, 1)), np.eye(2))
    assert done.variance == 0.0
    assert done.values == pytest.approx([(1.0 / 0.01 + 1.05 / 0.04) / (1.0 / 0.01 + 1.0 / 0.04)], rel=1e-6)


def test_an_element_of_one_source_carries_what_the_others_show():
    design = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    done = combined(np.array([0.0, 1.0, 5.0]), 1e-6 * np.eye(3), design, np.eye(3))
    assert done.variance == pytest.approx(0.5, rel=1e-4)
    assert done.covariance[1, 1] == pytest.approx(0.5, rel=1e-4)
    assert done.covariance[0, 0] == pytest.approx(0.25, rel=1e-4)
