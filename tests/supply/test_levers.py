"""What the levers of a scenario offer, and what they do to its chain: by hand on a small one."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from didymium.quantities import Value
from didymium.scenario import Lever, Scenario, Substitute, TradeRule
from didymium.studies.closing import charge, shortfalls, ways
from didymium.supply.chain import build
from didymium.supply.levers import Choice
from didymium.supply.offers import default_levers, first_year, levered, lifted, offers, without_rules
from didymium.supply.program import solve


def _small() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_scenario", Path(__file__).with_name("small_scenario.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


small = _small()
AT = small.AT
TABLES = small.tables()


def short(**levers: Lever) -> Scenario:
    """A chain whose magnets are 100 t/year, and a demand of 300 t/year."""
    works = small.whole_chain()
    magnet = replace(works.stages["magnet"], capacity=Value(100.0, "t/year"))
    works = replace(works, stages={**works.stages, "magnet": magnet})
    made: Scenario = small.scenario([works], [small.use(small.series(y2025=300.0), "plain")], levers=levers)
    return made


def lever(kind: Any, **more: Any) -> Lever:
    return Lever(kind, AT, **more)


def test_a_scenario_without_levers_may_build_any_stage_in_its_focus_three_years_on() -> None:
    subject = short()
    found, notes = offers(subject, TABLES)
    assert {offer.choice.stage for offer in found} == {
        *("mine", "cracking", "separation", "heavy_separation", "metal", "alloy", "magnet", "recycling")
    }
    assert {offer.choice.region for offer in found} == {"us"}
    assert {offer.first for offer in found} == {2028}
    assert notes == []
    assert first_year(subject, default_levers(subject)["build"]) == 2028


def test_what_cannot_be_there_in_time_closes_nothing() -> None:
    found = ways(short(), TABLES)
    assert found.gap == pytest.approx([200.0] * 3)
    assert found.ways == ()


def test_new_works_cost_capital_and_running() -> None:
    # 100 USD per t/year at the yearly charge and 10 USD to run: 200 t of magnets a year from 2026 on.
    found = ways(short(new=lever("build", stages=("magnet",), first=2026.0)), TABLES)
    (way,) = found.ways
    (use,) = way.uses
    assert use.choice == Choice("build", "magnet", "us")
    assert use.amounts == pytest.approx([0.0, 200.0, 200.0])
    assert use.capital == pytest.approx(20_000.0)
    assert way.cost == pytest.approx([0.0, 200.0 * (100.0 * charge() + 10.0), 200.0 * (100.0 * charge() + 10.0)])
    assert way.left == pytest.approx([200.0, 0.0, 0.0])


def test_a_lever_keeps_its_limit_its_cost_and_its_date() -> None:
    built = lever("build", stages=("magnet",), first=2026.3, at_most=Value(50.0), cost=Value(1_000.0))
    (way,) = ways(short(new=built), TABLES).ways
    assert way.uses[0].amounts == pytest.approx([0.0, 0.0, 50.0])
    assert way.uses[0].capital == pytest.approx(50_000.0)
    assert way.left == pytest.approx([200.0, 200.0, 150.0])


def test_a_stage_without_a_flowsheet_is_not_offered_and_said() -> None:
    subject = replace(short(new=lever("build", first=2026.0)), standard={"magnet": "works"})
    found, notes = offers(subject, TABLES)
    assert {offer.choice.stage for offer in found} == {"magnet"}
    assert "no standard flowsheet for mine: nothing of it can be built" in notes


def test_other_magnets_serve_more_and_cost_what_the_lever_says() -> None:
    iron = small.plant("iron_works", small.plant_stage("magnet", 1e6, makes=("iron",)))
    subject = short(more=lever("substitute", first=2026.0, at_most=Value(0.5), cost=Value(7.0)))
    use = replace(subject.demand[0], substitutes=(Substitute("iron", Value(2.0), small.series(y2025=0.1), AT),))
    subject = replace(subject, plants={**subject.plants, "iron_works": iron}, demand=(use,))
    found = ways(subject, TABLES)
    assert found.gap == pytest.approx([170.0] * 3)
    (way,) = found.ways
    # Half of 300 t in all, 30 t of which the file allows: 120 t more.
    assert way.uses[0].choice == Choice("substitute", "", "us", "magnet:iron")
    assert way.uses[0].amounts == pytest.approx([0.0, 120.0, 120.0])
    assert way.cost == pytest.approx([0.0, 840.0, 840.0])
    assert way.left == pytest.approx([170.0, 50.0, 50.0])


def test_goods_bought_ahead_cover_a_later_year() -> None:
    subject = short(ahead=lever("stockpile", goods=("plain magnets",), first=2025.5, cost=Value(3.0)))
    use = replace(subject.demand[0], tonnes=small.series(y2025=60.0, y2026=60.0, y2027=160.0))
    subject = replace(subject, demand=(use,))
    subject = replace(subject, levers={"ahead": replace(subject.levers["ahead"], first=2026.0)})
    found = ways(subject, TABLES)
    assert found.gap == pytest.approx([0.0, 0.0, 60.0])
    (way,) = found.ways
    assert way.uses[0].amounts == pytest.approx([0.0, 40.0, 0.0])
    assert way.cost == pytest.approx([0.0, 120.0, 0.0])
    assert way.left == pytest.approx([0.0, 0.0, 20.0])


def test_rules_that_may_be_lifted() -> None:
    ban = TradeRule("ban", "ban", ("china",), AT, to=("us",), goods=("magnets",))
    off = replace(ban, name="off", active=False)
    subject = replace(short(lift=lever("lift")), rules={"ban": ban, "off": off})
    assert lifted(subject) == ("ban",)
    assert not without_rules(subject, ("ban",)).rules["ban"].active
    assert lifted(replace(subject, levers={"lift": lever("lift", rules=("off",))})) == ()
    other = small.whole_chain("china", "far")
    subject = replace(subject, plants={**subject.plants, "far": other})
    found = ways(subject, TABLES)
    assert found.gap == pytest.approx([200.0] * 3)
    (free,) = found.lifts
    assert free.lifted == ("ban",)
    assert free.left == pytest.approx([0.0] * 3, abs=1e-6)
    assert not free.cost.any()


def test_levers_that_are_shut_change_nothing() -> None:
    subject = short(new=lever("build", first=2025.5), more=lever("recycle"), stock=lever("stockpile"))
    plain = solve(build(subject, TABLES))
    shut = solve(levered(subject, TABLES, charge())[0].only(()))
    assert shut.unmet == pytest.approx(plain.unmet, abs=1e-6)


def test_stages_are_short_by_what_they_lack_year_for_year() -> None:
    found = shortfalls(short(), TABLES)
    assert found.of("magnet", "magnets") == pytest.approx([200.0] * 3)
    assert [row.stage for row in found.rows] == ["magnet"]
    assert not found.left.any()


def test_a_separation_is_short_by_the_oxide_that_is_scarce_not_by_what_comes_with_it() -> None:
    works = small.whole_chain()
    stages = {**works.stages, "separation": replace(works.stages["separation"], capacity=Value(100.0, "t/year"))}
    subject = small.scenario([replace(works, stages=stages)], [small.use(small.series(y2025=300.0), "plain")])
    found = shortfalls(subject, TABLES)
    items = {row.item for row in found.rows if row.stage == "separation"}
    assert items == {"NdPr"}
    # 300 t × 0.3 / (0.7 × 0.98 × 0.95) of NdPr less what 100 t REO give, as oxide; La and Ce come with it.
    need = 300.0 * 0.3 / (0.7 * 0.98 * 0.95)
    system = build(subject, TABLES)
    (row,) = (bound for bound in system.bounds if bound.plant == "works" and bound.stage == "separation")
    given = max(
        100.0 / float(np.max(weight)) * sum(o.amount for o in system.activities[i].makes if o.pool.good == "oxide:NdPr")
        for i, weight in row.of
    )
    from didymium.supply.values import oxide_factor

    assert found.of("separation", "NdPr") == pytest.approx([(need - given) * oxide_factor("NdPr")] * 3, rel=1e-6)
