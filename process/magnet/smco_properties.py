"""Sintered samarium-cobalt: density, grain, and what the magnet does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .constants import GAS, KELVIN, MU0
from .schedule import COLD, COOLING, ROOM, STANDARD, WARMING
from .smco import METALS, SmCoPhases, known

Array = NDArray[np.float64]

RAMP = STANDARD[-1][1]
"""K/min to the hold of sintering, as the last step of the standard schedule."""
SLOW_TO = 400.0
"""degC down to which the 2:17 type cools slowly after its ageing."""
_DEAD = METALS[2:]
"""Metals without a moment on cobalt sites."""


def _ramp(start: Array | float, end: Array | float, rate: Array | float) -> Array:
    """Hours from one temperature to another at K/min."""
    return np.asarray(np.abs(np.subtract(end, start)) / rate / 60.0)


@dataclass(frozen=True)
class Treatment:
    """Heat treatment after sintering: °C, h, K/min; shape (samples,) each.

    `hold` and `hours` are those of SmCo5's anneal or Sm2Co17's ageing; of Sm2Co17 alone `solution` and `solution_hours`
    those of the solution treatment and `cooling` the rate to 400 °C.
    """

    hold: Array
    hours: Array
    solution: Array | None = None
    solution_hours: Array | None = None
    cooling: Array | None = None

    def furnace_hours(self, sintering: Array, hours: Array) -> Array:
        """Hours from loading to opening, shape (samples,), of a hold at °C and h and this treatment after it.

        Ramps are those of `schedule.py`: up at 4 K/min, to ageing at 8, down at 10 with gas, and the slow cooling.

        >>> two = Treatment(*(np.array([x]) for x in (830.0, 12.0, 1180.0, 4.0, 0.75)))
        >>> round(float(two.furnace_hours(np.array([1205.0]), np.array([1.0]))[0]), 2)
        35.36
        """
        out = hours + self.hours + _ramp(ROOM, sintering, RAMP)
        if self.solution is None or self.solution_hours is None:
            return np.asarray(out + _ramp(sintering, self.hold, COOLING) + _ramp(self.hold, COLD, COOLING))
        out = out + self.solution_hours + _ramp(sintering, self.solution, COOLING)
        out = out + _ramp(self.solution, COLD, COOLING) + _ramp(COLD, self.hold, WARMING)
        slow = COOLING if self.cooling is None else self.cooling
        return np.asarray(out + _ramp(self.hold, SLOW_TO, slow) + _ramp(SLOW_TO, COLD, COOLING))


@dataclass(frozen=True)
class SmCoProperties:
    """What a magnet does at 20 °C, shape (samples,) each: T, kA/m, kA/m, kJ/m³, °C, %/K, %/K."""

    Br_T: Array
    Hcj_kA_m: Array
    HcB_kA_m: Array
    BHmax_kJ_m3: Array
    Tmax_C: Array
    alpha_Br_pct_K: Array
    beta_Hcj_pct_K: Array

    def table(self) -> Mapping[str, Array]:
        """The same by name, for reports."""
        return dict(vars(self))


def sintered(family: str, temperature: Array, hours: Array, powder: Array, green: Array) -> tuple[Array, Array]:
    """Relative density 0..1 and grain size µm after a hold at °C and h; shape (samples,) each.

    ρ = ρ_green + (ρ_most − ρ_green)(1 − exp(−c θ)), θ = (t/t₀)(d₀/d) exp(−Q/R (1/T − 1/T₀)), d_grain = g d θ^(1/3):
    first-order shrinkage with an activated rate. At the published hold θ is 1; c, Q and g are assumptions (smco.csv).

    >>> at = [np.array([x]) for x in (1135.0, 0.5, 4.5, 0.6)]
    >>> round(float(sintered("SmCo5", *at)[0][0]), 3)
    0.971
    """
    speed = _faster(temperature, known("reference_temperature", family=family).value)
    size = known("reference_powder", family=family).value / powder
    theta = hours / known("reference_time", family=family).value * size * speed
    densest = np.maximum(known("densest").value, green)
    density = green + (densest - green) * -np.expm1(-known("densification").value * theta)
    grain = powder * np.maximum(known("growth", family=family).value * np.cbrt(theta), 1.0)
    return density, grain


def _faster(temperature: Array, reference: float) -> Array:
    """How many times faster than at the reference an activated process runs, both °C."""
    energy = 1e3 * known("activation_energy").value / GAS
    return np.asarray(np.exp(-energy * (1.0 / (temperature + KELVIN) - 1.0 / (reference + KELVIN))))


def annealing(family: str, treatment: Treatment) -> Array:
    """How far the heat treatment has brought coercivity, 0..1, shape (samples,): best hold, long enough, slow cooling.

    exp(−((T − T₀)/w)²)(1 − exp(−t/τ)); Sm2Co17 also (1 − exp(−t_s/τ_s)) of the solution treatment, whose τ_s falls with
    temperature as sintering's, and the square root of the best cooling rate over that taken. All constants are
    assumptions with ranges (smco.csv).
    """
    beside = (treatment.hold - known("treatment_temperature", family=family).value) / known(
        "treatment_width", family=family
    ).value
    out = np.exp(-(beside**2)) * -np.expm1(-treatment.hours / known("treatment_time", family=family).value)
    if treatment.solution is not None and treatment.solution_hours is not None:
        speed = _faster(treatment.solution, known("solution_temperature", family=family).value)
        out = out * -np.expm1(-treatment.solution_hours * speed / known("homogenisation_time", family=family).value)
    if treatment.cooling is not None:
        best = known("cooling", family=family).value
        out = out * np.sqrt(best / np.maximum(treatment.cooling, best))
    return np.asarray(out)


def coercivity(family: str, found: SmCoPhases, grain: Array, annealed: Array) -> Array:
    """kA/m, shape (samples,): an assumption of one published or catalogue level and stated factors.

    SmCo5 is held by nucleation: finer grains hold better, as a − b ln d²; nothing is left at the volume share of
    Sm2Co17 that smco.csv names, and an untreated magnet keeps a tenth. Sm2Co17 is held by walls of the 1:5 phase that
    pin: as much as there are walls, copper in them and ageing; grains do not matter.
    """

    def fact(name: str) -> float:
        return known(name, family=family).value

    level = fact("coercivity")
    if family == "SmCo5":
        finer = 1.0 - fact("coercivity_fall") * 2.0 * np.log(np.maximum(grain, 0.1) / fact("coercivity_grain"))
        clean = 1.0 - found.of("Sm2Co17") / fact("most_Sm2Co17")
        kept = fact("untreated") + (1.0 - fact("untreated")) * annealed
        return np.asarray(level * np.maximum(finer, 0.0) * np.maximum(clean, 0.0) * kept)
    copper = np.minimum(found.sites("SmCo5", "Cu") / fact("copper_of_walls"), 1.0)
    walls = np.minimum(found.of("SmCo5") / fact("walls"), 1.0)
    return np.asarray(level * copper * walls * annealed)


def remanence(found: SmCoPhases, density: Array, alignment: Array) -> Array:
    """T, shape (samples,): polarisation of each phase by its volume, times density and mean cosine.

    Iron raises the polarisation of a phase in proportion to its share of the cobalt sites, metals without a moment
    lower it (smco.csv).
    """
    gain, loss = known("polarisation_gain", item="iron").value, known("polarisation_loss", item="copper").value
    out = np.zeros_like(density)
    for name in ("SmCo5", "Sm2Co17", "Sm2Co7"):
        factor = 1.0 + gain * found.sites(name, "Fe") - loss * found.sites(name, *_DEAD)
        out += known("polarisation", item=name).value * found.of(name) * np.maximum(factor, 0.0)
    return np.asarray(out * density * alignment)


def properties(
    family: str, found: SmCoPhases, density: Array, grain: Array, alignment: Array, annealed: Array
) -> SmCoProperties:
    """What a magnet of these phases, relative density, grain (µm), alignment and annealing (0..1) does.

    (BH)max = k Br²/(4 µ0), or what its coercivity allows where that is less. A magnet may be heated to where its
    coercivity is `straightness` times Br/µ0, and no hotter than its makers allow.
    """
    br = remanence(found, density, alignment)
    hcj = coercivity(family, found, grain, annealed)
    alpha, beta = known("alpha_Br", family=family).value, known("beta_Hcj", family=family).value
    field = br / MU0 / 1000.0
    hcb = np.minimum(field / known("recoil").value, hcj)
    reach = np.minimum(field / 2.0, hcj)
    product = known("energy_factor").value * MU0 * 1000.0 * (field - reach) * reach
    needed = known("straightness").value * field
    # hcj (1 + beta x) = needed (1 + alpha x), x in K above 20 degC.
    slope = -beta / 100.0 * hcj + alpha / 100.0 * needed
    above = np.divide(hcj - needed, slope, out=np.zeros_like(hcj), where=slope > 0.0)
    hottest = np.clip(20.0 + above, 20.0, known("hottest", family=family).value)
    flat = np.ones_like(br)
    return SmCoProperties(br, hcj, hcb, product, hottest, alpha * flat, beta * flat)
