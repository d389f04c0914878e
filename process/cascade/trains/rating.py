"""A designed train as it runs: every circuit takes what the one before it really sends."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...sums import per_sample
from ..batch import solve_circuits
from ..errors import CascadeError
from ..flows import cut_flows
from .budgets import Brought, Wants, above, budgets, purities
from .circuits import LEAST_RATIO, Circuit
from .cuts import edges
from .draw_flows import draw_flows, wanted_at
from .problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rating:
    """One circuit of a running train; (samples, elements) mol per unit of time, `organic` and `scrub_flow` (samples,)
    S and W per mol of its feed, `scalars` (samples, stages) to start from again, NaN where it does not run.

    `unknown` names the elements fed that its extractant has no constant for; they are counted to the raffinate.
    """

    circuit: Circuit
    feed: Floats
    leaving: tuple[Floats, ...]
    organic: Floats
    scrub_flow: Floats
    scalars: Floats
    sensitivity: Floats
    unknown: tuple[str, ...]

    @property
    def total(self) -> Floats:
        """(samples,) its feed, mol per unit of time."""
        return per_sample(self.feed)


@dataclass(frozen=True, eq=False)
class Rated:
    """A running train: its circuits in the train's order and what each product gets, (samples, elements)."""

    task: Problem
    circuits: tuple[Rating, ...]
    products: Mapping[str, Floats]
    feed: Floats

    def purity(self, name: str) -> Floats:
        """(samples,) share of a product that its own elements are, by the weights of the problem."""
        at = next(i for i, one in enumerate(self.task.products) if one.name == name)
        weight = self.products[name] * self.task.weights
        whole = per_sample(weight)
        own = per_sample(weight[:, self.task.owner == at])
        return np.asarray(np.divide(own, whole, out=np.zeros_like(whole), where=whole > 0.0))

    def recovery(self, name: str) -> Floats:
        """(samples,) share of what the feed brings of a product's own elements that reaches it, by weight."""
        at = next(i for i, one in enumerate(self.task.products) if one.name == name)
        mine = self.task.owner == at
        fed = per_sample((self.feed * self.task.weights)[:, mine])
        got = per_sample((self.products[name] * self.task.weights)[:, mine])
        return np.asarray(np.divide(got, fed, out=np.zeros_like(fed), where=fed > 0.0))


def rate(
    task: Problem,
    circuits: Sequence[Circuit],
    feeds: Floats,
    memory: MutableMapping[int, Floats] | None = None,
    wants: Wants | None = None,
) -> Rated:
    """Solve a train for feeds (samples, elements), mol per unit of time, columns as those of the problem.

    Stages stay; S, W and draw of each circuit follow what it takes, so that its purities are those of the products'
    budgets at this feed; `wants` replaces purities and recoveries of the problem. `memory` keeps the scalars of each
    circuit by its state, to start from. Raises CascadeError with the sample as `.case`.

    >>> from .circuits import Designer
    >>> from .problem import Product, problem
    >>> from .search import best_trains
    >>> parts = [Product(name, (name,), 0.99) for name in ("La", "Nd", "Sm")]
    >>> task = problem({"La": 3, "Nd": 4, "Sm": 1}, parts)
    >>> train = best_trains(Designer(task), lambda circuit: circuit.organic)[0]
    >>> done = rate(task, train.circuits, task.feed[None])
    >>> all(done.purity(one.name)[0] > 0.99 for one in parts)
    True
    """
    by_state = {one.cut.state: one for one in circuits}
    streams: dict[int, Floats] = {task.everything: feeds}
    done: dict[int, Rating] = {}
    pending = [task.everything]
    asked = Wants.of(task, len(feeds)) if wants is None else wants
    brought = Brought.of(task, feeds)
    while pending:
        state = pending.pop(0)
        circuit = by_state[state]
        rated = _run(task, circuit, streams[state], feeds, brought, asked, {} if memory is None else memory)
        done[state] = rated
        for group, stream in zip(circuit.cut.groups, rated.leaving, strict=True):
            streams[group] = stream
            if group in by_state:
                pending.append(group)
    products = {one.name: streams[1 << i] for i, one in enumerate(task.products)}
    return Rated(task, tuple(done[one.cut.state] for one in circuits), products, feeds)


@dataclass
class _Case:
    """One circuit and what it takes: the columns that its extractant knows, their β and where it cuts."""

    circuit: Circuit
    columns: NDArray[np.intp]
    beta: Floats
    borders: tuple[int, ...]
    share: Floats
    fed: Floats

    @classmethod
    def of(cls, task: Problem, circuit: Circuit, feed: Floats) -> _Case:
        factors = task.factors[circuit.cut.solvent]
        columns = task.ordered[circuit.cut.solvent]
        beta = factors[columns] / factors[columns[0]]
        borders = []
        for place in range(len(circuit.cut.groups) - 1):
            # Impurities that came along count to the side that is nearer by ln beta.
            low, high = (float(factors[one] / factors[columns[0]]) for one in edges(task, circuit.cut, place))
            borders.append(int(np.searchsorted(beta, np.sqrt(low * high))))
        fed = feed[:, columns]
        total = per_sample(fed)
        share = np.divide(fed, total[:, None], out=np.zeros_like(fed), where=total[:, None] > 0.0)
        return cls(circuit, columns, beta, tuple(borders), share, fed)

    def groups(self, of: Floats) -> list[Floats]:
        """(samples,) the sums of a (samples, columns) array over the groups, from the raffinate's."""
        ends = [0, *self.borders, of.shape[1]]
        return [per_sample(of[:, first:last]) for first, last in itertools.pairwise(ends)]


def _run(
    task: Problem,
    circuit: Circuit,
    feed: Floats,
    whole: Floats,
    brought: Brought,
    wants: Wants,
    memory: MutableMapping[int, Floats],
) -> Rating:
    case = _Case.of(task, circuit, feed)
    samples, stages, outlets = len(feed), circuit.stages, len(circuit.cut.groups)
    sums = case.groups(case.share)
    own = [brought.amounts[:, [i for i in range(len(task.products)) if group >> i & 1]] for group in circuit.cut.groups]
    # Traces that came along are no task: where a side's own products are not there, every element goes its way.
    running = np.logical_and.reduce([one > 0.0 for one in (*sums, *(per_sample(held) for held in own))])
    shares = np.zeros((outlets, *case.share.shape))
    ends = [0, *case.borders, case.share.shape[1]]
    for at, (first, last) in enumerate(itertools.pairwise(ends)):
        shares[at, :, first:last] = np.where(running[:, None], 0.0, 1.0)
    organic, scrub, sensitivity = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    scalars = np.full((samples, stages), np.nan)
    if running.any():
        rows = np.flatnonzero(running)
        kept = memory.get(circuit.cut.state)
        start = (scalars if kept is None or kept.shape != scalars.shape else kept)[rows]
        try:
            organic[rows], scrub[rows], drawn = _flows(task, case, whole, brought, wants, rows, start)
            solved = solve_circuits(
                stages,
                circuit.extraction,
                case.share[rows],
                np.broadcast_to(case.beta, case.share[rows].shape),
                organic[rows],
                scrub[rows],
                drawn,
                start=start,
            )
        except CascadeError as error:
            at = int(rows[error.case or 0])
            remedy = "" if circuit.draw_stage is None else _remedy(task, circuit)
            raise CascadeError(f"{circuit.words}: {error.reason}{remedy}", case=at, element=error.element) from error
        products = np.stack([solved.raffinate, *np.moveaxis(solved.draws, 1, 0), solved.extract])
        out = products.sum(axis=0)
        shares[:, rows] = np.divide(products, out, out=np.zeros_like(products), where=out > 0.0)
        scalars[rows], sensitivity[rows] = solved.scalars, solved.sensitivity
    memory[circuit.cut.state] = scalars
    leaving = np.zeros((outlets, *feed.shape))
    leaving[:, :, case.columns] = shares * case.fed
    # The raffinate takes the rest, what the extractant does not know included.
    leaving[0] = np.maximum(feed - leaving[1:].sum(axis=0), 0.0)
    unknown = np.flatnonzero(~np.isfinite(task.factors[circuit.cut.solvent]))
    lost = [int(i) for i in unknown if (feed[:, i] > 0.0).any()]
    return Rating(
        circuit,
        feed,
        tuple(leaving),
        organic,
        scrub,
        scalars,
        sensitivity,
        tuple(task.elements[i] for i in lost),
    )


def _flows(
    task: Problem,
    case: _Case,
    whole: Floats,
    brought: Brought,
    wants: Wants,
    rows: NDArray[np.intp],
    start: Floats,
) -> tuple[Floats, Floats, dict[int, Floats] | None]:
    """S, W and the draws for some samples, per mol of what the circuit takes."""
    circuit, sums = case.circuit, case.groups(case.share[rows])
    if circuit.draw_stage is not None:
        in_scrub = circuit.draw_stage > circuit.extraction
        given = np.stack(sums, axis=1), whole[rows], wants.rows(rows), in_scrub
        organic, scrub, drawn = draw_flows(
            wanted_at(task, circuit.cut, circuit.tight, *given),
            case.share[rows],
            case.beta,
            (case.borders[0], case.borders[1]),
            circuit.organic_ratio,
            (circuit.stages, circuit.extraction, circuit.draw_stage),
            start,
        )
        return organic, scrub, {circuit.draw_stage: drawn}
    wanted = purities(*budgets(task, circuit.cut, brought.rows(rows), circuit.tight, wants.rows(rows)))
    # What carried impurities make of the feed may leave a side purer than its budget asks for.
    ask_extract = np.maximum(wanted[0], above(sums[1]))
    ask_raffinate = np.maximum(wanted[1], above(sums[0]))
    made = cut_flows(circuit.beta, sums[1], ask_extract, ask_raffinate, LEAST_RATIO)
    return made.extract_flow, made.scrub_flow, None


def _remedy(task: Problem, circuit: Circuit) -> str:
    drawn = task.names(circuit.cut.groups[1])[0]
    return f"; lower the purity or the recovery of {drawn} or of what leaves beside it, or set three_outlets: false"
