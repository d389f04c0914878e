"""What binds, in words: what one more tonne of a stage's capacity or of a good would be worth, by year."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..goods import words as words_of
from ..scenario import SUPPLY_STAGES, Objective
from .builder import carrier
from .conflict import plain
from .gaps import OXIDE, RETURNS, UNITS, StageGap, amount, stage_of
from .requirement import ALLOY, MAGNETS, held
from .system import Array, Bound, Given, Good, Pool, System
from .values import oxide_factor

if TYPE_CHECKING:
    from ..scenario import Scenario
    from .program import Levels

BINDS = 0.01
"""t of unmet demand per t below which a price is one of cost alone (unmet demand weighs a thousand times as much)."""
TELLING = 10.0
"""How many times the least worth a stage that expansion would enlarge must have to be named without a look at the rest:
the cheapest expansion may be a way around what binds."""
LEAST = 0.01
"""A stage that holds back less than this share of what the worst one does is not named."""
STAGE_WORDS = {
    "mine": "mining",
    "cracking": "cracking",
    "separation": "separation",
    "heavy_separation": "heavy-rare-earth separation",
    "metal": "metal making",
    "alloy": "alloy making",
    "magnet": "magnet making",
    "recycling": "recycling",
    "collection": "collection of old magnets",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit with a price: `worth` per t more of it a year, in a year.

    `worth` counts in what `worth_word` says; `counts` says what a t of the limit
    is, `limit` how much of it there is, t/year. Of several plants of one stage and region the dearest stands for all;
    `plants` names them.
    """

    kind: str
    stage: str
    region: str
    year: int
    counts: str
    limit: float
    worth: float
    plants: tuple[str, ...]
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Slack:
    """A stage of a region that does not bind in a year: how much of its effective capacity is used, 0..1."""

    stage: str
    region: str
    year: int
    used: float


@dataclass(frozen=True, slots=True)
class Price:
    """What a t of a good in a region's pool is worth in a year: per t of oxide for oxides, else per t of the good."""

    good: str
    region: str
    year: int
    worth: float
    words: str


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A stage that binds in a year: `missing` is what it is short by, t/year of the item, `worth` per t of that.

    `needed` is what demand asks of the stage. `worth` is NaN where prices say nothing of the stage.
    """

    year: int
    stage: str
    item: str
    unit: str
    missing: float
    needed: float
    worth: float
    words: str


SLIGHT = 0.1
"""t/year that every limit and every good of the focus has more of while prices are found."""


def loosened(system: System, regions: Collection[str]) -> System:
    """A system with a little more room everywhere, to find prices in.

    Where nothing of a good is made and no capacity stands, prices are not told by the optimum: any large one proves it.
    With 0.1 t/year more of every limit, and of every good in the regions, they are what that first tonne is worth. What
    makes demands short alike where they tie is left out: it would make the last tenth of a demand worth more.
    """
    years = len(system.years)
    some = np.full(years, SLIGHT)
    pools = [pool for pool in system.pools() if pool.region in regions and not pool.good.startswith(RETURNS)]
    return replace(
        system,
        bounds=tuple(replace(bound, most=bound.most + SLIGHT) for bound in system.bounds),
        activities=tuple(
            one if one.most is None else replace(one, most=one.most + SLIGHT) for one in system.activities
        ),
        givens=(*system.givens, *(Given(pool, some) for pool in pools)),
        needs=tuple(replace(need, even=0.0) for need in system.needs),
    )


def per_unit(levels: Levels, objective: Objective) -> float:
    """What the prices of a solution are divided by: the cost of a t of unmet demand, or 1 where money counts."""
    return 1.0 if objective == "cost" else levels.unmet_cost


def _counts(scenario: Scenario, bound: Bound) -> str:
    plant = scenario.plants.get(bound.plant)
    for one in plant.stages.values() if plant else ():
        if one.stage == bound.stage:
            return one.counts
    return ""


def counted(stage: str, counts: str) -> str:
    """What a t of a stage's capacity is, in words.

    >>> counted("heavy_separation", "Dy + Tb"), counted("mine", "REO"), counted("magnet", "mass")
    ('Dy + Tb oxide', 'rare-earth oxides', 'magnets')
    """
    if counts in ("REO", "TREO"):
        return "rare-earth oxides"
    if counts in ("mass", ""):
        return {"magnet": "magnets", "recycling": "old magnets and swarf", "": "it"}.get(stage, stage.replace("_", " "))
    return f"{counts} oxide"


def _good(name: str) -> str:
    """A good of a limit in words; empty where the limit is of several."""
    return words_of(name) if name else ""


def worth_word(system: System, objective: Objective) -> str:
    """What prices count in: t of magnets where nothing else is asked for and no end use weighs more than another."""
    if objective == "cost":
        return "USD"
    even = all(need.good.startswith("magnet:") and need.weight == 1.0 for need in system.needs)
    return "t of magnets" if objective == "magnets" or even else "t of weighted demand"


def gain(worth: float, counted_in: str) -> str:
    """What a price says, as the end of a sentence.

    >>> gain(83.4, "t of magnets"), gain(0.25, "t of weighted demand"), gain(5_210.0, "USD")
    ('would let 83.4 t more magnets be made', 'would let 0.25 t more demand be met', 'would save 5,210 USD')
    """
    number = f"{worth:,.0f}" if worth >= 1000.0 else f"{worth:.3g}"
    if counted_in == "USD":
        return f"would save {number} USD"
    return f"would let {number} t more {'magnets be made' if counted_in == 't of magnets' else 'demand be met'}"


def bindings(scenario: Scenario, levels: Levels, objective: Objective = "unmet") -> tuple[Binding, ...]:
    """Every limit with a price, of every region: by year, then by what all of it is worth, the most first."""
    system = levels.system
    price = levels.bound_price / per_unit(levels, objective)
    least = 0.0 if objective == "cost" else BINDS
    word = worth_word(system, objective)
    groups: dict[tuple[str, ...], list[tuple[int, Bound]]] = {}
    for b, bound in enumerate(system.bounds):
        counts = _counts(scenario, bound)
        key = (bound.kind, bound.stage, bound.region, counts) if bound.kind == "capacity" else (bound.kind, bound.name)
        groups.setdefault(key, []).append((b, bound))
    out = []
    for y, year in enumerate(system.years):
        for found in groups.values():
            priced = [(price[b, y], bound) for b, bound in found if price[b, y] > least]
            if not priced:
                continue
            worth, first = max(priced, key=lambda one: one[0])
            less = bool(np.isnan(first.most[y]) and np.isfinite(first.least[y]))
            limit = float(sum(np.nan_to_num((bound.least if less else bound.most)[y]) for _, bound in priced))
            plants = tuple(dict.fromkeys(bound.plant for _, bound in priced if bound.plant))
            of = counted(first.stage, _counts(scenario, first)) if first.kind == "capacity" else _good(first.good)
            head = STAGE_WORDS.get(first.stage, first.name) if first.kind == "capacity" else first.name
            where = f", {first.region}" if first.region and first.kind == "capacity" else ""
            room = f"1 t {'less' if less else 'more'}{f' {of}' if of else ''} a year"
            words = f"{head}{where}, {year}: {room} {gain(float(worth), word)}"
            one = Binding(
                first.kind, first.stage, first.region, year, of, limit, float(worth), plants, first.name, words
            )
            out.append(one)
    own = levels.most_price / per_unit(levels, objective)
    for i, activity in enumerate(system.activities):
        if activity.most is None:
            continue
        plants = (activity.plant,) if activity.plant else ()
        of = _good(next((pool.good for pool in activity.takes), ""))
        for y, year in enumerate(system.years):
            if own[i, y] > least:
                worth, limit = float(own[i, y]), float(np.nan_to_num(activity.most[y]))
                words = f"{plain(system, i)}, {year}: 1 t more {gain(worth, word)}"
                stage, region, name = activity.stage, activity.region, activity.name
                out.append(Binding("most", stage, region, year, of, limit, worth, plants, name, words))
    return tuple(sorted(out, key=lambda one: (one.year, -one.worth * max(one.limit, 1.0), one.words)))


def slack(levels: Levels, regions: Collection[str]) -> tuple[Slack, ...]:
    """The stages of regions that could do more, by year: how much of all their plants' capacity is used."""
    system = levels.system
    use: dict[tuple[str, str], Array] = {}
    room: dict[tuple[str, str], Array] = {}
    years = len(system.years)
    for bound in system.bounds:
        if bound.kind != "capacity" or bound.region not in regions:
            continue
        key = (bound.stage, bound.region)
        taken = sum((np.asarray(weight) * levels.levels[i] for i, weight in bound.of), np.zeros(years))
        use[key] = use.get(key, np.zeros(years)) + taken
        room[key] = room.get(key, np.zeros(years)) + np.nan_to_num(bound.most)
    return tuple(
        Slack(stage, region, year, float(use[stage, region][y] / room[stage, region][y]))
        for stage, region in use
        for y, year in enumerate(system.years)
        if room[stage, region][y] > 0.0 and use[stage, region][y] < (1.0 - 1e-6) * room[stage, region][y]
    )


def _worths(levels: Levels, objective: Objective) -> Mapping[Pool, Array]:
    return dict(zip(levels.pools, levels.pool_price / per_unit(levels, objective), strict=True))


def prices(levels: Levels, regions: Collection[str], objective: Objective = "unmet") -> tuple[Price, ...]:
    """What goods in the pools of regions are worth, by year: those above what cost alone makes."""
    least = 0.0 if objective == "cost" else BINDS
    out, word = [], worth_word(levels.system, objective)
    for pool, worth in _worths(levels, objective).items():
        good = levels.system.goods[pool.good]
        if pool.place not in regions or pool.track or good.form in ("spent", "swarf", "scrap"):
            continue
        per = worth / (oxide_factor(good.what) if good.form == "oxide" else 1.0)
        name = f"{good.what} {good.form}".replace("_", " ")
        for y, year in enumerate(levels.system.years):
            if per[y] > least:
                value = f"{per[y]:,.0f}" if per[y] >= 1000.0 else f"{per[y]:.3g}"
                words = f"a t of {name} in {pool.place}, {year}, is worth {value} {word}"
                out.append(Price(pool.good, pool.place, year, float(per[y]), words))
    return tuple(out)


def lacking(rows: Collection[StageGap], row: StageGap) -> Array:
    """t/year that a stage is short by: its need less what is imported there and later on, and less its capacity.

    Imports of a later stage spare the same share of what that stage needs.
    """
    by = {(one.stage, one.item): one for one in rows}
    share = np.zeros_like(row.needed)
    later = SUPPLY_STAGES[SUPPLY_STAGES.index(row.stage) + 1 :]
    for stage in later:
        one = by.get((stage, {"alloy": ALLOY, "magnet": MAGNETS}.get(stage, row.item)))
        if one is not None and stage != "recycling":
            share = share + np.divide(one.imported, one.needed, out=np.zeros_like(share), where=one.needed > 0.0)
    spared = row.needed * np.maximum(1.0 - share, 0.0)
    return np.maximum(spared - row.imported - row.effective, 0.0)


def bottlenecks(
    scenario: Scenario,
    levels: Levels,
    priced: Levels,
    rows: Collection[StageGap],
    objective: Objective = "unmet",
    short: Mapping[tuple[str, str], Array] | None = None,
) -> tuple[Bottleneck, ...]:
    """The stage of the focus that binds in each year in which demand is unmet, the worst first within a year.

    A stage binds where what it makes is worth more in the region than what it takes, whether it has plants there or
    lacks them. Of those, the one whose missing tonnes hold back most demand at their worth is named first.
    `priced` is the solution that prices are read from (`loosened`). `short` are tonnes by (stage, item) that the
    cheapest expansion adds, where they are known; they replace what is needed less the effective capacity and the
    imports. Where several stages are short together, so that no price says which, the one is named that leaves the
    most of the unmet demand without its item (`_holding`): no year with unmet demand is without a stage.
    """
    system, where = levels.system, scenario.focus
    unmet = np.zeros(len(system.years))
    for need, tonnes in zip(system.needs, levels.unmet, strict=True):
        if need.region in where:
            unmet = unmet + tonnes
    asked = sum((need.tonnes for need in system.needs if need.region in where), np.zeros(len(system.years)))
    worth = _worths(priced, objective)
    least, none = 0.0 if objective == "cost" else BINDS, np.zeros(len(system.years))
    out: list[Bottleneck] = []
    for y, year in enumerate(system.years):
        lack: dict[str, float] = {}
        for need, tonnes in zip(system.needs, levels.unmet, strict=True):
            if need.region in where:
                kind = need.good.partition(":")[2]
                lack[kind] = lack.get(kind, 0.0) + float(tonnes[y])
        if unmet[y] <= 1e-6 * max(float(asked[y]), 1.0):
            continue
        found: list[tuple[float, float, float, StageGap]] = []
        for source in (None,) if short is None else (short, None):
            for row in rows:
                if source is None:
                    missing = min(float(lacking(rows, row)[y]), _wanted(levels, rows, row, where, y))
                else:
                    missing = float(source.get((row.stage, row.item), none)[y])
                needed = float(row.needed[y])
                if needed <= 0.0 or missing <= 1e-6 * needed:
                    continue
                rents = _rent(system, worth, row, where, y) or _absent(system, worth, rows, row, where, y)
                value = _mean(rents, {f"{row.stage}:{kind}": tonnes for kind, tonnes in lack.items()})
                if value > least:
                    found.append((value * missing, value, missing, row))
            if max((value for _, value, _, _ in found), default=0.0) >= least * TELLING:
                break
        if max((value for _, value, _, _ in found), default=0.0) < least * TELLING:
            found += _ores(priced, worth, levels, rows, where, y)
        found = found or _holding(levels, rows, short, where, y)
        most = max((one[0] for one in found), default=0.0)
        for holds, value, missing, row in sorted(found, key=lambda one: -one[0]):
            if holds < LEAST * most:
                continue
            unit = row.item if row.unit != OXIDE else f"{row.item} oxide"
            words = f"{STAGE_WORDS[row.stage]}, {year}: short by {missing:,.0f} t {unit}"
            out.append(Bottleneck(year, row.stage, row.item, row.unit, missing, float(row.needed[y]), value, words))
    return tuple(out)


def _wanted(levels: Levels, rows: Collection[StageGap], row: StageGap, where: Collection[str], y: int) -> float:
    """t/year of a stage's item that unmet demand asks of it: its part of all demand for the item, what returns too."""
    asked = unmet = 0.0
    for need, tonnes in zip(levels.system.needs, levels.unmet, strict=True):
        good = levels.system.goods[need.good]
        own = float(good.form == "magnet") if row.item in UNITS else held(good, row.item)
        if need.region in where:
            asked += own * float(need.tonnes[y])
            unmet += own * float(tonnes[y])
    back = sum(float(one.made[y]) for one in rows if one.stage == "recycling" and one.item == row.item)
    return (float(row.needed[y]) + back) * unmet / asked if asked > 0.0 else 0.0


def _ores(
    priced: Levels,
    worth: Mapping[Pool, Array],
    levels: Levels,
    rows: Collection[StageGap],
    where: Collection[str],
    y: int,
) -> list[tuple[float, float, float, StageGap]]:
    """What ore is short of where mines anywhere bind: an item at the worth of its oxide in the regions.

    Regions that mine nothing have no price of ore of their own; their oxides carry it.
    """
    system, unit = levels.system, priced.unmet_cost
    mines = [i for i, bound in enumerate(system.bounds) if bound.kind == "capacity" and bound.stage == "mine"]
    if not any(float(priced.bound_price[i, y]) / unit > BINDS * TELLING for i in mines):
        return []
    out = []
    for row in rows:
        if row.stage != "mine":
            continue
        prices = [_here(worth, Pool(f"oxide:{row.item}", region), region, y) or 0.0 for region in where]
        value = max(prices, default=0.0) / oxide_factor(row.item)
        missing = _wanted(levels, rows, row, where, y)
        if value > BINDS * TELLING and missing > 0.0:
            out.append((value * missing, value, missing, row))
    return out


def _holding(
    levels: Levels,
    rows: Collection[StageGap],
    short: Mapping[tuple[str, str], Array] | None,
    where: Collection[str],
    y: int,
) -> list[tuple[float, float, float, StageGap]]:
    """What stages hold back where prices do not tell them apart: t unmet that ask for an item, by the share missing.

    Missing is what a stage would grow by, else what it is short by in the table, else, where capacity is enough and a
    rule or an ore is in the way, what unmet demand asks of the stage that it asks most of, the first of equals.
    """
    known = [row for row in rows if row.needed[y] > 0.0 and np.isfinite(row.needed[y])]
    wanted = [_wanted(levels, rows, row, where, y) for row in known]
    none = np.zeros(len(levels.system.years))
    grown = [float((short or {}).get((row.stage, row.item), none)[y]) for row in known]
    lacked = [min(float(lacking(rows, row)[y]), most) for row, most in zip(known, wanted, strict=True)]
    for amounts in (grown, lacked, wanted):
        out = [
            (missing / float(row.needed[y]) * _unmet_with(levels, row.item, where, y), float("nan"), missing, row)
            for row, missing in zip(known, amounts, strict=True)
            if missing > 1e-6 * float(row.needed[y])
        ]
        if out:
            first = max(out, key=lambda one: one[0])
            return [first] if amounts is wanted else out
    return []


def _unmet_with(levels: Levels, item: str, where: Collection[str], y: int) -> float:
    """t/year of unmet demand for goods that hold an item."""
    goods = levels.system.goods
    return sum(
        float(tonnes[y])
        for need, tonnes in zip(levels.system.needs, levels.unmet, strict=True)
        if need.region in where and (item in UNITS or held(goods[need.good], item) > 0.0)
    )


def _rent(
    system: System, worth: Mapping[Pool, Array], row: StageGap, where: Collection[str], y: int
) -> dict[str, float]:
    """The worth of a t more of a stage's item in a year, per t of oxide or mass, by the plants of any region.

    What a plant's products are worth in the regions less what it takes, in the proportion of the item's part in it; a
    plant whose inlet is nowhere in the regions says nothing. The best plant counts, of alloy and magnets for each kind.
    """
    best: dict[str, float] = {}
    for activity in system.activities:
        if activity.stage != row.stage or activity.kind not in ("plant", "source"):
            continue
        for region in where:
            fed = [(_here(worth, pool, region, y), tonnes) for pool, tonnes in activity.takes.items()]
            if any(price is None for price, _ in fed):
                continue
            total, own, tonnes, kind = 0.0, 0.0, 0.0, ""
            for output in activity.makes:
                good = system.goods[output.pool.good]
                value = output.amount * (_here(worth, output.pool, region, y) or 0.0)
                total += value
                if good.form not in RETURNS and amount(good, row.item) > 0.0:
                    own += value * _part(worth, good, row.item, region, y)
                    tonnes += output.amount * amount(good, row.item)
                    kind = good.name if row.item in UNITS else ""
            rent = total - sum((price or 0.0) * taken for price, taken in fed)
            if total > 0.0 and tonnes > 0.0:
                best[kind] = max(best.get(kind, 0.0), rent * own / total / tonnes)
    return best


def _absent(
    system: System,
    worth: Mapping[Pool, Array],
    rows: Collection[StageGap],
    row: StageGap,
    where: Collection[str],
    y: int,
) -> dict[str, float]:
    """The worth of a t more of a stage that no plant of any region has, by kind for alloy and magnets, else by "".

    What its good is worth in the regions less what of the good before it makes a t; the goods before are those of the
    last stage that has any, as the gap table asks for them.
    """
    if any(one.stage == row.stage and one.kind in ("plant", "source") for one in system.activities):
        return {}
    heavies = any(one.stage == "heavy_separation" for one in rows)
    goods = [good for good in system.goods.values() if stage_of(good, row.item, heavies) == row.stage]
    out: dict[str, float] = {}
    for good in goods:
        values = [
            price * _part(worth, good, row.item, region, y) / amount(good, row.item)
            for region in where
            if (price := _here(worth, Pool(good.name, region), region, y)) is not None
        ]
        kind = good.name if row.item in UNITS else ""
        if values:
            out[kind] = max(out.get(kind, 0.0), max(values))
    before = _before(system, worth, rows, row, where, y, heavies)
    return {kind: value - before for kind, value in out.items()}


def _before(
    system: System,
    worth: Mapping[Pool, Array],
    rows: Collection[StageGap],
    row: StageGap,
    where: Collection[str],
    y: int,
    heavies: bool,
) -> float:
    """What a stage takes to make a t of its item, at the cheapest good of the last stage before it that has one."""
    if row.item in UNITS:
        return 0.0
    for stage in reversed(SUPPLY_STAGES[: SUPPLY_STAGES.index(row.stage)]):
        one = next((each for each in rows if (each.stage, each.item) == (stage, row.item)), None)
        if one is None or one.needed[y] <= 0.0 or not np.isfinite(one.needed[y]):
            continue
        found = [
            price * _part(worth, good, row.item, region, y) / amount(good, row.item)
            for good in system.goods.values()
            if stage_of(good, row.item, heavies) == stage
            for region in where
            if (price := _here(worth, Pool(good.name, region), region, y)) is not None
        ]
        if found:
            return min(found) * float(one.needed[y] / row.needed[y])
    return 0.0


def _mean(rents: Mapping[str, float], lack: Mapping[str, float]) -> float:
    """The worth of a t: of the item, or of the kinds of which demand goes unmet, each by how much of it does."""
    if "" in rents:
        return rents[""]
    total = sum(lack.get(kind, 0.0) for kind in rents)
    return sum(rent * lack.get(kind, 0.0) for kind, rent in rents.items()) / total if total > 0.0 else 0.0


def _part(worth: Mapping[Pool, Array], good: Good, item: str, region: str, y: int) -> float:
    """The share of a mixture's worth that an item in it counts for, by what its oxides are worth; 1 of other goods."""
    if item in UNITS or good.form in ("oxide", "metal"):
        return 1.0
    values = {
        name: held(good, name) * (_here(worth, Pool(f"oxide:{name}", region), region, y) or 0.0)
        for name in dict.fromkeys((*map(carrier, good.content), item))
    }
    total = sum(values.values())
    return values[item] / total if total > 0.0 else 0.0


def _here(worth: Mapping[Pool, Array], pool: Pool, region: str, y: int) -> float | None:
    """What a good is worth in a region in a year, for use or for sale; None where there is no pool of it."""
    found = [float(worth[at][y]) for at in (Pool(pool.good, region), Pool(pool.good, f"{region}>")) if at in worth]
    return max(found, default=None)
