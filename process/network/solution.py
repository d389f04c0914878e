"""A solved flowsheet: streams, what each unit used, and where every atom went. Physics only, no money."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..elements import ELEMENTS
from ..operations.base import Line, Size
from ..plan import Plan
from ..stream import Stream

Array = NDArray[np.float64]


@dataclass(frozen=True)
class UnitResult:
    """One unit after the solve.

    `lines` holds everything it used per operating hour: reagents (unit "kg"), "electricity" ("kWh"), "heat" ("MJ"),
    "diesel" ("MJ"), … each rate of shape (samples,). `details` is for reports: stages, flows and profiles of a
    circuit, for one. `sizes` are those of the equipment, each value of shape (samples,); `region` is the unit's own,
    empty where the stage's or the file's holds.
    """

    name: str
    kind: str
    stage: str
    inlets: Mapping[str, str]
    outlets: tuple[str, ...]
    waste: frozenset[str]
    lines: tuple[Line, ...]
    details: Mapping[str, Any]
    design: Mapping[str, Any]
    sizes: tuple[Size, ...] = ()
    region: str = ""


@dataclass(frozen=True)
class Balance:
    """How well the flowsheet closes: differences of out and in over an element's own inflow.

    Each unit is checked and the whole flowsheet: `by_element` and `by_unit` hold the worst of either, `worst` the worst
    of all and `element` its element.
    """

    worst: float
    element: str
    by_element: Mapping[str, float]
    by_unit: Mapping[str, float]


@dataclass(frozen=True)
class Solution:
    """Streams by name (`unit.outlet`, or a feed's name), units by name, and the routes between them.

    `takers` maps a stream to the (unit, inlet) that takes it, or None where it leaves the flowsheet.
    """

    plan: Plan
    samples: int
    streams: Mapping[str, Stream]
    units: Mapping[str, UnitResult]
    takers: Mapping[str, tuple[str, str] | None]
    balance: Balance
    iterations: int
    routes: Any

    def recovery(self, element: str, to: str, source: str) -> Array:
        """Share of an element of the stream `source` that reaches the stream `to` at least once, shape (samples,)."""
        result: Array = self.routes.reach(element, to, source)
        return result

    def fates(self, element: str, source: str, stop: str | Collection[str] | None = None) -> dict[str, Array]:
        """Share of an element of the stream `source` that leaves the flowsheet by each stream; the shares sum to 1.

        What enters the stream `stop`, or one of several, counts as leaving by it.
        """
        result: dict[str, Array] = self.routes.fates(element, source, stop)
        return result

    def elements(self) -> tuple[str, ...]:
        """The elements that occur in the flowsheet."""
        present = np.zeros(len(ELEMENTS), dtype=bool)
        for stream in self.streams.values():
            present |= stream.elements.any(axis=0)
        return tuple(name for name, there in zip(ELEMENTS, present, strict=True) if there)
