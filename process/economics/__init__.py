"""Costs of a solved flowsheet: prices, capital, and joint costs shared out; reads a solution, never solves physics."""

from __future__ import annotations

from .basis import Basis, basis
from .capital import Investment
from .cost import Cost, CostShare, CostSplit, Money, cost
from .operating import CostLine
from .pricebook import CostError, Price, PriceBook, PriceError

__all__ = [
    "Basis",
    "Cost",
    "CostError",
    "CostLine",
    "CostShare",
    "CostSplit",
    "Investment",
    "Money",
    "Price",
    "PriceBook",
    "PriceError",
    "basis",
    "cost",
]
