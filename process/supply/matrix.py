"""The linear program of a chain as sparse arrays: which column and row stands for what, and what each costs.

Columns: the level of each activity in each year, then what of each demand is unmet in each year, then the further
tenths of that where a demand is to be short evenly. Rows: each pool and year takes no more than it gets; each demand
and year is served or unmet; each bound and year holds. Everything runs over the years last, so that (thing, year) is
`thing * years + year`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ..scenario import Objective
from .system import Array, Pool, System

Integers = NDArray[np.int64]

THOUSAND = 1_000.0
"""How many times the dearest activity a t of unmet demand weighs, so that cost only breaks ties."""
HUNDREDTH = 0.01
"""What a t of unmet demand weighs where most magnets are asked for, in t of magnets: it decides between equals."""


TENTHS = 10
"""Into how many parts the unmet part of a demand is cut where it is to be even."""


@dataclass(frozen=True)
class Linear:
    """Least `cost` · x with `least` ≤ `table` x ≤ `most` and `low` ≤ x ≤ `high`; what is not limited is infinite."""

    cost: Array
    low: Array
    high: Array
    table: csr_array
    least: Array
    most: Array


@dataclass(frozen=True)
class Program(Linear):
    """The linear program of a system.

    Columns are activities × years, needs × years, further tenths of needs × years; rows are pools × years, needs ×
    years, bounds × years. `cost` is in units of `unit` USD, so that a t of unmet demand costs about 1. `tenths` says of
    which need each column of unmet demand is.
    """

    system: System
    pools: tuple[Pool, ...]
    unit: float
    unmet_cost: float
    tenths: tuple[int, ...]

    def unmet(self, levels: Array) -> Array:
        """t/year of each need that is unmet at the levels of all columns, shape (needs, years)."""
        out = np.zeros((len(self.system.needs), self.years))
        np.add.at(out, np.array(self.tenths, dtype=np.int64), levels[self.activity_columns :].reshape(-1, self.years))
        return out

    @property
    def years(self) -> int:
        """How many years."""
        return len(self.system.years)

    @property
    def activity_columns(self) -> int:
        """How many columns are levels of activities; those of unmet demand follow."""
        return len(self.system.activities) * self.years

    @property
    def need_rows(self) -> slice:
        """The rows of demand."""
        first = len(self.pools) * self.years
        return slice(first, first + len(self.system.needs) * self.years)

    @property
    def bound_rows(self) -> slice:
        """The rows of bounds."""
        return slice(self.need_rows.stop, self.table.shape[0])


class _Entries:
    """Entries of the table, gathered one (row thing, column thing) at a time and spread over the years at the end."""

    def __init__(self, years: int) -> None:
        self.years = years
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.amounts: list[float] = []
        self.lags: list[int] = []
        self.varying: list[tuple[int, int, Array]] = []

    def put(self, row: int, column: int, amount: float | Array, lag: int = 0) -> None:
        """An amount, of every year alike or by year; one that varies acts in its own year alone."""
        if isinstance(amount, np.ndarray) and amount.ndim:
            assert lag == 0, "an amount by year has no lag"
            self.varying.append((row, column, amount))
            return
        self.rows.append(row)
        self.columns.append(column)
        self.amounts.append(float(amount))
        self.lags.append(lag)

    def table(self, shape: tuple[int, int]) -> csr_array:
        """All entries as a sparse table; those whose lag leads out of the years fall away, equal places add up."""
        span = np.arange(self.years)
        lag = np.array(self.lags, dtype=np.int64)[:, None]
        row = np.array(self.rows, dtype=np.int64)[:, None] * self.years + span + lag
        column = np.array(self.columns, dtype=np.int64)[:, None] * self.years + np.broadcast_to(span, row.shape)
        amount = np.broadcast_to(np.array(self.amounts)[:, None], row.shape)
        inside = np.broadcast_to(span + lag < self.years, row.shape)
        rows, columns, amounts = [row[inside]], [column[inside]], [amount[inside]]
        for at, of, values in self.varying:
            rows.append(at * self.years + span)
            columns.append(of * self.years + span)
            amounts.append(values)
        entries = (np.concatenate(amounts), (np.concatenate(rows), np.concatenate(columns)))
        table = coo_array(entries, shape=shape).tocsr()
        table.sum_duplicates()
        table.eliminate_zeros()
        return table


def _limits(limits: list[Array | None], years: int, without: float) -> Array:
    """Limits by thing and year, `without` where there is none; shape (things, years)."""
    out = np.full((len(limits), years), without)
    for i, limit in enumerate(limits):
        if limit is not None:
            out[i] = np.where(np.isnan(limit), without, limit)
    return out


def charges(system: System, objective: Objective, unmet_cost: float | None) -> tuple[Array, Array, float]:
    """USD per unit of each activity, USD per t unmet of each need, and the USD that a t of unmet demand stands for."""
    cost = np.array([activity.cost for activity in system.activities])
    if unmet_cost is None:
        unmet_cost = THOUSAND * max(1.0, float(cost.max(initial=0.0)))
    weight = np.array([need.weight for need in system.needs])
    if objective == "cost":
        return cost, np.array([system.goods[need.good].value for need in system.needs]), unmet_cost
    if objective == "magnets":
        made = np.zeros(len(cost))
        for i, activity in enumerate(system.activities):
            if activity.kind == "plant" and activity.stage == "magnet":
                made[i] = sum(one.amount for one in activity.makes if system.goods[one.pool.good].form == "magnet")
        return cost - unmet_cost * made, HUNDREDTH * unmet_cost * weight, unmet_cost
    return cost, unmet_cost * weight, unmet_cost


def program(system: System, objective: Objective = "unmet", unmet_cost: float | None = None) -> Program:
    """The linear program of a system under an objective.

    `unmet_cost` is USD per t of unmet demand of weight 1; unless given, a thousand times the dearest activity.
    """
    years, activities, needs = len(system.years), system.activities, system.needs
    pools = system.pools()
    place = {pool: i for i, pool in enumerate(pools)}
    entries = _Entries(years)
    first_need, first_bound = len(pools), len(pools) + len(needs)
    for i, activity in enumerate(activities):
        for pool, amount in activity.takes.items():
            entries.put(place[pool], i, amount)
        for output in activity.makes:
            entries.put(place[output.pool], i, -output.amount, output.lag)
        for need, amount in activity.serves.items():
            entries.put(first_need + need, i, amount)
    even = [i for i, need in enumerate(needs) if need.even > 0.0 and not need.must]
    tenths = [*range(len(needs)), *(i for i in even for _ in range(1, TENTHS))]
    for column, i in enumerate(tenths, start=len(activities)):
        entries.put(first_need + i, column, 1.0)
    for i, bound in enumerate(system.bounds):
        for of, weight in bound.of:
            entries.put(first_bound + i, of, weight)
        for of, weight, back in bound.back:
            entries.put(first_bound + i, of, weight, back)
    given = np.zeros((len(pools), years))
    for one in system.givens:
        given[place[one.pool]] += one.tonnes
    tonnes = _limits([need.tonnes for need in needs], years, 0.0)
    most = [given, tonnes, _limits([bound.most for bound in system.bounds], years, np.inf)]
    least = [np.full_like(given, -np.inf), tonnes, _limits([bound.least for bound in system.bounds], years, -np.inf)]
    unmet = [np.full(years, 0.0 if need.must else np.inf) for need in needs]
    cost, charge, unmet_cost = charges(system, objective, unmet_cost)
    charge = charge[np.array(tenths, dtype=np.int64)]
    for i in even:
        unmet[i] = tonnes[i] / TENTHS
    for at, i in enumerate(tenths[len(needs) :]):
        part = 1 + at % (TENTHS - 1)
        unmet.append(tonnes[i] / TENTHS if part < TENTHS - 1 else np.full(years, np.inf))
        charge[len(needs) + at] *= 1.0 + needs[i].even * part / (TENTHS - 1)
    unit = unmet_cost if objective != "cost" else max(1.0, float(np.abs([*cost, *charge]).max(initial=0.0)))
    rows, columns = (first_bound + len(system.bounds)) * years, (len(activities) + len(tenths)) * years
    return Program(
        system=system,
        pools=pools,
        cost=np.repeat(np.concatenate([cost, charge]) / unit, years),
        low=_limits([*(one.least for one in activities), *(None for _ in tenths)], years, 0.0).ravel(),
        high=_limits(list(chain((one.most for one in activities), unmet)), years, np.inf).ravel(),
        table=entries.table((rows, columns)),
        least=np.concatenate([one.ravel() for one in least]),
        most=np.concatenate([one.ravel() for one in most]),
        unit=unit,
        unmet_cost=unmet_cost,
        tenths=tuple(tenths),
    )
