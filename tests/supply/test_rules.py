"""What rules cover, and rules that ask what is inside: clean and ordinary goods, in t that can be followed on paper."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from didymium.supply import rules
from didymium.supply.rules_notes import notes
from didymium.supply.rules_tracks import tracks
from didymium.supply.system import Pool
from didymium.supply.tracing import trace


def _helper(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


small = _helper("small_trade")
Chain, rule, scenario, sent, stockpile = small.Chain, small.rule, small.scenario, small.sent, small.stockpile
THREE = ("us", "china", "malaysia")
DEFENCE = {"uses": ("defence",), "to": ("us",)}


@pytest.fixture(autouse=True)
def _oxides_count_as_what_they_hold(monkeypatch):
    """Round numbers: a t of oxide holds a t here; test_told_in_oxide.py has the factor."""
    for module in ("stock", "rules_limits"):
        monkeypatch.setattr(f"didymium.supply.{module}.told_per_t", lambda good: 1.0)


def test_a_rule_covers_its_goods_wherever_they_are_made() -> None:
    goods = ("oxide:Dy", "oxide:NdPr", "metal:Dy", "heavy:lynas", "heavy:lynas@kuantan", "magnet:motor")
    names = rules.covered(rule("ban", goods=("Dy oxide", "lynas heavies")), goods, ("motor",))
    assert names == {"oxide:Dy", "heavy:lynas", "heavy:lynas@kuantan"}
    assert rules.covered(rule("ban", goods=("oxides", "motor magnets")), goods, ("motor",)) == {
        "oxide:Dy",
        "oxide:NdPr",
        "magnet:motor",
    }
    assert rules.covered(rule("ban"), goods, ("motor",)) == set(goods)
    assert rules.covered(rule("ban", goods=("norra_karr concentrate",)), goods, ("motor",)) == set()


def test_a_rule_concerns_other_regions_only() -> None:
    ban = rule("ban", to=("us",))
    assert rules.concerns(ban, "china", "us")
    assert not rules.concerns(ban, "china", "europe")
    assert not rules.concerns(ban, "us", "us")
    assert not rules.concerns(rule("ban"), "china", "china")
    assert rules.concerns(rule("ban", origin=()), "us", "china")


def test_rules_that_are_off_or_over_are_not_active() -> None:
    made = scenario(rule("ban", "off", active=False), rule("ban", "over", last=2026.0), rule("ban", "on", first=2028.9))
    assert [one.name for one in rules.active(made)] == ["on"]


def test_a_quarter_counts_where_its_middle_lies_in_the_rule() -> None:
    quota = rule("quota", limit={(2026, q): 10 * q for q in (1, 2, 3, 4)}, first=2026.3, last=2026.8)
    found = [rules.limit(quota, (2026,), quarter)[0] for quarter in (1, 2, 3, 4)]
    assert np.isnan(found).tolist() == [True, False, False, True]
    assert found[1:3] == [20.0, 30.0]


def defended(*parts: Any, years: int = 1, defence: float = 10.0, cars: float = 10.0) -> Any:
    """China and Malaysia make Dy oxide, 100 and 6 t; the us makes metal of it for defence and for cars."""
    chain = Chain(*parts, years=years, regions=THREE)
    chain.makes("china", 100.0)
    chain.makes("malaysia", 6.0)
    chain.turns("us", {"oxide:Dy": 1.0}, "metal:Dy")
    chain.needs("us", defence, "metal:Dy", "defence")
    chain.needs("us", cars, "metal:Dy", "cars")
    return chain


@pytest.mark.parametrize("made", [{}, {"goods": ("Dy oxide",)}])
def test_a_ban_by_use_is_of_that_use_alone(made: dict[str, Any]) -> None:
    assert defended().unmet() == [[0.0], [0.0]]
    # Defence lives on Malaysia's 6 t, cars on China's.
    assert defended(rule("ban", **made, **DEFENCE)).unmet() == [[4.0], [0.0]]
    assert defended(rule("ban", active=False, **DEFENCE)).unmet() == [[0.0], [0.0]]


def test_a_ban_by_use_of_other_goods_rules_nothing() -> None:
    assert defended(rule("ban", goods=("Tb oxide", "magnets"), **DEFENCE)).unmet() == [[0.0], [0.0]]
    assert defended(rule("ban", uses=("defence",), to=("malaysia",))).unmet() == [[0.0], [0.0]]


def test_a_ban_by_use_in_every_region_but_the_origin() -> None:
    assert defended(rule("ban", uses=("defence",))).unmet() == [[4.0], [0.0]]
    assert defended(rule("ban", uses=("cars", "defence"))).solve().unmet.sum() == pytest.approx(14.0)


def test_what_lies_inside_an_uncovered_good_counts() -> None:
    # Chinese metal is in no list of the rule, and holds Chinese oxide all the same.
    chain = Chain(rule("ban", goods=("Dy oxide",), **DEFENCE), years=1)
    chain.makes("china", 100.0)
    chain.turns("china", {"oxide:Dy": 1.0}, "metal:Dy")
    chain.needs("us", 10.0, "metal:Dy", "defence")
    assert chain.unmet() == [[10.0]]


def test_an_uncovered_good_of_the_origin_made_of_foreign_goods_is_clean() -> None:
    def chain(goods: tuple[str, ...]) -> Any:
        made = Chain(rule("ban", goods=goods, **DEFENCE), years=1, regions=THREE)
        made.makes("malaysia", 7.0)
        made.turns("china", {"oxide:Dy": 1.0}, "metal:Dy")
        made.needs("us", 10.0, "metal:Dy", "defence")
        return made

    assert chain(("Dy oxide",)).unmet() == [[3.0]]
    assert chain(("Dy oxide", "Dy metal")).unmet() == [[10.0]]


def test_a_mixture_before_the_ruled_good_needs_no_tracks() -> None:
    # Ore of China separated in Malaysia: the rule names oxides of China, and these are Malaysia's.
    chain = Chain(rule("ban", goods=("Dy oxide",), **DEFENCE), years=1, regions=THREE)
    chain.makes("china", 100.0, "mixed:bayan")
    chain.turns("malaysia", {"mixed:bayan": 10.0}, "oxide:Dy")
    chain.needs("us", 10.0, "oxide:Dy", "defence")
    assert chain.unmet() == [[0.0]]
    assert Pool("mixed:bayan", "china>", "clean") not in chain.builder.system().pools()


def test_a_limit_on_content_counts_ore_of_the_origin_wherever_it_went() -> None:
    chain = Chain(rule("content", threshold=0.001, **DEFENCE), years=1, regions=THREE)
    chain.makes("china", 100.0, "mixed:bayan")
    chain.makes("malaysia", 20.0, "mixed:lynas")
    chain.turns("malaysia", {"mixed:bayan": 10.0}, "oxide:Dy")
    chain.turns("malaysia", {"mixed:lynas": 10.0}, "oxide:Dy")
    chain.needs("us", 10.0, "oxide:Dy", "defence")
    chain.needs("us", 10.0, "oxide:Dy", "cars")
    assert chain.unmet() == [[8.0], [0.0]]


def test_a_limit_on_content_counts_work_done_in_the_origin() -> None:
    chain = Chain(rule("content", threshold=0.001, to=("us",)), years=1, regions=THREE)
    chain.makes("malaysia", 100.0)
    chain.turns("china", {"oxide:Dy": 1.0}, "metal:Dy")
    chain.needs("us", 10.0, "metal:Dy")
    assert chain.unmet() == [[10.0]]


def test_one_ordinary_part_makes_a_magnet_ordinary() -> None:
    def chain(*parts: Any) -> Any:
        made = Chain(*parts, years=1, regions=THREE)
        made.makes("china", 100.0, "metal:Dy")
        made.makes("us", 100.0, "metal:NdPr")
        made.turns("us", {"metal:NdPr": 0.3, "metal:Dy": 0.02}, "magnet:motor")
        made.needs("us", 10.0, "magnet:motor", "defence")
        return made

    assert chain().unmet() == [[0.0]]
    assert chain(rule("ban", goods=("Dy metal",), **DEFENCE)).unmet() == [[10.0]]
    assert chain(rule("content", threshold=0.001, **DEFENCE)).unmet() == [[10.0]]
    assert chain(rule("content", threshold=0.001, origin=("malaysia",), **DEFENCE)).unmet() == [[0.0]]


def test_a_magnet_without_rare_earths_has_no_origin() -> None:
    chain = Chain(rule("content", threshold=0.001, to=("us",)), years=1)
    chain.makes("china", 100.0, "magnet:nitride")
    chain.needs("us", 10.0, "magnet:nitride")
    assert chain.unmet() == [[0.0]]


def test_clean_goods_may_be_used_as_any() -> None:
    chain = Chain(rule("content", threshold=0.001, **DEFENCE), years=1)
    chain.makes("us", 20.0)
    chain.needs("us", 10.0, use="defence")
    chain.needs("us", 10.0, use="cars")
    assert chain.unmet() == [[0.0], [0.0]]


def test_a_nameplate_counts_both_tracks() -> None:
    chain = Chain(rule("content", threshold=0.001, **DEFENCE), years=1)
    chain.makes("china", 100.0)
    chain.makes("us", 100.0)
    chain.turns("us", {"oxide:Dy": 1.0}, "metal:Dy", 12.0)
    chain.needs("us", 10.0, "metal:Dy", "defence")
    chain.needs("us", 10.0, "metal:Dy", "cars")
    assert chain.solve().unmet.sum() == pytest.approx(8.0)


def test_bounds_of_an_activity_hold_for_both_tracks_together() -> None:
    chain = Chain(rule("content", threshold=0.001, **DEFENCE), years=1)
    chain.makes("china", 100.0)
    chain.makes("us", 100.0)
    plant = chain.turns("us", {"oxide:Dy": 1.0}, "metal:Dy")
    chain.builder.activities[plant] = replace(
        chain.builder.activities[plant], most=np.array([12.0]), least=np.array([11.0])
    )
    defence = chain.needs("us", 4.0, "metal:Dy", "defence")
    cars = chain.needs("us", 20.0, "metal:Dy", "cars")
    levels = chain.solve()
    assert levels.unmet[defence] == pytest.approx(0.0, abs=1e-9)
    assert levels.unmet[cars] == pytest.approx(12.0)
    # With nothing asked for it still runs at 11 t, all of it together.
    idle = Chain(rule("content", threshold=0.001, **DEFENCE), years=1)
    idle.makes("us", 100.0)
    plant = idle.turns("us", {"oxide:Dy": 1.0}, "metal:Dy")
    idle.builder.activities[plant] = replace(idle.builder.activities[plant], least=np.array([11.0]))
    idle.needs("us", 1.0, "metal:Dy", "defence")
    found = idle.solve()
    made = [level[0] for one, level in zip(found.system.activities, found.levels, strict=True) if "plant" in one.name]
    assert sum(made) == pytest.approx(11.0)


def test_a_quota_counts_both_tracks() -> None:
    parts = rule("quota", "few", limit={(2026, 0): 5}, origin=("malaysia",)), rule("ban", **DEFENCE)
    levels = defended(*parts).solve()
    assert sent(levels, "malaysia", "us") == [5.0]
    assert levels.unmet[:, 0].round(9).tolist() == [5.0, 0.0]


@pytest.mark.parametrize(("first", "unmet"), [(2026.0, 10.0), (2026.25, 7.5), (2026.9, 1.0), (2027.0, 0.0)])
def test_a_rule_by_use_counts_for_the_part_of_the_year_that_it_holds(first: float, unmet: float) -> None:
    chain = Chain(rule("ban", first=first, **DEFENCE), years=2)
    chain.makes("china", 100.0)
    chain.needs("us", 10.0, use="defence")
    assert chain.unmet() == [[unmet, 10.0]]


def test_old_magnets_of_clean_goods_stay_clean() -> None:
    def chain(*parts: Any) -> Any:
        made = Chain(*parts, years=2)
        made.makes("china", [100.0, 0.0], "magnet:motor")
        made.makes("us", [5.0, 0.0], "magnet:motor")
        made.turns("us", {"scrap:motor": 1.0}, "magnet:motor")
        made.needs("us", [5.0, 0.0], "magnet:motor", "defence", back=1)
        made.needs("us", [8.0, 0.0], "magnet:motor", "cars", back=1)
        made.needs("us", [0.0, 13.0], "magnet:motor", "radar")
        return made

    assert chain().unmet() == [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    ruled = rule("content", threshold=0.001, uses=("defence", "radar"))
    # Of 13 t that come back 5 t were clean.
    assert chain(ruled).unmet() == [[0.0, 0.0], [0.0, 0.0], [0.0, 8.0]]


@pytest.mark.parametrize(
    ("kind", "origin", "unmet"),
    [
        ("ban", "", 0.0),
        ("ban", "china", 0.0),
        ("content", "", 10.0),
        ("content", "china", 10.0),
        ("content", "malaysia", 0.0),
    ],
)
def test_a_stock_of_before(kind: str, origin: str, unmet: float) -> None:
    made = {"threshold": 0.001} if kind == "content" else {}
    chain = Chain(rule(kind, **made, **DEFENCE), stockpile(50.0, origin=origin), years=1, regions=THREE)
    chain.needs("us", 10.0, use="defence")
    assert chain.unmet() == [[unmet]]


def test_a_stock_keeps_the_tracks_apart() -> None:
    chain = Chain(rule("ban", **DEFENCE), stockpile(0.0, at_most=12.0), years=2, regions=THREE)
    chain.makes("china", [100.0, 0.0])
    chain.makes("malaysia", [10.0, 0.0])
    chain.needs("us", [0.0, 20.0], use="defence")
    chain.needs("us", [0.0, 1.0], use="cars")
    # 10 t of Malaysia are stored for defence, 1 t of China for cars.
    assert chain.unmet() == [[0.0, 10.0], [0.0, 0.0]]


def test_no_rule_by_use_makes_the_optimum_better() -> None:
    for parts in ((rule("ban", **DEFENCE),), (rule("content", threshold=0.001, to=("us",)),)):
        free = defended().solve(unmet_cost=1e6).objective
        held = defended(*parts).solve(unmet_cost=1e6).objective
        off = defended(*(replace(one, active=False) for one in parts)).solve(unmet_cost=1e6).objective
        assert held > free
        assert off == free


def test_splits_follow_the_tracks() -> None:
    chain = Chain(rule("content", threshold=0.001, **DEFENCE), years=1)
    chain.makes("us", 10.0, "mixed:pass")
    plant = chain.turns("us", {"mixed:pass": 10.0}, "oxide:Dy")
    out = Pool("oxide:Dy", "us>")
    chain.builder.activities[plant] = replace(chain.builder.activities[plant], splits={"Dy": {out: 0.9}})
    found = tracks(chain.builder.scenario, chain.builder.goods, chain.builder.activities)
    assert found is not None
    twin = found.twin(chain.builder.activities[plant])
    assert twin is not None
    assert twin.splits == {"Dy": {out._replace(track="clean"): 0.9}}
    assert twin.takes == {Pool("mixed:pass", "us", "clean"): 10.0}


def test_without_such_a_rule_there_are_no_tracks() -> None:
    chain = defended(rule("ban", to=("us",)), rule("quota", "few", limit={(2026, 0): 1}))
    assert not [pool for pool in chain.solve().system.pools() if pool.track]


def test_notes_say_what_a_rule_means_here() -> None:
    made = scenario(
        rule("ban", "closed", goods=("Dy oxide", "magnets"), to=("us",), first=2026.5),
        rule("ban", "defended", goods=("Dy oxide",), **DEFENCE),
        rule("quota", "few", limit={(2026, 0): 5}),
        rule("licence", "slow", delay=45.0 / 365.25, granted=0.4, buyers=("us",)),
        rule("tariff", "duty", rate=0.25, goods=("Dy oxide",)),
        rule("content", "traces", threshold=0.001, to=("us",)),
        rule("ban", "off", active=False),
        rule("ban", "over", last=2020.0),
        stockpile(5.0),
    )
    goods = {"oxide:Dy": small.Good("oxide:Dy", "", {"Dy": 1.0})}
    told = notes(made, goods)
    for sentence in (
        "Rule off is switched off.",
        "Rule over holds in none of the years.",
        "Rule closed: no Dy oxide and magnets made in china goes to us.",
        "Rule closed: it holds for a part of 2026; the rest of what is made in that year goes free.",
        "Rule few: no limit is stated, and none holds, in 2027 and 2028.",
        "Rule slow: 40% of what each region would use without this limit gets a licence, good by good; none is granted"
        " for a stock.",
        "Rule slow: us alone of other regions can get a licence.",
        "Rule duty: no value is known, and no duty counted, of Dy oxide.",
        "defended and traces share one meaning of clean: what one of them rules is clean for none.",
        "A good in stock costs 10% of its value a year, the capital tied up (convention).",
    ):
        assert sentence in told
    assert any("45 days late: 12.3% of a year's shipments" in one for one in told)
    assert any("0.10% would be allowed" in one for one in told)
    assert notes(replace(scenario(), freight=None))[0].startswith("Freight between regions counts 150 USD/t")
    assert notes(scenario()) == ()


def test_traced_origins_bear_the_tracks_out() -> None:
    def content(*parts: Any) -> float:
        levels = defended(rule("licence", "slow", delay=0.25), *parts, years=2).solve()
        found = trace(levels)
        assert found.worst.value <= 1e-9
        (need,) = [one for one in levels.system.needs if one.use == "defence"]
        return sum(share.get("china", 0.0) for share in found.share(need, 2027).values())

    assert content() > 0.4
    assert content(rule("content", threshold=0.001, **DEFENCE)) == 0.0
