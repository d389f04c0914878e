"""Speed of the exchange cascade: against its NumPy twin, over many samples, and on random circuits."""

import importlib.util
import time
from pathlib import Path

import numpy as np

from didymium.cascade import CascadeError, solve_circuits

ROOT = Path(__file__).parents[1]


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


twin = load("exchange_twin", ROOT / "tests/kernels/exchange_twin.py")
random_circuit = load("exchange_random", ROOT / "tests/cascade/test_batch.py").random_circuit


def circuit():
    """15 elements β = 1.5 apart, 50 + 50 stages, S 1.3 times its minimum, 90 % of the extractables taken."""
    feed, beta = np.full(15, 1.0 / 15.0), 1.5 ** np.arange(15.0)
    extracted = feed[7:].sum()
    organic = 1.3 * (extracted + 2.0)
    return feed, beta, organic, organic - 0.9 * extracted


def test_fifteen_elements_hundred_stages(benchmark, capsys):
    feed, beta, organic, scrub = circuit()

    def kernel():
        return solve_circuits(100, 50, feed[None], beta[None], [organic], [scrub])

    def numpy():
        return twin.solve(100, 49, feed, beta, organic, scrub, {})

    done = benchmark(kernel)
    _, x, steps, residual = numpy()
    assert residual < 1e-12
    np.testing.assert_allclose(done.aqueous[0], x, rtol=1e-7, atol=1e-12)
    slow = min(timed(numpy) for _ in range(3))
    fast = min(timed(kernel) for _ in range(5))
    ratio = slow / fast
    benchmark.extra_info.update(
        ratio=ratio, twin_s=slow, kernel_s=fast, steps=int(done.iterations[0]), twin_steps=steps
    )
    with capsys.disabled():
        print(
            f"\n15 elements, 100 stages: kernel {1e3 * fast:.2f} ms in {done.iterations[0]} steps, twin "
            f"{1e3 * slow:.0f} ms in {steps} steps, ratio {ratio:.0f}"
        )


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def test_thousand_samples_from_a_nominal_start(benchmark, capsys):
    feed, beta, organic, scrub = circuit()
    rng = np.random.default_rng(1)
    feeds = feed * rng.lognormal(0.0, 0.05, (1000, 15))
    betas = np.sort(beta * rng.lognormal(0.0, 0.02, (1000, 15)), axis=1)
    product = 0.9 * feeds[:, 7:].sum(axis=1)
    organics = organic * feeds.sum(axis=1)
    nominal = solve_circuits(100, 50, feed[None], beta[None], [organic], [scrub])
    start = np.repeat(nominal.scalars, 1000, axis=0)

    def run():
        return solve_circuits(100, 50, feeds, betas, organics, organics - product, start=start)

    done = benchmark.pedantic(run, rounds=1)
    seconds = benchmark.stats.stats.min
    benchmark.extra_info.update(seconds=seconds, steps=float(done.iterations.mean()))
    with capsys.disabled():
        print(f"\n1,000 samples of 100 stages, warm: {seconds:.2f} s, {done.iterations.mean():.1f} steps each")


def test_two_hundred_random_circuits(benchmark, capsys):
    rng = np.random.default_rng(20240)
    circuits = [random_circuit(rng) for _ in range(200)]
    told = {}

    def run():
        steps, failed = [], 0
        for stages, feed_stage, feed, beta, organic, scrub in circuits:
            try:
                done = solve_circuits(stages, feed_stage, feed[None], beta[None], [organic], [scrub])
                steps.append(int(done.iterations[0]))
            except CascadeError:
                failed += 1
        told.update(solved=len(steps), errors=failed, median=float(np.median(steps)), most=max(steps))

    benchmark.pedantic(run, rounds=1)
    told["seconds"] = benchmark.stats.stats.min
    benchmark.extra_info.update(told)
    with capsys.disabled():
        print(f"\n200 random circuits: {told}")
