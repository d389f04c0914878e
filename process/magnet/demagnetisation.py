"""The second quadrant of a magnet: polarisation against the opposing field, and what is read off it.

J(H) = Br (1 − (H/Hcj)^m) − (μr − 1) μ0 H with H counted as a size. The knee's exponent m follows from the squareness
Hk/Hcj: at Hk a tenth of Br is lost. (BH)max and HcB are found on that curve, so that (BH)max falls from Br²/(4 μ0 μr)
where the knee comes before the working point: at poor squareness, or where Hcj is below about Br/2μ0.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .constants import MU0

Array = NDArray[np.float64]

STEPS = 9
"""Newton steps: from the right of a concave falling function eight bring rounding, whatever the knee."""
LEAST_SQUARE, MOST_SQUARE = 0.2, 0.995


class Second(NamedTuple):
    """What the second quadrant gives, arrays over samples: (BH)max in J/m³ and HcB in A/m."""

    energy: Array
    normal: Array


def knee(squareness: Array) -> Array:
    """Exponent m of a curve whose Hk/Hcj is `squareness`, shape (samples,).

    >>> round(float(knee(np.array([0.95]))[0]), 2)
    44.89
    """
    return np.asarray(log(0.1) / np.log(np.clip(squareness, LEAST_SQUARE, MOST_SQUARE)))


def field_at_loss(coercivity: Array, squareness: Array, loss: float) -> Array:
    """Field at which a share `loss` of the polarisation is gone for good, in the unit of `coercivity`.

    A tenth is lost at Hk, by the meaning of squareness:

    >>> float(field_at_loss(np.array([1000.0]), np.array([0.95]), 0.1)[0].round(9))
    950.0
    """
    m = knee(squareness)
    return np.asarray(coercivity * np.exp(log(loss) / m.reshape(m.shape + (1,) * (np.ndim(coercivity) - m.ndim))))


def second_quadrant(remanence: Array, coercivity: Array, squareness: Array, recoil: float) -> Second:
    """(BH)max and HcB of the curve, from Br in T and Hcj in A/m, shape (samples,).

    A stiff magnet of 1.40 T: Br²/(4 μ0 1.025) = 380.4 kJ/m³, and HcB = Br/(1.025 μ0) = 1086.9 kA/m.

    >>> found = second_quadrant(np.array([1.4]), np.array([2.4e6]), np.array([0.97]), 1.025)
    >>> round(float(found.energy[0]) / 1e3, 1), round(float(found.normal[0]) / 1e3, 1)
    (380.4, 1086.9)
    """
    m = knee(squareness)
    linear = recoil * MU0 * coercivity / np.maximum(remanence, 1e-9)
    slope = np.stack([2.0 * linear, linear])
    weight = np.stack([m + 1.0, np.ones_like(m)])
    # The root of 1 − weight y^m − slope y = 0 lies below each of these.
    y = np.minimum(weight ** (-1.0 / m), 1.0 / np.maximum(slope, 1e-9))
    for _ in range(STEPS):
        power = weight * y ** (m - 1.0)
        y = np.maximum(y + (1.0 - power * y - slope * y) / -(-m * power - slope - 1e-300), 0.0)
    field = y[0] * coercivity
    energy = field * (remanence * (1.0 - y[0] ** m) - recoil * MU0 * field)
    return Second(np.maximum(energy, 0.0), y[1] * coercivity)


def curve(remanence: float, coercivity: float, squareness: float, recoil: float, points: int = 61) -> Array:
    """Points of the second quadrant, shape (points, 3): field in A/m (0 to −Hcj), J in T, B in T.

    >>> curve(1.4, 1e6, 0.97, 1.025)[0].tolist()
    [-0.0, 1.4, 1.4]
    """
    # Most points stand where the curve bends.
    y = 1.0 - (1.0 - np.linspace(0.0, 1.0, points)) ** 2
    m = float(knee(np.array([squareness]))[0])
    field = y * coercivity
    polarisation = remanence * (1.0 - y**m) - (recoil - 1.0) * MU0 * field
    return np.stack([-field, polarisation, polarisation - MU0 * field], axis=1)
