"""What a cascade in time did: outlets and profiles over time, when products were on grade, balances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from ..exchange import Cascade
from .targets import Outlet, Target, crossing, time_off_grade

if TYPE_CHECKING:
    import pandas as pd

    from .march import Plant, Track

Floats = NDArray[np.float64]

CLOSURE = 1e-9
"""Largest difference between what is held and what came and went, as a share of what was held and fed."""


@dataclass(frozen=True, eq=False, repr=False)
class Transient:
    """A cascade in time: times in the unit of the flows, compositions in mole fractions, amounts in mol.

    ``times`` (steps,) begins with 0; ``raffinate``, ``extract`` and each of ``draws`` (stage → array) are
    (steps, elements), the settled liquor of the end or stage, whether it is drawn or returned. ``saved_times``
    (saved,) belong to the profiles ``aqueous`` and ``organic`` (saved, stages, elements) of the mixers.
    ``inventory`` (steps, elements) is what is held, ``delivered`` outlet → (steps, elements) what has left,
    ``distance`` (steps,) the largest difference of a mixer's aqueous fraction from the steady state. ``closure`` is
    the largest difference of a balance of an element, as a share of what it had and was fed. Traces below the
    tolerance of the steps may be negative by as much.
    """

    cascade: Cascade
    times: Floats
    raffinate: Floats
    extract: Floats
    draws: Mapping[int, Floats]
    saved_times: Floats
    aqueous: Floats
    organic: Floats
    inventory: Floats
    delivered: Mapping[Outlet, Floats]
    distance: Floats
    closure: float
    steps: int
    steps_refused: int
    newton_steps: int

    def __reduce__(self) -> tuple[object, ...]:
        state = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name, value in state.items():
            if isinstance(value, Mapping):
                state[name] = {k: dict(v) if isinstance(v, Mapping) else v for k, v in value.items()}
        return made, (type(self), state)

    @property
    def elements(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.cascade.feed)

    def _outlets(self) -> dict[str, Floats]:
        return {
            "raffinate": self.raffinate,
            **{f"draw {stage}": rows for stage, rows in self.draws.items()},
            "extract": self.extract,
        }

    def to_pandas(self) -> pd.DataFrame:
        """Times (rows) by outlets and elements (columns of two levels), mole fractions; needs pandas."""
        try:
            import pandas as pd
        except ImportError:
            raise ImportError("to_pandas() needs pandas; install it with: pip install 'didymium[pandas]'") from None
        columns = {
            (outlet, name): rows[:, k]
            for outlet, rows in self._outlets().items()
            for k, name in enumerate(self.elements)
        }
        return pd.DataFrame(columns, index=pd.Index(self.times, name="time"))


Kind = TypeVar("Kind", bound=Transient)


@dataclass(frozen=True, eq=False, repr=False)
class StartUp(Transient):
    """A start-up, see ``Transient``; times count from its very beginning.

    ``reflux_time`` is how long nothing was drawn, ``opening_time`` when feed and all products run as in operation,
    ``time_to_specification`` when that is so and all products of the specification are on grade for good.
    ``stage_exchanges`` is that time × S over the organic hold-up of a stage, mixer and settler (the mean over all but
    the last): one exchange replaces the organic of one stage. ``margin`` is by how many times impurities were below
    the specification when reflux ended, None for a normal start. ``off_grade`` is outlet → element → mol that left
    before the outlet was on grade for good, for the outlets of the specification.
    """

    start: str
    reflux_time: float
    opening_time: float
    margin: float | None
    time_to_specification: float
    stage_exchanges: float
    off_grade: Mapping[Outlet, Mapping[str, float]]

    def __repr__(self) -> str:
        return (
            f"<StartUp {self.start}, {self.cascade.stages} stages, {len(self.elements)} elements: on grade at "
            f"{self.time_to_specification:.6g}, {self.stage_exchanges:.5g} stage exchanges, {self.steps} steps>"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Upset(Transient):
    """The answer to events, from the steady state; see ``Transient``.

    Each mapping is outlet → value, for the outlets of the specification: ``time_off_grade`` in all; ``returned_at``
    the time from which the outlet is on grade for good, 0 if it never left, inf if it has not come back when rest is
    reached; ``worst`` the lowest purity; ``off_grade`` element → mol that left while it was off grade.
    """

    time_off_grade: Mapping[Outlet, float]
    returned_at: Mapping[Outlet, float]
    worst: Mapping[Outlet, float]
    off_grade: Mapping[Outlet, Mapping[str, float]]

    def __repr__(self) -> str:
        off = ", ".join(f"{outlet} {time:.5g}" for outlet, time in self.time_off_grade.items())
        return (
            f"<Upset {self.cascade.stages} stages, {len(self.elements)} elements: off grade {off}; {self.steps} steps>"
        )


def _frozen(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        copy = np.array(value)
        copy.flags.writeable = False
        return copy
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(one) for key, one in value.items()})
    return value


def made(kind: type[Kind], fields: dict[str, Any]) -> Kind:
    """A result with its arrays and mappings frozen."""
    return kind(**{name: _frozen(value) for name, value in fields.items()})


def recorded(plant: Plant, track: Track, cascade: Cascade) -> dict[str, Any]:
    """The fields of a Transient. Raises CascadeError if a balance does not close."""
    closure = float(track.closure().max())
    if not closure <= CLOSURE:
        raise CascadeError(f"the balance of an element closes only to {closure:.1e} of what it had and was fed")
    states = [state for _, state in sorted({state.time: state for state in track.saved}.items())]
    return {
        "cascade": cascade,
        "times": track.times,
        "raffinate": track.outlets[:, 0],
        "extract": track.outlets[:, 1],
        "draws": {stage: track.outlets[:, 2 + k] for k, stage in enumerate(cascade.aqueous_draws)},
        "saved_times": np.array([state.time for state in states]),
        "aqueous": np.array([state.x for state in states]),
        "organic": np.array([state.x * plant.beta * np.exp(state.u)[:, None] for state in states]),
        "inventory": track.inventory,
        "delivered": {
            outlet: track.delivered[:, k] for k, outlet in enumerate(("raffinate", "extract", *cascade.aqueous_draws))
        },
        "distance": track.distance,
        "closure": closure,
        "steps": int(track.counts[2]),
        "steps_refused": int(track.counts[3]),
        "newton_steps": int(track.counts[4]),
    }


def left_by(track: Track, column: int, time: float) -> Floats:
    """(elements,) mol that left by an outlet up to a time."""
    rows = track.delivered[:, column]
    return np.array([np.interp(time, track.times, rows[:, k]) for k in range(rows.shape[1])])


def left_off_grade(track: Track, target: Target) -> Floats:
    """(elements,) mol that left by a target's outlet while it was off grade."""
    excess = target.excess(track.outlets)
    out = np.zeros(track.delivered.shape[2])
    bad = excess > 0.0
    for step in np.flatnonzero(bad[:-1] | bad[1:]):
        begin, end = float(track.times[step]), float(track.times[step + 1])
        if not (bad[step] and bad[step + 1]):
            turn = crossing(track.times, excess, int(step))
            begin, end = (begin, turn) if bad[step] else (turn, end)
        out += left_by(track, target.column, end) - left_by(track, target.column, begin)
    return out


def off_grade_times(track: Track, targets: tuple[Target, ...]) -> dict[Outlet, float]:
    """How long each target's outlet is off grade."""
    return {target.outlet: time_off_grade(track.times, target.excess(track.outlets)) for target in targets}
