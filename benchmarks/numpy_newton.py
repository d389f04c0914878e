"""The same circuit by a NumPy Newton, in a process of its own: OPENBLAS_NUM_THREADS acts only before NumPy is loaded.

Residual, matrix and elimination are those of tests/kernels/exchange_twin.py, vectorised over the elements; the step is
a dense numpy.linalg.solve, the start a flat one (every stage holds the feed), the tolerance the kernel's 1e-12. The
twin fills the matrix entry by entry; `by_rows` gives the same matrix with a row of NumPy work at a time. As a script
it prints JSON.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

TWIN = Path(__file__).parents[1] / "tests/kernels/exchange_twin.py"
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
TOLERANCE = 1e-12


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_rows(x, up, pivot, gone, aqueous, draw):
    """The twin's matrix d ln sum(x[m]) / d u[n], (stages, stages), a row with all its elements at once."""
    stages, elements = x.shape
    down, gone_up = np.empty_like(up), np.ones((stages + 1, elements))
    for n in range(stages - 1, -1, -1):
        rest = draw[n] + up[n] * gone_up[n + 1]
        down[n] = aqueous[n] + rest
        gone_up[n] = rest / down[n]
    inner = pivot * gone + up * gone_up[1:]
    wave, matrix = up * x * gone_up[1:] / inner, np.empty((stages, stages))
    for m in range(stages - 1, -1, -1):
        if m + 1 < stages:
            wave[m + 1 :] *= aqueous[m + 1] / pivot[m]
        matrix[m, m:] = -wave[m:].sum(axis=1)
    wave = x * pivot * gone / inner
    for m in range(1, stages):
        wave[:m] *= up[m - 1] / down[m]
        matrix[m, :m] = wave[:m].sum(axis=1)
    return matrix / x.sum(axis=1)[:, None]


def solve(twin, jacobian, stages, feed_stage, feed, beta, organic, scrub):
    """ln stage scalars (stages,), Newton steps, the residual left, and the seconds spent on filling the matrices."""
    feed, beta = np.asarray(feed), np.asarray(beta)
    aqueous, up, draw = twin.flows(stages, feed_stage - 1, feed.sum(), organic, scrub, {})
    u, filling = np.full(stages, -np.log((feed * beta).sum() / feed.sum())), 0.0
    for steps in range(100):
        x, rate, pivot, gone = twin.eliminate(u, feed_stage - 1, feed, beta, aqueous, up, draw)
        residual = np.log(x.sum(axis=1))
        worst = float(np.abs(residual).max())
        if worst <= TOLERANCE:
            return u, steps, worst, filling
        begin = time.perf_counter()
        matrix = jacobian(x, rate, pivot, gone, aqueous, draw)
        filling += time.perf_counter() - begin
        step = -np.linalg.solve(matrix, residual)
        u = u + step * min(1.0, 3.0 / np.abs(step).max())
    raise ArithmeticError(f"residual {worst:.1e} after {steps} steps")


def in_a_process_of_its_own(circuit, rounds=3):
    """Seconds (best of rounds; of them filling), steps, residual and scalars of a circuit, with one BLAS thread.

    Under "by_entry" with the twin's own matrix, under "by_row" with `by_rows`.
    """
    done = subprocess.run(
        [sys.executable, __file__, json.dumps([*circuit, rounds])],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def timed(twin, jacobian, given, rounds):
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        u, steps, residual, filling = solve(twin, jacobian, *given)
        times.append((time.perf_counter() - begin, filling))
    seconds, filling = min(times)
    return {"seconds": seconds, "filling": filling, "steps": steps, "residual": residual, "scalars": u.tolist()}


if __name__ == "__main__":
    *given, rounds = json.loads(sys.argv[1])
    twin = load("exchange_twin", TWIN)
    told = {"by_entry": timed(twin, twin.jacobian, given, rounds), "by_row": timed(twin, by_rows, given, 5 * rounds)}
    print(json.dumps(told))
