"""Flows between the stages of a cascade in operation, at total reflux, and with one product closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..exchange import Cascade

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Flows:
    """Molar flows: what each settler passes on, (stages,) each, and what the two end settlers give back.

    ``aqueous`` goes to the mixer below, from the first stage out as raffinate; ``organic`` to the mixer above, from
    the last stage out as extract; ``draw`` leaves. A closed product is returned to the mixer of its own stage:
    raffinate is taken up by the fresh organic, extract is stripped and comes back with the scrub. ``feed`` is
    (elements,).
    """

    feed: Floats
    aqueous: Floats
    organic: Floats
    draw: Floats
    returned_raffinate: float = 0.0
    returned_extract: float = 0.0


def _whole(cascade: Cascade) -> float:
    return sum(cascade.feed.values())


def draw_places(cascade: Cascade) -> NDArray[np.int64]:
    """(draws,) stages of the draws in the order given, from 0."""
    return np.array(list(cascade.aqueous_draws), dtype=np.int64) - 1


def in_operation(cascade: Cascade) -> Flows:
    """The flows of the steady exchange model.

    >>> cascade = Cascade(stages=3, feed_stage=2, feed={"A": 0.5, "B": 0.5},
    ...                   separation_factors={"A": 2.0, "B": 1.0}, extract_flow=2.0, scrub_flow=1.5)
    >>> in_operation(cascade).aqueous.tolist(), in_operation(cascade).organic.tolist()
    ([0.5, 2.5, 1.5], [2.0, 2.0, 0.5])
    """
    aqueous = np.full(cascade.stages, cascade.scrub_flow)
    aqueous[: cascade.feed_stage] += _whole(cascade)
    organic = np.full(cascade.stages, cascade.extract_flow)
    organic[-1] -= cascade.scrub_flow
    draw = np.zeros(cascade.stages)
    for stage, flow in cascade.aqueous_draws.items():
        draw[stage - 1] += flow
        aqueous[:stage] -= flow
    aqueous[0] -= cascade.extract_flow
    return Flows(np.array(list(cascade.feed.values())), aqueous, organic, draw)


def at_reflux(cascade: Cascade) -> Flows:
    """Total reflux: no feed, W = S, draws closed, both products returned at their flows in operation."""
    steady = in_operation(cascade)
    aqueous = np.full(cascade.stages, cascade.extract_flow)
    aqueous[0] = 0.0
    organic = np.full(cascade.stages, cascade.extract_flow)
    organic[-1] = 0.0
    closed = np.zeros(cascade.stages)
    return Flows(0.0 * steady.feed, aqueous, organic, closed, float(steady.aqueous[0]), float(steady.organic[-1]))


def extract_alone(cascade: Cascade) -> Flows:
    """Extract drawn at its flow in operation, as much fed, raffinate returned, draws closed.

    The scrub section runs at its ratio in operation, the extraction section at total reflux.
    """
    steady = in_operation(cascade)
    product = float(steady.organic[-1])
    aqueous = np.full(cascade.stages, cascade.scrub_flow)
    aqueous[: cascade.feed_stage] += product
    aqueous[0] = 0.0
    feed = steady.feed * (product / _whole(cascade))
    return Flows(feed, aqueous, steady.organic, np.zeros(cascade.stages), returned_raffinate=float(steady.aqueous[0]))


def raffinate_alone(cascade: Cascade) -> Flows:
    """Raffinate drawn at its flow in operation, as much fed, extract returned, draws closed.

    Without draws the extraction section runs at its ratio in operation; the scrub section runs at total reflux.
    """
    steady = in_operation(cascade)
    product = float(steady.aqueous[0])
    aqueous = np.full(cascade.stages, cascade.extract_flow)
    aqueous[: cascade.feed_stage] += product
    aqueous[0] = product
    organic = np.full(cascade.stages, cascade.extract_flow)
    organic[-1] = 0.0
    feed = steady.feed * (product / _whole(cascade))
    return Flows(feed, aqueous, organic, np.zeros(cascade.stages), returned_extract=float(steady.organic[-1]))
