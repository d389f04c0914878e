"""A designed train as it runs: every circuit takes what the one before it really sends."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...sums import per_sample
from ..batch import solve_circuits
from ..errors import CascadeError
from ..flows import cut_flows
from .circuits import LEAST_RATIO, Circuit, Wants, budgets, purities
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

    Stages stay; S and W of each circuit follow what it takes, so that its purities are those of the products' budgets
    at this feed; `wants` replaces purities and recoveries of the problem. `memory` keeps the scalars of each circuit by
    its state, to start from. Raises CascadeError with the sample as `.case`.

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
    while pending:
        state = pending.pop(0)
        circuit = by_state[state]
        rated = _run(task, circuit, streams[state], feeds, asked, {} if memory is None else memory)
        done[state] = rated
        for group, stream in zip(circuit.cut.groups, rated.leaving, strict=True):
            streams[group] = stream
            if group in by_state:
                pending.append(group)
    products = {one.name: streams[1 << i] for i, one in enumerate(task.products)}
    return Rated(task, tuple(done[one.cut.state] for one in circuits), products, feeds)


def _run(
    task: Problem,
    circuit: Circuit,
    feed: Floats,
    whole: Floats,
    wants: Wants,
    memory: MutableMapping[int, Floats],
) -> Rating:
    factors = task.factors[circuit.cut.solvent]
    known = np.flatnonzero(np.isfinite(factors))
    columns = known[np.argsort(factors[known], kind="stable")]
    beta = factors[columns] / factors[columns[0]]
    at = _border(circuit, task, columns, beta)
    fed = feed[:, columns]
    total = per_sample(fed)
    share = np.divide(fed, total[:, None], out=np.zeros_like(fed), where=total[:, None] > 0.0)
    heavy = per_sample(share[:, at:])
    running = (total > 0.0) & (heavy > 0.0) & (per_sample(share[:, :at]) > 0.0)
    extract = np.zeros_like(feed)
    extract[:, columns[at:]] = np.where(running[:, None], 0.0, fed[:, at:])
    samples, stages = len(feed), circuit.stages
    organic, scrub, sensitivity = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    scalars = np.full((samples, stages), np.nan)
    if running.any():
        rows = np.flatnonzero(running)
        wanted = purities(*budgets(task, circuit.cut, whole[rows], circuit.tight, wants.rows(rows)))
        # What carried impurities make of the feed may leave a side purer than its budget asks for.
        ask_extract = np.maximum(wanted[0], _above(heavy[rows]))
        ask_raffinate = np.maximum(wanted[1], _above(1.0 - heavy[rows]))
        start = memory.get(circuit.cut.state)
        try:
            flows = cut_flows(circuit.beta, heavy[rows], ask_extract, ask_raffinate, LEAST_RATIO)
            organic[rows], scrub[rows] = flows.extract_flow, flows.scrub_flow
            solved = solve_circuits(
                stages,
                circuit.extraction,
                share[rows],
                np.broadcast_to(beta, share[rows].shape),
                organic[rows],
                scrub[rows],
                start=None if start is None or start.shape != scalars.shape else start[rows],
            )
        except CascadeError as error:
            case = int(rows[error.case or 0])
            raise CascadeError(f"{circuit.words}: {error.reason}", case=case, element=error.element) from error
        leaving = solved.extract + solved.raffinate
        split = np.divide(solved.extract, leaving, out=np.zeros_like(leaving), where=leaving > 0.0)
        extract[np.ix_(rows, columns)] = split * fed[rows]
        scalars[rows], sensitivity[rows] = solved.scalars, solved.sensitivity
    memory[circuit.cut.state] = scalars
    unknown = [i for i in range(len(task.elements)) if i not in set(known.tolist()) and (feed[:, i] > 0.0).any()]
    return Rating(
        circuit,
        feed,
        (feed - extract, extract),
        organic,
        scrub,
        scalars,
        sensitivity,
        tuple(task.elements[i] for i in unknown),
    )


def _above(share: Floats) -> Floats:
    """The least that a cut may be asked for, so that it is one: a hundredth of the way from the feed to purity."""
    return share + 0.01 * (1.0 - share)


def _border(circuit: Circuit, task: Problem, columns: NDArray[np.intp], beta: Floats) -> int:
    """Where in the extractant's order the cut lies for impurities that came along: between its two elements by ln β."""
    names = [task.elements[column] for column in columns]
    low, high = (names.index(name) for name in circuit.key)
    return int(np.searchsorted(beta, np.sqrt(beta[low] * beta[high])))
