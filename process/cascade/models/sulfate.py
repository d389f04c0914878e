"""Acid in sulphate solutions: H+ free and bound in HSO4−."""

from __future__ import annotations

import numpy as np

from ...data.activities import media
from .base import Floats


def assumption(log_ka: float | None = None) -> str:
    """The sentence about Ka of HSO4−, log10 of mol/L; None takes the data's.

    >>> assumption()
    'log10 Ka of HSO4- is -1.99 (-2.05 to -1): that of zero ionic strength, held at every strength'
    """
    one = media()["log_ka"]
    value = one.value if log_ka is None else log_ka
    return (
        f"log10 Ka of HSO4- is {value:g} ({one.low:g} to {one.high:g}): that of zero ionic strength, held at every "
        "strength"
    )


def free_proton(acid: Floats, sulfate: Floats, ka: float) -> Floats:
    """Free H+ in mol/L, (...), from `acid` (H+ free and in HSO4−) and `sulfate` (HSO4− and SO4 2−), mol/L.

    HSO4− ⇌ H+ + SO4 2− with `ka` in mol/L: the positive root of h + S h/(h + ka) = acid, in the form that does not
    cancel. Limits: no activity coefficients, no metal sulphate complexes.

    >>> round(float(free_proton(np.array(0.11384), np.array(0.10413), 10**-1.99)), 5)
    0.03387
    """
    half = 0.5 * (ka + sulfate - acid)
    root = np.hypot(half, np.sqrt(acid * ka))
    safe = np.where(half + root > 0.0, half + root, 1.0)
    return np.asarray(np.where(half > 0.0, acid * ka / safe, root - half))


def acid_of(proton: Floats, sulfate: Floats, ka: float) -> Floats:
    """H+ free and in HSO4−, mol/L, (...), from free H+ and total sulphate in mol/L.

    >>> round(float(acid_of(np.array(0.03387), np.array(0.10413), 10**-1.99)), 4)
    0.1138
    """
    return np.asarray(proton + sulfate * proton / (proton + ka))


def acid_slope(proton: Floats, sulfate: Floats, ka: float) -> Floats:
    """d(acid)/d ln h, mol/L, (...), at a free H+ in mol/L.

    >>> float(acid_slope(np.array(0.1), np.array(0.0), 0.01))
    0.1
    """
    return np.asarray(proton + sulfate * ka * proton / (proton + ka) ** 2)
