"""The steady state of a batch of circuits: the stage kernel, with rounds for what the loop and activities change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import chain

from ..errors import CascadeError
from ..models.mass_action import MassAction
from ..threads import run
from .bounds import acid_strips, check_before
from .carried import leaving
from .equations import (
    SULFATE_KA,
    Equations,
    Fed,
    Flows,
    Returned,
    flow_through,
    overrides,
    set_up,
    what_is_fed,
)
from .layout import Layout
from .nearest import Movable, Turn
from .values import Values
from .volumes import Volumes

Floats = NDArray[np.float64]

MOST_ROUNDS = 80
LOOP_GOAL = 1e-13
"""Largest change from round to round of what the loop brings back, as a share of the base's equivalents."""
ACTIVITY_GOAL = 1e-10
"""Largest change of ln K from round to round; the last one is solved at."""


@dataclass(frozen=True, eq=False)
class Steady:
    """Solved stages, cases first: ``u``, ``h`` (proton) and ``free`` extractant (cases, stages), ``x`` in mol/L.

    ``status`` holds the kernel's code, stage, element and Newton steps, ``quality`` the largest residual and closure
    and the sensitivity (see ``CircuitResult``); ``rounds`` (cases,) counts the kernel's solves, ``settled`` says
    whether the rounds came to rest; ``refused`` tells the cases that were not tried because a balance cannot hold.
    """

    equations: Equations
    u: Floats
    x: Floats
    h: Floats
    free: Floats
    status: NDArray[np.int64]
    quality: Floats
    returned: Returned
    rounds: NDArray[np.int64]
    settled: NDArray[np.bool_]
    refused: Mapping[int, CascadeError]


def titratable(h: Floats, sulfate: Floats) -> Floats:
    """Acid in mol/L that a base titrates: free protons and those of HSO4-."""
    return np.asarray(h + sulfate * (h / (h + SULFATE_KA)))


def kernel(layout: Layout, equations: Equations, start: Floats, threads: int | None) -> tuple[Floats, ...]:
    """u, x, h, free, status and quality of every case at fixed constants."""
    q, v = equations, equations.volumes
    cases, stages = q.strong.shape
    count = len(layout.elements)
    u = np.ascontiguousarray(start).copy()
    x, h, free = np.zeros((cases, stages, count)), np.zeros((cases, stages)), np.zeros((cases, stages))
    status, quality = np.zeros((cases, 4), dtype=np.int64), np.zeros((cases, 3))
    organic = v.pool_organic / v.efficiency

    def work(first: int, last: int, stop: NDArray[np.int32]) -> None:
        chain.solve(
            first, last, organic, v.aqueous, v.organic_down, v.pool_aqueous_up, v.passed, v.kept, v.efficiency,
            q.source, q.inlet, q.ring, q.log_k, q.slope, layout.charge, layout.sites, q.strong, q.sulfate, SULFATE_KA,
            q.active, False, u, x, h, free, status, quality, stop,
        )  # fmt: skip

    run(work, cases, stages * count**2, threads)
    return u, x, h, free, status.astype(np.float64), quality


def comes_back(
    layout: Layout, values: Values, equations: Equations, before: Returned, x: Floats, h: Floats, d: Floats
) -> Returned:
    """What the ring carries to the saponification, mol/h, after it brought back ``before``."""
    zero = np.zeros(values.cases)
    if not layout.closed or layout.soap < 0:
        return Returned(zero, zero, zero)
    v, at = equations.volumes, layout.soap
    none = np.zeros(values.cases)
    acid, _ = leaving(v, v.pool_aqueous_up * titratable(h, equations.sulfate), none, none)
    salt = before.acid / layout.charge[at] + before.brine_soap
    brine, _ = leaving(v, v.pool_aqueous_up * x[:, :, at], salt, none)
    soap, _ = leaving(v, v.pool_organic * d[:, :, at] * x[:, :, at], equations.fed.soap / layout.charge[at], none)
    return Returned(v.ring * acid[:, -1], v.ring * brine[:, -1], v.ring * soap[:, -1])


_Part = TypeVar("_Part", Fed, Returned, Volumes)


def _some(thing: _Part, wanted: NDArray[np.intp]) -> _Part:
    return type(thing)(**{one.name: getattr(thing, one.name)[wanted] for one in fields(thing)})


def _some_flows(flows: Flows, wanted: NDArray[np.intp]) -> Flows:
    return Flows(_some(flows.volumes, wanted), flows.base_water[wanted], flows.strong[wanted], flows.sulfate[wanted])


def settle(
    layout: Layout,
    values: Values,
    model: MassAction,
    start: Floats | None = None,
    threads: int | None = None,
) -> Steady:
    """Solve all cases. Raises CascadeError for impossible volumes; failed cases are told by ``status``, not raised."""
    cases, stages, count = values.cases, layout.stages, len(layout.elements)
    columns = [model.elements.index(name) for name in layout.elements]
    shift = overrides(layout, values, model)
    slope = np.empty((cases, stages, count))
    slope[:] = model.exponents()[columns]
    log_k = np.empty_like(slope)
    log_k[:] = model.log_constants()[columns]
    log_k += shift
    acts = model.medium.acts
    zero = np.zeros(cases)
    returned = Returned(zero, zero.copy(), zero.copy())
    u = np.full((cases, stages), np.nan) if start is None else np.array(start, dtype=np.float64)
    x, h, free = np.zeros((cases, stages, count)), np.zeros((cases, stages)), np.zeros((cases, stages))
    status, quality = np.zeros((cases, 4), dtype=np.int64), np.zeros((cases, 3))
    rounds, settled = np.zeros(cases, dtype=np.int64), np.zeros(cases, dtype=np.bool_)
    fed = what_is_fed(layout, values)
    flows = flow_through(layout, values, fed, returned)
    watered = "organic.base_strength" in values
    refused = check_before(layout, values, set_up(layout, values, fed, returned, flows, log_k, slope))
    open_ = np.array([case for case in range(cases) if case not in refused], dtype=np.intp)
    for _ in range(MOST_ROUNDS):
        if not len(open_):
            break
        # A case leaves when it has come to rest, so its answer does not depend on its neighbours in the batch.
        few = values.rows(open_)
        some_fed, back_now = _some(fed, open_), _some(returned, open_)
        here = _some_flows(flows, open_)
        if watered and rounds.any():
            here = flow_through(layout, few, some_fed, back_now)
        part = set_up(layout, few, some_fed, back_now, here, log_k[open_], slope[open_])
        u[open_], x[open_], h[open_], free[open_], found, quality[open_] = kernel(layout, part, u[open_], threads)
        steps = status[open_, 3]
        status[open_] = found.astype(np.int64)
        status[open_, 3] += steps
        rounds[open_] += 1
        alive = status[open_, 0] == chain.SOLVED
        with np.errstate(over="ignore"):  # a case that failed may stand anywhere
            d = np.exp(part.log_k + part.slope * u[open_][:, :, None])
        back = comes_back(layout, few, part, back_now, x[open_], h[open_], d)
        size = np.maximum(part.fed.soap, 1e-300)
        moved = np.zeros(len(open_))
        for name in ("acid", "brine_soap", "soap"):
            new = np.where(alive, getattr(back, name), getattr(returned, name)[open_])
            moved = np.maximum(moved, np.abs(new - getattr(returned, name)[open_]) / size)
            getattr(returned, name)[open_] = new
        rest = ~alive | (moved <= LOOP_GOAL)
        if not watered:
            # The soap that comes back changes what is bought, not what happens on the stages.
            rest |= ~(back.acid + back.brine_soap > 0.0)
        if acts:
            anion = part.strong + 2.0 * part.sulfate
            new_k = model.log_constants(anion, _full(x[open_], model, columns))[:, :, columns] + shift[open_]
            rest &= ~alive | (np.abs(new_k - log_k[open_]).max(axis=(1, 2)) <= ACTIVITY_GOAL)
            going = open_[~rest]
            log_k[going] = new_k[~rest]
        settled[open_[rest & alive]] = True
        open_ = open_[~rest]
    if watered:
        flows = flow_through(layout, values, fed, returned)
    whole = set_up(layout, values, fed, returned, flows, log_k, slope)
    return Steady(whole, u, x, h, free, status, quality, returned, rounds, settled, refused)


def _full(x: Floats, model: MassAction, columns: list[int]) -> Floats:
    if columns == list(range(len(model.elements))):
        return x
    out = np.zeros((*x.shape[:2], len(model.elements)))
    out[:, :, columns] = x
    return out


def explain(layout: Layout, values: Values, steady: Steady, case: int) -> CascadeError | None:
    """Why a case has no checked solution, or None where it has."""
    if case in steady.refused:
        return steady.refused[case]
    code, stage, element, steps = (int(number) for number in steady.status[case])
    prefix = f"case {case}: " if values.cases > 1 else ""
    where = stage + 1 if stage >= 0 else None
    name = layout.elements[element] if element >= 0 else None
    if code == chain.SOLVED:
        if steady.settled[case]:
            return None
        reason = (
            f"activities and the loop have not come to rest after {MOST_ROUNDS} rounds; solve without activity, or "
            "with less entrainment"
        )
    elif code == chain.ORGANIC_FULL:
        free = steady.free[case].min() / steady.equations.active[case, 0]
        turns: tuple[Turn, ...] = (Turn("organic.saponification", up=False), Turn("organic.flow", up=True))
        remedy = "saponify less, or send more organic"
        strips = acid_strips(layout)
        if layout.closed and strips:
            strip = strips[0][0].name
            turns = (Turn(f"{strip}.flow", up=True), Turn("organic.saponification", up=False))
            remedy = (
                "in a closed loop rare earths pile up where the strip acid is short, so feed "
                f"{strip} more acid, or saponify less"
            )
        reason = (
            f"the organic is full at stage {where}: {free:.1e} of its extractant is free, too little to balance the "
            f"ions; {remedy}"
        )
        own = case if values.cases > 1 else None
        return Movable(prefix + reason, turns, stage=where, element=name, case=own)
    elif code == chain.NOT_CLOSED:
        reason = f"the balance of {name} closes only to {steady.quality[case, 1]:.1e} of what enters"
    else:
        reason = (
            f"no steady state found in {steps} Newton steps: charges on stage {where} balance only to "
            f"{steady.quality[case, 0]:.1e}; move the scrub or the organic flow a little, or start from a solved "
            "neighbour; how far is not known"
        )
    return CascadeError(prefix + reason, stage=where, element=name, case=case if values.cases > 1 else None)
