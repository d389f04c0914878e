"""Upsets: a cascade at rest, events, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import CascadeError
from ..exchange import Cascade
from .course import check_reached, operate, read_course
from .events import Event, checked_events
from .hold_up import HoldUp
from .inputs import read_plant, read_save, read_time
from .march import State, beginning, joined
from .result import Upset, left_off_grade, made, off_grade_times, recorded
from .targets import Specification, on_grade_from, read_specification


def upset(
    cascade: Cascade,
    hold_up: HoldUp,
    events: Sequence[Event],
    specification: Specification,
    until: float | None = None,
    *,
    save: Iterable[float] = (),
    rtol: float = 1e-4,
    atol: float | None = None,
) -> Upset:
    """The answer of a cascade at steady state to events; times in the time unit of the flows, from 0.

    ``specification`` as in ``start_up``. Each event holds until another changes the same; the last flows run to their
    steady state. ``until`` ends the records, not the judgement. Raises CascadeError.

    >>> cascade = Cascade(stages=46, feed_stage=24, feed={"A": 0.5, "B": 0.5},
    ...                   separation_factors={"A": 2.0, "B": 1.0}, extract_flow=1.72, scrub_flow=1.22)
    >>> hold_up = HoldUp.of_times(cascade, mixing=5.0, settling=20.0)
    >>> events = [Event(time=10.0, feed={"A": 0.55, "B": 0.45}), Event(time=500.0, feed={"A": 0.5, "B": 0.5})]
    >>> made = upset(cascade, hold_up, events, {"raffinate": (["B"], 0.99)})
    >>> made.time_off_grade["raffinate"], made.returned_at["raffinate"]
    (0.0, 0.0)
    """
    if not isinstance(cascade, Cascade):
        raise CascadeError(f"cascade is a {type(cascade).__name__}; give a didymium.cascade.Cascade")
    targets = read_specification(cascade, specification)
    plant = read_plant(cascade, hold_up, targets, rtol, atol)
    limit, kept = read_time(until), read_save(save)
    happenings = checked_events(events)
    if not happenings:
        raise CascadeError("an upset needs an event; give one or more")
    if limit is not None and happenings[-1].time >= limit:
        raise CascadeError(f"until is {limit:g}, before the event at {happenings[-1].time:g}; give a later time")
    course = read_course(cascade, happenings)
    for target in targets:
        check_reached(course.first, target, "before any event")
    state = State.of_rest(course.first)
    keep = (*kept, limit) if limit is not None else kept
    track = joined([beginning(plant, state, course.last), *operate(plant, state, course, keep, limit)])
    names = tuple(cascade.feed)
    fields = recorded(plant, track if limit is None else track.until(limit), cascade)
    excesses = {target.outlet: target.excess(track.outlets) for target in targets}
    fields |= {
        "time_off_grade": off_grade_times(track, targets),
        "returned_at": {outlet: on_grade_from(track.times, excess) for outlet, excess in excesses.items()},
        "worst": {
            target.outlet: 1.0 - float(target.impurity(track.outlets[:, target.column]).max()) for target in targets
        },
        "off_grade": {
            target.outlet: dict(zip(names, left_off_grade(track, target).tolist(), strict=True)) for target in targets
        },
    }
    return made(Upset, fields)
