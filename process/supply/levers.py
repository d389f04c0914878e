"""Levers: what could be built or done beyond what a chain has, as columns of its program that may be shut.

Capacity that is not there yet is a good of its own: a column puts t/year of it up, from its first year on, never to be
taken down; the activities of the new plant take it. So a lever is a set of columns, and forbidding it is a bound of
zero on them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from .system import Activity, Array, Bound, Good, Need, Output, Pool, System
from .values import told_per_t

CAPACITY = "capacity"
"""Form of the goods that stand for capacity: they hold no element and are not traded."""
TIES = 0.01
"""What of the cost of trade counts as levers are chosen: enough to decide between equals."""
ROUNDING = 1e-6
"""Share of what others were served that a program may leave out: what must be met exactly may miss by rounding."""


class Choice(NamedTuple):
    """A lever that is used or not: its kind, stage and region; `what` is the deposit, good, family or rule."""

    kind: str
    stage: str
    region: str
    what: str = ""

    @property
    def broad(self) -> Choice:
        """The same anywhere, of any deposit, family or good: what is different in two different ways."""
        return Choice(self.kind, self.stage, "")


@dataclass(frozen=True, slots=True)
class Option:
    """A lever in a program: the columns whose levels are its amounts, and what they cost.

    `unit` says what an amount counts. `capital` is USD for each t/year of the columns, `runs` are the activities that
    only this lever lets run: their cost is its own too. `note` says what its figures rest on.
    """

    choice: Choice
    columns: tuple[int, ...]
    unit: str
    capital: float = 0.0
    runs: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Levered:
    """A chain with levers: all of them open."""

    system: System
    options: tuple[Option, ...]

    def without(self, forbidden: Collection[Choice]) -> System:
        """The chain with some levers shut; one that names no region shuts all of its kind and stage."""
        shut = {
            i
            for option in self.options
            if option.choice in forbidden or option.choice.broad in forbidden
            for i in option.columns
        }
        none = np.zeros(len(self.system.years))
        activities = tuple(
            replace(one, most=none, least=None) if i in shut else one for i, one in enumerate(self.system.activities)
        )
        return replace(self.system, activities=activities)

    def only(self, chosen: Collection[Choice]) -> System:
        """The chain with no lever open but these."""
        kept = set(chosen)
        return self.without(
            {one.choice for one in self.options if one.choice not in kept and one.choice.broad not in kept}
        )


@dataclass(frozen=True, slots=True)
class Building:
    """What new capacity of a plant that is not there yet costs and when it can run.

    `plant` and `stage` name the rows of kind `capacity` that it lifts. `most` is t/year by year, NaN without limit,
    zero before the first year. `capital` is USD per t/year, `charge` what of it each year bears; `keeps` says that
    what stands in a year stands in the next.
    """

    choice: Choice
    plant: str
    unit: str
    most: Array
    capital: float
    charge: float
    keeps: bool = True
    note: str = ""


@dataclass
class Draft:
    """A chain that levers are being added to."""

    base: System
    activities: list[Activity] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    goods: dict[str, Good] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    _beyond_before: dict[tuple[int, str], list[tuple[tuple[int, ...], Array]]] = field(default_factory=dict)
    _collected_before: dict[str, list[tuple[tuple[int, ...], Array]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.activities = list(self.base.activities)
        self.bounds = list(self.base.bounds)
        self.goods = dict(self.base.goods)

    def add(self, activity: Activity) -> int:
        """Adds an activity; its index."""
        self.activities.append(activity)
        return len(self.activities) - 1

    def build(self, building: Building) -> bool:
        """Makes the capacity of a plant a lever; False where the chain has no row of that plant and stage.

        The row's limit is the share of a t/year that runs: 0 before the plant can, 1 after.
        """
        choice = building.choice
        rows = [
            i
            for i, bound in enumerate(self.bounds)
            if bound.kind == "capacity" and bound.plant == building.plant and bound.stage == choice.stage
        ]
        columns: list[int] = []
        runs: set[int] = set()
        for i in rows:
            bound = self.bounds[i]
            most = np.where(bound.most > 0.0, building.most, 0.0)
            runs.update(one for one, _ in bound.of)
            columns.append(self._column(building, bound, most))
            self.bounds[i] = replace(bound, of=(), most=np.full_like(bound.most, np.nan), kind="new capacity")
        if not columns:
            return False
        self.options.append(
            Option(choice, tuple(columns), building.unit, building.capital, tuple(sorted(runs)), building.note)
        )
        return True

    def _column(self, building: Building, bound: Bound, most: Array) -> int:
        """A column that puts up what a row of capacity limits, as a good that the row's activities take."""
        stage, region = building.choice.stage, building.choice.region
        name = f"{CAPACITY}:{bound.name}"
        self.goods[name] = Good(name, stage, MappingProxyType({}))
        pool = Pool(name, region)
        for one, weight in bound.of:
            needs = np.atleast_1d(np.asarray(weight, dtype=float))
            if (needs != needs[0]).any():
                raise ValueError(f"{bound.name}: new capacity needs weights that do not change by year")
            activity = self.activities[one]
            self.activities[one] = replace(activity, takes={**activity.takes, pool: float(needs[0])})
        column = self.add(
            Activity(
                name=f"new capacity: {bound.name}",
                kind="plant",
                takes=MappingProxyType({}),
                makes=(Output(pool, 1.0),),
                plant=building.plant,
                stage="",
                region=region,
                cost=building.capital * building.charge,
                most=most,
            )
        )
        if building.keeps and len(self.base.years) > 1:
            none = np.full(len(self.base.years), np.nan)
            least = np.zeros(len(self.base.years))
            self.bounds.append(
                Bound(
                    f"what stands stays: {bound.name}",
                    "stands",
                    ((column, 1.0),),
                    none,
                    least,
                    plant=building.plant,
                    region=region,
                    back=((column, -1.0, 1),),
                )
            )
        return column

    def ahead(self, pool: Pool, cost: float, most: Array, note: str = "") -> None:
        """Makes a stock of a good in a region a lever: a t kept to the next year costs `cost` USD; oxides as oxide."""
        each = 1.0 / told_per_t(pool.good)
        column = self.add(
            Activity(
                name=f"bought ahead: {pool}",
                kind="hold",
                takes={pool: each},
                makes=(Output(pool, each, 1),),
                region=pool.place,
                cost=cost,
                most=most,
            )
        )
        choice = Choice("stockpile", "", pool.place, pool.good)
        self.options.append(Option(choice, (column,), "t in stock at the end of the year", note=note))

    def substitute(self, region: str, most: Array, cost: float, note: str = "") -> None:
        """Lets other kinds of magnets serve more of the demands of a region that take them at all.

        `most` is the share of the demand, shape (years,), in all: what the chain allows is in it. `cost` is USD per t
        of demand served beyond that. One lever for each other good; of several the largest share holds for all.
        """
        columns: dict[str, list[int]] = {}
        for (need, good), members in self._substitutes(region).items():
            # What the file allows holds for the ordinary goods and the clean ones together; a rule shuts the former.
            (amount,) = {self.base.activities[i].serves[need] for i in members}
            limits = [one.most for i in members if (one := self.base.activities[i]).most is not None]
            allowed = np.max(np.array(limits), axis=0)
            more = np.maximum(most * self.base.needs[need].tonnes / amount - allowed, 0.0)
            if not more.any():
                continue
            one = self.base.activities[members[0]]
            found = [self._beyond(i, one.name, cost, more) for i in members]
            columns.setdefault(good, []).extend(found)
            if len(found) > 1:
                self._limit(f"{one.name}, beyond the file", region, good, found, more)
            earlier = self._beyond_before.setdefault((need, good), [])
            earlier.append((tuple(found), more))
            if len(earlier) > 1:
                every = [i for each, _ in earlier for i in each]
                largest = np.max([room for _, room in earlier], axis=0)
                self._limit(f"{one.name}, beyond the file by all levers", region, good, every, largest)
        for good, found in columns.items():
            choice = Choice("substitute", "", region, good)
            self.options.append(Option(choice, tuple(found), "t/year of demand served", note=note))

    def _substitutes(self, region: str) -> dict[tuple[int, str], list[int]]:
        """The deliveries of other kinds of magnets than were asked for, by demand and good: ordinary and clean ones."""
        out: dict[tuple[int, str], list[int]] = {}
        for i, one in enumerate(self.base.activities):
            if one.kind != "deliver" or one.region != region or one.most is None:
                continue
            ((need, _),) = one.serves.items()
            good = next(iter(one.takes)).good
            if good != self.base.needs[need].good:
                out.setdefault((need, good), []).append(i)
        return out

    def _beyond(self, index: int, limit: str, cost: float, most: Array) -> int:
        """A column that does what an activity does, beyond the limit of that name but within all others."""
        one = self.base.activities[index]
        for shut in one.shut.values():
            most = np.where(shut, 0.0, most)
        column = self.add(
            replace(one, name=f"{one.name}, beyond the file", cost=one.cost + cost, most=most, least=None)
        )
        self.bounds = [
            bound if bound.name == limit or bound.kind == "collection" else _also(bound, index, column)
            for bound in self.bounds
        ]
        self.bounds = [_returned(bound, index, column) for bound in self.bounds]
        return column

    def _limit(self, name: str, region: str, good: str, columns: Sequence[int], most: Array) -> None:
        """A row that keeps columns within a room together."""
        of = tuple((i, 1.0) for i in columns)
        none = np.full(len(self.base.years), np.nan)
        self.bounds.append(Bound(name, "lever", of, most, none, region=region, good=good))

    def within(self, name: str, region: str, columns: Sequence[int], most: Array) -> None:
        """Keeps what a lever puts up of a stage in a region within its limit, t/year by year, whatever it is of."""
        if len(columns) > 1:
            self._limit(name, region, "", columns, most)

    def collect(self, region: str, most: Array, cost: float, note: str = "") -> None:
        """Lets more old magnets of a region come back, up to a share `most` of them in all, shape (years,).

        `cost` is USD per t collected beyond what the chain collects. A share below the file's changes nothing, of
        several levers the largest holds.
        """
        columns = []
        for bound in self.base.bounds:
            if bound.kind != "collection" or bound.region != region:
                continue
            usual = tuple(i for i, _ in bound.of)
            first = self.base.activities[usual[0]]
            none = first.most is not None and first.most <= 0.0
            file = np.where(none, 0.0, 1.0 / np.asarray(bound.of[0][1], dtype=float))
            if not (most > file).any():
                continue
            found = [self._beyond(i, first.name, cost, np.where(most > file, np.inf, 0.0)) for i in usual]
            columns.extend(found)
            earlier = self._collected_before.setdefault(bound.name, [])
            earlier.append((tuple(found), np.maximum(most, file)))
            self._gathered(bound, f"{bound.name}, beyond the file", (*usual, *found), earlier[-1][1])
            if len(earlier) > 1:
                every = [i for each, _ in earlier for i in each]
                largest = np.max([each for _, each in earlier], axis=0)
                self._gathered(bound, f"{bound.name}, beyond the file by all levers", (*usual, *every), largest)
        if columns:
            choice = Choice("recycle", "", region)
            self.options.append(Option(choice, tuple(columns), "t/year of old magnets collected", note=note))

    def _gathered(self, bound: Bound, name: str, columns: Sequence[int], share: Array) -> None:
        """A row like that of what a file collects, with more columns and another share of the old magnets, by year."""
        now = next(one for one in self.bounds if one.name == bound.name and one.kind == bound.kind)
        weight = 1.0 / np.where(share > 0.0, share, 1.0)
        self.bounds.append(replace(now, name=name, of=tuple((i, weight) for i in columns)))

    def levered(self) -> Levered:
        """The chain with all levers added so far; running what stands already costs nothing in it.

        So a lever is used only where what stands cannot do, and what a way costs is what its levers cost. Trade keeps
        `TIES` of its cost: of two levers that cost the same the nearer one.
        """
        own = {i for option in self.options for i in (*option.columns, *option.runs)}
        activities = tuple(
            one if i in own else replace(one, cost=TIES * one.cost if one.kind == "trade" else 0.0)
            for i, one in enumerate(self.activities)
        )
        system = replace(self.base, activities=activities, bounds=tuple(self.bounds), goods=dict(self.goods))
        return Levered(system, tuple(self.options))


def _also(bound: Bound, index: int, other: int) -> Bound:
    """A row that counts another activity as it counts one."""
    more = tuple((other, weight) for i, weight in bound.of if i == index)
    return replace(bound, of=(*bound.of, *more)) if more else bound


def _returned(bound: Bound, index: int, other: int) -> Bound:
    """A row that counts the earlier levels of another activity as it counts those of one."""
    more = tuple((other, weight, back) for i, weight, back in bound.back if i == index)
    return replace(bound, back=(*bound.back, *more)) if more else bound


def held(system: System, unmet: Array, focus: Collection[str]) -> System:
    """A chain in which regions outside the focus get what they were served, given what was unmet, and no more.

    So what a lever makes is for the focus, and nobody else is left with less than before, but for `ROUNDING` of it.
    """

    def kept(need: Need, lacked: Array) -> Need:
        return replace(need, tonnes=np.maximum(need.tonnes - lacked, 0.0) * (1.0 - ROUNDING), must=True)

    needs = (need if need.region in focus else kept(need, unmet[i]) for i, need in enumerate(system.needs))
    return replace(system, needs=tuple(needs))
