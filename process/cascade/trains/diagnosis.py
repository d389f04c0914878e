"""Why no train parts a feed: which products cannot be parted, or which purity is out of reach."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import CascadeError
from .circuits import Designer
from .cuts import Cut, cuts, edges
from .problem import Problem

_LOOSER = 10.0
_HALVINGS = 2


def explain(designer: Designer, stuck: Iterable[int]) -> CascadeError:
    """The error that names the smallest set of products without a way, and what is reachable."""
    task = designer.task
    state = min(stuck, key=lambda one: (one.bit_count(), one))
    names = _listed(list(task.names(state)))
    solvents = _listed([one.name for one in task.solvents])
    tried = list(cuts(task, state))
    if not tried:
        missing = _without_constants(task, state)
        hint = f" ({missing})" if missing else ""
        return CascadeError(
            f"no extractant of {solvents} separates {names}{hint}: its order mixes them; join these products or name "
            "another extractant"
        )
    cut = max(tried, key=lambda one: _factor(task, one))
    low, high = edges(task, cut)
    giver, receiver = task.products[int(task.owner[low])], task.products[int(task.owner[high])]
    strict = max((giver, receiver), key=lambda one: one.purity)
    reachable = _reachable(designer, cut, strict.purity, strict is receiver)
    said = f"about {100.0 * reachable:.6g} % is reachable" if reachable is not None else "no purity is reachable"
    return CascadeError(
        f"{names} cannot be parted by {solvents}: the purity {100.0 * strict.purity:.14g} % of {strict.name} is not "
        f"reached with {designer.most_stages} stages, {said} at a separation factor of {_factor(task, cut):.4g} "
        f"({task.elements[high]}/{task.elements[low]}); lower it, join the products or name another extractant",
        element=task.elements[low],
    )


def _factor(task: Problem, cut: Cut) -> float:
    low, high = edges(task, cut)
    return float(task.factors[cut.solvent, high] / task.factors[cut.solvent, low])


def _without_constants(task: Problem, state: int) -> str:
    out = []
    for one in task.solvents:
        lacking = [
            name
            for name, held, flow in zip(task.elements, task.holds(state), task.feed, strict=True)
            if held and flow > 0.0 and name not in one.factors
        ]
        if lacking:
            out.append(f"{one.name} has no constant for {_listed(lacking)}")
    return "; ".join(out)


def _reachable(designer: Designer, cut: Cut, purity: float, extracted: bool) -> float | None:
    """The purity that one side of a cut reaches when its budget is widened step by step; None where it reaches none."""

    def works(scale: float) -> bool:
        try:
            designer.circuit(cut, (scale, 1.0) if extracted else (1.0, scale))
        except CascadeError:
            return False
        return True

    scale, step = 1.0, _LOOSER
    while (1.0 - purity) * scale * step < 1.0:
        scale *= step
        if works(scale):
            for _ in range(_HALVINGS):
                step **= 0.5
                scale = scale / step if works(scale / step) else scale
            return 1.0 - (1.0 - purity) * scale
    return None


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
