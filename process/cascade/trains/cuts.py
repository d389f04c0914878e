"""Which cuts a set of products allows: thresholds in an extractant's order that no product straddles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cut:
    """One circuit's task: the products of `state` parted by an extractant (an index) into groups.

    `groups` are masks from the raffinate to the strip liquor; of three, the middle one leaves by an aqueous draw.
    """

    state: int
    solvent: int
    groups: tuple[int, ...]

    @property
    def raffinate(self) -> int:
        """What stays."""
        return self.groups[0]

    @property
    def extract(self) -> int:
        """What is extracted."""
        return self.groups[-1]


def order(task: Problem, cut_solvent: int, state: int) -> NDArray[np.intp]:
    """Columns of the elements that a state's products bring, from the least to the most extractable."""
    columns = np.flatnonzero(task.holds(state) & (task.feed > 0.0))
    return columns[np.argsort(task.factors[cut_solvent, columns], kind="stable")]


def thresholds(task: Problem, cut_solvent: int, state: int) -> list[int]:
    """Masks of what stays, one for each place where this extractant can cut a state; rising.

    An extractant without a constant for one of the elements cuts nowhere, and no cut goes through a product or
    between two elements that it extracts alike.
    """
    columns = order(task, cut_solvent, state)
    factors = task.factors[cut_solvent, columns]
    if np.isnan(factors).any():
        return []
    left = {int(i): int(np.count_nonzero(task.owner[columns] == i)) for i in np.unique(task.owner[columns])}
    below, out = 0, []
    for place, column in enumerate(columns[:-1]):
        owner = int(task.owner[column])
        left[owner] -= 1
        below |= 1 << owner
        whole = not any(left[i] for i in left if below >> i & 1)
        if whole and factors[place + 1] > factors[place]:
            out.append(below)
    return out


def cuts(task: Problem, state: int, three_outlets: bool = False) -> Iterator[Cut]:
    """Every cut of a state, extractant by extractant; with `three_outlets` those with a draw in the middle too.

    Only one product leaves by a draw.
    """
    for i in range(len(task.solvents)):
        found = thresholds(task, i, state)
        for below in found:
            yield Cut(state, i, (below, state & ~below))
        if three_outlets:
            for low, high in combinations(found, 2):
                middle = high & ~low
                if middle & (middle - 1) == 0:
                    yield Cut(state, i, (low, middle, state & ~high))


def edges(task: Problem, cut: Cut, place: int = 0) -> tuple[int, int]:
    """Columns of the two elements that meet at a cut: the most extractable that stays, the least that goes on.

    `place` counts the cuts of a circuit from the raffinate.
    """
    found = task.known_edges.get((cut, place))
    if found is None:
        below, above = cut.groups[place], cut.groups[place + 1]
        found = int(order(task, cut.solvent, below)[-1]), int(order(task, cut.solvent, above)[0])
        task.known_edges[cut, place] = found
    return found


def words(task: Problem, cut: Cut) -> str:
    """A cut as a file says it: `Nd / Sm with P507`, `Sm / Eu / Gd with P507` where Eu leaves by a draw."""
    pairs = [edges(task, cut, place) for place in range(len(cut.groups) - 1)]
    names = [task.elements[pairs[0][0]]]
    for low, high in pairs:
        names += [task.elements[high]] if task.elements[low] in names else [task.elements[low], task.elements[high]]
    return f"{' / '.join(names)} with {task.solvents[cut.solvent].name}"


def possible(task: Problem, three_outlets: bool = False) -> int:
    """How many trains the extractants' orders allow, whether or not a circuit of theirs could be built.

    >>> from .problem import Product, problem
    >>> parts = [Product(name, (name,), 0.99) for name in ("La", "Nd", "Sm", "Dy")]
    >>> feed = {"La": 3, "Nd": 4, "Sm": 1, "Dy": 2}
    >>> possible(problem(feed, parts)), possible(problem(feed, parts, ["P507", "P204"]))  # 5 trees, 2 choices 3 times
    (5, 40)
    """
    known: dict[int, int] = {}

    def count(state: int) -> int:
        if state & (state - 1) == 0:
            return 1
        if state not in known:
            known[state] = sum(math.prod(map(count, cut.groups)) for cut in cuts(task, state, three_outlets))
        return known[state]

    return count(task.everything)
