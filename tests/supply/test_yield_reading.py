"""Yields of every shipped flowsheet: within bounds, closing with its recoveries, and by hand for two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from didymium import load
from didymium.elements import RARE_EARTHS
from didymium.flowsheet import Result
from didymium.supply.flowsheet_parts import parts
from didymium.supply.yield_reading import stage_yields
from didymium.supply.yields import FORMS, StageYield

NAMES = (
    "baotou",
    "baotou_lca",
    "ganzhou",
    "iron_nitride",
    "kuantan",
    "la_rochelle",
    "mountain_pass",
    "myanmar_clay",
    "ningbo_magnets",
    "smco_magnets",
    "texas_magnets",
)
Read = tuple[Result, Mapping[str, StageYield]]


@pytest.fixture(scope="module")
def every() -> dict[str, Read]:
    results = {name: load(name).solve() for name in NAMES}
    return {name: (result, stage_yields(result.solution, result.cost)) for name, result in results.items()}


@pytest.fixture(params=NAMES)
def one(request: pytest.FixtureRequest, every: dict[str, Read]) -> Read:
    return every[request.param]


def _stages(table: Mapping[str, StageYield]) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    for name, stage in table.items():
        for element, forms in stage.yields.items():
            yield name, element, forms


# -- all flowsheets ------------------------------------------------------------------------------------------------


def test_shares_lie_between_0_and_1_and_add_up_to_no_more(one: Read) -> None:
    for name, element, forms in _stages(one[1]):
        assert element in RARE_EARTHS
        assert set(forms) <= set(FORMS), (name, element)
        assert all(0.0 <= share <= 1.0 for share in forms.values()), (name, element, forms)
        assert sum(share for form, share in forms.items() if form != "diffused") <= 1.0 + 1e-12, (name, element)


def test_what_enters_and_what_is_mined_adds_up_to_1(one: Read) -> None:
    for stage in one[1].values():
        assert not stage.yields or sum(stage.entering.values()) == pytest.approx(1.0, abs=1e-12)
    if "mine" in one[1]:
        assert sum(one[1]["mine"].composition.values()) == pytest.approx(1.0, abs=1e-12)


def test_every_stage_costs_something_and_says_per_what(one: Read) -> None:
    for stage in one[1].values():
        assert stage.usd_per_t > 0.0, stage.stage
        assert stage.capital_usd_per_t_year > 0.0, stage.stage
        assert stage.per.startswith("t of "), stage.stage
        assert "without" in stage.note, stage.stage


def test_every_unit_belongs_to_one_part(one: Read) -> None:
    solution = one[0].solution
    assert set(parts(solution)) == set(solution.units)
    for name, part in parts(solution).items():
        split = {"separation": ("cracking", "extraction", "recycling")}
        assert part in split.get(solution.units[name].stage, (solution.units[name].stage, "recycling")), name


def test_separation_is_cracking_and_extraction_in_one(one: Read) -> None:
    table = one[1]
    if "separation" not in table:
        return
    for element, forms in table["separation"].yields.items():
        cracked = table["cracking"].yields[element]["mixed"]
        for form, share in forms.items():
            assert share == pytest.approx(cracked * table["extraction"].yields[element][form], rel=1e-9)


def test_light_and_heavy_separation_make_what_one_separation_makes(one: Read) -> None:
    table = one[1]
    if "heavy_separation" not in table:
        return
    for whole, light in (("separation", "light_separation"), ("extraction", "light_extraction")):
        for element, forms in table["heavy_separation"].yields.items():
            through = table[light].yields[element]["heavy"] * forms["oxide"]
            assert through == pytest.approx(table[whole].yields[element]["oxide"], rel=1e-9), element


# -- Mountain Pass by hand -----------------------------------------------------------------------------------------


@pytest.fixture
def pass_(every: dict[str, Read]) -> Read:
    return every["mountain_pass"]


def _share(result: Result, element: str, to: str, source: str) -> float:
    return float(result.solution.recovery(element, to, source)[0])


def test_the_mine_recovers_what_the_result_says(pass_: Read) -> None:
    result, table = pass_
    for element in ("Nd", "Ce", "Dy"):
        share = result.recovery(element, to="flotation.concentrate")
        assert table["mine"].share(element, "concentrate") == pytest.approx(share, rel=1e-12)
    concentrate = result.streams["flotation.concentrate"]
    assert table["mine"].composition["Nd"] == pytest.approx(concentrate.element("Nd") / concentrate.element("REO"))
    assert table["mine"].share("REO", "concentrate") == pytest.approx(
        concentrate.oxide() / result.streams["ore"].oxide(), rel=1e-9
    )


def test_cerium_stays_behind_at_the_leach(pass_: Read) -> None:
    result, table = pass_
    cracked = table["cracking"]
    for element in ("Ce", "Nd"):
        share = _share(result, element, "sx_feed.mixed", "flotation.concentrate")
        assert cracked.share(element, "mixed") == pytest.approx(share, rel=1e-9)
    assert cracked.share("Ce", "mixed") < 0.15 < 0.9 < cracked.share("Nd", "mixed")


def test_the_magnet_stage_by_hand(pass_: Read) -> None:
    """Flows across the border of pressing to coating: nothing but remelted rejects comes in besides the powder."""
    result, table = pass_
    nd = {name: stream.element("Nd") for name, stream in result.streams.items()}
    remelted = nd["sintering.rejects"] + nd["machining.rejects"]
    powder, alloyed = nd["jet_milling.powder"], table["alloy"].share("Nd", "alloy")
    # Of what is remelted the alloy stage passes on as of fresh metal; what enters anew is the rest.
    fresh = powder - remelted * alloyed
    assert table["magnet"].share("Nd", "magnet") == pytest.approx(nd["coating.magnets"] / fresh, rel=1e-6)


def test_the_chain_of_stages_closes_with_the_recovery_of_the_flowsheet(pass_: Read) -> None:
    """c·s·m·a·g of the ore's Nd, and again of what swarf brings back to extraction each time round."""
    result, table = pass_
    nd = {
        stage: table[stage].share("Nd", form)
        for stage, form in {
            "mine": "concentrate",
            "cracking": "mixed",
            "extraction": "oxide",
            "metal": "metal",
            "alloy": "alloy",
            "magnet": "magnet",
            "leaching": "mixed",
        }.items()
    }
    oxide = nd["extraction"] * nd["metal"]
    once = nd["mine"] * nd["cracking"] * oxide * nd["alloy"] * nd["magnet"]
    # What fails the coat is swarf of the chain, but this flowsheet sells it and leaches the rest alone.
    failed, passed = (result.streams[f"coating.{name}"].element("Nd") for name in ("rejects", "magnets"))
    leached = table["magnet"].share("Nd", "swarf") - nd["magnet"] * failed / passed
    swarf = table["alloy"].share("Nd", "swarf") + nd["alloy"] * leached
    round_again = oxide * swarf * nd["leaching"]
    assert 0.2 < round_again < 0.35
    assert once / (1.0 - round_again) == pytest.approx(result.recovery("Nd", to="magnet"), rel=1e-9)


def test_running_costs_without_swarf_sold_and_metal_bought_add_up(pass_: Read) -> None:
    result, table = pass_
    lines = [line for line in result.cost.lines if line.stage == "mine" and line.cause != "capital"]
    rare = result.streams["flotation.concentrate"].element("REO")
    assert table["mine"].usd_per_t == pytest.approx(1000.0 * sum(float(line.cost[0]) for line in lines) / rare)
    bought = [line for line in result.cost.lines if line.item == "heavy_metal"]
    assert bought
    alloy = [line for line in result.cost.lines if line.stage == "alloy" and line.cause != "capital"]
    rest = sum(float(line.cost[0]) for line in alloy if line not in bought)
    mass = result.streams["jet_milling.powder"].mass()
    assert table["alloy"].usd_per_t == pytest.approx(1000.0 * rest / mass)


def test_capital_is_that_of_the_stage_per_yearly_tonne(pass_: Read) -> None:
    result, table = pass_
    million = float(result.cost.capital["metal"].million_usd[0])
    tonnes = result.streams["metal.metal"].element("REO") * 8_059.0 / 1000.0
    assert table["metal"].capital_usd_per_t_year == pytest.approx(1e6 * million / tonnes)


# -- Kuantan by hand -----------------------------------------------------------------------------------------------


def test_kuantan_separates_what_the_result_says(every: dict[str, Read]) -> None:
    result, table = every["kuantan"]
    separation = table["separation"]
    for element, product in (("Nd", "ndpr_oxide"), ("Dy", "dy_oxide"), ("Tb", "tb_oxide"), ("La", "lace_carbonate")):
        stream = f"{product}.carbonate" if product == "lace_carbonate" else f"{product}.oxide"
        whole = table["mine"].share(element, "concentrate") * separation.share(element, "oxide")
        assert whole == pytest.approx(result.recovery(element, to=stream), rel=1e-9), element
    samarium = result.recovery("Sm", to="seg_carbonate.carbonate") + result.recovery("Sm", "heavy_carbonate.carbonate")
    assert table["mine"].share("Sm", "concentrate") * separation.share("Sm", "heavy") == pytest.approx(samarium)


def test_kuantan_hands_its_heavies_on_before_they_are_precipitated(every: dict[str, Read]) -> None:
    result, table = every["kuantan"]
    into = sum(_share(result, "Dy", f"train.{cut}", "polish.liquor") for cut in ("seg", "tb", "dy", "heavy"))
    assert table["light_extraction"].share("Dy", "heavy") == pytest.approx(into, rel=1e-9)
    own = _share(result, "Dy", "dy_oxide.oxide", "polish.liquor")
    assert table["heavy_separation"].share("Dy", "oxide") == pytest.approx(own / into, rel=1e-9)
    assert set(table["heavy_separation"].yields) == {"Dy", "Tb"}


# -- others --------------------------------------------------------------------------------------------------------


def test_terbium_laid_on_ends_in_magnets_as_the_unit_says(every: dict[str, Read]) -> None:
    result, table = every["ningbo_magnets"]
    details = result.solution.units["diffusion"].details
    kept = float(np.atleast_1d(details["heavy_in_magnet"] / details["coated"])[0])
    coated = result.streams["coating.magnets"].element("Tb") / result.streams["diffusion.magnets"].element("Tb")
    application = 0.95
    assert table["magnet"].share("Tb", "diffused") == pytest.approx(kept * application * coated, rel=1e-9)


def test_swarf_that_is_sold_does_not_lower_what_magnets_cost(every: dict[str, Read]) -> None:
    result, table = every["ningbo_magnets"]
    sold = [line for line in result.cost.lines if line.item.startswith("swarf (") and line.cost[0] < 0.0]
    assert sold
    assert table["magnet"].usd_per_t > 0.0


def test_la_rochelle_takes_old_magnets_beside_a_carbonate(every: dict[str, Read]) -> None:
    result, table = every["la_rochelle"]
    assert "mine" not in table
    won = _share(result, "Nd", "ndpr_oxide.oxide", "old_magnets")
    assert table["recycling"].share("Nd", "oxide") == pytest.approx(won, rel=1e-9)
    own = _share(result, "Nd", "ndpr_oxide.oxide", "mixed_carbonate")
    assert table["separation"].share("Nd", "oxide") == pytest.approx(own, rel=1e-9)


def test_one_sample_of_many_is_as_that_case_alone(every: dict[str, Read]) -> None:
    plant = load("texas_magnets")
    many = plant.solve({"sintering.recovery": [0.9, 0.97]})
    single = plant.solve({"sintering.recovery": [0.9]})
    one, alone = stage_yields(many.solution, many.cost, 0), stage_yields(single.solution, single.cost)
    other = stage_yields(many.solution, many.cost, 1)
    assert one == alone
    assert one["magnet"].share("Nd", "magnet") < other["magnet"].share("Nd", "magnet")


def test_a_sample_that_there_is_not(every: dict[str, Read]) -> None:
    result, _ = every["texas_magnets"]
    with pytest.raises(IndexError, match="no sample 1 of 1"):
        stage_yields(result.solution, result.cost, 1)
