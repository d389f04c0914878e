"""Where the atoms come from: the share of each region in every element of every good, by perfect mixing.

After the solve, from split fractions: nodes are pools in years; an activity passes on a share of each element of what
it takes; so each element is one sparse M-matrix over all years, factorised once for all origins. Streams carry no
origin, and flows close to rounding whatever the solver left over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy.sparse import coo_array, csc_array, eye_array
from scipy.sparse.linalg import splu

from .beginnings import UNDONE, Beginnings, anew, beginnings
from .mixing import Ints, Mask, Mixing, mixing
from .passage import CLOSES, TracingError, elements
from .system import Array, Need, Pool, System

__all__ = ["STAGES", "UNDONE", "Traced", "TracingError", "Use", "trace"]

MINE = "mine"
STAGES: Mapping[str, tuple[str, ...]] = {
    MINE: (),
    "separation": ("separation", "heavy_separation"),
    "metal": ("metal",),
    "alloy": ("alloy",),
    "magnet": ("magnet",),
}
"""Where origin may be counted, and the stages of plants that do it."""
ROOM = 20_000_000
"""Numbers of flows by origin that are kept, of all elements together; what is beyond is solved again when asked."""


class Use(NamedTuple):
    """A good as a region uses it, of whatever track, whoever takes it there."""

    good: str
    region: str


Place = Pool | Need | Use | Sequence[Pool | Need | Use]
"""A pool, a demand, a good in a region, or several of them together."""


class Solved(Protocol):
    """What tracing reads: a system and its levels, shape (activities, years)."""

    @property
    def system(self) -> System:
        """The chain."""

    @property
    def levels(self) -> Array:
        """t/year of each activity."""


class Miss(NamedTuple):
    """How far what shares give and what levels say of a pool lie apart, relative to the pool's own; and where."""

    value: float
    pool: str
    year: int


class Worst(NamedTuple):
    """The worst closure, relative to what came in of the element in the year."""

    value: float
    element: str
    year: int


@dataclass(frozen=True)
class Traced:
    """Flows of every element by origin, t/year; years are calendar years, shares 0..1.

    `origins` are the regions, then what givens say of themselves (`before`), and `undone`. `total` is t of each element
    through each node, shape (pools × years, elements); `entered` what of it begins there, mined or given. Origin goes
    along the edges `kept`, and begins as `begun` says.
    """

    system: System
    at: str
    origins: tuple[str, ...]
    mixing: Mixing
    begun: Beginnings
    kept: Mask
    entered: Array
    total: Array
    miss: Miss
    by_origin: Callable[[str], Array] = field(repr=False)
    """t of an element through each node by origin, shape (pools × years, origins)."""

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements that are followed."""
        return self.mixing.elements

    @property
    def pools(self) -> tuple[Pool, ...]:
        """The pools, as `System.pools` orders them."""
        return self.mixing.pools

    def amount(self, element: str) -> Array:
        """t of an element through each pool, shape (pools, years)."""
        return self.total[:, self.elements.index(element)].reshape(len(self.pools), self.mixing.years)

    # -- one place in one year -----------------------------------------------------------------------------------------

    def reading(self, where: Place, year: int) -> tuple[Ints, Array]:
        """The nodes that a place in a year reads, and what share of each goes there.

        Raises KeyError for a year, a pool or a demand that is not in the system.
        """
        if not isinstance(where, Pool | Need | Use):
            parts = [self.reading(one, year) for one in where]
            nodes = np.concatenate([one for one, _ in parts] or [np.zeros(0, dtype=np.intp)])
            return nodes, np.concatenate([one for _, one in parts] or [np.zeros(0)])
        if year not in self.system.years:
            raise KeyError(year)
        t, m = self.system.years.index(year), self.mixing
        if isinstance(where, Pool):
            if where not in self.pools:
                raise KeyError(where)
            return np.array([self.pools.index(where) * m.years + t], dtype=np.intp), np.ones(1)
        if isinstance(where, Use):
            return self._used(where, t)
        index = next((i for i, need in enumerate(self.system.needs) if need is where), None)
        if index is None:
            raise KeyError(f"{where.use} of {where.region}")
        part = np.array([_part(self.system.activities[i].serves, index) for i in m.take_activity])
        takes = np.flatnonzero(part > 0.0)
        return m.take_pool[takes] * m.years + t, m.take_share[takes, t] * part[takes]

    def _used(self, where: Use, t: int) -> tuple[Ints, Array]:
        """The pools of a good in a region, of each what does not go on into another of them."""
        m = self.mixing
        pools = [p for p, pool in enumerate(self.pools) if (pool.good, pool.place) == where]
        if not pools:
            raise KeyError(where)
        left = np.ones(len(pools))
        for i, p in enumerate(pools):
            kept = [k for k in np.flatnonzero(m.take_pool == p) if self._keeps(int(m.take_activity[k]), where)]
            left[i] -= float(m.take_share[kept, t].sum())
        return np.array(pools, dtype=np.intp) * m.years + t, np.maximum(left, 0.0)

    def _keeps(self, activity: int, where: Use) -> bool:
        one = self.system.activities[activity]
        return one.kind == "keep" and all((o.pool.good, o.pool.place) == where for o in one.makes)

    def tonnes(self, where: Place, year: int) -> float:
        """t of the good that pass a place in a year, as the levels say."""
        nodes, weights = self.reading(where, year)
        return float((self.mixing.through.ravel()[nodes] * weights).sum())

    def table(self, places: Sequence[tuple[Place, int]]) -> Array:
        """t by element and origin at several places in years, shape (places, elements, origins)."""
        read = [self.reading(where, year) for where, year in places]
        out = np.zeros((len(read), len(self.elements), len(self.origins)))
        for k, element in enumerate(self.elements):
            found = self.by_origin(element)
            for i, (nodes, weights) in enumerate(read):
                out[i, k] = (found[nodes] * weights[:, None]).sum(axis=0)
        return out

    def flow(self, where: Place, year: int) -> dict[str, dict[str, float]]:
        """t of each element by origin that pass a place in a year; an element that is not there is left out."""
        (found,) = self.table([(where, year)])
        return {
            element: {origin: float(t) for origin, t in zip(self.origins, row, strict=True) if t > 0.0}
            for element, row in zip(self.elements, found, strict=True)
            if (row > 0.0).any()
        }

    def share(self, where: Place, year: int) -> dict[str, dict[str, float]]:
        """Shares of origins in each element, adding up to 1; an element that is not there is left out."""
        return {
            element: {origin: t / sum(parts.values()) for origin, t in parts.items()}
            for element, parts in self.flow(where, year).items()
        }

    # -- what leaves ---------------------------------------------------------------------------------------------------

    def surplus(self, element: str) -> Array:
        """t of an element that nobody takes of each pool, shape (pools, years)."""
        return np.asarray(self.amount(element) * self.mixing.left)

    def lost(self, element: str) -> Array:
        """t of an element that end in no output of each activity, shape (activities, years).

        Of what delivers it is what stays with the user, or is thrown away.
        """
        m, k = self.mixing, self.elements.index(element)
        taken = m.take_share * self.amount(element)[m.take_pool]
        out = np.zeros((len(self.system.activities), m.years))
        np.add.at(out, m.take_activity, taken * m.lost[m.take_activity, k][:, None])
        return out

    def delivered(self, element: str) -> Array:
        """t of an element that go to each demand, shape (needs, years)."""
        m = self.mixing
        taken = m.take_share * self.amount(element)[m.take_pool]
        out = np.zeros((len(self.system.needs), m.years))
        for k, i in enumerate(m.take_activity):
            for need in self.system.activities[i].serves:
                out[need] += taken[k] * _part(self.system.activities[i].serves, need)
        return out

    def pending(self, element: str) -> dict[Pool, float]:
        """t of an element in stock or under way after the last year, by the pool that it will come to."""
        m, k = self.mixing, self.elements.index(element)
        late = m.target < 0
        sent = m.passed(k)[late] * self.total[m.source[late], k]
        found = np.bincount(m.into[late], sent, len(self.pools))
        return {self.pools[p]: float(found[p]) for p in np.flatnonzero(found)}

    # -- closure -------------------------------------------------------------------------------------------------------

    def balance(self, element: str) -> Array:
        """What came in less what left and what is under way, relative to what came in, by year, shape (years,).

        In: mined, given, and what arrives from earlier years. Out: used or lost, left over, and sent to later years.
        The worst pool of the year counts too, relative to what comes into it.
        """
        m, k = self.mixing, self.elements.index(element)
        begun, through = self.entered[:, k], self.total[:, k]
        sent = m.passed(k) * through[m.source]
        within = m.target >= 0
        start = m.source % m.years
        later = ~within | (m.target % m.years != start)
        arrives = later & within
        came = begun.reshape(-1, m.years).sum(axis=0) + _sums(m.target[arrives] % m.years, sent[arrives], m.years)
        went = self.lost(element).sum(axis=0) + self.surplus(element).sum(axis=0)
        went = went + _sums(start[later], sent[later], m.years)
        into = begun + _sums(m.target[within], sent[within], len(begun))
        pools = _apart(through, into).reshape(-1, m.years).max(axis=0, initial=0.0)
        return np.asarray(np.maximum(_apart(came, went), pools))

    @property
    def worst(self) -> Worst:
        """The worst closure of any element in any year."""
        found = np.array([self.balance(element) for element in self.elements]).reshape(-1, self.mixing.years)
        if not found.size:
            return Worst(0.0, "", self.system.years[0])
        k, t = np.unravel_index(int(np.argmax(found)), found.shape)
        return Worst(float(found[k, t]), self.elements[k], self.system.years[int(t)])


def trace(levels: Solved, at: str = MINE) -> Traced:
    """Follows every element through a solved chain, and counts origin where `at` was done.

    `mine`: the region of the mine, or what a given says of itself. At another stage the outputs of its plants begin
    anew with the plant's region; what has not been through it is `undone`. Raises `TracingError` for an unknown stage,
    where an activity would make atoms, and where an element does not close to 1e-9.
    """
    system = levels.system
    if at not in STAGES:
        raise TracingError(f"origin cannot be counted at {at!r}", f"there is {', '.join(STAGES)}")
    names = elements(system)
    found = mixing(system, levels.levels, names)
    nodes = len(found.pools) * found.years
    begun = beginnings(system, found, levels.levels)
    entered = begun.by_node(nodes)
    kept = np.ones(len(found.output), dtype=np.bool_)
    solve = _factorised(found, kept)
    total = np.column_stack([solve(k, entered[:, k]) for k in range(len(names))]) if names else np.zeros((nodes, 0))
    if at != MINE:
        plants = [i for i, one in enumerate(system.activities) if one.kind == "plant" and one.stage in STAGES[at]]
        kept = ~np.isin(found.made_by[found.output], plants)
        begun = anew(system, found, total, ~kept & (found.target >= 0), begun)
        solve = _factorised(found, kept)
    origins = tuple(dict.fromkeys([*system.regions, *begun.origin]))

    def by_origin(element: str) -> Array:
        k = names.index(element)
        return solve(k, begun.by_origin(nodes, origins, k))

    out = Traced(
        system=system,
        at=at,
        origins=origins,
        mixing=found,
        begun=begun,
        kept=kept,
        entered=entered,
        total=total,
        miss=_miss(system, found, total),
        by_origin=lru_cache(maxsize=max(1, ROOM // max(1, nodes * len(origins))))(by_origin),
    )
    worst = out.worst
    if not worst.value <= CLOSES:
        raise TracingError(f"{worst.element} of {worst.year} does not close: {worst.value:.1e} of what came in")
    return out


def _factorised(m: Mixing, kept: Mask) -> Callable[[int, Array], Array]:
    """A solver of flows: (element, what begins at nodes) -> what passes; elements of equal splits share factors."""
    inside = kept & (m.target >= 0)
    known: dict[bytes, tuple[Ints, Any]] = {}

    def factor(element: int) -> tuple[Ints, Any]:
        value = m.passed(element)[inside]
        held = value > 0.0
        target, source = m.target[inside][held], m.source[inside][held]
        nodes, at = np.unique(np.concatenate([target, source]), return_inverse=True)  # the others pass nothing on
        entries = (value[held], (at[: len(target)], at[len(target) :]))
        matrix = csc_array(eye_array(len(nodes)) - coo_array(entries, shape=(len(nodes), len(nodes))))
        try:
            # Columns are dominated by their diagonal: no pivoting, so no cancellation and no negative flow.
            options = {"SymmetricMode": True}
            found = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
        except RuntimeError as error:
            raise TracingError(
                f"{m.elements[element]} goes round for ever: activities in a loop lose none of it",
                "give one of them a yield below 1",
            ) from error
        return nodes, found

    def solve(element: int, right: Array) -> Array:
        key = m.ratio[:, element].tobytes()
        if key not in known:
            known[key] = factor(element)
        nodes, found = known[key]
        out = right.copy()
        if len(nodes):
            out[nodes] = found.solve(right[nodes])
        return out

    return solve


def _part(serves: Mapping[int, float], need: int) -> float:
    """What share of an activity goes to a demand."""
    return serves[need] / sum(serves.values()) if need in serves else 0.0


def _sums(where: Ints, what: Array, size: int) -> Array:
    return np.asarray(np.bincount(where, what, size), dtype=np.float64)


def _apart(one: Array, other: Array) -> Array:
    """How far two flows lie apart, relative to the first; as it is where that is nothing."""
    off = np.abs(one - other)
    return np.divide(off, one, out=off.copy(), where=one > 0.0)


def _miss(system: System, m: Mixing, total: Array) -> Miss:
    """The worst difference between what is traced and what levels and contents say, of pools that hold anything."""
    content = np.array([sum(system.goods[pool.good].content.values()) for pool in m.pools])
    said = m.inflow * content[:, None]
    off = np.abs(total.sum(axis=1).reshape(said.shape) - said)
    off = np.divide(off, said, out=np.zeros_like(said), where=said > CLOSES * float(said.max(initial=0.0)))
    if not off.size:
        return Miss(0.0, "", system.years[0])
    p, t = np.unravel_index(int(np.argmax(off)), off.shape)
    return Miss(float(off[p, t]), str(m.pools[p]), system.years[int(t)])
