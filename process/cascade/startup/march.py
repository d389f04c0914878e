"""A cascade carried through time by the kernel: states, what is recorded, and horizons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import startup

from ..errors import CascadeError
from ..exchange import Cascade, CascadeResult
from .flows import Flows, draw_places

Floats = NDArray[np.float64]

_ROWS = 512
_SETTLED = 1e-9
_MOST_HORIZONS = 30


@dataclass(frozen=True, eq=False)
class Plant:
    """What does not change on the way: factors (elements,), hold-ups (4, stages) mol, and the tolerances of a step."""

    cascade: Cascade
    beta: Floats
    hold: Floats
    rtol: float
    atol: float

    @property
    def turnover(self) -> float:
        """Time in which the organic flow replaces what all stages hold."""
        return float(self.hold.sum()) / self.cascade.extract_flow


@dataclass(eq=False)
class State:
    """Compositions at one time: mixers' x (stages, elements) and u (stages,), settlers (2, stages, elements).

    ``slopes`` (3, stages, elements) belong to a run that goes on; ``step`` is 0 where none does.
    """

    u: Floats
    x: Floats
    settled: Floats
    slopes: Floats
    time: float = 0.0
    step: float = 0.0

    @classmethod
    def of_aqueous(cls, x: Floats, beta: Floats) -> State:
        """Organic in equilibrium with aqueous mole fractions (stages, elements), settlers like their mixers."""
        u = -np.log(x @ beta)
        return cls(u, x.copy(), np.stack([x, x * beta * np.exp(u)[:, None]]), np.zeros((3, *x.shape)))

    @classmethod
    def of_rest(cls, steady: CascadeResult) -> State:
        """A steady state."""
        x = np.array(steady.aqueous)
        return cls(np.array(steady.stage_scalars), x, np.stack([x, steady.organic]), np.zeros((3, *x.shape)))

    def copy(self) -> State:
        """The same state, to go on from it more than once."""
        return State(self.u.copy(), self.x.copy(), self.settled.copy(), self.slopes.copy(), self.time, self.step)

    def held(self, hold: Floats, beta: Floats) -> Floats:
        """(elements,) mol in all stages."""
        y = self.x * beta * np.exp(self.u)[:, None]
        return np.asarray(hold[0] @ self.x + hold[1] @ y + hold[2] @ self.settled[0] + hold[3] @ self.settled[1])


@dataclass(frozen=True, eq=False)
class Track:
    """Records of a way, one row per step: ``fed`` and ``delivered`` are mol since its beginning."""

    times: Floats
    outlets: Floats
    fed: Floats
    delivered: Floats
    inventory: Floats
    distance: Floats
    counts: NDArray[np.int64]
    saved: tuple[State, ...] = field(default=())

    def __add__(self, other: Track) -> Track:
        return Track(
            np.concatenate([self.times, other.times]),
            np.concatenate([self.outlets, other.outlets]),
            np.concatenate([self.fed, self.fed[-1] + other.fed]),
            np.concatenate([self.delivered, self.delivered[-1] + other.delivered]),
            np.concatenate([self.inventory, other.inventory]),
            np.concatenate([self.distance, other.distance]),
            self.counts + other.counts,
            self.saved + other.saved,
        )

    def until(self, time: float) -> Track:
        """The steps up to a time."""
        kept = self.times <= time * (1.0 + 1e-12)
        saved = tuple(state for state in self.saved if state.time <= time * (1.0 + 1e-12))
        return Track(
            self.times[kept],
            self.outlets[kept],
            self.fed[kept],
            self.delivered[kept],
            self.inventory[kept],
            self.distance[kept],
            self.counts,
            saved,
        )

    def closure(self) -> Floats:
        """(steps,) largest |held − held at first − fed + delivered| of an element over what it had and was fed."""
        miss = self.inventory - self.inventory[0] - self.fed + self.delivered.sum(axis=1)
        whole = self.inventory[0] + self.fed
        return np.asarray((np.abs(miss) / np.where(whole > 0.0, whole, 1.0)).max(axis=1))


def joined(tracks: list[Track]) -> Track:
    """Tracks one after the other."""
    whole = tracks[0]
    for track in tracks[1:]:
        whole = whole + track
    return whole


def beginning(plant: Plant, state: State, steady: CascadeResult) -> Track:
    """The track of a state before its first step."""
    places = draw_places(plant.cascade)
    outlets = np.stack([state.settled[0, 0], state.settled[1, -1], *state.settled[0, places]])
    held = state.held(plant.hold, plant.beta)
    return Track(
        np.array([state.time]),
        outlets[None],
        np.zeros((1, len(held))),
        np.zeros((1, *outlets.shape)),
        held[None],
        np.array([np.abs(state.x - steady.aqueous).max()]),
        np.zeros(6, dtype=np.int64),
        (state.copy(),),
    )


def march(plant: Plant, state: State, flows: Flows, until: float, steady: CascadeResult, fixed: float = 0.0) -> Track:
    """Carry ``state`` to the time ``until``, in place; raises CascadeError if no step can be taken.

    ``fixed`` above zero is the length of every step. The first step after a change of flows starts small: set
    ``state.step`` to 0.
    """
    places = draw_places(plant.cascade)
    elements, outlets = len(plant.beta), 2 + len(places)
    parts: list[Track] = []
    while True:
        times, distance = np.zeros(_ROWS), np.zeros(_ROWS)
        leaving, delivered = np.zeros((_ROWS, outlets, elements)), np.zeros((_ROWS, outlets, elements))
        inventory, status = np.zeros((_ROWS, elements)), np.zeros(6, dtype=np.int64)
        clock = np.array([state.time, state.step])
        began = state.time
        startup.run(
            plant.cascade.feed_stage - 1,
            flows.feed,
            plant.beta,
            plant.hold,
            flows.aqueous,
            flows.organic,
            flows.draw,
            places,
            flows.returned_raffinate,
            flows.returned_extract,
            state.u,
            state.x,
            state.settled,
            state.slopes,
            clock,
            until,
            steady.aqueous,
            times,
            leaving,
            delivered,
            inventory,
            distance,
            status,
            plant.rtol,
            plant.atol,
            fixed,
        )
        state.time, state.step = float(clock[0]), float(clock[1])
        used = int(status[2])
        if used:
            rows = (leaving[:used], flows.feed * (times[:used, None] - began), delivered[:used], inventory[:used])
            parts.append(Track(times[:used], *rows, distance[:used], status))
        code = int(status[0])
        if code == startup.NO_STEP:
            raise CascadeError(
                f"no step in time is found at {state.time:.6g} (stage {int(status[1]) + 1}): the shortest one fails; "
                "check hold-ups and flows for numbers many decades apart, or loosen rtol",
                stage=int(status[1]) + 1,
            )
        if code == startup.INTERRUPTED:
            raise KeyboardInterrupt
        if code == startup.DONE:
            break
        # Rows are used up: the run goes on from the state with new ones.
        assert code == startup.FULL
    return joined(parts)


def marked(track: Track, state: State) -> Track:
    """The track with the state at its end saved."""
    return replace(track, saved=(*track.saved, state.copy()))


def march_saving(
    plant: Plant, state: State, flows: Flows, until: float, steady: CascadeResult, save: tuple[float, ...]
) -> Track:
    """The same to a later time, with the states at the times ``save`` on the way."""
    stops = (*(t for t in sorted(save) if state.time < t < until), until)
    parts: list[Track] = []
    for time in stops:
        part = march(plant, state, flows, time, steady)
        parts.append(marked(part, state) if time in save else part)
    return joined(parts)


def march_to_rest(
    plant: Plant, state: State, flows: Flows, steady: CascadeResult, save: tuple[float, ...] = ()
) -> Track:
    """Carry ``state`` on until every mixer is within 1e-9 of the steady state, for 1e9 turnovers at most.

    A front that only leaks below rounding can move stays where it is: ``distance`` tells.
    """
    span = plant.turnover
    whole = march_saving(plant, state, flows, state.time + span, steady, save)
    for _ in range(_MOST_HORIZONS):
        if whole.distance[-1] <= _SETTLED:
            return marked(whole, state)
        span *= 2.0
        whole = whole + march_saving(plant, state, flows, state.time + span, steady, save)
    return marked(whole, state)
