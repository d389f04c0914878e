"""What each stage is short by, year for year: the least new capacity, cost for cost, with which all demand is met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .closing import unmet_of, uses, weight_of_unmet
from .levers import Choice, Levered, held
from .program import Levels, solve
from .system import Array
from .values import oxide_factor

PRICED = 1e-9
"""A good whose price is above this share of what a t of unmet demand weighs is short, not left over."""
ALONE = ("oxide", "metal")
"""Forms whose goods are one element or group each; the others count together."""
TOGETHER = {"magnet": "magnets", "alloy": "alloy"}
"""Forms of which all kinds count as one item, in t of mass."""


@dataclass(frozen=True)
class Shortfall:
    """What a stage of a region is short by: t/year of an item by year, shape (years,).

    `item` is an element or group (t of oxide), `magnets` or `alloy` (t of mass), or `REO` (t of oxides in ore, in a
    mixture, or entering a separation that no single oxide asks for). `what` is the deposit or family.
    """

    stage: str
    region: str
    item: str
    tonnes: Array
    what: str = ""


@dataclass(frozen=True)
class Shortfalls:
    """What all stages are short by, and what of the demand no expansion can meet, t/year by year, shape (years,)."""

    years: tuple[int, ...]
    rows: tuple[Shortfall, ...]
    left: Array
    notes: tuple[str, ...] = ()

    def of(self, stage: str, item: str) -> Array:
        """t/year of an item that a stage is short by in all regions of focus, shape (years,)."""
        out = np.zeros(len(self.years))
        for row in self.rows:
            if (row.stage, row.item) == (stage, item):
                out = out + row.tonnes
        return out


def shortfalls(base: Levels, levered: Levered, focus: tuple[str, ...], notes: tuple[str, ...] = ()) -> Shortfalls:
    """What each stage is short by, from a chain in which every stage may grow at its cost in every year.

    Of what a new stage makes together only the goods count that are scarce (their price is above zero): a separation
    built for Dy is not short by the Ce that comes with it. Raises what `program.solve` raises.
    """
    system = held(levered.system, base.unmet, focus)
    years = system.years
    levels = solve(system, "unmet", unmet_cost=weight_of_unmet(system))
    price = {pool: levels.pool_price[i] for i, pool in enumerate(levels.pools)}
    least = PRICED * levels.unmet_cost
    used = {use.choice: use for use in uses(levered, levels)}
    found: dict[tuple[Choice, str], Array] = {}
    for option in levered.options:
        if option.choice not in used:
            continue
        named = False
        for i in option.runs:
            for output in system.activities[i].makes:
                form, _, what = output.pool.good.partition(":")
                item = TOGETHER.get(form, what if form in ALONE else "")
                if not item or output.lag:
                    continue
                scarce = price[output.pool] > least
                factor = oxide_factor(what) if form in ALONE else 1.0
                tonnes = np.where(scarce, levels.levels[i] * output.amount * factor, 0.0)
                if tonnes.any():
                    key = (option.choice, item)
                    found[key] = found.get(key, np.zeros(len(years))) + tonnes
                    named = True
        if not named:
            found[option.choice, "REO"] = used[option.choice].amounts
    dust = np.array([float(need.tonnes.max(initial=0.0)) for need in system.needs]).max(initial=1.0) * 1e-9
    rows = tuple(
        Shortfall(choice.stage, choice.region, item, np.where(tonnes > dust, tonnes, 0.0), choice.what)
        for (choice, item), tonnes in found.items()
        if (tonnes > dust).any()
    )
    return Shortfalls(years, rows, unmet_of(system, levels.unmet, focus), notes)
