"""The linear program of a chain: levels of every activity by year that leave the least demand unmet.

Columns: the level of each activity in each year (t/year), what of each demand is unmet, what of each pool is left
over. Rows: each pool takes no more than it gets, each bound holds, each demand is served or unmet. Solved by HiGHS
(scipy).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from ..scenario import Objective
from .system import Array, Pool, System

THOUSAND = 1_000.0
"""How many times the dearest chain a t of unmet demand weighs, so that cost only breaks ties."""


class Infeasible(Exception):
    """No levels satisfy all rows; `conflict` says which cannot hold together."""

    def __init__(self, conflict: tuple[str, ...]) -> None:
        super().__init__("these cannot hold together: " + "; ".join(conflict))
        self.conflict = conflict


class SolverError(Exception):
    """The solver ended without an optimum that can be proved."""


@dataclass(frozen=True)
class Levels:
    """The optimum: levels by activity and year, and what another tonne would be worth.

    `pool_price`, `bound_price`, `need_price` say by how much the objective falls per t more of the good in the pool,
    per unit more of the bound, per t less of the demand; divided by `unmet_cost` they are t of unmet demand. `surplus`
    is what of each pool nobody takes. Shapes (activities, years), (pools, years), (bounds, years), (needs, years).
    """

    system: System
    pools: tuple[Pool, ...]
    levels: Array
    unmet: Array
    surplus: Array
    pool_price: Array
    bound_price: Array
    need_price: Array
    objective: float
    unmet_cost: float
    gap: float


def solve(system: System, objective: Objective = "unmet", *, unmet_cost: float | None = None) -> Levels:
    """The levels that serve an objective best. Raises `Infeasible` and `SolverError`."""
    years, n = len(system.years), len(system.activities)
    pools = system.pools()
    place = {pool: i for i, pool in enumerate(pools)}
    span = np.arange(years)
    rows: list[Array] = []
    cols: list[Array] = []
    vals: list[Array] = []

    def put(row: Array, col: Array, value: float | Array) -> None:
        rows.append(row)
        cols.append(col)
        vals.append(np.broadcast_to(np.asarray(value, dtype=float), row.shape))

    cost = np.zeros((n, years))
    lower = np.zeros((n, years))
    upper = np.full((n, years), np.inf)
    served: list[tuple[int, int, float]] = []
    for i, activity in enumerate(system.activities):
        at = i * years + span
        for pool, amount in activity.takes.items():
            put(place[pool] * years + span, at, amount)
        for output in activity.makes:
            last = years - output.lag
            if last > 0:
                put(place[output.pool] * years + span[output.lag :], at[:last], -output.amount)
        cost[i] = activity.cost
        if activity.most is not None:
            upper[i] = np.where(np.isnan(activity.most), np.inf, activity.most)
        if activity.least is not None:
            lower[i] = np.where(np.isnan(activity.least), 0.0, activity.least)
        served += [(i, need, amount) for need, amount in activity.serves.items()]
    right = np.zeros(len(pools) * years)
    for given in system.givens:
        right[place[given.pool] * years + span] += given.tonnes
    base = len(pools) * years
    extra: list[Array] = []
    signs: list[tuple[int, float]] = []
    for b, bound in enumerate(system.bounds):
        for sign, limit in ((1.0, bound.most), (-1.0, bound.least)):
            if np.isnan(limit).all():
                continue
            row = base + span
            for i, weight in bound.of:
                put(row, i * years + span, sign * np.asarray(weight, dtype=float) * np.ones(years))
            for i, weight, back in bound.back:
                if back < years:
                    put(row[back:], i * years + span[: years - back], sign * weight)
            extra.append(np.where(np.isnan(limit), 1e30, sign * limit))
            signs.append((b, sign))
            base += years
    tons = np.array([need.tonnes for need in system.needs]).reshape(len(system.needs), years)
    weight = np.array([need.weight for need in system.needs])
    if unmet_cost is None:
        unmet_cost = THOUSAND * max(1.0, float(cost.max(initial=0.0)))
    if objective == "magnets":
        for i, activity in enumerate(system.activities):
            if activity.stage == "magnet":
                cost[i] -= unmet_cost
        charge = np.zeros(len(weight))
    elif objective == "cost":
        charge = np.array([system.goods[need.good].value for need in system.needs])
    else:
        charge = unmet_cost * weight
    columns = (n + len(system.needs)) * years
    table = coo_array(
        (
            np.concatenate(vals or [np.zeros(0)]),
            (np.concatenate(rows or [np.zeros(0, int)]), np.concatenate(cols or [np.zeros(0, int)])),
        ),
        shape=(base, columns),
    ).tocsr()
    equal_rows, equal_cols, equal_vals = [], [], []
    for i, need, amount in served:
        equal_rows.append(need * years + span)
        equal_cols.append(i * years + span)
        equal_vals.append(np.full(years, amount))
    for need in range(len(system.needs)):
        equal_rows.append(need * years + span)
        equal_cols.append((n + need) * years + span)
        equal_vals.append(np.ones(years))
    must = np.array([need.must for need in system.needs], dtype=bool)
    most_unmet = np.where(must[:, None], 0.0, np.inf) * np.ones((len(must), years))
    equal = coo_array(
        (
            np.concatenate(equal_vals or [np.zeros(0)]),
            (np.concatenate(equal_rows or [np.zeros(0, int)]), np.concatenate(equal_cols or [np.zeros(0, int)])),
        ),
        shape=(len(system.needs) * years, columns),
    ).tocsr()
    scale = 1.0 / unmet_cost
    prices = np.concatenate([cost.ravel(), np.repeat(charge, years)]) * scale
    limits = np.concatenate([right, *extra])
    result = linprog(
        prices,
        A_ub=table,
        b_ub=limits,
        A_eq=equal if equal.shape[0] else None,
        b_eq=tons.ravel() if equal.shape[0] else None,
        bounds=np.column_stack(
            [
                np.concatenate([lower.ravel(), np.zeros(most_unmet.size)]),
                np.concatenate([upper.ravel(), most_unmet.ravel()]),
            ]
        ),
        method="highs",
    )
    if result.status == 2:
        raise Infeasible(("no levels satisfy all rows",))
    if result.status != 0:
        raise SolverError(f"the linear program ended without an optimum: {result.message}")
    found = np.maximum(result.x, 0.0)
    dual = -result.ineqlin.marginals * unmet_cost
    bound_price = np.zeros((len(system.bounds), years))
    first = len(pools)
    for k, (b, _) in enumerate(signs):
        bound_price[b] += dual[(first + k) * years : (first + k + 1) * years]
    levels = found[: n * years].reshape(n, years)
    left = right - table[: len(right)] @ found
    need_price = result.eqlin.marginals.reshape(-1, years) * unmet_cost if equal.shape[0] else np.zeros((0, years))
    return Levels(
        system=system,
        pools=pools,
        levels=levels,
        unmet=found[n * years :].reshape(len(system.needs), years),
        surplus=np.maximum(left, 0.0).reshape(len(pools), years),
        pool_price=dual[: len(right)].reshape(len(pools), years),
        bound_price=bound_price,
        need_price=need_price,
        objective=float(result.fun) * unmet_cost,
        unmet_cost=unmet_cost,
        gap=0.0,
    )
