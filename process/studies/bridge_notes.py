"""What a reader of a bridge must know beside its numbers: magnets that are not alike, what compliance is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..data.investment import GROUPS
from ..economics.installed import factors as region_factors
from ..economics.pricebook import region_of
from ..flowsheet import Result
from ..supply.capacity import added
from .bridge_causes import HEAVY
from .magnets import coat, composition

if TYPE_CHECKING:
    from .bridge_factors import Key
    from .bridge_pair import Pair

Array = NDArray[np.float64]

ALIKE = 5e-4
"""Mass share of Dy and Tb by which magnets may differ and still be alike."""
LEAST = 0.005
"""USD per kg below which nothing is said."""
SEEN = 1e-4
"""USD per kg from which on an item's stage counts among those that a ratio moves."""


def notes(pair: Pair, labels: tuple[str, str], moved: Mapping[Key, Mapping[str, Array]]) -> tuple[str, ...]:
    """Sentences on a bridge (of the first sample); `moved` is what each cause adds to each item."""
    return (*_unlike(pair, labels), *_compliance(pair, labels, moved))


def _unlike(pair: Pair, labels: tuple[str, str]) -> Iterable[str]:
    """Products that are magnets of another grade, with other heavy rare earths, or of another coat."""
    ways = (pair.first.way, pair.second.way)
    told = [_magnet(way.result, way.made.name) for way in ways]
    if told[0] is None or told[1] is None:
        return
    (grade, held, skin), (other, holds, coated) = told[0], told[1]
    if grade == other and abs(held - holds) <= ALIKE and skin == coated:
        return
    both = "; ".join(
        f"{label} {name}, {100.0 * share:.2f} % Dy + Tb, {around}"
        for label, (name, share, around) in zip(labels, (told[0], told[1]), strict=True)
    )
    samples = ways[0].samples
    bought = [key for key in pair.keys if pair.use_cause(key) == "product"]
    ends = [float(added((pair.per_kg(key)[k] for key in bought), samples)[0]) for k in range(2)]
    yield f"the magnets are not alike: {both}"
    if any(ends):
        yield (
            f"Dy and Tb bought for a kg cost {ends[0]:,.2f} at {labels[0]} and {ends[1]:,.2f} at {labels[1]} "
            f"({ends[1] - ends[0]:+,.2f}): kg count to product, prices to prices"
        )


def _magnet(result: Result, stream: str) -> tuple[str, float, str] | None:
    """Grade in words, mass share of Dy and Tb, and the coat in words; None for what is no magnet."""
    found = result.magnet(stream)
    if found is None:
        return None
    inside, skin = composition(result, stream), coat(result, stream)
    around = f"coated with {', '.join(sorted(skin))}" if skin else "bare"
    return found.names[0] or "of no grade", sum(inside.get(name, 0.0) for name in HEAVY), around


def _compliance(pair: Pair, labels: tuple[str, str], moved: Mapping[Key, Mapping[str, Array]]) -> Iterable[str]:
    """What the cause `compliance` holds: a residual of build costs above all."""
    stages = set()
    parts = {"building": 0.0, "the price of waste": 0.0, "royalty and duties": 0.0}
    for key, causes in moved.items():
        if "compliance" in causes:
            use = pair.use_cause(key)
            name = {"waste": "the price of waste", "compliance": "royalty and duties"}.get(use, "building")
            parts[name] += float(causes["compliance"][0])
            stages |= {key.stage} if name == "building" and abs(causes["compliance"][0]) >= SEEN else set()
    if all(abs(value) < LEAST for value in parts.values()):
        return
    shown = ", ".join(f"{name} {value:+,.2f}" for name, value in parts.items() if abs(value) >= LEAST)
    yield f"compliance is {shown}"
    if abs(parts["building"]) >= LEAST:
        ratios = "; ".join(dict.fromkeys(_ratios(way.result, stages) for way in (pair.first.way, pair.second.way)))
        yield (
            "building is no list of rules but what is left of a region's ratio of build cost over location "
            f"(relative to the US: {ratios})"
        )


def _ratios(result: Result, stages: Collection[str]) -> str:
    """The compliance factors of the regions where units of some stages stand, with their stages where they differ."""
    found: dict[tuple[str, float], dict[str, None]] = {}
    for stage, investment in result.cost.capital.items():
        for unit in investment.by_unit if stage in stages else ():
            region = region_of(result.plan, result.plan.units[unit])
            _, rules = region_factors(region, result.cost.sampled, GROUPS[stage])
            found.setdefault((region, float(np.atleast_1d(rules)[0])), {})[stage] = None
    regions = [region for region, _ in found]
    return ", ".join(
        f"{region} {rules:.2g}" + (f" ({', '.join(own)})" if regions.count(region) > 1 else "")
        for (region, rules), own in found.items()
    )
