"""Whole flowsheets: one solve, a thousand samples against a thousand single calls, and the start of the program.

Times are printed and kept in `extra_info`; nothing asserts one.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import numpy as np
import pytest

import didymium
from didymium.files.load import load_plan
from didymium.files.merge import shipped
from didymium.network import Solution, solve


@pytest.mark.parametrize("name", sorted(shipped()))
def test_solve_a_flowsheet(benchmark, name: str) -> None:
    """Rate a designed plant: physics of the whole chain, every circuit and train included."""
    plan = load_plan(name)
    base = solve(plan)
    designs = {unit.name: unit.design for unit in base.units.values() if unit.design}
    solution = benchmark(solve, plan, None, designs)
    benchmark.extra_info.update(units=len(plan.units), rounds=solution.iterations, circuits=circuits(solution))
    assert solution.balance.worst <= 1e-9


@pytest.mark.parametrize("name", sorted(shipped()))
def test_load_design_solve_and_cost(benchmark, name: str) -> None:
    """What `didymium run` does after its imports."""
    result = benchmark.pedantic(lambda: didymium.load(name).solve(), rounds=3, warmup_rounds=1)
    assert result.solution.balance.worst <= 1e-9


def circuits(solution: Solution) -> int:
    """How many solvent-extraction circuits a flowsheet runs, those of its trains included."""
    return sum(len(unit.details.get("sequence", (unit.kind,))) for unit in solution.units.values() if unit.design)


def test_a_thousand_samples_in_one_call(benchmark, capsys: pytest.CaptureFixture[str]) -> None:
    """1,000 perturbed Baotou cases in one call, and the ratio to 1,000 single calls in the same run."""
    plan = load_plan("baotou")
    rng = np.random.default_rng(7)
    count = 1000
    changes = {
        "bake.conversion.bastnaesite": rng.uniform(0.9, 0.99, count),
        "feeds.ore.grade": rng.uniform(0.035, 0.06, count),
        "leach.extraction.REO": rng.uniform(0.85, 0.95, count),
        "ndpr_cut.purity.extract": rng.uniform(0.994, 0.998, count),
        "machining.recovery": rng.uniform(0.6, 0.75, count),
        "swarf_leach.share": rng.uniform(0.4, 0.98, count),
    }
    designs = {unit.name: unit.design for unit in solve(plan).units.values() if unit.design}
    started = time.perf_counter()
    batch = benchmark.pedantic(solve, (plan, changes, designs), rounds=1)
    together = time.perf_counter() - started
    started = time.perf_counter()
    worst = 0.0
    for i in range(count):
        one = solve(plan, {path: values[i : i + 1] for path, values in changes.items()}, designs)
        for name, stream in one.streams.items():
            flow = stream.flow[0]
            apart = np.abs(batch.streams[name].flow[i] - flow) / np.where(flow > 0.0, flow, 1.0)
            worst = max(worst, float(apart.max()))
    alone = time.perf_counter() - started
    benchmark.extra_info.update(together_s=together, alone_s=alone, ratio=alone / together, apart=worst)
    with capsys.disabled():
        print(
            f"\n1,000 Baotou cases: one call {together:.2f} s, 1,000 calls {alone:.1f} s, "
            f"ratio {alone / together:.1f}, largest relative difference {worst:.1e}"
        )
    assert worst <= 1e-12


@pytest.mark.parametrize("what", [["-c", "import didymium"], ["-m", "didymium.cli", "--help"]], ids=["import", "help"])
def test_start(benchmark, what: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh interpreter to the end of `import didymium` and of `didymium --help`; the bare interpreter beside it."""
    bare = statistics.median(timed([sys.executable, "-c", "pass"]) for _ in range(3))
    took = benchmark.pedantic(timed, ([sys.executable, *what],), rounds=5)
    benchmark.extra_info.update(bare_python_s=bare)
    with capsys.disabled():
        print(f"\n{' '.join(what)}: {took:.2f} s, bare interpreter {bare:.2f} s")


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started
