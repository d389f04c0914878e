"""Speed of sintering: the kernel per case beside SciPy on the same equations, and a whole compact with its wrapper."""

import importlib.util
import time
from pathlib import Path

import numpy as np

from didymium.elements import RE
from didymium.kernels import sintering as kernel
from didymium.magnet import sintering
from didymium.magnet.schedule import standard_schedules

TESTS = Path(__file__).resolve().parents[1] / "tests" / "kernels"
_SPEC = importlib.util.spec_from_file_location("sintering_twin", TESTS / "sintering_twin.py")
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)

CASES = 500


def tell(capsys, benchmark, text, **numbers):
    """Keep the numbers with the benchmark and print them past pytest's capture."""
    benchmark.extra_info.update(numbers)
    with capsys.disabled():
        print(f"\n{text}")


def compacts(count):
    """The usual compact, its powder from 2.5 to 3.5 µm."""
    one = np.ones(count)
    metal = np.zeros((count, len(RE)))
    metal[:, [2, 3, 7, 8]] = 0.06, 0.24, 0.003, 0.007
    return sintering.Compact(
        np.linspace(2.5, 3.5, count), 0.55 * one, 0.05 * one, 0.01 * one, 2e-4 * one, 8e-4 * one, metal
    )


def arguments(monkeypatch, count):
    """What the wrapper hands to the kernel."""
    seen = []

    def listen(*given):
        seen.append(given)
        return run(*given)

    run = kernel.run
    with monkeypatch.context() as patched:
        patched.setattr(kernel, "run", listen)
        sintering.sinter(standard_schedules(count)[0], compacts(count), np.full(count, 5e-6), np.full(count, 0.05))
    return seen[0]


def test_kernel_beside_scipy(benchmark, capsys, monkeypatch):
    given = arguments(monkeypatch, CASES)
    benchmark.pedantic(kernel.run, args=given, rounds=5, warmup_rounds=1)
    each = benchmark.stats.stats.min / CASES
    names = ("time", "temperature", "laws", "solid", "hydrogen", "metal", "escape")
    case = {name: rows[0] for name, rows in zip(names, given, strict=False)} | {"vapour": given[7]}
    begin = time.perf_counter()
    twin.solve(case, rtol=1e-6)
    other = time.perf_counter() - begin
    tell(
        capsys,
        benchmark,
        f"a compact through the standard schedule: {1e6 * each:.0f} µs, {given[11][0, 1]} steps; SciPy's LSODA to 1e-6 "
        f"{1e3 * other:.0f} ms, {other / each:.0f} times as long",
        microseconds=1e6 * each,
        times=other / each,
    )


def test_one_compact_with_its_wrapper(benchmark, capsys):
    schedule, usual, one = standard_schedules()[0], compacts(1), np.ones(1)
    benchmark(sintering.sinter, schedule, usual, 5e-6 * one, 0.05 * one)
    best = benchmark.stats.stats.min
    tell(capsys, benchmark, f"one compact with its wrapper: {1e6 * best:.0f} µs", microseconds=1e6 * best)
