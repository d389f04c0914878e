"""The network of units: its order, its recycles and its solution."""

from .errors import SolveError
from .solution import Balance, Solution, UnitResult
from .solver import solve

__all__ = ["Balance", "Solution", "SolveError", "UnitResult", "solve"]
