"""Time of the linear program of a chain: a world of 30 regions, growth with regions and years, what pruning brings."""

import importlib.util
import os
import time
from pathlib import Path

import numpy as np
import pytest

from didymium.supply.matrix import program
from didymium.supply.parts import parts, useful
from didymium.supply.program import solve
from didymium.supply.solver import optimum

PATH = Path(__file__).parents[1] / "tests/supply/random_systems.py"
SPEC = importlib.util.spec_from_file_location("random_systems", PATH)
systems = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(systems)

REGIONS = int(os.environ.get("DIDYMIUM_REGIONS", "30"))
"""The widest world; fewer where time is short."""


def seconds(work):
    """The answer, wall time and processor time in s."""
    start, busy = time.perf_counter(), time.process_time()
    out = work()
    return out, time.perf_counter() - start, time.process_time() - busy


def told(name, system, found, wall, busy):
    years = len(system.years)
    columns = (len(system.activities) + len(system.needs)) * years
    print(
        f"\n{name}: {columns:,} columns, {len(found.pools) * years:,} pools by year; {wall:.2f} s, {busy:.2f} s of "
        f"processor, {1e6 * busy / columns:.0f} µs a column; {found.certificate}"
    )


def test_thirty_regions_twenty_years_gap_speed():
    """The whole: 30 regions × 20 years × 17 elements × 12 stages, tables to proved optimum."""
    system = systems.wide(REGIONS, 20)
    found, wall, busy = seconds(lambda: solve(system))
    told(f"{REGIONS} regions × 20 years", system, found, wall, busy)
    assert found.certificate.proved


def test_growth_with_regions_and_years_gap_speed():
    """Five regions and years up to twenty, each against 5 × 5."""
    base = None
    for regions, years in ((5, 5), (10, 5), (20, 5), (5, 10), (5, 20)):
        if regions > REGIONS:
            continue
        system = systems.wide(regions, years)
        found, wall, busy = seconds(lambda system=system: solve(system, threads=1))
        base = base or busy
        told(f"{regions} × {years}, {busy / base:.1f} times 5 × 5", system, found, wall, busy)


@pytest.mark.parametrize("stocks", [False, True])
def test_parts_against_the_whole_gap_speed(stocks):
    """Ten regions, five years: taken apart and pruned against all at once; with stocks that tie the years."""
    system = systems.wide(min(10, REGIONS), 5, stocks=stocks)
    table = program(system)
    rows, columns = useful(table)
    pieces = list(parts(table, rows, columns))
    apart, _, one = seconds(lambda: optimum(table, threads=1))
    whole, _, all_at_once = seconds(lambda: optimum(table, apart=False))
    assert float(table.cost @ apart.levels) == pytest.approx(float(table.cost @ whole.levels), rel=1e-9)
    name = f"{min(10, REGIONS)} × 5 {'with stocks' if stocks else 'without stocks'}"
    print(
        f"\n{name}: {len(pieces)} parts, {np.mean(columns):.0%} of the columns useful; {one:.2f} s apart, "
        f"{all_at_once:.2f} s whole: {all_at_once / one:.1f} times"
    )


def test_assembly_gap_speed():
    """Laying the program out, pruning and taking apart, beside solving it."""
    system = systems.wide(min(10, REGIONS), 20)
    table, _, laid = seconds(lambda: program(system))
    _, _, cut = seconds(lambda: list(parts(table, *useful(table))))
    _, _, solved = seconds(lambda: optimum(table, threads=1))
    name = f"{min(10, REGIONS)} × 20"
    print(f"\n{name}: laid out in {laid:.3f} s, taken apart in {cut:.3f} s, solved and proved in {solved:.2f} s")
