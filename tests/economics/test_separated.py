"""The cost of separated rare-earth oxides: all that the separation stage makes, per kg of oxides."""

from __future__ import annotations

import numpy as np
import pytest

import didymium
from didymium.economics import CostError
from didymium.plan import STAGES
from didymium.supply.capacity import product_outlets, returned_outlets


def test_a_plant_that_ends_at_oxides_puts_all_its_cost_on_them() -> None:
    result = didymium.load("ganzhou").solve()
    split = result.cost.per_kg_separated()
    oxides = sum(float(result.streams[name].oxide()) for name in split.stream.split(", "))
    named = set(split.stream.split(", "))
    elsewhere = sum(result.cost.stream(name) for name in result.cost.tables.terminal() if name not in named)
    assert split.total * oxides == pytest.approx(result.cost.total - elsewhere, rel=1e-12)


@pytest.mark.parametrize("name", ["mountain_pass", "baotou"])
def test_what_comes_back_as_swarf_is_neither_new_nor_paid_twice(name: str) -> None:
    """kg × unit cost is the ledger of mine and separation, less what other outlets that leave these stages carry."""
    result = didymium.load(name).solve()
    cost, split = result.cost, result.cost.per_kg_separated()
    early = ("mine", "separation")
    ledger = sum(float(line.cost[0]) for line in cost.lines if line.stage in early)
    sold = split.stream.split(", ")
    back = returned_outlets(result.solution, "separation")
    assert back
    oxides = sum(float(result.streams[one].oxide()) for one in sold) - sum(
        float(result.streams[one].oxide()) for one in back
    )
    made = set(product_outlets(result.solution, "separation"))
    others = [
        one
        for one in cost.tables.terminal()
        if one not in made and result.solution.units[one.split(".")[0]].stage in early
    ]
    elsewhere = sum(float(cost.streams[one][0, : STAGES.index("metal")].sum()) for one in others)
    assert split.total * oxides == pytest.approx(ledger - elsewhere, rel=1e-9)
    assert sum(split.by_stage.values()) == pytest.approx(split.total, rel=1e-12)
    assert sum(split.by_cause.values()) == pytest.approx(split.total, rel=1e-12)


def test_without_returns_it_is_the_mean_of_its_products_by_their_oxides() -> None:
    result = didymium.load("kuantan").solve()
    split = result.cost.per_kg_separated()
    streams = split.stream.split(", ")
    held = [result.cost.stream(one) for one in streams]
    oxides = [float(result.streams[one].oxide()) for one in streams]
    assert split.total == pytest.approx(sum(held) / sum(oxides), rel=1e-12)


def test_later_stages_add_nothing_to_it() -> None:
    stages = didymium.load("mountain_pass").solve().cost.per_kg_separated().by_stage
    assert stages["mine"] > 0.0
    assert stages["separation"] > 0.0
    assert stages["metal"] == stages["alloy"] == stages["magnet"] == 0.0


def test_a_plant_without_separation_says_so() -> None:
    cost = didymium.load("ningbo_magnets").solve().cost
    with pytest.raises(CostError, match="separates no rare earths; ask for one of its products"):
        cost.per_kg_separated()


def test_figures_of_the_data_are_sampled_and_each_sample_stands_alone() -> None:
    plant = didymium.load("la_rochelle")
    values = {"data.wage.europe": [60_000.0, 70_000.0], "data.rate.discount_rate": [0.06, 0.15]}
    both = plant.solve(values).cost.per_kg_separated().total
    singles = [
        plant.solve({path: [column[i]] for path, column in values.items()}).cost.per_kg_separated().total
        for i in range(2)
    ]
    assert np.array_equal(both, singles)
    assert both[0] < both[1]


def test_a_figure_that_nothing_uses_is_refused() -> None:
    with pytest.raises(KeyError, match=r"no cost here rests on 'data.wage.eu'"):
        didymium.load("la_rochelle").solve({"data.wage.eu": [1.0]})
