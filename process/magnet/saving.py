"""What diffusion spares: the heavy rare earth that the melt would need for the same coercivity, and the inverse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .diffusion import Coated, diffuse
from .diffusion_paths import Paths, paths
from .shells import KA_M_PER_TESLA

Array = NDArray[np.float64]

USUAL_SITES = 2.15
"""mol of rare earth per kg of magnet: 310 g over 144.24 g/mol."""
LEAST, MOST = 2e-4, 0.05
"""Coatings between which one is looked for, kg/kg."""


def melt_share(
    gain: Array,
    molar_mass: Array,
    anisotropy: Array,
    base: Array,
    sites: float | Array = USUAL_SITES,
    efficiency: float | Array | None = None,
) -> Array:
    """kg of heavy rare earth per kg of magnet that gives a gain in kA/m from the melt, shape (samples,).

    It stands on the rare-earth sites of all phases alike, `sites` mol per kg of magnet; `molar_mass` in g/mol,
    `anisotropy` and `base` in T as in `Coated`. Nothing for no gain, and where what came in is no harder than what is
    there (no melt would give that gain). 6 kOe of dysprosium over neodymium:

    >>> one = np.array([1.0])
    >>> melt_share(480.0 * one, 162.5 * one, 15.0 * one, 7.3 * one).round(4).tolist()
    [0.0342]
    """
    rise = (paths().efficiency if efficiency is None else efficiency) * (anisotropy - base) * KA_M_PER_TESLA
    share = np.divide(np.maximum(gain, 0.0), rise, out=np.zeros(np.shape(gain)), where=rise > 0.0)
    return np.asarray(share * sites * molar_mass * 1e-3)


def coating_for(
    element: str,
    gain: float,
    thickness: float,
    grain: float = 5.0,
    celsius: float = 900.0,
    hours: float = 10.0,
    by: Paths | None = None,
) -> float:
    """The least coating, kg per kg of magnet, that gives a gain in kA/m; NaN where 5 wt % does not.

    `thickness` in mm, `grain` in µm. The gain rises with the coating, so a table of 16 is read, then one between two of
    its rows: a hundredth of the coating at worst.

    >>> from .diffusion import gain_of
    >>> least = coating_for("Tb", 480.0, 4.0)
    >>> round(gain_of("Tb", least, 4.0)[0])
    480
    """
    low, high = LEAST, MOST
    for _ in range(2):
        tried = np.geomspace(low, high, 16)
        found = diffuse(
            Coated.of(element, tried, thickness, grain), np.array([[celsius]]), np.array([[hours]]), by
        ).gain
        if not found[-1] >= gain:
            return float("nan")
        at = int(np.argmax(found >= gain))
        low, high = tried[max(at - 1, 0)], tried[at]
    inside = found[max(at - 1, 0) : at + 1]
    return float(np.interp(gain, inside, tried[max(at - 1, 0) : at + 1]))
