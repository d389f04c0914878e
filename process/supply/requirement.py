"""What demand asks of each stage: magnets pulled back to alloy, metal, oxide and ore through the chain's yields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..elements import INDEX, OXIDE_FACTOR, members
from .system import Array, Good, System
from .values import oxide_factor

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .yields import StageYield

    Tables = Mapping[str, Mapping[str, StageYield]]

ITEMS = ("NdPr", "Dy", "Tb")
"""What gaps are told for besides magnets: elements and groups, in t of oxide."""
LIGHT = "NdPr"
"""The item that a separation finishes; the others leave it with the heavies where its flowsheet says so."""
ALLOY, MAGNETS = "alloy", "magnets"
"""The items that count in t of mass."""


@dataclass(frozen=True)
class Requirement:
    """What each stage would have to make for a demand, t/year by (stage, item), shape (years,).

    NdPr, Dy and Tb are in t of oxide, alloy and magnets in t of mass. `returned` is the oxide of each item that swarf
    and old magnets bring back, already taken off; `share` of what arises the recycling plants can take, 0..1.
    """

    needed: Mapping[tuple[str, str], Array]
    returned: Mapping[str, Array]
    share: Array
    notes: tuple[str, ...]


def held(good: Good, item: str) -> float:
    """t of an item's oxide that a t of a good holds."""
    if item in good.content:
        return good.content[item] * oxide_factor(item)
    return sum(good.content.get(e, 0.0) * float(OXIDE_FACTOR[INDEX[e]]) for e in members(item))


def passed(table: StageYield, item: str, form: str) -> float:
    """Share of an item that enters a stage which leaves in a form, `StageYield.share`.

    What the flowsheet does not carry goes as its Nd and Pr do.
    """
    if any(e in table.yields for e in members(item)):
        return table.share(item, form)
    return 0.0 if item == LIGHT else passed(table, LIGHT, form)


@dataclass(frozen=True)
class _Standard:
    """The yields of the flowsheets that a scenario takes as its standard, for the items."""

    scenario: Scenario
    tables: Tables
    cracked: bool
    """Whether the regions crack in plants of their own, not where they separate."""
    finished: bool
    """Whether any plant of the scenario parts heavies on its own: separations then leave them together."""

    def of(self, stage: str) -> StageYield | None:
        """The yields of a stage; None where the scenario names no flowsheet that has it."""
        found = self.tables.get(self.scenario.standard.get(stage, ""), {})
        if stage != "separation":
            return found.get(stage)
        name = "extraction" if self.cracked else stage
        return found.get(f"light_{name}" if self.finished else name, found.get(name, found.get(stage)))

    def share(self, stage: str, item: str, form: str) -> float:
        """The share that passes; all where no flowsheet says."""
        table = self.of(stage)
        return 1.0 if table is None else passed(table, item, form)


def _kinds(system: System, regions: Collection[str]) -> dict[str, Array]:
    """t/year of each kind of magnet that regions ask for, shape (years,)."""
    out: dict[str, Array] = {}
    for need in system.needs:
        if need.region in regions and need.good.startswith("magnet:"):
            kind = need.good.partition(":")[2]
            out[kind] = out.get(kind, np.zeros(len(system.years))) + need.tonnes
    return out


@dataclass
class _Back:
    """What comes back in a year: t of mass, and t of oxide of each item, shape (years,)."""

    mass: Array
    items: dict[str, Array]

    def add(self, good: Good, tonnes: Array) -> None:
        self.mass = self.mass + tonnes
        for item in ITEMS:
            self.items[item] = self.items[item] + tonnes * held(good, item)


def _old(scenario: Scenario, system: System, regions: Collection[str], back: _Back) -> None:
    """Adds the old magnets that are collected if all that is asked for is delivered."""
    years = len(system.years)
    collected = {
        (use.region, use.use): np.array([use.collected.at(year) for year in system.years])
        for use in scenario.demand
        if use.collected is not None
    }
    places: dict[str, tuple[str, str]] = {}
    for activity in system.activities:
        if activity.kind != "deliver":
            continue
        for index, amount in activity.serves.items():
            need = system.needs[index]
            key = (need.region, need.use)
            own = any(pool.good == need.good for pool in activity.takes)
            if need.region not in regions or key not in collected or not own or amount <= 0.0:
                continue
            for output in activity.makes:
                places[output.pool.good] = key
                returned = np.zeros(years)
                if output.lag < years:
                    returned[output.lag :] = (need.tonnes * output.amount / amount)[: years - output.lag]
                back.add(system.goods[output.pool.good], returned * collected[key])
    for given in system.givens:
        if given.pool.good in places:
            back.add(system.goods[given.pool.good], given.tonnes * collected[places[given.pool.good]])


def _room(system: System, regions: Collection[str]) -> Array:
    """t/year of mass that recycling plants of regions can take, shape (years,)."""
    out = np.zeros(len(system.years))
    for bound in system.bounds:
        if bound.kind == "capacity" and bound.stage == "recycling" and bound.region in regions and bound.of:
            ratios = [sum(system.activities[i].takes.values()) / np.asarray(weight) for i, weight in bound.of]
            out += np.max(ratios, axis=0) * np.nan_to_num(bound.most)
    return out


def needed(scenario: Scenario, system: System, tables: Tables, regions: Collection[str] | None = None) -> Requirement:
    """What the demand of regions (the scenario's focus) asks of each stage, as if they made it all themselves.

    Magnets of the kinds that were asked for, substitutes left aside. Yields are those of the flowsheets that
    `Scenario.standard` names; where it names none a stage loses nothing, and a note says so. Swarf and old magnets
    come back as oxide, as far as the regions' recycling plants can take them.
    """
    where, years = tuple(regions or scenario.focus), len(system.years)
    own = {activity.stage for activity in system.activities if activity.region in where and activity.kind == "plant"}
    cracked = "cracking" in own
    apart = any("heavy_separation" in plant.stages for plant in scenario.plants.values())
    standard = _Standard(scenario, tables, cracked, apart)
    none = np.zeros(years)
    magnets, alloy = none, none
    metal = dict.fromkeys(ITEMS, none)
    back = _Back(none, dict.fromkeys(ITEMS, none))
    for kind, tonnes in _kinds(system, where).items():
        good, diffused = system.goods[f"magnet:{kind}"], scenario.magnets[kind].diffused
        magnets = magnets + tonnes
        inside = {name: share for name, share in good.content.items() if name not in diffused}
        if not inside:
            continue
        main = max(inside, key=lambda name: inside[name])
        kept = standard.share("magnet", main, "magnet")
        molten = Good(f"alloy:{kind}", "alloy", inside)
        cast = _over(tonnes, kept)
        alloy = alloy + cast
        if standard.of("magnet") is not None:
            swarf = min(standard.share("magnet", main, "swarf"), 1.0 - kept)
            back.add(molten, np.where(np.isfinite(cast), cast, 0.0) * swarf)
        for item in ITEMS:
            laid = held(good, item) - held(molten, item)
            taken = _own(standard, item, "diffused") or kept
            part = held(molten, item)
            into = _over(cast * part, standard.share("alloy", item, "alloy")) if part > 0.0 else none
            metal[item] = metal[item] + into + _over(tonnes * laid, taken)
    _old(scenario, system, where, back)
    room = _room(system, where)
    share = np.minimum(1.0, np.divide(room, back.mass, out=np.zeros(years), where=back.mass > 0.0))
    out: dict[tuple[str, str], Array] = {("magnet", MAGNETS): magnets, ("alloy", ALLOY): alloy}
    returned: dict[str, Array] = {}
    for item in ITEMS:
        oxide = _over(metal[item], standard.share("metal", item, "metal"))
        for need in system.needs:
            if need.region in where and need.good == f"oxide:{item}":
                oxide = oxide + need.tonnes
        returned[item] = np.minimum(share * back.items[item] * standard.share("recycling", item, "oxide"), oxide)
        fresh = oxide - returned[item]
        straight, heavy = _ways(standard, item)
        finish = standard.share("heavy_separation", item, "oxide")
        entering = _over(fresh, straight + heavy * finish)
        out["metal", item] = metal[item]
        if heavy > 0.0:
            out["heavy_separation", item] = entering * heavy * finish if finish > 0.0 else none
        out["separation", item] = entering * (straight + heavy) if straight + heavy > 0.0 else entering
        if cracked:
            out["cracking", item] = entering
            entering = _over(entering, standard.share("cracking", item, "mixed"))
        out["mine", item] = entering
    return Requirement(out, returned, share, _notes(standard, own))


def _own(standard: _Standard, item: str, form: str) -> float:
    """What the magnet stage's flowsheet itself says of an item in a form; 0 where it says nothing."""
    table = standard.of("magnet")
    return 0.0 if table is None else table.share(item, form)


def _ways(standard: _Standard, item: str) -> tuple[float, float]:
    """Shares of an item entering separation that leave as its own oxide, and with the heavies to be finished."""
    if standard.of("separation") is None:
        return (1.0, 0.0) if item == LIGHT else (0.0, 1.0)
    straight = standard.share("separation", item, "oxide")
    if item == LIGHT:
        return straight, 0.0
    return straight, min(standard.share("separation", item, "heavy"), 1.0 - straight)


def _over(amount: Array, share: float) -> Array:
    """What must enter for an amount to leave; infinite where a stage passes nothing of it."""
    return amount / share if share > 0.0 else np.where(amount > 0.0, np.inf, 0.0)


def _notes(standard: _Standard, stages: Collection[str]) -> tuple[str, ...]:
    without = sorted(name for name in stages if name not in ("", "collection") and standard.of(name) is None)
    if not without:
        return ()
    return (f"no standard flowsheet for {', '.join(without)}: demand is pulled back there without losses",)
