"""Acid and base of solvent extraction: what the circuits ask for, against the ledgers of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

import didymium
from didymium.elements import molar_mass
from didymium.flowsheet import Result

CUTS = ("nd_sm_cut", "ndpr_cut")
LEDGER_HCL, LEDGER_NAOH = 0.044, 0.191
"""t per t REO, the life-cycle inventory of Sprecher (2014) by its own yields."""
LEDGER_KEROSENE, LEDGER_EXTRACTANT = 1.090, 0.065


def per_tonne_fed(result: Result, unit: str) -> Counter[str]:
    """t (or MWh, GJ) per t REO that enters a unit, by item."""
    about = result.solution.units[unit]
    fed = result.streams[about.inlets["feed"]].oxide()
    out: Counter[str] = Counter()
    for line in about.lines:
        out[line.item] += float(line.rate[0]) / fed
    return out


def base(used: Counter[str]) -> float:
    """The soap's base as t NaOH."""
    return used["NaOH"] + used["ammonia"] * molar_mass("NaOH") / molar_mass("NH3")


@pytest.fixture(scope="module", params=["mountain_pass", "baotou"])
def result(request: pytest.FixtureRequest) -> Result:
    return didymium.load(request.param).solve()


def test_stripping_alone_takes_two_thirds_of_a_tonne_of_acid(result: Result) -> None:
    """3 mol HCl per mol: 0.65 t per t of a REO of 168 g per mol, free acid aside."""
    for cut in CUTS:
        strip = result.streams[f"{cut}.strip_liquor"]
        per_tonne = strip.element("Cl") / molar_mass("Cl") * molar_mass("HCl") / strip.oxide()
        assert 0.62 <= per_tonne
        assert per_tonne <= 0.62 * 1.3


def test_one_cut_at_a_solvent_ratio_of_2_7(result: Result) -> None:
    """About 1.9 t NaOH and 1.8 t HCl per t REO fed."""
    first = didymium.load(result.plan.name, {"ndpr_cut.solvent_ratio": "2"}).solve()
    least = float(first.solution.units["ndpr_cut"].details["S"][0]) / 2.0
    asked = didymium.load(result.plan.name, {"ndpr_cut.solvent_ratio": f"{2.7 / least:.6f}"}).solve()
    assert float(asked.solution.units["ndpr_cut"].details["S"][0]) == pytest.approx(2.7, rel=0.02)
    used = per_tonne_fed(asked, "ndpr_cut")
    assert base(used) == pytest.approx(1.9, rel=0.12)
    assert used["HCl"] == pytest.approx(1.8, rel=0.12)


def test_the_inventory_is_an_outlier(result: Result) -> None:
    """What both cuts take, over what is fed: far above the inventory's acid, far below its kerosene."""
    fed = result.streams["sx_feed.mixed"].oxide()
    whole: Counter[str] = Counter()
    for cut in CUTS:
        into = result.streams[result.solution.units[cut].inlets["feed"]].oxide()
        for item, amount in per_tonne_fed(result, cut).items():
            whole[item] += amount * into / fed
    assert whole["HCl"] > 30 * LEDGER_HCL
    assert base(whole) > 7 * LEDGER_NAOH
    assert whole["kerosene"] < LEDGER_KEROSENE / 30
    assert whole["P507"] < LEDGER_EXTRACTANT / 8


def usd_per_tonne(result: Result, units: Iterable[str], fed: float) -> float:
    """USD of reagents per t REO that enters."""
    names = set(units)
    found = [line for line in result.cost.lines if line.unit_name in names and line.cause == "reagents"]
    return 1000.0 * sum(float(line.cost[0]) for line in found) / fed


def test_reagents_of_two_cuts_beside_a_study_of_a_whole_plant(result: Result) -> None:
    """A study of 10,000 t/y (Avalon 2012, Louisiana) has 3,934 USD per t REO for parting fifteen to single oxides."""
    units = [*CUTS, "ndpr_oxide", "lace_carbonate", "seg_carbonate"]
    cost = usd_per_tonne(result, units, result.streams["sx_feed.mixed"].oxide())
    assert 500.0 <= cost <= 3934.0
