"""Speed of the correlation model on the published PrOMMiS circuit at 3, 20 and 50 stages, with one BLAS thread.

BLAS reads its number of threads only when it is loaded, so the circuits run in a process of their own. As a script
with the number of stages it prints JSON. Beside it stand PrOMMiS's own seconds of CPU, measured once by us.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PUBLISHED = HERE.parent / "tests/validation/test_equilibrium_published.py"
PEER = {3: 1.0, 20: 3.6, 50: 9.4}
"""Seconds of CPU that PrOMMiS takes for as many stages; not run again."""


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_a_process_of_its_own(stages):
    """Seconds (best) and seconds of CPU (mean) of a circuit from a flat start, steps, closure and residual."""
    one_thread = load("numpy_newton", HERE / "numpy_newton.py").ONE_THREAD
    done = subprocess.run(
        [sys.executable, __file__, str(stages)],
        env={**os.environ, **one_thread},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("stages", PEER)
def test_correlation_circuit(benchmark, capsys, stages):
    """Twelve elements, sulphate, pH and free extractant of every stage unknown; one circuit, from a flat start."""
    told = benchmark.pedantic(in_a_process_of_its_own, args=(stages,), rounds=1)
    assert told["closure"] <= 1e-12
    assert told["residual"] <= 1e-12
    benchmark.extra_info.update(told)
    with capsys.disabled():
        print(
            f"\n{stages} stages by correlations: {1e3 * told['seconds']:.2f} ms ({1e3 * told['cpu']:.2f} ms of CPU) in "
            f"{told['steps']} steps; PrOMMiS {PEER[stages]} s of CPU"
        )


def timed(solve, rounds=15):
    """Least seconds of a run, mean seconds of CPU, and the last answer."""
    solve()
    best, begin = float("inf"), time.process_time()
    for _ in range(rounds):
        start = time.perf_counter()
        done = solve()
        best = min(best, time.perf_counter() - start)
    return best, (time.process_time() - begin) / rounds, done


if __name__ == "__main__":
    prommis, number = load("published", PUBLISHED).prommis, int(sys.argv[1])
    seconds, cpu, profile = timed(lambda: prommis(number))
    answer = {"seconds": seconds, "cpu": cpu, "steps": profile.iterations}
    print(json.dumps(answer | {"closure": profile.closure, "residual": profile.residual}))
