"""Lines of cost of a product as products of factors, each of one cause, summed by stage and item.

Lines of one item of a stage stand together, so that they meet their like in another plant. A sum of products is
written as one product of means: the factor of each further cause is the mean over the lines, weighted with the factors
before it; the product of the means is then the sum, whatever the lines are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import reagents
from ..economics.cost import CostShare, CostSplit
from ..economics.operating import CostLine
from ..supply.capacity import added
from .bridge_capital import Scale, built
from .bridge_causes import brings_heavy, is_built, is_staff, price_cause, use_cause
from .bridge_passage import Ore, Way

Array = NDArray[np.float64]

OF_PLANT = ("loss", "company", "share")
"""Factors that a plant has whether or not it uses an item."""
OF_LINE = ("price", "size", "location", "compliance", "idle")
"""Factors of an item; where a plant does not use it, those of the other stand for it."""
OWN = ("use", "loss", *OF_LINE, "share")
COMPANY = ("use", "loss", "company", *OF_LINE, "share")
"""Factors of what the wanted rare earths take, and of what those beside them do. What is physical weighs what is money,
so that a price or a way of sharing costs moves no recovery."""
ROYALTY = "royalty"
"""The line that goes with the value of what the mine makes."""


@dataclass(frozen=True)
class Key:
    """What lines of two plants are matched by."""

    stage: str
    item: str
    cause: str
    unit: str
    sold: bool
    by_stage: bool


@dataclass(frozen=True)
class Factored:
    """A line as factors, each of shape (samples,): use, those of `OF_LINE` and those of `OF_PLANT`."""

    key: Key
    use_cause: str
    price_cause: str
    per_kg: Array
    factors: Mapping[str, Array]


@dataclass(frozen=True)
class Group:
    """The lines of one key: their sum per kg of product, and means of their factors, each of shape (samples,).

    Of the two terms the first is what the wanted rare earths take themselves, the second, per kg of company that they
    have in the ore, what the others do.
    """

    key: Key
    use_cause: str
    price_cause: str
    per_kg: Array
    terms: tuple[Mapping[str, Array], Mapping[str, Array]]


def key_of(line: CostLine, by_stage: bool) -> Key:
    """What a line is matched by: reagents by their item of the price book, wastes by what they are billed as."""
    name = line.item if line.quote is None or line.cause == "overhead" else line.quote.item
    known = reagents().get(name)
    return Key(
        stage=line.stage,
        item=name if known is None else known.item,
        cause=line.cause,
        unit=line.unit,
        sold=bool(np.any(line.cost < 0.0)),
        by_stage=by_stage,
    )


class Plant:
    """A plant's lines of a product as factors.

    `ore` is its own, or another plant's where it has none; `scales` by stage are those of both plants.
    """

    def __init__(self, way: Way, split: CostSplit, ore: Ore, scales: Mapping[str, Scale]) -> None:
        self.way, self.ore, self.scales = way, ore, scales
        # Largest first is the order of the first sample; sums have the bits of single cases in the order of the plant.
        order = {id(line): i for i, line in enumerate(way.result.cost.lines)}
        self.lines = tuple(self._factored(one) for one in sorted(split.lines, key=lambda one: order[id(one.line)]))
        self.groups = {key: _grouped(list(lines)) for key, lines in _by_key(self.lines).items()}
        self.stages = frozenset(line.key.stage for line in self.lines)

    def _factored(self, share: CostShare) -> Factored:
        line, way = share.line, self.way
        whole = self.by_stage(line)
        passage = way.beyond(line.stage) if whole else way.through(line.unit_name)
        ones = np.ones(way.samples)
        own = (
            built(way.result, line, self.scales[line.stage])
            if is_built(line)
            else {"use": line.quantity, "price": ones * line.price}
        )
        key = key_of(line, whole)
        per_kg = passage.weight * (self.ore.grade if self.of_ore(key) else ones)
        factors = {
            **dict.fromkeys(OF_LINE, ones),
            **own,
            "share": ones * share.hours_per_kg * way.mass,
            "loss": passage.loss,
            "company": passage.company / self.ore.company,
        }
        factors["use"] = factors["use"] * per_kg
        use = "product" if brings_heavy(way.result, line, way.keys) else use_cause(line)
        return Factored(key, use, price_cause(line), ones * share.per_kg, factors)

    def by_stage(self, line: CostLine) -> bool:
        """Whether a line follows what its stage makes, not what enters its unit."""
        if is_built(line):
            return self.scales[line.stage].whole
        return is_staff(line) or line.cause == "capital" or line.item == ROYALTY

    def of_ore(self, key: Key) -> bool:
        """Whether use goes with tonnes of ore."""
        return key.stage == "mine" and not key.by_stage and not self.way.by_mass(key.stage)


def _by_key(lines: Iterable[Factored]) -> dict[Key, list[Factored]]:
    out: dict[Key, list[Factored]] = {}
    for line in lines:
        out.setdefault(line.key, []).append(line)
    return out


def _grouped(lines: Sequence[Factored]) -> Group:
    """Lines of one key as two products of means."""
    first, samples = lines[0], len(lines[0].per_kg)
    terms = tuple(_means(lines, names) for names in (OWN, COMPANY))
    per_kg = added((one.per_kg for one in lines), samples)
    return Group(first.key, first.use_cause, first.price_cause, per_kg, (terms[0], terms[1]))


def _means(lines: Sequence[Factored], names: Sequence[str]) -> dict[str, Array]:
    """The sum of the first factor over the lines, and the weighted mean of every further one, (samples,) each."""
    samples = len(lines[0].per_kg)
    weights = [np.ones(samples) for _ in lines]
    whole = np.ones(samples)
    out = {}
    for name in names:
        weights = [weight * line.factors[name] for weight, line in zip(weights, lines, strict=True)]
        more = added(weights, samples)
        # Where nothing is left to weigh with the product is 0 already, and any mean will do.
        out[name] = np.divide(more, whole, out=lines[0].factors[name].copy(), where=whole != 0.0)
        whole = more
    return out
