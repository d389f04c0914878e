"""Public claims on capacity: verdicts by rule, readings from scenarios by hand."""

from __future__ import annotations

import math

import pytest

from didymium.data import sources
from didymium.data.capacity_claims import capacity_claims
from didymium.data.cost_claims import CostClaim
from didymium.files import load_scenario
from didymium.scenario import PlantStage, Series
from didymium.studies.capacity_claims import finding, judged
from didymium.studies.capacity_readings import RULES, _asked, _could

NONE = math.nan


def claim(low: float, high: float, relation: str) -> CostClaim:
    return CostClaim("one", "one", low, high, "t/year", relation, "", "press2026", "low")  # type: ignore[arg-type]


def test_every_claim_has_a_rule_and_a_source() -> None:
    assert set(RULES) == set(capacity_claims())
    assert {one.source for one in capacity_claims().values()} <= set(sources())


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (100.0, NONE, NONE, "supported"),
        (109.9, NONE, NONE, "supported"),
        (110.1, NONE, NONE, "contradicted"),
        (90.1, NONE, NONE, "supported"),
        (89.9, NONE, NONE, "contradicted"),
        (150.0, 105.0, 200.0, "undecidable"),
        (150.0, 110.1, 200.0, "contradicted"),
        (50.0, 20.0, 89.9, "contradicted"),
        (50.0, 20.0, 90.1, "undecidable"),
    ],
)
def test_a_figure(value: float, low: float, high: float, verdict: str) -> None:
    assert judged(claim(100.0, 100.0, "equals"), value, low, high)[0] == verdict


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (9.0, NONE, NONE, "supported"),
        (11.0, NONE, NONE, "contradicted"),
        (9.0, 8.0, 11.0, "undecidable"),
        (9.0, 8.0, 9.9, "supported"),
        (12.0, 11.0, 13.0, "contradicted"),
    ],
)
def test_a_bound(value: float, low: float, high: float, verdict: str) -> None:
    assert judged(claim(-math.inf, 10.0, "below"), value, low, high)[0] == verdict


def test_a_bound_from_below_takes_what_never_comes() -> None:
    assert judged(claim(15.0, math.inf, "above"), math.inf, NONE, NONE)[0] == "supported"


def test_what_a_scenario_asks_for_from_low_to_high() -> None:
    found = load_scenario("us_2030")
    uses = [one for one in found.demand if one.region == "us" and one.use == "industry"]
    # 9,150 from 6,000 to 12,000 in 2024, 13,250 from 9,000 to 20,000 in 2030
    assert _asked(iter(uses), 2027) == pytest.approx((11_200.0, 7_500.0, 16_000.0))


def test_what_plants_can_make_late_and_in_time() -> None:
    found = load_scenario("us_2030")
    stage: PlantStage = found.plants["northlake"].stages["magnet"]
    value, low, high = _could([stage], 2040)
    assert low == 0.0  # announced: it may not be built
    assert value == high > 0.9 * 7_000.0


def test_a_claim_without_its_scenario_is_undecidable() -> None:
    found = finding(capacity_claims()["us_demand"], {})
    assert (found.readings, found.verdict) == ((), "undecidable")


def test_cars_need_no_scenario() -> None:
    found = finding(capacity_claims()["car_mass"], {})
    (reading,) = found.readings
    # 2,000 t in 1 and in 1.5 million cars, 1,000 t in 0.5 million
    assert (reading.low, reading.high) == (pytest.approx(4.0 / 3.0), pytest.approx(2.0))
    # 1.2 and a tenth lie below 4/3, but nobody publishes a car's own
    assert judged(capacity_claims()["car_mass"], reading.value, reading.low, reading.high)[0] == "contradicted"
    assert found.verdict == "undecidable"
    assert "nobody publishes" in found.reason


def test_a_series_of_one_year_holds() -> None:
    found = load_scenario("us_2030")
    (use,) = [one for one in found.demand if one.region == "us" and one.use == "defence"]
    assert isinstance(use.tonnes, Series)
    assert _asked(iter([use]), 2033)[0] == 3_000.0


def test_a_range_without_width_is_one_number() -> None:
    assert judged(claim(0.05, 0.05, "equals"), 0.0, 0.0, 0.0) == ("contradicted", "0.05 lies above 0")
