"""What a solution does: who is served and by what, how much plants run, who sells what to whom, what comes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .gaps import RETURNS, nameplate
from .requirement import ITEMS, held
from .system import Array, System
from .values import oxide_factor

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .program import Levels

WORLD = "world"
LEAST = 1e-6
"""Flows below this share of the largest of their kind are what a solver leaves."""


@dataclass(frozen=True, slots=True)
class UseOutcome:
    """One demand by year, t/year, shape (years,): what was asked, what is unmet, and what served it, by good.

    `served` counts in t of the good that was asked for, whatever stands in for it.
    """

    region: str
    use: str
    good: str
    asked: Array
    unmet: Array
    served: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class PlantOutcome:
    """One stage of a plant by year, t/year of what its nameplate counts, shape (years,)."""

    plant: str
    owner: str
    region: str
    stage: str
    counts: str
    status: str
    nameplate: Array
    effective: Array
    used: Array

    @property
    def utilisation(self) -> Array:
        """What is used of the effective capacity, 0..1; NaN where there is none."""
        return np.divide(self.used, self.effective, out=np.full_like(self.used, np.nan), where=self.effective > 0.0)


@dataclass(frozen=True, slots=True)
class FlowOutcome:
    """A good that goes from one region to another, t/year by year, shape (years,): oxides as oxide.

    What the common market sells counts by what each region sold to it, perfectly mixed.
    """

    good: str
    origin: str
    to: str
    tonnes: Array


@dataclass(frozen=True, slots=True)
class Returned:
    """What recycling plants take and bring, t/year by year, shape (years,): by good taken, and oxide by item."""

    taken: Mapping[str, Array]
    brought: Mapping[str, Array]


def uses(levels: Levels, regions: Collection[str]) -> tuple[UseOutcome, ...]:
    """The demand of regions, in the order of the system."""
    system = levels.system
    out = []
    for index, need in enumerate(system.needs):
        if need.region not in regions:
            continue
        served: dict[str, Array] = {}
        for activity, level in zip(system.activities, levels.levels, strict=True):
            if index in activity.serves:
                (good,) = {pool.good for pool in activity.takes}
                served[good] = served.get(good, np.zeros(len(system.years))) + activity.serves[index] * level
        out.append(UseOutcome(need.region, need.use, need.good, need.tonnes, levels.unmet[index], served))
    return tuple(out)


def plants(scenario: Scenario, levels: Levels) -> tuple[PlantOutcome, ...]:
    """Every stage of every plant, in the order of the scenario."""
    system = levels.system
    rows = {(bound.plant, bound.stage): bound for bound in system.bounds if bound.kind == "capacity"}
    out = []
    for name, plant in scenario.plants.items():
        for one in plant.stages.values():
            bound = rows.get((name, one.stage))
            if bound is None:
                continue
            used = sum((np.asarray(w) * levels.levels[i] for i, w in bound.of), np.zeros(len(system.years)))
            plates = nameplate(one, system.years)
            made = PlantOutcome(
                name,
                plant.owner,
                one.region,
                one.stage,
                one.counts,
                one.status,
                plates,
                np.nan_to_num(bound.most),
                used,
            )
            out.append(made)
    return tuple(out)


def flows(levels: Levels, regions: Collection[str]) -> tuple[FlowOutcome, ...]:
    """What regions buy from others and sell to them, the largest first within a good."""
    system = levels.system
    years = len(system.years)
    sold: dict[str, dict[str, Array]] = {}
    bought: dict[tuple[str, str], Array] = {}
    straight: dict[tuple[str, str, str], Array] = {}
    for activity, level in zip(system.activities, levels.levels, strict=True):
        if activity.kind != "trade":
            continue
        ((source, taken),) = activity.takes.items()
        for output in activity.makes:
            arrived = np.zeros(years)
            if output.lag < years:
                arrived[output.lag :] = output.amount * level[: years - output.lag]
            if output.pool.place == WORLD:
                by = sold.setdefault(source.good, {})
                by[source.region] = by.get(source.region, np.zeros(years)) + taken * level
            elif source.place == WORLD:
                key = (source.good, output.pool.region)
                bought[key] = bought.get(key, np.zeros(years)) + arrived
            else:
                way = (source.good, source.region, output.pool.region)
                straight[way] = straight.get(way, np.zeros(years)) + arrived
    for (name, to), tonnes in bought.items():
        total = sum(sold.get(name, {}).values(), np.zeros(years))
        for origin, part in sold.get(name, {}).items():
            share = np.divide(part, total, out=np.zeros(years), where=total > 0.0)
            straight[name, origin, to] = straight.get((name, origin, to), np.zeros(years)) + share * tonnes
    found = []
    for (name, origin, to), tonnes in straight.items():
        good = system.goods[name]
        if origin == to or not {origin, to} & set(regions):
            continue
        factor = oxide_factor(good.what) if good.form == "oxide" else 1.0
        found.append(FlowOutcome(name, origin, to, tonnes * factor))
    least = LEAST * max((float(one.tonnes.max(initial=0.0)) for one in found), default=0.0)
    order = {name: i for i, name in enumerate(system.goods)}
    kept = [one for one in found if one.tonnes.max(initial=0.0) > least]
    return tuple(sorted(kept, key=lambda one: (order[one.good], -float(one.tonnes.sum()), one.origin, one.to)))


def returned(levels: Levels, regions: Collection[str]) -> Returned:
    """What recycling in regions takes and brings."""
    system: System = levels.system
    taken: dict[str, Array] = {}
    brought: dict[str, Array] = {}
    years = len(system.years)
    for activity, level in zip(system.activities, levels.levels, strict=True):
        if activity.stage != "recycling" or activity.region not in regions or activity.kind != "plant":
            continue
        for pool, tonnes in activity.takes.items():
            form = pool.good.partition(":")[0]
            if form in RETURNS:
                taken[form] = taken.get(form, np.zeros(years)) + tonnes * level
        for output in activity.makes:
            good = system.goods[output.pool.good]
            for item in ITEMS:
                if good.form == "oxide" and (tonnes_of := held(good, item)) > 0.0:
                    brought[item] = brought.get(item, np.zeros(years)) + tonnes_of * output.amount * level
    return Returned(taken, brought)
