"""Solvent-extraction cascades: steady state and design of exchange circuits."""

from .batch import Circuits, solve_circuits
from .design import CascadeDesign, design, design_cut
from .errors import CascadeError
from .exchange import Cascade, CascadeResult
from .flows import flows

__all__ = [
    "Cascade",
    "CascadeDesign",
    "CascadeError",
    "CascadeResult",
    "Circuits",
    "design",
    "design_cut",
    "flows",
    "solve_circuits",
]
