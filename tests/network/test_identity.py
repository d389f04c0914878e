"""A mixer with one inlet does nothing: put on any edge of a shipped flowsheet it changes no number."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import didymium

EDGES = [
    "mine.ore",
    "metal.metal",
    "strip_casting.alloy",
    "jet_milling.powder",
    "pressing.compacts",
    "machining.swarf",
    "sintering.rejects",
    "ndpr_cut.strip_liquor",
    "swarf_leach.liquor",
    "coating.magnets",
]


@cache
def solved() -> didymium.Result:
    return didymium.load("mountain_pass").solve()


def with_mixer(folder: Path, edge: str) -> didymium.Result:
    plan = solved().plan
    head = "didymium: 1\nextends: mountain_pass\nunits:\n  through: {kind: mixer, feeds: [" + edge + "]}\n"
    for unit in plan.units.values():
        for inlet, stream in unit.inlets.items():
            if stream != edge:
                continue
            key, _, number = inlet.partition(".")
            if number:
                same = [s for i, s in unit.inlets.items() if i.startswith(f"{key}.")]
                head += f"  {unit.name}: {{{key}: [{', '.join('through' if s == edge else s for s in same)}]}}\n"
            else:
                head += f"  {unit.name}: {{{key}: through}}\n"
    if edge == "coating.magnets":
        head += "products: {magnet: through}\n"
    path = folder / "through.yaml"
    path.write_text(head, encoding="utf-8")
    return didymium.load(path).solve()


@pytest.mark.parametrize("edge", EDGES)
def test_a_mixer_of_one_stream_changes_nothing(tmp_path: Path, edge: str) -> None:
    plain, mixed = solved(), with_mixer(tmp_path, edge)
    assert len(mixed.plan.units) == len(plain.plan.units) + 1
    for product in ("magnet", "ndpr_oxide"):
        before, after = plain.cost.per_kg(product), mixed.cost.per_kg(product)
        assert after.total == pytest.approx(before.total, rel=1e-9)
        assert after.by_cause == pytest.approx(before.by_cause, rel=1e-9)
        assert after.by_stage == pytest.approx(before.by_stage, rel=1e-9)
    assert mixed.recovery_by_stage("Nd") == pytest.approx(plain.recovery_by_stage("Nd"), rel=1e-9)
    for stage, here in plain.capacity.items():
        assert mixed.capacity[stage].throughput_t_per_year == pytest.approx(here.throughput_t_per_year, rel=1e-9)
