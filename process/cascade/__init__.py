"""Solvent-extraction cascades: exchange and mass-action circuits, equilibrium models, and design."""

from .batch import Circuits, solve_circuits
from .circuit import Aqueous, Circuit, CircuitCases, CircuitResult, Organic, Section
from .design import CascadeDesign, design, design_cut
from .design3 import ThreeOutletDesign, design_three
from .errors import CascadeError
from .exchange import Cascade, CascadeResult
from .flows import flows
from .models import Correlation, CorrelationCircuit, Exchange, MassAction

__all__ = [
    "Aqueous",
    "Cascade",
    "CascadeDesign",
    "CascadeError",
    "CascadeResult",
    "Circuit",
    "CircuitCases",
    "CircuitResult",
    "Circuits",
    "Correlation",
    "CorrelationCircuit",
    "Exchange",
    "MassAction",
    "Organic",
    "Section",
    "ThreeOutletDesign",
    "design",
    "design_cut",
    "design_three",
    "flows",
    "solve_circuits",
]
