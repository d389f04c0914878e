"""Trains of extraction circuits: which cut first, with which extractant."""

from __future__ import annotations

from .budgets import Wants
from .circuits import Circuit, Designer
from .cuts import Cut, possible
from .problem import Problem, Product, Solvent, all_solvents, problem, solvent
from .rating import Rated, Rating, rate
from .search import Train, best_trains, every_train
from .sequence import parsed, train_of
from .verify import Verified, verify, verify_all

__all__ = [
    "Circuit",
    "Cut",
    "Designer",
    "Problem",
    "Product",
    "Rated",
    "Rating",
    "Solvent",
    "Train",
    "Verified",
    "Wants",
    "all_solvents",
    "best_trains",
    "every_train",
    "parsed",
    "possible",
    "problem",
    "rate",
    "solvent",
    "train_of",
    "verify",
    "verify_all",
]
