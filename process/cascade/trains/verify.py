"""A train proved with real streams: what impurities come along, and which cuts must be tighter for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from .circuits import Circuit, Designer
from .cuts import Cut
from .problem import Problem
from .rating import Rated, rate
from .search import Cost, Train

Floats = NDArray[np.float64]

MOST_ROUNDS = 8
CLOSER = 0.8
"""Further than the excess asks, so that few rounds do."""
SLACK = 1e-12
SMALL = 0.02
"""Share of what is too much below which a cut is left alone."""


@dataclass(frozen=True, eq=False)
class Verified:
    """A train with its circuits as they must be for the real streams, and how it runs at the feed of the problem.

    `rank` counts the trains by the additive cost, from 1; `rounds` how often cuts had to be tightened; `short` says
    of each product that still misses its purity or recovery what it reaches. `cost` is of `circuits`, those of the
    train with the feed and the flows that they run at.
    """

    train: Train
    rated: Rated
    rank: int
    rounds: int
    cost: float
    short: tuple[str, ...]
    circuits: tuple[Circuit, ...]

    @property
    def met(self) -> bool:
        """Whether every product has its purity and its recovery."""
        return not self.short


def verify(designer: Designer, train: Train, cost: Cost, rank: int = 1) -> Verified:
    """Solve the chain of a train with what each circuit really sends, and tighten cuts until the products are right.

    Where a product misses its purity or its recovery, the cuts at which the foreign elements parted from their own
    product get a smaller budget of leaks and are designed again. Raises CascadeError where the chain cannot be solved.

    >>> from .problem import Product, problem
    >>> from .search import best_trains
    >>> task = problem({"La": 3, "Nd": 4, "Sm": 1}, [Product(name, (name,), 0.999) for name in ("La", "Nd", "Sm")])
    >>> designer = Designer(task)
    >>> price = lambda circuit: circuit.total * circuit.organic * circuit.stages
    >>> done = verify(designer, best_trains(designer, price)[0], price)
    >>> done.met, done.rounds
    (True, 0)
    """
    task = designer.task
    tight = {one.cut.state: one.tight for one in train.circuits}
    circuits = train.circuits
    for round_ in range(MOST_ROUNDS + 1):
        rated = rate(task, circuits, task.feed[None])
        wrong = _shortfalls(task, rated)
        if not wrong or round_ == MOST_ROUNDS:
            break
        tighter = _tightened(task, circuits, rated, tight)
        try:
            again = tuple(designer.circuit(one.cut, tighter[one.cut.state]) for one in train.circuits)
        except CascadeError:
            break
        tight, circuits = tighter, again
    running = tuple(_as_run(one.circuit, one.feed[0], one.organic[0], one.scrub_flow[0]) for one in rated.circuits)
    total = sum(cost(one) for one in running)
    return Verified(Train(task, train.cost, circuits), rated, rank, round_, total, tuple(wrong), running)


def verify_all(designer: Designer, trains: list[Train], cost: Cost) -> list[Verified]:
    """Trains verified and ranked by what they really cost; those that miss a product come last."""
    done = [verify(designer, train, cost, rank) for rank, train in enumerate(trains, 1)]
    return sorted(done, key=lambda one: (not one.met, one.cost, one.rank))


def _as_run(circuit: Circuit, feed: Floats, organic: float, scrub: float) -> Circuit:
    return replace(circuit, feed=feed, organic=float(organic), scrub_flow=float(scrub))


def _shortfalls(task: Problem, rated: Rated) -> list[str]:
    out = []
    for one in task.products:
        purity, recovery = float(rated.purity(one.name)[0]), float(rated.recovery(one.name)[0])
        if purity < one.purity - SLACK:
            out.append(f"{one.name} reaches a purity of {purity:.8g}, not {one.purity:.8g}")
        if recovery < one.recovery - SLACK:
            out.append(f"{one.name} reaches a recovery of {recovery:.6g}, not {one.recovery:.6g}")
    return out


def _tightened(
    task: Problem, circuits: tuple[Circuit, ...], rated: Rated, tight: dict[int, tuple[float, ...]]
) -> dict[int, tuple[float, ...]]:
    """Smaller budgets for the cuts and directions whose leaks spoil a product or lose too much of one."""
    scale = {state: [1.0] * len(old) for state, old in tight.items()}
    flows = np.array([rated.products[one.name][0] for one in task.products])
    weight = flows * task.weights
    foreign = np.array([[weight[p, task.owner == q].sum() for p in range(len(weight))] for q in range(len(weight))])
    for p, one in enumerate(task.products):
        into = np.where(np.arange(len(weight)) == p, 0.0, foreign[:, p])
        # Traces that no product names take of the room first; no cut keeps them out.
        room = (1.0 - one.purity) / one.purity * foreign[p, p] - weight[p, task.owner == len(weight)].sum()
        _press(into.sum(), room, [(q, p, into[q]) for q in range(len(weight))], circuits, scale)
        lost = np.where(np.arange(len(weight)) == p, 0.0, foreign[p])
        may = (1.0 - one.recovery) * foreign[p].sum()
        _press(lost.sum(), may, [(p, q, lost[q]) for q in range(len(weight))], circuits, scale)
    return {
        state: tuple(_rounded(a * b) for a, b in zip(old, scale[state], strict=True)) for state, old in tight.items()
    }


def _rounded(scale: float) -> float:
    """To two digits: a design that follows the last bits of its feed would never settle in a recycle."""
    return float(f"{scale:.2g}")


def _press(
    whole: float,
    room: float,
    leaks: list[tuple[int, int, float]],
    circuits: tuple[Circuit, ...],
    scale: dict[int, list[float]],
) -> None:
    if not 0.0 < room < whole:
        return
    for giver, receiver, amount in leaks:
        if amount < SMALL * whole:
            continue
        cut = _parting(circuits, giver, receiver)
        into = 0 if cut.extract >> receiver & 1 else 1 if cut.raffinate >> receiver & 1 else 2
        scale[cut.state][into] = min(scale[cut.state][into], CLOSER * float(room / whole))


def _parting(circuits: tuple[Circuit, ...], one: int, other: int) -> Cut:
    """The cut at which two products part: the one circuit that takes both and sends them different ways."""
    for circuit in circuits:
        state = circuit.cut.state
        both = state >> one & state >> other & 1
        if both and not any(group >> one & group >> other & 1 for group in circuit.cut.groups):
            return circuit.cut
    raise AssertionError("two products part somewhere")
