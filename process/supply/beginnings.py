"""Where atoms begin: in mines and in what is given, or where a later stage makes them anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .mixing import Ints, Mask, Mixing
from .passage import parted
from .system import Activity, Array, Pool, System

UNDONE = "undone"
"""The origin of what the stage that origin is counted at has not been done to."""


@dataclass(frozen=True)
class Beginnings:
    """t of each element that begins at nodes, shape (beginnings, elements), with its origin.

    `by` is the activity that makes it, -1 for what is given; `mined` tells mines from the others.
    """

    node: Ints
    origin: tuple[str, ...]
    by: tuple[int, ...]
    mined: tuple[bool, ...]
    amounts: Array

    def by_node(self, nodes: int) -> Array:
        """t of each element that begins at each node, shape (nodes, elements)."""
        out = np.zeros((nodes, self.amounts.shape[1]))
        np.add.at(out, self.node, self.amounts)
        return out

    def by_origin(self, nodes: int, origins: Sequence[str], element: int) -> Array:
        """t of one element that begins at each node by origin, shape (nodes, origins)."""
        column = {origin: i for i, origin in enumerate(origins)}
        out = np.zeros((nodes, len(origins)))
        columns = np.array([column[one] for one in self.origin], dtype=np.intp)
        np.add.at(out.reshape(-1), self.node * len(origins) + columns, self.amounts[:, element])
        return out


def home(activity: Activity) -> str:
    """The region that an activity counts for: its own, or where it makes or takes its first good."""
    return activity.region or [*(output.pool for output in activity.makes), *activity.takes][0].region


def beginnings(system: System, m: Mixing, levels: Array) -> Beginnings:
    """Mines (what takes nothing) and givens, by the elements that their goods hold.

    A group that is given goes by element in the proportion in which the system's mines hold its members.
    """
    level = np.maximum(np.asarray(levels, dtype=float), 0.0)
    sources = [i for i, one in enumerate(system.activities) if not one.takes and level[i].any()]
    parts: list[tuple[Pool, str, int, Array]] = []
    for i in sources:
        one = system.activities[i]
        for output in one.makes:
            tonnes = np.zeros(m.years)
            tonnes[output.lag :] = output.amount * level[i, : max(m.years - output.lag, 0)]
            parts.append((output.pool, home(one), int(i), tonnes))
    mined = _mined(system, [(pool, float(tonnes.sum())) for pool, _, _, tonnes in parts])
    parts += [(given.pool, given.origin, -1, np.maximum(given.tonnes, 0.0)) for given in system.givens]
    place = {pool: p for p, pool in enumerate(m.pools)}
    found: list[tuple[int, str, int, Array]] = []
    for pool, origin, by, tonnes in parts:
        held = parted(system, system.goods[pool.good].content, mined)
        content = np.array([held.get(name, 0.0) for name in m.elements])
        if content.any():
            found += [(place[pool] * m.years + int(t), origin, by, tonnes[t] * content) for t in tonnes.nonzero()[0]]
    return Beginnings(
        np.array([one[0] for one in found], dtype=np.intp),
        tuple(one[1] for one in found),
        tuple(one[2] for one in found),
        tuple(one[2] >= 0 for one in found),
        np.array([one[3] for one in found]).reshape(len(found), len(m.elements)),
    )


def _mined(system: System, parts: Sequence[tuple[Pool, float]]) -> Mapping[str, float]:
    out: dict[str, float] = {}
    for pool, tonnes in parts:
        for key, content in system.goods[pool.good].content.items():
            out[key] = out.get(key, 0.0) + content * tonnes
    return out


def anew(system: System, m: Mixing, total: Array, cut: Mask, old: Beginnings) -> Beginnings:
    """Beginnings where origin is counted at a later stage: along the edges `cut`, out of what that stage's plants make.

    `total` is t of each element through each node, shape (nodes, elements). What was mined is `undone` until then; what
    is given keeps the origin that it says.
    """
    sent = m.share[cut, None] * m.ratio[m.output[cut]] * total[m.source[cut]]
    by = tuple(int(i) for i in m.made_by[m.output[cut]])
    made = tuple(home(system.activities[i]) for i in by)
    kept = tuple(UNDONE if mined else one for one, mined in zip(old.origin, old.mined, strict=True))
    return Beginnings(
        np.concatenate([old.node, m.target[cut]]),
        (*kept, *made),
        (*old.by, *by),
        (*old.mined, *(False for _ in made)),
        np.concatenate([old.amounts, sent]),
    )
