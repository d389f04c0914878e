"""A chain of many plants as plain tables: goods in pools, activities that turn one into another, limits and demand.

Nothing here knows a file, a flowsheet or money beyond a cost per tonne. Everything is one idea: an **activity** runs at
a level (t/year) in each year; it takes goods from pools and makes goods in pools, now or some years later. Plants,
trade, stockpiles, deliveries and old magnets that come back are all activities. `program` finds the levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Pool(NamedTuple):
    """Where a good lies, perfectly mixed: in a region for use, `region>` for sale, or `world` between regions.

    `track` is `clean` for what holds nothing of a restricted origin, where a rule asks for that; else empty.
    """

    good: str
    place: str
    track: str = ""

    @property
    def region(self) -> str:
        """The region that it lies in, for use or for sale.

        >>> Pool("oxide:Dy", "us>").region, Pool("oxide:Dy", "us").region, Pool("oxide:Dy", "world").region
        ('us', 'us', 'world')
        """
        return self.place.removesuffix(">")

    def __str__(self) -> str:
        track = f" ({self.track})" if self.track else ""
        return f"{self.good} in {self.place}{track}"


class Output(NamedTuple):
    """What an activity makes per unit of its level: so much into a pool, `lag` years later."""

    pool: Pool
    amount: float
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Good:
    """Something that is made and traded, in t: of rare earths contained (mixtures, oxides, metals), else of mass.

    `name` is `form:what`, such as `mixed:bayan_obo`, `oxide:NdPr`, `magnet:motor`. `content` holds t of each element
    or group per t; of a mixture the elements, adding up to 1. `stage` makes it. `value` is USD per t, 0 where unknown.
    """

    name: str
    stage: str
    content: Mapping[str, float]
    value: float = 0.0

    @property
    def form(self) -> str:
        """The part of the name before the colon: `concentrate`, `mixed`, `heavy`, `oxide`, `metal`, `alloy`, …"""
        return self.name.partition(":")[0]

    @property
    def what(self) -> str:
        """The part of the name after the colon: a deposit, an element or group, or a kind of magnet."""
        return self.name.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Activity:
    """What can be run at a level of t/year: takes and makes per unit of level, years ahead by the lag of an output.

    `kind`: `plant`, `source` (a mine: rare earths enter), `keep` (from sale to use in a region), `trade`, `hold`
    (a stock to the next year) or `deliver`. `serves` maps demands (by index) to t served per unit. `splits` gives, of
    an activity whose inlet is a mixture, the share of each element of it that goes to each output pool; where it is
    empty the contents of goods say it. What is in no output is lost. `least` and `most` bound the level by year.
    `cost` is USD per unit of level. `shut` maps trade rules by name to the years in which they let nothing pass.
    """

    name: str
    kind: Literal["plant", "source", "keep", "trade", "hold", "deliver"]
    takes: Mapping[Pool, float]
    makes: tuple[Output, ...]
    plant: str = ""
    stage: str = ""
    region: str = ""
    cost: float = 0.0
    most: Array | None = None
    least: Array | None = None
    serves: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    splits: Mapping[str, Mapping[Pool, float]] = field(default_factory=lambda: MappingProxyType({}))
    shut: Mapping[str, NDArray[np.bool_]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Bound:
    """A row over activities in each year: `least` ≤ Σ weight × level ≤ `most`, t/year, shape (years,); NaN: none.

    `of` pairs the index of an activity with its weight, a float or an array of shape (years,). `kind` says why it is
    there (`capacity`, `quota`, `granted`, `share`, `stock`, `must run`); `plant`, `stage`, `region` and `good` say
    where, `rules` names the trade rules that ask for it. `back` counts the level of earlier years: (activity, weight,
    years back).
    """

    name: str
    kind: str
    of: tuple[tuple[int, float | Array], ...]
    most: Array
    least: Array
    plant: str = ""
    stage: str = ""
    region: str = ""
    good: str = ""
    back: tuple[tuple[int, float, int], ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A demand by year: t of `good` that an end use of a region asks for, shape (years,).

    What is not served is unmet, at `weight` per t in the least unmet demand; with `must` nothing may be unmet. `even`
    says by how much more the last tenth of the demand weighs than the first, as a share: demands that tie are then
    short alike.
    """

    region: str
    use: str
    good: str
    tonnes: Array
    weight: float = 1.0
    must: bool = False
    even: float = 0.0


@dataclass(frozen=True, slots=True)
class Given:
    """A good that is there without being made: t by year (the start of a stock, old magnets of before), shape (years,).

    `origin` is the region its atoms count for, `before` where nobody knows.
    """

    pool: Pool
    tonnes: Array
    origin: str = "before"
    note: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """All tables of a scenario. `groups` maps a group of elements to its members (`NdPr`: Nd, Pr)."""

    years: tuple[int, ...]
    regions: tuple[str, ...]
    goods: Mapping[str, Good]
    activities: tuple[Activity, ...]
    bounds: tuple[Bound, ...]
    needs: tuple[Need, ...]
    givens: tuple[Given, ...]
    groups: Mapping[str, tuple[str, ...]]

    def pools(self) -> tuple[Pool, ...]:
        """Every pool that an activity or a given names, in the order of first use."""
        found: dict[Pool, None] = {}
        for activity in self.activities:
            found.update(dict.fromkeys(activity.takes))
            found.update(dict.fromkeys(output.pool for output in activity.makes))
        found.update(dict.fromkeys(given.pool for given in self.givens))
        return tuple(found)
