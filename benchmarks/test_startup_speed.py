"""Speed of start-ups in time: β 1.5 over total reflux, and steps of many elements."""

import time

import numpy as np

from didymium.cascade import Cascade, design
from didymium.cascade.startup import HoldUp, start_up


def tell(capsys, benchmark, text, **numbers):
    """Keep the numbers with the benchmark and print them past pytest's capture."""
    benchmark.extra_info.update(numbers)
    with capsys.disabled():
        print(f"\n{text}")


def test_reflux_start_speed(benchmark, capsys):
    made = design(1.5, 0.5, 0.999, 0.999)
    cascade = Cascade(
        stages=made.stages,
        feed_stage=made.n,
        feed={"A": 0.5, "B": 0.5},
        separation_factors={"A": 1.5, "B": 1.0},
        extract_flow=made.extract_flow,
        scrub_flow=made.scrub_flow,
    )
    hold_up = HoldUp.of_times(cascade, mixing=5.0, settling=20.0)
    specification = {"raffinate": (("B",), 0.999), "extract": (("A",), 0.999)}
    done = benchmark(start_up, cascade, hold_up, specification)
    best = benchmark.stats.stats.min
    tell(
        capsys,
        benchmark,
        f"β 1.5, {made.n} + {made.m} over reflux to the steady state: {1e3 * best:.0f} ms, {done.steps} steps kept, "
        f"{done.newton_steps} Newton steps; on grade after {done.stage_exchanges:.1f} stage exchanges",
        seconds=best,
        steps=done.steps,
    )


def test_steps_of_fifteen_elements_speed(benchmark, capsys):
    names = [f"e{k}" for k in range(15)]
    extracted = 8.0 / 15.0
    organic = 1.3 * (extracted + 2.0)
    cascade = Cascade(
        stages=100,
        feed_stage=50,
        feed=dict.fromkeys(names, 1.0 / 15.0),
        separation_factors=dict(zip(names, 1.5 ** np.arange(15.0), strict=True)),
        extract_flow=organic,
        scrub_flow=organic - 0.9 * extracted,
    )
    hold_up = HoldUp.of_times(cascade, mixing=5.0, settling=20.0)
    steady = cascade.solve()
    specification = {"raffinate": (names[:7], 0.999 * steady.purity("raffinate", *names[:7]))}

    def run():
        begin = time.perf_counter()
        done = start_up(cascade, hold_up, specification, "normal")
        return done.steps / (time.perf_counter() - begin), done

    rate, done = benchmark.pedantic(run, rounds=3)
    best = benchmark.stats.stats.min
    tell(
        capsys,
        benchmark,
        f"15 elements, 100 stages, normal start to the steady state: {best:.2f} s, {done.steps} steps, "
        f"{done.newton_steps / done.steps:.1f} Newton steps each, {done.steps / best:.0f} steps/s",
        seconds=best,
        steps=done.steps,
        last_rate=rate,
    )
