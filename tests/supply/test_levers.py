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
from didymium.scenario import Lever, MagnetKind, Scenario, Stockpile, Substitute, TradeRule
from didymium.studies.closing import charge, shortfalls, ways
from didymium.supply.chain import build
from didymium.supply.levers import Choice, Draft
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
    # 100 t are made in each year; what 2026 does without goes to 2027 as well, so that both are short alike.
    kept = 40.0 + way.left[1]
    assert way.uses[0].amounts == pytest.approx([0.0, kept, 0.0])
    assert way.cost == pytest.approx([0.0, 3.0 * kept, 0.0])
    assert way.left[0] == 0.0
    assert way.left.sum() == pytest.approx(20.0)


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

    # Swarf, 0.2 t of alloy for 0.7 t of magnets, is the cheaper part: 85 % of its 30 % NdPr are won.
    swarf = 300.0 * 0.2 / 0.7 * 0.3 * 0.85
    factor = oxide_factor("NdPr")
    assert found.of("recycling", "NdPr") == pytest.approx([swarf * factor] * 3, rel=1e-6)
    assert found.of("separation", "NdPr") == pytest.approx([(need - given - swarf) * factor] * 3, rel=1e-6)


def iron_beside(rule: TradeRule | None, each: float = 0.1, **levers: Lever) -> Scenario:
    """Magnets of china alone, and works of another kind in the us: 100 t that `defence` asks for."""
    iron = small.plant("iron works", small.plant_stage("magnet", 1000.0, makes=("iron",)))
    other = (Substitute("iron", Value(1.0), small.series(y2025=each), AT),)
    use = small.use(small.series(y2025=100.0), "plain", name="defence", substitutes=other)
    rules = {"rule": rule} if rule else {}
    made: Scenario = small.scenario([small.whole_chain("china"), iron], [use], rules=rules, levers=levers)
    return made


def swap(share: float, first: float = 2025.0, **more: Any) -> Lever:
    return lever("substitute", regions=("us",), first=first, at_most=Value(share), cost=Value(10.0), **more)


@pytest.mark.parametrize("kind", ["ban", "content"])
def test_a_substitute_lever_leaves_what_a_rule_shuts(kind: Any) -> None:
    more = {"threshold": Value(0.001)} if kind == "content" else {"goods": ("magnets",)}
    rule = TradeRule("rule", kind, ("china",), AT, to=("us",), uses=("defence",), **more)
    (way,) = ways(iron_beside(rule, swap=swap(0.3)), TABLES).ways
    # Iron nitride up to 30 t in all, 10 t of which the file allows; no magnets of china.
    assert {use.choice.what for use in way.uses} == {"magnet:iron"}
    assert way.left == pytest.approx([70.0] * 3)


def test_a_substitute_that_holds_rare_earths_stays_clean_and_has_one_room() -> None:
    # `motor` in place of `plain`, of china's ordinary magnets and of the us's clean ones: 30 t in all, clean alone.
    rule = TradeRule("rule", "content", ("china",), AT, to=("us",), uses=("defence",), threshold=Value(0.001))
    other = (Substitute("motor", Value(1.0), small.series(y2025=0.1), AT),)
    works = small.whole_chain()
    magnet = replace(works.stages["magnet"], makes=("motor",))
    clean = replace(works, stages={**works.stages, "magnet": magnet})
    use = small.use(small.series(y2025=100.0), "plain", name="defence", substitutes=other)
    chains = [clean, small.whole_chain("china", "far")]
    for rules in ({"rule": rule}, {"rule": replace(rule, first=2026.5)}):
        made = small.scenario(chains, [use], rules=rules, levers={"swap": swap(0.3)})
        options, _ = levered(made, TABLES, charge())
        levels = solve(options.system)
        beyond = [
            (one, levels.levels[i])
            for i, one in enumerate(options.system.activities)
            if one.kind == "deliver" and "beyond the file" in one.name
        ]
        assert len(beyond) == 2
        assert sum(level for _, level in beyond).max() <= 20.0 + 1e-6
    tracks = {next(iter(one.takes)).track: one.most for one, _ in beyond}
    assert tracks[""] == pytest.approx([20.0, 20.0, 0.0])
    assert tracks["clean"] == pytest.approx([20.0] * 3)


def test_of_several_substitute_levers_the_largest_share_holds() -> None:
    rule = TradeRule("rule", "ban", ("china",), AT, to=("us",), uses=("defence",), goods=("magnets",))
    (way,) = ways(iron_beside(rule, 0.0, one=swap(0.3), other=swap(0.4, 2026.0)), TABLES).ways
    assert way.left == pytest.approx([70.0, 60.0, 60.0])


def old_magnets(collected: float, **levers: Lever) -> Scenario:
    """200 t/year for good, in use for five years, of which a share comes back; ore for less than that."""
    works = small.whole_chain()
    stages = {**works.stages, "mine": replace(works.stages["mine"], capacity=Value(100.0, "t/year"))}
    stages["recycling"] = small.plant_stage("recycling", 1000.0)
    use = small.use(small.series(y2010=200.0), "plain", life=Value(5.0), collected=small.series(y2010=collected))
    made: Scenario = small.scenario([replace(works, stages=stages)], [use], levers=levers)
    return made


def take_back(share: float) -> Lever:
    return lever("recycle", first=2026.0, at_most=Value(share), cost=Value(10.0))


def gathered(subject: Scenario) -> np.ndarray[Any, np.dtype[np.float64]]:
    options, _ = levered(subject, TABLES, charge())
    levels = solve(options.system)
    out = np.zeros(3)
    for i, one in enumerate(options.system.activities):
        if one.stage == "collection":
            out = out + levels.levels[i]
    return out


def test_a_recycle_lever_counts_what_the_file_collects_and_never_takes_off() -> None:
    assert gathered(old_magnets(0.1, more=take_back(0.4))) == pytest.approx([20.0, 80.0, 80.0])
    assert gathered(old_magnets(0.1, more=take_back(0.4), again=take_back(0.4))) == pytest.approx([20.0, 80.0, 80.0])
    assert gathered(old_magnets(0.1, more=take_back(0.4), again=take_back(0.2))) == pytest.approx([20.0, 80.0, 80.0])
    assert gathered(old_magnets(0.3, less=take_back(0.2))) == pytest.approx([60.0] * 3)
    assert gathered(old_magnets(0.0, more=take_back(0.2))) == pytest.approx([0.0, 40.0, 40.0])


def test_magnets_that_a_substitute_lever_sells_come_back() -> None:
    # 30 t of `motor` in place of `plain` in the first year are old in the second.
    other = (Substitute("motor", Value(1.0), small.series(y2025=0.0), AT),)
    use = small.use(
        small.series(y2025=100.0),
        "plain",
        substitutes=other,
        life=Value(1.0),
        collected=small.series(y2010=1.0),
    )
    works = small.whole_chain()
    stages = {**works.stages, "magnet": replace(works.stages["magnet"], makes=("motor",))}
    subject = small.scenario([replace(works, stages=stages)], [use], levers={"swap": swap(0.3)})
    options, _ = levered(subject, TABLES, charge())
    plain = [bound for bound in options.system.bounds if bound.kind == "collection" and bound.good == "scrap:motor"]
    beyond = [i for option in options.options if option.choice.kind == "substitute" for i in option.columns]
    assert beyond
    assert all({i for i, _, _ in bound.back} >= set(beyond) for bound in plain)
    (row,) = plain
    usual = next(i for i, _, _ in row.back if i not in beyond)
    assert {b[1:] for b in row.back if b[0] == usual} == {b[1:] for b in row.back if b[0] in beyond}


def test_levers_that_build_the_same_each_have_their_room_and_cost() -> None:
    one = lever("build", stages=("magnet",), first=2025.0, at_most=Value(50.0), cost=Value(10.0))
    other = lever("build", stages=("magnet",), first=2026.0, at_most=Value(500.0), cost=Value(1_000.0))
    (way,) = ways(short(one=one, other=other), TABLES).ways
    (use,) = way.uses
    assert use.amounts == pytest.approx([50.0, 200.0, 200.0])
    assert use.capital == pytest.approx(50.0 * 10.0 + 150.0 * 1_000.0)
    assert way.left == pytest.approx([150.0, 0.0, 0.0])


def test_the_most_of_a_stage_holds_for_all_its_families_together() -> None:
    built = lever("build", stages=("magnet",), first=2025.0, at_most=Value(50.0))
    use = small.use(small.series(y2025=300.0), "iron", name="toys")
    subject = short(new=built)
    (way,) = ways(replace(subject, demand=(*subject.demand, use)), TABLES).ways
    assert len(offers(subject, TABLES)[0]) == 2
    assert sum(one.amounts for one in way.uses) == pytest.approx([50.0] * 3)


def test_a_family_that_its_flowsheet_makes_none_of_is_not_offered_and_said() -> None:
    smco = MagnetKind("smco", "SmCo", {"Sm": Value(0.25)}, (), AT)
    subject = short(new=lever("build", stages=("alloy", "magnet"), first=2025.0))
    subject = replace(subject, magnets={**subject.magnets, "smco": smco})
    found, notes = offers(subject, TABLES)
    assert {offer.choice.what for offer in found} == {"", "iron_nitride"}
    assert "works makes no magnet of Sm: no new magnet (SmCo) can be built" in notes
    levered(subject, TABLES, charge())


def test_recycling_costs_count_the_oxides_that_it_makes() -> None:
    # 1 t of `plain` holds 0.3 t NdPr, of which 85 % are won: 0.255 t at 10 USD, and 100 USD of capital per t/year.
    subject = old_magnets(0.1, new=lever("build", stages=("recycling",), first=2025.0))
    subject = replace(subject, magnets={"plain": small.PLAIN})
    options, _ = levered(subject, TABLES, charge())
    (option,) = options.options
    assert option.capital == pytest.approx(25.5)
    assert [options.system.activities[i].cost for i in option.runs] == pytest.approx([2.55] * 2)


def test_capital_is_that_of_the_feed_of_which_a_plant_makes_the_most() -> None:
    # 0.27 t of NdPr in a t of `motor` with its Dy, 0.255 t in a t of `plain`: 0.32 × 0.85 × 100 USD.
    subject = old_magnets(0.1, new=lever("build", stages=("recycling",), first=2025.0))
    (option,) = levered(subject, TABLES, charge())[0].options
    assert option.capital == pytest.approx(100.0 * 0.32 * 0.85)


def test_what_a_t_in_stock_costs_is_the_files() -> None:
    stock = Stockpile("pile", "us", "plain magnets", Value(10.0), AT)
    subject = short(ahead=lever("stockpile", goods=("plain magnets",), first=2025.0))
    subject = replace(subject, stockpiles={"pile": stock}, hold=Value(7.0))
    system = build(subject, TABLES)
    assert [one.cost for one in system.activities if one.kind == "hold"] == [7.0]
    options, _ = levered(subject, TABLES, charge())
    (option,) = options.options
    assert options.system.activities[option.columns[0]].cost == 7.0
    assert option.note == "7 USD/t a year in stock"


def test_trade_keeps_a_hundredth_of_its_cost_as_levers_are_chosen() -> None:
    system = build(iron_beside(None), TABLES)
    system = replace(
        system, activities=tuple(replace(a, cost=50.0) if a.kind == "trade" else a for a in system.activities)
    )
    costs = {one.cost for one in Draft(system).levered().system.activities if one.kind == "trade"}
    assert costs == {0.5}
