"""Jet milling against size: how much slower finer powder is, what it costs, and the oxygen that it takes up.

Throughput follows a power of the size through the published pair of `powder.csv` (2.8 to 2.3 µm leaves 40 %). So steep
a law holds near the pair alone: below its finer size and above the reference size a lower power goes on from it.
Oxygen comes in two ways: as a film that covers every particle, by area, and with the mill's gas, whose traces all end
in the powder, by the gas that a kg of powder needs. The second grows as throughput falls, which is why oxygen rises
far steeper than the surface. Handling gives any powder some, which coarse powder does not fall below.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .powder import value

Array = NDArray[np.float64]


def throughput_exponent() -> float:
    """Power of the size that throughput follows, -: ln 0.4 / ln(2.3 / 2.8) of the published pair.

    >>> round(throughput_exponent(), 2)
    4.66
    """
    sizes = value("milling", "fine_size") / value("milling", "coarse_size")
    return math.log(value("milling", "fine_throughput")) / math.log(sizes)


def effort(size: Array, exponent: Array, outer: Array) -> Array:
    """Time, gas and energy that a kg of powder of this size (µm) takes, over those at the reference size; -.

    `exponent` holds from the finer size of the published pair to the reference size, `outer` beyond both; the two meet.

    >>> effort(np.array([3.0, 6.0, 2.3, 1.15]), np.full(4, 4.0), np.full(4, 2.0)).round(2).tolist()
    [1.0, 0.25, 2.89, 11.58]
    """
    reference = value("milling", "reference_size")
    near = np.clip(size, value("milling", "fine_size"), reference)
    return np.asarray((reference / near) ** exponent * (near / size) ** outer)


def oxygen(size: Array, through: Array, film: Array, gas_oxygen: Array) -> Array:
    """Oxygen that powder of this size (µm) takes up, kg/kg: of film (mg/m²) and gas, at least that of handling.

    `through` is the gas, kg per kg of powder; `gas_oxygen` what it holds, kg/kg.

    >>> size, through = np.array([3.0, 10.0]), np.array([18.0, 3.0])
    >>> (1e6 * oxygen(size, through, np.full(2, 0.6), np.full(2, 35e-6))).round(6).tolist()
    [790.0, 450.0]
    """
    milled = film * surface(size) * 1e-6 + gas_oxygen * through
    return np.asarray(np.maximum(milled, 1e-6 * value("milling", "least_oxygen")))


def surface(size: Array) -> Array:
    """Surface of a powder of spheres of this size (µm), m²/kg: 6 / (density size).

    >>> round(float(surface(np.array([3.0]))[0]), 1)
    266.7
    """
    return np.asarray(6.0 / (value("milling", "density") * size) * 1000.0)


def yield_of(size: Array, ultrafines: Array) -> Array:
    """Share of the feed that becomes powder, 0..1, where a share `ultrafines` is lost at the reference size.

    >>> yield_of(np.array([3.0, 1.5]), np.array([0.02, 0.02])).round(4).tolist()
    [0.98, 0.9224]
    """
    relative = value("milling", "reference_size") / size
    return np.asarray((1.0 - ultrafines) ** relative ** value("milling", "ultrafines_exponent"))
