"""The discount rate and life of a plant: of its file where it says so, else of the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..data import cost_rates
from ..finance_terms import HEAD
from ..plan import Plan
from .figures import Figures

Array = NDArray[np.float64]


def discount_rate(plan: Plan, figures: Figures, changes: Mapping[str, Array] | None = None) -> float | Array:
    """Fraction a year at which the plant's money is discounted, a float or shape (samples,)."""
    own = plan.finance.discount_rate
    if own is None:
        return figures.of("rate.discount_rate", cost_rates()["discount_rate"])
    return (changes or {}).get(f"{HEAD}discount_rate", own.nominal)


def life(plan: Plan, figures: Figures, changes: Mapping[str, Array] | None = None) -> float | Array:
    """Years of operation, a float or shape (samples,)."""
    own = plan.finance.life
    if own is None:
        return figures.of("rate.life", cost_rates()["life"])
    return (changes or {}).get(f"{HEAD}life", own.nominal)
