"""Which demands, limits and duties cannot hold together: an irreducible set of rows, in words.

Each row may be broken, which costs its share of the limit; the rows with a price where that is cheapest cannot hold
together (elastic program). Then a deletion filter drops every row without which the rest still cannot hold, many at
once while that goes (Chinneck & Dravnieks, ORSA J. Comput. 3 (1991) 157). What a pool takes and gets is physics and
never up for choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack, vstack

from ..goods import words
from .matrix import Integers, Linear, Program
from .parts import fixed, parts, useful
from .solver import attempt

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
        kept = self._priced()
        if kept and self._hold(kept):
            kept = list(range(len(self.soft)))
        # what is tried first is dropped where it can be: late years before early ones, duties last
        kept.sort(key=lambda i: (-self.soft[i].clash.year, self.soft[i].clash.side == "must"))
        chunk = max(1, len(kept) // 2)
        while kept:
            at = 0
            while at < len(kept):
                fewer = kept[:at] + kept[at + chunk :]
                if self._hold(fewer):
                    at += chunk
                else:
                    kept = fewer
            if chunk == 1:
                break
            chunk //= 2
        return tuple(self.soft[i].clash for i in kept)

    def _priced(self) -> list[int]:
        """The rows with a price where breaking any row costs its share of the limit: these cannot hold together.

        The prices are a proof of it (Farkas): weighed by them, the rows add up to something that no levels satisfy.
        Empty where nothing needs breaking.
        """
        extra = len(self.soft)
        if not extra:
            return []
        size = np.maximum(np.abs([one.limit for one in self.soft]), 1.0)
        part = self._linear(range(extra))
        start = self.firm.shape[0]
        at = (start + np.arange(extra), np.arange(extra))
        slips = csr_array(coo_array((size, at), shape=(part.table.shape[0], extra)))
        found = attempt(
            Linear(
                np.concatenate([part.cost, np.ones(extra)]),
                np.concatenate([part.low, np.zeros(extra)]),
                np.concatenate([part.high, np.full(extra, np.inf)]),
                hstack([part.table, slips], format="csr"),
                part.least,
                part.most,
            )
        )
        if found is None:
            return list(range(extra))
        levels, prices = found
        if float(levels[self.width :].sum()) <= SLIGHT:
            return []
        weight = np.abs(prices[start : start + extra]) * size
        return np.flatnonzero(weight > SLIGHT * weight.max()).tolist()

    def _hold(self, chosen: Sequence[int]) -> bool:
        """Whether levels exist that keep the chosen rows."""
        return attempt(self._linear(chosen)) is not None

    def _linear(self, chosen: Sequence[int]) -> Linear:
        """The firm rows, then the chosen ones, then demand that may stay unmet; nothing to minimise."""
        rows = [self.soft[i] for i in chosen]
        none = np.full(len(self.given), -np.inf)
        return Linear(
            np.zeros(self.width),
            self.low,
            self.high,
            vstack([self.firm, *(one.row for one in rows), self.equal], format="csr"),
            np.concatenate([none, [one.limit for one in rows], self.asked]),
            np.concatenate([self.given, np.full(len(rows), np.inf), self.asked]),
        )


def _mixed(weights: csr_array) -> bool:
    """Whether a row sets some levels against others."""
    return bool(np.any(weights.data < 0.0) and np.any(weights.data > 0.0))
