"""What each public claim on capacity counts, in solved scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..supply import requirement
from ..supply.ramp import effective
from ..supply.values import oxide_factor

if TYPE_CHECKING:
    from ..quantities import Value
    from ..scenario import EndUse, PlantStage, Scenario
    from ..supply.system import Array
    from .gap import Gap

    Gaps = Mapping[str, Gap]

US, EUROPE, WORLD, BAN = "us_2030", "eu_2030", "world_2025", "export_ban"
SCENARIOS = (US, EUROPE, WORLD, BAN)
"""Shipped scenarios that the claims are held against."""
REFINERY = 1_200.0
"""t/year of the European refinery that one claim is about."""
RESTART = 2018
"""The year Mountain Pass started again."""
DAYS = 365.0
CARS = ((2000e3, 1.0e6), (2000e3, 1.5e6), (1000e3, 0.5e6))
"""kg of magnets a year and the cars that makers of magnets say they make: Neo's two ends, MP and GM (two motors)."""


NONE = float("nan")


class Count(NamedTuple):
    """One way to count a claim: `low` and `high` are NaN without a range.

    `rests` says why the value cannot decide the claim, where it is an input of the scenario or hangs on one.
    """

    scenario: str
    what: str
    value: float
    low: float = NONE
    high: float = NONE
    rests: str = ""


Counted = Iterator[Count]


def _asked(uses: Iterator[EndUse], year: int) -> tuple[float, float, float]:
    """t of magnets asked for in a year: as written, all at their low ends, all at their high ends."""
    out = np.zeros(3)
    for use in uses:
        points = use.tonnes.points
        for i, series in enumerate(({y: v.nominal for y, v in points.items()}, _ends(points, 0), _ends(points, 1))):
            years = sorted(series)
            out[i] += float(np.interp(year, years, [series[one] for one in years]))
    return float(out[0]), float(out[1]), float(out[2])


def _ends(points: Mapping[int, Value], end: int) -> dict[int, float]:
    return {year: value.range()[end] for year, value in points.items()}


def _magnet_uses(scenario: Scenario, region: str) -> Iterator[EndUse]:
    return (use for use in scenario.demand if use.region == region and use.good in scenario.magnets)


def _at(found: Gap, values: Array, year: int) -> float:
    return float(values[found.years.index(year)])


def _us_demand(gaps: Gaps) -> Counted:
    if found := gaps.get(US):
        for year in (2026, 2030, 2035):
            asked = _asked(_magnet_uses(found.scenario, "us"), year)
            rests = "this is the scenario's own demand, from memory of a government review (doe2022) and assumed shares"
            yield Count(US, f"magnets asked for in {year}", *asked, rests)


def _could(stages: list[PlantStage], year: int) -> tuple[float, float, float]:
    """t/year that stages can make in a year: as written, all late or not built, all in time and at the high end."""
    out = np.zeros(3)
    for stage in stages:
        out[0] += effective(stage, (year,), stage.delay.nominal if stage.delay else 0.0)[0]
        latest = stage.delay.range()[1] if stage.delay else 0.0
        out[1] += effective(stage, (year,), latest)[0] if stage.status != "announced" else 0.0
        out[2] += effective(stage, (year,), stage.delay.range()[0] if stage.delay else 0.0)[0]
    return float(out[0]), float(out[1]), float(out[2])


def _stages(found: Gap, plants: tuple[str, ...], stage: str) -> list[PlantStage]:
    held = (found.scenario.plants[name].stages for name in plants if name in found.scenario.plants)
    return [stages[stage] for stages in held if stage in stages]


TEXAS = ("independence", "independence_more", "northlake")


def _texas(gaps: Gaps) -> Counted:
    if found := gaps.get(US):
        stages = _stages(found, TEXAS, "magnet")
        yield Count(US, "nameplate of all the company's magnet plants", sum(one.capacity.nominal for one in stages))
        for year in (2028, 2030, 2033):
            what = f"what they can make in {year}; low: nothing announced is built"
            yield Count(US, what, *_could(stages, year))
        made = sum((one.used for one in found.plants if one.plant in TEXAS and one.stage == "magnet"), np.zeros(1))
        yield Count(US, "what they make in 2033 with the oxides there are", _at(found, made, 2033))


def _separated(found: Gap, year: int, region: str) -> float:
    """t REO (fed) or t of oxide a year that separations of a region can take or make, as their nameplates count."""
    return sum(
        _at(found, one.effective, year) for one in found.plants if one.region == region and one.stage == "separation"
    )


def _eu_refinery(gaps: Gaps) -> Counted:
    if found := gaps.get(EUROPE):
        what = "all separations in Europe in 2026, as their nameplates count"
        yield Count(EUROPE, what, _separated(found, 2026, "europe"))


def _needed(found: Gap, region: str, stage: str, items: tuple[str, ...], year: int) -> float:
    """t of oxides that the demand of a region asks of a stage in a year."""
    asked = requirement.needed(found.scenario, found.levels.system, found.tables, (region,)).needed
    return sum(_at(found, asked[stage, item], year) for item in items if (stage, item) in asked)


def _europe_share(gaps: Gaps) -> Counted:
    if found := gaps.get(EUROPE):
        for year in (2026, 2030):
            needed = _needed(found, "europe", "separation", ("NdPr", "Dy", "Tb"), year)
            what = f"of the oxides of NdPr, Dy and Tb needed in {year}; range: of the demand"
            yield Count(EUROPE, what, *_over(REFINERY / needed, found, "europe", year))
        value, low, high = _asked(_magnet_uses(found.scenario, "europe"), 2026)
        yield Count(EUROPE, "of the magnets asked for in 2026", REFINERY / value, REFINERY / high, REFINERY / low)


def _over(share: float, found: Gap, region: str, year: int) -> tuple[float, float, float]:
    """A share of what a region needs: as written, at the high end of its demand, at the low end."""
    value, low, high = _asked(_magnet_uses(found.scenario, region), year)
    return share, share * value / high, share * value / low


def _us_heavies(gaps: Gaps) -> Counted:
    if found := gaps.get(US):
        for year in (2025, 2027, 2030):
            made = sum(
                _at(found, one.used, year)
                for one in found.plants
                if one.plant == "mountain_pass" and one.stage == "heavy_separation"
            )
            share = made / _needed(found, "us", "heavy_separation", ("Dy", "Tb"), year)
            what = f"Dy and Tb made in {year} of those needed; range: of the demand"
            yield Count(US, what, *_over(share, found, "us", year))


def _baotou(gaps: Gaps) -> Counted:
    if found := gaps.get(US):
        held = _stages(found, ("baotou",), "separation")
        if held:
            what = "all separation at Baotou in 2025, t of oxides per calendar day"
            yield Count(US, what, sum(effective(one, (2025,))[0] for one in held) / DAYS)
    if found := gaps.get(WORLD):
        what = "all separation in China in 2025, t of oxides per calendar day"
        yield Count(WORLD, what, _separated(found, 2025, "china") / DAYS)


def _stocks(gaps: Gaps) -> Counted:
    if (found := gaps.get(BAN)) and "military" in found.scenario.stockpiles:
        stock = found.scenario.stockpiles["military"]
        content = found.scenario.magnets["hot"].content["Dy"].nominal
        uses = [use for use in _magnet_uses(found.scenario, "us") if use.good == "hot"]
        monthly = sum(use.tonnes.at(2025) for use in uses) * content * oxide_factor("Dy") / 12.0
        kept = 1.0
        for stage in ("metal", "alloy", "magnet"):
            kept *= found.tables[found.scenario.standard[stage]][stage].share("Dy", stage)
        for what, share in (("at the yields of metal, alloy and magnets", kept), ("counting what magnets hold", 1.0)):
            value, low, high = (one * share / monthly for one in (stock.start.nominal, *stock.start.range()))
            rests = "levels of stocks are not public: the start is the scenario's assumption, sized by the claim"
            yield Count(BAN, f"Dy of the stock over its use in defence, {what}", value, low, high, rests)


def _car(_: Gaps) -> Counted:
    each = [mass / cars for mass, cars in CARS]
    rests = "they count hybrids and single motors, and nobody publishes a car's own"
    what = "magnets over cars or motors, as makers of magnets put them"
    yield Count("", what, float(np.mean(each)), min(each), max(each), rests)


def _car_china(gaps: Gaps) -> Counted:
    if found := gaps.get(EUROPE):
        value, low, high = _asked(_magnet_uses(found.scenario, "europe"), 2025)
        plants = [one for one in found.plants if one.region == "europe" and one.stage == "magnet"]
        own = sum(_at(found, one.effective, 2025) for one in plants)
        rests = "Europe stands for Germany, all uses for cars, and Japan may sell some of it"
        what = "magnets that Europe cannot make itself, of those asked for in 2025"
        yield Count(EUROPE, what, 1.0 - own / value, max(0.0, 1.0 - own / low), 1.0 - own / high, rests)


def _niron(gaps: Gaps) -> Counted:
    if found := gaps.get(US):
        stages = _stages(found, ("sartell",), "magnet")
        yield Count(US, "nameplate as announced", sum(one.capacity.nominal for one in stages))
        for year in (2027, 2028, 2030):
            yield Count(US, f"what it can make in {year}, by the ramp of magnet plants", *_could(stages, year))


def _mp_utilisation(gaps: Gaps) -> Counted:
    if found := gaps.get(WORLD):
        for one in found.plants:
            if one.plant.startswith("mountain_pass") and one.stage == "separation":
                share = _at(found, one.used, 2025) / _at(found, one.nameplate, 2025)
                rests = "the ramp is read from the company's output; that output over nameplate is 43 %"
                yield Count(WORLD, "NdPr oxide made in 2025 over nameplate", share, rests=rests)


def _shares(found: Gap, stage: str, year: int) -> dict[str, float]:
    """Share of each region in what a stage runs at in a year."""
    total: dict[str, float] = {}
    for one in found.plants:
        if one.stage == stage:
            total[one.region] = total.get(one.region, 0.0) + _at(found, one.used, year)
    whole = sum(total.values())
    return {region: used / whole for region, used in total.items()} if whole > 0.0 else {}


def _china_output(gaps: Gaps) -> Counted:
    if found := gaps.get(WORLD):
        share = _shares(found, "mine", 2024).get("china", 0.0)
        rests = "China's mines run at the quota, which is what is published as its output"
        yield Count(WORLD, "t REO mined in 2024", share, rests=rests)


def _made(found: Gap, elements: tuple[str, ...], year: int) -> dict[str, float]:
    """t of oxides of elements that each region's separations make in a year."""
    system, at = found.levels.system, found.years.index(year)
    out: dict[str, float] = {}
    for activity, levels in zip(system.activities, found.levels.levels, strict=True):
        if activity.stage not in ("separation", "heavy_separation"):
            continue
        for output in activity.makes:
            form, _, what = output.pool.good.partition(":")
            if form == "oxide" and what in elements:
                out[activity.region] = out.get(activity.region, 0.0) + output.amount * levels[at] * oxide_factor(what)
    return out


def _of_china(gaps: Gaps, elements: tuple[str, ...], what: str) -> Counted:
    if found := gaps.get(WORLD):
        for year in (2023, 2024):
            made = _made(found, elements, year)
            whole = sum(made.values())
            if whole > 0.0:
                yield Count(WORLD, f"{what} made in {year}", made.get("china", 0.0) / whole)


def _mp_shipped(gaps: Gaps) -> Counted:
    if found := gaps.get(WORLD):
        mined = sum(
            _at(found, one.used, 2024)
            for one in found.plants
            if one.plant.startswith("mountain_pass") and one.stage == "mine"
        )
        system = found.levels.system
        good = system.goods.get("concentrate:mountain_pass")
        if good is None or mined <= 0.0:
            return
        oxides = sum(share * oxide_factor(name) for name, share in good.content.items())
        to = sum(
            _at(found, one.tonnes, 2024)
            for one in found.flows
            if one.good == good.name and one.origin == "us" and one.to == "china"
        )
        yield Count(WORLD, "t REO sold to China over t REO mined", to * oxides / mined)


def _eu_self(gaps: Gaps) -> Counted:
    if found := gaps.get(EUROPE):
        for stage, item, what in (
            ("separation", "NdPr", "NdPr oxide that Europe can separate"),
            ("magnet", "magnets", "magnets that Europe can make"),
            ("mine", "NdPr", "NdPr that Europe can mine"),
        ):
            row = next((one for one in found.rows if (one.stage, one.item) == (stage, item)), None)
            could = 0.0 if row is None else _at(found, row.effective, 2030)
            share = could / _needed(found, "europe", stage, (item,), 2030)
            told = f"{what} of what it needs in 2030, all announced built; range: of the demand"
            yield Count(EUROPE, told, *_over(share, found, "europe", 2030))


def _replicates(gaps: Gaps) -> Counted:
    if found := gaps.get(US):
        for item, stages in (
            ("NdPr", ("separation", "metal")),
            ("magnets", ("magnet",)),
            ("Dy", ("separation", "heavy_separation")),
        ):
            short = np.zeros(len(found.years), dtype=bool)
            for row in found.rows:
                if row.item == item and row.stage in stages:
                    short |= row.gap > 0.0
            closed = [year for i, year in enumerate(found.years) if not short[i:].any()]
            years = closed[0] - RESTART if closed else np.inf
            what = (
                f"from {RESTART} until {item} of the own demand, all announced built; never: not by {found.years[-1]}"
            )
            rests = "plants announced later are not in it, and it asks for all of the demand"
            yield Count(US, what, float(years), rests=rests)


RULES: Mapping[str, Callable[[Gaps], Counted]] = {
    "us_demand": _us_demand,
    "texas_plant": _texas,
    "eu_refinery": _eu_refinery,
    "europe_share": _europe_share,
    "us_heavies": _us_heavies,
    "baotou_line": _baotou,
    "stock_cover": _stocks,
    "car_mass": _car,
    "car_china": _car_china,
    "niron": _niron,
    "mp_utilisation": _mp_utilisation,
    "china_output": _china_output,
    "china_separation": lambda gaps: _of_china(gaps, ("NdPr", "Dy", "Tb"), "t of NdPr, Dy and Tb oxide"),
    "china_heavies": lambda gaps: _of_china(gaps, ("Dy", "Tb"), "t of Dy and Tb oxide"),
    "mp_shipped": _mp_shipped,
    "eu_self": _eu_self,
    "us_replicates": _replicates,
}
