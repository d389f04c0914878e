"""Green density against pressure and alignment against field: closed forms through published and assumed points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .powder import value

Array = NDArray[np.float64]

PRESSES = ("transverse", "axial", "isostatic")
"""Field across the punch, along it, or an aligned bag pressed by a liquid from all sides."""


def usual_pressure(press: str) -> float:
    """Usual pressure of a way of pressing, MPa.

    >>> usual_pressure("isostatic")
    200.0
    """
    return value("pressing", f"{press}_pressure")


def green_density(pressure: Array, press: str) -> Array:
    """Density of a compact over that of the pore-free solid, -, after `pressure` in MPa.

    1 - (1 - fill) exp(-a P^m): pores shrink from those of loose powder; a and m go through published densities within
    0.025 (`powder.csv`). From 0.275 at no pressure to 1.

    >>> green_density(np.array([0.0, 25.0, 50.0, 100.0]), "transverse").round(3).tolist()
    [0.275, 0.458, 0.527, 0.613]
    """
    factor = value("pressing", "isostatic_factor" if press == "isostatic" else "die_factor")
    shrinkage = np.exp(-factor * np.asarray(pressure) ** value("pressing", "density_exponent"))
    return np.asarray(1.0 - (1.0 - value("pressing", "fill_density")) * shrinkage)


def alignment(field: Array, press: str) -> Array:
    """Mean cosine between easy axes and the field (T) of the press, 0.5 (isotropic) to that of the way of pressing.

    0.5 + (a - 0.5) (1 - exp(-B / B0)): an assumed law with assumed a, which rises with the field and saturates.

    >>> alignment(np.array([0.0, 1.8]), "transverse").round(3).tolist()
    [0.5, 0.95]
    """
    most = value("pressing", f"{press}_alignment")
    return np.asarray(0.5 + (most - 0.5) * -np.expm1(-np.asarray(field) / value("pressing", "field_scale")))
