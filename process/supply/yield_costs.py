"""What parts of a solved flowsheet cost to run and to build, without what other parts of the chain deliver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..data import reagents
from ..elements import INDEX, RARE_EARTHS, mass_fractions
from ..network.solution import Solution

if TYPE_CHECKING:
    from ..economics.cost import Cost
    from ..economics.lines import CostLine

REJECTS = ("swarf", "scrap")
"""Forms of what a magnet plant rejects and a recycler takes."""
_CAPITAL = "capital"
"""The cause of lines that are no running cost."""
_DIFFUSION = "grain_boundary_diffusion"


class Money(NamedTuple):
    """USD per operating hour to run, and USD installed."""

    running: float
    installed: float

    def plus(self, other: Money, share: float = 1.0) -> Money:
        """With a share of another's."""
        return Money(self.running + share * other.running, self.installed + share * other.installed)


@dataclass(frozen=True)
class PartCosts:
    """Costs of a solved flowsheet by `part`, the part of the chain that each unit belongs to, of one sample."""

    solution: Solution
    cost: Cost
    part: Mapping[str, str]
    sample: int = 0

    @property
    def hours(self) -> float:
        """Operating hours a year."""
        investment = next(iter(self.cost.capital.values()))
        return float(np.broadcast_to(investment.hours, (self.solution.samples,))[self.sample])

    def of(self, *names: str) -> Money:
        """Of some parts: all lines but capital, rare earths bought and swarf sold; and their units as installed."""
        units = {unit for unit, part in self.part.items() if part in names}
        lines = [line for line in self.cost.lines if line.unit_name in units and self._counts(line)]
        built = [
            np.broadcast_to(million, (self.solution.samples,))[self.sample]
            for investment in self.cost.capital.values()
            for unit, million in investment.by_unit.items()
            if unit in units
        ]
        return Money(sum(float(line.cost[self.sample]) for line in lines), 1e6 * sum(float(one) for one in built))

    def _counts(self, line: CostLine) -> bool:
        return line.cause != _CAPITAL and not self._bought(line) and not self._sold(line)

    def _bought(self, line: CostLine) -> bool:
        """Whether a line is the price of rare earths that another part would deliver."""
        feed = self.solution.streams.get(line.item) if line.item in self.solution.plan.feeds else None
        if feed is not None:
            return float(np.atleast_1d(feed.oxide())[self.sample]) > 0.0
        if self.solution.units[line.unit_name].kind != _DIFFUSION or line.item not in reagents():
            return False
        made_of = [mass_fractions(formula) for formula in reagents()[line.item].composition]
        return any(shares[INDEX[name]] > 0.0 for shares in made_of for name in RARE_EARTHS)

    def _sold(self, line: CostLine) -> bool:
        """Whether a line is what swarf fetches, which in a chain is a good of its own."""
        if not np.any(line.cost < 0.0):
            return False
        stream = self.solution.streams.get(f"{line.unit_name}.{line.item.partition(' (')[0]}")
        return stream is not None and stream.form in REJECTS
