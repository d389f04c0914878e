"""The least organic flow: two elements by hand, many elements by circuits just above and below it."""

import numpy as np
import pytest

from didymium.cascade import CascadeError, design_cut, solve_circuits
from didymium.cascade.minimum import least_extract_flow

FEED, BETA = np.array([0.2, 0.3, 0.1, 0.15, 0.25]), np.array([1.0, 2.0, 3.2, 4.8, 20.0])


@pytest.mark.parametrize("beta", [1.05, 1.5, 8.0])
@pytest.mark.parametrize("f", [0.02, 0.5, 0.97])
def test_two_elements(beta, f):
    least = least_extract_flow([[1.0 - f, f]], [1.0, beta], 1, [[0.0, f]])
    assert least == pytest.approx(f + 1.0 / (beta - 1.0), rel=1e-12)


def test_only_ratios_of_the_separation_factors_count():
    sharp = np.where(np.arange(5) >= 3, FEED, 0.0)[None]
    one = least_extract_flow(FEED[None], BETA, 3, sharp)
    assert least_extract_flow(FEED[None], 1e3 * BETA, 3, sharp) == pytest.approx(one, rel=1e-12)


def test_an_absent_neighbour_does_not_count():
    sharp = np.array([[0.0, 0.0, 0.4]])
    feed = np.array([[0.6, 0.0, 0.4]])
    assert least_extract_flow(feed, [1.0, 1.9, 2.0], 2, sharp) == pytest.approx(0.4 + 1.0, rel=1e-12)


def test_a_batch_is_its_single_cases():
    rng = np.random.default_rng(3)
    feeds = rng.dirichlet(np.ones(5), 7)
    sharp = np.where(np.arange(5) >= 2, feeds, 0.0)
    whole = least_extract_flow(feeds, BETA, 2, sharp)
    single = [least_extract_flow(feeds[k : k + 1], BETA, 2, sharp[k : k + 1])[0] for k in range(7)]
    assert whole.tolist() == single


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_circuits_reach_the_purities_above_it_and_not_below(cut):
    """Half a part in a hundred above the minimum up to 600 stages are enough; below it 990 stages miss by far."""
    made = design_cut(FEED, BETA, cut, 0.9999, 0.9999, flow_ratio=1.005)
    assert min(made.reached_extract, made.reached_raffinate) >= 0.9999
    for ratio, enough in ((1.005, True), (0.97, False)):
        organic = ratio * made.underwood_flow
        best = 0.0
        for feed_stage in range(60, 990, 60):
            done = solve_circuits(990, feed_stage, FEED[None], BETA[None], [organic], [organic - made.extract_share])
            extract, raffinate = done.extract[0], done.raffinate[0]
            best = max(best, float(min(extract[cut:].sum() / extract.sum(), raffinate[:cut].sum() / raffinate.sum())))
        assert (best >= 0.9999) is enough
        assert (best < 0.999) is not enough


def test_the_far_elements_make_it_easier():
    made = design_cut(FEED, BETA, 3, 0.999, 0.999)
    assert made.underwood_flow < made.least_extract_flow
    with pytest.raises(CascadeError, match=r"flow_ratio is 0\.9; give a number above 1"):
        design_cut(FEED, BETA, 3, 0.999, 0.999, flow_ratio=0.9)
