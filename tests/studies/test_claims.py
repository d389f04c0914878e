"""Public claims: each has a rule, and its values follow from streams that a reader can look up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import didymium
from didymium.data import claims, sources
from didymium.network.errors import SolveError
from didymium.studies.claims import Finding, ammonia_before_treatment, evaluate
from didymium.studies.effluents import ROWS, effluents
from didymium.studies.ranges import counted, drawn, within_ranges

ROW = {row.key: row for row in ROWS}


@pytest.fixture(scope="module")
def findings(mountain_pass: didymium.Result, baotou: didymium.Result) -> dict[str, Finding]:
    found = evaluate({"mountain_pass": mountain_pass, "baotou": baotou, "myplant": baotou})
    return {one.claim.key: one for one in found}


def of(finding: Finding, plant: str, what: str = "") -> float:
    return next(one.value for one in finding.computed if one.plant == plant and what in one.what)


def test_every_claim_has_values_and_a_source(findings: dict[str, Finding]) -> None:
    assert set(findings) == set(claims())
    for finding in findings.values():
        assert finding.computed
        assert finding.claim.source in sources()
        assert finding.verdict
        assert finding.low <= finding.high
        assert {name for one in finding.computed for name in one.plant.split(" / ")} == set(finding.assumed)
        for assumed, values in finding.assumed.values():
            assert 0 < assumed <= values


def test_plants_that_are_not_shipped_are_left_out(findings: dict[str, Finding]) -> None:
    assert all("myplant" not in finding.assumed for finding in findings.values())


def test_recovery_is_what_leaves_less_what_came_back(baotou: didymium.Result, findings: dict[str, Finding]) -> None:
    made = sum(baotou.streams[name].oxide() for name in effluents(baotou).products)
    back = sum(
        baotou.streams[name].oxide()
        for name in ("machining.swarf", "pressing.rejects", "jet_milling.ultrafines")
        if (taker := baotou.solution.takers[name]) is not None and taker[0] == "swarf_leach"
    )
    assert back > 0.0
    ore = baotou.streams[baotou.ore].oxide()
    assert of(findings["recovery_after"], "baotou", "ore to") == pytest.approx((made - back) / ore)
    # From the concentrate on it is more than from the ore, and less than all.
    assert of(findings["recovery_after"], "baotou", "ore to") < of(findings["recovery_after"], "baotou", "concentrate")
    assert of(findings["recovery_after"], "baotou", "concentrate") < 1.0


def test_residue_and_its_year(baotou: didymium.Result, findings: dict[str, Finding]) -> None:
    per_tonne = of(findings["radioactive_residue"], "baotou")
    hourly = per_tonne * float(effluents(baotou).oxide[0])
    hours = baotou.plan.hours_per_year.nominal
    assert of(findings["radioactive_total"], "baotou") == pytest.approx(hourly * hours)


def test_ammonia_is_that_of_the_effluents(baotou: didymium.Result, findings: dict[str, Finding]) -> None:
    before = float(ammonia_before_treatment(baotou)[0])
    assert of(findings["wastewater_over_limit"], "baotou", "before") == pytest.approx(before / 15.0)
    # mg/L: an ammonium chloride liquor holds grams, and no more than its saturated solution (about 70 g/L of N).
    assert 1e2 < before < 7e4


def test_energy_is_fuel_and_power_of_both(
    baotou: didymium.Result, mountain_pass: didymium.Result, findings: dict[str, Finding]
) -> None:
    def energy(result: didymium.Result) -> float:
        table = effluents(result)
        places = ("mine", "separation")
        fuel = sum(float(table.value(ROW["fuel"], place)[0]) for place in places)
        return fuel + 0.0036 * sum(float(table.value(ROW["electricity"], place)[0]) for place in places)

    expected = energy(baotou) / energy(mountain_pass) - 1.0
    assert of(findings["energy_china"], "baotou / mountain_pass") == pytest.approx(expected)


def test_draws_stay_within_the_ranges_and_repeat(baotou: didymium.Result) -> None:
    values = baotou.plan.values()
    first, again = drawn(baotou.flowsheet, 16, seed=3), drawn(baotou.flowsheet, 16, seed=3)
    assert first.keys() == again.keys()
    for path, draws in first.items():
        low, high = values[path].range()
        assert np.all((draws >= low) & (draws <= high)), path
        assert np.array_equal(draws, again[path])


def test_ranges_come_with_draws(baotou: didymium.Result) -> None:
    within = within_ranges(baotou.flowsheet, samples=4)
    assert within.solution.samples == 4
    (finding,) = (one for one in evaluate({"baotou": baotou}, {"baotou": within}) if one.claim.key == "recovery_after")
    for one in finding.computed:
        assert 0.0 < one.low < one.high < 1.0


def test_draws_that_cannot_run_are_counted(baotou: didymium.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the draws are refused, one after the other; others take their place."""
    solve, refused = didymium.Flowsheet.solve, []

    def once(self: didymium.Flowsheet, changes: Any = None) -> didymium.Result:
        if len(refused) < 2:
            refused.append(True)
            raise SolveError("bake", "cannot run", sample=0)
        return solve(self, changes)

    monkeypatch.setattr(didymium.Flowsheet, "solve", once)
    result, passed = counted(baotou.flowsheet, samples=3)
    assert (passed, result.solution.samples) == (2, 3)
