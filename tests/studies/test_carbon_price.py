"""What a price of carbon charges is what the table of wastes and carbon counts, on a whole plant."""

from __future__ import annotations

import numpy as np
import pytest

import didymium
from didymium.studies.effluents import effluents


def test_charged_carbon_is_that_of_the_effluents() -> None:
    plant = didymium.load("baotou", {"carbon_price": "100 USD2024/t", "carbon_price_on_power": "true"})
    result = plant.solve()
    lines = [line for line in result.cost.lines if line.item == "carbon price"]
    charged = sum(float(line.quantity[0]) for line in lines)
    table = effluents(result)
    counted = ("co2_process", "co2_fluorocarbons", "co2_fuel", "co2_power")
    assert charged == pytest.approx(sum(float(table.rate(key)[0]) for key in counted), rel=1e-12)
    assert all(np.all(table.rate(key) > 0.0) for key in counted)
