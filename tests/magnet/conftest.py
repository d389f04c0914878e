"""Magnets to test with: an ordinary alloy with some shares changed, and what it can do by some route."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from didymium.magnet.properties import Magnet, Properties, properties
from didymium.magnet.reference import composition

ORDINARY = {"TRE": 0.305, "praseodymium": 0.25, "B": 0.0097, "Co": 0.01, "Al": 0.0015, "Cu": 0.0012, "Ga": 0.002}
ORDINARY |= {"C": 0.0007, "N": 0.0003, "O": 0.0012}


@pytest.fixture
def ordinary() -> Callable[..., np.ndarray]:
    """kg of each element per kg of one magnet, shape (1, elements); shares by name stand in for the ordinary ones."""

    def chosen(**shares: float) -> np.ndarray:
        return composition(ORDINARY | shares)[np.newaxis, :]

    return chosen


@pytest.fixture
def made() -> Callable[..., Properties]:
    """Properties of some alloys, by a route that all share or that is told per sample."""

    def found(*alloys: np.ndarray, **route: object) -> Properties:
        return properties(Magnet.of(np.concatenate(alloys), **route))  # type: ignore[arg-type]

    return found
