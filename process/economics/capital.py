"""What the stages cost to build: their equipment, installed; or a known plant, scaled to capacity, year and region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..data import Plant, cost_index, cost_rates, exchange_rate, plant_of, regional_factors
from ..data.investment import GROUPS, capital_factors, compliance
from ..network.solution import Solution
from ..supply.capacity import added, counted, hours_per_year, nameplate_rate, plain, throughput
from .equipment import Purchase, purchases
from .figures import Figures
from .installed import EQUIPMENT, Installed, enlarged, factors, installed
from .pricebook import PriceBook
from .ramp_up import years_to_full
from .rates import discount_rate, life
from .stages import kinds_of, spread, stages_of

Array = NDArray[np.float64]


Way = Literal["equipment", "known plant"]


@dataclass(frozen=True)
class Investment:
    """Capital of a stage: `million_usd` of the plan's year and regions, shape (samples,), for `capacity` t/year.

    `way` says from what: its equipment, or a known plant scaled; `by_plant` is the latter in either case, to compare.
    `recovery` is the yearly charge as a share of it, `hours` the operating hours a year; `year` is that of the cost
    index, the plan's or the latest known before it. `by_unit` is what each unit bears, at the location and compliance
    of the region where it stands; `regions` are those. `lines` are its parts, from equipment to compliance, and add up
    to it; `purchases` the pieces of equipment. `assumed_units` are the units for which it rests on an assumption.
    `ramp_up` is years from the first product to full output.
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
    way: Way
    by_plant: Array
    lines: Mapping[str, Array]
    purchases: tuple[Purchase, ...]
    ramp_up: float | Array

    @property
    def source(self) -> str:
        """The key of the source that its base has: the published plant, or the breakdown of installed cost."""
        return self.plant.cost.source if self.way == "known plant" else "prommis"


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
    group = GROUPS[plant.stage]
    (here, rules), (there, rules_there) = (factors(place, figures, group) for place in (region, plant.region))
    of = Figures().of if figures is None else figures.of
    rate = exchange_rate(plant.currency, plant.cost.year)
    known = ".".join(("plant", plant.stage, *plant.kinds))
    base = of(known, plant.cost) / of(f"exchange.{plant.currency}.{rate.year}", rate)
    index = cost_index(year).value / cost_index(plant.cost.year).value
    ratio = 1.0 if region == plant.region else here * rules / (there * rules_there)
    size = (capacity / plant.capacity) ** of("rate.exponent", cost_rates()["exponent"])
    return np.asarray(base * size * index * ratio)


def _moved_on_assumption(stage: str, region: str, reference: str) -> bool:
    """Whether cost of one region as in another rests on an assumption; the factors cancel where they are the same."""
    known = regional_factors()
    moved = {region, reference} if region != reference else set()
    return any(
        one.assumed for place in moved for one in (known["location", place], compliance(place, GROUPS[stage])[1])
    )


def _scaled(
    plant: Plant, capacity: Array, shares: Mapping[str, Array], places: Mapping[str, str], year: int, figures: Figures
) -> Installed:
    """A stage as a known plant scaled: each unit bears its share of the whole as built in its own region."""
    whole = {region: scaled(plant, capacity, year, region, figures) for region in dict.fromkeys(places.values())}
    by_unit = {name: whole[places[name]] * share for name, share in shares.items()}
    total = next(iter(whole.values())) if len(whole) == 1 else added(by_unit.values(), len(capacity))
    return Installed(total, MappingProxyType(by_unit), MappingProxyType({plant.title: total}))


def _equipped(
    stage: str, bought: tuple[Purchase, ...], places: Mapping[str, str], figures: Figures, samples: int
) -> Installed:
    """A stage from its equipment."""
    bare: dict[str, Array] = {}
    for one in bought:
        bare[one.unit] = bare.get(one.unit, np.zeros(samples)) + one.million_usd
    return installed(stage, bare, places, figures)


def investments(
    solution: Solution, changes: Mapping[str, Array] | None = None, figures: Figures | None = None
) -> Mapping[str, Investment]:
    """The capital of every stage that has units.

    A stage is built for its nameplate where the file gives one that is above what it makes, else for what it makes.
    A nameplate on another basis (NdPr oxide for a separation plant) scales the stage's own measure by the same ratio.
    It is costed from its equipment; from a known plant where none is sized, or where `capital.csv` has one for its very
    kind of unit (leaching in the hill).
    """
    plan = solution.plan
    hours = hours_per_year(solution, changes)
    figures = Figures(changes) if figures is None else figures
    rate, years = (np.atleast_1d(np.asarray(of(plan, figures, changes))) for of in (discount_rate, life))
    charge = plain(recovery_factors(rate, years))
    stages = stages_of(solution)
    made = {stage: throughput(solution, stage) for stage in stages}
    ratios = {stage: enlarged_by(solution, stage, hours, changes) for stage in stages}
    plants = {stage: plant_of(stage, kinds_of(solution, stage)) for stage in stages}
    sized = {stage: ratio for stage, ratio in ratios.items() if not plants[stage].kinds}
    bought = purchases(enlarged(solution, sized), figures)
    out = {}
    for stage, plant in plants.items():
        capacity = made[stage][0] * ratios[stage] * hours / 1000.0
        shares = spread(solution, stage)
        own = tuple(one for one in bought if one.stage == stage)
        names = dict.fromkeys((*shares, *(one.unit for one in own)))
        places = {name: PriceBook.of_unit(plan, plan.units[name]).region for name in names}
        way: Way = "equipment" if own else "known plant"
        aside = figures if way == "known plant" else Figures(changes)  # what it rests on is no figure of this cost
        known = _scaled(plant, capacity, shares, {name: places[name] for name in shares}, plan.year, aside)
        built = known if way == "known plant" else _equipped(stage, own, places, figures, solution.samples)
        assumed = _assumed(stage, way, plant, own, places, built)
        note = (
            f"built for {made[stage][1]}{', at the nameplate where that is more' if stage in plan.nameplates else ''}"
        )
        out[stage] = Investment(
            stage=stage,
            million_usd=built.million_usd,
            capacity=capacity,
            recovery=charge,
            hours=hours,
            plant=plant,
            assumed=bool(assumed),
            note=f"{_base(way, plant, known, built)}; {note}",
            year=cost_index(plan.year).year,
            by_unit=built.by_unit,
            regions=tuple(dict.fromkeys(places[name] for name in built.by_unit)),
            assumed_units=assumed,
            way=way,
            by_plant=known.million_usd,
            lines=built.lines,
            purchases=own,
            ramp_up=years_to_full(stage, figures),
        )
    return out


def enlarged_by(solution: Solution, stage: str, hours: Array, changes: Mapping[str, Array] | None) -> Array:
    """How much larger than its throughput a stage is built, shape (samples,): its nameplate over it, at least 1."""
    plate = solution.plan.nameplates.get(stage)
    if plate is None:
        return np.ones(solution.samples)
    rate = counted(solution.streams[plate.stream], plate.basis)
    allowed = nameplate_rate(plate, hours, changes)
    return np.maximum(1.0, np.divide(allowed, rate, out=np.ones_like(rate), where=rate > 0))


def _assumed(
    stage: str, way: Way, plant: Plant, bought: tuple[Purchase, ...], places: Mapping[str, str], built: Installed
) -> frozenset[str]:
    """The units of a stage whose capital rests on an assumption."""
    if way == "known plant":
        base, reference, doubtful = plant.cost.assumed, plant.region, frozenset[str]()
    else:
        base, reference = capital_factors()["scope", GROUPS[stage]].assumed, "us"
        doubtful = frozenset(one.unit for one in bought if one.assumed)
    return frozenset(
        name
        for name in built.by_unit
        if base or name in doubtful or _moved_on_assumption(stage, places[name], reference)
    )


def _base(way: Way, plant: Plant, known: Installed, built: Installed) -> str:
    """What the capital of a stage rests on, and what the other way gives, in words."""
    title = f"{plant.title}, {plant.cost.year}"
    if way == "known plant":
        return f"{title}, scaled"
    bare, other = float(built.lines[EQUIPMENT][0]), float(known.million_usd[0])
    return f"equipment of {bare:,.1f} million USD, installed ({title}, scaled: {other:,.0f} million USD)"
