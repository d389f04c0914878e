"""Speed of mass-action stages beside exchange stages of the same cascade: per solve, per Newton step, by threads."""

import importlib.util
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from didymium.cascade import solve_circuits
from didymium.kernels import chain


def load(name):
    path = Path(__file__).parents[1] / "tests/kernels" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


case = load("test_chain")


def exchange(stages):
    """15 elements β = 1.5 apart, S 1.3 times its minimum, 90 % of the extractables taken: the exchange arguments."""
    feed, beta = np.full(15, 1.0 / 15.0), 1.5 ** np.arange(15.0)
    extracted = feed[7:].sum()
    organic = 1.3 * (extracted + 2.0)
    return stages, stages // 2, feed[None], beta[None], [organic], [organic - 0.9 * extracted]


def mass_action(stages):
    """The same cascade in P507-like chemistry: feed 1 mol/L, soap 0.54 of 0.75 mol/L dimer, acid of 2 mol/L."""
    _, feed_stage, feed, beta, organic, scrub = exchange(stages)
    soap, active, acid = 0.54, 0.75, 2.0
    flow, wash = 3.0 * organic[0] / soap, 3.0 * scrub[0] / acid
    aqueous = np.full(stages, wash)
    aqueous[:feed_stage] += 1.0
    chloride = np.full(stages, 3.0 * scrub[0])
    chloride[:feed_stage] += 3.0
    source = np.zeros((stages, 16))
    source[feed_stage - 1, :15] = feed[0]
    kept, passed = np.ones(stages), np.ones(stages)
    kept[-1] = passed[0] = 0.0
    return {
        "organic": np.full(stages, flow),
        "aqueous": aqueous,
        "organic_down": np.zeros(stages),
        "aqueous_up": np.zeros(stages),
        "passed": passed,
        "kept": kept,
        "efficiency": np.ones(stages),
        "source": source,
        "inlet": np.append(np.zeros(15), soap * flow),
        "ring": np.zeros(16),
        "log_k": np.tile(np.append(np.log(beta[0] / 1.5**7) - 2.1 * np.log(10.0), -5.0 * np.log(10.0)), (stages, 1)),
        "slope": np.tile(np.append(np.full(15, 3.0), 1.0), (stages, 1)),
        "charge": np.append(np.full(15, 3.0), 1.0),
        "sites": np.append(np.full(15, 3.0), 1.0),
        "anion": chloride / aqueous,
        "sulfate": np.zeros(stages),
        "dissociation": 1.0,
        "extractant": np.full(stages, active),
        "by_ph": False,
    }


def best(run, rounds=7):
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def solver(circuit):
    arrays = case.batch([circuit])

    def run():
        arrays["u"][:] = np.nan
        return case.run(arrays)

    return run


def test_mass_action_beside_exchange(benchmark, capsys):
    """15 rare earths (and the soap's cation), 100 stages, from a cold start."""
    run = solver(mass_action(100))
    done = benchmark(run)
    assert done["status"][0, 0] == chain.SOLVED
    args = exchange(100)
    plain = solve_circuits(*args)
    ours, theirs = best(run), best(lambda: solve_circuits(*args))
    steps, others = int(done["status"][0, 3]), int(plain.iterations[0])
    told = {"ms": 1e3 * ours, "exchange_ms": 1e3 * theirs, "ratio": ours / theirs, "steps": steps, "others": others}
    told |= {"us_per_step": 1e6 * ours / steps, "exchange_us_per_step": 1e6 * theirs / others}
    told["ratio_per_step"] = told["us_per_step"] / told["exchange_us_per_step"]
    benchmark.extra_info.update(told)
    with capsys.disabled():
        print("\nmass action against exchange: " + ", ".join(f"{k} {v:.3g}" for k, v in told.items()))


def test_cost_linear_in_stages(benchmark, capsys):
    """Time per Newton step at 100 and at 400 stages."""
    told = {}
    for stages in (100, 400):
        run = solver(mass_action(stages))
        steps = int(run()["status"][0, 3])
        seconds = best(run)
        told[stages] = (1e3 * seconds, steps, 1e6 * seconds / steps)
    benchmark.pedantic(run, rounds=1)
    benchmark.extra_info.update({str(k): v for k, v in told.items()})
    with capsys.disabled():
        print(
            f"\n400 stages over 100: time {told[400][0] / told[100][0]:.2f}, per step "
            f"{told[400][2] / told[100][2]:.2f} ({told})"
        )


def test_throughput_with_threads(benchmark, capsys):
    """200 sets of feeds, cold, by one thread and by two that take the ranges in turn."""
    rng = np.random.default_rng(1)
    base = mass_action(100)
    arrays = case.batch([base | {"source": base["source"] * rng.uniform(0.97, 1.0)} for _ in range(200)])

    def run(threads):
        arrays["u"][:] = np.nan
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda k: case.run(arrays, k, k + 10), range(0, 200, 10)))

    benchmark.pedantic(run, args=(2,), rounds=1)
    assert (arrays["status"][:, 0] == chain.SOLVED).all()
    one, two = best(lambda: run(1), 3), best(lambda: run(2), 3)
    benchmark.extra_info.update({"one": 200 / one, "two": 200 / two})
    with capsys.disabled():
        print(f"\n200 sets of 100 stages: {200 / one:.0f} per second on one thread, {200 / two:.0f} on two")


def test_five_hundred_random_circuits(benchmark, capsys):
    circuits = [case.random_chains.random_chain(seed)[0] for seed in range(500)]
    told = {}

    def run():
        done = [case.solved(circuit)["status"][0] for circuit in circuits]
        steps = np.array([row[3] for row in done])
        told.update(solved=sum(int(row[0]) == chain.SOLVED for row in done), median=float(np.median(steps)))
        told.update(most=int(steps.max()))

    benchmark.pedantic(run, rounds=1)
    told["seconds"] = benchmark.stats.stats.min
    benchmark.extra_info.update(told)
    with capsys.disabled():
        print(f"\n500 random mass-action circuits: {told}")
