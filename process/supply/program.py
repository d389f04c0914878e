"""The optimum of a chain: levels of every activity by year that serve an objective best, with prices, proved.

`matrix` lays the program out, `solver` finds levels and prices, `certificate` proves them, `conflict` says in words
what cannot hold together where there are none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scenario import Objective
from .certificate import Certificate, reduced
from .conflict import Clash, conflict
from .matrix import THOUSAND, Program, program
from .solver import NoLevels, Optimum, SolverError, optimum
from .system import Array, Pool, System

__all__ = ["THOUSAND", "Clash", "Infeasible", "Levels", "SolverError", "solve"]


class Infeasible(Exception):
    """No levels satisfy all rows; `conflict` says in words which cannot hold together, `clashes` where they stand."""

    def __init__(self, conflict: tuple[str, ...], clashes: tuple[Clash, ...] = ()) -> None:
        super().__init__("these cannot hold together: " + "; ".join(conflict))
        self.conflict, self.clashes = conflict, clashes


@dataclass(frozen=True)
class Levels:
    """The optimum: levels by activity and year, and what another tonne would be worth, in USD.

    `pool_price`, `bound_price`, `need_price` say by how much the objective falls per t more of the good in the pool,
    per unit more room of the bound, per t less of the demand; `most_price` per unit more of an activity's own most.
    Divided by `unmet_cost` they are t of unmet demand. `surplus` is what of each pool nobody takes. Shapes
    (activities, years), (pools, years), (bounds, years), (needs, years).
    """

    system: System
    pools: tuple[Pool, ...]
    levels: Array
    unmet: Array
    surplus: Array
    pool_price: Array
    bound_price: Array
    need_price: Array
    most_price: Array
    objective: float
    unmet_cost: float
    certificate: Certificate

    @property
    def gap(self) -> float:
        """Relative difference between the objective of the levels and that of the prices."""
        return self.certificate.gap


def solve(
    system: System, objective: Objective = "unmet", *, unmet_cost: float | None = None, threads: int | None = None
) -> Levels:
    """The levels that serve an objective best, proved by their prices.

    `unmet`: least weighted unmet demand; among equals the cheapest. `magnets`: most magnets made, asked for or not,
    then least unmet. `cost`: least cost, unmet demand charged at the value of its good. Raises `Infeasible` with what
    cannot hold together, `SolverError` where no optimum can be proved. `threads` (all cores unless given) share large
    parts; the answer has the same bits for any number.

    >>> from .system import Activity, Good, Need, Output
    >>> here = Pool("oxide:Dy", "us")
    >>> mine = Activity("mine", "source", {}, (Output(here, 1.0),), most=np.array([60.0]))
    >>> sale = Activity("sale", "deliver", {here: 1.0}, (), serves={0: 1.0})
    >>> need = Need("us", "motors", "oxide:Dy", np.array([100.0]))
    >>> goods = {"oxide:Dy": Good("oxide:Dy", "separation", {"Dy": 1.0})}
    >>> found = solve(System((2030,), ("us",), goods, (mine, sale), (), (need,), (), {}))
    >>> found.unmet.tolist(), (found.most_price / found.unmet_cost).tolist()
    ([[40.0]], [[1.0], [0.0]])
    """
    table = program(system, objective, unmet_cost)
    try:
        found = optimum(table, threads=threads)
    except NoLevels as error:
        clashes = conflict(table, error.parts)
        if not clashes:
            raise SolverError("the limits leave no room but for rounding: widen one a little") from None
        raise Infeasible(tuple(one.words for one in clashes), clashes) from None
    if not found.certificate.proved:
        raise SolverError(f"{found.certificate}; worst in {row_name(table, found.certificate.worst_row)}")
    return _levels(table, found)


def row_name(table: Program, row: int) -> str:
    """What a row stands for: `oxide:Dy in us, 2030`."""
    if row < 0:
        return "no row"
    thing, year = divmod(row, table.years)
    pools, needs = table.pools, table.system.needs
    when = table.system.years[year]
    if thing < len(pools):
        return f"{pools[thing]}, {when}"
    if thing < len(pools) + len(needs):
        need = needs[thing - len(pools)]
        return f"demand of {need.region} for {need.use}, {when}"
    return f"{table.system.bounds[thing - len(pools) - len(needs)].name}, {when}"


def _levels(table: Program, found: Optimum) -> Levels:
    years, system = table.years, table.system
    split = table.activity_columns
    first = table.need_rows.start
    prices = found.prices * table.unit
    left = table.most[:first] - (table.table @ found.levels)[:first]
    z = reduced(table, found.prices)[:split]
    return Levels(
        system=system,
        pools=table.pools,
        levels=found.levels[:split].reshape(-1, years),
        unmet=table.unmet(found.levels),
        surplus=np.maximum(left, 0.0).reshape(-1, years),
        pool_price=0.0 - prices[:first].reshape(-1, years),
        bound_price=np.abs(prices[table.bound_rows]).reshape(-1, years),
        need_price=0.0 + prices[table.need_rows].reshape(-1, years),
        most_price=np.where(np.isfinite(table.high[:split]), np.maximum(-z, 0.0), 0.0).reshape(-1, years) * table.unit,
        objective=float(table.cost @ found.levels) * table.unit,
        unmet_cost=table.unmet_cost,
        certificate=found.certificate,
    )
