"""From bare equipment to a plant that stands: installation, what equipment lists leave out, location and compliance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import regional_factors
from ..data.investment import GROUPS, capital_factors, compliance, installation
from ..network.solution import Solution
from ..supply.capacity import added
from .figures import Figures
from .pricebook import CostError

Array = NDArray[np.float64]

EQUIPMENT, SCOPE, LOCATION, COMPLIANCE = (
    "equipment",
    "utilities, infrastructure, owner's cost",
    "location",
    "compliance",
)
"""The lines of an installed plant besides those of `installation()`."""


@dataclass(frozen=True)
class Installed:
    """A plant that stands, million USD of shape (samples,): by unit, and by line (`lines` adds up to the whole).

    The lines of equipment and installation are those of a plant on the US Gulf Coast; `location` and `compliance` are
    what the region adds to them or takes off.
    """

    million_usd: Array
    by_unit: Mapping[str, Array]
    lines: Mapping[str, Array]


def factors(region: str, figures: Figures | None = None, group: str = "") -> tuple[float | Array, float | Array]:
    """Location and compliance of a region, relative to the US, for a group of stages where the data tell them apart.

    Raises `CostError` for a region that is not known.

    >>> factors("australia")
    (1.03, 0.970873786407767)
    >>> factors("china", group="magnet")[1] < factors("china", group="separation")[1]
    True
    """
    known, of = regional_factors(), (Figures() if figures is None else figures).of
    if ("location", region) not in known:
        raise CostError(f"no build-cost factor for the region {region!r}", "use a region with a price book")
    return of(f"location.{region}", known["location", region]), of(*compliance(region, group))


def scope(stage: str, figures: Figures | None = None) -> float | Array:
    """What a whole plant of a stage costs over its installed equipment: one factor for each group of stages.

    >>> scope("alloy") == scope("magnet")
    True
    """
    group = GROUPS[stage]
    return (Figures() if figures is None else figures).of(f"scope.{group}", capital_factors()["scope", group])


def shares(figures: Figures | None = None) -> dict[str, float | Array]:
    """What comes on bare equipment to install it, as shares of it, by line; 1 and their sum are the Lang factor.

    >>> round(1.0 + sum(shares().values()), 10)
    2.97
    """
    of = (Figures() if figures is None else figures).of
    return {item: of("installation." + item.replace(" ", "_"), fact) for item, fact in installation().items()}


def installed(
    stage: str, bare: Mapping[str, Array], places: Mapping[str, str], figures: Figures | None = None
) -> Installed:
    """What units of a stage cost to build, from their bare equipment in million USD on the US Gulf Coast.

    bare × (1 + installation) × scope of the stage × location × compliance of the region of each unit (`places`).
    Raises `CostError` for an unknown region.

    >>> found = installed("metal", {"cells": np.array([1.0])}, {"cells": "us"})
    >>> found.lines["equipment"], found.lines["piping"], bool(found.million_usd[0] > 2.97)
    (array([1.]), array([0.2]), True)
    """
    samples = len(next(iter(bare.values())))
    parts, whole = shares(figures), scope(stage, figures)
    lang = added((np.full(samples, one) for one in (1.0, *parts.values())), samples)
    total = {EQUIPMENT: added(bare.values(), samples)}
    total |= {item: total[EQUIPMENT] * share for item, share in parts.items()}
    by_unit, rest = {}, {SCOPE: np.zeros(samples), LOCATION: np.zeros(samples), COMPLIANCE: np.zeros(samples)}
    for unit, million in bare.items():
        here, rules = factors(places[unit], figures, GROUPS[stage])
        stands = million * lang
        complete = stands * whole
        there = complete * here
        by_unit[unit] = there * rules
        rest[SCOPE] += complete - stands
        rest[LOCATION] += there - complete
        rest[COMPLIANCE] += by_unit[unit] - there
    lines = MappingProxyType(total | rest)
    return Installed(added(by_unit.values(), samples), MappingProxyType(by_unit), lines)


def enlarged(solution: Solution, ratio: Mapping[str, Array]) -> Solution:
    """The same solution with equipment for `ratio` times the throughput of each stage, shape (samples,).

    Only sizes change: streams and uses stay those of the solve. Units of stages that `ratio` does not name have none.
    """
    units = {}
    for name, unit in solution.units.items():
        times = ratio.get(unit.stage)
        sizes = () if times is None else tuple(replace(one, value=one.value * times) for one in unit.sizes)
        units[name] = replace(unit, sizes=sizes)
    return replace(solution, units=units)
