"""Trains: fifteen elements to ten products, the best of all sequences and extractants, proved with real streams.

Times are printed and kept in `extra_info`; nothing asserts one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import didymium
from didymium.cascade.trains import Designer, all_solvents, best_trains, possible, problem, verify_all
from didymium.elements import RE
from didymium.operations.base import plain
from didymium.operations.separation_train import objective, task_of
from didymium.operations.stoichiometry import moles
from didymium.studies.trains import trains

CLAY = Path(__file__).resolve().parents[1] / "examples" / "ion_clay_train.yaml"


@pytest.fixture(scope="module")
def clay():
    return didymium.load(CLAY).solve()


@pytest.fixture(scope="module")
def task(clay):
    unit = clay.plan.units["train"]
    p = plain(unit.parameters, 1, {})
    return p, task_of(p, moles(clay.streams["chlorides"].elements[:1])[0, RE])


def test_top_ten_of_an_ion_clay_by_money(benchmark, clay, capsys: pytest.CaptureFixture[str]) -> None:
    """What `didymium design` does for the example: search by yearly cost, ten trains proved and ranked again."""
    found = benchmark.pedantic(lambda: trains(clay, "train"), rounds=3, warmup_rounds=0)
    assert len(found.choices) == 10
    assert all(not one.short for one in found.choices)
    seconds = benchmark.stats.stats.min
    with capsys.disabled():
        print(f"\n{found.possible:,} trains, {found.designs} circuits designed: {seconds:.2f} s")


def test_top_ten_with_every_extractant(benchmark, task, capsys: pytest.CaptureFixture[str]) -> None:
    """The same feed and products with all four extractants of the data, by reagents and organic in the stages."""
    narrow = task[1]
    feed = dict(zip(narrow.elements, narrow.feed.tolist(), strict=True))
    weights = dict(zip(narrow.elements, narrow.weights.tolist(), strict=True))
    wide = problem(feed, narrow.products, all_solvents(), weights, 1e-3)

    def cost(circuit) -> float:
        return circuit.total * (circuit.organic * (3.0 + 0.05 * circuit.stages) + 3.0 * circuit.scrub_flow)

    def search():
        designer = Designer(wide)
        return verify_all(designer, best_trains(designer, cost, 10), cost), len(designer.known)

    found, designed = benchmark.pedantic(search, rounds=3, warmup_rounds=0)
    assert len(found) == 10
    seconds = benchmark.stats.stats.min
    with capsys.disabled():
        print(f"\n{possible(wide):,} trains, {designed} circuits designed: {seconds:.2f} s")


def test_design_of_the_unit(benchmark, task) -> None:
    """What the flowsheet does once: the best train by reagents, proved."""
    p, narrow = task
    cost = objective(p)
    found = benchmark.pedantic(lambda: best_trains(Designer(narrow), cost, 5), rounds=3, warmup_rounds=0)
    assert len(found) == 5
