"""The units of a solved flowsheet by the stage of a chain of plants that they belong to, and what crosses between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from ..elements import GROUPS
from ..network.solution import Solution
from ..scenario import EXTRACTION, RECYCLING
from ..stream import Stream

MAIN = 0.8
"""Share of a product's rare-earth oxides that makes it the oxide of an element, of Nd and Pr or of La and Ce."""
MOSTLY = 0.5
"""Share of a product's rare-earth oxides from samarium on that makes it a mixture of the heavies."""
HEAVY = GROUPS["SEG+"]
"""Samarium, europium, gadolinium and the heavier ones with yttrium: what leaves a light separation together."""


def parts(solution: Solution) -> Mapping[str, str]:
    """The part of the chain that each unit belongs to, by name.

    `mine`, `metal`, `alloy` and `magnet` are the flowsheet's stages. Of its separation, `recycling` is what takes swarf
    or old magnets and what follows until other rare earths join; `extraction` is the first unit that separates elements
    and what only it leads to; `cracking` is the rest.
    """
    out = {name: unit.stage for name, unit in solution.units.items()}
    before = {name: _before(solution, name) for name in out}
    inside = {name for name, stage in out.items() if stage == "separation"}
    back = {name for name in out if solution.units[name].kind in RECYCLING}
    while new := {name for name in inside - back if before[name] and before[name] <= back}:
        back |= new
    rest = inside - back
    first = {name for name in rest if solution.units[name].kind in EXTRACTION}
    upstream = _reached(first, {name: before[name] & rest for name in out}) - first
    after = {name: {other for other in rest if name in before[other]} for name in out}
    downstream = _reached(first, after)
    for name in back:
        out[name] = "recycling"
    for name in rest:
        out[name] = "extraction" if name in downstream and name not in upstream else "cracking"
    return MappingProxyType(out)


def _before(solution: Solution, name: str) -> set[str]:
    """What a unit's streams come from: units, or feeds, which no part holds."""
    return {stream.partition(".")[0] for stream in solution.units[name].inlets.values()}


def _reached(start: Collection[str], steps: Mapping[str, Iterable[str]]) -> set[str]:
    """All that some units lead to, themselves included."""
    found, new = set(start), list(start)
    while new:
        for name in steps[new.pop()]:
            if name not in found:
                found.add(name)
                new.append(name)
    return found


class Region:
    """A set of units and its border: what enters it and what leaves it, in kg/h of one sample."""

    def __init__(self, solution: Solution, units: Iterable[str], sample: int = 0) -> None:
        # In the order of the file, so that sums do not depend on that of a set.
        inside = frozenset(units)
        self.units = tuple(name for name in solution.units if name in inside)
        self.solution, self.sample = solution, sample
        inlets = [stream for name in self.units for stream in solution.units[name].inlets.values()]
        self.entries = tuple(dict.fromkeys(name for name in inlets if name.partition(".")[0] not in inside))
        outlets = [f"{name}.{outlet}" for name in self.units for outlet in solution.units[name].outlets]
        self.exits = tuple(name for name in outlets if self._taker(name) not in inside)

    def _taker(self, stream: str) -> str | None:
        taker = self.solution.takers.get(stream)
        return None if taker is None else taker[0]

    def amount(self, stream: str, element: str) -> float:
        """kg/h of an element or group in a stream."""
        return self.number(self.solution.streams[stream].element(element))

    def entering(self, element: str, sources: Iterable[str]) -> float:
        """kg/h of an element or group in all of some streams."""
        return sum(self.amount(name, element) for name in sources)

    def walk(self, element: str, sources: Iterable[str], stops: Iterable[str] = ()) -> dict[str, float]:
        """Share of an element of some streams that leaves by each exit; what enters `stops` counts as leaving there.

        Atoms are followed once through: what leaves by an exit and comes back counts when it comes back. Only sources
        that a unit of the region takes are followed. Empty where they hold none of the element.
        """
        held = {name: self.amount(name, element) for name in sources if self._taker(name) in self.units}
        total = sum(held.values())
        ends = {*self.exits, *stops}
        out: dict[str, float] = {}
        for name, amount in held.items():
            if amount > 0.0:
                for end, share in self.solution.fates(element, name, ends - {name}).items():
                    out[end] = out.get(end, 0.0) + self.number(share) * amount / total
        return out

    def stream(self, name: str) -> Stream:
        """A stream of this sample alone."""
        return self.solution.streams[name].sample(self.sample)

    def number(self, values: Any) -> float:
        """The number of this sample."""
        return float(np.atleast_1d(values)[self.sample])


def own(stream: Stream) -> tuple[str, ...]:
    """The elements whose oxide a product counts as: one, Pr and Nd, or La and Ce; none for other mixtures.

    >>> from didymium.elements import mass_fractions
    >>> flow = 75.0 * mass_fractions("Nd2O3") + 25.0 * mass_fractions("Pr6O11") + mass_fractions("La2O3")
    >>> own(Stream("dryer.oxide", "oxide", ("bulk",), flow[None, None]))
    ('Pr', 'Nd')
    """
    for name in ("NdPr", "LaCe", *HEAVY, "Sc"):
        if stream.purity(name) >= MAIN:
            return tuple(GROUPS.get(name, (name,)))
    return ()


def heavies(stream: Stream) -> bool:
    """Whether a product is a mixture of samarium and what is heavier."""
    return not own(stream) and bool(stream.purity(*HEAVY) >= MOSTLY)
