"""The least organic flow: two elements by hand, many elements by circuits just above and below it."""

import numpy as np
import pytest

from didymium.cascade import CascadeError, design_cut, solve_circuits
from didymium.cascade.minimum import least_extract_flow

FEED, BETA = np.array([0.2, 0.3, 0.1, 0.15, 0.25]), np.array([1.0, 2.0, 3.2, 4.8, 20.0])


@pytest.mark.parametrize("beta", [1.05, 1.5, 8.0])
@pytest.mark.parametrize("f", [0.02, 0.5, 0.97])
def test_two_elements(beta, f):
    least = least_extract_flow([[1.0 - f, f]], [1.0, beta], 1, 0.0, 0.0)
    assert least == pytest.approx(f + 1.0 / (beta - 1.0), rel=1e-12)


def test_only_ratios_of_the_separation_factors_count():
    one = least_extract_flow(FEED[None], BETA, 3, 1e-3, 1e-4)
    assert least_extract_flow(FEED[None], 1e3 * BETA, 3, 1e-3, 1e-4) == pytest.approx(one, rel=1e-12)


def test_an_absent_neighbour_does_not_count():
    feed = np.array([[0.6, 0.0, 0.4]])
    assert least_extract_flow(feed, [1.0, 1.9, 2.0], 2, 0.0, 0.0) == pytest.approx(0.4 + 1.0, rel=1e-12)


def test_a_batch_is_its_single_cases():
    rng = np.random.default_rng(3)
    feeds = rng.dirichlet(np.ones(5), 7)
    leaks = rng.uniform(0.0, 0.01, (2, 7))
    whole = least_extract_flow(feeds, BETA, 2, *leaks)
    single = [least_extract_flow(feeds[k : k + 1], BETA, 2, *leaks[:, k : k + 1])[0] for k in range(7)]
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


def test_elements_of_one_factor_count_as_one():
    apart = least_extract_flow([[0.3, 0.2, 0.1, 0.4]], [1.0, 1.0, 3.0, 3.0], 2, 1e-3, 1e-3)
    assert apart == pytest.approx(least_extract_flow([[0.5, 0.5]], [1.0, 3.0], 1, 1e-3, 1e-3), rel=1e-12)


def reached(feed, beta, cut, organic, share, purities):
    """Whether 400 stages at some of five feed stages reach both purities."""
    for feed_stage in (30, 100, 200, 300, 370):
        done = solve_circuits(400, feed_stage, feed[None], beta[None], [organic], [organic - share])
        extract, raffinate = done.extract[0], done.raffinate[0]
        got = extract[cut:].sum() / extract.sum(), raffinate[:cut].sum() / raffinate.sum()
        if all(one >= wanted for one, wanted in zip(got, purities, strict=True)):
            return True
    return False


# The last two leaks are larger than what there is of the element at the cut: others stand in both products as well.
LEAKY = [
    ([0.5, 0.005, 0.495], [1.0, 2.0, 2.8], 2, 0.98, 0.999, 1.0369),
    ([0.5, 0.005, 0.495], [1.0, 2.0, 2.8], 2, 0.99, 0.999, 1.0476),
    ([0.4321, 0.25239, 0.00113, 0.31438], [1.0, 1.3, 3.9, 5.07], 2, 0.96859, 0.92381, 0.48566),
]


@pytest.mark.parametrize(("feed", "beta", "cut", "extract", "raffinate", "least"), LEAKY)
def test_more_impurity_than_there_is_of_the_neighbour(feed, beta, cut, extract, raffinate, least):
    made = design_cut(feed, beta, cut, extract, raffinate)
    assert made.underwood_flow == pytest.approx(least, rel=1e-4)
    purities = (extract, raffinate)
    given = np.array(feed), np.array(beta), cut
    assert reached(*given, 1.02 * least, made.extract_share, purities)
    assert not reached(*given, 0.97 * least, made.extract_share, purities)
    near = design_cut(feed, beta, cut, extract, raffinate, flow_ratio=1.05)
    assert min(near.reached_extract - extract, near.reached_raffinate - raffinate) >= 0.0


@pytest.mark.parametrize("seed", range(12))
def test_random_cuts_with_large_leaks(seed):
    """Purities down to a third of the way from the feed: the minimum holds for circuits just above and just below."""
    rng = np.random.default_rng(seed)
    elements = int(rng.integers(3, 7))
    feed = rng.dirichlet(np.full(elements, 0.5)) + 1e-4
    feed /= feed.sum()
    beta = np.cumprod(np.append(1.0, rng.uniform(1.2, 3.0, elements - 1)))
    cut = int(rng.integers(1, elements))
    f = feed[cut:].sum()
    purities = (1.0 - (1.0 - f) * 10.0 ** rng.uniform(-3, -0.3), 1.0 - f * 10.0 ** rng.uniform(-3, -0.3))
    made = design_cut(feed, beta, cut, *purities, 1.3)
    least, share = made.underwood_flow, made.extract_share
    if least * 1.02 > share:
        assert reached(feed, beta, cut, 1.02 * least, share, purities)
    if least * 0.97 > share:
        assert not reached(feed, beta, cut, 0.97 * least, share, purities)


@pytest.mark.parametrize("trace", [1e-16, 1e-20, 1e-200, 5e-324])
@pytest.mark.parametrize("at", [0, 1, 3, 4])
def test_a_trace_moves_no_flow(trace, at):
    """Its theta lies on top of its beta: nothing is divided by that, and the others need what they need without it."""
    feed, beta = np.array([0.3, 0.2, 0.1, 0.25, 0.15]), np.array([1.0, 2.0, 3.2, 4.8, 20.0])
    feed[at] = 0.0
    feed /= feed.sum()
    without = least_extract_flow(feed[None], beta, 3 if at else 2, [1e-3], [1e-4])
    feed[at] = trace
    assert least_extract_flow(feed[None], beta, 3 if at else 2, [1e-3], [1e-4]) == pytest.approx(without, rel=1e-12)


def test_a_side_of_traces_only():
    """Nothing to extract but 1e-18: an answer that is a number, not a warning."""
    least = least_extract_flow([[0.6, 0.4, 1e-18]], [1.0, 2.0, 3.0], 2, [1e-3], [0.0])
    assert np.isfinite(least).all()
