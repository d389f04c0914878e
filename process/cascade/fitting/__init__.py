"""Extraction constants from batch tests, with their intervals."""

from .shakeouts import RowFault, Shakeouts, row_faults

__all__ = ["RowFault", "Shakeouts", "row_faults"]
