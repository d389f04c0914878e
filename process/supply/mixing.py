"""What of each pool goes where, year by year, whatever the element: each pool is perfectly mixed.

Nodes are pools in years, `pool × years + year`. What an activity takes of a pool is a share of all that is taken there
and of what nobody takes, so that shares add up to 1 whatever the solver left over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .passage import passage
from .system import Array, Pool, System

Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Mixing:
    """Takes, passages and edges of a solved chain.

    `inflow` is t into each pool as the levels say, `through` the same or what is taken where the solver's residue makes
    that more, `left` the share that nobody takes, shapes (pools, years). Takes:
    `take_activity`, `take_pool` (takes,), `take_share` (takes, years). Outputs of what takes something: `ratio`
    (outputs, elements), `made_by` (outputs,); `lost` (activities, elements). Edges lead from node `source` to node
    `target` (-1: after the last year, into pool `into`) with `share` of the source's flow, by output `output`.
    """

    elements: tuple[str, ...]
    pools: tuple[Pool, ...]
    years: int
    inflow: Array
    through: Array
    left: Array
    take_activity: Ints
    take_pool: Ints
    take_share: Array
    ratio: Array
    made_by: Ints
    lost: Array
    source: Ints
    target: Ints
    into: Ints
    share: Array
    output: Ints

    def passed(self, element: int) -> Array:
        """What of an element of each edge's source node goes along the edge, 0..1, shape (edges,)."""
        return np.asarray(self.share * self.ratio[self.output, element])


def mixing(system: System, levels: Array, elements: Sequence[str]) -> Mixing:
    """Shares from levels, shape (activities, years). Raises `TracingError` as `passage` does."""
    years = len(system.years)
    pools = system.pools()
    place = {pool: i for i, pool in enumerate(pools)}
    level = np.maximum(np.asarray(levels, dtype=float), 0.0)
    inflow = np.zeros((len(pools), years))
    for given in system.givens:
        inflow[place[given.pool]] += np.maximum(given.tonnes, 0.0)
    taken = np.zeros((len(pools), years))
    takes: list[tuple[int, int, float]] = []
    outputs: list[tuple[int, int, int]] = []
    ratios: list[Array] = []
    pairs: list[tuple[int, int]] = []
    lost = np.zeros((len(system.activities), len(elements)))
    for i in np.flatnonzero(level.any(axis=1)):
        activity = system.activities[i]
        for output in activity.makes:
            inflow[place[output.pool], output.lag :] += output.amount * level[i, : max(years - output.lag, 0)]
        if not activity.takes:
            continue
        first = len(takes), len(outputs)
        for pool, amount in activity.takes.items():
            takes.append((int(i), place[pool], amount))
            taken[place[pool]] += amount * level[i]
        found = passage(system, activity, elements)
        ratios.append(found.ratio)
        lost[i] = found.lost
        outputs += [(int(i), place[output.pool], output.lag) for output in activity.makes]
        pairs += [(k, j) for k in range(first[0], len(takes)) for j in range(first[1], len(outputs))]
    through = np.maximum(inflow, taken)
    pool_of = np.array([pool for _, pool, _ in takes], dtype=np.intp)
    activity_of = np.array([i for i, _, _ in takes], dtype=np.intp)
    amounts = np.array([amount for _, _, amount in takes])[:, None] * level[activity_of]
    share = np.divide(amounts, through[pool_of], out=np.zeros_like(amounts), where=through[pool_of] > 0.0)
    left = np.zeros_like(through)
    np.divide(np.maximum(inflow - taken, 0.0), through, out=left, where=through > 0.0)
    edges = _edges(pairs, outputs, share, pool_of, years)
    return Mixing(
        elements=tuple(elements),
        pools=pools,
        years=years,
        inflow=inflow,
        through=through,
        left=left,
        take_activity=activity_of,
        take_pool=pool_of,
        take_share=share,
        ratio=np.concatenate(ratios) if ratios else np.zeros((0, len(elements))),
        made_by=np.array([i for i, _, _ in outputs], dtype=np.intp),
        lost=lost,
        source=edges.source,
        target=edges.target,
        into=edges.into,
        share=edges.share,
        output=edges.output,
    )


class _Edges(NamedTuple):
    """The edges of `Mixing`."""

    source: Ints
    target: Ints
    into: Ints
    share: Array
    output: Ints


def _edges(
    pairs: Sequence[tuple[int, int]],
    outputs: Sequence[tuple[int, int, int]],
    share: Array,
    pool_of: Ints,
    years: int,
) -> _Edges:
    """Every (take, output, year) in which something goes, as arrays."""
    take, output = (np.array([pair[side] for pair in pairs], dtype=np.intp) for side in (0, 1))
    row, year = np.nonzero(share[take] > 0.0) if len(take) else (take, take)
    take, output = take[row], output[row]
    into = np.array([pool for _, pool, _ in outputs], dtype=np.intp)[output]
    lag = np.array([lag for _, _, lag in outputs], dtype=np.intp)[output]
    return _Edges(
        source=pool_of[take] * years + year,
        target=np.where(year + lag < years, into * years + year + lag, -1),
        into=into,
        share=share[take, year],
        output=output,
    )
