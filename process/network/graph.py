"""The graph of units and streams: who takes what, which parts a stream has, in which order to solve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx

from ..feeds import ore_parts
from ..operations.balance import BULK
from ..plan import Plan, Unit

Taker = tuple[str, str]


@dataclass(frozen=True)
class Network:
    """Units in the order of solving: groups of one, or of several units that a recycle ties together.

    `takers` maps a stream to the (unit, inlet) that takes it, None where it leaves; `parts` to the rows that it has.
    """

    groups: tuple[tuple[str, ...], ...]
    loops: tuple[bool, ...]
    takers: Mapping[str, Taker | None]
    parts: Mapping[str, tuple[str, ...]]


def network(plan: Plan) -> Network:
    """Read the graph off a plan."""
    takers: dict[str, Taker | None] = dict.fromkeys(plan.feeds)
    for unit in plan.units.values():
        takers.update({f"{unit.name}.{outlet}": None for outlet in unit.outlets})
    graph = nx.DiGraph()
    graph.add_nodes_from(plan.units)
    for unit in plan.units.values():
        for inlet, stream in unit.inlets.items():
            takers[stream] = (unit.name, inlet)
            if stream not in plan.feeds:
                graph.add_edge(stream.split(".")[0], unit.name)
    condensed = nx.condensation(graph)
    rank = {name: i for i, name in enumerate(plan.units)}
    first = {node: min(rank[name] for name in condensed.nodes[node]["members"]) for node in condensed}
    groups, loops = [], []
    for node in nx.lexicographical_topological_sort(condensed, key=lambda node: first[node]):
        members = _sweep(plan, graph, sorted(condensed.nodes[node]["members"], key=lambda name: rank[name]))
        groups.append(members)
        loops.append(len(members) > 1 or graph.has_edge(members[0], members[0]))
    return Network(tuple(groups), tuple(loops), takers, _parts(plan, groups))


def _sweep(plan: Plan, graph: Any, members: list[str]) -> tuple[str, ...]:
    """The units of a loop so that, where it can be, something has entered each before its turn comes."""
    done: list[str] = []
    left = list(members)
    while left:
        ready = [n for n in left if all(p in done or p not in members for p in graph.predecessors(n))]
        begun = [n for n in left if any(_entered(plan, s, members, done) for s in plan.units[n].inlets.values())]
        chosen = (ready or begun or left)[0]
        left.remove(chosen)
        done.append(chosen)
    return tuple(done)


def _entered(plan: Plan, stream: str, members: list[str], done: list[str]) -> bool:
    if stream in plan.feeds:
        return plan.feeds[stream].rate is not None
    unit = stream.split(".")[0]
    return unit in done or unit not in members


def _parts(plan: Plan, groups: list[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    parts: dict[str, tuple[str, ...]] = {
        name: ore_parts(feed.deposit) if feed.deposit is not None else tuple(feed.minerals) or BULK
        for name, feed in plan.feeds.items()
    }
    for members in groups:
        # Parts come into a loop from outside and pass on one unit a round at the slowest.
        for _ in members:
            before = dict(parts)
            for name in members:
                parts |= _parts_of(plan.units[name], parts)
            if len(members) == 1 or parts == before:
                break
    return parts


def _parts_of(unit: Unit, parts: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    out = {}
    for outlet, about in unit.outlets.items():
        sources = [
            stream
            for inlet, stream in unit.inlets.items()
            if about.parts and (inlet == about.parts or inlet.startswith(f"{about.parts}."))
        ]
        rows = {parts[stream] for stream in sources if stream in parts}
        out[f"{unit.name}.{outlet}"] = about.parts_of(rows)
    return out
