"""Equilibrium models behind one interface: exchange, mass action and literature correlations."""

from .base import Contact, EquilibriumModel, Flag
from .correlation import Correlation
from .correlation_circuit import CorrelationCircuit, CorrelationProfile
from .exchange import Exchange
from .mass_action import MassAction

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
]

MODELS: tuple[type[EquilibriumModel], ...] = (Exchange, MassAction, Correlation)
"""The models, held to the one interface by the type checker."""
