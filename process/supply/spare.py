"""Capacity that nobody uses outside an origin: what clean sourcing could draw on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .passage import members
from .system import Activity, Bound, System
from .tracing import Traced

STAGES = ("mine", "separation", "heavy_separation", "metal")
"""The stages at which a rare earth is won and made."""
MADE = ("concentrate", "mixed", "heavy", "oxide", "metal")
"""Forms of goods that hold rare earths which are still to be used."""

KILOGRAM = 1e-3
"""t/year below which what lies unused is the solver's residue."""


@dataclass(frozen=True)
class Spare:
    """t/year of an element or group that plants outside the origin could make more of, by stage.

    `left` is what of it lies unused, as mixture, oxide or metal, of other origins.
    """

    item: str
    by_stage: dict[str, float]
    left: float


def items(system: System, elements: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Elements as goods know them: those that always go together by their group, the others by themselves."""
    grouped = {name: group for group, names in system.groups.items() for name in names}
    out: dict[str, tuple[str, ...]] = {}
    for element in elements:
        name = grouped.get(element, element)
        out[name] = (*out.get(name, ()), element)
    return out


def spare(traced: Traced, levels: np.ndarray, item: str, origin: str, year: int) -> Spare:
    """What of an element or group could be made more, effective capacity less use, and what lies unused.

    A plant that has room makes what it makes now; one that stands still the mean of what it may make. Whether the
    inputs are there is not asked. Levels have shape (activities, years).
    """
    system, t = traced.system, traced.system.years.index(year)
    names = members(system, item)
    by_stage: dict[str, float] = {}
    for bound in system.bounds:
        if bound.kind == "capacity" and bound.plant and bound.stage in STAGES and bound.region != origin:
            more = _more(system, bound, levels[:, t], t, names)
            if more > 0.0:
                by_stage[bound.stage] = by_stage.get(bound.stage, 0.0) + more
    ordered = {stage: by_stage[stage] for stage in STAGES if stage in by_stage}
    left = sum(_left(traced, name, origin, t) for name in names)
    return Spare(item, ordered, left if left > KILOGRAM else 0.0)


def _more(system: System, bound: Bound, level: np.ndarray, t: int, names: Sequence[str]) -> float:
    """t of some elements that a plant's stage has room for."""
    weights = {i: float(np.broadcast_to(weight, bound.most.shape)[t]) for i, weight in bound.of}
    most = float(bound.most[t])
    room = most - sum(weight * float(level[i]) for i, weight in weights.items())
    each = {i: _made(system, system.activities[i], names) / weight for i, weight in weights.items() if weight > 0.0}
    each = {i: made for i, made in each.items() if made > 0.0}
    if not each or not np.isfinite(most) or room <= 1e-9 * most:
        return 0.0
    use = {i: weights[i] * float(level[i]) for i in each}
    total = sum(use.values())
    if total > 0.0:
        return room * sum(each[i] * use[i] for i in each) / total
    return room * sum(each.values()) / len(each)


def _made(system: System, activity: Activity, names: Sequence[str]) -> float:
    """t of some elements in what an activity makes per unit of its level."""
    out = 0.0
    for output in activity.makes:
        good = system.goods[output.pool.good]
        if good.form in MADE:
            held = [part for key, part in good.content.items() if set(members(system, key)) <= set(names)]
            out += output.amount * sum(held)
    return out


def _left(traced: Traced, element: str, origin: str, t: int) -> float:
    """t of an element, of other origins, that nobody takes in a year."""
    if element not in traced.elements:
        return 0.0
    forms = [traced.system.goods[pool.good].form for pool in traced.pools]
    nodes = np.array([p * traced.mixing.years + t for p, form in enumerate(forms) if form in MADE], dtype=np.intp)
    others = [i for i, one in enumerate(traced.origins) if one != origin]
    found = traced.by_origin(element)[nodes][:, others].sum(axis=1)
    return float((found * traced.mixing.left.ravel()[nodes]).sum())
