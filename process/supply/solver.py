"""An optimum of a linear program, part by part, by HiGHS (through scipy); levels and prices in double precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, diags_array, vstack
from scipy.sparse.linalg import lsmr

from .certificate import KILOGRAM, PRIMAL, Certificate, certify, excess
from .matrix import Integers, Program
from .parts import fixed, parts, useful
from .system import Array

LARGE = 8_000
"""Columns from which an interior point with a walk to a corner is faster than the dual simplex."""
TIGHT = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
IPM = {**TIGHT, "ipm_optimality_tolerance": 1e-10}
TRIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("highs-ds", TIGHT),
    ("highs-ipm", IPM),
    ("highs-ds", {}),
    ("highs-ipm", {}),
)
ROUNDS = 3
"""How often levels are mended on their active rows."""


class SolverError(Exception):
    """The solver ended without an optimum that can be proved."""


class NoLevels(Exception):
    """No levels satisfy all rows; `parts` holds the rows and columns of each part that has none."""

    def __init__(self, parts: tuple[tuple[Integers, Integers], ...]) -> None:
        super().__init__("no levels satisfy all rows")
        self.parts = parts


@dataclass(frozen=True)
class Optimum:
    """Levels of all columns (columns,), prices of all rows ∂objective/∂limit (rows,), and their proof."""

    levels: Array
    prices: Array
    certificate: Certificate


def optimum(program: Program, *, apart: bool = True) -> Optimum:
    """The levels of least cost and the prices that prove them; raises `NoLevels` and `SolverError`.

    `apart` False solves the whole at once, with nothing left out: for comparison.
    """
    rows, columns = useful(program)
    if not apart:
        rows, columns = np.ones_like(rows), np.ones_like(columns)
    still = fixed(program)
    levels = np.where(still, program.low, 0.0)
    prices = np.zeros(len(program.least))
    drawn = program.table @ levels
    table = program.table.tocsr()
    impossible = []
    pieces = parts(program, rows, columns) if apart else iter([(np.flatnonzero(rows), np.flatnonzero(columns))])
    for of_rows, of_columns in pieces:
        inner = table[of_rows][:, of_columns]
        free = ~still[of_columns]
        inner, moving = inner[:, np.flatnonzero(free)], of_columns[free]
        least, most = program.least[of_rows] - drawn[of_rows], program.most[of_rows] - drawn[of_rows]
        answer = _part(program.cost[moving], inner, least, most, program.low[moving], program.high[moving])
        if answer is None:
            impossible.append((of_rows, of_columns))
            continue
        levels[moving], prices[of_rows] = answer
    if impossible:
        raise NoLevels(tuple(impossible))
    proof = certify(program, levels, prices)
    for _ in range(ROUNDS):
        if proof.primal <= PRIMAL:
            break
        mended = mend(program, levels)
        better = certify(program, mended, prices)
        if better.primal >= proof.primal:
            break
        levels, proof = mended, better
    return Optimum(levels, prices, proof)


def _part(
    cost: Array, table: csr_array, least: Array, most: Array, low: Array, high: Array
) -> tuple[Array, Array] | None:
    """Levels and prices of one part, or None where no levels satisfy its rows."""
    if not len(cost):
        slip = np.maximum(np.maximum(least, -most), 0.0)
        return None if bool(np.any(slip > PRIMAL)) else (np.zeros(0), np.zeros(len(least)))
    equal = np.flatnonzero(least == most)
    above = np.flatnonzero((least != most) & np.isfinite(most))
    below = np.flatnonzero((least != most) & np.isfinite(least))
    unequal = vstack([table[above], -table[below]], format="csr") if len(above) + len(below) else None
    limits = np.concatenate([most[above], -least[below]])
    first = 0 if len(cost) < LARGE else 1
    message = ""
    for method, options in (*TRIES[first:], *TRIES[:first]):
        result = linprog(
            cost,
            A_ub=unequal,
            b_ub=limits if unequal is not None else None,
            A_eq=table[equal] if len(equal) else None,
            b_eq=most[equal] if len(equal) else None,
            bounds=np.column_stack([low, high]),
            method=method,
            options=options,
        )
        if result.status == 2:
            return None
        if result.status == 3:
            raise SolverError("the objective has no end: some activity makes what is asked for and has no limit")
        if result.status == 0:
            break
        message = result.message
    else:
        raise SolverError(f"the linear program ended without an optimum: {message}")
    prices = np.zeros(table.shape[0])
    if len(equal):
        prices[equal] = result.eqlin.marginals
    if unequal is not None:
        prices[above] += np.minimum(result.ineqlin.marginals[: len(above)], 0.0)
        prices[below] -= np.minimum(result.ineqlin.marginals[len(above) :], 0.0)
    return np.clip(result.x, low, high), prices


def mend(program: Program, levels: Array) -> Array:
    """Levels moved by as little as it takes, each in its own size, so that the rows in use hold to rounding.

    Only what lies between its limits moves (a level at a limit of the optimum stays there). Rows count that are over
    a limit or within a thousandth of a kg of one.
    """
    over, through = excess(program, levels)
    used = program.table @ levels
    rows = np.flatnonzero(
        (over > 0.0)
        | (np.abs(used - program.most) <= KILOGRAM * 1e-3)
        | (np.abs(used - program.least) <= KILOGRAM * 1e-3)
    )
    inner = np.flatnonzero((levels > program.low) & (levels < program.high))
    if not len(rows) or not len(inner):
        return levels
    target = np.where(np.abs(used - program.most) <= np.abs(used - program.least), program.most, program.least)[rows]
    weight = diags_array(1.0 / through[rows])
    size = diags_array(levels[inner])
    table = weight @ program.table[rows][:, inner] @ size
    miss = (target - used[rows]) / through[rows]
    step = lsmr(table, miss, atol=1e-15, btol=1e-15, conlim=0.0, maxiter=2_000)[0]
    out = levels.copy()
    out[inner] += levels[inner] * step
    return np.clip(out, program.low, program.high)
