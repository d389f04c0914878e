"""The gap by stage and year: what plants of some regions could make, what demand asks for, what was made and bought."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..scenario import SUPPLY_STAGES, PlantStage
from .requirement import ALLOY, ITEMS, LIGHT, MAGNETS, Requirement, held
from .system import Activity, Array, Bound, Good, Pool, System
from .values import oxide_factor

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .program import Levels

UNITS = {ALLOY: "t", MAGNETS: "t"}
OXIDE = "t oxide"
"""The unit of all other items."""
WORLD = "world"
"""The place of the common market."""
RETURNS = ("swarf", "scrap", "spent")
"""Forms of what goes back: no product of a stage."""
SMALL = 1e-6
"""t/year below which a difference is none, as a share of what is needed."""


@dataclass(frozen=True, slots=True)
class StageGap:
    """One item at one stage, t/year by year, shape (years,).

    `nameplate` is what the plants that run could make if all of it were there, `effective` the same after ramp-up,
    availability and delay; both of an item as if the plants made as much of it as the ores that are mined allow.
    `needed` is what demand asks of the stage, `made` and `imported` what the solution makes and buys.
    """

    stage: str
    item: str
    nameplate: Array
    effective: Array
    needed: Array
    made: Array
    imported: Array

    @property
    def unit(self) -> str:
        """`t oxide`, or `t` for alloy and magnets."""
        return UNITS.get(self.item, OXIDE)

    @property
    def gap(self) -> Array:
        """What is needed beyond the effective capacity, t/year, never below zero."""
        short = self.needed - self.effective
        return np.where(short > SMALL * np.abs(self.needed), short, 0.0)


@dataclass(frozen=True, slots=True)
class Surplus:
    """An oxide that nobody takes: t of oxide a year by year, and what was made of it, shape (years,)."""

    element: str
    tonnes: Array
    made: Array

    @property
    def share(self) -> Array:
        """What nobody takes as a share of what was made, 0 where nothing was."""
        return np.divide(self.tonnes, self.made, out=np.zeros_like(self.made), where=self.made > 0.0)


def stage_of(good: Good, item: str, heavies: bool) -> str:
    """The stage that a good is the product of, for an item; empty for what goes back and what holds none."""
    if good.form in RETURNS or amount(good, item) <= 0.0:
        return ""
    if good.form == "oxide":
        return "heavy_separation" if heavies and item != LIGHT else "separation"
    by_form = {"concentrate": "mine", "mixed": "cracking", "heavy": "separation"}
    return by_form.get(good.form, good.form)


def amount(good: Good, item: str) -> float:
    """t of an item per t of a good: oxide held, or mass of alloy and magnets."""
    if item in UNITS:
        return float(good.form == item.removesuffix("s"))
    return held(good, item)


def made_per_level(system: System, activity: Activity, item: str) -> float:
    """t of an item in what an activity makes per unit of level, what goes back left out."""
    outputs = ((system.goods[output.pool.good], output.amount) for output in activity.makes)
    return sum(amount(good, item) * tonnes for good, tonnes in outputs if good.form not in RETURNS)


def mined(system: System) -> Mapping[str, Array]:
    """t/year of each mixture that all mines together could bring, shape (years,); only mixtures that are mined."""
    years = len(system.years)
    sources = {i: activity for i, activity in enumerate(system.activities) if activity.kind == "source"}
    out: dict[str, Array] = {}
    for bound in system.bounds:
        for i, weight in bound.of if bound.kind == "capacity" else ():
            if i in sources:
                for output in sources[i].makes:
                    most = output.amount * np.nan_to_num(bound.most) / np.asarray(weight)
                    out[output.pool.good] = out.get(output.pool.good, np.zeros(years)) + most
    for i, activity in sources.items():
        if activity.most is not None and not any(i == at for bound in system.bounds for at, _ in bound.of):
            for output in activity.makes:
                out[output.pool.good] = out.get(output.pool.good, np.zeros(years)) + output.amount * activity.most
    return out


def _ore(activity: Activity) -> str:
    """The mixture that an activity takes, empty where it takes none."""
    return next((pool.good for pool in activity.takes if pool.good.partition(":")[0] == "concentrate"), "")


def could_make(system: System, bound: Bound, item: str, room: Array, ores: Mapping[str, Array]) -> Array:
    """t/year of an item that the activities under a row could make with so much of it, shape (years,).

    The richest ore first, each as far as it is mined.
    """
    out, left = np.zeros(len(system.years)), np.nan_to_num(room).copy()
    found = []
    seen: set[str] = set()
    for i, weight in bound.of:
        activity = system.activities[i]
        per_level = made_per_level(system, activity, item)
        if per_level > 0.0:
            use = np.broadcast_to(np.asarray(weight, dtype=float), left.shape)
            found.append((per_level / float(np.max(use)), activity, per_level, use))
    for _, activity, per_level, use in sorted(found, key=lambda one: -one[0]):
        ore = _ore(activity)
        if ore in seen:  # the same ore into another track
            continue
        seen.update({ore} if ore else ())
        level = np.divide(left, use, out=np.zeros_like(left), where=use > 0.0)
        if ore in ores:
            level = np.minimum(level, ores[ore] / sum(activity.takes.values()))
        out += per_level * level
        left -= use * level
    return out


def nameplate(stage: PlantStage, years: Collection[int]) -> Array:
    """t/year of what the stage counts, in the years in which it runs at all, late as the file says; shape (years,)."""
    start = stage.start + (stage.delay.nominal if stage.delay is not None else 0.0)
    runs = [start < year + 1.0 and (stage.stop is None or stage.stop > year) for year in years]
    return np.array([stage.capacity.nominal if one else 0.0 for one in runs])


def _plates(scenario: Scenario, bound: Bound, years: Collection[int]) -> Array:
    plant = scenario.plants.get(bound.plant)
    found = [one for one in plant.stages.values() if one.stage == bound.stage] if plant else []
    if not found:
        return np.nan_to_num(bound.most)
    return sum((nameplate(one, years) for one in found), np.zeros(len(years)))


def _foreign(system: System, levels: Array, where: Collection[str]) -> Mapping[Pool, Array]:
    """What of the common market's goods comes from other regions, 0..1, shape (years,); pools are mixed perfectly."""
    years = len(system.years)
    own: dict[Pool, Array] = {}
    every: dict[Pool, Array] = {}
    for activity, level in zip(system.activities, levels, strict=True):
        for output in activity.makes if activity.kind == "trade" else ():
            if output.pool.place == WORLD and output.lag < years:
                came = np.zeros(years)
                came[output.lag :] = output.amount * level[: years - output.lag]
                every[output.pool] = every.get(output.pool, np.zeros(years)) + came
                if any(pool.region in where for pool in activity.takes):
                    own[output.pool] = own.get(output.pool, np.zeros(years)) + came
    return {
        pool: 1.0 - np.divide(tonnes, every[pool], out=np.zeros(years), where=every[pool] > 0.0)
        for pool, tonnes in own.items()
    }


def _imports(
    system: System,
    levels: Array,
    item: str,
    stage: str,
    where: Collection[str],
    heavies: bool,
    foreign: Mapping[Pool, Array],
) -> Array:
    """t/year of an item that regions buy elsewhere; what they buy of their own on the common market is none."""
    out = np.zeros(len(system.years))
    for activity, level in zip(system.activities, levels, strict=True):
        if activity.kind != "trade" or any(pool.region in where for pool in activity.takes):
            continue
        for pool in activity.takes:
            level = level * foreign.get(pool, 1.0)
        for output in activity.makes:
            good = system.goods[output.pool.good]
            if output.pool.region in where and stage_of(good, item, heavies) == stage:
                last = len(out) - output.lag
                if last > 0:
                    out[output.lag :] += amount(good, item) * output.amount * level[:last]
    return out


def table(
    scenario: Scenario, levels: Levels, required: Requirement, regions: Collection[str] | None = None
) -> tuple[StageGap, ...]:
    """The gap table of some regions (the scenario's focus): every stage and item that demand or a plant names.

    Old magnets and swarf are already taken off what is needed, so of recycling itself nothing is needed.
    """
    system, where = levels.system, tuple(regions or scenario.focus)
    ores = mined(system)
    years = len(system.years)
    heavies = any(stage == "heavy_separation" for stage, _ in required.needed)
    foreign = _foreign(system, levels.levels, where)
    out = []
    for stage in SUPPLY_STAGES:
        bounds = [b for b in system.bounds if b.kind == "capacity" and b.stage == stage and b.region in where]
        items = {"alloy": (ALLOY,), "magnet": (MAGNETS,)}.get(stage, ITEMS)
        for item in items:
            plates, effective, made = np.zeros(years), np.zeros(years), np.zeros(years)
            for bound in bounds:
                plates += could_make(system, bound, item, _plates(scenario, bound, system.years), ores)
                effective += could_make(system, bound, item, bound.most, ores)
            for activity, level in zip(system.activities, levels.levels, strict=True):
                if activity.stage == stage and activity.region in where and activity.kind in ("plant", "source"):
                    made += made_per_level(system, activity, item) * level
            asked = required.needed.get((stage, item))
            if asked is None and not plates.any():
                continue
            bought = _imports(system, levels.levels, item, stage, where, heavies, foreign)
            out.append(
                StageGap(stage, item, plates, effective, np.zeros(years) if asked is None else asked, made, bought)
            )
    return tuple(out)


def surplus(levels: Levels, regions: Collection[str] | None = None) -> tuple[Surplus, ...]:
    """Oxides that nobody takes, of some regions or of all, the largest first: what ores bring besides what is wanted.

    Counts single oxides; NdPr counts once.
    """
    system = levels.system
    left: dict[str, Array] = {}
    made: dict[str, Array] = {}
    years = len(system.years)

    def counts(pool: Pool) -> bool:
        return pool.good.startswith("oxide:") and (regions is None or pool.region in regions)

    for pool, tonnes in zip(levels.pools, levels.surplus, strict=True):
        if counts(pool):
            name = system.goods[pool.good].what
            left[name] = left.get(name, np.zeros(years)) + tonnes
    for activity, level in zip(system.activities, levels.levels, strict=True):
        for output in activity.makes if activity.kind == "plant" else ():
            if counts(output.pool):
                name = system.goods[output.pool.good].what
                made[name] = made.get(name, np.zeros(years)) + output.amount * level
    factors = {name: oxide_factor(name) for name in made}
    found = [Surplus(name, left.get(name, np.zeros(years)) * k, made[name] * k) for name, k in factors.items()]
    found = [one for one in found if float(one.tonnes.max(initial=0.0)) > SMALL * float(one.made.max(initial=0.0))]
    return tuple(sorted(found, key=lambda one: (-float(one.tonnes.max()), one.element)))
