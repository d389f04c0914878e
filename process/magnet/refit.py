"""Three constants of the coercivity from some of the reference magnets, by least squares.

What `data/magnet_model.csv` ships is what comes out here; a test refits. No other constant of the model is fitted on
grades, but the recoil permeability, which is the mean of Br²/(4 μ0 (BH)max) over the catalogue's N rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from . import coercivity
from .coercivity import Model
from .phases import phase_balance
from .properties import Magnet, properties
from .reference import FITTED, composition, magnet, references

Array = NDArray[np.float64]

FITTED_CONSTANTS = ("alpha", "demagnetising", "isolation")
KOE = 79.57747154594767
"""kA/m in a kOe."""
BETA, BETA_SPREAD = -0.76, 0.07
"""Temperature coefficient of Hcj of the N rows, %/K, and how far the model may be off."""
PER_DY, PER_DY_SPREAD = 1.75, 0.25
"""kOe per wt % of Dy in the melt: 1.5 to 2, general knowledge."""
PER_RE, PER_RE_SPREAD = 0.45, 0.15
"""kOe per wt % of rare earth from 30 to 32 wt %: 0.3 to 0.6 in practice, general knowledge."""
HCJ_SPREAD = 0.05


_SHARED = {"praseodymium": 0.25, "B": 0.0097, "Co": 0.01, "Al": 0.0015, "Cu": 0.0012, "Ga": 0.002}
_SHARED |= {"C": 0.0007, "N": 0.0003, "O": 0.001, "TRE": 0.30}


def dysprosium_pair() -> Magnet:
    """Two magnets alike but for 1 wt % of Dy in the place of light rare earth."""
    return Magnet.of(np.stack([composition(_SHARED), composition(_SHARED | {"Dy": 0.01})]))


def rare_earth_pair() -> Magnet:
    """Two magnets alike but for 2 wt % of light rare earth in the place of iron."""
    return Magnet.of(np.stack([composition(_SHARED | {"TRE": share}) for share in (0.30, 0.32)]))


def refit() -> tuple[Model, Array]:
    """α, Neff and the RE-rich phase's scale by least squares on the fitted rows; the model and the residuals.

    Residuals: Hcj of each fitted row over its aim (5 %), the temperature coefficient of Hcj of the N rows among them
    (0.07 %/K), what 1 wt % of Dy adds (0.25 kOe) and 1 wt % of light rare earth (0.15 kOe), each over what is in
    brackets.
    """
    chosen = [one for one in references().values() if one.role == FITTED]
    batch, pair, richer = magnet(chosen), dysprosium_pair(), rare_earth_pair()
    phases, pair_phases = phase_balance(batch.composition), phase_balance(pair.composition)
    richer_phases = phase_balance(richer.composition)
    aim = np.array([one.aim for one in chosen])
    plain = np.array([one.limits.klass == "" and one.limits.series < 56 for one in chosen])

    def residuals(values: Array) -> Array:
        by = with_constants(values)
        found, two = properties(batch, by, phases), properties(pair, by, pair_phases)
        slope = (two.Hcj_kA_m[1] - two.Hcj_kA_m[0]) / KOE
        rise = properties(richer, by, richer_phases).Hcj_kA_m
        per_rare_earth = (rise[1] - rise[0]) / KOE / 2.0
        return np.concatenate(
            [
                (found.Hcj_kA_m / aim - 1.0) / HCJ_SPREAD,
                (found.beta_Hcj_pct_K[plain] - BETA) / BETA_SPREAD,
                [(slope - PER_DY) / PER_DY_SPREAD, (per_rare_earth - PER_RE) / PER_RE_SPREAD],
            ]
        )

    start = np.array([0.65, 2.0, 0.003])
    scale = np.array([0.1, 0.5, 0.002])
    found = least_squares(residuals, start, x_scale=scale, bounds=([0.2, 0.2, 2e-4], [1.0, 4.0, 0.05]), xtol=1e-12)
    return with_constants(found.x), np.asarray(found.fun)


def with_constants(values: Array) -> Model:
    """The shipped model with other values of the fitted constants."""
    return replace(coercivity.model(), **dict(zip(FITTED_CONSTANTS, map(float, values), strict=True)))
