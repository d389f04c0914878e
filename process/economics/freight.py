"""What it costs to carry streams: from one region to another, and where a file says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..data import freight_pair, freight_rates
from ..network.solution import Solution
from .figures import Figures
from .lines import CostLine, priced
from .pricebook import Price, file_price, region_of

Array = NDArray[np.float64]


def freight(solution: Solution, changes: Mapping[str, Array], figures: Figures) -> Iterator[CostLine]:
    """Lines of streams that are carried, t/h × USD/t, at the unit that takes them, or that makes what is sold.

    A stream is carried where the file gives its freight, or where a unit of one region takes it from one of another.
    """
    plan = solution.plan
    places = {name: region_of(plan, plan.units[name]) for name in solution.units}
    for name, stream in solution.streams.items():
        source, taken = name.partition(".")[0], solution.takers.get(name)
        unit = taken[0] if taken is not None else source
        if unit not in solution.units:
            continue
        moved = taken is not None and source in places and places[source] != places[unit]
        if name in plan.levies.freight:
            value, changed = plan.levies.freight[name], changes.get(f"freight.{name}")
            item = f"freight of {name}"
            price = file_price(item, value, "materials", plan.year, plan.sources, figures, changed)
        elif moved:
            price = _between(places[source], places[unit], name, figures)
        else:
            continue
        tonnes = np.atleast_1d(np.asarray(stream.mass(), dtype=float)) / 1000.0
        yield priced(solution.units[unit], f"freight of {name}", tonnes, "t", price, False)


def _between(origin: str, destination: str, name: str, figures: Figures) -> Price:
    pair = freight_pair(origin, destination)
    fact = freight_rates()[pair]
    return Price(
        item=f"freight of {name}",
        value=figures.of(f"freight.{'.'.join(pair)}", fact),
        low=fact.low,
        high=fact.high,
        unit="t",
        cause="materials",
        year=fact.year,
        source=fact.source,
        assumed=fact.assumed,
        note=f"{origin} to {destination}; {fact.note}",
    )
