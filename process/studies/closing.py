"""The cheapest ways to close the gap of a scenario, and what each of its stages is short by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..data import cost_rates
from ..economics.capital import recovery_factor
from ..scenario import Scenario
from ..supply.chain import build
from ..supply.closing import Chain, Closing, Progress, close
from ..supply.offers import levered, lifted, without_rules
from ..supply.program import Levels, solve
from ..supply.shortfall import Shortfalls
from ..supply.shortfall import shortfalls as _shortfalls

if TYPE_CHECKING:
    from ..supply.builder import Tables

MOST_SOLVES = 40
"""Linear programs that one search may take."""


def charge() -> float:
    """The share of capital that each year bears, at the usual discount rate and life of a plant.

    >>> round(charge(), 4)
    0.1175
    """
    rates = cost_rates()
    return recovery_factor(rates["discount_rate"].value, rates["life"].value)


def ways(
    scenario: Scenario,
    tables: Tables,
    count: int = 3,
    *,
    base: Levels | None = None,
    most_solves: int = MOST_SOLVES,
    progress: Progress | None = None,
) -> Closing:
    """The `count` cheapest ways to close the gap of the focus with the scenario's levers.

    `base` is the scenario solved for the least unmet demand, where that is at hand. Rules that may be lifted are tried
    one by one and all together. Raises what `program.solve` raises.
    """
    plain = base if base is not None else solve(build(scenario, tables))
    options, notes = levered(scenario, tables, charge())
    chains = [Chain(plain, options)]
    names = lifted(scenario)
    for off in dict.fromkeys([*((name,) for name in names), *((names,) if names else ())]):
        chains.append(Chain(plain, levered(without_rules(scenario, off), tables, charge())[0], off))
    return close(tuple(chains), scenario.focus, count, most_solves=most_solves, progress=progress, notes=tuple(notes))


def shortfalls(scenario: Scenario, tables: Tables, *, base: Levels | None = None) -> Shortfalls:
    """What each stage is short by in each year, in t of the item, were every stage free to grow at its cost.

    New stages stand in the regions of focus, new mines where there are mines of the same ore. Raises what
    `program.solve` raises.
    """
    plain = base if base is not None else solve(build(scenario, tables))
    options, notes = levered(scenario, tables, charge(), free=True)
    return _shortfalls(plain, options, scenario.focus, tuple(notes))
