"""Extraction constants from batch tests, with their intervals."""

from .fit import fit
from .result import Between, Estimate, Factor, Fit, Outlier, Residuals
from .shakeouts import RowFault, Shakeouts, row_faults

__all__ = [
    "Between",
    "Estimate",
    "Factor",
    "Fit",
    "Outlier",
    "Residuals",
    "RowFault",
    "Shakeouts",
    "fit",
    "row_faults",
]
