"""How a product's rare earths and mass pass through each unit of a plant: recovery, company and share, by unit.

What a kg of product pays for in a unit is c = h·Q·p (h operating hours per kg, Q use per hour, p price). The bridge
writes h·Q as n · 1/R · 1/x · A · q: n what of the wanted elements a kg holds, R the share of them that gets from the
unit into the product, x their share of the rare earths that enter, A the share of the unit's cost that the product
bears, and q the use per kg of rare earths that pass on the way to the product. From alloy on, mass takes the place of
rare earths and x is 1. See docs/bridge.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..economics.stages import kinds_of
from ..elements import ELEMENTS, INDEX, OXIDE_FACTOR, RARE_EARTHS, indices
from ..flowsheet import Result
from ..plan import STAGES
from ..stream import Stream
from ..sums import over, per_sample
from ..supply.capacity import WHOLE, added, product_outlets

Array = NDArray[np.float64]

WANTED = 0.1
"""Share of a product's rare-earth oxides from which on an element is one that it is made for."""
BODY = 0.05
"""Share of a product's mass from which on an element stands for its mass."""
ON_THE_WAY = 0.01
"""Share of a product's wanted elements that must pass a unit for it to be on their way; others serve the stage."""
UNMIXED = 0.1
"""kg of other rare-earth oxides beside a kg of the wanted ones up to which a feed is separated already."""
BY_MASS = ("alloy", "magnet")
"""Stages whose use goes with mass; that of the others goes with rare-earth oxides."""


@dataclass(frozen=True)
class Passage:
    """What passes a place on the way to the product, each of shape (samples,).

    `loss` is kg of what is followed that pass for each kg that the product takes from here; `company` kg of other
    rare-earth oxides beside a kg of the wanted ones; use per hour times `weight` is use per kg that passes, times the
    share of the product that passes here.
    """

    loss: Array
    company: Array
    weight: Array


@dataclass(frozen=True)
class _Passed:
    """What passes somewhere, how often the product's elements do so (0..), and kg/h of all that is counted."""

    passage: Passage
    times: Array
    whole: Array


def _where(here: NDArray[np.bool_], one: Passage, other: Passage) -> Passage:
    return Passage(
        np.where(here, one.loss, other.loss),
        np.where(here, one.company, other.company),
        np.where(here, one.weight, other.weight),
    )


@dataclass(frozen=True)
class Ore:
    """What ore holds, (samples,): `grade` kg REO per kg, `company` kg of other oxides per kg of the wanted ones."""

    grade: Array
    company: Array


def wanted(result: Result, product: str) -> frozenset[str]:
    """The rare earths that a product is made for: those above a tenth of its oxides."""
    made = result.stream(product)
    return frozenset(name for name in RARE_EARTHS if np.any(np.atleast_1d(made.purity(name)) > WANTED))


@dataclass(frozen=True)
class Way:
    """The way of a product through a solved plant; `keys` are the rare earths that it is followed by."""

    result: Result = field(repr=False)
    product: str
    keys: tuple[str, ...]

    @cached_property
    def made(self) -> Stream:
        """The product's stream."""
        return self.result.stream(self.product)

    @property
    def samples(self) -> int:
        """How many cases were solved."""
        return self.result.solution.samples

    @cached_property
    def mass(self) -> Array:
        """kg/h of the product, (samples,)."""
        return np.atleast_1d(np.asarray(self.made.mass(), dtype=float))

    def by_mass(self, stage: str) -> bool:
        """Whether use in a stage goes with mass."""
        return stage in BY_MASS or not self.keys

    def held(self, stage: str) -> Array:
        """kg in a kg of product of what the stage's use goes with, (samples,): wanted elements as oxide, or mass."""
        if self.by_mass(stage) or not self._has_keys:
            return np.ones(self.samples)
        return self._kg(self.made) / self.mass

    @cached_property
    def _has_keys(self) -> bool:
        return bool(self.keys) and bool(np.all(np.atleast_1d(self.made.oxide(*self.keys)) > 0.0))

    @cached_property
    def _followed(self) -> tuple[str, ...]:
        """The elements that mark the way: those wanted, or of a product without any those that make up its mass."""
        if self._has_keys:
            return self.keys
        shares = self.made.elements / self.mass[:, None]
        return tuple(name for name in ELEMENTS if np.any(shares[:, INDEX[name]] > BODY))

    def _flows(self, stream: Stream) -> Array:
        """kg/h of the followed elements in a stream, as oxide where they are rare earths, (samples, elements)."""
        columns = indices(self._followed)
        return np.asarray(stream.elements[:, columns] * (OXIDE_FACTOR[columns] if self._has_keys else 1.0))

    def _kg(self, stream: Stream) -> Array:
        return per_sample(self._flows(stream))

    def _arrives(self, stream: Stream) -> Array:
        """kg/h of the followed elements of a stream that get into the product, (samples,)."""
        flows = self._flows(stream)
        parts = [
            flows[:, k] * self.result.solution.recovery(name, self.made.name, stream.name)
            for k, name in enumerate(self._followed)
            if np.any(flows[:, k] > 0.0)
        ]
        return added(parts, self.samples)

    def _passed(self, streams: Sequence[Stream], stage: str) -> _Passed:
        """What passes in streams."""
        enters = added((self._kg(stream) for stream in streams), self.samples)
        arrives = added((self._arrives(stream) for stream in streams), self.samples)
        whole = enters
        if not self.by_mass(stage):
            whole = added((np.atleast_1d(np.asarray(one.oxide(), dtype=float)) for one in streams), self.samples)
        times = over(arrives, self._kg(self.made))
        # What comes round more than once makes more pass, not more of the product.
        again = np.maximum(times, 1.0)
        passage = Passage(
            loss=over(enters, arrives) * again,
            company=over(np.maximum(whole - enters, 0.0), enters),
            weight=over(arrives, whole) / (self.held(stage) * self.mass) / again,
        )
        return _Passed(passage, times, whole)

    @cached_property
    def _units(self) -> Mapping[str, _Passed]:
        return {
            name: self._passed([self.result.streams[stream] for stream in unit.inlets.values()], unit.stage)
            for name, unit in self.result.solution.units.items()
        }

    @cached_property
    def _references(self) -> Mapping[str, Passage]:
        """By stage the unit on the way that takes most."""
        return {
            stage: self._largest(
                stage, [self._units[name] for name, unit in self.result.solution.units.items() if unit.stage == stage]
            )
            for stage in STAGES
        }

    def _largest(self, stage: str, among: Iterable[_Passed]) -> Passage:
        """Of what passes on the way that of most, sample by sample; use per kg of product where nothing does."""
        out, most = self._plain(stage), np.full(self.samples, -np.inf)
        for one in among:
            better = (one.times >= ON_THE_WAY) & (one.whole > most)
            out, most = _where(better, one.passage, out), np.where(better, one.whole, most)
        return out

    def through(self, unit: str) -> Passage:
        """What enters a unit; for one off the way of the wanted elements, the unit of its stage that takes most.

        A treatment of effluents and a maker of acid serve what passes the stage.
        """
        own = self._units[unit]
        return _where(own.times >= ON_THE_WAY, own.passage, self._references[self.result.solution.units[unit].stage])

    def beyond(self, stage: str) -> Passage:
        """What a stage makes, as throughput counts it: the measure of its people, and of plants known as a whole."""
        return self._beyond[stage]

    @cached_property
    def _beyond(self) -> Mapping[str, Passage]:
        out = {}
        for stage in STAGES:
            streams = [self.result.streams[name] for name in product_outlets(self.result.solution, stage)]
            sets = [streams] if stage in WHOLE else [[stream] for stream in streams]
            out[stage] = self._largest(stage, [self._passed(one, stage) for one in sets if one])
        return out

    def _plain(self, stage: str) -> Passage:
        """Use per kg of product, where nothing is followed."""
        ones = np.ones(self.samples)
        return Passage(ones, np.zeros(self.samples), ones / (self.held(stage) * self.mass))

    @property
    def mining(self) -> frozenset[str]:
        """The kinds of units of the mine."""
        return kinds_of(self.result.solution, "mine")

    @cached_property
    def ore(self) -> Ore | None:
        """What the ore that units take holds; None where it holds nothing wanted, or hardly anything else.

        A bought feed stands for the ore where there is none; bought oxide or metal, separated by others, does not.
        """
        if not self.keys:
            return None
        result = self.result
        taken = [name for name in result.plan.feeds if result.solution.takers.get(name) is not None]
        names = [name for name in taken if result.plan.feeds[name].is_ore] or [result.ore]
        streams = [result.streams[name] for name in names if name in result.streams]
        whole = added((np.atleast_1d(np.asarray(one.oxide(), dtype=float)) for one in streams), self.samples)
        key = added((np.atleast_1d(np.asarray(one.oxide(*self.keys), dtype=float)) for one in streams), self.samples)
        mass = added((np.atleast_1d(np.asarray(one.mass(), dtype=float)) for one in streams), self.samples)
        company = over(whole - key, key)
        if not (np.all(key > 0.0) and np.all(company > UNMIXED)):
            return None
        return Ore(whole / mass, company)


def ways(results: Sequence[Result], product: str) -> tuple[Way, ...]:
    """The ways of a product through several plants, followed by the same elements: all that any makes it for."""
    found = frozenset().union(*(wanted(result, product) for result in results))
    keys = tuple(name for name in RARE_EARTHS if name in found)
    return tuple(Way(result, product, keys) for result in results)
