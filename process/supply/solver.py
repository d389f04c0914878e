"""An optimum of a linear program, part by part, by HiGHS (through scipy); every answer is proved before it is taken."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, diags_array, vstack
from scipy.sparse.linalg import lsmr

from .certificate import PRIMAL, Certificate, certify, excess
from .matrix import Integers, Linear
from .parts import fixed, parts, useful
from .system import Array

LARGE = 4_000
"""Columns from which the weights of the dual simplex are better guessed (devex) than kept exactly."""
WIDE = 20_000
"""Columns from which an interior point with a walk to a corner is faster than the dual simplex."""


class _Try(NamedTuple):
    """A way of solving: the method, whether rows and columns are scaled first, its options."""

    method: str
    scaled: bool
    options: dict[str, Any]


_TIGHT = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
_INSIDE = {**_TIGHT, "ipm_optimality_tolerance": 1e-10}
SIMPLEX_FIRST = (
    _Try("highs-ds", False, _TIGHT),
    _Try("highs-ds", True, _TIGHT),
    _Try("highs-ipm", True, _INSIDE),
    _Try("highs-ds", True, {}),
)
_GUESSED = {**_TIGHT, "simplex_dual_edge_weight_strategy": "devex"}
INSIDE_FIRST = (
    _Try("highs-ipm", False, _INSIDE),
    _Try("highs-ipm", True, _INSIDE),
    _Try("highs-ds", True, _TIGHT),
    _Try("highs-ds", True, {}),
)
GUESSED_FIRST = (_Try("highs-ds", False, _GUESSED), *INSIDE_FIRST)
SCALINGS = 3
"""Passes of scaling; the sizes hardly move after that."""
FURTHEST = 16
"""The largest power of two of a scale."""
TRACE = 1e-12
"""Entries below this have no say in the scaling: t of an element per t of something else."""

NEAR = 1e-7
"""Share of its throughput that a row may be off its limit and still be in use, before levels are mended."""


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


def optimum(linear: Linear, *, apart: bool = True, threads: int | None = None) -> Optimum:
    """The levels of least cost and the prices that prove them; raises `NoLevels` and `SolverError`.

    Large parts are solved on `threads` threads, unless given as many as there are cores; the answer does not depend
    on it. `apart` False solves the whole at once, with nothing left out: for comparison.
    """
    rows, columns = useful(linear) if apart else (np.ones(len(linear.least), bool), np.ones(len(linear.cost), bool))
    still = fixed(linear)
    levels = np.where(still, linear.low, 0.0)
    prices = np.zeros(len(linear.least))
    drawn = linear.table @ levels
    pieces = list(parts(linear, rows, columns)) if apart else [(np.flatnonzero(rows), np.flatnonzero(columns))]

    def one(piece: tuple[Integers, Integers]) -> tuple[Integers, Integers, Optimum | None]:
        of_rows, of_columns = piece[0], piece[1][~still[piece[1]]]
        part = Linear(
            linear.cost[of_columns],
            linear.low[of_columns],
            linear.high[of_columns],
            linear.table[of_rows][:, of_columns],
            linear.least[of_rows] - drawn[of_rows],
            linear.most[of_rows] - drawn[of_rows],
        )
        return of_rows, of_columns, solve_part(part)

    impossible = []
    for piece, (of_rows, of_columns, answer) in zip(pieces, _each(one, pieces, threads), strict=True):
        if answer is None:
            impossible.append(piece)
        else:
            levels[of_columns], prices[of_rows] = answer.levels, answer.prices
    if impossible:
        raise NoLevels(tuple(impossible))
    return Optimum(levels, prices, certify(linear, levels, prices))


def _each(one: Any, pieces: Sequence[tuple[Integers, Integers]], threads: int | None) -> Any:
    """What `one` makes of each piece, in order; on threads where pieces are large enough to gain."""
    large = sum(len(columns) >= LARGE for _, columns in pieces)
    count = min(large, threads or os.cpu_count() or 1)
    if count < 2:
        return map(one, pieces)
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, pieces))


def solve_part(part: Linear) -> Optimum | None:
    """The optimum of one part, or None where no levels satisfy its rows; the best there is where none is proved."""
    if not len(part.cost):
        certificate = certify(part, np.zeros(0), np.zeros(len(part.least)))
        return Optimum(np.zeros(0), np.zeros(len(part.least)), certificate) if certificate.primal <= PRIMAL else None
    best: Optimum | None = None
    refused, messages = 0, []
    for way in _ways(len(part.cost)):
        status, message, levels, prices = _solve(part, way)
        if status:
            refused += status == 2
            messages.append(message)
            if refused == 2:
                return None
            continue
        found = _mended(part, Optimum(levels, prices, certify(part, levels, prices)))
        if found.certificate.proved:
            return found
        if best is None or found.certificate.worst < best.certificate.worst:
            best = found
    if best is None:
        if refused:
            return None
        if all("nbounded" in message for message in messages):
            raise SolverError("the objective has no end: some activity makes what is asked for and has no limit")
        raise SolverError(f"the linear program ended without an optimum: {messages[-1]}")
    return best


def _ways(columns: int) -> tuple[_Try, ...]:
    """In which order a part of so many columns is tried."""
    if columns < LARGE:
        return SIMPLEX_FIRST
    return GUESSED_FIRST if columns < WIDE else INSIDE_FIRST


def attempt(part: Linear) -> tuple[Array, Array] | None:
    """Levels and prices of a part as the simplex method gives them, without proof; None where there are no levels."""
    message = ""
    for way in SIMPLEX_FIRST:
        status, message, levels, prices = _solve(part, way)
        if status in (0, 2):
            return None if status else (levels, prices)
    raise SolverError(f"the linear program ended without an answer: {message}")


def _solve(part: Linear, way: _Try) -> tuple[int, str, Array, Array]:
    """Status (0 solved, 2 no levels, else failed), message, levels and prices of one attempt."""
    row_size, column_size = sizes(part.table) if way.scaled else (np.ones(len(part.least)), np.ones(len(part.cost)))
    table = diags_array(row_size) @ part.table @ diags_array(column_size) if way.scaled else part.table
    least, most = part.least * row_size, part.most * row_size
    equal = np.flatnonzero(least == most)
    above = np.flatnonzero((least != most) & np.isfinite(most))
    below = np.flatnonzero((least != most) & np.isfinite(least))
    unequal = vstack([table[above], -table[below]], format="csr") if len(above) + len(below) else None
    result = linprog(
        part.cost * column_size,
        A_ub=unequal,
        b_ub=np.concatenate([most[above], -least[below]]) if unequal is not None else None,
        A_eq=table[equal] if len(equal) else None,
        b_eq=most[equal] if len(equal) else None,
        bounds=np.column_stack([part.low / column_size, part.high / column_size]),
        method=way.method,
        options=way.options,
    )
    if result.status:
        return result.status, result.message, np.zeros(0), np.zeros(0)
    prices = np.zeros(len(least))
    if len(equal):
        prices[equal] = result.eqlin.marginals
    if unequal is not None:
        prices[above] += np.minimum(result.ineqlin.marginals[: len(above)], 0.0)
        prices[below] -= np.minimum(result.ineqlin.marginals[len(above) :], 0.0)
    return 0, "", np.clip(result.x * column_size, part.low, part.high), prices * row_size


def sizes(table: csr_array) -> tuple[Array, Array]:
    """Powers of two that rows and columns are multiplied by so that no entry is large or tiny; nothing is rounded.

    Ore moves by 100,000 t and terbium by the kg; the solver's tolerances know one size, and it takes entries under
    1e-9 for nothing. Each pass sets the geometric mean of the largest and smallest entry of every row, then column,
    to about 1.
    """
    every = abs(table).tocoo()
    told = every.data >= TRACE
    at_row, at_column, logs = every.row[told], every.col[told], np.log2(every.data[told])
    row, column = np.zeros(table.shape[0]), np.zeros(table.shape[1])
    for _ in range(SCALINGS):
        row = -_middle(at_row, logs + column[at_column], len(row))
        column = -_middle(at_column, logs + row[at_row], len(column))
    return _power(row), _power(column)


def _power(logs: Array) -> Array:
    return np.asarray(np.exp2(np.clip(np.round(logs), -FURTHEST, FURTHEST)))


def _middle(at: NDArray[Any], logs: Array, count: int) -> Array:
    """Halfway between the largest and the smallest by group, 0 for an empty group; shape (count,)."""
    most, least = np.full(count, -np.inf), np.full(count, np.inf)
    np.maximum.at(most, at, logs)
    np.minimum.at(least, at, logs)
    return np.asarray(0.5 * np.add(most, least, out=np.zeros(count), where=np.isfinite(most)))


def _mended(part: Linear, found: Optimum) -> Optimum:
    """The optimum with its levels mended where rows do not hold to rounding and that makes the proof better."""
    if found.certificate.primal <= PRIMAL:
        return found
    levels = mend(part, found.levels)
    certificate = certify(part, levels, found.prices)
    return (
        replace(found, levels=levels, certificate=certificate) if certificate.worst < found.certificate.worst else found
    )


def mend(part: Linear, levels: Array) -> Array:
    """Levels moved by as little as it takes, each in its own size, so that the rows in use hold to rounding.

    Only what lies between its limits moves (a level at a limit of the optimum stays there). Rows count that are over
    a limit or near one.
    """
    over, through = excess(part, levels)
    used = part.table @ levels
    far_most, far_least = np.abs(used - part.most), np.abs(used - part.least)
    rows = np.flatnonzero((over > 0.0) | (np.minimum(far_most, far_least) <= NEAR * through))
    inner = np.flatnonzero((levels > part.low) & (levels < part.high))
    if not len(rows) or not len(inner):
        return levels
    target = np.where(far_most <= far_least, part.most, part.least)[rows]
    weights = (diags_array(1.0 / through[rows]) @ part.table[rows][:, inner] @ diags_array(levels[inner])).tocsr()
    step = lsmr(weights, (target - used[rows]) / through[rows], atol=1e-15, btol=1e-15, conlim=0.0, maxiter=2_000)[0]
    out = levels.copy()
    out[inner] += levels[inner] * step
    return np.asarray(np.clip(out, part.low, part.high))
