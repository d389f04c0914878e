"""Equilibrium models behind one interface: exchange, mass action and literature correlations."""

from .base import Contact, EquilibriumModel, Flag
from .exchange import Exchange
from .mass_action import MassAction

__all__ = ["Contact", "EquilibriumModel", "Exchange", "Flag", "MassAction"]
