"""Solvent-extraction cascades: steady state and design of exchange circuits."""

from .batch import Circuits, solve_circuits
from .errors import CascadeError
from .exchange import Cascade, CascadeResult

__all__ = [
    "Cascade",
    "CascadeError",
    "CascadeResult",
    "Circuits",
    "solve_circuits",
]
