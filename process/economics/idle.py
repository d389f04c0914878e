"""Levies and freight of a file that no line of its cost comes from: most often a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ..network.solution import Solution
from .lines import CostLine


def without_effect(solution: Solution, lines: Iterable[CostLine]) -> Iterator[str]:
    """A sentence for the royalty, the price of carbon and each freight of the file that charges nothing anywhere."""
    plan, levies = solution.plan, solution.plan.levies
    items = {line.item for line in lines if line.quote is not None and np.any(line.quantity != 0.0)}
    if levies.royalty is not None and "royalty" not in items:
        mined = any(feed.is_ore for feed in plan.feeds.values())
        why = "no unit of the mine stage hands rare earths on" if mined else "nothing is mined here"
        yield f"{why}: the royalty has no effect"
    if levies.carbon_price is not None and "carbon price" not in items:
        power = "" if levies.on_power else "; carbon_price_on_power: true counts that of bought electricity"
        yield f"no unit gives off CO2 that counts: the price of carbon has no effect{power}"
    if levies.on_power and levies.carbon_price is None:
        yield "carbon_price_on_power has no effect: the file gives no carbon_price"
    for stream in levies.freight:
        if f"freight of {stream}" not in items:
            idle = stream in plan.feeds and solution.takers.get(stream) is None
            why = f"no unit takes {stream}" if idle else f"nothing flows in {stream}"
            yield f"{why}: its freight has no effect"
