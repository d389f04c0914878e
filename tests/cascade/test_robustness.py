"""2,000 seeded random exchange cascades all end in a checked solution, and so do harder ones kept apart."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from didymium.cascade import CascadeError, solve_circuits

HERE = Path(__file__).parent


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cascades = load("random_cascades", HERE / "random_cascades.py")
twin = load("exchange_twin", HERE.parent / "kernels/exchange_twin.py")
Circuit, random_cascade = cascades.Circuit, cascades.random_cascade

CHUNK = 100
HARD = {
    "wide feeds": {"feeds": ("log8", "log14")},
    "balanced": {"offsets": (0.0,)},
    "balanced, wide feeds": {"feeds": ("log8", "log14"), "offsets": (0.0,)},
    "balanced, wide feeds, fed at an end": {
        "feeds": ("log8", "log14"),
        "offsets": (0.0,),
        "places": ("first", "last"),
    },
}
NEARLY_BALANCED = (1e-6, -1e-6, 1e-9, -1e-9, 1e-12, -1e-12)


def twin_of(circuit, scalars):
    """Flows of the stages, and x (stages, elements) by the twin's elimination at the given stage scalars."""
    feed, beta = np.array(circuit.feed), np.array(circuit.beta)
    at = circuit.feed_stage - 1
    aqueous, organic, draw = twin.flows(circuit.stages, at, feed.sum(), circuit.organic, circuit.scrub, {})
    x, *_ = twin.eliminate(scalars, at, feed, beta, aqueous, organic, draw)
    return aqueous, organic, x


def imbalance(circuit, aqueous, organic, done):
    """Largest gap of an element's balance on a stage, as a share of what flows through; straight from the flows."""
    x, y = done.aqueous[0], done.organic[0]
    into = np.zeros_like(x)
    into[circuit.feed_stage - 1] += circuit.feed
    into[1:] += organic[:-1, None] * y[:-1]
    into[:-1] += aqueous[1:, None] * x[1:]
    out = aqueous[:, None] * x + organic[:, None] * y
    return float(np.max(np.abs(into - out) / np.maximum(np.maximum(into, out), 1e-280)))


def fault(circuit):
    """What is wrong with the solution of a circuit, or an empty text."""
    try:
        done = solve_circuits(*circuit.batch())
    except CascadeError as error:
        return error.reason
    if not (done.residual[0] <= 1e-12 and done.closure[0] <= 1e-12):
        return f"residual {done.residual[0]:.1e}, closure {done.closure[0]:.1e}"
    for name in ("raffinate", "extract", "aqueous", "organic", "scalars"):
        values = getattr(done, name)
        if not np.isfinite(values).all() or (name != "scalars" and (values < 0.0).any()):
            return f"{name} is not finite and ≥ 0"
    lost = np.abs((done.raffinate[0] + done.extract[0]) / circuit.feed - 1.0).max()
    if lost > 1e-12:
        return f"raffinate + extract is off the feed by {lost:.1e} of an element"
    aqueous, organic, x = twin_of(circuit, done.scalars[0])
    for name, flow in (("raffinate", aqueous[0]), ("extract", organic[-1])):
        gap = abs(float(getattr(done, name)[0].sum() - flow))
        if gap > 2e-12 * (1.0 + circuit.scrub):
            return f"{name} is off its flow by {gap:.1e} of the feed"
    off_one = np.abs(done.aqueous[0].sum(axis=1) - 1.0).max()
    if off_one > 2e-12:
        return f"mole fractions add up to 1 within {off_one:.1e} only"
    # A product is the difference of two flows: where it is tiny its own rounding, here and in the twin, is the largest
    # error; the kernel takes the difference as if there were none.
    rounding = np.finfo(float).eps * (1.0 + circuit.scrub) / min(aqueous[0], organic[-1])
    apart = np.abs(done.aqueous[0] - x) / np.maximum(x, 1e-250)
    if apart.max() > 1e-10 + 8.0 * rounding:
        return f"x is off the twin's elimination at the same scalars by {apart.max():.1e}"
    gap = imbalance(circuit, aqueous, organic, done)
    if gap > 1e-10 + 8.0 * rounding:
        return f"an element's balance on a stage is off by {gap:.1e}"
    return ""


def assert_all_solved(circuits):
    """Every circuit solves, or the failure shows each that does not, as Python to run it again."""
    faults = [(circuit, fault(circuit)) for circuit in circuits]
    told = [f"{reason}\n{circuit!r}" for circuit, reason in faults if reason]
    assert not told, f"{len(told)} of {len(faults)} circuits fail:\n" + "\n".join(told)


@pytest.mark.parametrize("chunk", range(20))
def test_two_thousand_random_cascades(chunk):
    assert_all_solved(random_cascade(seed) for seed in range(CHUNK * chunk, CHUNK * (chunk + 1)))


@pytest.mark.parametrize("kind", HARD)
def test_harder_cascades(kind):
    assert_all_solved(random_cascade([seed, len(kind)], **HARD[kind]) for seed in range(60))


def test_cuts_balanced_to_a_few_digits():
    """Products that miss the content above the cut by 1e-6 to 1e-12 of it: the front is held by next to nothing."""
    assert_all_solved(random_cascade([seed, 9], offsets=NEARLY_BALANCED) for seed in range(60))


def test_shortest_cascades():
    assert_all_solved(random_cascade([seed, 7], most_stages=8) for seed in range(200))


KNOWN = [
    Circuit(
        190,
        107,
        [3.168839702308867e-12, 0.9905423597274737, 1.3364139444858082e-09, 0.00945763893294352],
        [1.0, 3.8751710279389595, 27.602103516303885, 330.88320748725675],
        0.17742678700174055,
        0.17742678700174055 - 0.00945763893294352,
        "front of a balanced cut among traces",
    ),
    Circuit(
        286,
        114,
        [
            3.966185217356816e-3,
            5.001789096052922e-13,
            7.809760257959284e-05,
            0.9959551494992286,
            1.2230750259310376e-11,
            5.893874155324184e-08,
            5.087293625286093e-07,
        ],
        [
            1.0,
            9.4232651929079,
            2615806.653688304,
            306928151461.73785,
            2175113424512.4968,
            4.5694209702704824e16,
            2.79423209937158e21,
        ],
        4.817144508762625e-05,
        4.7603776983544396e-05,
        "twenty decades of factors",
    ),
]


@pytest.mark.parametrize("circuit", KNOWN, ids=lambda circuit: circuit.label)
def test_known_hard_circuits(circuit):
    assert_all_solved([circuit])


def test_the_generator_draws_what_is_promised():
    """Bounds of the draw, both products above zero, the same circuit again for a seed, and all kinds of it present."""
    drawn = [random_cascade(seed) for seed in range(400)]
    assert drawn[7] == random_cascade(7) != drawn[8]
    for one in drawn:
        assert 5 <= one.stages <= 300
        assert 2 <= len(one.feed) <= 15
        assert 1 <= one.feed_stage <= one.stages
        assert min(one.feed) > 0.0
        assert sum(one.feed) == pytest.approx(1.0, rel=1e-14)
        step = np.array(one.beta[1:]) / one.beta[:-1]
        assert step.min() >= 1.2 * (1 - 1e-12)
        assert step.max() <= 12.0 * (1 + 1e-12)
        assert one.raffinate > 0.0
        assert 0.0 < one.scrub < one.organic
    assert {one.feed_stage == 1 for one in drawn} == {one.feed_stage == one.stages for one in drawn} == {True, False}
    assert min(min(one.feed) for one in drawn) < 1e-12
    assert {one.label.split()[2] for one in drawn} == set(cascades.FEEDS)
    assert sum("product +0," in one.label for one in drawn) > 40


def test_a_wrong_solution_would_be_seen(monkeypatch):
    """The checks above see an x moved by 1e-9 on one stage, and a stage scalar moved by as much."""
    circuit, solve = random_cascade(3), solve_circuits

    def spoilt(*batch, of):
        done = solve(*batch)
        getattr(done, of)[0][2] *= 1.0 + 1e-9
        return done

    assert fault(circuit) == ""
    for of in ("aqueous", "organic", "scalars"):
        monkeypatch.setitem(globals(), "solve_circuits", lambda *batch, of=of: spoilt(*batch, of=of))
        assert fault(circuit)


def with_draws(seed):
    """A random circuit and one to three aqueous draws that leave it raffinate and aqueous everywhere."""
    circuit, rng = random_cascade([seed, 77]), np.random.default_rng([seed, 78])
    stages = sorted({int(stage) for stage in rng.integers(1, circuit.stages + 1, int(rng.integers(1, 4)))})
    most = min(1.0 - circuit.organic + circuit.scrub, circuit.scrub)
    return circuit, {stage: [float(most * rng.uniform(0.05, 0.9) / len(stages))] for stage in stages}


@pytest.mark.parametrize("chunk", range(4))
def test_circuits_with_draws(chunk):
    """Balanced or not, with extracts down to 1e-14 of the feed: solved, and the products have the flows asked for."""
    for seed in range(100 * chunk, 100 * chunk + 100):
        circuit, draws = with_draws(seed)
        done = solve_circuits(*circuit.batch(), aqueous_draws=draws)
        told = f"{circuit!r} {draws}"
        assert done.residual[0] <= 1e-12, told
        assert done.closure[0] <= 1e-12, told
        assert done.organic_closure[0] <= 1e-10, told
        assert np.abs(done.aqueous[0].sum(axis=1) - 1.0).max() <= 1e-11, told
        for column, (flow,) in enumerate(draws.values()):
            assert done.draws[0, column].sum() == pytest.approx(flow, rel=1e-11), told


def test_a_batch_with_one_element_or_equal_factors_gives_the_bits_of_its_cases():
    """Where nothing can be separated there is no pair at the cut; what a former case left must not be read for it."""
    rng = np.random.default_rng(11)
    feed = rng.dirichlet(np.ones(4), 40)
    beta = np.cumprod(rng.uniform(1.2, 4.0, (40, 4)), axis=1)
    beta[1::4] = 3.0
    feed[3::4, 1:] = 0.0
    organic = 1.5 * feed.sum(axis=1)
    scrub = organic - rng.uniform(0.2, 0.8, 40) * feed.sum(axis=1)
    batch = solve_circuits(8, 5, feed, beta, organic, scrub, threads=1)
    for k in range(40):
        one = slice(k, k + 1)
        alone = solve_circuits(8, 5, feed[one], beta[one], organic[one], scrub[one], threads=1)
        for name in ("raffinate", "extract", "aqueous", "scalars", "residual", "iterations", "sensitivity"):
            np.testing.assert_array_equal(getattr(batch, name)[k], getattr(alone, name)[0], err_msg=f"{name} of {k}")


@pytest.mark.parametrize("product", [1e-7, 1e-9, 1e-11, 1e-13, 2.2e-16])
def test_extracts_of_next_to_nothing(product):
    """The extract has its flow and adds up to one, whatever small part of the feed it is."""
    for stages, feed_stage, beta, organic in ((40, 2, 4.0, 1.7), (40, 20, 8.0, 0.2), (10, 5, 2.0, 1.7)):
        scrub = organic - product
        done = solve_circuits(stages, feed_stage, [[0.5, 0.5]], [[beta, 1.0]], [organic], [scrub])
        assert done.extract.sum() == pytest.approx(organic - scrub, rel=1e-11)
        assert done.organic_closure[0] <= 1e-11
        # One ulp of W is this much of the extract.
        assert done.sensitivity[0] >= 0.99 * np.spacing(scrub) / product * (0.5 if product < 1e-15 else 1.0)


def test_a_draw_from_the_first_stage_only_divides_the_raffinate():
    feed = [0.21, 2.2e-9, 1.9e-7, 0.62, 0.018, 0.13, 0.029]
    args = (187, 102, [feed], [[1.0, 8.2, 33.0, 180.0, 900.0, 5500.0, 13000.0]], [2.9], [2.9 - 0.79700019])
    whole = solve_circuits(*args)
    divided = solve_circuits(*args, {1: [0.3 * whole.raffinate.sum()]})
    np.testing.assert_allclose(divided.draws[0, 0], 0.3 * whole.raffinate[0], rtol=1e-9)
    np.testing.assert_allclose(divided.raffinate, 0.7 * whole.raffinate, rtol=1e-9)
