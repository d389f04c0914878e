"""Furnace schedules: temperature over time as straight lines, and the energy that a schedule takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..data.sintering import numbers
from .constants import KELVIN

Array = NDArray[np.float64]

ROOM = 20.0
"""degC at which a furnace is loaded."""
COLD = 100.0
"""degC to which it cools before it is opened."""
COOLING = 10.0
"""K/min while gas is blown through it; what it does to the boundary phase is left to ageing."""
WARMING = 8.0
"""K/min to an ageing step, where nothing has to leave any more."""

STANDARD = ((350.0, 3.0, 1.0), (600.0, 3.0, 1.0), (850.0, 3.0, 1.0), (1060.0, 4.0, 4.0))
"""Steps of the standard schedule: degC, K/min, h. Hydrogen of the matrix and lubricant leave in the first, that of
the hydride in the next two, the last one sinters. At it the published electricity holds."""
STANDARD_AGEING = ((900.0, 2.0), (500.0, 3.0))
"""Steps of the standard ageing: degC, h."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """Knots of a schedule: `time` in s and `temperature` in K, shape (samples, knots) each."""

    time: Array
    temperature: Array

    @property
    def hours(self) -> Array:
        """From loading to opening, h, (samples,)."""
        return np.asarray(self.time[:, -1] / 3600.0)

    @property
    def peak(self) -> Array:
        """Highest temperature, K, (samples,)."""
        return np.asarray(self.temperature.max(axis=1))

    @property
    def radiated(self) -> Array:
        """Integral of T^4 - T_room^4 over time, K^4 h, (samples,): what goes through radiation shields."""
        low, high = self.temperature[:, :-1], self.temperature[:, 1:]
        whole = low**4 + low**3 * high + low**2 * high**2 + low * high**3 + high**4
        part = np.diff(self.time, axis=1) / 3600.0 * (whole / 5.0 - (ROOM + KELVIN) ** 4)
        out = np.zeros(len(part))
        for column in part.T:
            out += column
        return out


def furnace_schedule(to: Array, rate: Array, hold: Array) -> Schedule:
    """A schedule of ramps and holds from room temperature, then cooling with gas.

    `to` in degC, `rate` in K/min, `hold` in h, shape (samples, steps) each. Raises ValueError for rates that are not
    above zero or holds below.

    >>> made = furnace_schedule(np.array([[1060.0]]), np.array([[4.0]]), np.array([[4.0]]))
    >>> (made.time[0] / 3600.0).round(2).tolist(), made.temperature[0].tolist()
    ([0.0, 4.33, 8.33, 9.93], [293.15, 1333.15, 1333.15, 373.15])
    """
    if not (np.asarray(rate) > 0.0).all() or not (np.asarray(hold) >= 0.0).all():
        raise ValueError("rates of a schedule must be above zero and holds not below")
    samples, steps = to.shape
    temperature = np.empty((samples, 2 * steps + 2))
    time = np.zeros_like(temperature)
    temperature[:, 0] = ROOM
    for k in range(steps):
        temperature[:, 2 * k + 1] = temperature[:, 2 * k + 2] = to[:, k]
        rise = np.abs(to[:, k] - temperature[:, 2 * k])
        time[:, 2 * k + 1] = time[:, 2 * k] + 60.0 * rise / rate[:, k]
        time[:, 2 * k + 2] = time[:, 2 * k + 1] + 3600.0 * hold[:, k]
    last = temperature[:, -2]
    temperature[:, -1] = np.minimum(last, COLD)
    time[:, -1] = time[:, -2] + 60.0 * (last - temperature[:, -1]) / COOLING
    return Schedule(time, temperature + KELVIN)


def ageing_schedules(temperature: Array, time: Array) -> tuple[Schedule, ...]:
    """One schedule per ageing step, degC and h of shape (samples, steps): warmed, held and cooled each."""
    ones = np.ones((len(temperature), 1))
    return tuple(
        furnace_schedule(temperature[:, k : k + 1], WARMING * ones, time[:, k : k + 1])
        for k in range(temperature.shape[1])
    )


def energy_ratio(schedules: tuple[Schedule, ...]) -> Array:
    """Electricity of schedules, run one after the other, over that of the standard one with its ageing, (samples,).

    Three parts with assumed shares: heating (the peaks above room temperature added up), losses through the shields
    (T^4 over time), pumps and fans (hours).

    >>> hold = np.array([[1.0, 1.0, 1.0, 8.0]])
    >>> to, rate = np.array([[350.0, 600.0, 850.0, 1060.0]]), np.array([[3.0, 3.0, 3.0, 4.0]])
    >>> energy_ratio((furnace_schedule(to, rate, hold),)).round(2).tolist(), energy_ratio(standard_schedules()).tolist()
    ([0.87], [1.0])
    """
    return np.asarray(
        sum(share * part / base for share, part, base in zip(_shares(), _parts(schedules), _standard(), strict=True))
    )


def _parts(schedules: tuple[Schedule, ...]) -> tuple[Array, Array, Array]:
    heat = sum(one.peak - ROOM - KELVIN for one in schedules)
    wall = sum(one.radiated for one in schedules)
    hours = sum(one.hours for one in schedules)
    return np.asarray(heat), np.asarray(wall), np.asarray(hours)


@cache
def _shares() -> tuple[float, float, float]:
    shares = [numbers()[f"energy_{name}"] for name in ("heat", "wall", "pump")]
    return shares[0] / sum(shares), shares[1] / sum(shares), shares[2] / sum(shares)


@cache
def _standard() -> tuple[float, float, float]:
    heat, wall, hours = _parts(standard_schedules())
    return float(heat[0]), float(wall[0]), float(hours[0])


def standard_schedules(samples: int = 1) -> tuple[Schedule, ...]:
    """The standard schedule and those of its ageing, for so many samples.

    >>> [round(float(one.hours[0]), 1) for one in standard_schedules()]
    [14.1, 5.2, 4.7]
    """
    to, rate, hold = (np.tile(column, (samples, 1)) for column in zip(*STANDARD, strict=True))
    age = (np.tile(column, (samples, 1)) for column in zip(*STANDARD_AGEING, strict=True))
    return (furnace_schedule(to, rate, hold), *ageing_schedules(*age))
