"""Random circuits, errors of batches, and the worked numbers of the docstrings."""

import doctest
import importlib

import numpy as np
import pytest

from didymium.cascade import Cascade, CascadeError, solve_circuits


def random_circuit(rng):
    """2-15 elements, 6-300 stages, neighbours' β 1.2-12, S 1.02-4 times its minimum, cuts balanced or not."""
    elements, stages = int(rng.integers(2, 16)), int(rng.integers(6, 301))
    step = np.exp(rng.uniform(np.log(1.2), np.log(12.0), elements - 1))
    beta = np.concatenate([[1.0], np.cumprod(step)])
    feed = np.maximum(rng.dirichlet(np.ones(elements)), 1e-6)
    feed /= feed.sum()
    cut = int(rng.integers(1, elements))
    extracted = feed[cut:].sum()
    organic = (extracted + 1.0 / (step[cut - 1] - 1.0)) * np.exp(rng.uniform(np.log(1.02), np.log(4.0)))
    off = rng.choice([0.0, 1e-3, -1e-3, 0.02, -0.02, -0.2])
    product = extracted * (1.0 + off)
    if product >= 0.999:
        product = extracted * min(1.0 - abs(off), 0.98)
    organic = max(organic, 1.02 * product + 0.01)
    return stages, int(rng.integers(2, stages)), feed, beta, organic, organic - product


def imbalance(stages, feed_stage, feed, organic, scrub, draws, done):
    """Largest gap of a stage's element balance, relative to the flow through the stage; straight from the flows."""
    x, y = done.aqueous[0], done.organic[0]
    down = np.full(stages, scrub)
    down[:feed_stage] += feed.sum()
    drawn = np.zeros(stages)
    for stage, flow in draws.items():
        drawn[stage - 1] = flow
        down[:stage] -= flow
    down[0] -= organic
    up = np.full(stages, organic)
    up[-1] -= scrub
    into = np.zeros_like(x)
    into[feed_stage - 1] += feed
    into[1:] += up[:-1, None] * y[:-1]
    into[:-1] += down[1:, None] * x[1:]
    out = (down + drawn)[:, None] * x + up[:, None] * y
    return float(np.max(np.abs(into - out) / np.maximum(np.maximum(into, out), 1e-280)))


def solved_or_told(args, draws):
    """True if solved and checked independently, False if a CascadeError says what failed."""
    stages, feed_stage, feed, beta, organic, scrub = args
    try:
        done = solve_circuits(stages, feed_stage, feed[None], beta[None], [organic], [scrub], draws)
    except CascadeError as error:
        told = error
        done = None
    if done is None:
        assert told.case == 0
        assert told.stage is not None
        assert "Newton steps" in told.reason
        return False
    for flows in (done.raffinate, done.extract, done.aqueous, done.organic):
        assert np.isfinite(flows).all()
        assert (flows >= 0.0).all()
    out = done.raffinate[0] + done.extract[0] + done.draws[0].sum(axis=0)
    np.testing.assert_allclose(out, feed, rtol=1e-12)
    np.testing.assert_allclose(done.aqueous[0].sum(axis=1), 1.0, rtol=2e-12)
    np.testing.assert_allclose(done.organic[0].sum(axis=1), 1.0, rtol=1e-9)
    bx = beta * done.aqueous[0]
    np.testing.assert_allclose(done.organic[0], bx / bx.sum(axis=1, keepdims=True), rtol=1e-9, atol=1e-290)
    assert imbalance(stages, feed_stage, feed, organic, scrub, draws, done) < 1e-10
    return True


def test_two_hundred_random_circuits_end_well():
    rng = np.random.default_rng(20240)
    assert sum(solved_or_told(random_circuit(rng), {}) for _ in range(200)) == 200


def test_random_circuits_with_draws_end_well():
    rng = np.random.default_rng(20241)
    solved = 0
    for _ in range(40):
        args = random_circuit(rng)
        stages, feed_stage, _, _, organic, scrub = args
        left = 1.0 + scrub - organic
        draws = {int(rng.integers(2, feed_stage + 1)): 0.5 * left * rng.uniform(0.05, 1.0)}
        if feed_stage < stages - 1:
            draws[int(rng.integers(feed_stage + 1, stages))] = min(0.3 * scrub, 0.3 * left)
        solved += solved_or_told(args, draws)
    assert solved == 40


@pytest.mark.parametrize("off", [0.0, 1e-12, -1e-12, 1e-6, -1e-6])
def test_balanced_cut(off):
    """A product flow equal to the content of the extracted element: the front is almost neutral."""
    feed, beta = np.array([0.4, 0.6]), np.array([1.0, 3.0])
    product = 0.6 * (1.0 + off)
    assert solved_or_told((120, 60, feed, beta, 1.8, 1.8 - product), {})


def test_more_stages_never_purify_less():
    purities = []
    for n in range(3, 40, 4):
        done = solve_circuits(2 * n, n, [[0.5, 0.5]], [[2.0, 1.0]], [1.8], [1.3])
        purities.append(done.extract[0, 0] / done.extract[0].sum())
    assert np.all(np.diff(purities) > 0.0)


def test_near_total_reflux_is_fenske():
    """Two elements, almost all returned at both ends: N ln β = ln of the product of the purities' odds."""
    feed, beta, stages = np.array([[0.5, 0.5]]), np.array([[2.0, 1.0]]), 20
    done = solve_circuits(stages, 10, feed, beta, [1e6], [1e6 - 0.5])
    a = done.extract[0, 0] / done.extract[0, 1]
    b = done.raffinate[0, 1] / done.raffinate[0, 0]
    assert np.log(a * b) / np.log(2.0) == pytest.approx(stages, rel=1e-4)


def test_errors_name_the_case():
    feed, beta = np.full((3, 2), 0.5), np.tile([2.0, 1.0], (3, 1))
    with pytest.raises(CascadeError, match="case 2: scrub_flow") as caught:
        solve_circuits(10, 5, feed, beta, [1.7] * 3, [1.2, 1.2, 1.8])
    assert caught.value.case == 2
    with pytest.raises(CascadeError, match="case 1: feed of element 0") as caught:
        solve_circuits(10, 5, [[1, 1], [-1, 1], [1, 1]], beta, [1.7] * 3, [1.2] * 3)
    assert (caught.value.case, caught.value.element) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"feed": [0.5, 0.5]}, "axes"),
        ({"feed": [["x", 0.5]]}, "not a number"),
        ({"feed": [[0.5]], "separation_factors": [[1.0]]}, "two elements"),
        ({"extract_flow": [1.7, 1.7]}, "do not belong together"),
        ({"aqueous_draws": {5: [0.1, 0.1]}}, "shape"),
        ({"aqueous_draws": {5: -0.1}}, "not negative"),
        ({"aqueous_draws": {0: 0.1}}, "stages 1 to 10"),
        ({"start": np.zeros((2, 10))}, "start has shape"),
        ({"start": np.zeros(10)}, "axes"),
    ],
)
def test_bad_batches_are_refused(changes, match):
    given = {
        "stages": 10,
        "feed_stage": 5,
        "feed": [[0.5, 0.5]],
        "separation_factors": [[2.0, 1.0]],
        "extract_flow": [1.7],
        "scrub_flow": [1.2],
    }
    with pytest.raises(CascadeError, match=match):
        solve_circuits(**{**given, **changes})


@pytest.mark.parametrize("name", ["batch", "design", "exchange", "flows"])
def test_worked_numbers_of_the_docstrings(name):
    failed, tried = doctest.testmod(importlib.import_module(f"didymium.cascade.{name}"))
    assert tried > 0
    assert failed == 0


def test_pseudo_time_that_stands_still_ends() -> None:
    """A circuit whose held steps once had nothing left to do and went round without end.

    The cut is balanced to the last digit over twenty decades of feed and factors: solved, and told that it is so.
    """
    names = [f"e{i}" for i in range(7)]
    feed = [3.966185217356816e-3, 5.001789096052922e-13, 7.809760257959284e-05, 0.9959551494992286]
    feed += [1.2230750259310376e-11, 5.893874155324184e-08, 5.087293625286093e-07]
    beta = [1.0, 9.4232651929079, 2615806.653688304, 306928151461.73785, 2175113424512.4968]
    beta += [4.5694209702704824e16, 2.79423209937158e21]
    cascade = Cascade(
        stages=286,
        feed_stage=114,
        feed=dict(zip(names, feed, strict=True)),
        separation_factors=dict(zip(names, beta, strict=True)),
        extract_flow=4.817144508762625e-05,
        scrub_flow=4.7603776983544396e-05,
    )
    result = cascade.solve()
    assert result.residual <= 1e-12
    assert result.closure <= 1e-12
    assert result.ill_conditioned
    assert "ill-conditioned" in repr(result)


def test_circuits_beyond_the_solver_are_refused() -> None:
    for stages in (1001, 10**6, 10**30):
        with pytest.raises(CascadeError, match="takes up to 1000"):
            Cascade(
                stages=stages,
                feed_stage=2,
                feed={"A": 0.5, "B": 0.5},
                separation_factors={"A": 2.0, "B": 1.0},
                extract_flow=1.7,
                scrub_flow=1.2,
            )
