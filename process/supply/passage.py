"""How an activity passes each element on: what of an element that it takes ends in each of its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..elements import INDEX
from .system import Activity, Array, Output, System

CLOSES = 1e-9
"""What shares may exceed 1 by, and what the balance of an element may miss, relative to what came in."""


class TracingError(ValueError):
    """A chain through which elements cannot be followed: `reason` says what is wrong, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy


def members(system: System, name: str) -> tuple[str, ...]:
    """The elements that a key of a content stands for. Raises TracingError for what is neither element nor group."""
    if name in system.groups:
        return tuple(system.groups[name])
    if name not in INDEX:
        raise TracingError(f"a good holds {name!r}, which is no element and no group of the system")
    return (name,)


def elements(system: System) -> tuple[str, ...]:
    """Every element that goods of a system hold or that an activity splits, in the order of `elements.ELEMENTS`."""
    keys = {key for good in system.goods.values() for key in good.content}
    keys |= {key for activity in system.activities for key in activity.splits}
    return tuple(sorted({one for key in keys for one in members(system, key)}, key=INDEX.__getitem__))


def parted(system: System, content: Mapping[str, float], mined: Mapping[str, float]) -> dict[str, float]:
    """A content by element: a group in the proportion in which its members are mined, evenly where none is.

    >>> from types import SimpleNamespace
    >>> parted(SimpleNamespace(groups={"NdPr": ("Pr", "Nd")}), {"NdPr": 0.3, "Dy": 0.01}, {"Nd": 4.0, "Pr": 1.0})
    {'Pr': 0.06, 'Nd': 0.24, 'Dy': 0.01}
    """
    out: dict[str, float] = {}
    for key, amount in content.items():
        names = members(system, key)
        weights = [mined.get(name, 0.0) for name in names]
        total = sum(weights)
        for name, weight in zip(names, weights, strict=True):
            part = weight / total if total > 0.0 else 1.0 / len(names)
            out[name] = out.get(name, 0.0) + amount * part
    return out


@dataclass(frozen=True)
class Passage:
    """What of each element taken ends in each output, shape (outputs, elements), and is lost, shape (elements,)."""

    ratio: Array
    lost: Array


def passage(system: System, activity: Activity, names: Sequence[str]) -> Passage:
    """How an activity that takes something passes elements on, by its splits or by the contents of its goods.

    What makes of one good the same good (trade, stock) passes every element alike. Elsewhere an element goes as the
    content that holds it: an output gets content × amount over that of all inputs; of a group every member alike, so
    that members keep the proportion in which they came. Raises TracingError where more would come out than goes in.

    >>> from didymium.supply.system import Activity, Good, Output, Pool
    >>> from types import SimpleNamespace
    >>> oxide, metal = Pool("oxide:NdPr", "us"), Pool("metal:NdPr", "us>")
    >>> goods = {pool.good: Good(pool.good, "", {"NdPr": 1.0}) for pool in (oxide, metal)}
    >>> made = Activity("metal of us", "plant", {oxide: 1.0}, (Output(metal, 0.97),))
    >>> found = passage(SimpleNamespace(goods=goods, groups={"NdPr": ("Pr", "Nd")}), made, ("Pr", "Nd"))
    >>> found.ratio.tolist(), [round(one, 12) for one in found.lost.tolist()]
    ([[0.97, 0.97]], [0.03, 0.03])
    """
    goods = {pool.good for pool in activity.takes}
    if activity.splits:
        ratio = _split(activity, names)
    elif len(goods) == 1 and goods == {output.pool.good for output in activity.makes}:
        taken = sum(activity.takes.values())
        ratio = np.array([[output.amount / taken] * len(names) for output in activity.makes])
    else:
        ratio = _by_content(system, activity, names)
    ratio = ratio.reshape(len(activity.makes), len(names))
    total = ratio.sum(axis=0)
    worst = int(np.argmax(total)) if len(names) else 0
    if len(names) and total[worst] > 1.0 + CLOSES:
        raise TracingError(
            f"{activity.name} makes {total[worst]:.6g} t of {names[worst]} out of 1 t",
            "the contents of its goods, or its yields, do not fit",
        )
    over = np.maximum(total, 1.0)
    ratio = ratio / over
    return Passage(ratio, np.maximum(1.0 - total / over, 0.0))


def _split(activity: Activity, names: Sequence[str]) -> Array:
    """By the splits; outputs into one pool, at different times, share what goes there by their amounts."""
    into: dict[object, float] = {}
    for output in activity.makes:
        into[output.pool] = into.get(output.pool, 0.0) + output.amount
    out = np.zeros((len(activity.makes), len(names)))
    for j, output in enumerate(activity.makes):
        part = output.amount / into[output.pool] if into[output.pool] > 0.0 else 1.0 / _count(activity.makes, output)
        for k, name in enumerate(names):
            out[j, k] = activity.splits.get(name, {}).get(output.pool, 0.0) * part
    return out


def _count(outputs: Sequence[Output], like: Output) -> int:
    return sum(output.pool == like.pool for output in outputs)


def _by_content(system: System, activity: Activity, names: Sequence[str]) -> Array:
    """By what goods hold, in classes of elements that no input and no output tells apart."""
    inputs = [(key, amount * part) for pool, amount in activity.takes.items() for key, part in _held(system, pool.good)]
    outputs = [[(key, o.amount * part) for key, part in _held(system, o.pool.good)] for o in activity.makes]
    every = [key for key, _ in inputs] + [key for one in outputs for key, _ in one]
    alike = _classes(system, every)
    taken: dict[str, float] = {}
    for key, amount in inputs:
        taken[alike[members(system, key)[0]]] = taken.get(alike[members(system, key)[0]], 0.0) + amount
    out = np.zeros((len(activity.makes), len(names)))
    for j, output in enumerate(outputs):
        made: dict[str, float] = {}
        for key, amount in output:
            made[alike[members(system, key)[0]]] = made.get(alike[members(system, key)[0]], 0.0) + amount
        for one, amount in made.items():
            if amount > 0.0 and taken.get(one, 0.0) <= 0.0:
                raise TracingError(f"{activity.name} makes {one} in {activity.makes[j].pool} out of nothing")
        for k, name in enumerate(names):
            one = alike.get(name, "")
            if made.get(one, 0.0) > 0.0:
                out[j, k] = made[one] / taken[one]
    return out


def _held(system: System, good: str) -> Iterable[tuple[str, float]]:
    return [(key, part) for key, part in system.goods[good].content.items() if part > 0.0]


def _classes(system: System, keys: Iterable[str]) -> dict[str, str]:
    """Element -> the first of the elements that go with it, where a group holds them together."""
    out: dict[str, str] = {}
    for key in dict.fromkeys(keys):
        names = members(system, key)
        old = {out[name] for name in names if name in out}
        first = min([*old, *names], key=INDEX.__getitem__)
        for name in [*names, *(name for name, one in out.items() if one in old)]:
            out[name] = first
    return out
