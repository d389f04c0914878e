"""Ageing after sintering: how far two steps of heat, about 900 and 500 °C, heal the grain boundaries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data.sintering import numbers

Array = NDArray[np.float64]


def annealing(temperature: Array, time: Array) -> Array:
    """How far the boundaries are healed, (samples,): 0 as sintered and quenched, 1 by two steps at their best.

    `temperature` in degC and `time` in h, shape (samples, steps), in the order of the steps; no steps give 0. Each
    step acts as exp(-((T - best)/width)^2) (1 - exp(-t/t0)); the first one brings a share, the second the rest, and a
    later step that is hot enough undoes what a second one did. All numbers are assumptions of data/sintering.csv.
    Limits: overageing is left out (coercivity falls after more than some hours, tabriz_ageing), and so is the rate of
    cooling.

    >>> best = annealing(np.array([[900.0, 500.0]]), np.array([[2.0, 3.0]]))
    >>> best.round(3).tolist(), annealing(np.array([[500.0]]), np.array([[3.0]])).round(3).tolist()
    ([0.993], [0.698])
    >>> annealing(np.array([[500.0, 900.0]]), np.array([[3.0, 2.0]])).round(3).tolist()
    [0.307]
    """
    fact = numbers()
    temperature, time = np.asarray(temperature, dtype=float), np.asarray(time, dtype=float)
    first, second = np.zeros(len(temperature)), np.zeros(len(temperature))
    for degrees, hours in zip(temperature.T, time.T, strict=True):
        done = -np.expm1(-np.maximum(hours, 0.0) / fact["ageing_time"])
        hot = np.exp(-(((degrees - fact["first_temperature"]) / fact["first_width"]) ** 2)) * done
        cool = np.exp(-(((degrees - fact["second_temperature"]) / fact["second_width"]) ** 2)) * done
        undone = 1.0 / (1.0 + np.exp(np.clip((fact["undone"] - degrees) / fact["undone_width"], -500.0, 500.0)))
        first = np.maximum(first, hot)
        second = np.maximum(second * (1.0 - undone * done), cool)
    return np.asarray(fact["first_share"] * first + (1.0 - fact["first_share"]) * second)
