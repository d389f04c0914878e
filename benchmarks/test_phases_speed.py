"""Speed of the phase balance: µs per composition, alone and in arrays, beside a linear program for the same answer."""

import importlib.util
import time
from pathlib import Path

import numpy as np

from didymium.elements import COUNT, INDEX
from didymium.kernels import phases as kernel
from didymium.magnet.phases import phase_balance


def load(name):
    path = Path(__file__).parents[1] / "tests/kernels" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


case = load("test_phases")


def best(run, rounds=7):
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def test_ten_thousand_compositions(benchmark, capsys):
    """The kernel on 10,000 compositions of the patent's window; the linear program on 50 of them."""
    moles = case.window(np.random.default_rng(6), 10_000, inside=True)
    out, extras, status = np.empty((10_000, 13)), np.empty((10_000, 6)), np.empty((10_000, 2), dtype=np.int64)

    def run():
        kernel.balance(moles, 2.0 / 3.0, False, out, extras, status)

    benchmark(run)
    assert (status[:, 0] == kernel.FINE).all()
    ours = best(run) / len(moles)
    theirs = best(lambda: [case.twin.balance(row) for row in moles[:50]], rounds=3) / 50.0
    told = {"us": 1e6 * ours, "linear_program_us": 1e6 * theirs, "ratio": theirs / ours}
    benchmark.extra_info.update(told)
    with capsys.disabled():
        print("\nphase balance, per composition: " + ", ".join(f"{k} {v:.3g}" for k, v in told.items()))


def test_from_masses_to_density(benchmark, capsys):
    """The whole of `phase_balance`: masses by element in, mass and volume shares and the density out."""
    told = {}
    for count in (1, 1000):
        given = np.zeros((count, COUNT))
        for name, percent in {"Nd": 24.0, "Pr": 6.5, "Fe": 68.0, "B": 0.95, "O": 0.1, "C": 0.07, "Cu": 0.15}.items():
            given[:, INDEX[name]] = percent
        seconds = best(lambda given=given: phase_balance(given).density, rounds=50)
        told[count] = 1e6 * seconds / count
    benchmark.pedantic(lambda: phase_balance(given).density, rounds=3)
    benchmark.extra_info.update({str(k): v for k, v in told.items()})
    with capsys.disabled():
        print("\nmasses to density, µs per composition: " + ", ".join(f"{k} at once {v:.3g}" for k, v in told.items()))
