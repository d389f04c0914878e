"""From bare equipment to a plant by hand: the breakdown, the scope, location and compliance; what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from didymium import data
from didymium.data.investment import capital_factors, installation
from didymium.economics import CostError
from didymium.economics.figures import Figures
from didymium.economics.installed import COMPLIANCE, EQUIPMENT, LOCATION, SCOPE, factors, installed, scope, shares
from didymium.economics.ramp_up import outputs, years_to_full

HAND = Figures(
    {
        "data.scope.metal": np.array([1.5]),
        "data.location.china": np.array([0.9]),
        "data.compliance.china": np.array([0.4]),
    }
)


def test_the_breakdown_adds_up_to_the_lang_factor() -> None:
    assert 1.0 + sum(fact.value for fact in installation().values()) == pytest.approx(2.97, abs=1e-12)
    assert shares()["process buildings"] == 0.40


def test_a_plant_by_hand() -> None:
    """10 million of equipment in China: 29.7 installed, 44.55 with scope 1.5, 40.095 there, 16.038 by its rules."""
    found = installed("metal", {"cells": np.array([10.0])}, {"cells": "china"}, HAND)
    assert found.million_usd[0] == pytest.approx(16.038)
    assert found.lines[EQUIPMENT][0] == 10.0
    assert found.lines["piping"][0] == pytest.approx(2.0)
    assert found.lines["contingency"][0] == pytest.approx(1.5)
    assert found.lines[SCOPE][0] == pytest.approx(14.85)
    assert found.lines[LOCATION][0] == pytest.approx(-4.455)
    assert found.lines[COMPLIANCE][0] == pytest.approx(-24.057)


def test_lines_and_units_add_up_to_the_whole_in_two_regions() -> None:
    bare = {"leach": np.array([3.0, 4.0]), "cut": np.array([5.0, 6.0])}
    found = installed("separation", bare, {"leach": "australia", "cut": "malaysia"})
    assert sum(found.lines.values()) == pytest.approx(found.million_usd, rel=1e-12)
    assert sum(found.by_unit.values()) == pytest.approx(found.million_usd, rel=1e-12)
    ratio = found.by_unit["leach"] / 3.0 / (found.by_unit["cut"] / 5.0)
    here, there = (data.regional_factors()["build_cost", place].value for place in ("australia", "malaysia"))
    assert ratio[0] == pytest.approx(here / there)


@pytest.mark.parametrize("region", sorted(data.regions()))
def test_location_times_compliance_is_the_build_cost(region: str) -> None:
    here, rules = factors(region)
    assert here * rules == pytest.approx(data.regional_factors()["build_cost", region].value, rel=1e-15)
    known = data.regional_factors()
    for factor in ("location", "compliance", "build_cost"):
        assert known[factor, region].low <= known[factor, region].value <= known[factor, region].high


def test_the_split_keeps_the_published_ratio() -> None:
    """A plant in China costs about a third of one in the US to build (WSJ)."""
    here, rules = factors("china")
    assert (here, rules) == (0.92, pytest.approx(0.33 / 0.92))


def test_a_group_has_its_own_compliance_where_the_data_give_one() -> None:
    """In China magnets; elsewhere, and for other stages there, the general one."""
    own = data.regional_factors()["compliance.magnet", "china"].value
    assert factors("china", group="magnet") == (0.92, own)
    assert factors("china", group="separation") == factors("china")
    assert factors("malaysia", group="magnet") == factors("malaysia")
    figures = Figures()
    found = {
        stage: installed(stage, {"press": np.array([1.0])}, {"press": "china"}, figures) for stage in ("metal", "alloy")
    }
    assert found["alloy"].million_usd[0] == pytest.approx(2.97 * scope("alloy") * 0.92 * own)
    assert found["metal"].million_usd[0] == pytest.approx(2.97 * scope("metal") * 0.33)
    assert {"data.compliance.china.magnet", "data.compliance.china"} <= set(figures.used)
    drawn = Figures({"data.compliance.china.magnet": np.array([0.2])})
    assert installed("magnet", {"press": np.array([1.0])}, {"press": "china"}, drawn).million_usd[0] == pytest.approx(
        2.97 * scope("magnet") * 0.92 * 0.2
    )


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(CostError, match="no build-cost factor for the region 'atlantis'"):
        installed("metal", {"cells": np.array([1.0])}, {"cells": "atlantis"})


def test_samples_give_the_bits_of_single_cases() -> None:
    rng = np.random.default_rng(7)
    paths = ("scope.separation", "installation.piping", "location.china", "compliance.china")
    drawn = {f"data.{path}": rng.uniform(0.3, 2.0, 5) for path in paths}
    bare = {name: rng.uniform(1.0, 9.0, 5) for name in ("leach", "cut", "kiln")}
    places = dict.fromkeys(bare, "china")
    many = installed("separation", bare, places, Figures(drawn))
    for i in range(5):
        one = installed(
            "separation",
            {name: values[i : i + 1] for name, values in bare.items()},
            places,
            Figures({path: values[i : i + 1] for path, values in drawn.items()}),
        )
        assert many.million_usd[i] == one.million_usd[0]
        for name, values in many.lines.items():
            assert values[i] == one.lines[name][0]


def test_alloy_and_magnet_share_a_scope() -> None:
    assert scope("alloy") == scope("magnet") == capital_factors()["scope", "magnet"].value


def test_output_grows_over_the_years() -> None:
    """Linear over four years: an eighth, three, five and seven eighths; then all. Together two years are lost."""
    assert outputs(4.0, 6)[0] == pytest.approx([0.125, 0.375, 0.625, 0.875, 1.0, 1.0])
    assert outputs(np.array([0.5, 3.0]), 30).sum(axis=1) == pytest.approx([29.75, 28.5])
    assert years_to_full("magnet") == capital_factors()["ramp_up", "magnet"].value
    with pytest.raises(ValueError, match="negative"):
        outputs(-1.0, 3)
