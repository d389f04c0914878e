"""Which plants of a scenario slip: how late each starts and whether it is built, drawn sample by sample.

The stages of a plant share their luck: one draw says how late the plant is among its own possibilities, one whether it
is built. How likely plants of one kind are built at all is one judgement, so one draw for all of them says how well it
was judged: drawn plant by plant its range would average out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..quantities import Value
from ..scenario import PlantStage, Scenario
from ..supply.plants import Slip
from .distributions import of_value

Array = NDArray[np.float64]

PER_PLANT = 2
"""Draws of a plant: delay and success."""


@dataclass(frozen=True)
class SlippingPlant:
    """A plant of which a stage may be late by a number with a spread, or may not be built."""

    name: str
    owner: str
    stages: tuple[PlantStage, ...]

    def fares(self, late: Array, built: Array, judged: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Years of delay and whether each stage is built, shape (samples, stages), at quantiles of shape (samples,)."""
        delays = np.stack([_at(one.delay, late, 0.0) for one in self.stages], axis=1)
        chances = np.stack([_at(one.success, judged, 1.0) for one in self.stages], axis=1)
        return delays, built[:, None] <= chances


def _at(value: Value | None, shares: Array, without: float) -> Array:
    """A value at quantiles of its spread; its nominal where it has none."""
    if value is None:
        return np.full(len(shares), without)
    spread = of_value(value)
    return np.full(len(shares), value.nominal) if spread is None else spread.ppf(shares)


def slipping(scenario: Scenario) -> tuple[SlippingPlant, ...]:
    """The plants of a scenario that may fare in more than one way, in the order of the file."""
    return tuple(
        SlippingPlant(name, plant.owner, tuple(plant.stages.values()))
        for name, plant in scenario.plants.items()
        if any(_uncertain(one) for one in plant.stages.values())
    )


def _uncertain(stage: PlantStage) -> bool:
    late = stage.delay is not None and stage.delay.spread is not None
    chance = stage.success
    return late or (chance is not None and (chance.nominal < 1.0 or chance.spread is not None))


def factors(plants: Sequence[SlippingPlant]) -> tuple[str, ...]:
    """What is drawn, by name: the columns of a design."""
    return ("success", *(f"{one.name}.{what}" for one in plants for what in ("delay", "built")))


@dataclass(frozen=True)
class Fares:
    """How plants fare in some samples: by plant the delay and whether built, shape (samples, stages)."""

    plants: tuple[SlippingPlant, ...]
    delays: tuple[Array, ...]
    built: tuple[NDArray[np.bool_], ...]

    def slips(self, sample: int) -> Mapping[tuple[str, str], Slip]:
        """What `supply.chain.build` takes for one sample, by (plant, stage); the other plants fare as the file says."""
        return {
            (plant.name, stage.stage): Slip(float(delays[sample, k]), bool(built[sample, k]))
            for plant, delays, built in zip(self.plants, self.delays, self.built, strict=True)
            for k, stage in enumerate(plant.stages)
        }

    def lateness(self) -> Array:
        """Years that the latest stage of each plant is late, infinite where one is not built; (samples, plants)."""
        columns = [
            np.where(built.all(axis=1), delays.max(axis=1), math.inf)
            for delays, built in zip(self.delays, self.built, strict=True)
        ]
        return np.stack(columns, axis=1)


def fares(plants: Sequence[SlippingPlant], shares: Array) -> Fares:
    """How plants fare at quantiles of shape (samples, factors), its columns as `factors` names them."""
    judged, rest = shares[:, 0], shares[:, 1:]
    found = [plant.fares(rest[:, PER_PLANT * i], rest[:, PER_PLANT * i + 1], judged) for i, plant in enumerate(plants)]
    return Fares(tuple(plants), tuple(delays for delays, _ in found), tuple(built for _, built in found))
