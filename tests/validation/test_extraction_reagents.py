"""Acid and base of solvent extraction: what the circuits ask for, against the ledgers of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import pytest

import didymium
from didymium.elements import RARE_EARTHS, molar_mass
from didymium.flowsheet import Result

Plant = Callable[[str], Result]
Row = Callable[..., None]

PLANTS = ("mountain_pass", "baotou")
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


@pytest.fixture(scope="module", params=PLANTS)
def result(request: pytest.FixtureRequest, plant: Plant) -> Result:
    return plant(request.param)


def test_stripping_alone_takes_two_thirds_of_a_tonne_of_acid(result: Result) -> None:
    """3 mol HCl per mol: 0.65 t per t of a REO of 168 g per mol, free acid aside."""
    for cut in CUTS:
        strip = result.streams[f"{cut}.strip_liquor"]
        per_tonne = strip.element("Cl") / molar_mass("Cl") * molar_mass("HCl") / strip.oxide()
        assert per_tonne >= 0.62
        assert per_tonne <= 0.62 * 1.3


def test_stripping_beside_its_least(plant: Plant, row: Row) -> None:
    """Both cuts of Mountain Pass, then both of Baotou."""
    found = []
    for name in PLANTS:
        for cut in CUTS:
            strip = plant(name).streams[f"{cut}.strip_liquor"]
            found.append(strip.element("Cl") / molar_mass("Cl") * molar_mass("HCl") / strip.oxide())
    row(0.65, found)


@cache
def at_2_7(name: str) -> Result:
    """A plant whose cut of Ce from Pr runs at 2.7 mol of rare earth in the organic per mol fed."""
    first = didymium.load(name, {"ndpr_cut.solvent_ratio": "2"}).solve()
    least = float(first.solution.units["ndpr_cut"].details["S"][0]) / 2.0
    return didymium.load(name, {"ndpr_cut.solvent_ratio": f"{2.7 / least:.6f}"}).solve()


def test_one_cut_beside_its_reckoning(row: Row) -> None:
    """NaOH and HCl at Mountain Pass, then at Baotou."""
    used = [per_tonne_fed(at_2_7(name), "ndpr_cut") for name in PLANTS]
    row((1.9, 1.8) * 2, [amount for one in used for amount in (base(one), one["HCl"])])


def test_one_cut_at_a_solvent_ratio_of_2_7(result: Result) -> None:
    """About 1.9 t NaOH and 1.8 t HCl per t REO fed."""
    asked = at_2_7(result.plan.name)
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


def test_the_inventory_would_drink_the_solvent(result: Result) -> None:
    """Its kerosene per hour against all organic that the circuits hold: gone within a month."""
    held = sum(float(result.solution.units[cut].details["organic_inventory_m3"][0]) for cut in CUTS)
    tonnes = result.streams["sx_feed.mixed"].oxide() / 1000.0
    # At most 0.8 t/m³, were it all kerosene.
    days = held * 0.8 / (LEDGER_KEROSENE * tonnes) / 24.0
    assert days < 30.0


def test_acid_in_products_alone_outweighs_the_inventory(result: Result) -> None:
    """Chlorides of what leaves the circuits hold three chlorides each; the inventory's acid is for 7 % of them."""
    liquor = result.streams["sx_feed.mixed"]
    moles = sum(liquor.element(name) / molar_mass(name) for name in RARE_EARTHS)
    assert pytest.approx(0.07, abs=0.005) == LEDGER_HCL * liquor.oxide() / (3.0 * moles * molar_mass("HCl"))


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


KINDS = ("solvent_extraction", "separation_train", "oxalate_precipitation", "carbonate_precipitation")


def cost_of_separation(result: Result, head: str) -> float:
    """USD of reagents of circuits, precipitation and calcination per t REO that enters the first circuit."""
    units = [key for key, unit in result.solution.units.items() if unit.kind in KINDS and key != "mixed_carbonate"]
    return usd_per_tonne(result, units, result.streams[head].oxide())


def test_cost_of_reagents_beside_that_study(plant: Plant, row: Row) -> None:
    """Two plants of two cuts, then the trains of three."""
    heads = dict.fromkeys(PLANTS, "sx_feed.mixed")
    heads |= dict.fromkeys(("kuantan", "la_rochelle", "ganzhou"), "polish.liquor")
    row(3934.0, [cost_of_separation(plant(name), head) for name, head in heads.items()])


def test_cost_of_a_whole_train_at_american_prices(row: Row) -> None:
    """Ganzhou's eleven circuits and twelve products with the reagent prices of the US."""
    row(3934.0, cost_of_separation(didymium.load("ganzhou", {"region": "us"}).solve(), "polish.liquor"))
