"""The cheapest trains of an additive cost: a dynamic programme over sets of products that keeps the k best."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..batch import whole_number
from ..errors import CascadeError
from .circuits import Circuit, Designer
from .cuts import Cut, cuts
from .diagnosis import explain
from .problem import Problem

Cost = Callable[[Circuit], float]


@dataclass(frozen=True, eq=False)
class Train:
    """Circuits that part a feed into its products, from the feed on, raffinate side first; `cost` is their sum."""

    task: Problem
    cost: float
    circuits: tuple[Circuit, ...]

    @property
    def sequence(self) -> tuple[str, ...]:
        """The cuts in words."""
        return tuple(one.words for one in self.circuits)

    @property
    def stages(self) -> int:
        """Extraction and scrub stages of all circuits."""
        return sum(one.stages for one in self.circuits)

    def at(self, state: int) -> Circuit | None:
        """The circuit that takes a set of products; None for a single product."""
        return next((one for one in self.circuits if one.cut.state == state), None)


@dataclass(frozen=True)
class _Way:
    """One way to part a state: its cost, its first circuit and the ways of what that sends on."""

    cost: float
    circuit: Circuit | None
    parts: tuple[_Way, ...]

    def circuits(self) -> Iterator[Circuit]:
        if self.circuit is not None:
            yield self.circuit
        for part in self.parts:
            yield from part.circuits()


_DONE = _Way(0.0, None, ())


def _joined(price: float, parts: Sequence[_Way]) -> float:
    rest = 0.0
    for part in parts:
        rest += part.cost
    return price + rest


def _cheapest(price: float, circuit: Circuit, lists: Sequence[Sequence[_Way]], most: int) -> list[_Way]:
    """The `most` cheapest choices of one way from each sorted list, behind one circuit; a heap of next choices."""
    first = (0,) * len(lists)
    heap = [(_joined(price, [ways[0] for ways in lists]), first)]
    seen = {first}
    out: list[_Way] = []
    while heap and len(out) < most:
        total, at = heapq.heappop(heap)
        out.append(_Way(total, circuit, tuple(ways[i] for ways, i in zip(lists, at, strict=True))))
        for place, ways in enumerate(lists):
            after = (*at[:place], at[place] + 1, *at[place + 1 :])
            if at[place] + 1 < len(ways) and after not in seen:
                seen.add(after)
                parts = [ways[i] for ways, i in zip(lists, after, strict=True)]
                heapq.heappush(heap, (_joined(price, parts), after))
    return out


class _Programme:
    """The dynamic programme over sets of products. A cut that no circuit was designed for yet counts with a bound."""

    def __init__(self, designer: Designer, cost: Cost, most: int, three_outlets: bool) -> None:
        self.designer, self.cost, self.most, self.three_outlets = designer, cost, most, three_outlets
        self.ways: dict[int, list[_Way]] = {}
        self.steps: dict[int, dict[Cut, tuple[float, Circuit]]] = {}
        self.proved: set[Cut] = set()

    def best(self, state: int) -> list[_Way]:
        """The cheapest ways of a set of products, as far as is known."""
        if state & (state - 1) == 0:
            return [_DONE]
        if state not in self.ways:
            if state not in self.steps:
                self.steps[state] = dict(self._sketched(state))
            found: list[_Way] = []
            for cut, (price, circuit) in self.steps[state].items():
                lists = [self.best(group) for group in cut.groups]
                if all(lists):
                    found += _cheapest(price, circuit, lists, self.most)
            self.ways[state] = heapq.nsmallest(self.most, found, key=lambda way: way.cost)
        return self.ways[state]

    def _sketched(self, state: int) -> Iterator[tuple[Cut, tuple[float, Circuit]]]:
        for cut in cuts(self.designer.task, state, self.three_outlets):
            try:
                circuit = self.designer.sketch(cut)
            except CascadeError:
                continue
            yield cut, (self.cost(circuit), circuit)

    def prove(self, cut: Cut) -> None:
        """Design the circuit of a cut, and forget what was made of its bound."""
        self.proved.add(cut)
        try:
            circuit = self.designer.circuit(cut)
        except CascadeError:
            del self.steps[cut.state][cut]
        else:
            self.steps[cut.state][cut] = (self.cost(circuit), circuit)
        for state in [one for one in self.ways if one & cut.state == cut.state]:
            del self.ways[state]


def best_trains(designer: Designer, cost: Cost, most: int = 10, *, three_outlets: bool = False) -> list[Train]:
    """The `most` cheapest trains, cheapest first; exact where the cost of a train is the sum of its circuits'.

    `cost` is any number above zero that does not fall when a circuit has more stages or holds more. A cut begins as a
    bound, its true flows with the fewest stages that it could have; circuits are designed for the cheapest trains only,
    until these hold no bound. Equal circuits of different trains are designed once. Raises CascadeError where no train
    does it, with what is in the way.

    >>> from .problem import Product, problem
    >>> task = problem(
    ...     {"La": 3, "Nd": 4, "Sm": 1, "Dy": 2}, [Product(name, (name,), 0.99) for name in ("La", "Nd", "Sm", "Dy")]
    ... )
    >>> found = best_trains(Designer(task), lambda circuit: circuit.organic * circuit.total * circuit.stages)
    >>> len(found), found[0].sequence[0]
    (5, 'Sm / Dy with P507')
    """
    most = whole_number(most, "most")
    if most < 1:
        raise CascadeError(f"{most} trains are asked for; ask for one at least")
    programme = _Programme(designer, cost, most, three_outlets)
    while True:
        found = programme.best(designer.task.everything)
        if not found:
            raise explain(designer, [state for state, ways in programme.ways.items() if not ways])
        open_ = {circuit.cut for way in found for circuit in way.circuits()} - programme.proved
        if not open_:
            return [Train(designer.task, way.cost, tuple(way.circuits())) for way in found]
        for cut in open_:
            programme.prove(cut)


def every_train(designer: Designer, cost: Cost, *, three_outlets: bool = False) -> Iterator[Train]:
    """Every train there is, one by one, in no order: for tests, and for few products."""

    def ways(state: int) -> Iterator[_Way]:
        if state & (state - 1) == 0:
            yield _DONE
            return
        for cut in cuts(designer.task, state, three_outlets):
            try:
                circuit = designer.circuit(cut)
            except CascadeError:
                continue
            for parts in _choices([*cut.groups]):
                yield _Way(_joined(cost(circuit), parts), circuit, tuple(parts))

    def _choices(groups: list[int]) -> Iterator[list[_Way]]:
        if not groups:
            yield []
            return
        for way in ways(groups[0]):
            for rest in _choices(groups[1:]):
                yield [way, *rest]

    for way in ways(designer.task.everything):
        yield Train(designer.task, way.cost, tuple(way.circuits()))
