"""What a caller gives for a cascade in time, checked."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..batch import one_number
from ..errors import CascadeError
from ..exchange import Cascade
from .hold_up import HoldUp
from .march import Plant
from .targets import Target

Floats = NDArray[np.float64]


def read_plant(
    cascade: Cascade, hold_up: HoldUp, targets: tuple[Target, ...], rtol: float, atol: float | None
) -> Plant:
    """The plant, with ``atol`` a thousandth of the smallest impurity asked for, 1e-7 at most, if it is not given."""
    if not isinstance(cascade, Cascade):
        raise CascadeError(f"cascade is a {type(cascade).__name__}; give a didymium.cascade.Cascade")
    if not isinstance(hold_up, HoldUp):
        raise CascadeError(f"hold_up is a {type(hold_up).__name__}; give a didymium.cascade.startup.HoldUp")
    rtol = one_number(rtol, "rtol")
    if atol is None:
        atol = min([1e-7, *(1e-3 * (1.0 - target.purity) for target in targets)])
    atol = one_number(atol, "atol")
    if not 1e-10 <= rtol <= 0.1 or not 1e-16 <= atol <= 0.1:
        raise CascadeError(f"rtol {rtol:g} and atol {atol:g}: give tolerances between 1e-10 (atol 1e-16) and 0.1")
    beta = np.array(list(cascade.separation_factors.values()))
    return Plant(cascade, beta, hold_up.table(cascade.stages), rtol, atol)


def read_time(until: float | None) -> float | None:
    """A time above zero, or None."""
    if until is None:
        return None
    until = one_number(until, "until")
    if not (np.isfinite(until) and until > 0.0):
        raise CascadeError(f"until is {until:g}; give a time above zero in the time unit of the flows, or None")
    return until


def read_save(save: Iterable[float]) -> tuple[float, ...]:
    """Times of profiles, sorted."""
    try:
        times = sorted({one_number(time, "a time of save") for time in save})
    except TypeError:
        raise CascadeError(f"save is {save!r}; give a list of times") from None
    for time in times:
        if not (np.isfinite(time) and time >= 0.0):
            raise CascadeError(f"save holds {time:g}; give finite times, not negative")
    return tuple(times)


def read_initial(cascade: Cascade, initial: ArrayLike | None) -> Floats:
    """Aqueous mole fractions (stages, elements) at the beginning; the feed's on every stage if None."""
    elements = len(cascade.feed)
    if initial is None:
        feed = np.array(list(cascade.feed.values()))
        return np.tile(feed / feed.sum(), (cascade.stages, 1))
    try:
        given = np.array(initial)
        if given.dtype.kind not in "iuf":
            raise TypeError
        x = given.astype(np.float64)
    except (TypeError, ValueError):
        raise CascadeError("initial holds something that is not a number; give mole fractions") from None
    if x.shape not in ((elements,), (cascade.stages, elements)):
        raise CascadeError(
            f"initial has shape {x.shape}; give aqueous mole fractions ({elements},) for all stages or "
            f"({cascade.stages}, {elements})"
        )
    x = np.array(np.broadcast_to(x, (cascade.stages, elements)))
    if not (np.isfinite(x).all() and (x >= 0.0).all()):
        raise CascadeError("initial holds a mole fraction that is negative or not finite; correct it")
    off = np.flatnonzero(np.abs(x.sum(axis=1) - 1.0) > 1e-6)
    if len(off):
        stage = int(off[0])
        raise CascadeError(
            f"initial mole fractions of stage {stage + 1} add up to {x[stage].sum():.8g}; they must add up to 1",
            stage=stage + 1,
        )
    return np.asarray(x / x.sum(axis=1, keepdims=True))
