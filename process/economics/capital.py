"""What the stages cost to build: a known plant, scaled to capacity, year and region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import Plant, cost_index, cost_rates, exchange_rate, plant_of, regional_factors
from ..network.solution import Solution
from ..plan import STAGES
from ..supply.capacity import added, counted, hours_per_year, nameplate_rate, plain, throughput
from .figures import Figures
from .pricebook import CostError, PriceBook
from .stages import kinds_of, spread

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Investment:
    """Capital of a stage: `million_usd` of the plan's year and regions, shape (samples,), for `capacity` t/year.

    `recovery` is the yearly charge as a share of it, `hours` the operating hours a year; `year` is that of the cost
    index, the plan's or the latest known before it. `by_unit` is what each unit bears, at the build cost of the region
    where it stands; `regions` are those. `assumed_units` are the units for which it rests on an assumption.
    """

    stage: str
    million_usd: Array
    capacity: Array
    recovery: float | Array
    hours: Array
    plant: Plant
    assumed: bool
    note: str
    year: int
    by_unit: Mapping[str, Array]
    regions: tuple[str, ...]
    assumed_units: frozenset[str]


def recovery_factor(rate: float, years: float) -> float:
    """Yearly charge as a share of the capital that pays it back with interest: r(1+r)^n / ((1+r)^n − 1).

    >>> round(recovery_factor(0.10, 20), 4)
    0.1175
    """
    return float(recovery_factors(np.array([rate]), np.array([years]))[0])


def recovery_factors(rate: Array, years: Array) -> Array:
    """`recovery_factor` of many rates and lives, shape (samples,)."""
    growth = (1.0 + rate) ** years
    return np.divide(rate * growth, growth - 1.0, out=1.0 / (years + np.zeros_like(rate)), where=rate != 0.0)


def scaled(plant: Plant, capacity: Array, year: int, region: str, figures: Figures | None = None) -> Array:
    """Million USD of `year` to build `capacity` t/year in `region`, shape (samples,).

    cost × (capacity / base capacity)^0.6 × cost index ratio × build-cost ratio of the regions.

    >>> from didymium.data import capital
    >>> scaled(capital()["separation"], np.array([106_662.0]), 2024, "china").round(1)
    array([1080.7])
    >>> scaled(capital()["separation"], np.array([20_000.0]), 2024, "us").round(0)
    array([1199.])
    """
    factors = regional_factors()
    if ("build_cost", region) not in factors:
        raise CostError(f"no build-cost factor for the region {region!r}", "use a region with a price book")
    of = Figures().of if figures is None else figures.of
    rate = exchange_rate(plant.currency, plant.cost.year)
    known = ".".join(("plant", plant.stage, *plant.kinds))
    base = of(known, plant.cost) / of(f"exchange.{plant.currency}.{rate.year}", rate)
    index = cost_index(year).value / cost_index(plant.cost.year).value
    here, there = (of(f"build_cost.{place}", factors["build_cost", place]) for place in (region, plant.region))
    ratio = 1.0 if region == plant.region else here / there
    size = (capacity / plant.capacity) ** of("rate.exponent", cost_rates()["exponent"])
    return np.asarray(base * size * index * ratio)


def _judged(plant: Plant, region: str) -> bool:
    """Whether a plant's cost in a region rests on an assumption; the factors cancel where it stands itself."""
    factors = regional_factors()
    moved = {plant.region, region} if region != plant.region else set()
    return plant.cost.assumed or any(factors["build_cost", place].assumed for place in moved)


def investments(
    solution: Solution, changes: Mapping[str, Array] | None = None, figures: Figures | None = None
) -> Mapping[str, Investment]:
    """The capital of every stage that has units.

    A stage is built for its nameplate where the file gives one that is above what it makes, else for what it makes.
    A nameplate on another basis (NdPr oxide for a separation plant) scales the stage's own measure by the same ratio.
    """
    plan, rates = solution.plan, cost_rates()
    hours = hours_per_year(solution, changes)
    figures = Figures(changes) if figures is None else figures
    rate, years = (
        np.atleast_1d(np.asarray(figures.of(f"rate.{item}", rates[item]))) for item in ("discount_rate", "life")
    )
    charge = plain(recovery_factors(rate, years))
    out = {}
    for stage in STAGES:
        if not any(unit.stage == stage for unit in solution.units.values()):
            continue
        plant = plant_of(stage, kinds_of(solution, stage))
        made, what = throughput(solution, stage)
        note = f"built for {what}"
        plate = plan.nameplates.get(stage)
        if plate is not None:
            rate = counted(solution.streams[plate.stream], plate.basis)
            allowed = nameplate_rate(plate, hours, changes)
            made = made * np.maximum(1.0, np.divide(allowed, rate, out=np.ones_like(rate), where=rate > 0))
            note += ", at the nameplate where that is more"
        capacity = made * hours / 1000.0
        shares = spread(solution, stage)
        places = {name: PriceBook.of_unit(plan, plan.units[name]).region for name in shares}
        regions = tuple(dict.fromkeys(places.values()))
        whole = {region: scaled(plant, capacity, plan.year, region, figures) for region in regions}
        by_unit = {name: whole[places[name]] * share for name, share in shares.items()}
        judged = frozenset(name for name, region in places.items() if _judged(plant, region))
        out[stage] = Investment(
            stage=stage,
            million_usd=whole[regions[0]] if len(regions) == 1 else added(by_unit.values(), solution.samples),
            capacity=capacity,
            recovery=charge,
            hours=hours,
            plant=plant,
            assumed=bool(judged),
            note=f"{plant.title}, {plant.cost.year}; {note}",
            year=cost_index(plan.year).year,
            by_unit=MappingProxyType(by_unit),
            regions=regions,
            assumed_units=judged,
        )
    return out
