"""The stage of units without equipment: a mixer counts to the stage that its streams come from or return to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..plan import STAGES, Unit


def with_stages(units: dict[str, Unit], ores: Collection[str]) -> dict[str, Unit]:
    """The units with a stage each; those of kinds without one take it from their neighbours.

    The earlier of where the streams come from and where they go, so that a mixer or splitter moves no boundary of a
    stage: between metal and casting it is metal's, in a return of swarf to separation it is separation's.
    """
    known = {name: STAGES.index(unit.stage) for name, unit in units.items() if unit.stage}
    takers: dict[str, set[str]] = {}
    for unit in units.values():
        for stream in unit.inlets.values():
            takers.setdefault(stream.split(".")[0], set()).add(unit.name)
    for _ in units:
        for name, unit in units.items():
            if unit.stage:
                continue
            before = {stream.split(".")[0] for stream in unit.inlets.values()}
            sources = [known[one] for one in before if one in known] + [0 for one in before if one in ores]
            targets = [known[one] for one in takers.get(name, ()) if one in known]
            ends = ([min(sources)] if sources else []) + ([max(targets)] if targets else [])
            if ends:
                known[name] = min(ends)
    return {name: replace(unit, stage=STAGES[known.get(name, 0)]) for name, unit in units.items()}
