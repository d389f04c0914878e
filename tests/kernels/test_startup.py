"""The kernel of cascades in time against its twin, first principles, its order and its balances."""

import _thread
import importlib.util
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from didymium.kernels import startup

_SPEC = importlib.util.spec_from_file_location("startup_twin", Path(__file__).with_name("startup_twin.py"))
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)


def random_case(rng, stages, elements, draws=0, mode="operation", settlers=True):
    """A cascade with uneven hold-ups: the steady flows of the exchange model, or of total reflux."""
    beta = np.cumprod(np.concatenate([[1.0], rng.uniform(1.2, 2.5, elements - 1)]))[rng.permutation(elements)]
    feed = rng.dirichlet(np.full(elements, 3.0)) * rng.uniform(0.5, 5.0)
    whole = feed.sum()
    organic, product = rng.uniform(2.0, 4.0) * whole, 0.5 * whole
    feed_at = int(rng.integers(0, stages))
    places = rng.choice(np.arange(1, stages), size=draws, replace=False) if draws else np.zeros(0, dtype=int)
    draw = np.zeros(stages)
    draw[places] = 0.2 * whole / max(draws, 1)
    if mode == "operation":
        aqueous = np.full(stages, organic - product)
        aqueous[: feed_at + 1] += whole
        for stage in places:
            aqueous[: stage + 1] -= draw[stage]
        aqueous[0] -= organic
        up = np.full(stages, organic)
        up[-1] = product
        back = (0.0, 0.0)
    else:
        aqueous, up = np.full(stages, organic), np.full(stages, organic)
        aqueous[0] = up[-1] = 0.0
        draw[:] = 0.0
        feed = 0.0 * feed
        back = (0.4 * whole, 0.5 * whole)
    hold = rng.uniform(0.5, 5.0, (4, stages))
    if not settlers:
        hold[2:] = 0.0
    return {
        "feed_at": feed_at,
        "feed": feed,
        "beta": beta,
        "hold": hold,
        "aqueous": aqueous,
        "organic": up,
        "draw": draw,
        "places": places.astype(np.int64),
        "returned": back,
    }


def run(case, state, until, fixed=0.0, rows=4096, step=0.0, **more):
    """Carry a twin's state (u, x, y, xs, ys) on; returns the state and a dict of the records."""
    u, x, settled = state[0].copy(), np.ascontiguousarray(state[1].copy()), np.stack([state[3], state[4]])
    stages, elements = x.shape
    outlets = 2 + len(case["places"])
    record = {
        "times": np.zeros(rows),
        "outlets": np.zeros((rows, outlets, elements)),
        "delivered": np.zeros((rows, outlets, elements)),
        "inventory": np.zeros((rows, elements)),
        "distance": np.zeros(rows),
        "status": np.zeros(6, dtype=np.int64),
    }
    clock = np.array([0.0, step])
    slopes = twin.rates(case, *state[1:]) if step else np.zeros((3, *x.shape))
    startup.run(
        case["feed_at"], case["feed"], case["beta"], case["hold"], case["aqueous"], case["organic"], case["draw"],
        case["places"], *case["returned"], u, x, settled, slopes, clock, until, np.zeros((stages, elements)),
        record["times"], record["outlets"], record["delivered"], record["inventory"], record["distance"],
        record["status"], fixed=fixed, **more,
    )  # fmt: skip
    used = record["status"][2]
    record = {name: rows_[:used] if name != "status" else rows_ for name, rows_ in record.items()}
    record["clock"] = clock
    y = x * case["beta"] * np.exp(u)[:, None]
    return (u, x, y, settled[0], settled[1]), record


def fill(case, rng):
    x = rng.dirichlet(np.full(len(case["beta"]), 2.0), case["hold"].shape[1])
    return twin.start(x, case["beta"])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("elements", [1, 2, 4, 15])
@pytest.mark.parametrize("stages", [2, 3, 9, 24])
def test_kernel_equals_its_twin(stages, elements, seed):
    rng = np.random.default_rng([stages, elements, seed])
    draws = min(seed - 1, stages - 1)
    case = random_case(rng, stages, elements, draws, "reflux" if seed == 2 else "operation", settlers=seed != 3)
    state = fill(case, rng)
    h = rng.uniform(0.05, 2.0)
    got, record = run(case, state, 3.0 * h, fixed=h)
    left = np.zeros((2, elements))
    for _ in range(3):
        state, out, _ = twin.step(case, state, h)
        left += out
    assert record["status"][0] == startup.DONE
    assert record["status"][2] == 3
    for mine, theirs in zip(got, state, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(record["delivered"][-1, :2], left, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(record["outlets"][-1, 0], state[3][0], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(record["outlets"][-1, 1], state[4][-1], rtol=1e-9, atol=1e-11)
    for k, place in enumerate(case["places"]):
        np.testing.assert_allclose(record["outlets"][-1, 2 + k], state[3][place], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(
        record["inventory"][-1], twin.held(case, *state[1:]).sum(axis=(0, 1)), rtol=1e-11, atol=1e-12
    )


@pytest.mark.parametrize("elements", [2, 6])
@pytest.mark.parametrize("mode", ["operation", "reflux"])
def test_the_error_estimate_is_the_twins(mode, elements):
    """The next step follows from the error of the last: 0.9 h (error / tolerance)^(−1/3)."""
    rng = np.random.default_rng([elements, len(mode)])
    case = random_case(rng, 12, elements, 1, mode)
    state = fill(case, rng)
    h, rtol, atol = 0.05, 1e-3, 1e-6
    end, _, (dx, dxs, dys) = twin.step(case, state, h)
    worst = max(
        np.abs(change / (atol + rtol * np.abs(value))).max()
        for change, value in ((dx, end[1]), (dxs, end[3]), (dys, end[4]))
    )
    # A tolerance wide enough for the step, narrow enough for the estimate to set the next one.
    scale = worst / 0.1
    _, record = run(case, state, 1e3, step=h, rtol=rtol * scale, atol=atol * scale, rows=1)
    assert record["status"][0] == startup.FULL
    assert record["times"][0] == h
    np.testing.assert_allclose(record["clock"][1], 0.9 * h * 0.1 ** (-1.0 / 3.0), rtol=1e-3)


def test_equal_to_an_integration_from_first_principles():
    """Five stages, three elements and a draw: SciPy's Radau on balances written one stage at a time."""
    rng = np.random.default_rng(7)
    case = random_case(rng, 5, 3, 1)
    state = fill(case, rng)
    amounts = twin.held(case, *state[1:]).ravel()
    for until in (1.0, 20.0):
        other = solve_ivp(lambda _, a: twin.slopes(case, a), (0.0, until), amounts, "Radau", rtol=1e-9, atol=1e-12)
        got, record = run(case, state, until, rtol=1e-9, atol=1e-12, rows=100000)
        assert record["status"][0] == startup.DONE
        np.testing.assert_allclose(twin.held(case, *got[1:]), other.y[:, -1].reshape(3, 5, 3), rtol=3e-7, atol=1e-9)


@pytest.mark.parametrize("mode", ["operation", "reflux"])
def test_refined_steps_converge_at_second_order(mode):
    rng = np.random.default_rng(11)
    case = random_case(rng, 10, 3, 1, mode)
    state, _ = run(case, fill(case, rng), 1.0, rtol=1e-8, atol=1e-12)
    exact, _ = run(case, state, 4.0, fixed=4.0 / 4096, rows=5000)
    errors = []
    for steps in (16, 32, 64, 128):
        got, _ = run(case, state, 4.0, fixed=4.0 / steps)
        errors.append(max(np.abs(a - b).max() for a, b in zip(got[1:], exact[1:], strict=True)))
    ratios = np.array(errors[:-1]) / np.array(errors[1:])
    assert errors[-1] > 1e-10
    np.testing.assert_allclose(np.log2(ratios), 2.0, atol=0.12)


def test_chosen_steps_follow_the_tolerance():
    rng = np.random.default_rng(12)
    case = random_case(rng, 20, 4)
    state = fill(case, rng)
    exact, _ = run(case, state, 30.0, rtol=1e-9, atol=1e-13, rows=100000)
    errors, steps = [], []
    for rtol in (1e-3, 1e-5, 1e-7):
        got, record = run(case, state, 30.0, rtol=rtol, atol=rtol * 1e-3)
        errors.append(np.abs(got[1] - exact[1]).max())
        steps.append(int(record["status"][2]))
    assert errors[0] < 3e-3
    assert errors[1] < 3e-5
    assert errors[2] < 3e-7
    assert steps[0] < steps[1] < steps[2]


@pytest.mark.parametrize("mode", ["operation", "reflux"])
def test_balances_close_and_fractions_add_up(mode):
    rng = np.random.default_rng(13)
    case = random_case(rng, 40, 6, 2, mode)
    state = fill(case, rng)
    first = twin.held(case, *state[1:]).sum(axis=(0, 1))
    got, record = run(case, state, 1e4)
    fed = case["feed"] * record["times"][:, None]
    miss = record["inventory"] - first - fed + record["delivered"].sum(axis=1)
    assert np.abs(miss / (first + fed)).max() < 1e-12
    for part in got[1:]:
        np.testing.assert_allclose(part.sum(axis=1), 1.0, atol=1e-9)
    assert min(part.min() for part in got[1:]) > -1e-9


def test_long_steps_end_at_rest():
    """L-stable: at steps far beyond every lag nothing swings, and the rates are zero."""
    rng = np.random.default_rng(14)
    case = random_case(rng, 30, 4)
    got, _ = run(case, fill(case, rng), 1e7)
    last, _ = run(case, got, 1e9, fixed=2e8)
    np.testing.assert_allclose(last[1], got[1], atol=1e-8)
    assert np.abs(twin.rates(case, *last[1:])).max() < 1e-9


def test_three_hundred_stages_of_fifteen_elements():
    rng = np.random.default_rng(15)
    case = random_case(rng, 300, 15)
    case["beta"] = 1.5 ** np.arange(15.0)
    got, record = run(case, twin.start(np.tile(case["feed"] / case["feed"].sum(), (300, 1)), case["beta"]), 2000.0)
    assert record["status"][0] == startup.DONE
    np.testing.assert_allclose(got[2].sum(axis=1), 1.0, atol=1e-8)


def test_a_full_record_goes_on_where_it_stopped():
    rng = np.random.default_rng(16)
    case = random_case(rng, 8, 3)
    state = fill(case, rng)
    whole, record = run(case, state, 5.0)
    part, first = run(case, state, 5.0, rows=7)
    assert first["status"][0] == startup.FULL
    assert first["status"][2] == 7
    np.testing.assert_allclose(first["times"], record["times"][:7], rtol=1e-9)
    rest, _ = run(case, part, 5.0 - first["times"][-1], step=first["clock"][1])
    np.testing.assert_allclose(rest[1], whole[1], atol=1e-6)


def test_no_time_is_no_step():
    rng = np.random.default_rng(17)
    case = random_case(rng, 4, 2)
    state = fill(case, rng)
    got, record = run(case, state, 0.0)
    assert record["status"][2] == 0
    np.testing.assert_array_equal(got[1], state[1])


@pytest.mark.parametrize("broken", ["feed", "beta", "hold", "aqueous", "organic", "draw"])
def test_arrays_that_do_not_belong_together(broken):
    rng = np.random.default_rng(18)
    case = random_case(rng, 4, 2)
    state = fill(case, rng)
    case[broken] = np.ascontiguousarray(case[broken][..., :-1])
    with pytest.raises(ValueError, match="do not belong together"):
        run(case, state, 1.0)


def test_values_that_cannot_be():
    rng = np.random.default_rng(19)
    case = random_case(rng, 4, 2)
    state = fill(case, rng)
    with pytest.raises(ValueError, match="tolerances"):
        run(case, state, np.inf)
    with pytest.raises(ValueError, match="tolerances"):
        run(case, state, 1.0, atol=0.0)
    with pytest.raises(ValueError, match="outside"):
        run(case | {"places": np.array([4])}, state, 1.0)
    case["hold"][1, 2] = 0.0
    with pytest.raises(ValueError, match="hold-ups"):
        run(case, state, 1.0)


def test_ctrl_c_ends_a_run():
    """A run of a million short steps ends soon after the signal, and its arrays stay usable."""
    rng = np.random.default_rng(20)
    case = random_case(rng, 200, 10)
    state = fill(case, rng)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(case, state, 1.0, fixed=1e-6, rows=1_000_001)
    timer.join()
