"""What is charged for a plant as factors: cost at unit size in the reference region, size, region, idle share, rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import cost_rates
from ..data.investment import GROUPS
from ..economics.capital import Investment
from ..economics.installed import factors as region_factors
from ..economics.operating import CostLine
from ..economics.pricebook import region_of
from ..flowsheet import Result
from ..supply.capacity import throughput

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """How capital of a stage grows with size, the same for both plants of a bridge: `exponent`, shape (samples,).

    `whole` says that a plant is known as a whole in one of them at least, so that its cost follows what the stage makes
    and not what enters a unit.
    """

    exponent: Array
    whole: bool


def scales(first: Result, second: Result) -> Mapping[str, Scale]:
    """By stage, how capital grows with size: the mean of both plants, or the one that has the stage."""
    out = {}
    for stage in dict.fromkeys((*first.cost.capital, *second.cost.capital)):
        found = [result.cost.capital[stage] for result in (first, second) if stage in result.cost.capital]
        exponent = sum((_exponent(one) for one in found), np.zeros(first.solution.samples)) / len(found)
        out[stage] = Scale(exponent, any(one.way == "known plant" for one in found))
    return out


def _exponent(investment: Investment) -> Array:
    """The exponent of cost over size: that of equipment, weighted with its cost, or of the rule for whole plants.

    Pieces that are near the largest that is made grow in number.
    """
    if investment.way == "known plant":
        return np.full_like(investment.capacity, cost_rates()["exponent"].value)
    weighed, whole = np.zeros_like(investment.capacity), np.zeros_like(investment.capacity)
    for one in investment.purchases:
        own = np.where(one.each < one.base.size, one.base.below, one.base.exponent)
        split = (one.number > 1.0) & (one.each > 0.5 * one.base.largest)
        weighed = weighed + one.million_usd * np.where(split, 1.0, own)
        whole = whole + one.million_usd
    return np.divide(weighed, whole, out=np.ones_like(whole), where=whole > 0.0)


def built(result: Result, line: CostLine, scale: Scale) -> dict[str, Array]:
    """The factors of a line of capital, upkeep or insurance, (samples,) each; `use` is what the others leave over.

    Size is t/h that the stage is built for, of plants that are known as a whole t/year. `idle` is what it is built for
    over what it makes, and over the hours of a year where size does not count them. `price` is the yearly charge as a
    share of the investment.
    """
    investment = result.cost.capital[line.stage]
    made, _ = throughput(result.solution, line.stage)
    needed = made * investment.hours / 1000.0
    ones = np.ones(result.solution.samples)
    region = region_of(result.plan, result.plan.units[line.unit_name])
    location, compliance = region_factors(region, result.cost.sampled, GROUPS[line.stage])
    year = np.where(scale.whole, 1.0, investment.hours)
    size = investment.capacity / year
    factors = {
        "size": np.where(size > 0.0, size, 1.0) ** (scale.exponent - 1.0),
        "location": ones * location,
        "compliance": ones * compliance,
        "idle": np.divide(investment.capacity, needed, out=ones.copy(), where=needed > 0.0) / year,
    }
    hourly = 1e6 / investment.hours
    use = line.quantity * hourly
    for factor in factors.values():
        use = use / factor
    return {"use": use, "price": line.price / hourly, **factors}
