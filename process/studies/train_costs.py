"""What a circuit of a train costs a year, by cause: the cost that trains are ranked by."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from ..cascade.sizes import Practice, Sizes, sizes
from ..cascade.trains import Circuit, Problem
from ..data import Fact, prices
from ..data.equilibria import chemistry
from ..economics.circuit_cost import circuit_cost
from ..economics.figures import Figures
from ..economics.pricebook import PriceBook
from ..economics.rates import discount_rate, life
from ..operations.extraction_practice import BASES
from .train_assumptions import Assumption, of_data, of_oxides, of_prices, of_unit

if TYPE_CHECKING:
    from ..plan import Plan, Unit

CAUSES = (
    "mixer-settlers",
    "maintenance",
    "base",
    "acid",
    "organic held",
    "rare earths held",
    "organic lost",
    "power and heat",
)
"""What a circuit's cost is for: all that its stages, flows and feed decide."""

LIQUOR = Fact(
    1.0,
    0.5,
    1.5,
    "mol/L",
    2024,
    "assumed",
    "low",
    "rare earths in what a circuit is fed: raffinates and strip liquors of 3 to 4 mol/L acid lie near it",
)
"""Rare earths in the feed liquor of any circuit; it sets the volume of extraction stages and nothing else."""


class TrainCosts:
    """Yearly costs of circuits at the prices of the region of a unit, for one problem.

    A call gives USD a year of a circuit; it hangs on that circuit alone, so a train costs the sum.
    """

    def __init__(self, plan: Plan, unit: Unit, p: SimpleNamespace, task: Problem) -> None:
        self.task, self.p, self.unit = task, p, unit
        self.book = PriceBook.of_unit(plan, unit)
        self.hours = plan.hours_per_year.nominal
        self.interest, self.life = (float(of(plan, Figures())) for of in (discount_rate, life))
        own = {"discount_rate": plan.finance.discount_rate, "life": plan.finance.life}
        self.terms = tuple(key for key, value in own.items() if value is None)
        known = self.prices = prices(plan.year)
        self.worth = np.array([known[name].value if name in known else 0.0 for name in task.elements]) * task.weights
        self.extractants = {one.name: one for one in p.extractants}

    def __call__(self, circuit: Circuit) -> float:
        """USD a year of one circuit."""
        return sum(self.by_cause(circuit).values())

    def sizes(self, circuit: Circuit) -> Sizes:
        """Volumes and flows of one circuit, m³, m³/h and kmol/h."""
        p, phase = self.p, self.extractants[circuit.solvent]
        by = Practice(
            concentration=float(phase.concentration[0]),
            saponification=float(phase.saponification[0]),
            scrub_acid=float(p.scrub_acid[0]),
            strip_acid=float(p.strip_acid[0]),
            mixing=float(p.mixing[0]),
            settling=float(p.settling[0]),
            strip_stages=float(p.strip_stages[0]),
            base_excess=float(p.base_excess[0]),
            strip_excess=float(p.strip_excess[0]),
        )
        fed = circuit.total
        return sizes(
            circuit.extraction, circuit.scrub, circuit.organic, circuit.scrub_flow, fed, fed / LIQUOR.value, by
        )

    def by_cause(self, circuit: Circuit) -> Mapping[str, float]:
        """USD a year of one circuit by cause.

        What a circuit holds is priced as its profile has it: the elements next to the cut fill its middle.
        """
        p, about = self.p, chemistry(circuit.solvent)
        held = circuit.held_organic + circuit.held_aqueous
        assert about.density is not None
        paid = circuit_cost(
            self.sizes(circuit),
            self.book,
            base=BASES[self.extractants[circuit.solvent].saponification_basis][0],
            extractant=circuit.solvent,
            extractant_mass=about.molar_mass,
            extractant_density=about.density.value,
            rare_earth_value=float(held @ self.worth / held.sum()) if held.any() else 0.0,
            hours=self.hours,
            interest=self.interest,
            life=self.life,
        )
        oxide = float(circuit.feed @ self.task.weights) * self.hours
        lost = float(p.extractant_loss[0]) * self._price(circuit.solvent, "kg")
        lost += float(p.diluent_loss[0]) * self._price("kerosene", "kg")
        energy = float(p.electricity[0]) * self._price("electricity", "kWh")
        energy += float(p.heat[0]) * self._price("heat", "MJ")
        return {**paid.by_cause, "organic lost": lost * oxide, "power and heat": energy * oxide}

    def _price(self, item: str, unit: str) -> float:
        return float(self.book.price(item).per(unit))

    def assumptions(self, used: tuple[str, ...]) -> tuple[Assumption, ...]:
        """Numbers of the costs that are assumptions, each with its range; `used` are the extractants that matter."""
        bases = {BASES[self.extractants[name].saponification_basis][0] for name in used}
        held = tuple(name for name, flow in zip(self.task.elements, self.task.feed, strict=True) if flow > 0.0)
        return (
            *of_data(LIQUOR, self.book.region, self.terms),
            *of_unit(self.unit),
            *of_prices(self.book, (*used, "kerosene", *sorted(bases), "HCl", "electricity", "heat")),
            *of_oxides(self.prices, held),
        )
