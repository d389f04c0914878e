"""By which plants the largest part of an origin's atoms came to a place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .tracing import Place, Traced


class Step(NamedTuple):
    """One activity on a route, or what was given.

    `share` is the part of the element and origin, of what came into the pool after it in the year, that came this way.
    """

    name: str
    kind: str
    plant: str
    stage: str
    region: str
    year: int
    share: float


def route(traced: Traced, where: Place, year: int, element: str, origin: str) -> tuple[Step, ...]:
    """The largest contribution at every step back from a place to where the atoms began, first step first.

    Empty where nothing of the origin is there. In a loop the way back is taken that has not been gone yet.
    """
    m, k = traced.mixing, traced.elements.index(element)
    if origin not in traced.origins:
        return ()
    through = traced.by_origin(element)[:, traced.origins.index(origin)]
    nodes, weights = traced.reading(where, year)
    if not len(nodes) or not (through[nodes] * weights > 0.0).any():
        return ()
    node = int(nodes[np.argmax(through[nodes] * weights)])
    passed = np.where(traced.kept, m.passed(k), 0.0) * through[m.source]
    begun = np.array([one == origin for one in traced.begun.origin], dtype=bool)
    steps: list[Step] = []
    seen = {node}
    while True:
        start = np.flatnonzero(begun & (traced.begun.node == node))
        edges = np.flatnonzero((m.target == node) & (passed > 0.0))
        edges = edges[[int(m.source[e]) not in seen for e in edges]] if len(edges) else edges
        first = float(traced.begun.amounts[start, k].max(initial=0.0))
        if not len(edges) or first >= passed[edges].max():
            if len(start):
                best = int(start[np.argmax(traced.begun.amounts[start, k])])
                steps.append(_step(traced, traced.begun.by[best], node, first / through[node]))
            return tuple(reversed(steps))
        edge = int(edges[np.argmax(passed[edges])])
        source = int(m.source[edge])
        steps.append(_step(traced, int(m.made_by[m.output[edge]]), source, float(passed[edge] / through[node])))
        node = source
        seen.add(node)


def _step(traced: Traced, activity: int, node: int, share: float) -> Step:
    """A step by its activity, in the year that it runs in; -1 is what was given."""
    year = traced.system.years[node % traced.mixing.years]
    if activity < 0:
        pool = traced.pools[node // traced.mixing.years]
        return Step(f"{pool.good} there before", "given", "", "", pool.place, year, share)
    one = traced.system.activities[activity]
    return Step(one.name, one.kind, one.plant, one.stage, one.region, year, share)
