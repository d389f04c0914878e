"""All public claims against the shipped files: one run of samples for those on cost, one solve for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..flowsheet import Flowsheet, load
from . import capacity_claims, claims, cost_claims
from .capacity_claims import CapacityFinding
from .claims import Finding
from .cost_claims import PLANTS, TEN, TEN_TIMES, US_MAGNETS, CostFinding
from .uncertainty import uncertainty


@dataclass(frozen=True)
class Lost:
    """A sample of a plant that could not be solved: why, at which unit, and the numbers it was tried at, by path."""

    plant: str
    index: int
    unit: str
    reason: str
    inputs: Mapping[str, float]


@dataclass(frozen=True)
class Claims:
    """Claims on cost, on capacity and on the rest, with what is computed; `lost` samples could not be solved.

    `flowsheets` are those that the claims on cost are held against, the plant in Texas at 10,000 t a year among them.
    """

    costs: tuple[CostFinding, ...]
    others: tuple[Finding, ...]
    samples: int
    seed: int
    lost: tuple[Lost, ...]
    flowsheets: tuple[Flowsheet, ...]
    capacity: tuple[CapacityFinding, ...] = ()


def plants() -> tuple[Flowsheet, ...]:
    """The flowsheets that claims on cost are held against."""
    larger = load(US_MAGNETS, TEN_TIMES)
    return (*(load(name) for name in PLANTS), Flowsheet(replace(larger.plan, name=TEN)))


def run(
    samples: int, seed: int = 1, workers: int | None = None, on_progress: Callable[[int, int], None] | None = None
) -> Claims:
    """Hold every claim against the shipped flowsheets; raises as `uncertainty` does."""
    flowsheets = plants()
    found = uncertainty(flowsheets, samples, seed, workers=workers, on_progress=on_progress)
    nominal = {
        plant: {name: np.array([value]) for name, value in outputs.items()} for plant, outputs in found.nominal.items()
    }
    costs = cost_claims.evaluate(nominal, found.outputs)
    lost = tuple(
        Lost(plant, one.index, one.unit, one.reason, found.inputs(plant, one.index))
        for plant, failures in found.failures.items()
        for one in failures
    )
    return Claims(costs, claims.evaluate(), samples, seed, lost, flowsheets, capacity_claims.evaluate())
