"""The circuit of a cut: purities from the budgets of its products, stages and flows by simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...sums import per_sample
from ..batch import solve_circuits
from ..design import MOST_STAGES, design_cut
from ..errors import CascadeError
from .cuts import Cut, edges, order, words
from .problem import Problem

Floats = NDArray[np.float64]

LEAST_RATIO = 1.05
"""S over its minimum, at least; as a rated circuit of a flowsheet has it."""
SLIGHT = 1e-4
"""Share of the smaller side that may leak where a sample lacks the products that set the budget."""


@dataclass(frozen=True, eq=False)
class Circuit:
    """A designed circuit; flows per mol of its feed, `feed` (elements,) mol per unit of time.

    `extraction` stages include the feed stage, `scrub` follow. `organic` is S, `scrub_flow` W. The purities are mole
    fractions of the groups. `held_organic` and `held_aqueous` (elements,) are the flows through all stages added up:
    times the feed and the time in a stage they are what the circuit holds. `tight` (2,) scales the budgets of leaks
    into the strip liquor and into the raffinate.
    """

    cut: Cut
    words: str
    solvent: str
    key: tuple[str, str]
    beta: float
    feed: Floats
    extraction: int
    scrub: int
    organic: float
    scrub_flow: float
    purity_extract: float
    purity_raffinate: float
    held_organic: Floats
    held_aqueous: Floats
    tight: tuple[float, float]

    @property
    def total(self) -> float:
        """Its feed, mol per unit of time."""
        return float(self.feed.sum())

    @property
    def stages(self) -> int:
        """Extraction and scrub stages together."""
        return self.extraction + self.scrub


@dataclass(frozen=True, eq=False)
class Wants:
    """What the products must be, sample by sample: `purity` and `recovery` (samples, products), fractions."""

    purity: Floats
    recovery: Floats

    @classmethod
    def of(cls, task: Problem, samples: int) -> Wants:
        """What the problem says, for every sample."""
        shape = (samples, len(task.products))
        return cls(
            np.broadcast_to([one.purity for one in task.products], shape),
            np.broadcast_to([one.recovery for one in task.products], shape),
        )

    def rows(self, rows: NDArray[np.intp]) -> Wants:
        """Those of some samples."""
        return Wants(self.purity[rows], self.recovery[rows])


def budgets(
    task: Problem, cut: Cut, feeds: Floats, tight: tuple[float, float], wants: Wants
) -> tuple[Floats, Floats, Floats, Floats]:
    """What may leak over a cut, and what there is: (leak up, leak down, extracted, staying), (samples,) moles each.

    What leaks ends in the nearest product of the other side. Each product shares what it may hold of others, and what
    it may lose, between its two sides. The budget is the lesser of what the receiver may hold and the giver may lose.
    """
    amounts, masses = task.amounts(feeds), task.masses(feeds)
    low, high = (int(task.owner[column]) for column in edges(task, cut))
    inside = [np.array([i for i in range(len(task.products)) if group >> i & 1]) for group in cut.groups]
    staying, extracted = per_sample(amounts[:, inside[0]]), per_sample(amounts[:, inside[-1]])

    def leak(giver: int, receiver: int, scale: float) -> Floats:
        own = np.divide(masses[:, giver], amounts[:, giver], out=np.ones(len(feeds)), where=amounts[:, giver] > 0.0)
        purity, kept = wants.purity[:, receiver], wants.recovery[:, receiver]
        room = (1.0 - purity) / purity * kept * masses[:, receiver] / own / task.sides[receiver]
        loss = (1.0 - wants.recovery[:, giver]) * amounts[:, giver] / task.sides[giver]
        least = np.where(room > 0.0, np.where(loss > 0.0, np.minimum(room, loss), room), loss)
        return np.asarray(scale * np.where(least > 0.0, least, SLIGHT * np.minimum(staying, extracted)))

    return leak(low, high, tight[0]), leak(high, low, tight[1]), extracted, staying


def purities(up: Floats, down: Floats, extracted: Floats, staying: Floats) -> tuple[Floats, Floats]:
    """Mole purities of extract and raffinate from the leaks, (samples,) each; 1 where there is nothing."""
    kept, left = extracted - down, staying - up
    extract = np.divide(kept, kept + up, out=np.ones_like(up), where=kept + up > 0.0)
    raffinate = np.divide(left, left + down, out=np.ones_like(up), where=left + down > 0.0)
    return extract, raffinate


@dataclass
class Designer:
    """Designs the circuits of one task and remembers them; what cannot be built is remembered as its error."""

    task: Problem
    most_stages: int = MOST_STAGES
    known: dict[tuple[Cut, tuple[float, float]], Circuit | CascadeError] = field(default_factory=dict)

    def circuit(self, cut: Cut, tight: tuple[float, float] = (1.0, 1.0)) -> Circuit:
        """The circuit of a cut. Raises CascadeError where no circuit of `most_stages` does it."""
        if (cut, tight) not in self.known:
            try:
                self.known[cut, tight] = self._design(cut, tight)
            except CascadeError as error:
                self.known[cut, tight] = error
        found = self.known[cut, tight]
        if isinstance(found, CascadeError):
            raise found
        return found

    def _design(self, cut: Cut, tight: tuple[float, float]) -> Circuit:
        task = self.task
        said = words(task, cut)
        columns = order(task, cut.solvent, cut.state)
        factors = task.factors[cut.solvent, columns]
        beta = factors / factors[0]
        at = int(np.count_nonzero(task.holds(cut.raffinate)[columns]))
        low, high = edges(task, cut)
        flow = np.where(task.holds(cut.state), task.feed, 0.0)
        extract, raffinate = (
            float(one[0]) for one in purities(*budgets(task, cut, task.feed[None], tight, Wants.of(task, 1)))
        )
        sharp = math.log(extract / (1.0 - extract)) + math.log(raffinate / (1.0 - raffinate))
        if sharp / math.log(beta[at] / beta[at - 1]) > self.most_stages:
            raise CascadeError(
                f"{said}: even at total reflux more than {self.most_stages} stages are needed for mole purities "
                f"{extract:.8g} and {raffinate:.8g}; lower the purities or name another extractant"
            )
        fed = flow[columns]
        made = design_cut(fed, beta, at, extract, raffinate, LEAST_RATIO)
        if made.stages > self.most_stages:
            raise CascadeError(f"{said}: {made.stages} stages are more than {self.most_stages}; lower the purities")
        share = fed / fed.sum()
        solved = solve_circuits(
            made.stages, made.n, share[None], beta[None], [made.extract_flow], [made.scrub_flow], threads=1
        )
        rows = np.arange(made.stages) < made.n
        water = np.where(rows, made.scrub_flow + 1.0, made.scrub_flow)
        held = np.zeros((2, len(task.elements)))
        held[0, columns] = made.extract_flow * solved.organic[0].sum(axis=0)
        held[1, columns] = water @ solved.aqueous[0]
        return Circuit(
            cut=cut,
            words=said,
            solvent=task.solvents[cut.solvent].name,
            key=(task.elements[low], task.elements[high]),
            beta=made.beta,
            feed=flow,
            extraction=made.n,
            scrub=made.m,
            organic=made.extract_flow,
            scrub_flow=made.scrub_flow,
            purity_extract=extract,
            purity_raffinate=raffinate,
            held_organic=held[0],
            held_aqueous=held[1],
            tight=tight,
        )
