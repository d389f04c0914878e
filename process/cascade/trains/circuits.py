"""The circuit of a cut: purities from the budgets of its products, stages and flows by simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..batch import solve_circuits
from ..design import MOST_STAGES, design_cut
from ..errors import CascadeError
from ..flows import cut_flows
from . import draws
from .budgets import Wants, budgets, purities
from .cuts import Cut, edges, order, words
from .draw_flows import organic_ratio
from .problem import Problem

Floats = NDArray[np.float64]

LEAST_RATIO = 1.05
"""S over its minimum, at least: for a feed near 1/(1 + sqrt(beta)) the optimum of the theory falls on the minimum,
where no finite circuit works."""


@dataclass(frozen=True, eq=False)
class Circuit:
    """A designed circuit; flows per mol of its feed, `feed` (elements,) mol per unit of time.

    `extraction` stages include the feed stage, `scrub` follow. `organic` is S, `scrub_flow` W. The purities are mole
    fractions of the groups. `held_organic` and `held_aqueous` (elements,) are the flows through all stages added up:
    times the feed and the time in a stage they are what the circuit holds. `tight` scales the budgets of leaks into
    the strip liquor, into the raffinate and into the draw, where there is one: `draw_flow` of the aqueous that leaves
    `draw_stage`, counted from the raffinate; `organic_ratio` is S over its likely least, which the circuit keeps.
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
    tight: tuple[float, ...]
    draw_stage: int | None = None
    draw_flow: float = 0.0
    organic_ratio: float = 0.0

    @property
    def total(self) -> float:
        """Its feed, mol per unit of time."""
        return float(self.feed.sum())

    @property
    def stages(self) -> int:
        """Extraction and scrub stages together."""
        return self.extraction + self.scrub


@dataclass(frozen=True, eq=False)
class _Asked:
    """A cut in arrays: the columns in the extractant's order, their β, where it cuts, its purities and leaks."""

    columns: NDArray[np.intp]
    beta: Floats
    at: int
    low: int
    high: int
    extract: float
    raffinate: float
    leaks: tuple[float, float]


@dataclass
class Designer:
    """Designs the circuits of one task and remembers them; what cannot be built is remembered as its error."""

    task: Problem
    most_stages: int = MOST_STAGES
    known: dict[tuple[Cut, tuple[float, ...]], Circuit | CascadeError] = field(default_factory=dict)

    def circuit(self, cut: Cut, tight: tuple[float, ...] | None = None) -> Circuit:
        """The circuit of a cut. Raises CascadeError where no circuit of `most_stages` does it."""
        tight = tight or (1.0,) * len(cut.groups)
        if (cut, tight) not in self.known:
            try:
                made = self._design(cut, tight) if len(cut.groups) == 2 else self._with_draw(cut, tight)
                self.known[cut, tight] = made
            except CascadeError as error:
                self.known[cut, tight] = error
        found = self.known[cut, tight]
        if isinstance(found, CascadeError):
            raise found
        return found

    def sketch(self, cut: Cut) -> Circuit:
        """The circuit with its true flows and the fewest stages that it could have; it holds nothing yet.

        That is the count at total reflux for the pair at the cut alone (Fenske): no circuit has fewer. All but the feed
        stage count as scrub, whose stages are smaller for want of the feed's volume. Raises CascadeError for a cut that
        `most_stages` cannot make.
        """
        if len(cut.groups) == 3:
            return self._sketch_with_draw(cut)
        asked = self._asked(cut, (1.0, 1.0))
        feed = self._feed(cut)
        f = float(feed[asked.columns[asked.at :]].sum() / feed.sum())
        flows = cut_flows(
            asked.beta[asked.high] / asked.beta[asked.low], f, asked.extract, asked.raffinate, LEAST_RATIO
        )
        stages = max(2, math.ceil(self._fewest(cut, asked)))
        nothing = np.zeros(len(self.task.elements))
        return self._circuit(
            cut, (1.0, 1.0), asked, 1, stages - 1, float(flows.extract_flow), float(flows.scrub_flow), nothing, nothing
        )

    def _feed(self, cut: Cut) -> Floats:
        return np.where(self.task.holds(cut.state), self.task.feed, 0.0)

    def _asked(self, cut: Cut, tight: tuple[float, ...]) -> _Asked:
        task = self.task
        columns = order(task, cut.solvent, cut.state)
        factors = task.factors[cut.solvent, columns]
        at = int(np.count_nonzero(task.holds(cut.raffinate)[columns]))
        up, down, extracted, staying = budgets(task, cut, task.feed[None], tight, Wants.of(task, 1))
        extract, raffinate = purities(up, down, extracted, staying)
        return _Asked(
            columns,
            factors / factors[0],
            at,
            at - 1,
            at,
            float(extract[0]),
            float(raffinate[0]),
            (float(up[0]), float(down[0])),
        )

    def _fewest(self, cut: Cut, asked: _Asked) -> float:
        """Stages at total reflux that keep the leaks of the two elements at the cut within the whole budgets."""
        odds = 1.0
        for place, leak in zip((asked.low, asked.high), asked.leaks, strict=True):
            held = float(self.task.feed[asked.columns[place]])
            odds *= held / leak - 1.0 if leak < held else 0.0
        beta = asked.beta[asked.high] / asked.beta[asked.low]
        fewest = math.log(odds) / math.log(beta) if odds > 1.0 else 0.0
        if fewest > self.most_stages:
            raise CascadeError(
                f"{words(self.task, cut)}: even at total reflux more than {self.most_stages} stages are needed for "
                f"mole purities {asked.extract:.8g} and {asked.raffinate:.8g}; lower them or name another extractant"
            )
        return fewest

    def _design(self, cut: Cut, tight: tuple[float, ...]) -> Circuit:
        asked = self._asked(cut, tight)
        self._fewest(cut, asked)
        fed = self._feed(cut)[asked.columns]
        made = design_cut(fed, asked.beta, asked.at, asked.extract, asked.raffinate, LEAST_RATIO)
        if made.stages > self.most_stages:
            raise CascadeError(
                f"{words(self.task, cut)}: {made.stages} stages are more than {self.most_stages}; lower the purities"
            )
        share = fed / fed.sum()
        solved = solve_circuits(
            made.stages, made.n, share[None], asked.beta[None], [made.extract_flow], [made.scrub_flow], threads=1
        )
        rows = np.arange(made.stages) < made.n
        water = np.where(rows, made.scrub_flow + 1.0, made.scrub_flow)
        held = np.zeros((2, len(self.task.elements)))
        held[0, asked.columns] = made.extract_flow * solved.organic[0].sum(axis=0)
        held[1, asked.columns] = water @ solved.aqueous[0]
        return self._circuit(cut, tight, asked, made.n, made.m, made.extract_flow, made.scrub_flow, held[0], held[1])

    def _sketch_with_draw(self, cut: Cut) -> Circuit:
        organic, extract, stages = draws.least(self.task, cut)
        nothing = np.zeros(len(self.task.elements))
        return self._three(cut, (1.0,) * 3, 1, stages - 1, organic, organic - extract, (0.0, 0.0), nothing, nothing)

    def _with_draw(self, cut: Cut, tight: tuple[float, ...]) -> Circuit:
        about, made = draws.designed(self.task, cut, tight)
        if made.stages > self.most_stages:
            raise CascadeError(
                f"{words(self.task, cut)}: {made.stages} stages are more than {self.most_stages}; lower the purities"
            )
        s, w = made.extract_flow, made.scrub_flow
        drawn = {made.draw_stage: [made.draw_flow]}
        solved = solve_circuits(made.stages, made.n, about.share[None], about.beta[None], [s], [w], drawn, threads=1)
        stage = np.arange(1, made.stages + 1)
        water = w + (stage <= made.n) - made.draw_flow * (stage < made.draw_stage)
        held = np.zeros((2, len(self.task.elements)))
        held[0, about.columns] = s * solved.organic[0].sum(axis=0)
        held[1, about.columns] = water @ solved.aqueous[0]
        pure = (made.purity_extract, made.purity_raffinate)
        out = self._three(cut, tight, made.n, made.m, s, w, pure, held[0], held[1])
        ratio = organic_ratio(self.task, cut, tight, s, made.draw_in_scrub)
        return replace(out, draw_stage=made.draw_stage, draw_flow=made.draw_flow, organic_ratio=ratio)

    def _three(
        self,
        cut: Cut,
        tight: tuple[float, ...],
        extraction: int,
        scrub: int,
        organic: float,
        scrub_flow: float,
        pure: tuple[float, float],
        held_organic: Floats,
        held_aqueous: Floats,
    ) -> Circuit:
        task = self.task
        pairs = [edges(task, cut, place) for place in (0, 1)]
        factors = task.factors[cut.solvent]
        return Circuit(
            cut=cut,
            words=words(task, cut),
            solvent=task.solvents[cut.solvent].name,
            key=(task.elements[pairs[0][0]], task.elements[pairs[0][1]]),
            beta=min(float(factors[high] / factors[low]) for low, high in pairs),
            feed=self._feed(cut),
            extraction=extraction,
            scrub=scrub,
            organic=organic,
            scrub_flow=scrub_flow,
            purity_extract=pure[0],
            purity_raffinate=pure[1],
            held_organic=held_organic,
            held_aqueous=held_aqueous,
            tight=tight,
        )

    def _circuit(
        self,
        cut: Cut,
        tight: tuple[float, ...],
        asked: _Asked,
        extraction: int,
        scrub: int,
        organic: float,
        scrub_flow: float,
        held_organic: Floats,
        held_aqueous: Floats,
    ) -> Circuit:
        task = self.task
        return Circuit(
            cut=cut,
            words=words(task, cut),
            solvent=task.solvents[cut.solvent].name,
            key=(task.elements[asked.columns[asked.low]], task.elements[asked.columns[asked.high]]),
            beta=float(asked.beta[asked.high] / asked.beta[asked.low]),
            feed=self._feed(cut),
            extraction=extraction,
            scrub=scrub,
            organic=organic,
            scrub_flow=scrub_flow,
            purity_extract=asked.extract,
            purity_raffinate=asked.raffinate,
            held_organic=held_organic,
            held_aqueous=held_aqueous,
            tight=tight,
        )
