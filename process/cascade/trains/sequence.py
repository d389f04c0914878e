"""A train from words: the cuts that a file names, each put to the set of products that it can part."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np

from ..errors import CascadeError
from .circuits import Designer
from .cuts import Cut, order
from .problem import Problem
from .search import Cost, Train

_CUT = re.compile(r"\s*(?P<pair>[A-Za-z]+(?:\s*/\s*[A-Za-z]+){1,3})(?:\s+with\s+(?P<solvent>\S.*?))?\s*", re.ASCII)


def parsed(text: str) -> tuple[tuple[str, ...], str]:
    """The elements that meet at a cut, and the extractant; "" where the words name none.

    A draw between two cuts is named by the element that leaves there, `Sm / Eu / Gd`, or by its ends, `Nd / Sm / Gd /
    Tb`. Raises CascadeError for words that are no cut.

    >>> parsed("Nd / Sm with P507"), parsed("Sm / Eu / Gd")
    ((('Nd', 'Sm'), 'P507'), (('Sm', 'Eu', 'Gd'), ''))
    """
    found = _CUT.fullmatch(text)
    if found is None:
        raise CascadeError(
            f"{text[:60]!r} is no cut; write the two elements that meet there, such as `Nd / Sm with P507`"
        )
    return tuple(word.strip() for word in found["pair"].split("/")), found["solvent"] or ""


def train_of(designer: Designer, sequence: Sequence[str], cost: Cost) -> Train:
    """The train that cuts in words describe, in the order of the circuits; each cut is put to the products it parts.

    Without `with …` a cut is made by the only extractant of the problem. Raises CascadeError for a cut that is none,
    that no set of products allows, and for products that no cut parts.

    >>> from .problem import Product, problem
    >>> task = problem({"La": 3, "Nd": 4, "Sm": 1}, [Product(name, (name,), 0.99) for name in ("La", "Nd", "Sm")])
    >>> made = train_of(Designer(task), ["Nd / Sm", "La / Nd"], lambda circuit: 1.0)
    >>> [one.stages for one in made.circuits], made.cost
    ([7, 5], 2.0)
    """
    task = designer.task
    open_ = [task.everything]
    circuits = []
    for text in sequence:
        names, name = parsed(text)
        cut = _cut(task, open_, names, _solvent(task, text, name), text)
        open_.remove(cut.state)
        open_ += [group for group in cut.groups if group & (group - 1)]
        circuits.append(designer.circuit(cut))
    if open_:
        left = " and ".join(", ".join(task.names(state)) for state in open_)
        raise CascadeError(f"no cut of the sequence parts {left}; add one")
    total = 0.0
    for one in circuits:
        total += cost(one)
    return Train(task, total, tuple(circuits))


def _solvent(task: Problem, text: str, name: str) -> int:
    if name:
        return task.solvent_index(name)
    if len(task.solvents) > 1:
        known = ", ".join(one.name for one in task.solvents)
        raise CascadeError(f"{text!r} does not say which extractant; add `with …`, one of {known}")
    return 0


def _cut(task: Problem, open_: Sequence[int], names: tuple[str, ...], cut_solvent: int, text: str) -> Cut:
    for name in names:
        if name not in task.elements or not task.feed[task.elements.index(name)] > 0.0:
            raise CascadeError(f"{text!r} names {name}, which the feed does not bring", element=name)
    columns = [task.elements.index(name) for name in names]
    state = next((one for one in open_ if all(task.holds(one)[column] for column in columns)), None)
    if state is None:
        raise CascadeError(
            f"{text!r} parts nothing: an earlier cut has parted {' and '.join(names)}, or a product has both"
        )
    row = list(order(task, cut_solvent, state))
    if np.isnan(task.factors[cut_solvent, row]).any():
        lacking = [task.elements[i] for i in row if np.isnan(task.factors[cut_solvent, i])]
        raise CascadeError(f"{text!r}: {task.solvents[cut_solvent].name} has no constant for {', '.join(lacking)}")
    borders = [row.index(column) for column in columns]
    pairs = list(itertools.pairwise(borders))
    pairs = pairs[::2] if len(borders) == 4 else pairs
    if any(after != before + 1 for before, after in pairs):
        wanted = " < ".join(task.elements[i] for i in row)
        raise CascadeError(
            f"{text!r}: elements that meet at a cut are neighbours; what reaches it is {wanted} for "
            f"{task.solvents[cut_solvent].name}"
        )
    ends = [0, *(after for _, after in pairs), len(row)]
    groups = [_mask(task, row[first:last]) for first, last in itertools.pairwise(ends)]
    if sum(groups) != state or any(a & b for i, a in enumerate(groups) for b in groups[i + 1 :]):
        split = next(
            one.name for i, one in enumerate(task.products) if sum(1 for group in groups if group >> i & 1) > 1
        )
        raise CascadeError(f"{text!r} goes through the product {split}; cut beside it")
    return Cut(state, cut_solvent, tuple(groups))


def _mask(task: Problem, columns: Sequence[int]) -> int:
    out = 0
    for column in columns:
        out |= 1 << int(task.owner[column])
    return out
