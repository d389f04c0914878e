"""Public claims on cost: verdicts follow from bands, and each way to count a claim from outputs by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from didymium.data import exchange_rate, sources
from didymium.data.cost_claims import cost_claims
from didymium.studies.cost_claims import CostFinding, evaluate, finding, judged

COUNT = 101
"""Samples: a percentile p falls on the value of rank p."""


def plant(magnet: float, spread: float = 0.0, **more: float) -> dict[str, np.ndarray]:
    """Outputs of a plant, evenly spread about their middle."""
    middle = {
        "cost.magnet": magnet,
        "cost.magnet.capital": 0.1 * magnet,
        "cost.ndpr_oxide": magnet,
        "cost.separated_reo": magnet / 4.0,
        "cost.separated_reo.separation": magnet / 5.0,
        "capital.separation": 100.0 * magnet,
        "capital.metal": magnet,
        "capital.alloy": 2.0 * magnet,
        "capital.magnet": 7.0 * magnet,
        "payback": 9.0,
        "npv": 1.0,
        **more,
    }
    ramp = np.linspace(1.0 - spread, 1.0 + spread, COUNT)
    return {name: value * ramp if spread else np.full(COUNT, value) for name, value in middle.items()}


def found(sampled: Mapping[str, Mapping[str, np.ndarray]], key: str) -> CostFinding:
    nominal = {
        name: {key: values[COUNT // 2 : COUNT // 2 + 1] for key, values in outputs.items()}
        for name, outputs in sampled.items()
    }
    return finding(cost_claims()[key], nominal, sampled)


def test_every_claim_has_a_source_and_a_finding() -> None:
    findings = {one.claim.key: one for one in evaluate({}, {})}
    assert set(findings) == set(cost_claims())
    assert all(one.claim.source in sources() for one in findings.values())
    assert {one.verdict for one in findings.values()} == {"undecidable"}
    assert {one.reason for one in findings.values()} == {"nothing computed bears on it"}


@pytest.mark.parametrize(
    ("key", "band", "holds", "verdict", "reason"),
    [
        ("us_china_refining", (2.4, 3.3), 0.5, "supported", "50 % of samples come within 10 % of it"),
        ("us_china_refining", (2.4, 3.3), 0.49, "undecidable", "3.2 lies within the band, but only 49 %"),
        ("us_china_refining", (3.3, 4.1), 0.3, "undecidable", "only 30 % of samples come within 10 % of it"),
        ("us_china_refining", (3.6, 4.1), 0.04, "contradicted", "the band lies above 3.2"),
        ("us_china_refining", (1.0, 2.1), 0.0, "contradicted", "the band lies below 3.2"),
        ("us_china_refining", (1.0, 9.0), 0.04, "contradicted", "true in 4 % of samples"),
        ("china_below", (0.20, 0.40), 0.7, "supported", "70 % of samples lie within it"),
        ("china_below", (0.30, 0.61), 0.2, "undecidable", "0.22 to 0.35 meets the band, but only 20 %"),
        ("china_below", (0.36, 0.80), 0.03, "contradicted", "the band lies above 0.35"),
        ("compliant_line", (300.0, 9000.0), 0.95, "supported", "true in 95 % of samples"),
        ("compliant_line", (299.0, 9000.0), 0.94, "undecidable", "true in 94 % of samples"),
        ("compliant_line", (10.0, 299.0), 0.04, "contradicted", "the band lies below 300"),
        ("gross_margin", (801.0, 9000.0), 0.01, "contradicted", "the band lies above 800"),
        ("gross_margin", (-500.0, 801.0), 0.05, "undecidable", "true in 5 % of samples"),
        ("compliant_payback", (12.0, float("inf")), 0.0, "contradicted", "the band lies above 10"),
    ],
)
def test_the_verdict_follows_from_the_share_of_samples(
    key: str, band: tuple[float, float], holds: float, verdict: str, reason: str
) -> None:
    said, why = judged(cost_claims()[key], *band, holds)
    assert said == verdict
    assert why.startswith(reason)


def test_ratios_are_of_pairs_of_samples() -> None:
    """Both plants swing by half, together: the ratio stands still at 3.2 and the claim is supported."""
    sampled = {"mountain_pass": plant(64.0, 0.5), "baotou": plant(20.0, 0.5)}
    one = found(sampled, "us_china_refining")
    assert one.verdict == "supported"
    assert next(measure.what for measure in one.measures) == "separation alone, per kg REO"
    for measure in one.measures:
        assert (measure.value, measure.low, measure.high) == pytest.approx((3.2, 3.2, 3.2), rel=1e-12)
        assert measure.samples == COUNT
    below = found(sampled, "china_below")
    assert below.measures[0].value == pytest.approx(1.0 - 20.0 / 64.0)
    assert below.verdict == "contradicted"


def test_bands_are_the_5th_and_95th_percentile_and_count_what_holds() -> None:
    """Capital from 500 to 1500 M USD over 101 samples: the 5th percentile is the sixth of them."""
    one = found({"mountain_pass": plant(10.0, 0.5)}, "compliant_line")
    assert len(one.measures) == 1
    measure = one.measures[0]
    assert (measure.low, measure.value, measure.high) == pytest.approx((550.0, 1000.0, 1450.0))
    assert (measure.verdict, measure.holds) == ("supported", 1.0)
    half = found({"mountain_pass": plant(3.0, 0.5)}, "compliant_line").measures[0]
    assert half.verdict == "undecidable"
    assert half.holds == pytest.approx(51 / 101)


def test_the_claim_to_the_letter_decides_and_others_that_disagree_are_told() -> None:
    sampled = {
        "mountain_pass": plant(64.0) | {"cost.separated_reo.separation": np.full(COUNT, 16.0)},
        "baotou": plant(20.0) | {"cost.separated_reo.separation": np.full(COUNT, 2.0)},
    }
    one = found(sampled, "us_china_refining")
    assert one.verdict == "contradicted"
    assert one.reason.startswith("separation alone, per kg REO: the band lies above 3.2; but supported for ")
    assert "supported for ore to magnet, per kg (mountain_pass / baotou)" in one.reason
    alike = found({"mountain_pass": plant(64.0), "baotou": plant(20.0)}, "us_china_refining")
    assert alike.reason.endswith("; so by every way to count it")


def test_a_plant_that_never_pays_back_counts_as_never() -> None:
    years = np.where(np.arange(COUNT) < 60, 9.0, np.nan)
    one = found({"mountain_pass": plant(10.0) | {"payback": years}}, "compliant_payback").measures[0]
    assert (one.low, one.high, one.samples) == (9.0, float("inf"), COUNT)
    assert one.holds == pytest.approx(60 / COUNT)


def test_samples_that_failed_are_left_out_and_few_samples_say_nothing() -> None:
    values = np.where(np.arange(COUNT) < 50, 500.0, np.nan)
    one = found({"mountain_pass": plant(10.0) | {"capital.separation": values}}, "compliant_line").measures[0]
    assert (one.samples, one.low, one.high) == (50, 500.0, 500.0)
    few = np.where(np.arange(COUNT) < 19, 500.0, np.nan)
    assert found({"mountain_pass": plant(10.0) | {"capital.separation": few}}, "compliant_line").measures == ()


def test_money_of_cars_margins_and_lines() -> None:
    sampled = {"mountain_pass": plant(64.0), "baotou": plant(20.0)}
    car = found(sampled, "dearer_car").measures[0]
    assert car.value == pytest.approx(1.2 * 44.0 * exchange_rate("EUR", 2024).value)
    assert car.verdict == "contradicted"
    margin = found(sampled, "gross_margin").measures[0]
    assert margin.value == pytest.approx(1000.0 * (49.0 - 18.0))
    line = found(sampled, "chinese_line").measures[0]
    assert line.value == pytest.approx(2000.0 * 7.2167)
    ten = found({"texas_10kt": plant(100.0)}, "texas_magnets").measures[0]
    assert ten.value == pytest.approx(1000.0)
    assert ten.verdict == "contradicted"


def test_a_single_figure_is_true_in_samples_within_a_tenth_of_it() -> None:
    """Ratios 2.01 to 4.01 in steps of 0.02: those from 2.89 to 3.51 are within a tenth of 3.2, 32 of 101."""
    ratios = np.linspace(2.01, 4.01, COUNT)
    sampled = {"mountain_pass": plant(1.0), "baotou": plant(1.0)}
    sampled["mountain_pass"]["cost.separated_reo.separation"] = 0.2 * ratios
    assert found(sampled, "us_china_refining").measures[0].holds == pytest.approx(32 / COUNT)


def test_china_s_share_is_chinas_cost_over_the_other() -> None:
    """Costs of 64 and 20 USD: China's is 31 % of the other's, and lies 69 % below it."""
    sampled = {"mountain_pass": plant(64.0), "baotou": plant(20.0)}
    for key, expected in (("china_share", 20.0 / 64.0), ("china_below", 44.0 / 64.0), ("us_china_refining", 3.2)):
        one = found(sampled, key)
        assert len(one.measures) == 4
        for measure in one.measures:
            assert measure.value == pytest.approx(expected, rel=1e-12)
            assert measure.plants == "mountain_pass / baotou"


def test_a_sample_that_was_not_solved_is_no_plant_that_never_pays_back() -> None:
    """Of 101 samples 41 were not solved, 20 never pay back and 40 do in nine years: 40 of 60 hold."""
    order = np.arange(COUNT)
    years = np.where(order < 40, 9.0, np.nan)
    npv = np.where(order < 60, 1.0, np.nan)
    one = found({"mountain_pass": plant(10.0) | {"payback": years, "npv": npv}}, "compliant_payback").measures[0]
    assert one.samples == 60
    assert one.holds == pytest.approx(40 / 60)
    assert (one.low, one.high) == (9.0, float("inf"))
