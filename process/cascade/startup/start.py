"""Start-up of an exchange cascade: from a fill, or over total reflux, to products on grade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from numpy.typing import ArrayLike

from ..batch import one_number
from ..errors import CascadeError
from ..exchange import Cascade
from .course import Course, Way, check_reached, operated, read_course
from .events import Event, checked_events
from .flows import at_reflux
from .hold_up import HoldUp
from .inputs import read_initial, read_plant, read_save, read_time
from .march import Plant, State, beginning, march_saving, marked
from .reflux import MARGINS, balance, reflux_times
from .result import StartUp, left_by, made, recorded
from .targets import Specification, Target, read_specification


def start_up(
    cascade: Cascade,
    hold_up: HoldUp,
    specification: Specification,
    start: str = "reflux",
    *,
    until: float | None = None,
    initial: ArrayLike | None = None,
    events: Sequence[Event] = (),
    balanced: bool = True,
    margin: float | None = None,
    save: Iterable[float] = (),
    rtol: float = 1e-4,
    atol: float | None = None,
) -> StartUp:
    """Start a cascade and find when its products are on grade; times in the time unit of the flows.

    ``specification`` is outlet → (elements, mole-fraction purity): "raffinate", "extract" or the stage of a draw.
    ``initial`` is the aqueous fill, mole fractions (elements,) or (stages, elements), with organic in equilibrium;
    None fills all with the feed. "normal" opens feed and products at once. "reflux" keeps everything inside (F = 0,
    W = S) until the end products are better than specified by ``margin`` (impurities that many times lower). Then,
    if ``balanced``, the product of which more is inside than at steady state is drawn alone, as much fed, until the
    inventory is that of the steady state; then all is opened. ``margin`` None tries 1.1 to 100 and takes the way that
    is earliest on grade. ``until`` ends the records; None records until the steady state, or for 1e9 turnovers
    where a front hardly leaks: ``distance`` tells. ``save`` are times at which
    profiles are kept besides the first and the last. ``rtol`` bounds the error of a step in mole fractions above
    ``atol``. Raises CascadeError where the specification is not reached, or not by ``until``.

    >>> cascade = Cascade(stages=46, feed_stage=24, feed={"A": 0.5, "B": 0.5},
    ...                   separation_factors={"A": 2.0, "B": 1.0}, extract_flow=1.70864, scrub_flow=1.20819)
    >>> hold_up = HoldUp.of_times(cascade, mixing=5.0, settling=20.0)
    >>> made = start_up(cascade, hold_up, {"raffinate": (["B"], 0.9999), "extract": (["A"], 0.999)})
    >>> round(made.stage_exchanges / 10) * 10
    250
    """
    if not isinstance(cascade, Cascade):
        raise CascadeError(f"cascade is a {type(cascade).__name__}; give a didymium.cascade.Cascade")
    if start not in ("reflux", "normal"):
        raise CascadeError(f"start is {start!r}; choose 'reflux' or 'normal'")
    targets = read_specification(cascade, specification)
    plant = read_plant(cascade, hold_up, targets, rtol, atol)
    limit = read_time(until)
    kept = read_save(save)
    happenings = checked_events(events)
    if margin is not None:
        margin = one_number(margin, "margin")
        if not 1.0 <= margin <= 1e6:
            raise CascadeError(f"margin is {margin:g}; give a number from 1, by which impurities are to be lower")
    fill = State.of_aqueous(read_initial(cascade, initial), plant.beta)
    course = read_course(cascade, happenings)
    for target in targets:
        check_reached(course.last, target, "at steady state", "no start reaches it: ")
    keep = (*kept, limit) if limit is not None else kept

    if start == "normal":
        way = operated(plant, fill, [beginning(plant, fill, course.last)], course, targets, keep, limit)
    else:
        ways = _over_reflux(plant, fill, course, targets, keep, limit, balanced, margin)
        way = min(ways, key=lambda one: one.time_to_specification)
    reached = way.time_to_specification
    if limit is not None and reached > limit:
        raise CascadeError(f"until is {limit:.6g}, too short: the products are on grade from {reached:.6g} on")
    return _result(plant, way, targets, start, limit)


def _over_reflux(
    plant: Plant,
    fill: State,
    course: Course,
    targets: tuple[Target, ...],
    save: tuple[float, ...],
    limit: float | None,
    balanced: bool,
    margin: float | None,
) -> list[Way]:
    """Starts over total reflux with rising margins, up to the first that no longer reflux can beat."""
    ways: list[Way] = []
    for share, time in reflux_times(plant, fill, course.last, targets, MARGINS if margin is None else (margin,)):
        if ways and time >= min(way.time_to_specification for way in ways):
            break
        state = fill.copy()
        tracks = [beginning(plant, state, course.last)]
        if time > 0.0:
            flows = at_reflux(plant.cascade)
            tracks.append(marked(march_saving(plant, state, flows, time, course.last, save), state))
        if balanced:
            tracks.extend(balance(plant, state, course.first, targets, save))
            tracks[-1] = marked(tracks[-1], state)
        if course.events and course.events[0].time < state.time:
            if ways:
                break
            raise CascadeError(
                f"the event at {course.events[0].time:.6g} falls into the reflux, which ends at {state.time:.6g}; "
                "move it behind that, or use start='normal'"
            )
        way = operated(plant, state, tracks, course, targets, save, limit, time, share)
        ways.append(way)
        if max(way.on_grade) <= way.opening_time:
            break
    return ways


def _result(plant: Plant, way: Way, targets: tuple[Target, ...], start: str, limit: float | None) -> StartUp:
    track = way.track if limit is None else way.track.until(limit)
    names = tuple(plant.cascade.feed)
    organic = plant.hold[1, :-1] + plant.hold[3, :-1]
    fields = recorded(plant, track, plant.cascade) | {
        "start": start,
        "reflux_time": way.reflux_time,
        "opening_time": way.opening_time,
        "margin": way.margin,
        "time_to_specification": way.time_to_specification,
        "stage_exchanges": way.time_to_specification * plant.cascade.extract_flow / float(organic.mean()),
        "off_grade": {
            target.outlet: dict(zip(names, left_by(way.track, target.column, time).tolist(), strict=True))
            for target, time in zip(targets, way.on_grade, strict=True)
        },
    }
    return made(StartUp, fields)
