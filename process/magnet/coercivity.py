"""Coercivity of a sintered magnet: Hcj = α Ha − Neff Js/μ0, with what its boundaries and grains make of α and Neff.

α is what the grain boundary keeps of the anisotropy field: a constant times how far the RE-rich phase covers the grains
(rich/(rich + r0), the more easily the better Cu and Ga make it wet them), how far annealing healed the boundaries, what
a non-magnetic R6T13X adds, and how few soft grains stand beside. Neff, the local demagnetising factor, rises with ln of
the grain size, so that Hcj = a − b ln D² (Ramesh and Thomas; Bance 2014). Oxygen, nitrogen and carbon act through the
phases: they eat the RE-rich phase. The constants are in `data/magnet_model.csv`, each an assumption with its range; α,
Neff and r0 are fitted (docs/magnet_grades.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from .demagnetisation import LEAST_SQUARE, MOST_SQUARE

Array = NDArray[np.float64]

GRAIN = 4.0
"""Grain size that the constants are for, µm."""
SMALLEST = 0.05
"""Grain size below which the rise of coercivity is not followed, µm: smaller grains are single domains."""


@dataclass(frozen=True, slots=True)
class Model:
    """Constants of the model of properties; units in `data/magnet_model.csv`."""

    alpha: float
    demagnetising: float
    demagnetising_per_ln: float
    isolation: float
    unwetted: float
    wetting: float
    separate: float
    separating: float
    unannealed: float
    soft: float
    shell: float
    recoil: float
    squareness: float
    squareness_alignment: float
    squareness_grain: float
    squareness_annealing: float
    squareness_soft: float
    permeance: float
    loss: float


@cache
def constants() -> Mapping[str, Fact]:
    """Every constant by its name, with range and reason.

    >>> constants()["permeance"].value, constants()["permeance"].assumed
    (1.0, True)
    """
    return MappingProxyType({row["parameter"]: fact(row) for row in rows("magnet_model")})


@cache
def model() -> Model:
    """The constants as shipped."""
    return Model(**{field.name: constants()[field.name].value for field in fields(Model)})


@dataclass(frozen=True, slots=True)
class Boundary:
    """What stands between the grains: arrays over samples.

    Mass shares in the magnet of the RE-rich phase, of copper and gallium together, and of R6T13X, which is not
    magnetic; the volume share of the soft phases; `annealing` 0..1.
    """

    rich: Array
    wetting: Array
    separate: Array
    soft: Array
    annealing: Array


def keep(boundary: Boundary, by: Model) -> Array:
    """α, the share of the anisotropy field that the boundaries keep, shape (samples,).

    >>> one, none = np.array([1.0]), np.array([0.0])
    >>> dry, wet = (Boundary(0.04 * one, copper * one, none, none, one) for copper in (0.0, 0.002))
    >>> bool(keep(dry, model()) < keep(wet, model()) < model().alpha)
    True
    """
    phase = np.maximum(boundary.rich, 0.0) + np.maximum(boundary.separate, 0.0)
    dry = np.exp(-np.maximum(boundary.wetting, 0.0) / by.wetting)
    covered = phase / (phase + by.isolation * (1.0 + by.unwetted * dry))
    healed = 1.0 - by.unannealed * (1.0 - np.clip(boundary.annealing, 0.0, 1.0))
    apart = 1.0 - by.separate * np.expm1(-np.maximum(boundary.separate, 0.0) / by.separating)
    return np.asarray(by.alpha * covered * healed * apart * np.exp(-np.maximum(boundary.soft, 0.0) / by.soft))


def demagnetising(grain: Array, by: Model) -> Array:
    """Neff of grains of a size in µm, shape (samples,); not below 0.

    >>> round(float(demagnetising(np.array([8.0]), model())[0] - demagnetising(np.array([4.0]), model())[0]), 4)
    0.2079
    """
    rise = by.demagnetising_per_ln * np.log(np.maximum(grain, SMALLEST) / GRAIN)
    return np.asarray(np.maximum(by.demagnetising + rise, 0.0))


def squareness(alignment: Array, grain: Array, annealing: Array, soft: Array, weakest: Array, by: Model) -> Array:
    """Hk/Hcj, an estimate, shape (samples,).

    `soft` is the volume share of the soft phases, `weakest` the coercivity of the weakest tenth over the magnet's.

    >>> one = np.array([1.0])
    >>> round(float(squareness(0.96 * one, 4.0 * one, one, 0.0 * one, one, model())[0]), 3)
    0.97
    """
    spread = by.squareness_alignment * (1.0 - alignment)
    coarse = by.squareness_grain * np.log(np.maximum(grain / GRAIN, 1.0))
    raw = by.squareness_annealing * (1.0 - np.clip(annealing, 0.0, 1.0))
    early = by.squareness_soft * np.maximum(soft, 0.0)
    return np.clip((by.squareness - spread - coarse - raw - early) * weakest, LEAST_SQUARE, MOST_SQUARE)
