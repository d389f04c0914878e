"""Plants with a published cost: the scope factors follow from them, one per group, and the page tells it."""

from __future__ import annotations

import math
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.data import exchange_rate, regional_factors, sources
from didymium.data.investment import GROUPS, capital_factors, known_plants, without_cost
from didymium.files import shipped
from didymium.studies.plant_costs import PlantCost, agreement, calibrate, check, summary

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def costs() -> dict[str, PlantCost]:
    return {one.plant.plant: one for one in check()}


def test_the_stored_scope_factors_follow_from_the_plants_and_the_equipment() -> None:
    found = calibrate()
    assert set(found) == {"separation", "magnet"}
    for group, scope in found.items():
        stored = capital_factors()["scope", group]
        assert stored.value == pytest.approx(scope.value, rel=0.01), f"{group}: calibrate anew, see docs/capital.md"
        spread = max(2.0, scope.spread)
        assert (stored.low, stored.high) == pytest.approx((scope.value / spread, scope.value * spread), rel=0.01)
        assert stored.source == "calibrated"


def test_groups_without_a_plant_take_the_factor_of_separation_as_an_assumption(costs: dict[str, PlantCost]) -> None:
    separation = capital_factors()["scope", "separation"]
    for group in set(GROUPS.values()) - set(calibrate()):
        stored = capital_factors()["scope", group]
        assert stored.value == separation.value
        assert (stored.source, stored.confidence, stored.assumed) == ("assumed", "low", True)
        assert stored.high / stored.low >= separation.high / separation.low * 0.99
    needed = {one.plant.plant: one.actual / sum(one.installed.values()) for one in costs.values()}
    metal = capital_factors()["scope", "metal"]
    assert metal.low <= needed["Jinmeng metal"] + 0.01
    assert needed["Lacq metal"] <= metal.high


def test_magnets_have_two_numbers_east_and_west(costs: dict[str, PlantCost]) -> None:
    """Scope is what plants of the US need over their equipment, compliance what those of China need over that."""
    found = calibrate()["magnet"]
    count = [one for one in costs.values() if one.plant.calibrates and one.group == "magnet"]
    needed = {one.plant.plant: one.actual / one.installed["magnet"] for one in count}
    stored = regional_factors()["compliance.magnet", "china"]
    china = [needed[one.plant.plant] * stored.value for one in count if one.plant.region == "china"]
    assert found.value == pytest.approx(needed["Benson"])
    assert dict(found.compliance) == {"china": pytest.approx(math.prod(china) ** (1 / 3) / found.value)}
    assert stored.value == pytest.approx(found.compliance["china"], rel=0.01), "calibrate anew, see docs/capital.md"
    residual = [math.log(value / found.value * stored.value / found.compliance["china"]) for value in needed.values()]
    assert found.spread == pytest.approx(math.exp(math.sqrt(sum(one * one for one in residual) / (4 - 2))))


def test_magnet_plants_are_right_on_average_east_and_west(costs: dict[str, PlantCost]) -> None:
    for region in ("us", "china"):
        own = [
            one.ratio
            for one in costs.values()
            if one.plant.calibrates and one.group == "magnet" and one.plant.region == region
        ]
        assert agreement(own).mean == pytest.approx(1.0, rel=0.01)


def test_the_range_of_chinese_magnet_plants_is_that_of_published_cost_per_kg(costs: dict[str, PlantCost]) -> None:
    """US over China, USD per kg a year: 100 (Benson) to 25 (Rising), and 125 (10X, with all of 10,000 t) to 7."""
    stored = regional_factors()["compliance.magnet", "china"]
    per_kg = {name: one.actual / one.plant.capacity * 1000.0 for name, one in costs.items()}
    assert per_kg["Benson"] / per_kg["Rising Nonferrous"] == pytest.approx(4.0, rel=0.02)
    assert 1250.0 / 10.0 / per_kg["JL Mag Baotou III"] == pytest.approx(17.0, rel=0.03)
    location = regional_factors()["location", "china"].value
    assert (stored.low * location, stored.high * location) == pytest.approx((1 / 17, 1 / 4), rel=0.01)


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
    assert found["calibrating, each left out once"].spread > found["calibrating"].spread > 1.0
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
    assert math.isnan(costs["Benson"].left_out)  # nothing else says what a magnet plant in the US needs
    two = [costs[name].actual / costs[name].installed["magnet"] for name in ("Jintian", "Rising Nonferrous")]
    left = costs["JL Mag Baotou III"]
    assert left.left_out == pytest.approx(math.sqrt(two[0] * two[1]) * left.installed["magnet"] / left.actual)


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
    assert not by_name["Mountain Pass Stage II and III"].calibrates  # so did Molycorp's
    assert not by_name["Northern Magnet"].calibrates  # a rented hall
    assert not by_name["Mt Weld expansion"].calibrates  # pit and camp stood
    assert not by_name["Jinmeng metal"].calibrates  # site unknown
    assert not by_name["Jinmeng separation and scrap"].calibrates  # capacity assumed
    assert not by_name["10X Northlake"].calibrates  # two groups
    assert not by_name["Sumter"].calibrates  # capacity assumed
    assert not by_name["Phalaborwa"].calibrates  # another route
    assert not by_name["SRC Saskatoon"].calibrates  # modelled in part
    for one in known_plants():
        assert one.flowsheet in shipped()
        assert one.cost.low <= one.cost.value <= one.cost.high
        assert one.calibrates == (
            one.site == "green"
            and one.route in ("same", "near")
            and len(one.groups) == 1
            and one.cost.confidence != "low"
        )
    assert {row["source"] for row in without_cost()} <= set(sources())


def test_no_plant_counts_whose_own_notes_speak_against_it() -> None:
    """What stood, what is assumed and what is from memory keeps a plant out, whatever its other columns say."""
    against = re.compile(r"\b(assum|from memory|not disclosed|perhaps|stood|stand |standing|rented|not in the pred)")
    told = {one.plant for one in known_plants() if against.search(f"{one.published}; {one.cost.note}")}
    assert {"Mountain Pass Stage II and III", "Jinmeng separation and scrap", "Lacq metal", "La Rochelle"} <= told
    assert not told & {one.plant for one in known_plants() if one.calibrates}


def test_lacq_metal_is_110_million_euros() -> None:
    """Reuters and Fastmarkets, May 2025: 110 M EUR, then 123 to 124 M USD; 130 M USD at most."""
    (plant,) = (one for one in known_plants() if one.plant == "Lacq metal")
    rate = exchange_rate("EUR", 2025).value
    assert (plant.cost.value, plant.currency) == (110.0, "EUR")
    assert plant.cost.high / rate == pytest.approx(130.0, rel=0.01)


def test_agreement_by_hand() -> None:
    """Ratios of 1, 2 and 4: geometric mean 2; logs −ln 2, 0, ln 2 about it, so a spread of 2."""
    found = agreement([1.0, 2.0, 4.0])
    assert (found.plants, found.mean, found.spread) == (3, pytest.approx(2.0), pytest.approx(2.0))
    assert math.isnan(agreement([3.0]).spread)
    assert np.isnan(agreement([]).mean)


def test_the_page_is_current() -> None:
    made = runpy.run_path(str(DOCS / "make_capital.py"))["page"]()
    assert (DOCS / "capital.md").read_text(encoding="utf-8") == made, "run python docs/make_capital.py"
