"""Plants as activities: what a t of each step takes, makes and loses, by hand."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from didymium.elements import INDEX, OXIDE_FACTOR
from didymium.quantities import Value
from didymium.scenario import MagnetKind
from didymium.supply.chain import build
from didymium.supply.plants import Slip
from didymium.supply.program import solve
from didymium.supply.system import Activity, Bound, Pool, System
from didymium.supply.values import oxide_factor

_SPEC = importlib.util.spec_from_file_location("small_scenario", Path(__file__).with_name("small_scenario.py"))
small = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(small)
IRON, MOTOR, ORE, plant, plant_stage, scenario, series, tables, use, whole_chain = (
    small.IRON,
    small.MOTOR,
    small.ORE,
    small.plant,
    small.plant_stage,
    small.scenario,
    small.series,
    small.tables,
    small.use,
    small.whole_chain,
)


FACTOR = {e: float(OXIDE_FACTOR[INDEX[e]]) for e in ORE}


def _one(system: System, name: str) -> Activity:
    (found,) = [activity for activity in system.activities if activity.name == name]
    return found


def _bound(system: System, name: str) -> Bound:
    (found,) = [bound for bound in system.bounds if bound.name == name]
    return found


def _made(activity: Activity) -> dict[str, float]:
    return {str(output.pool): output.amount for output in activity.makes}


@pytest.fixture(scope="module")
def chain() -> System:
    return build(scenario([whole_chain()], [use(series(y2025=5000.0))]), tables())


def test_a_separation_makes_single_oxides_and_heavies_together(chain: System) -> None:
    made = _one(chain, "works separation: concentrate:works")
    assert made.takes == {Pool("concentrate:works", "us"): 1.0}
    assert _made(made) == pytest.approx(
        {
            "oxide:La in us>": 0.18,
            "oxide:Ce in us>": 0.45,
            "oxide:NdPr in us>": 0.225,
            "heavy:works in us>": 0.04,
        }
    )
    assert made.splits["Nd"] == {Pool("oxide:NdPr", "us>"): 0.9}
    assert made.splits["Dy"][Pool("heavy:works", "us>")] == pytest.approx(0.8)
    # its cost is per t of single oxides: 10 USD for each of 0.855 t
    assert made.cost == pytest.approx(8.55)


def test_the_mine_counts_oxides_and_holds_elements(chain: System) -> None:
    bound = _bound(chain, "works mine")
    ((_, weight),) = bound.of
    assert weight == pytest.approx(sum(ORE[e] * FACTOR[e] for e in ORE))
    assert bound.most.tolist() == [10_000.0] * 3


def test_a_mine_is_held_in_what_its_nameplate_counts() -> None:
    mine = plant("pit", plant_stage("mine", 100.0, counts="NdPr"))
    bound = _bound(build(scenario([mine, whole_chain()], [use(series(y2025=1.0))]), tables()), "pit mine")
    ((_, weight),) = bound.of
    assert weight == pytest.approx((ORE["Nd"] + ORE["Pr"]) * oxide_factor("NdPr"), rel=1e-12)


def test_what_an_alloy_and_a_magnet_take(chain: System) -> None:
    alloy = _one(chain, "works alloy: alloy:motor")
    assert alloy.takes == pytest.approx({Pool("metal:NdPr", "us"): 0.30 / 0.98, Pool("metal:Dy", "us"): 0.02 / 0.98})
    magnet = _one(chain, "works magnet: magnet:motor")
    assert magnet.takes == pytest.approx({Pool("alloy:motor", "us"): 1 / 0.7})
    assert _made(magnet) == pytest.approx({"magnet:motor in us>": 1.0, "swarf:motor in us>": 0.2 / 0.7})


def test_what_is_diffused_enters_at_the_magnet() -> None:
    kind = MagnetKind("motor", "NdFeB", MOTOR.content, ("Dy",), MOTOR.position)
    found = build(scenario([whole_chain()], [use(series(y2025=1.0))], magnets={"motor": kind}), tables())
    assert _one(found, "works alloy: alloy:motor").takes == pytest.approx({Pool("metal:NdPr", "us"): 0.30 / 0.98})
    magnet = _one(found, "works magnet: magnet:motor")
    # the flowsheet says nothing of diffusion, so that what is laid on is taken up as the alloy is
    assert magnet.takes == pytest.approx({Pool("alloy:motor", "us"): 1 / 0.7, Pool("metal:Dy", "us"): 0.02 / 0.7})
    assert found.goods["swarf:motor"].content == {"NdPr": 0.30}


def test_the_chain_makes_what_its_ore_allows(chain: System) -> None:
    found = solve(chain)
    mined = 10_000.0 / sum(ORE[e] * FACTOR[e] for e in ORE)
    magnets = mined * 0.25 * 0.9 * 0.95 * 0.98 * 0.7 / 0.30
    assert found.unmet[0] == pytest.approx([5000.0 - magnets] * 3)


@pytest.mark.parametrize(
    ("counts", "weight"),
    [
        ("REO", sum(ORE[e] * FACTOR[e] for e in ORE)),
        ("NdPr", 0.225 * (0.75 * FACTOR["Nd"] + 0.25 * FACTOR["Pr"])),
        ("mass", 1.0),
    ],
)
def test_a_separation_is_held_in_what_its_nameplate_counts(counts: str, weight: float) -> None:
    site = plant(
        "works", plant_stage("mine", 1e6, deposits=("works",)), plant_stage("separation", 500.0, counts=counts)
    )
    found = build(scenario([site], [use(series(y2025=1.0))]), tables())
    ((_, used),) = _bound(found, "works separation").of
    assert used == pytest.approx(weight)


def test_heavies_are_held_together() -> None:
    site = plant(
        "works",
        plant_stage("mine", 1e6, deposits=("works",)),
        plant_stage("separation", 1e6),
        plant_stage("heavy_separation", 5.0, counts="Dy + Tb"),
    )
    found = build(scenario([site], [use(series(y2025=1.0))]), tables())
    ((_, used),) = _bound(found, "works heavy_separation").of
    assert used == pytest.approx(0.75 * FACTOR["Dy"])


def test_a_cracking_plant_hands_on_its_own_mixture() -> None:
    site = plant(
        "works",
        plant_stage("mine", 1e6, deposits=("works",)),
        plant_stage("cracking", 1e6),
        plant_stage("separation", 1e6),
    )
    yields = tables()
    yields["works"]["cracking"].yields["Ce"] = {"mixed": 0.05}
    found = build(scenario([site], [use(series(y2025=1.0))]), yields)
    made = _one(found, "works cracking: concentrate:works")
    kept = {e: share * (0.05 if e == "Ce" else 0.95) for e, share in ORE.items()}
    total = sum(kept.values())
    assert _made(made) == pytest.approx({"mixed:works in us>": total})
    assert found.goods["mixed:works"].content == pytest.approx({e: one / total for e, one in kept.items()})
    assert made.splits["Ce"] == pytest.approx({Pool("mixed:works", "us>"): 0.05})
    assert any(one.name == "works separation: mixed:works" for one in found.activities)


def test_deposits_say_which_ores_a_plant_may_take() -> None:
    sites = [
        plant("one", plant_stage("mine", 1.0, deposits=("works",))),
        plant("two", plant_stage("mine", 1.0, deposits=("bayan_obo",))),
        plant("three", plant_stage("separation", 1e6, deposits=("bayan_obo",))),
    ]
    found = build(scenario(sites, [use(series(y2025=1.0))]), tables())
    assert [one.name for one in found.activities if one.plant == "three"] == ["three separation: concentrate:bayan_obo"]
    # as the data have it: 15.44 % Nd2O3 in the oxides of Bayan Obo
    content = found.goods["concentrate:bayan_obo"].content
    assert sum(content.values()) == pytest.approx(1.0)
    assert content["Nd"] / content["La"] == pytest.approx(0.1544 / FACTOR["Nd"] / (0.2823 / FACTOR["La"]))


def test_own_yields_replace_those_of_the_flowsheet() -> None:
    site = plant(
        "works",
        plant_stage("mine", 1e6, deposits=("works",)),
        plant_stage("separation", 1e6, yields={"NdPr": Value(0.5), "Ce": Value(0.1)}),
    )
    found = build(scenario([site], [use(series(y2025=1.0))]), tables())
    made = _made(_one(found, "works separation: concentrate:works"))
    assert made["oxide:NdPr in us>"] == pytest.approx(0.125)
    assert made["oxide:Ce in us>"] == pytest.approx(0.05)
    assert made["oxide:La in us>"] == pytest.approx(0.18)


def test_magnets_without_rare_earths_need_none() -> None:
    site = plant("nitride", plant_stage("magnet", 100.0, makes=("iron",)))
    found = build(scenario([site], [use(series(y2025=150.0), good="iron")], magnets={"iron": IRON}), tables())
    assert solve(found).unmet[0] == pytest.approx([50.0] * 3)


def test_recycling_wins_the_oxides_of_swarf() -> None:
    site = plant("shop", *whole_chain().stages.values(), plant_stage("recycling", 100.0))
    found = build(scenario([site], [use(series(y2025=5000.0))]), tables())
    made = _made(_one(found, "shop recycling: swarf:motor"))
    assert made == pytest.approx({"oxide:NdPr in us>": 0.30 * 0.85, "oxide:Dy in us>": 0.02 * 0.85})
    without = solve(build(scenario([whole_chain()], [use(series(y2025=5000.0))]), tables())).unmet[0]
    # 100 t of swarf give 25.5 t NdPr, at 0.95 × 0.98 × 0.7 / 0.30 t of magnets per t
    gained = 25.5 * 0.95 * 0.98 * 0.7 / 0.30
    assert solve(found).unmet[0] == pytest.approx(without - gained)


def test_a_slip_moves_a_plant() -> None:
    site = plant("works", plant_stage("magnet", 100.0, makes=("iron",), start=2025.0))
    need = [use(series(y2025=150.0), good="iron")]

    def effective(slip: Slip) -> list[float]:
        found = build(scenario([site], need, magnets={"iron": IRON}), tables(), {("works", "magnet"): slip})
        return _bound(found, "works magnet").most.tolist()

    assert effective(Slip(0.0)) == [100.0, 100.0, 100.0]
    assert effective(Slip(1.5)) == pytest.approx([0.0, 50.0, 100.0])
    assert effective(Slip(0.0, built=False)) == [0.0, 0.0, 0.0]


def test_a_plant_that_must_run() -> None:
    site = plant("works", plant_stage("magnet", 100.0, makes=("iron",), least=Value(0.6)))
    found = build(scenario([site], [use(series(y2025=10.0), good="iron")], magnets={"iron": IRON}), tables())
    made = solve(found)
    index = [i for i, one in enumerate(found.activities) if one.stage == "magnet"]
    assert made.levels[index].sum(axis=0) == pytest.approx(np.full(3, 60.0))


def test_nd_and_pr_weigh_by_what_of_each_enters_a_metal_stage() -> None:
    known = tables()
    yields = {"Nd": {"metal": 0.9}, "Pr": {"metal": 0.5}, "Dy": {"metal": 0.95}}
    known["works"]["metal"] = small.stage_yield("metal", yields, entering={"Nd": 0.79, "Pr": 0.2, "Dy": 0.01})
    made = _one(build(scenario([whole_chain()], [use(series(y2025=1.0))]), known), "works metal: metal:NdPr")
    nd, pr = 0.79 * FACTOR["Nd"], 0.2 * FACTOR["Pr"]
    assert made.takes[Pool("oxide:NdPr", "us")] == pytest.approx((nd + pr) / (0.9 * nd + 0.5 * pr))


def test_a_stage_that_the_flowsheet_lacks_is_not_taken_from_the_standard_one() -> None:
    from didymium.supply.lacking import LackingStages

    known = tables()
    known["bare"] = {"magnet": known["works"]["magnet"]}
    stage = replace(plant_stage("metal", 10.0), flowsheet="bare")
    with pytest.raises(LackingStages, match=r"small.yaml:1:1: bare has no metal; it has magnet"):
        build(scenario([whole_chain(), plant("poor", stage)], [use(series(y2025=1.0))]), known)
