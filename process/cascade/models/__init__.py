"""Equilibrium models behind one interface: exchange, mass action and literature correlations."""

from .base import Contact, EquilibriumModel, Flag
from .correlation import Correlation
from .correlation_circuit import CorrelationCircuit, CorrelationProfile
from .exchange import Exchange
from .mass_action import MassAction
from .solubility import saturation, solubility_flags

__all__ = [
    "MODELS",
    "Contact",
    "Correlation",
    "CorrelationCircuit",
    "CorrelationProfile",
    "EquilibriumModel",
    "Exchange",
    "Flag",
    "MassAction",
    "saturation",
    "solubility_flags",
]

MODELS: tuple[type[EquilibriumModel], ...] = (Exchange, MassAction, Correlation)
"""The models, held to the one interface by the type checker."""
