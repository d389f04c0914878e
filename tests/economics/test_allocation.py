"""Joint costs shared out: closed forms, conservation, samples, fallbacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didymium.economics.allocation import ORDER, Allocation
from didymium.economics.figures import Figures
from didymium.economics.market import market
from didymium.economics.pricebook import CostError
from didymium.elements import INDEX, OXIDE_FACTOR
from didymium.network.solution import Solution
from didymium.plan import STAGES

Build = Callable[..., Solution]


def own_costs(allocation: Allocation, costs: dict[tuple[str, str], Any]) -> Any:
    own = np.zeros((allocation.solution.samples, len(allocation.units), len(STAGES)))
    for (unit, stage), rate in costs.items():
        own[:, allocation.units.index(unit), ORDER[stage]] += rate
    return own


def test_swarf_does_not_change_the_cost_of_primary_oxide(recycle: Callable[..., Solution]) -> None:
    allocation = Allocation(recycle())
    own = own_costs(allocation, {("separation", "separation"): 700.0, ("machining", "magnet"): 500.0})
    streams = {name: cost[0] for name, cost in allocation.streams(own).items()}
    # 700 USD/h over 70 kg/h of fresh Nd: 10 USD/kg; the circulating 100 kg/h carry 1000 USD/h, still 10 USD/kg
    assert streams["separation.oxide"][ORDER["separation"]] == pytest.approx(1000.0, rel=1e-12)
    assert streams["machining.swarf"].sum() == pytest.approx(300.0, rel=1e-12)
    assert streams["machining.swarf"][ORDER["magnet"]] == 0.0
    assert streams["machining.magnets"][ORDER["separation"]] == pytest.approx(700.0, rel=1e-12)
    assert streams["machining.magnets"][ORDER["magnet"]] == pytest.approx(500.0, rel=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_primary_cost_for_any_share_of_swarf(recycle: Callable[..., Solution], share: float) -> None:
    solution = recycle(share=share)
    allocation = Allocation(solution)
    own = own_costs(allocation, {("separation", "separation"): 700.0})
    nd = solution.streams["separation.oxide"].element("Nd")
    assert allocation.streams(own)["separation.oxide"].sum() / nd == pytest.approx(10.0, rel=1e-12)


@pytest.mark.parametrize("collected", [0.0, 0.4, 0.9, 1.0])
@pytest.mark.parametrize("allocation", ["value", "mass"])
def test_uncollected_swarf_is_the_magnets_loss(hand: Build, collected: float, allocation: str) -> None:
    """Oxide costs what its primary feed costs, whatever share of the swarf comes back; the loss is the magnets'."""
    circulating = 100.0
    returned = 30.0 * collected
    solution = hand(
        {
            "separation": {
                "stage": "separation",
                "inlets": {"feed": "ore", "back": "collect.swarf"},
                "outlets": {"oxide": "oxide"},
            },
            "machining": {
                "stage": "magnet",
                "inlets": {"feed": "separation.oxide"},
                "outlets": {"magnets": "magnet", "swarf": "swarf"},
            },
            "leach": {
                "stage": "separation",
                "inlets": {"feed": "machining.swarf"},
                "outlets": {"liquor": "liquor", "lost": "swarf"},
                "waste": ["lost"],
            },
            "collect": {"stage": "separation", "inlets": {"feed": "leach.liquor"}, "outlets": {"swarf": "liquor"}},
        },
        {
            "ore": {"Nd": circulating - returned},
            "separation.oxide": {"Nd": circulating},
            "machining.magnets": {"Nd": 70.0},
            "machining.swarf": {"Nd": 30.0},
            "leach.liquor": {"Nd": returned},
            "leach.lost": {"Nd": 30.0 - returned},
            "collect.swarf": {"Nd": returned},
        },
        feeds={"ore": {}},
        allocation=allocation,
    )
    table = Allocation(solution)
    spent = 10.0 * (circulating - returned)
    streams = table.streams(own_costs(table, {("separation", "separation"): spent, ("machining", "magnet"): 50.0}))
    assert streams["separation.oxide"].sum() / circulating == pytest.approx(10.0, rel=1e-12)
    assert streams["machining.magnets"].sum() == pytest.approx(spent + 50.0, rel=1e-12)
    assert streams["leach.lost"].sum() == 0.0


def test_scrap_of_the_same_stage_carries_its_share_of_everything(hand: Build) -> None:
    solution = hand(
        {
            "press": {
                "stage": "magnet",
                "inlets": {"feed": "alloy", "scrap": "sinter.scrap"},
                "outlets": {"out": "compact"},
            },
            "sinter": {
                "stage": "magnet",
                "inlets": {"feed": "press.out"},
                "outlets": {"out": "magnet", "scrap": "scrap"},
            },
        },
        {
            "alloy": {"Nd": 3.0, "Fe": 6.0},
            "press.out": {"Nd": 4.0, "Fe": 8.0},
            "sinter.out": {"Nd": 3.0, "Fe": 6.0},
            "sinter.scrap": {"Nd": 1.0, "Fe": 2.0},
        },
        feeds={"alloy": {}},
    )
    allocation = Allocation(solution)
    streams = allocation.streams(own_costs(allocation, {("press", "magnet"): 30.0, ("sinter", "magnet"): 60.0}))
    assert streams["sinter.scrap"].sum() == pytest.approx(90.0 / 3.0, rel=1e-12)
    assert streams["sinter.out"].sum() == pytest.approx(90.0, rel=1e-12)


def test_value_and_mass(hand: Build) -> None:
    units = {
        "cut": {"stage": "separation", "inlets": {"feed": "liquor"}, "outlets": {"light": "liquor", "heavy": "liquor"}}
    }
    flows = {"liquor": {"Ce": 9.0, "Dy": 1.0}, "cut.light": {"Ce": 9.0}, "cut.heavy": {"Dy": 1.0}}
    feeds = {"liquor": {}}
    by_value = Allocation(hand(units, flows, feeds=feeds))
    streams = by_value.streams(own_costs(by_value, {("cut", "separation"): 100.0}))
    ceria, dysprosia = 9.0 * 172.115 / 140.116 * 1.0, 372.998 / 2 / 162.5 * 260.0  # kg oxide × USD/kg of 2024
    assert streams["cut.heavy"].sum() == pytest.approx(100 * dysprosia / (ceria + dysprosia), rel=1e-4)
    by_mass = Allocation(hand(units, flows, feeds=feeds, allocation="mass"))
    streams = by_mass.streams(own_costs(by_mass, {("cut", "separation"): 100.0}))
    ceria, dysprosia = 9.0 * 172.115 / 140.116, 372.998 / 2 / 162.5
    assert streams["cut.heavy"].sum() == pytest.approx(100 * dysprosia / (ceria + dysprosia), rel=1e-4)


SPLIT = {
    "cut": {"stage": "separation", "inlets": {"feed": "liquor"}, "outlets": {"light": "liquor", "heavy": "liquor"}},
    "carbonate": {"stage": "separation", "inlets": {"feed": "cut.light"}, "outlets": {"out": "carbonate"}},
    "oxide": {"stage": "separation", "inlets": {"feed": "cut.heavy"}, "outlets": {"out": "oxide"}},
}
"""A cut whose light side is sold as it is, mixed, and whose heavy side as an oxide."""
LIGHT, HEAVY = {"La": 4.0, "Ce": 5.0}, {"Dy": 1.0}
SPLIT_FLOWS = {
    "liquor": LIGHT | HEAVY,
    "cut.light": LIGHT,
    "cut.heavy": HEAVY,
    "carbonate.out": LIGHT,
    "oxide.out": HEAVY,
}


def test_joint_costs_are_shared_by_what_products_are_sold_at(hand: Build) -> None:
    """Cost shares of the cut are those of the revenue, mixed rare earths at 0.65 of their oxides."""
    solution = hand(SPLIT, SPLIT_FLOWS, feeds={"liquor": {}})
    allocation = Allocation(solution)
    streams = allocation.streams(own_costs(allocation, {("cut", "separation"): 100.0}))
    light = 0.65 * (4.0 * 325.81 / 2 / 138.905 + 5.0 * 172.115 / 140.116) * 1.0  # kg oxide × USD/kg of 2024
    heavy = 372.998 / 2 / 162.5 * 260.0
    assert streams["carbonate.out"].sum() == pytest.approx(100.0 * light / (light + heavy), rel=1e-4)
    revenue = {}
    for name in ("carbonate.out", "oxide.out"):
        worth = market(solution, solution.streams[name])
        assert worth is not None
        revenue[name] = worth.usd_per_kg[0] * solution.streams[name].mass()
    for name, usd in revenue.items():
        assert streams[name].sum() == pytest.approx(100.0 * usd / sum(revenue.values()), rel=1e-12)
    # Sampled, the share that mixed rare earths fetch moves both.
    figures = Figures({"data.finance.realisation.mixed": np.array([1.0])})
    full = Allocation(solution, figures)
    streams = full.streams(own_costs(full, {("cut", "separation"): 100.0}))
    assert streams["carbonate.out"].sum() == pytest.approx(100.0 * light / (light + 0.65 * heavy), rel=1e-4)
    assert "data.finance.realisation.mixed" in figures.used


def test_by_mass_it_does_not_matter_how_a_product_is_sold(hand: Build) -> None:
    allocation = Allocation(hand(SPLIT, SPLIT_FLOWS, feeds={"liquor": {}}, allocation="mass"))
    streams = allocation.streams(own_costs(allocation, {("cut", "separation"): 100.0}))
    light, heavy = 4.0 * 325.81 / 2 / 138.905 + 5.0 * 172.115 / 140.116, 372.998 / 2 / 162.5
    assert streams["oxide.out"].sum() == pytest.approx(100.0 * heavy / (light + heavy), rel=1e-4)


def test_a_stream_that_is_still_separated_is_worth_what_becomes_of_it(hand: Build) -> None:
    """An extract that becomes oxide and carbonate in halves of its value loses half of what carbonate does."""
    kg = {name: 1.0 / OXIDE_FACTOR[INDEX[name]] for name in ("La", "Ce", "Dy")}  # of the element in a kg of oxide
    each = {"La": kg["La"], "Ce": kg["Ce"]}  # 1 USD each
    pure = {"Dy": 2.0 / 260.0 * kg["Dy"]}
    solution = hand(
        {
            "first": {
                "stage": "separation",
                "inlets": {"feed": "liquor"},
                "outlets": {"on": "liquor", "sold": "oxide"},
            },
            "second": {
                "stage": "separation",
                "inlets": {"feed": "first.on"},
                "outlets": {"oxide": "oxide", "carbonate": "carbonate"},
            },
        },
        {
            "liquor": each | {"Dy": 3.0 * pure["Dy"]},
            "first.on": each | pure,
            "first.sold": {"Dy": 2.0 * pure["Dy"]},
            "second.oxide": pure,
            "second.carbonate": each,
        },
        feeds={"liquor": {}},
    )
    allocation = Allocation(solution)
    streams = allocation.streams(own_costs(allocation, {("first", "separation"): 100.0}))
    on = (1.0 + 0.65) / 2.0 * 4.0  # of a value of 4, which the oxide sold at once has too
    assert streams["first.on"].sum() == pytest.approx(100.0 * on / (on + 4.0), rel=1e-12)
    assert streams["second.carbonate"].sum() == pytest.approx(streams["first.on"].sum() * 0.65 / 1.65, rel=1e-12)


def test_swarf_costs_the_same_beside_a_product_that_is_sold_mixed(hand: Build) -> None:
    """What goes back displaces oxide: the closed form holds though part of the circuit's rare earths is sold mixed."""
    solution = hand(
        {
            "separation": {
                "stage": "separation",
                "inlets": {"feed": "ore", "back": "collect.out"},
                "outlets": {"oxide": "oxide", "rest": "carbonate"},
            },
            "machining": {
                "stage": "magnet",
                "inlets": {"feed": "separation.oxide"},
                "outlets": {"magnets": "magnet", "swarf": "swarf"},
            },
            "collect": {"stage": "magnet", "inlets": {"feed": "machining.swarf"}, "outlets": {"out": "swarf"}},
        },
        {
            "ore": {"Nd": 70.0, "La": 20.0, "Ce": 20.0},
            "separation.oxide": {"Nd": 100.0},
            "separation.rest": {"La": 20.0, "Ce": 20.0},
            "machining.magnets": {"Nd": 70.0},
            "machining.swarf": {"Nd": 30.0},
            "collect.out": {"Nd": 30.0},
        },
        feeds={"ore": {}},
    )
    allocation = Allocation(solution)
    streams = allocation.streams(own_costs(allocation, {("machining", "magnet"): 100.0}))
    assert streams["collect.out"].sum() == pytest.approx(0.3 / 0.7 * streams["machining.magnets"].sum(), rel=1e-12)


def test_each_sample_is_mixed_or_pure_by_itself(hand: Build) -> None:
    """La from pure to mixed with Ce; a batch has the bits of its single cases."""
    ceria = np.array([0.0, 0.5, 4.0])

    def streams(some: slice) -> Any:
        light = {"La": np.full(len(ceria[some]), 5.0), "Ce": ceria[some]}
        flows = {name: dict(HEAVY) if "Dy" in flow and len(flow) == 1 else light for name, flow in SPLIT_FLOWS.items()}
        table = Allocation(hand(SPLIT, flows | {"liquor": light | HEAVY}, feeds={"liquor": {}}))
        return table.streams(own_costs(table, {("cut", "separation"): 100.0}))["carbonate.out"].sum(axis=1)

    together = streams(slice(0, 3))
    for i in range(3):
        assert together[i] == streams(slice(i, i + 1))[0]
    oxide = 325.81 / 2 / 138.905
    values = np.array([5.0, 5.5, 9.0 * 0.65]) * oxide
    values[1:] += (172.115 / 140.116 - oxide) * np.array([0.5, 4.0 * 0.65])
    heavy = 372.998 / 2 / 162.5 * 260.0
    assert together == pytest.approx(100.0 * values / (values + heavy), rel=1e-4)


def test_waste_carries_nothing_and_its_treatment_is_paid_by_who_made_it(hand: Build) -> None:
    solution = hand(
        {
            "leach": {
                "stage": "separation",
                "inlets": {"feed": "ore"},
                "outlets": {"liquor": "liquor", "mud": "residue"},
                "waste": ["mud"],
            },
            "pond": {
                "stage": "separation",
                "inlets": {"feed": "leach.mud"},
                "outlets": {"cake": "residue"},
                "waste": ["cake"],
            },
        },
        {"ore": {"Nd": 10.0}, "leach.liquor": {"Nd": 9.0}, "leach.mud": {"Nd": 1.0}, "pond.cake": {"Nd": 1.0}},
        feeds={"ore": {}},
    )
    allocation = Allocation(solution)
    streams = allocation.streams(own_costs(allocation, {("leach", "separation"): 50.0, ("pond", "separation"): 5.0}))
    assert streams["leach.mud"].sum() == 0.0
    assert streams["leach.liquor"].sum() == pytest.approx(55.0)
    assert streams["pond.cake"].sum() == 0.0


def test_ultrafines_that_are_recovered_are_no_waste(hand: Build) -> None:
    solution = hand(
        {
            "mill": {
                "stage": "magnet",
                "inlets": {"feed": "alloy"},
                "outlets": {"powder": "powder", "fines": "swarf"},
                "waste": ["fines"],
            },
            "leach": {"stage": "separation", "inlets": {"feed": "mill.fines"}, "outlets": {"liquor": "liquor"}},
        },
        {"alloy": {"Nd": 10.0}, "mill.powder": {"Nd": 9.0}, "mill.fines": {"Nd": 1.0}, "leach.liquor": {"Nd": 1.0}},
        feeds={"alloy": {}},
    )
    allocation = Allocation(solution)
    own = own_costs(allocation, {("mill", "magnet"): 10.0, ("mill", "separation"): 100.0})
    streams = allocation.streams(own)
    assert streams["leach.liquor"].sum() == pytest.approx(10.0)
    assert streams["mill.powder"].sum() == pytest.approx(100.0)


@pytest.mark.parametrize("allocation", ["value", "mass"])
def test_iron_of_bayan_obo_takes_its_share(hand: Build, allocation: str) -> None:
    solution = hand(
        {
            "magnets": {
                "stage": "mine",
                "inlets": {"feed": "ore"},
                "outlets": {"iron": "iron concentrate", "rest": "ore"},
            }
        },
        {"ore": {"Fe": 400.0, "Nd": 10.0}, "magnets.iron": {"Fe": 350.0}, "magnets.rest": {"Fe": 50.0, "Nd": 10.0}},
        feeds={"ore": {}},
        allocation=allocation,
    )
    table = Allocation(solution)
    streams = table.streams(own_costs(table, {("magnets", "mine"): 1.0}))
    oxide = 10.0 * 336.48 / 2 / 144.242 * 56.0 * 0.26
    expected = 350 * 0.15 / (350 * 0.15 + oxide) if allocation == "value" else 0.0
    assert streams["magnets.iron"].sum() == pytest.approx(expected, rel=1e-4)


def test_no_rare_earth_at_all(hand: Build) -> None:
    units = {"mix": {"stage": "alloy", "inlets": {"feed": "iron"}, "outlets": {"a": "metal", "b": "metal"}}}
    flows = {"iron": {"Fe": 3.0}, "mix.a": {"Fe": 1.0}, "mix.b": {"Fe": 2.0}}
    by_value = Allocation(hand(units, flows, feeds={"iron": {}}))
    assert by_value.streams(own_costs(by_value, {("mix", "alloy"): 3.0}))["mix.a"].sum() == pytest.approx(3.0)
    by_mass = Allocation(hand(units, flows, feeds={"iron": {}}, allocation="mass"))
    assert by_mass.streams(own_costs(by_mass, {("mix", "alloy"): 3.0}))["mix.b"].sum() == pytest.approx(2.0)


def test_a_unit_whose_every_outlet_goes_back_passes_its_cost_on(hand: Build) -> None:
    solution = hand(
        {
            "separation": {
                "stage": "separation",
                "inlets": {"feed": "ore", "back": "collect.out"},
                "outlets": {"oxide": "oxide"},
            },
            "machining": {
                "stage": "magnet",
                "inlets": {"feed": "separation.oxide"},
                "outlets": {"magnets": "magnet", "swarf": "swarf"},
            },
            "collect": {"stage": "magnet", "inlets": {"feed": "machining.swarf"}, "outlets": {"out": "swarf"}},
        },
        {
            "ore": {"Nd": 7.0},
            "separation.oxide": {"Nd": 10.0},
            "machining.magnets": {"Nd": 7.0},
            "machining.swarf": {"Nd": 3.0},
            "collect.out": {"Nd": 3.0},
        },
        feeds={"ore": {}},
    )
    allocation = Allocation(solution)
    own = own_costs(allocation, {("collect", "magnet"): 12.0, ("separation", "separation"): 70.0})
    streams = allocation.streams(own)
    assert streams["machining.magnets"].sum() == pytest.approx(82.0)


def test_costs_in_a_circle(hand: Build) -> None:
    solution = hand(
        {
            "a": {"stage": "alloy", "inlets": {"feed": "metal", "back": "b.out"}, "outlets": {"out": "alloy"}},
            "b": {"stage": "alloy", "inlets": {"feed": "a.out"}, "outlets": {"out": "alloy"}},
        },
        {"metal": {"Nd": 1.0}, "a.out": {"Nd": 5.0}, "b.out": {"Nd": 5.0}},
        feeds={"metal": {}},
    )
    allocation = Allocation(solution)
    with pytest.raises(CostError, match="circle"):
        allocation.streams(own_costs(allocation, {("a", "alloy"): 1.0}))


@st.composite
def plants(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Chains of units with by-products, waste and up to three returns."""
    count = draw(st.integers(2, 6))
    stages = sorted((draw(st.sampled_from(STAGES)) for _ in range(count)), key=ORDER.__getitem__)
    units: dict[str, Any] = {}
    flows: dict[str, Any] = {"ore": {"Nd": 1.0}}
    amount = st.floats(0.01, 100.0)
    for i, stage in enumerate(stages):
        inlets = {"feed": "ore" if i == 0 else f"u{i - 1}.main"}
        units[f"u{i}"] = {
            "stage": stage,
            "inlets": inlets,
            "waste": ["mud"],
            "outlets": {"main": "oxide", "side": "oxide", "mud": "residue"},
        }
        for outlet in ("main", "side", "mud"):
            names = draw(st.sets(st.sampled_from(("Nd", "Dy", "Fe")), min_size=1))
            flows[f"u{i}.{outlet}"] = {name: draw(amount) for name in sorted(names)}
        flows[f"u{i}.main"]["Nd"] = draw(amount)
    for i in range(count):
        if draw(st.booleans()):
            to = draw(st.integers(0, i))
            units[f"u{to}"]["inlets"][f"back{i}"] = f"u{i}.side"
    return units, flows


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plant=plants(), allocation=st.sampled_from(["value", "mass"]), seed=st.integers(0, 2**32 - 1))
def test_what_is_spent_leaves(
    hand: Build, plant: tuple[dict[str, Any], dict[str, Any]], allocation: str, seed: int
) -> None:
    table = Allocation(hand(*plant, feeds={"ore": {}}, allocation=allocation))
    own = np.random.default_rng(seed).random((1, len(table.units), len(STAGES)))
    streams = table.streams(own)
    leaving = sum(streams[name].sum(axis=0) for name in table.terminal())
    np.testing.assert_allclose(leaving, own.sum(axis=(0, 1)), rtol=1e-9)
    for name in table.terminal():
        reached = (table.reach(name) * own).sum(axis=1)
        np.testing.assert_allclose(reached, streams[name], rtol=1e-9, atol=1e-12)


def test_samples_are_single_cases(recycle: Callable[..., Solution]) -> None:
    scales, shares = np.array([1.0, 0.5, 2.0]), np.array([0.3, 0.0, 0.6])
    many = Allocation(recycle(scales, shares))
    own = np.zeros((3, 2, len(STAGES)))
    own[:, 0, ORDER["separation"]] = 700.0 * scales
    own[:, 1, ORDER["magnet"]] = [500.0, 100.0, 50.0]
    together = many.streams(own)
    for i in range(3):
        one = Allocation(recycle(scales[i], shares[i])).streams(own[i : i + 1])
        for name, cost in one.items():
            np.testing.assert_array_equal(together[name][i], cost[0])
