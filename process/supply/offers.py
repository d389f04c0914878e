"""What a scenario's levers offer: plants that are not there yet, with what they cost, and rows that may be passed.

A new plant is put into the scenario like any other, one for each lever, stage, region and kind, so that it trades and
yields as plants do; then its capacity is made a lever. Where a scenario names no lever, any stage may be built in the
regions of focus.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from ..data.levers import lever_facts
from ..goods import good_names, matching
from ..quantities import Value
from ..scenario import SUPPLY_STAGES, Lever, PlantStage, Scenario, SitePlant
from .chain import build
from .lacking import READ, passes
from .levers import Building, Choice, Draft, Levered
from .plants import alloyed
from .stock import year_in_stock
from .system import Array, Pool, System
from .values import told_per_t

if TYPE_CHECKING:
    from .builder import Tables
    from .yields import StageYield

MASS = ("metal", "alloy", "magnet", "recycling")
"""Stages whose new capacity counts mass; the others count rare-earth oxides."""
BY_FAMILY = ("alloy", "magnet")
"""Stages of which a plant makes one family of magnets."""
USUAL = "NdFeB"
STORED = ("magnet", "oxide", "metal")
"""Forms of goods that may be bought ahead where a lever names none."""


@dataclass(frozen=True)
class Offer:
    """A plant that may be built: one stage in one region. `most` t/year, `capital` USD per t/year where given.

    `most` holds for all plants of the same `lever`, stage and region together. `again` names the lever where an earlier
    one offers the same: each has its own room and cost.
    """

    choice: Choice
    stage: PlantStage
    first: int
    most: float | None
    capital: float | None
    lever: str = ""
    again: str = ""

    @property
    def plant(self) -> str:
        """The name that it has among the plants of the scenario; no file can name one so."""
        what = f" ({self.choice.what})" if self.choice.what else ""
        again = f", {self.again}" if self.again else ""
        return f"new {self.choice.stage}{what} in {self.choice.region}{again}"


def default_levers(scenario: Scenario) -> Mapping[str, Lever]:
    """Any stage built in the regions of focus, for a scenario that names no lever."""
    return MappingProxyType({"build": Lever("build", scenario.position)})


def first_year(scenario: Scenario, lever: Lever) -> int:
    """The first year in which a lever can work: the file's, else the first of the scenario and the usual lead time."""
    if lever.first > scenario.years[0]:
        return math.ceil(lever.first)
    lead = lever_facts().get((lever.kind, "lead"))
    return scenario.years[0] + (round(lead.value) if lead is not None and lever.first < 0.0 else 0)


def offers(scenario: Scenario, tables: Tables) -> tuple[list[Offer], list[str]]:
    """The plants that the levers of a scenario may build, and what cannot be offered, in words."""
    found: list[Offer] = []
    known: set[Choice] = set()
    notes: dict[str, None] = {}
    for name, lever in (scenario.levers or default_levers(scenario)).items():
        if lever.kind != "build":
            continue
        first = first_year(scenario, lever)
        for stage in lever.stages or SUPPLY_STAGES:
            has = tables.get(scenario.standard.get(stage, ""), {})
            if not all(one in has for one in READ.get(stage, (stage,))):
                notes.setdefault(f"no standard flowsheet for {stage}: nothing of it can be built")
                continue
            for region in dict.fromkeys(lever.regions or scenario.focus):
                for offer in _of(scenario, tables, lever, stage, region, first):
                    words = _cannot(scenario, tables, offer)
                    if words:
                        notes.setdefault(words)
                        continue
                    again = name if offer.choice in known else ""
                    found.append(replace(offer, lever=name, again=again))
            known.update(offer.choice for offer in found)
    return found, list(notes)


def _cannot(scenario: Scenario, tables: Tables, offer: Offer) -> str:
    """Why a plant cannot be offered: its flowsheet makes nothing of what it would be for; empty where it can."""
    stage = offer.stage
    table = _table(scenario, tables, stage.flowsheet, stage.stage)
    if table is None or stage.stage not in (*BY_FAMILY, "metal"):
        return ""
    kinds = [scenario.magnets[kind] for kind in stage.makes] if stage.makes else list(scenario.magnets.values())
    if stage.stage == "metal":
        metals = dict.fromkeys(name for kind in kinds for name in kind.content)
        lacking = [] if any(passes(stage, table, name) for name in metals) else list(metals)
    else:
        # A flowsheet of other magnets says nothing of these: their main rare earth is one that it carries.
        inside = [parts for kind in kinds if (parts := alloyed(kind))]
        mains = [max(parts, key=lambda name: parts[name]) for parts in inside]
        lacking = [name for name in mains if table.share(name, stage.stage) <= 0.0]
        lacking += [name for parts in inside for name in parts if not passes(stage, table, name)]
    if not lacking:
        return ""
    what = f" ({offer.choice.what})" if offer.choice.what else ""
    flowsheet = Path(stage.flowsheet or scenario.standard[stage.stage]).name
    elements = ", ".join(dict.fromkeys(lacking))
    return f"{flowsheet} makes no {stage.stage} of {elements}: no new {stage.stage}{what} can be built"


def everywhere(scenario: Scenario) -> Scenario:
    """The scenario with every stage free to grow at once in its focus, and every mine where it is."""
    mines = tuple(
        dict.fromkeys(
            one.region for plant in scenario.plants.values() for one in plant.stages.values() if one.stage == "mine"
        )
    )
    first, at = float(scenario.years[0]), scenario.position
    levers = {
        "stages": Lever("build", at, tuple(stage for stage in SUPPLY_STAGES if stage != "mine"), scenario.focus, first),
    }
    if mines:
        levers = {"mines": Lever("build", at, ("mine",), mines, first), **levers}
    return replace(scenario, levers=MappingProxyType(levers))


def _of(scenario: Scenario, tables: Tables, lever: Lever, stage: str, region: str, first: int) -> Iterable[Offer]:
    """One offer of a stage, or one by deposit of a mine and by family of magnets."""
    most = None if lever.at_most is None else lever.at_most.nominal
    capital = None if lever.cost is None else lever.cost.nominal

    def offer(what: str, flowsheet: str, deposits: tuple[str, ...] = (), makes: tuple[str, ...] = ()) -> Offer:
        counts = "mass" if stage in MASS else "REO"
        made = PlantStage(
            stage=stage,
            capacity=Value(1.0, "t/year"),
            counts=counts,
            start=float(first),
            position=lever.position,
            region=region,
            flowsheet=flowsheet,
            deposits=deposits,
            makes=makes,
        )
        return Offer(Choice("build", stage, region, what), made, first, most, capital)

    if stage == "mine":
        for deposit, flowsheet in _deposits(scenario, region).items():
            yield offer(deposit, flowsheet, deposits=(deposit,))
    elif stage in BY_FAMILY:
        for family, makes in _families(scenario).items():
            if stage == "alloy" and not any(scenario.magnets[kind].content for kind in makes):
                continue
            what = "" if family == USUAL else family
            yield offer(what, _flowsheet(scenario, tables, stage, makes), makes=makes)
    else:
        yield offer("", "")


def _deposits(scenario: Scenario, region: str) -> Mapping[str, str]:
    """The deposits that are mined in a region, each with the flowsheet of its mine."""
    out: dict[str, str] = {}
    for plant in scenario.plants.values():
        for one in plant.stages.values():
            if one.stage == "mine" and one.region == region:
                for deposit in one.deposits or (one.flowsheet,):
                    out.setdefault(deposit, one.flowsheet)
    return out


def _families(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for kind in scenario.magnets.values():
        out[kind.family] = (*out.get(kind.family, ()), kind.name)
    return out


def _flowsheet(scenario: Scenario, tables: Tables, stage: str, makes: tuple[str, ...]) -> str:
    """The flowsheet of a plant that makes these kinds, where one is named; else the standard one."""
    for plant in scenario.plants.values():
        for one in plant.stages.values():
            if one.stage == stage and set(one.makes) & set(makes) and stage in tables.get(one.flowsheet, {}):
                return one.flowsheet
    return ""


def _table(scenario: Scenario, tables: Tables, flowsheet: str, stage: str) -> StageYield | None:
    """What a flowsheet says of a stage, else the standard one."""
    for name in (flowsheet, scenario.standard.get(stage, "")):
        found = tables.get(name, {}).get(stage)
        if found is not None:
            return found
    return None


def levered(scenario: Scenario, tables: Tables, charge: float, *, free: bool = False) -> tuple[Levered, list[str]]:
    """The chain of a scenario with its levers, and notes on what could not be offered.

    `charge` is the share of capital that each year bears. With `free` every stage may grow in any year, and what
    stands in one year need not stand in the next: what each stage is short by, year for year.
    """
    subject = everywhere(scenario) if free else scenario
    found, notes = offers(subject, tables)
    new = {
        offer.plant: SitePlant(
            name=offer.plant,
            owner="",
            region=offer.choice.region,
            stages=MappingProxyType({offer.choice.stage: offer.stage}),
            position=subject.position,
        )
        for offer in found
    }
    system = build(replace(subject, plants=MappingProxyType({**subject.plants, **new})), tables)
    draft = Draft(system)
    years = np.array(scenario.years)
    together: dict[tuple[str, str, str], list[int]] = {}
    rooms: dict[tuple[str, str, str], Array] = {}
    for offer in found:
        table = _table(subject, tables, offer.stage.flowsheet, offer.choice.stage)
        most = np.where(years >= offer.first, np.nan if offer.most is None else offer.most, 0.0)
        capital = offer.capital
        if capital is None:
            capital = (
                table.capital_usd_per_t_year * _made_per_counted(system, offer.plant) if table is not None else 0.0
            )
        if capital <= 0.0:
            notes.append(f"no capital is known of {offer.plant}: it counts as its running cost alone")
        unit = "t/year" if offer.stage.counts == "mass" else "t REO/year"
        if draft.build(Building(offer.choice, offer.plant, unit, most, capital, charge, keeps=not free)):
            key = (offer.lever, offer.choice.stage, offer.choice.region)
            together.setdefault(key, []).extend(draft.options[-1].columns)
            rooms[key] = most
    for key, columns in together.items():
        _, stage, region = key
        draft.within(f"new {stage} in {region}, the most of lever {key[0]}", region, columns, rooms[key])
    if not free:
        for lever in scenario.levers.values():
            _others(draft, scenario, lever)
    return draft.levered(), notes


def _made_per_counted(system: System, plant: str) -> float:
    """t that a plant makes, as its flowsheet's costs count, for each t of the capacity it uses; the most of its feeds.

    Costs count rare earths contained of mixtures, oxides and metals, mass of alloy and magnets. A recycling plant's
    nameplate counts what goes in, its costs the rare earths in oxides that come out: of 1 t of swarf with 30 % NdPr, of
    which 85 % are won, 0.255 t.
    """
    ratios = []
    for bound in system.bounds:
        if bound.kind != "capacity" or bound.plant != plant:
            continue
        form = MADE[bound.stage]
        for i, weight in bound.of:
            made = sum(
                output.amount for output in system.activities[i].makes if output.pool.good.partition(":")[0] == form
            )
            per = float(np.max(np.asarray(weight, dtype=float)))
            if per > 0.0:
                ratios.append(made / per)
    return max(ratios, default=0.0)


MADE = {
    "mine": "concentrate",
    "cracking": "mixed",
    "separation": "oxide",
    "heavy_separation": "oxide",
    "metal": "metal",
    "alloy": "alloy",
    "magnet": "magnet",
    "recycling": "oxide",
}
"""The form of goods by which the costs of a stage count."""


def _others(draft: Draft, scenario: Scenario, lever: Lever) -> None:
    """Levers that build nothing: more old magnets, more of other kinds, goods bought ahead."""
    first = np.array(scenario.years) >= first_year(scenario, lever)
    for region in lever.regions or scenario.focus:
        if lever.kind == "recycle":
            most, cost, note = _figures(lever)
            draft.collect(region, np.where(first, most, 0.0), cost, note)
        elif lever.kind == "substitute":
            most, cost, note = _figures(lever)
            draft.substitute(region, np.where(first, most, 0.0), cost, note)
        elif lever.kind == "stockpile":
            for good in _stored(draft, scenario, lever):
                value = draft.goods[good].value / told_per_t(good)
                cost = year_in_stock(scenario, value) if lever.cost is None else lever.cost.nominal
                limit = np.nan if lever.at_most is None else lever.at_most.nominal
                note = "" if scenario.hold is None or lever.cost is not None else f"{cost:,.0f} USD/t a year in stock"
                draft.ahead(Pool(good, region), cost, np.where(first, limit, 0.0), note)


def _figures(lever: Lever) -> tuple[float, float, str]:
    """The share and the cost of a lever, of the file or assumed, and what is assumed."""
    facts = lever_facts()
    share, cost = facts[lever.kind, "at_most"], facts[lever.kind, "cost"]
    notes = []
    if lever.at_most is None:
        notes.append(f"up to {share.value:.0%} (assumed, {share.low:.0%} to {share.high:.0%})")
    if lever.cost is None:
        notes.append(f"{cost.value:,.0f} USD/t (assumed, {cost.low:,.0f} to {cost.high:,.0f})")
    return (
        share.value if lever.at_most is None else lever.at_most.nominal,
        cost.value if lever.cost is None else lever.cost.nominal,
        "; ".join(notes),
    )


def _stored(draft: Draft, scenario: Scenario, lever: Lever) -> tuple[str, ...]:
    """The goods that a lever may buy ahead: those it names, else all magnets, oxides and metals that are asked for."""
    names = list(draft.goods)
    if not lever.goods:
        taken = {pool.good for one in draft.activities if one.kind != "trade" for pool in one.takes}
        return tuple(name for name in names if name.partition(":")[0] in STORED and name in taken)
    deposits = {name.partition(":")[2] for name in names}
    patterns = [name for text in lever.goods for name in good_names(text, tuple(scenario.magnets), tuple(deposits))]
    return matching(patterns, names)


def lifted(scenario: Scenario) -> tuple[str, ...]:
    """The active rules that a lever may set aside."""
    out: dict[str, None] = {}
    for lever in scenario.levers.values():
        if lever.kind == "lift":
            out.update(dict.fromkeys(lever.rules or scenario.rules))
    return tuple(name for name in out if name in scenario.rules and scenario.rules[name].active)


def without_rules(scenario: Scenario, names: Iterable[str]) -> Scenario:
    """The scenario with some rules of trade off."""
    off = set(names)
    rules = {name: replace(rule, active=rule.active and name not in off) for name, rule in scenario.rules.items()}
    return replace(scenario, rules=MappingProxyType(rules))
