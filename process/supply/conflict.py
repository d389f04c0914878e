"""Which demands, limits and duties cannot hold together: an irreducible set of rows, in words.

First an elastic filter finds rows that together cannot hold (each may be broken at a price; those that the cheapest
way breaks are made firm, until nothing helps); then a deletion filter drops every row without which the rest still
cannot hold (Chinneck & Dravnieks, ORSA J. Comput. 3 (1991) 157). What a pool takes and gets is physics and never up
for choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, hstack, vstack

from ..goods import words
from .matrix import Integers, Linear, Program
from .parts import fixed, parts, useful
from .solver import solve_part
from .system import Array

SLIGHT = 1e-7
"""Share of its own limit that a row may be broken by and still count as held."""


@dataclass(frozen=True)
class Clash:
    """One row that takes part in a conflict: of what, by index in the system's tables, in which year (index), t/year.

    `side` says which way it limits: `must` (a demand to be met in full), `asked` (no more than is asked for can be
    delivered), `most` or `least`.
    """

    of: Literal["need", "bound", "activity"]
    index: int
    year: int
    side: Literal["must", "asked", "most", "least"]
    limit: float
    words: str


@dataclass(frozen=True)
class _Soft:
    """A limit that may be broken: weights of columns in `row`, times x, ≥ `limit`."""

    row: csr_array
    clash: Clash
    limit: float


def conflict(program: Program, of_parts: Sequence[tuple[Integers, Integers]]) -> tuple[Clash, ...]:
    """An irreducible set of rows that cannot hold together, from parts known to have no levels; by year.

    Empty where all can hold within rounding.
    """
    refused = np.zeros(program.table.shape[0], dtype=bool)
    for of_rows, _ in of_parts:
        refused[of_rows] = True
    levels = np.arange(len(program.cost)) < program.activity_columns
    # a level without room (a plant that is shut) may be what stands in the way: it takes part here
    moving = replace(program, high=np.where(levels & fixed(program), np.inf, program.high))
    for of_rows, of_columns in parts(moving, *useful(moving), small=0):
        if not np.any(refused[of_rows]):
            continue
        found = _Trial(program, of_rows, of_columns).conflict()
        if found:
            return tuple(sorted(found, key=lambda one: (one.year, one.of, one.index, one.side)))
    return ()


class _Trial:
    """One part, its firm rows apart from those that may be broken."""

    def __init__(self, program: Program, rows: Integers, columns: Integers) -> None:
        self.program = program
        table = program.table[rows][:, columns]
        if not len(columns):
            table = csr_array((len(rows), 1))
        self.width = table.shape[1]
        pools = rows < program.need_rows.start
        needs = (rows >= program.need_rows.start) & (rows < program.need_rows.stop)
        must = np.array([need.must for need in program.system.needs], dtype=bool)
        duty = np.zeros(len(rows), dtype=bool)
        duty[needs] = np.repeat(must, program.years)[rows[needs] - program.need_rows.start]
        plain = needs & ~duty
        self.firm, self.given = table[np.flatnonzero(pools)], program.most[rows[pools]]
        self.equal, self.asked = table[np.flatnonzero(plain)], program.most[rows[plain]]
        self.low = np.zeros(self.width)
        self.high = np.full(self.width, np.inf)
        unmet = columns >= program.activity_columns
        self.high[: len(columns)][unmet] = program.high[columns[unmet]]
        self.soft: list[_Soft] = []
        for i in np.flatnonzero(~pools & ~plain):
            self._row(int(rows[i]), table[[int(i)]])
        for j in np.flatnonzero(~unmet):
            column = int(columns[j])
            low, high = float(program.low[column]), float(program.high[column])
            one = csr_array(coo_array((np.ones(1), ([0], [int(j)])), shape=(1, self.width)))
            if low > 0.0:
                self._column(column, "least", low, one)
            if np.isfinite(high):
                self._column(column, "most", high, one)

    def _row(self, row: int, weights: csr_array) -> None:
        program = self.program
        if row < program.need_rows.stop:
            index, year = divmod(row - program.need_rows.start, program.years)
            need, when = program.system.needs[index], program.system.years[year]
            limit = float(program.least[row])
            told = f"demand of {need.region} for {need.use} in {when}"
            must = Clash(
                "need", index, year, "must", limit, f"{told} must be met: {limit:,.6g} t of {words(need.good)}"
            )
            asked = Clash("need", index, year, "asked", limit, f"{told} takes no more than {limit:,.6g} t")
            self.soft += [_Soft(weights, must, limit), _Soft(-weights, asked, -limit)]
            return
        index, year = divmod(row - program.bound_rows.start, program.years)
        told = f"{program.system.bounds[index].name} in {program.system.years[year]}"
        least, most = float(program.least[row]), float(program.most[row])
        if np.isfinite(least):
            said = f"{told}: at least {least:,.6g} t" if least else told
            self.soft.append(_Soft(weights, Clash("bound", index, year, "least", least, said), least))
        if np.isfinite(most):
            none = "nothing beyond it" if _mixed(weights) else "nothing"
            said = f"{told}: at most {most:,.6g} t" if most else f"{told}: {none}"
            self.soft.append(_Soft(-weights, Clash("bound", index, year, "most", most, said), -most))

    def _column(self, column: int, side: Literal["most", "least"], limit: float, one: csr_array) -> None:
        index, year = divmod(column, self.program.years)
        told = f"{self.program.system.activities[index].name} in {self.program.system.years[year]}"
        said = f"{told}: at {side} {limit:,.6g} t" if limit else f"{told}: nothing"
        sign = 1.0 if side == "least" else -1.0
        self.soft.append(_Soft(sign * one, Clash("activity", index, year, side, limit, said), sign * limit))

    def conflict(self) -> tuple[Clash, ...]:
        """An irreducible set of this part; empty where its rows can hold together."""
        firm: list[int] = []
        while True:
            broken = self._broken(firm)
            if broken is None:
                break
            if not len(broken):
                return ()
            firm += broken
        kept = list(firm)
        for one in firm:
            fewer = [other for other in kept if other != one]
            if not self._hold(fewer):
                kept = fewer
        return tuple(self.soft[one].clash for one in kept)

    def _broken(self, firm: Sequence[int]) -> list[int] | None:
        """The rows that the cheapest way breaks while those of `firm` hold; None where not even all others help."""
        held = set(firm)
        loose = [i for i in range(len(self.soft)) if i not in held]
        if not loose:
            return None if not self._hold(firm) else []
        limits = np.array([self.soft[i].limit for i in loose])
        size = np.maximum(np.abs(limits), 1.0)
        rows = vstack([self.soft[i].row for i in loose], format="csr")
        slips = csr_array(coo_array((size, (np.arange(len(loose)), np.arange(len(loose))))))
        extra = len(loose)
        above = hstack([-rows, -slips], format="csr")
        cost = np.concatenate([np.zeros(self.width), np.ones(extra)])
        answer = self._solve(cost, firm, above, -limits, extra)
        if answer is None:
            return None
        slip = answer[self.width :]
        return [loose[k] for k in np.flatnonzero(slip > SLIGHT)]

    def _hold(self, firm: Sequence[int]) -> bool:
        """Whether levels exist that keep all rows of `firm`."""
        none = csr_array((0, self.width))
        return self._solve(np.zeros(self.width), firm, none, np.zeros(0), 0) is not None

    def _solve(self, cost: Array, firm: Sequence[int], above: csr_array, limits: Array, extra: int) -> Array | None:
        """Levels and slips of least cost with the rows of `firm` kept, or None."""

        def wide(table: csr_array) -> csr_array:
            return hstack([table, csr_array((table.shape[0], extra))], format="csr") if extra else table

        kept = [self.soft[i] for i in firm]
        tables = [wide(self.firm), above, *(wide(-one.row) for one in kept)]
        right: NDArray[np.float64] = np.concatenate([self.given, limits, [-one.limit for one in kept]])
        none = np.full(len(right), -np.inf)
        part = Linear(
            cost,
            np.concatenate([self.low, np.zeros(extra)]),
            np.concatenate([self.high, np.full(extra, np.inf)]),
            vstack([*tables, wide(self.equal)], format="csr"),
            np.concatenate([none, self.asked]),
            np.concatenate([right, self.asked]),
        )
        found = solve_part(part)
        return None if found is None else found.levels


def _mixed(weights: csr_array) -> bool:
    """Whether a row sets some levels against others."""
    return bool(np.any(weights.data < 0.0) and np.any(weights.data > 0.0))
