"""Two plants of a bridge side by side: what each cause adds to every item that one of them uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..flowsheet import Result
from ..plan import STAGES
from ..supply.capacity import added
from .bridge_capital import scales
from .bridge_factors import OF_PLANT, Group, Key, Plant
from .bridge_passage import Ore, ways
from .shapley import of_product

Array = NDArray[np.float64]

CAUSE_OF: Mapping[str, str] = MappingProxyType(
    {
        "loss": "recovery",
        "company": "recovery",
        "share": "co-products",
        "size": "scale",
        "location": "location",
        "compliance": "compliance",
        "idle": "finance",
    }
)
"""The cause of every factor but use and price, which a line names itself."""

SAME = 1e-12
"""Factors that differ by less than this share of themselves are the same but for rounding."""

Factors = Mapping[str, Array]


@dataclass(frozen=True)
class Pair:
    """The plants of a bridge, `first` that from which it leads to the `second`."""

    first: Plant
    second: Plant

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The items that either uses, ore first."""
        found = {*self.first.groups, *self.second.groups}
        order = {stage: place for place, stage in enumerate(STAGES)}
        return tuple(sorted(found, key=lambda key: (order[key.stage], key.cause, key.item, key.unit, key.sold)))

    def per_kg(self, key: Key) -> tuple[Array, Array]:
        """What an item costs per kg of product at both, each of shape (samples,)."""
        none = np.zeros(self.first.way.samples)
        found = [plant.groups.get(key) for plant in (self.first, self.second)]
        before, after = (none if group is None else group.per_kg for group in found)
        return before, after

    def use_cause(self, key: Key) -> str:
        """The cause that the use of an item counts to."""
        return next(plant.groups[key].use_cause for plant in (self.first, self.second) if key in plant.groups)

    def attributed(self, key: Key) -> dict[str, Array]:
        """What each cause adds to the cost of an item, per kg of product, (samples,) each."""
        out: dict[str, Array] = {}
        for before, after in self.factors(key):
            values = [
                np.where(np.abs(after[cause] - one) <= SAME * np.abs(one), one, after[cause])
                for cause, one in before.items()
            ]
            for cause, value in zip(before, of_product(list(before.values()), values), strict=True):
                out[cause] = out.get(cause, np.zeros_like(value)) + value
        return out

    def factors(self, key: Key) -> list[tuple[Factors, Factors]]:
        """An item's cost at both as two products of factors by cause: of the wanted rare earths, and of the others.

        Where a plant does not use an item it has the other's price, and its losses and shares in proportion to what the
        two have in common in that stage.
        """
        mine, theirs = self.first.groups.get(key), self.second.groups.get(key)
        like = mine or theirs
        assert like is not None
        return [
            (
                self._by_cause(self.first, self.second, like, mine, theirs, term),
                self._by_cause(self.second, self.first, like, theirs, mine, term),
            )
            for term in range(2)
        ]

    def _by_cause(
        self, plant: Plant, other: Plant, like: Group, own: Group | None, others: Group | None, term: int
    ) -> Factors:
        key, ones = like.key, np.ones(plant.way.samples)
        means = dict((others or like).terms[term])
        for name, (here, elsewhere) in self._common[key.stage, term].items():
            if plant is self.second:
                here, elsewhere = elsewhere, here
            means[name] = means[name] * np.divide(here, elsewhere, out=ones.copy(), where=elsewhere > 0.0)
        means["use"] = np.zeros_like(ones)
        if own is not None:
            used = own.terms[term]["use"] != 0.0
            means = {name: np.where(used, own.terms[term][name], value) for name, value in means.items()}
        there = plant if key.stage in plant.stages else other
        grade = 1.0 / there.ore.grade if there.of_ore(key) else ones
        causes = {**CAUSE_OF, "use": like.use_cause, "price": like.price_cause}
        out = {"product": there.way.held(key.stage), "ore": grade * there.ore.company if term else grade}
        for name, factor in means.items():
            cause = causes[name]
            out[cause] = out[cause] * factor if cause in out else factor
        return out

    @cached_property
    def _common(self) -> Mapping[tuple[str, int], Mapping[str, tuple[Array, Array]]]:
        """By stage and term: means of the factors of `OF_PLANT` over the items that both use, for each of the two.

        Both with the same weights, what an item costs at either, so that plants with the same factors have the same
        means. Empty where they have nothing in common.
        """
        return {(stage, term): self._means(stage, term) for stage in STAGES for term in range(2)}

    def _means(self, stage: str, term: int) -> dict[str, tuple[Array, Array]]:
        pairs = [
            (group, self.second.groups[key])
            for key, group in self.first.groups.items()
            if key.stage == stage and key in self.second.groups
        ]
        if not pairs:
            return {}

        def mean(name: str, k: int) -> Array:
            parts = ((np.abs(pair[0].per_kg) + np.abs(pair[1].per_kg)) * pair[k].terms[term][name] for pair in pairs)
            return added(parts, self.first.way.samples)

        return {name: (mean(name, 0), mean(name, 1)) for name in OF_PLANT if name in pairs[0][0].terms[term]}


def pair_of(a: Result, b: Result, product: str) -> Pair:
    """Two solved plants and a product. Raises `CostError` where one does not make it."""
    splits = [result.cost.per_kg(product) for result in (a, b)]
    both = ways((a, b), product)
    ones = np.ones(a.solution.samples)
    known = [way.ore for way in both]
    ores = [own or other or Ore(ones, ones) for own, other in (known, known[::-1])]
    if not both[0].mining & both[1].mining:
        # Of mines that have nothing in common the grade says nothing: use goes with the rare earths that they mine.
        ores = [replace(ore, grade=ones) for ore in ores]
    grown = scales(a, b)
    first, second = (Plant(way, split, ore, grown) for way, split, ore in zip(both, splits, ores, strict=True))
    return Pair(first, second)
