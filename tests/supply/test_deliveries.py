"""Demand and what comes back of it: by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from didymium.plan import Position
from didymium.quantities import Value
from didymium.scenario import Series, Substitute
from didymium.spreads import Uniform
from didymium.supply.chain import build
from didymium.supply.program import Levels, solve
from didymium.supply.system import Bound, System
from didymium.supply.values import oxide_factor

_SPEC = importlib.util.spec_from_file_location("small_scenario", Path(__file__).with_name("small_scenario.py"))
small = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(small)
IRON, MOTOR, plant, plant_stage, scenario, series, tables, use, whole_chain = (
    small.IRON,
    small.MOTOR,
    small.plant,
    small.plant_stage,
    small.scenario,
    small.series,
    small.tables,
    small.use,
    small.whole_chain,
)


AT = Position("small.yaml", 1, 1)


def _level(found: Levels, part: str) -> list[float]:
    (index,) = [i for i, one in enumerate(found.system.activities) if part in one.name]
    return found.levels[index].tolist()


def _system(plants: list, demand: list, **more: object) -> System:  # type: ignore[type-arg]
    return build(scenario(plants, demand, **more), tables())


def test_demand_follows_its_years() -> None:
    found = _system([], [use(series(y2025=100.0, y2027=200.0))])
    assert found.needs[0].tonnes.tolist() == [100.0, 150.0, 200.0]
    assert solve(found).unmet[0].tolist() == pytest.approx([100.0, 150.0, 200.0])


def test_a_substitute_serves_its_share_and_no_more() -> None:
    site = plant("nitride", plant_stage("magnet", 1000.0, makes=("iron",)))
    other = Substitute("iron", Value(1.6), series(y2025=0.10), AT)
    found = _system([site], [use(series(y2025=100.0), substitutes=(other,))], magnets={"motor": MOTOR, "iron": IRON})
    made = solve(found)
    assert made.unmet[0] == pytest.approx([90.0] * 3)
    # 10 t of demand take 16 t of iron nitride
    assert _level(made, "nitride magnet") == pytest.approx([16.0] * 3)


def test_a_demand_for_an_oxide_is_in_t_of_oxide() -> None:
    found = _system([whole_chain()], [use(series(y2025=100.0), good="Ce oxide", name="glass")])
    made = solve(found)
    assert made.unmet[0] == pytest.approx([0.0] * 3)
    (sold,) = [one for one in found.activities if one.kind == "deliver"]
    assert list(sold.takes.values()) == [pytest.approx(1.0 / oxide_factor("Ce"))]


def test_old_magnets_come_back_after_their_life() -> None:
    site = plant("shop", *whole_chain().stages.values(), plant_stage("recycling", 1e6))
    demand = use(series(y2025=1000.0), life=Value(1.0, "year"), collected=series(y2025=0.5))
    made = solve(_system([site], [demand]))
    collected = _level(made, "collection of old magnets")
    # sold evenly over 2025, a year in service: they come back in 2026; nothing is known of sales before 2025
    assert collected[0] == pytest.approx(0.0)
    assert max(collected[1:]) <= 500.0 + 1e-6


def test_what_comes_back_is_taken_where_ore_is_short() -> None:
    mineless = plant(
        "shop",
        *[stage for name, stage in whole_chain().stages.items() if name != "mine"],
        plant_stage("mine", 100.0, deposits=("works",)),
        plant_stage("recycling", 1e6),
    )
    past = series(y2020=1000.0, y2027=1000.0)
    plain = solve(_system([mineless], [use(past)]))
    demand = use(past, life=Value(5.0, "year"), collected=series(y2025=0.4))
    made = solve(_system([mineless], [demand]))
    # magnets of 2020 and later were sold at 1,000 t a year: 400 t are collected in each year from 2025 on
    assert _level(made, "collection of old magnets") == pytest.approx([400.0] * 3)
    assert (made.unmet < plain.unmet - 100.0).all()


def test_nothing_is_collected_where_nobody_collects() -> None:
    site = plant("shop", *whole_chain().stages.values(), plant_stage("recycling", 1e6))
    past = series(y2015=1000.0, y2027=1000.0)
    demand = use(past, life=Value(5.0, "year"), collected=series(y2025=0.0, y2027=0.2))
    made = solve(_system([site], [use(series(y2025=9000.0), name="more"), demand]))
    assert _level(made, "collection of old magnets") == pytest.approx([0.0, 100.0, 200.0])


def _rows(found: System) -> dict[str, Bound]:
    return {one.good: one for one in found.bounds if one.kind == "collection"}


def _returns(found: System, name: str) -> list[tuple[float, int]]:
    (one,) = [one for one in found.activities if one.name == f"us cars: magnet:{name}"]
    return [(output.amount, output.lag) for output in one.makes]


def _with_substitute(tonnes: Series, each: float) -> System:
    other = Substitute("plain", Value(each), series(y2025=0.10), AT)
    demand = use(tonnes, substitutes=(other,), life=Value(1.0, "year"), collected=series(y2025=0.5))
    return _system([whole_chain()], [demand])


def test_as_much_of_a_substitute_comes_back_as_was_sold_of_it() -> None:
    found = _with_substitute(series(y2025=100.0), 1.5)
    main, other = _returns(found, "motor"), _returns(found, "plain")
    assert sum(amount for amount, _ in main) == pytest.approx(1.0)
    assert other == [(pytest.approx(1.5 * amount), lag) for amount, lag in main]
    rows = _rows(found)
    assert [(weight, lag) for _, weight, lag in rows["scrap:motor"].back] == [(-amount, lag) for amount, lag in main]
    assert [(weight, lag) for _, weight, lag in rows["scrap:plain"].back] == [(-amount, lag) for amount, lag in other]


def test_what_was_sold_the_year_before_the_first_comes_back_as_the_main_magnet_alone() -> None:
    found = _with_substitute(series(y2024=100.0), 1.5)
    by_lag = {lag: amount for amount, lag in _returns(found, "motor")}
    old = [100.0 * by_lag.get(year - 2024, 0.0) for year in found.years]
    assert old[0] > 0.0
    (given,) = found.givens
    assert given.pool.good == "spent:us.cars.motor"
    assert given.tonnes == pytest.approx(old)
    rows = _rows(found)
    assert rows["scrap:motor"].most == pytest.approx(old)
    assert rows["scrap:plain"].most.tolist() == [0.0, 0.0, 0.0]


def test_a_hundredth_that_comes_back_in_a_year_counts() -> None:
    life = Value(50.0, "year", spread=Uniform(0.0, 100.0))
    found = _system([whole_chain()], [use(series(y2025=100.0), life=life, collected=series(y2025=1.0))])
    # half of the sales of a year are in use for half a year on average by its end
    assert _returns(found, "motor") == [
        (pytest.approx(0.005), 0),
        (pytest.approx(0.01), 1),
        (pytest.approx(0.01), 2),
    ]
