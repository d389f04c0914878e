"""How plants of several stages fare at exact quantiles."""

from __future__ import annotations

import numpy as np

from didymium.plan import Position
from didymium.quantities import Value
from didymium.scenario import PlantStage
from didymium.studies.slips import SlippingPlant, fares

AT = Position("iron.yaml", 1, 1)


def _plant(*delays: float) -> SlippingPlant:
    stages = [
        PlantStage(f"s{i}", Value(1.0), "mass", 2025.0, AT, "us", delay=Value(delay, "year"), success=Value(0.5))
        for i, delay in enumerate(delays)
    ]
    return SlippingPlant("both", "nobody", tuple(stages))


def test_a_plant_is_as_late_as_its_latest_stage() -> None:
    found = fares([_plant(1.0, 3.0, 2.0)], np.array([[0.5, 0.5, 0.25]]))
    assert found.lateness().tolist() == [[3.0]]


def test_a_plant_is_built_up_to_its_chance() -> None:
    quantiles = [0.495, 0.5, np.nextafter(0.5, 1.0), 0.505]
    found = fares([_plant(1.0)], np.array([[0.5, 0.5, one] for one in quantiles]))
    assert found.built[0][:, 0].tolist() == [True, True, False, False]
