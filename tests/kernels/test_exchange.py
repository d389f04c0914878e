"""The exchange kernel against its NumPy twin and against high-precision balances."""

import importlib.util
from pathlib import Path

import mpmath
import numpy as np
import pytest

from didymium.cascade import CascadeError, solve_circuits
from didymium.kernels import exchange

_SPEC = importlib.util.spec_from_file_location("exchange_twin", Path(__file__).with_name("exchange_twin.py"))
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)


def case(rng, stages, elements, draws=0):
    """A moderate circuit that plain Newton solves too: feed stage, feed, beta, S, W, draws."""
    beta = np.cumprod(np.concatenate([[1.0], rng.uniform(1.2, 2.5, elements - 1)]))
    feed = rng.dirichlet(np.full(elements, 3.0)) * rng.uniform(0.1, 50.0)
    cut = rng.integers(1, elements)
    product = 0.9 * feed[cut:].sum()
    least = feed[cut:].sum() + feed.sum() / (beta[cut] / beta[cut - 1] - 1.0)
    organic = 1.5 * least
    places = rng.choice(np.arange(2, stages), size=draws, replace=False) if draws else []
    drawn = {int(s): 0.2 * (feed.sum() - product) / draws for s in places}
    return int(rng.integers(1, stages + 1)), feed, beta, organic, organic - product, drawn


def run(stages, feed_stage, feed, beta, organic, scrub, draws, **more):
    return solve_circuits(stages, feed_stage, feed[None], beta[None], [organic], [scrub], draws, **more)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("elements", [2, 3, 7, 15])
@pytest.mark.parametrize("stages", [2, 3, 6, 17, 40])
def test_kernel_equals_its_twin(stages, elements, seed):
    rng = np.random.default_rng([stages, elements, seed])
    args = case(rng, stages, elements, draws=min(seed - 1, max(0, stages - 2)))
    feed_stage, feed, beta, organic, scrub, draws = args
    done = run(stages, *args)
    # From the kernel's own scalars first: the same elimination must give the same profile.
    aqueous, up, draw = twin.flows(
        stages, feed_stage - 1, feed.sum(), organic, scrub, {s - 1: f for s, f in draws.items()}
    )
    x, *_ = twin.eliminate(done.scalars[0], feed_stage - 1, feed, beta, aqueous, up, draw)
    np.testing.assert_allclose(done.aqueous[0], x, rtol=1e-11, atol=0.0)
    # Then by the twin's plain Newton, from scalars pushed off the solution.
    _, solved, _, residual = twin.solve(
        stages,
        feed_stage - 1,
        feed,
        beta,
        organic,
        scrub,
        {s - 1: f for s, f in draws.items()},
        done.scalars[0] + 0.05 * rng.standard_normal(stages),
    )
    assert residual < 1e-12
    np.testing.assert_allclose(done.aqueous[0], solved, rtol=1e-7, atol=1e-12)


def test_one_stage_column_of_two():
    """Two stages, by hand: the two balances and equilibria of A and B hold."""
    done = run(2, 1, np.array([0.5, 0.5]), np.array([2.0, 1.0]), 1.2, 0.7, {})
    x, y = done.aqueous[0], done.organic[0]
    np.testing.assert_allclose(y, 2.0 ** np.array([1, 0]) * x / (x @ [2.0, 1.0])[:, None], rtol=1e-12)
    np.testing.assert_allclose(1.2 * y[0], 0.7 * x[1] + 0.5 * y[1], rtol=1e-12)


def test_inputs_of_any_layout_and_type():
    rng = np.random.default_rng(5)
    feed = rng.uniform(0.1, 1.0, (4, 6))
    beta = np.broadcast_to(np.cumprod([1, 1.5, 1.5, 1.5, 1.5, 1.5]), (4, 6))
    organic = feed[:, 3:].sum(axis=1) + 3.0 * feed.sum(axis=1)
    scrub = organic - 0.9 * feed[:, 3:].sum(axis=1)
    plain = solve_circuits(20, 10, feed, beta, organic, scrub)
    strided = solve_circuits(
        20, 10, np.asfortranarray(feed), beta[:, ::-1][:, ::-1], organic.tolist(), scrub[::-1][::-1]
    )
    np.testing.assert_array_equal(plain.aqueous, strided.aqueous)
    backwards = solve_circuits(20, 10, feed[:, ::-1], beta[:, ::-1], organic, scrub)
    np.testing.assert_allclose(plain.extract, backwards.extract[:, ::-1], rtol=1e-11)
    np.testing.assert_array_equal(
        solve_circuits(5, 2, [[1, 1]], [[2, 1]], [2], [1.5]).extract,
        solve_circuits(5, 2, [[1.0, 1.0]], [[2.0, 1.0]], [2.0], [1.5]).extract,
    )


def test_bits_do_not_depend_on_the_neighbours():
    rng = np.random.default_rng(6)
    feed = rng.dirichlet(np.ones(5), 9)
    beta = np.sort(rng.uniform(1.0, 9.0, (9, 5)), axis=1)
    organic = rng.uniform(1.5, 3.0, 9)
    scrub = organic - rng.uniform(0.2, 0.8, 9)
    together = solve_circuits(60, 31, feed, beta, organic, scrub)
    for k in range(9):
        alone = solve_circuits(60, 31, feed[k : k + 1], beta[k : k + 1], organic[k : k + 1], scrub[k : k + 1])
        for name in ("raffinate", "extract", "aqueous", "scalars", "iterations"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(together, name)[k])


def test_no_case_is_no_work():
    empty = np.zeros((0, 3))
    done = solve_circuits(10, 5, empty, empty, np.zeros(0), np.zeros(0))
    assert done.aqueous.shape == (0, 10, 3)


def reference(scalars, feed_stage, feed, beta, organic, scrub):
    """x by elimination with 60 digits, at the given scalars."""
    stages = len(scalars)
    with mpmath.workdps(60):
        whole = sum(mpmath.mpf(f) for f in feed)
        s, w = mpmath.mpf(organic), mpmath.mpf(scrub)
        aqueous = [w + (whole if n < feed_stage else 0) for n in range(stages)]
        aqueous[0] -= s
        up = [s] * (stages - 1) + [s - w]
        rows = []
        for f, b in zip(feed, beta, strict=True):
            a = [up[n] * mpmath.mpf(b) * mpmath.exp(mpmath.mpf(scalars[n])) for n in range(stages)]
            diagonal = [a[n] + aqueous[n] for n in range(stages)]
            right = [mpmath.mpf(f) if n == feed_stage - 1 else mpmath.mpf(0) for n in range(stages)]
            for n in range(1, stages):  # Thomas, with its subtractions: 60 digits bear them
                ratio = a[n - 1] / diagonal[n - 1]
                diagonal[n] -= ratio * aqueous[n]
                right[n] += ratio * right[n - 1]
            x = [mpmath.mpf(0)] * stages
            for n in range(stages - 1, -1, -1):
                x[n] = (right[n] + (aqueous[n + 1] * x[n + 1] if n + 1 < stages else 0)) / diagonal[n]
            rows.append(x)
    return rows


def test_traces_keep_their_digits():
    """15 elements, 45 + 51 stages: every x on every stage to 1e-8 of a 60-digit elimination, down to 1e-250."""
    n, m, cut, step = 45, 51, 7, 1.5
    feed = np.full(15, 1.0 / 15.0)
    beta = step ** np.arange(15.0)
    extracted = feed[cut:].sum()
    organic = 1.3 * (extracted + 1.0 / (step - 1.0))
    scrub = organic - 0.995 * extracted
    done = run(n + m, n, feed, beta, organic, scrub, {})
    worst, smallest = 0.0, 1.0
    for element, row in enumerate(reference(done.scalars[0], n, feed, beta, organic, scrub)):
        for stage, exact in enumerate(row):
            got = done.aqueous[0, stage, element]
            if exact > 1e-250:
                worst = max(worst, abs(float(got / exact - 1)))
                smallest = min(smallest, float(exact))
            else:
                assert 0.0 <= got < 1e-249
    assert worst < 1e-8
    assert smallest < 1e-60  # the case does reach far down
    assert done.closure[0] < 1e-12


def test_traces_keep_their_digits_down_to_the_floor():
    """β of 12 over 300 stages against 60 digits: x from 1 to 1e-250, which 15 elements 1.5 apart do not reach."""
    feed, beta = np.array([0.4, 0.35, 0.25]), np.array([1.0, 12.0, 12.0**4])
    done = run(300, 150, feed, beta, 0.8, 0.8 - 0.9 * 0.6, {})
    worst, smallest = 0.0, 1.0
    for element, row in enumerate(reference(done.scalars[0], 150, feed, beta, 0.8, 0.8 - 0.9 * 0.6)):
        for stage, exact in enumerate(row):
            if exact > 1e-250:
                worst = max(worst, abs(float(done.aqueous[0, stage, element] / exact - 1)))
                smallest = min(smallest, float(exact))
    assert worst < 1e-8
    assert smallest < 1e-240


def test_vanishing_traces():
    """β of 12 over 300 stages: numbers below 1e-300 become zero, and nothing else breaks."""
    feed = np.array([0.4, 0.35, 0.25])
    done = run(300, 150, feed, np.array([1.0, 12.0, 12.0**4]), 0.8, 0.8 - 0.9 * 0.6, {})
    assert done.aqueous.min() >= 0.0
    assert done.raffinate[0, 2] < 1e-150
    assert done.aqueous.min() < 1e-300
    assert np.isfinite(done.aqueous).all()
    assert done.closure[0] < 1e-12


def test_feed_of_a_vanishing_trace_scales():
    """An element at 1e-300 of the feed splits as at 1e-20: it does not act on the others."""
    beta = np.array([1.0, 1.4, 2.0])
    small = run(40, 20, np.array([0.5, 1e-300, 0.5]), beta, 1.8, 1.3, {})
    large = run(40, 20, np.array([0.5, 1e-20, 0.5]), beta, 1.8, 1.3, {})
    np.testing.assert_allclose(small.extract[0, 1] * 1e280, large.extract[0, 1], rtol=1e-10)
    none = run(40, 20, np.array([0.5, 0.0, 0.5]), beta, 1.8, 1.3, {})
    assert none.extract[0, 1] == none.raffinate[0, 1] == 0.0
    assert not none.aqueous[0, :, 1].any()


def test_start_from_a_neighbour_gives_the_same_answer():
    rng = np.random.default_rng(8)
    feed = rng.dirichlet(np.ones(6), 5)
    beta = np.tile(1.6 ** np.arange(6.0), (5, 1))
    organic = feed[:, 3:].sum(axis=1) + 2.5
    scrub = organic - 0.97 * feed[:, 3:].sum(axis=1)
    cold = solve_circuits(60, 30, feed, beta, organic, scrub)
    near = solve_circuits(60, 30, feed * 1.01, beta, 1.02 * organic, 1.02 * organic - 0.98 * feed[:, 3:].sum(axis=1))
    warm = solve_circuits(60, 30, feed, beta, organic, scrub, start=near.scalars)
    np.testing.assert_allclose(warm.raffinate, cold.raffinate, rtol=1e-8, atol=1e-13)
    np.testing.assert_allclose(warm.aqueous, cold.aqueous, rtol=0.0, atol=1e-12)
    assert warm.iterations.sum() < cold.iterations.sum()


def test_failure_is_told_not_returned():
    """With no Newton step allowed the kernel says so, and names a stage."""
    feed, beta = np.array([[0.5, 0.5]]), np.array([[2.0, 1.0]])
    status, quality = np.zeros((1, 4), dtype=np.int64), np.zeros((1, 4))
    out = [np.zeros((1, 20)), np.zeros((1, 20, 2)), np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 0, 2))]
    exchange.solve(
        9,
        feed,
        beta,
        np.array([1.7]),
        np.array([1.2]),
        np.zeros(0, dtype=np.int64),
        np.zeros((1, 0)),
        *out,
        status,
        quality,
        np.zeros(1, dtype=np.int32),
        goal=-1.0,
        limit=1,
    )
    assert status[0, 0] == exchange.NOT_CONVERGED
    assert 0 <= status[0, 1] < 20
    half = np.zeros((1, 20))
    half[0, 7] = np.nan
    with pytest.raises(CascadeError, match="start"):
        solve_circuits(20, 10, feed, beta, [1.7], [1.2], start=half)


def arrays(cases=3, stages=20, elements=2):
    """Arguments of the kernel for equal circuits, to be spoilt."""
    return {
        "feed_at": 9,
        "feed": np.full((cases, elements), 0.5),
        "beta": np.tile([2.0, 1.0], (cases, 1)),
        "organic": np.full(cases, 1.7),
        "scrub": np.full(cases, 1.2),
        "draw_at": np.zeros(0, dtype=np.int64),
        "draw": np.zeros((cases, 0)),
        "u": np.full((cases, stages), np.nan),
        "x": np.zeros((cases, stages, elements)),
        "raffinate": np.zeros((cases, elements)),
        "extract": np.zeros((cases, elements)),
        "drawn": np.zeros((cases, 0, elements)),
        "status": np.zeros((cases, 4), dtype=np.int64),
        "quality": np.zeros((cases, 4)),
        "stop": np.zeros(1, dtype=np.int32),
    }


def test_a_range_of_cases_is_solved_and_no_other():
    given = arrays()
    exchange.solve(**given, first=1, last=2)
    assert given["status"][1, 0] == exchange.SOLVED
    assert given["status"][1, 3] > 0
    assert not given["x"][[0, 2]].any()
    assert np.isfinite(given["u"][1]).all()


def test_a_stop_ends_the_work():
    given = arrays()
    given["stop"][0] = 1
    exchange.solve(**given)
    assert (given["status"][:, 0] == exchange.INTERRUPTED).all()


@pytest.mark.parametrize("name", [name for name in arrays() if name != "feed_at"])
def test_arrays_that_do_not_belong_together_are_refused(name):
    given = arrays()
    given[name] = np.concatenate([given[name], given[name][:1]]) if len(given[name]) else np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="do not belong together"):
        exchange.solve(**given)
    for place in (-1, 20):
        with pytest.raises(ValueError, match="do not belong together"):
            exchange.solve(**(arrays() | {"feed_at": place}))


def test_a_draw_outside_is_refused():
    given = arrays() | {"draw_at": np.array([20]), "draw": np.zeros((3, 1)), "drawn": np.zeros((3, 1, 2))}
    with pytest.raises(ValueError, match="outside"):
        exchange.solve(**given)
