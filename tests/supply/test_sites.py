"""Plants side by side: what they can make, how much they run, and what share of a demand that is; by hand."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from didymium.quantities import Value
from didymium.supply.chain import build
from didymium.supply.program import solve
from didymium.supply.sites import SiteStage, UnknownPlant, check, sites


def _small() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_scenario", Path(__file__).with_name("small_scenario.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


small = _small()


@pytest.fixture(scope="module")
def stages() -> dict[tuple[str, str], SiteStage]:
    works = small.whole_chain()
    magnet = replace(works.stages["magnet"], capacity=Value(400.0, "t/year"), availability=Value(0.5))
    works = replace(works, stages={**works.stages, "magnet": magnet})
    other = small.plant("far", small.plant_stage("magnet", 50.0, "china"), region="china")
    demand = [
        small.use(small.series(y2025=100.0), "plain"),
        small.use(small.series(y2025=1000.0), "plain", region="china"),
    ]
    subject = small.scenario([works, other], demand, focus=("us", "china"))
    levels = solve(build(subject, small.tables()))
    found = sites(subject, small.tables(), levels, ["works", "far"])
    return {(one.plant, one.stage): one for one in found}


def test_nameplate_effective_and_used(stages: dict[tuple[str, str], SiteStage]) -> None:
    one = stages["works", "magnet"]
    assert one.nameplate == pytest.approx([400.0] * 3)
    assert one.effective == pytest.approx([200.0] * 3)
    assert one.used == pytest.approx([200.0] * 3)
    assert one.utilisation == pytest.approx([1.0] * 3)
    assert stages["works", "alloy"].utilisation.max() < 0.01


def test_share_of_each_regions_demand(stages: dict[tuple[str, str], SiteStage]) -> None:
    (item,) = stages["works", "magnet"].items
    assert item.item == "magnets"
    assert item.share["us"] == pytest.approx([2.0] * 3)
    assert item.share["china"] == pytest.approx([0.2] * 3)
    (other,) = stages["far", "magnet"].items
    assert other.share["us"] == pytest.approx([0.5] * 3)


def test_a_stage_that_is_counted_by_ore_serves_by_what_the_ore_holds(
    stages: dict[tuple[str, str], SiteStage],
) -> None:
    items = {one.item: one for one in stages["works", "mine"].items}
    assert set(items) == {"NdPr", "Dy"}
    assert all(np.isfinite(part).all() for part in items["NdPr"].share.values())
    # No demand here holds Dy.
    assert items["Dy"].share == {}


def test_unknown_plants_are_all_named() -> None:
    subject = small.scenario([small.whole_chain()], [])
    with pytest.raises(UnknownPlant, match=r"unknown plant 'work'; did you mean 'works'.*unknown plant 'zzz'"):
        check(subject, ["work", "zzz", "works"])
