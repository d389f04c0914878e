"""Operation from an opening through events to rest."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import CascadeError
from ..exchange import Cascade, CascadeResult
from .events import Event
from .flows import in_operation
from .march import Plant, State, Track, joined, march_saving, march_to_rest
from .targets import Target, on_grade_from


@dataclass(frozen=True, eq=False)
class Course:
    """Events with the cascades before, between and behind them, and the first and last steady state."""

    events: tuple[Event, ...]
    cascades: tuple[Cascade, ...]
    first: CascadeResult
    last: CascadeResult


@dataclass(frozen=True, eq=False)
class Way:
    """One way to start: its records; when reflux ended, when operation began, when each target was on grade."""

    track: Track
    reflux_time: float
    opening_time: float
    margin: float | None
    on_grade: tuple[float, ...]

    @property
    def time_to_specification(self) -> float:
        """When all products are drawn and on grade for good."""
        return max(self.opening_time, *self.on_grade)


def read_course(cascade: Cascade, events: tuple[Event, ...]) -> Course:
    """What the events make of a cascade. Raises CascadeError where their flows are impossible."""
    cascades = [cascade]
    for event in events:
        cascades.append(event.change(cascades[-1]))
    first = cascade.solve()
    return Course(events, tuple(cascades), first, cascades[-1].solve() if events else first)


def check_reached(steady: CascadeResult, target: Target, when: str, so: str = "") -> None:
    """Raise CascadeError if a steady state misses a target."""
    reached = steady.purity(target.outlet, *target.elements)
    if reached < target.purity:
        raise CascadeError(
            f"{target} is {reached:.8g} {when}, below the {target.purity:.8g} asked for; {so}lower the "
            "specification, add stages or raise the organic flow"
        )


def operate(plant: Plant, state: State, course: Course, save: tuple[float, ...], limit: float | None) -> list[Track]:
    """Tracks of ``state``, carried in place through the events to rest, and on to ``limit`` if that is later."""
    tracks = []
    for cascade, event in zip(course.cascades, course.events, strict=False):
        state.step = 0.0
        if event.time > state.time:
            tracks.append(march_saving(plant, state, in_operation(cascade), event.time, course.last, save))
    state.step = 0.0
    flows = in_operation(course.cascades[-1])
    tracks.append(march_to_rest(plant, state, flows, course.last, save))
    if limit is not None and limit > state.time:
        tracks.append(march_saving(plant, state, flows, limit, course.last, save))
    return tracks


def operated(
    plant: Plant,
    state: State,
    tracks: list[Track],
    course: Course,
    targets: tuple[Target, ...],
    save: tuple[float, ...],
    limit: float | None,
    reflux_time: float = 0.0,
    margin: float | None = None,
) -> Way:
    """The way that goes on from ``state``, at the end of ``tracks``, in operation."""
    opening = state.time
    state = state.copy()
    track = joined([*tracks, *operate(plant, state, course, save, limit)])
    on_grade = tuple(on_grade_from(track.times, target.excess(track.outlets)) for target in targets)
    return Way(track, reflux_time, opening, margin, on_grade)
