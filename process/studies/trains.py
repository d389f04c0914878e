"""Trains of a unit compared by what they cost a year: the best, the runners-up, and all of them proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cascade import CascadeError
from ..cascade.trains import Circuit, Designer, Problem, Verified, best_trains, possible, verify_all
from ..elements import RE
from ..operations.base import plain
from ..operations.separation_train import task_of
from ..operations.stoichiometry import moles
from .train_assumptions import Assumption
from .train_costs import CAUSES, TrainCosts

if TYPE_CHECKING:
    from ..flowsheet import Result

KIND = "separation_train"
MOST = 10


class TrainError(ValueError):
    """A unit's trains cannot be compared: `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy


@dataclass(frozen=True)
class CircuitRow:
    """One circuit of a train as it runs: flows in mol per mol of its feed, m³/h and kmol/h, USD a year by cause.

    `outlets` are the products behind its raffinate, its draw where it has one, and its strip liquor.
    """

    words: str
    extractant: str
    outlets: tuple[tuple[str, ...], ...]
    extraction: int
    scrub: int
    draw_stage: int | None
    beta: float
    solvent: float
    scrub_flow: float
    feed_kmol_per_h: float
    organic_m3_per_h: float
    organic_m3: float
    volume_m3: float
    base_kmol_per_h: float
    acid_kmol_per_h: float
    by_cause: Mapping[str, float]

    @property
    def stages(self) -> int:
        """Extraction and scrub stages."""
        return self.extraction + self.scrub

    @property
    def usd_per_year(self) -> float:
        """Its cost."""
        return sum(self.by_cause.values())


@dataclass(frozen=True)
class ProductRow:
    """A product of a train with its real streams: oxide purity and recovery, 0..1, asked for and reached."""

    name: str
    elements: tuple[str, ...]
    asked_purity: float
    purity: float
    asked_recovery: float
    recovery: float


@dataclass(frozen=True)
class Choice:
    """One train: `rank` by its verified cost, `rank_before` by the additive cost of sharp splits.

    `rounds` tells how often cuts had to be tightened for carried impurities, `short` what is still missed.
    """

    rank: int
    rank_before: int
    rounds: int
    circuits: tuple[CircuitRow, ...]
    products: tuple[ProductRow, ...]
    usd_per_year: float
    usd_per_year_before: float
    usd_per_kg_REO: float
    short: tuple[str, ...]

    @property
    def sequence(self) -> tuple[str, ...]:
        """The cuts in words, from the feed on."""
        return tuple(one.words for one in self.circuits)

    @property
    def stages(self) -> int:
        """Extraction and scrub stages of all circuits."""
        return sum(one.stages for one in self.circuits)

    @property
    def organic_m3(self) -> float:
        """Organic in all circuits, strip stages included."""
        return sum(one.organic_m3 for one in self.circuits)

    @property
    def base_kmol_per_h(self) -> float:
        """Base for the soap of all circuits."""
        return sum(one.base_kmol_per_h for one in self.circuits)

    @property
    def acid_kmol_per_h(self) -> float:
        """Scrub and strip acid of all circuits."""
        return sum(one.acid_kmol_per_h for one in self.circuits)

    @property
    def by_cause(self) -> Mapping[str, float]:
        """USD a year of all circuits by cause."""
        return {cause: sum(one.by_cause[cause] for one in self.circuits) for cause in CAUSES}


@dataclass(frozen=True)
class TrainStudy:
    """The best trains of a unit, best first; `frozen` is the sequence that the flowsheet runs, `frozen_by` says why.

    `possible` counts the trains that the extractants' orders allow, `designs` the circuits that were designed to find
    the best of them; `feed_kg_REO_per_h` is what the train takes.
    """

    result: Result
    unit: str
    extractants: tuple[str, ...]
    elements: tuple[str, ...]
    feed_kmol_per_h: Mapping[str, float]
    feed_kg_REO_per_h: float
    frozen: tuple[str, ...]
    frozen_by: str
    choices: tuple[Choice, ...]
    possible: int
    designs: int
    three_outlets: bool
    assumptions: tuple[Assumption, ...]

    @property
    def best(self) -> Choice:
        """The train that costs least with its real streams."""
        return self.choices[0]


def trains(result: Result, name: str, most: int = MOST, *, three_outlets: bool | None = None) -> TrainStudy:
    """The `most` best trains of a separation-train unit of a solved flowsheet, by yearly cost, USD.

    All trains are searched, whatever sequence the file gives; each of the best is proved with its real streams and
    ranked again. `three_outlets` replaces the unit's own. Raises TrainError for a unit of another kind, CascadeError
    where no train does it and CostError where the region has no price.
    """
    unit = result.plan.units[name]
    if unit.kind.name != KIND:
        raise TrainError(f"{name} is a {unit.kind.name}, not a {KIND}", f"name a unit of kind {KIND}")
    p = plain(unit.parameters, 1, {})
    feed = result.streams[unit.inlets["feed"]].elements[:1]
    task = task_of(p, moles(feed)[0, RE])
    costs = TrainCosts(result.plan, unit, p, task)
    draws = p.three_outlets if three_outlets is None else three_outlets
    designer = Designer(task)
    verified = verify_all(designer, best_trains(designer, costs, most, three_outlets=draws), costs)
    oxide = float(task.feed @ task.weights)
    choices = tuple(_choice(task, costs, one, rank, oxide) for rank, one in enumerate(verified, 1))
    used = tuple(dict.fromkeys(row.extractant for one in choices for row in one.circuits))
    design = result.solution.units[name].design
    return TrainStudy(
        result=result,
        unit=name,
        extractants=tuple(one.name for one in task.solvents),
        elements=task.elements,
        feed_kmol_per_h={
            element: float(flow) for element, flow in zip(task.elements, task.feed, strict=True) if flow > 0.0
        },
        feed_kg_REO_per_h=oxide,
        frozen=design["frozen"].train.sequence,
        frozen_by="the file's sequence" if p.sequence is not None else f"least {p.minimise}",
        choices=choices,
        possible=possible(task, draws),
        designs=len(designer.known),
        three_outlets=draws,
        assumptions=costs.assumptions(used),
    )


def _choice(task: Problem, costs: TrainCosts, one: Verified, rank: int, oxide: float) -> Choice:
    products = tuple(
        ProductRow(
            name=about.name,
            elements=about.elements,
            asked_purity=about.purity,
            purity=float(one.rated.purity(about.name)[0]),
            asked_recovery=about.recovery,
            recovery=float(one.rated.recovery(about.name)[0]),
        )
        for about in task.products
    )
    return Choice(
        rank=rank,
        rank_before=one.rank,
        rounds=one.rounds,
        circuits=tuple(_row(task, costs, circuit) for circuit in one.circuits),
        products=products,
        usd_per_year=one.cost,
        usd_per_year_before=one.train.cost,
        usd_per_kg_REO=one.cost / (oxide * costs.hours),
        short=one.short,
    )


def _row(task: Problem, costs: TrainCosts, circuit: Circuit) -> CircuitRow:
    size = costs.sizes(circuit)
    return CircuitRow(
        words=circuit.words,
        extractant=circuit.solvent,
        outlets=tuple(task.names(group) for group in circuit.cut.groups),
        extraction=circuit.extraction,
        scrub=circuit.scrub,
        draw_stage=circuit.draw_stage,
        beta=circuit.beta,
        solvent=circuit.organic,
        scrub_flow=circuit.scrub_flow,
        feed_kmol_per_h=circuit.total,
        organic_m3_per_h=float(size.organic),
        organic_m3=float(size.organic_inventory),
        volume_m3=float(size.volume),
        base_kmol_per_h=float(size.base),
        acid_kmol_per_h=float(size.scrub_acid + size.strip_acid),
        by_cause=costs.by_cause(circuit),
    )


__all__ = ["CascadeError", "Choice", "CircuitRow", "ProductRow", "TrainError", "TrainStudy", "trains"]
