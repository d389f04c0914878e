"""Plants with a published cost, each beside what the cost model gives for it; the scope factors that follow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import cost_index, exchange_rate
from ..data.investment import GROUPS, KnownPlant, capital_factors, compliance, known_plants
from ..economics.equipment import purchases
from ..economics.installed import enlarged, factors, shares
from ..flowsheet import load
from ..network.solution import Solution
from ..supply.capacity import added, counted, hours_per_year, product_outlets, throughput

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlantCost:
    """A plant's cost as published and as predicted, million USD of the year of its cost.

    `scale` is its capacity over that of its flowsheet; `installed` what its equipment costs installed in its region, by
    group of stages, before the scope factor; `left_out` the ratio with a scope factor from the other plants of its
    group, NaN where it has no say in it or is alone.
    """

    plant: KnownPlant
    scale: float
    installed: Mapping[str, float]
    predicted: float
    actual: float
    left_out: float

    @property
    def ratio(self) -> float:
        """Predicted over actual."""
        return self.predicted / self.actual

    @property
    def group(self) -> str:
        """The group of stages that it belongs to, or `several`."""
        return self.plant.groups[0] if len(self.plant.groups) == 1 else "several"


@dataclass(frozen=True)
class Agreement:
    """Predicted over actual of some plants: how many, geometric mean, and geometric spread (NaN for fewer than two)."""

    plants: int
    mean: float
    spread: float


@dataclass(frozen=True)
class Scope:
    """What plants of a group cost over their installed equipment, and which plants say so.

    `compliance` is fitted with it, by region, where the data have one of the group's own. `spread` is the geometric
    spread of what is left over, n less the numbers fitted; NaN where nothing is.
    """

    group: str
    value: float
    compliance: Mapping[str, float]
    spread: float
    plants: tuple[str, ...]


def agreement(ratios: Iterable[float]) -> Agreement:
    """Geometric mean exp(mean ln r) and spread exp(sd ln r) of ratios, the latter with n − 1.

    >>> found = agreement([0.5, 2.0])
    >>> found.mean, round(found.spread, 3)
    (1.0, 2.665)
    """
    logs = np.log(np.array(list(ratios), dtype=float))
    if not len(logs):
        return Agreement(0, float("nan"), float("nan"))
    spread = float(np.exp(np.std(logs, ddof=1))) if len(logs) > 1 else float("nan")
    return Agreement(len(logs), float(np.exp(np.mean(logs))), spread)


def calibrate(plants: Iterable[KnownPlant] | None = None) -> Mapping[str, Scope]:
    """The scope factor of each group of stages that has plants: geometric means over them, nothing per plant.

    From the plants that `KnownPlant.calibrates` lets count, or from `plants`, each of one group.
    """
    return _calibrated([plant for plant in known_plants() if plant.calibrates] if plants is None else plants)


def check() -> tuple[PlantCost, ...]:
    """Every plant with a published capacity and cost beside the model's, with the stored scope factors."""
    stored = {group: capital_factors()["scope", group].value for group in dict.fromkeys(GROUPS.values())}
    out = []
    for plant in known_plants():
        scale, located = _located(plant)
        rules = {group: float(factors(plant.region, group=group)[1]) for group in located}
        by_group = {group: million * rules[group] for group, million in located.items()}
        predicted = sum(million * stored[group] for group, million in by_group.items())
        left = _left_out(plant) / _actual(plant) if plant.calibrates else float("nan")
        out.append(PlantCost(plant, scale, MappingProxyType(by_group), predicted, _actual(plant), left))
    return tuple(out)


def _left_out(plant: KnownPlant) -> float:
    """Million USD of a plant by the factors of its group's others; NaN where they do not give them."""
    (group,) = plant.groups
    rest = [one for one in known_plants() if one.calibrates and one is not plant and one.groups == plant.groups]
    found = _calibrated(rest).get(group)
    if found is None:
        return float("nan")
    own = compliance(plant.region, group)[0].endswith(f".{group}")
    rules = found.compliance.get(plant.region, float("nan")) if own else float(factors(plant.region)[1])
    return _located(plant)[1][group] * found.value * rules


def summary(costs: Iterable[PlantCost]) -> Mapping[str, Agreement]:
    """How well predictions agree: `all`, those that calibrate and those that do not, each left out once, by group."""
    costs = tuple(costs)
    groups = dict.fromkeys(one.group for one in costs)
    chosen: dict[str, list[float]] = {
        "all": [one.ratio for one in costs],
        "calibrating": [one.ratio for one in costs if one.plant.calibrates],
        "calibrating, each left out once": [one.left_out for one in costs if np.isfinite(one.left_out)],
        "not calibrating": [one.ratio for one in costs if not one.plant.calibrates],
        **{group: [one.ratio for one in costs if one.group == group] for group in groups},
    }
    return MappingProxyType({name: agreement(ratios) for name, ratios in chosen.items()})


def _calibrated(plants: Iterable[KnownPlant]) -> Mapping[str, Scope]:
    """Least squares in the logarithm: actual = located equipment × scope × compliance.

    Compliance is a number to be found in regions where the group has its own, else that of the data; each such region
    takes one, so that scope is the geometric mean over the plants of all others. A group without such is left out.
    """
    plants = tuple(plants)
    out = {}
    for group in dict.fromkeys(plant.groups[0] for plant in plants):
        named: dict[str, list[float]] = {}
        general = []
        for plant in (one for one in plants if one.groups == (group,)):
            needed = _actual(plant) / _located(plant)[1][group]
            if compliance(plant.region, group)[0].endswith(f".{group}"):
                named.setdefault(plant.region, []).append(needed)
            else:
                general.append(needed / float(factors(plant.region)[1]))
        if general:
            value = agreement(general).mean
            sets = (general, *named.values())
            left = [math.log(one / agreement(own).mean) for own in sets for one in own]
            free = len(left) - len(sets)
            spread = math.exp(math.sqrt(sum(one * one for one in left) / free)) if free else float("nan")
            rules = MappingProxyType({region: agreement(own).mean / value for region, own in named.items()})
            names = tuple(one.plant for one in plants if one.groups == (group,))
            out[group] = Scope(group, value, rules, spread, names)
    return MappingProxyType(out)


def _actual(plant: KnownPlant) -> float:
    """Million USD of the year of its cost."""
    return plant.cost.value / exchange_rate(plant.currency, plant.cost.year).value


@cache
def _located(plant: KnownPlant) -> tuple[float, dict[str, float]]:
    """Its capacity over that of its flowsheet; million USD of installed equipment at its location, by group of stages.

    Compliance is not in it.
    """
    solution = _solution(plant.flowsheet)
    scale = plant.capacity / _capacity(solution, plant)
    grown = enlarged(solution, {stage: np.full(solution.samples, scale) for stage in plant.stages})
    here, _ = factors(plant.region)
    index = cost_index(plant.cost.year).value / cost_index(solution.plan.year).value
    times = (1.0 + float(sum(shares().values()))) * float(here) * index
    wanted = set(plant.units) or {name for name, unit in solution.units.items() if unit.stage in plant.stages}
    out = dict.fromkeys(plant.groups, 0.0)
    for one in purchases(grown):
        if one.unit in wanted:
            out[GROUPS[one.stage]] += float(one.million_usd[0]) * times
    return scale, out


@cache
def _solution(name: str) -> Solution:
    return load(name).solve().solution


def _capacity(solution: Solution, plant: KnownPlant) -> float:
    """t/y that its flowsheet makes of what its capacity counts."""
    basis = "total" if plant.counts == "mass" else plant.counts
    if plant.at in solution.streams:
        rate = counted(solution.streams[plant.at], basis)
    elif plant.counts == "NdPr":
        made = (counted(solution.streams[name], basis) for name in product_outlets(solution, plant.at))
        rate = added(made, solution.samples)
    else:
        rate, _ = throughput(solution, plant.at)
    return float((rate * hours_per_year(solution))[0]) / 1000.0
