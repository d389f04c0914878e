"""The accumulator that a scenario is built into: goods, activities, bounds, demand, givens; then the whole system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..elements import GROUPS, INDEX, RARE_EARTHS
from ..scenario import Scenario
from .system import Activity, Array, Bound, Given, Good, Need, Pool, System

if TYPE_CHECKING:
    from .yields import StageYield

    Tables = Mapping[str, Mapping[str, StageYield]]

DIDYMIUM = "NdPr"
"""The group of elements that always go together in a chain of magnets."""


def carrier(element: str) -> str:
    """The element or group that a good of an element goes by: Nd and Pr go as NdPr.

    >>> carrier("Nd"), carrier("Dy")
    ('NdPr', 'Dy')
    """
    return DIDYMIUM if element in GROUPS[DIDYMIUM] or element == DIDYMIUM else element


@dataclass
class Builder:
    """What has been added so far. Plants, trade, stocks, deliveries each add their part; `system` freezes it.

    With `shut_ways` a way of trade that rules shut is there too, with no room: a conflict can then name the rules.
    """

    scenario: Scenario
    tables: Tables
    goods: dict[str, Good] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    givens: list[Given] = field(default_factory=list)
    shut_ways: bool = False
    _known: set[Pool] = field(default_factory=set)

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years, first to last."""
        return self.scenario.years

    def good(self, good: Good) -> Good:
        """The good of that name, added where it is new."""
        return self.goods.setdefault(good.name, good)

    def add(self, activity: Activity) -> int:
        """Adds an activity; its index."""
        self.activities.append(activity)
        self._known.update(activity.takes)
        self._known.update(output.pool for output in activity.makes)
        return len(self.activities) - 1

    def bound(self, bound: Bound) -> int:
        """Adds a row of limits; its index."""
        self.bounds.append(bound)
        return len(self.bounds) - 1

    def need(self, need: Need) -> int:
        """Adds a demand; its index."""
        self.needs.append(need)
        return len(self.needs) - 1

    def given(self, given: Given) -> None:
        """Adds a good that is there without being made."""
        self.givens.append(given)
        self._known.add(given.pool)

    def has(self, pool: Pool) -> bool:
        """Whether anything takes from a pool or makes into it so far."""
        return pool in self._known

    def none(self) -> Array:
        """No bound in any year: NaN, shape (years,)."""
        return np.full(len(self.years), np.nan)

    def flat(self, value: float) -> Array:
        """The same number in every year, shape (years,)."""
        return np.full(len(self.years), float(value))

    def mixture(self, form: str, what: str, composition: Mapping[str, float], stage: str) -> Good:
        """A mixture of rare earths of an ore, its content by element adding up to 1."""
        total = sum(composition[e] for e in RARE_EARTHS if e in composition)
        content = {e: composition[e] / total for e in RARE_EARTHS if composition.get(e, 0.0) > 0.0}
        return self.good(Good(f"{form}:{what}", stage, content))

    def single(self, form: str, element: str, stage: str) -> Good:
        """An oxide or metal of one element or of NdPr, in t contained."""
        name = carrier(element)
        return self.good(Good(f"{form}:{name}", stage, {name: 1.0}))

    def system(self) -> System:
        """Everything added, frozen."""
        elements = {e for good in self.goods.values() for e in good.content}
        groups = {name: GROUPS[name] for name in elements if name not in INDEX}
        return System(
            years=self.years,
            regions=self.scenario.regions,
            goods=dict(self.goods),
            activities=tuple(self.activities),
            bounds=tuple(self.bounds),
            needs=tuple(self.needs),
            givens=tuple(self.givens),
            groups={name: tuple(members) for name, members in groups.items()},
        )
