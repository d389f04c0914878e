"""A large linear program taken apart: what cannot help is left out, what does not touch is solved on its own.

Years fall apart by themselves where no stock, delay or return of old magnets links them; so do elements and regions
where no mixture, shared capacity or trade does.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from .matrix import Integers, Linear

Mask = NDArray[np.bool_]

SMALL = 2_000
"""Columns up to which parts are put together again: a call of the solver costs more than they gain apart."""


def useful(program: Linear) -> tuple[Mask, Mask]:
    """Which rows and columns can matter to the optimum, from what is asked for backwards.

    Asked for are rows that zero levels do not satisfy and levels that have a least or lower the objective. A row that
    matters makes matter what helps it (a pool: what makes into it); a level that matters makes matter the rows it
    draws on. All else is zero at an optimum, and its rows are worth nothing there. A level with no room (least =
    most) moves nothing and is out too; see `fixed`.
    """
    table = program.table.tocoo()
    rows, columns = table.shape
    i, j, amount = table.row, table.col, table.data
    moves = ~fixed(program)
    upper, lower = np.isfinite(program.most), np.isfinite(program.least)
    helps = moves[j] & ((upper[i] & (amount < 0.0)) | (lower[i] & (amount > 0.0)))
    draws = moves[j] & ((upper[i] & (amount > 0.0)) | (lower[i] & (amount < 0.0)))
    settled = program.table @ np.where(fixed(program), program.low, 0.0)
    asked_rows = np.flatnonzero((settled > program.most) | (settled < program.least) | (program.most == program.least))
    asked_columns = np.flatnonzero(moves & ((program.low != 0.0) | (program.cost < 0.0)))
    start = rows + columns
    source = np.concatenate([i[helps], rows + j[draws], np.full(len(asked_rows) + len(asked_columns), start)])
    target = np.concatenate([rows + j[helps], i[draws], asked_rows, rows + asked_columns])
    graph = csr_array((np.ones(len(source), dtype=np.int8), (source, target)), shape=(start + 1, start + 1))
    reached = np.zeros(start + 1, dtype=bool)
    reached[breadth_first_order(graph, start, directed=True, return_predecessors=False)] = True
    return reached[:rows] & (upper | lower), reached[rows:start]


def fixed(program: Linear) -> Mask:
    """Which columns have no room: least = most."""
    return np.asarray(program.low == program.high)


def parts(program: Linear, rows: Mask, columns: Mask, small: int = SMALL) -> Iterator[tuple[Integers, Integers]]:
    """The rows and columns of each independent part, in the order of their first column; tiny ones put together.

    Every row and column that is asked for is in exactly one part. Rows without a column come with the first part.
    """
    kept_rows, kept_columns = np.flatnonzero(rows), np.flatnonzero(columns)
    if not len(kept_rows) + len(kept_columns):
        return
    table = program.table[kept_rows][:, kept_columns].tocoo()
    size = len(kept_rows) + len(kept_columns)
    graph = csr_array((np.ones(table.nnz, dtype=np.int8), (table.row, len(kept_rows) + table.col)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    row_label, column_label = label[: len(kept_rows)], label[len(kept_rows) :]
    sizes = np.bincount(column_label, minlength=count)
    first = np.full(count, -1, dtype=np.int64)
    seen, at = np.unique(column_label, return_index=True)
    first[seen] = at
    batch = np.empty(count, dtype=np.int64)
    number, filled = 0, 0
    for one in np.argsort(first, kind="stable"):
        if filled and filled + sizes[one] > small:
            number, filled = number + 1, 0
        batch[one] = number
        filled += sizes[one]
    row_batch, column_batch = batch[row_label], batch[column_label]
    row_order, column_order = np.argsort(row_batch, kind="stable"), np.argsort(column_batch, kind="stable")
    edges = np.arange(number + 2)
    row_edge = np.searchsorted(row_batch[row_order], edges)
    column_edge = np.searchsorted(column_batch[column_order], edges)
    for k in range(number + 1):
        yield (
            kept_rows[row_order[row_edge[k] : row_edge[k + 1]]],
            kept_columns[column_order[column_edge[k] : column_edge[k + 1]]],
        )
