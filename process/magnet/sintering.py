"""Sintering of an R-Fe-B compact along a furnace schedule: density, grain, gases, vapour and oxygen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import sintering as kernel

from ..data.sintering import ATMOSPHERE, numbers, vapour_pressures
from ..elements import MOLAR_MASS, RE
from ..sums import per_sample
from .constants import GAS, KELVIN
from .schedule import Schedule

Array = NDArray[np.float64]

HOLD = 4.0
"""h at the reference temperature after which the standard powder has the standard grain."""
SLOW = 1e-3
"""Rate per s at which the temperature of a release is given."""
LEAST_LIQUID = 1e-3
"""Share of liquid below which densification gets no slower, so that a dry powder does not ask for endless time."""
MARKS = 5
"""Rows of the profile in each ramp and hold."""


@dataclass(frozen=True, eq=False)
class Compact:
    """What goes into the furnace, (samples,) arrays per kg of compact.

    `powder_um` D50, `green_density` relative, `liquid` the mass share of phases that melt below the sintering
    temperature, `oxide` the mass share of R2O3; `matrix_hydrogen` and `hydride_hydrogen` in kg/kg; `metal`
    (samples, rare earths) kg/kg that may evaporate.
    """

    powder_um: Array
    green_density: Array
    liquid: Array
    oxide: Array
    matrix_hydrogen: Array
    hydride_hydrogen: Array
    metal: Array


@dataclass(frozen=True, eq=False)
class Sintered:
    """What a schedule makes of compacts, (samples,) arrays; masses in kg per kg of compact.

    `hydrogen` is what is left, `hydrogen_at_closing` what was there when the pores closed; `carbon_kept` and
    `zinc_kept` are shares of the lubricant's, `lubricant_left` the share that never left or cracked; `oxygen` was
    taken up; `evaporated` (samples, rare earths). `time` s, `temperature` K, `densities`, `grains` µm, `hydrogens`
    are profiles (samples, points).
    """

    density: Array
    grain_um: Array
    hydrogen: Array
    hydrogen_at_closing: Array
    lubricant_left: Array
    carbon_kept: Array
    zinc_kept: Array
    oxygen: Array
    evaporated: Array
    work: Array
    time: Array
    temperature: Array
    densities: Array
    grains: Array
    hydrogens: Array


@cache
def _vapour() -> Array:
    """Coefficients of log10 (p/Pa), (rare earths, 4)."""
    out = np.array(list(vapour_pressures().values()))
    out[:, 0] += np.log10(ATMOSPHERE)
    out.flags.writeable = False
    return out


@cache
def _laws() -> Array:
    """ln of the rate per s at infinite temperature and activation temperature in K, (7, 2), as the kernel wants."""
    fact = numbers()
    reference = fact["reference_temperature"] + KELVIN
    growth = (fact["grain_standard"] ** _power() - _first_grain(fact["powder_standard"]) ** _power()) / (HOLD * 3600.0)
    made = [(fact["work_energy"], reference, reference), (fact["grain_energy"], reference, growth)]
    for name in ("matrix", "hydride", "lubricant", "cracking", "zinc"):
        made.append((fact[f"{name}_energy"], fact[f"{name}_temperature"] + KELVIN, SLOW))
    out = np.array([(np.log(rate) + energy * 1e3 / (GAS * at), energy * 1e3 / GAS) for energy, at, rate in made])
    out.flags.writeable = False
    return out


def _power() -> float:
    return numbers()["grain_exponent"]


def _first_grain(powder_um: Array | float) -> Array | float:
    return numbers()["grain_start"] * powder_um


def ceiling(green_density: Array, liquid: Array, oxide: Array) -> Array:
    """Relative density that endless sintering would reach, (samples,): with little liquid hardly above the green one.

    >>> share = np.array([0.05, 0.02, 0.01])
    >>> ceiling(np.full(3, 0.55), share, np.zeros(3)).round(3).tolist()
    [0.998, 0.935, 0.577]
    """
    fact = numbers()
    dry = (fact["liquid_least"] - liquid) / fact["liquid_width"]
    wet = 1.0 / (1.0 + np.exp(np.minimum(np.maximum(dry, -500.0), 500.0)))
    full = np.maximum(fact["ceiling"] - fact["ceiling_oxide"] * oxide, green_density)
    return np.asarray(green_density + (full - green_density) * wet)


def half_work(powder_um: Array, liquid: Array) -> Array:
    """h at the reference temperature that bring a powder half of the way, (samples,): Herring's law and the liquid.

    >>> half_work(np.array([3.0, 6.0]), np.array([0.05, 0.05])).round(2).tolist()
    [0.15, 1.2]
    """
    fact = numbers()
    coarse = (powder_um / fact["powder_standard"]) ** fact["herring"]
    wet = (np.maximum(liquid, LEAST_LIQUID) / fact["liquid_standard"]) ** fact["liquid_speed"]
    return np.asarray(fact["work_half"] * coarse / wet)


def _escape(metal: Array, pressure: Array) -> Array:
    """Share of each rare earth that a vapour pressure of 1 Pa at 1 K drives off per s (Hertz and Knudsen)."""
    fact = numbers()
    mass = MOLAR_MASS[RE] * 1e-3
    moles = per_sample(metal / mass)
    moles = np.where(moles > 0.0, moles, 1.0)
    free = fact["surface"] * fact["escape"] / (1.0 + pressure / fact["pressure_half"])
    return np.ascontiguousarray((free / moles)[:, None] * np.sqrt(mass / (2.0 * np.pi * GAS)) / mass)


def sinter(
    schedule: Schedule,
    compact: Compact,
    leak: Array,
    pressure: Array,
    *,
    most_kelvin: float = 12.0,
    most_seconds: float = 400.0,
) -> Sintered:
    """Run compacts through a schedule; `leak` is kg of oxygen per kg and h while all pores are open, `pressure` in Pa.

    Densification follows a master sintering curve, grains grow as G^n, faster in coarse powder, gases leave by
    first-order release behind the way out of the pores, rare earth evaporates by Hertz and Knudsen;
    docs/theory_sintering.md has the equations. Steps are no longer than `most_kelvin` and `most_seconds`. Raises
    ValueError for sizes or densities out of range.

    >>> from .schedule import standard_schedules
    >>> metal = np.zeros((1, len(RE)))
    >>> metal[0, 3] = 0.31
    >>> one = np.ones(1)
    >>> usual = Compact(3.0 * one, 0.55 * one, 0.05 * one, 0.01 * one, 2e-4 * one, 8e-4 * one, metal)
    >>> done = sinter(standard_schedules()[0], usual, 5e-6 * one, 0.05 * one)
    >>> round(float(done.density[0]), 3), round(float(done.grain_um[0]), 1)
    (0.994, 5.0)
    """
    samples = len(schedule.time)
    bad = ~((compact.powder_um > 0.0) & (compact.green_density > 0.0) & (compact.green_density < 1.0))
    if bad.any():
        raise ValueError("powder sizes must be above zero and green densities between 0 and 1")
    fact = numbers()
    solid = np.empty((samples, 12))
    solid[:, 0] = compact.green_density
    solid[:, 1] = ceiling(compact.green_density, compact.liquid, compact.oxide)
    solid[:, 2] = 3600.0 * half_work(compact.powder_um, compact.liquid)
    solid[:, 3] = fact["work_width"]
    solid[:, 4] = _first_grain(compact.powder_um)
    solid[:, 5] = _power()
    solid[:, 6] = fact["abnormal_temperature"] + KELVIN
    solid[:, 7] = fact["abnormal_width"]
    solid[:, 8] = 3600.0 * fact["passage"]
    solid[:, 9] = fact["closing"]
    solid[:, 10] = fact["closing_width"]
    solid[:, 11] = leak / 3600.0
    hydrogen, laws = np.empty((samples, 2)), np.empty((samples, 7, 2))
    hydrogen[:, 0], hydrogen[:, 1] = compact.matrix_hydrogen, compact.hydride_hydrogen
    laws[:] = _laws()
    laws[:, 1, 0] += fact["grain_powder"] * np.log(compact.powder_um / fact["powder_standard"])
    metal = np.ascontiguousarray(compact.metal, dtype=np.float64)
    knots = schedule.time.shape[1]
    end, left = np.empty((samples, 10)), np.empty_like(metal)
    profile = np.empty((samples, 1 + MARKS * (knots - 1), 8))
    status = np.empty((samples, 2), dtype=np.int64)
    kernel.run(
        np.ascontiguousarray(schedule.time),
        np.ascontiguousarray(schedule.temperature),
        laws,
        solid,
        hydrogen,
        metal,
        _escape(metal, pressure),
        _vapour(),
        end,
        left,
        profile,
        status,
        most_kelvin,
        most_seconds,
    )
    if status[:, 0].any():
        sample = int(np.argmax(status[:, 0] != kernel.DONE))
        raise ValueError(f"the schedule of sample {sample} has times or temperatures that no furnace has")
    share = fact["carbon_kept"]
    return Sintered(
        density=end[:, 0],
        grain_um=end[:, 1],
        hydrogen=end[:, 2] + end[:, 3],
        hydrogen_at_closing=end[:, 9],
        lubricant_left=end[:, 4],
        carbon_kept=end[:, 4] + end[:, 5] + share * (1.0 - end[:, 4] - end[:, 5]),
        zinc_kept=end[:, 6],
        oxygen=end[:, 7],
        evaporated=metal - left,
        work=end[:, 8],
        time=profile[:, :, 0],
        temperature=profile[:, :, 1],
        densities=profile[:, :, 2],
        grains=profile[:, :, 3],
        hydrogens=profile[:, :, 4],
    )
