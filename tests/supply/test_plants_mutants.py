"""What a plant's nameplate counts and what its own yields leave as it is: numbers of one activity, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from didymium.elements import INDEX, OXIDE_FACTOR
from didymium.quantities import Value
from didymium.supply.chain import build
from didymium.supply.system import Activity, System
from didymium.supply.values import oxide_factor

from . import small_scenario as small

FACTOR = {e: float(OXIDE_FACTOR[INDEX[e]]) for e in small.ORE}
NEED = [small.use(small.series(y2025=1.0))]


def _built(*stages: Any) -> System:
    site = small.plant("works", small.plant_stage("mine", 1e6, deposits=("works",)), *stages)
    return build(small.scenario([site], NEED), small.tables())


def _one(system: System, name: str) -> Activity:
    (found,) = [activity for activity in system.activities if activity.name == name]
    return found


def _weight(system: System, stage: str, name: str) -> float:
    (bound,) = [bound for bound in system.bounds if bound.name == f"works {stage}"]
    (weight,) = [weight for i, weight in bound.of if system.activities[i].name == name]
    assert isinstance(weight, float)
    return weight


def _made(activity: Activity) -> dict[str, float]:
    return {output.pool.good: output.amount for output in activity.makes}


def test_cracking_costs_and_counts_what_it_hands_on() -> None:
    found = _built(small.plant_stage("cracking", 1e6))
    name = "works cracking: concentrate:works"
    assert _one(found, name).cost == pytest.approx(10.0 * 0.95, rel=1e-12)
    oxides = sum(small.ORE[e] * FACTOR[e] for e in small.ORE)
    assert _weight(found, "cracking", name) == pytest.approx(0.95 * oxides, rel=1e-12)


def test_metal_whose_nameplate_counts_oxides_counts_those_it_takes() -> None:
    found = _built(small.plant_stage("metal", 1e6, counts="REO"))
    for element in ("NdPr", "Dy"):
        weight = _weight(found, "metal", f"works metal: metal:{element}")
        assert weight == pytest.approx(oxide_factor(element) / 0.95, rel=1e-12)


@pytest.mark.parametrize(("own", "heavy"), [(0.1, 0.8), (0.5, 0.5)])
def test_an_own_yield_of_oxides_is_none_of_heavies_but_leaves_them_no_more_than_the_rest(
    own: float, heavy: float
) -> None:
    apart = small.plant_stage("heavy_separation", 1e6, counts="Dy")
    found = _built(small.plant_stage("separation", 1e6, yields={"REO": Value(own)}), apart)
    made = _made(_one(found, "works separation: concentrate:works"))
    assert made["heavy:works"] == pytest.approx(0.05 * heavy, rel=1e-12)
    assert made["oxide:Dy"] == pytest.approx(0.05 * own, rel=1e-12)


def test_swarf_is_no_more_than_what_magnets_leave() -> None:
    found = _built(small.plant_stage("magnet", 1e6, makes=("motor",), yields={"NdPr": Value(0.9)}))
    made = _made(_one(found, "works magnet: magnet:motor"))
    assert made["swarf:motor"] == pytest.approx(0.1 / 0.9, rel=1e-12)
