"""The nearest value of a parameter at which a circuit that failed can be solved, found by solving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError

if TYPE_CHECKING:
    from .circuit import Circuit

Floats = NDArray[np.float64]

_AWAY = np.array([1.02, 1.05, 1.1, 1.2, 1.35, 1.6, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0])
"""How far a parameter is moved, as factors, in search of a first value that holds."""
_BETWEEN, _ROUNDS = 9, 2


@dataclass(frozen=True, slots=True)
class Turn:
    """A parameter by its name in ``Circuit.parameters`` that may heal a circuit if it goes ``up`` (or else down)."""

    name: str
    up: bool


class Movable(CascadeError):
    """A CascadeError whose sentence gives directions only; ``turns`` are the parameters that they speak of."""

    def __init__(
        self,
        reason: str,
        turns: tuple[Turn, ...],
        *,
        stage: int | None = None,
        element: str | int | None = None,
        case: int | None = None,
    ) -> None:
        super().__init__(reason, stage=stage, element=element, case=case)
        self.turns = turns


def _first(circuit: Circuit, name: str, grid: Floats) -> int | None:
    """The first value of the grid that the circuit solves with, as its index."""
    try:
        failures = circuit.solve_cases({name: grid}, failures="keep").failures
    except CascadeError:
        return None
    return next((at for at in range(len(grid)) if at not in failures), None)


def _round(grid: Floats) -> Floats:
    return np.array([float(f"{value:.4g}") for value in grid])


def nearest(circuit: Circuit, turn: Turn) -> float | None:
    """The value nearest to the present one that the circuit was solved with, within 2 %; None up to a hundredfold.

    It has four digits, so that what a sentence prints is what was solved.
    """
    now = circuit.parameters.get(turn.name, 0.0)
    if not now > 0.0:
        return None
    grid = _round(now * (_AWAY if turn.up else 1.0 / _AWAY))
    at = _first(circuit, turn.name, grid)
    if at is None:
        return None
    fails, holds = float(grid[at - 1]) if at else now, float(grid[at])
    for _ in range(_ROUNDS):
        finer = np.append(_round(np.geomspace(fails, holds, _BETWEEN + 1)[1:-1]), holds)
        found = _first(circuit, turn.name, finer)
        if found is None:
            break
        fails, holds = float(finer[found - 1]) if found else fails, float(finer[found])
    return holds


def with_values(circuit: Circuit, error: CascadeError) -> CascadeError:
    """The error of a circuit with the nearest values that solve added to its directions, where any are found."""
    if not isinstance(error, Movable):
        return error
    found = [(turn.name, nearest(circuit, turn)) for turn in error.turns]
    said = [
        f"{name} at {value:.4g} instead of {circuit.parameters[name]:.4g}" for name, value in found if value is not None
    ]
    if said:
        text = f"{error.reason}; the nearest that solves is {', or '.join(said)}"
    else:
        text = f"{error.reason}; how far is not known, as nothing up to a hundred times as much or as little solves"
    return CascadeError(text, stage=error.stage, element=error.element, case=error.case)
