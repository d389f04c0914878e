"""Total reflux: how long until the ends are good enough, and how the inventory is then brought to that of operation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from ..exchange import CascadeResult
from .flows import Flows, at_reflux, extract_alone, raffinate_alone
from .march import Plant, State, Track, beginning, joined, march, march_saving
from .targets import Target, first_on_grade

Floats = NDArray[np.float64]

MARGINS = (1.1, 1.5, 2.0, 5.0, 20.0, 100.0)
"""Times by which impurities are below the specification when total reflux may end, tried in this order."""

_AT_REST = 1e-9
_MOST_HORIZONS = 24
_CLOSE = 1e-6
_MOST_ROUNDS = 6


def _ends(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    ends = tuple(target for target in targets if target.outlet in ("raffinate", "extract"))
    if not ends:
        raise CascadeError(
            "a start over total reflux needs a purity of the raffinate or the extract in the specification; add one, "
            "or use start='normal'"
        )
    return ends


def reflux_times(
    plant: Plant, fill: State, steady: CascadeResult, targets: tuple[Target, ...], margins: tuple[float, ...]
) -> Iterator[tuple[float, float]]:
    """Each margin with the time at total reflux from which all ends keep it; those never reached are left out.

    Raises CascadeError if none is reached, naming what is.
    """
    ends = _ends(targets)
    flows = at_reflux(plant.cascade)
    state = fill.copy()
    tracks = [beginning(plant, state, steady)]
    span = plant.turnover
    for _ in range(_MOST_HORIZONS):
        before = state.x.copy()
        tracks.append(march(plant, state, flows, state.time + span, steady))
        last = tracks[-1].outlets[-1:]
        enough = all(float(target.excess(last)[0]) <= -np.log(max(margins)) for target in ends)
        if enough or float(np.abs(state.x - before).max()) < _AT_REST:
            break
        span *= 2.0
    track = joined(tracks)
    worst = np.max([target.excess(track.outlets) for target in ends], axis=0)
    reached = [(margin, first_on_grade(track.times, worst + np.log(margin))) for margin in margins]
    reached = [(margin, time) for margin, time in reached if np.isfinite(time)]
    if not reached:
        best = int(np.argmin(worst))
        got = ", ".join(
            f"{target} {1.0 - float(target.impurity(track.outlets[best, target.column])):.8g}" for target in ends
        )
        wanted = ", ".join(f"{target.purity:.8g}" for target in ends)
        raise CascadeError(
            f"total reflux never brings the ends to {wanted} with impurities {min(margins):g} times lower; the best it "
            f"reaches is {got}: fill with another liquor (initial), lower the margin, or use start='normal'"
        )
    yield from reached


def _extracted(targets: tuple[Target, ...]) -> NDArray[np.bool_]:
    """(elements,) which belong to the extract: as specified there, or what the raffinate may not hold."""
    for target in targets:
        if target.outlet == "extract":
            return ~target.others
    return next(target.others for target in targets if target.outlet == "raffinate")


def balance(
    plant: Plant, state: State, steady: CascadeResult, targets: tuple[Target, ...], save: tuple[float, ...]
) -> list[Track]:
    """Carry ``state``, in place, with one product drawn until the inventory of the extract's elements is as at rest.

    That product is the one of which too much is inside; it leaves as pure as total reflux has made it.
    """
    group = _extracted(targets)
    goal = float(State.of_rest(steady).held(plant.hold, plant.beta)[group].sum())
    extra = float(state.held(plant.hold, plant.beta)[group].sum()) - goal
    if extra > 0.0:
        flows: Flows = extract_alone(plant.cascade)
        product = plant.cascade.extract_flow - plant.cascade.scrub_flow
        rate = product - float(flows.feed[group].sum())
    else:
        flows = raffinate_alone(plant.cascade)
        rate = -float(flows.feed[group].sum())
    state.step = 0.0
    tracks: list[Track] = []
    whole = float(plant.hold.sum())
    for _ in range(_MOST_ROUNDS):
        # The product drawn is nearly pure, so that the change is nearly straight in time.
        if extra / rate <= _CLOSE * whole / abs(rate):
            break
        tracks.append(march_saving(plant, state, flows, state.time + extra / rate, steady, save))
        extra = float(state.held(plant.hold, plant.beta)[group].sum()) - goal
    state.step = 0.0
    return tracks
