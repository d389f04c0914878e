"""Speed of the exchange cascade: against a NumPy Newton, in stages, over threads, and on 2,000 random circuits."""

import importlib.util
import time
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


numpy_newton = load("numpy_newton", HERE / "numpy_newton.py")
cascades = load("random_cascades", HERE.parent / "tests/cascade/random_cascades.py")


def circuit(stages=100):
    """15 elements β = 1.5 apart, fed in the middle, S 1.3 times its minimum, 90 % of the extractables taken."""
    feed, beta = [1.0 / 15.0] * 15, (1.5 ** np.arange(15.0)).tolist()
    extracted = sum(feed[7:])
    organic = 1.3 * (extracted + 2.0)
    return stages, stages // 2, feed, beta, organic, organic - 0.9 * extracted


def solve(stages, feed_stage, feed, beta, organic, scrub, start=None):
    return solve_circuits(stages, feed_stage, [feed], [beta], [organic], [scrub], start=start, threads=1)


def flat(stages, feed_stage, feed, beta, organic, scrub):
    """The start of the NumPy Newton: every stage holds the feed."""
    return np.full((1, stages), -np.log(np.dot(feed, beta) / np.sum(feed)))


def best(run, rounds=15):
    """Least seconds of a run."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def tell(capsys, benchmark, text, **numbers):
    """Keep the numbers with the benchmark and print them past pytest's capture."""
    benchmark.extra_info.update(numbers)
    with capsys.disabled():
        print(f"\n{text}")


def test_fifteen_elements_hundred_stages(benchmark, capsys):
    """Beside NumPy Newtons of the same equations and tolerance, from the same start and from the kernel's own."""
    given = circuit()
    done, same = benchmark(solve, *given), solve(*given, flat(*given))
    told = numpy_newton.in_a_process_of_its_own(given)
    own_s, same_s = best(lambda: solve(*given)), best(lambda: solve(*given, flat(*given)))
    numbers = {"same_start_s": same_s, "own_start_s": own_s}
    numbers |= {"same_start_steps": int(same.iterations[0]), "own_start_steps": int(done.iterations[0])}
    text = (
        f"15 elements, 100 stages: {1e3 * same_s:.2f} ms in {same.iterations[0]} steps from the flat start, "
        f"{1e3 * own_s:.2f} ms in {done.iterations[0]} from its own; NumPy Newton, flat start, one BLAS thread"
    )
    for name, twin in told.items():
        assert twin["residual"] <= 1e-12
        np.testing.assert_allclose(done.scalars[0], twin["scalars"], atol=1e-9)
        np.testing.assert_allclose(same.scalars[0], twin["scalars"], atol=1e-9)
        seconds = twin["seconds"]
        text += (
            f"; matrix {name.replace('_', ' ')} {1e3 * seconds:.1f} ms in {twin['steps']} steps, "
            f"{1e3 * twin['filling']:.1f} of them to fill it, ratio {seconds / same_s:.0f} and {seconds / own_s:.0f}"
        )
        numbers |= {f"{name}_{key}": twin[key] for key in ("seconds", "filling", "steps")}
        numbers |= {f"{name}_ratio_same_start": seconds / same_s, f"{name}_ratio_own_start": seconds / own_s}
    tell(capsys, benchmark, text, **numbers)


def test_four_hundred_stages_against_a_hundred(benchmark, capsys):
    long, short = circuit(400), circuit(100)
    many, few = benchmark(solve, *long), solve(*short)
    assert many.residual[0] <= 1e-12
    at_400, at_100 = best(lambda: solve(*long)), best(lambda: solve(*short))
    steps_400, steps_100 = int(many.iterations[0]), int(few.iterations[0])
    tell(
        capsys,
        benchmark,
        f"400 stages {1e3 * at_400:.2f} ms in {steps_400} steps, 100 stages {1e3 * at_100:.2f} ms in {steps_100} "
        f"steps: ratio {at_400 / at_100:.1f}, per step {at_400 / steps_400 / (at_100 / steps_100):.1f}",
        ratio=at_400 / at_100,
        s_400=at_400,
        s_100=at_100,
        steps_400=steps_400,
        steps_100=steps_100,
    )


@pytest.mark.parametrize("stages", [3, 20, 50, 100, 200, 400, 1000])
def test_one_circuit_by_stages(benchmark, capsys, stages):
    given = circuit(stages)
    done = benchmark(solve, *given)
    seconds, steps = best(lambda: solve(*given)), int(done.iterations[0])
    text = f"{stages} stages: {1e3 * seconds:.3f} ms, {steps} steps, {1e3 * seconds / max(steps, 1):.3f} ms each"
    tell(capsys, benchmark, text, seconds=seconds, steps=steps)


def samples(cases):
    """A nominal circuit and feeds, factors, S and W of samples of it; returns the arguments and the nominal answer."""
    stages, feed_stage, feed, beta, organic, scrub = circuit()
    rng = np.random.default_rng(1)
    feeds = np.array(feed) * rng.lognormal(0.0, 0.05, (cases, 15))
    betas = np.sort(np.array(beta) * rng.lognormal(0.0, 0.02, (cases, 15)), axis=1)
    organics = organic * feeds.sum(axis=1)
    scrubs = organics - 0.9 * feeds[:, 7:].sum(axis=1)
    nominal = solve(stages, feed_stage, feed, beta, organic, scrub)
    return (stages, feed_stage, feeds, betas, organics, scrubs), np.repeat(nominal.scalars, cases, axis=0)


def test_thousand_samples_with_one_and_two_threads(benchmark, capsys):
    batch, start = samples(1000)
    alone = solve_circuits(*batch, start=start, threads=1)
    both = benchmark.pedantic(lambda: solve_circuits(*batch, start=start, threads=2), rounds=1)
    np.testing.assert_array_equal(alone.aqueous, both.aqueous)
    np.testing.assert_array_equal(alone.scalars, both.scalars)
    times = {n: best(lambda n=n: solve_circuits(*batch, start=start, threads=n), rounds=3) for n in (1, 2)}
    cold = best(lambda: solve_circuits(*batch, threads=1), rounds=1)
    tell(
        capsys,
        benchmark,
        f"1,000 samples of 15 elements, 100 stages, from the nominal answer: {1000 / times[1]:.0f} a second with one "
        f"thread, {1000 / times[2]:.0f} with two ({times[1] / times[2]:.2f} times), "
        f"{alone.iterations.mean():.1f} steps each; without a start {1000 / cold:.0f} with one",
        one_thread_s=times[1],
        two_threads_s=times[2],
        cold_s=cold,
        steps=float(alone.iterations.mean()),
    )


def test_two_thousand_random_cascades(benchmark, capsys):
    drawn = [cascades.random_cascade(seed) for seed in range(2000)]
    steps, times, failed = [], [], []

    def run():
        for seed, one in enumerate(drawn):
            begin = time.perf_counter()
            try:
                steps.append(int(solve_circuits(*one.batch(), threads=1).iterations[0]))
                times.append(time.perf_counter() - begin)
            except CascadeError:
                failed.append(seed)

    benchmark.pedantic(run, rounds=1)
    whole = benchmark.stats.stats.min
    tell(
        capsys,
        benchmark,
        f"2,000 random cascades: {whole:.1f} s, {len(failed)} unsolved; steps {np.median(steps):.0f} in the median, "
        f"{max(steps)} at most; {1e3 * np.median(times):.2f} ms in the median, {1e3 * max(times):.0f} at most",
        seconds=whole,
        unsolved=failed,
        steps_median=float(np.median(steps)),
        steps_most=max(steps),
        median_s=float(np.median(times)),
        most_s=max(times),
    )
