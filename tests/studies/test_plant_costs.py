"""Plants with a published cost: the scope factors follow from them, one per group, and the page tells it."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.data import exchange_rate, sources
from didymium.data.investment import GROUPS, capital_factors, known_plants, without_cost
from didymium.files import shipped
from didymium.studies.plant_costs import PlantCost, agreement, calibrate, check, summary

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def costs() -> dict[str, PlantCost]:
    return {one.plant.plant: one for one in check()}


def test_the_stored_scope_factors_follow_from_the_plants_and_the_equipment() -> None:
    found = calibrate()
    assert set(found) == set(GROUPS.values())
    for group, scope in found.items():
        stored = capital_factors()["scope", group]
        assert stored.value == pytest.approx(scope.value, rel=0.01), f"{group}: calibrate anew, see docs/capital.md"
        spread = 2.0 if math.isnan(scope.spread) else scope.spread
        assert (stored.low, stored.high) == pytest.approx((scope.value / spread, scope.value * spread), rel=0.01)
        assert stored.source == "calibrated"


def test_one_factor_for_a_group_and_none_for_a_plant(costs: dict[str, PlantCost]) -> None:
    """Predicted over installed is the same for all plants of a group, and it is the stored factor."""
    for one in costs.values():
        expected = sum(million * capital_factors()["scope", group].value for group, million in one.installed.items())
        assert one.predicted == expected
    assert {key[1] for key in capital_factors() if key[0] == "scope"} == set(GROUPS.values())


def test_a_group_is_right_on_average_and_no_plant_by_design(
    costs: dict[str, PlantCost],
) -> None:
    found = summary(costs.values())
    assert found["calibrating"].mean == pytest.approx(1.0, rel=0.01)
    assert found["calibrating"].spread > 1.5  # nothing is fitted away
    assert found["all"].plants == len(known_plants()) == 23
    several = [one for one in costs.values() if math.isfinite(one.left_out)]
    assert all(abs(math.log(one.left_out)) >= abs(math.log(one.ratio)) - 0.01 for one in several)


def test_left_out_by_hand(costs: dict[str, PlantCost]) -> None:
    """The scope without a plant is the geometric mean of what the others need."""
    group = [one for one in costs.values() if one.plant.calibrates and one.group == "separation"]
    first, *others = group
    needed = [one.actual / one.installed["separation"] for one in others]
    scope = math.prod(needed) ** (1.0 / len(needed))
    assert first.left_out == pytest.approx(first.installed["separation"] * scope / first.actual)


def test_actual_and_scale_by_hand(costs: dict[str, PlantCost]) -> None:
    """7,799 million yuan of 2024; 106,662 t/y over what the shipped Baotou separates."""
    smelter = costs["China Northern green smelter"]
    assert smelter.actual == pytest.approx(7799.0 / exchange_rate("CNY", 2024).value)
    made = didymium.load("baotou").solve().cost.capital["separation"].capacity[0]
    assert smelter.scale == pytest.approx(106_662.0 / made, rel=1e-6)
    assert 300 < costs["Mountain Pass Stage II and III"].predicted < 1500


def test_which_plants_count_by_one_rule() -> None:
    by_name = {one.plant: one for one in known_plants()}
    assert not by_name["White Mesa Phase 1"].calibrates  # halls that stood
    assert not by_name["10X Northlake"].calibrates  # two groups
    assert not by_name["Sumter"].calibrates  # capacity assumed
    assert not by_name["Phalaborwa"].calibrates  # another route
    assert not by_name["SRC Saskatoon"].calibrates  # modelled in part
    for one in known_plants():
        assert one.flowsheet in shipped()
        assert one.cost.low <= one.cost.value <= one.cost.high
        assert one.calibrates == (
            one.site != "standing"
            and one.route in ("same", "near")
            and len(one.groups) == 1
            and one.cost.confidence != "low"
        )
    assert {row["source"] for row in without_cost()} <= set(sources())


def test_agreement_by_hand() -> None:
    """Ratios of 1, 2 and 4: geometric mean 2; logs −ln 2, 0, ln 2 about it, so a spread of 2."""
    found = agreement([1.0, 2.0, 4.0])
    assert (found.plants, found.mean, found.spread) == (3, pytest.approx(2.0), pytest.approx(2.0))
    assert math.isnan(agreement([3.0]).spread)
    assert np.isnan(agreement([]).mean)


def test_the_page_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_capital.py"))["page"]()
    assert (DOCS / "capital.md").read_text(encoding="utf-8") == made, "run python docs/make_capital.py"
