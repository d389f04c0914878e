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
from ..wording import listed
from .matrix import Integers, Linear, Program
from .parts import fixed, parts, useful
from .solver import attempt
from .starved import reason
from .system import Activity, Array, System

SLIGHT = 1e-7
"""Share of its own limit that a row may be broken by and still count as held."""


@dataclass(frozen=True)
class Clash:
    """One row that takes part in a conflict: of what, by index in the system's tables, in which year (index), t/year.

    `side` says which way it limits: `must` (a demand to be met in full), `asked` (no more than is asked for can be
    delivered), `most` or `least`. `rules` names the trade rules that it comes from.
    """

    of: Literal["need", "bound", "activity"]
    index: int
    year: int
    side: Literal["must", "asked", "most", "least"]
    limit: float
    words: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Soft:
    """A limit that may be broken: weights of columns in each row of `rows`, times x, ≥ `limits`.

    A rule that shuts several ways in a year is one limit with a row for each.
    """

    rows: csr_array
    clash: Clash
    limits: Array


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
        shut: dict[tuple[tuple[str, ...], int], list[int]] = {}
        for i in np.flatnonzero(~pools & ~plain):
            self._row(int(rows[i]), table[[int(i)]])
        for j in np.flatnonzero(~unmet):
            column = int(columns[j])
            low, high = float(program.low[column]), float(program.high[column])
            one = csr_array(coo_array((np.ones(1), ([0], [int(j)])), shape=(1, self.width)))
            activity, year = self._activity(column)
            if low > 0.0:
                self._column(column, "least", low, one)
            laws = tuple(name for name, years in activity.shut.items() if years[year])
            if high == 0.0 and laws:
                shut.setdefault((laws, year), []).append(int(j))
            elif high == 0.0 and activity.kind == "trade":
                # what no named rule shuts is no way at all in that year
                self.high[j] = 0.0
            elif np.isfinite(high):
                self._column(column, "most", high, one)
        for (laws, year), at in shut.items():
            self._shut(laws, year, at, columns)

    def _activity(self, column: int) -> tuple[Activity, int]:
        index, year = divmod(column, self.program.years)
        return self.program.system.activities[index], year

    def _shut(self, laws: tuple[str, ...], year: int, at: list[int], columns: Integers) -> None:
        """The ways and deliveries that the same rules shut in a year."""
        system = self.program.system
        shut = [self._activity(int(columns[j]))[0] for j in at]
        routes = {_route(one) for one in shut if one.kind == "trade"}
        other = {
            _route(one)
            for one in (self._activity(int(column))[0] for column in columns if column < self.program.activity_columns)
            if one.kind == "trade" and (one.most is None or one.most[year] != 0.0)
        }
        said = []
        for origin, to in sorted({route[1:] for route in routes}):
            mine = [route for route in routes if route[1:] == (origin, to)]
            goods = listed(sorted(words(route[0]) for route in mine))
            but = " but under it" if all(route in other for route in mine) else ""
            said.append(f"no {goods} goes from {origin} to {to}{but}")
        used = dict.fromkeys(need for one in shut for need in one.serves)
        said += [f"{system.needs[i].use} of {system.needs[i].region} takes clean goods alone" for i in used]
        told = f"{_named(laws)} in {system.years[year]}: {'; '.join(said)}"
        count = len(at)
        rows = csr_array(coo_array((-np.ones(count), (np.arange(count), at)), shape=(count, self.width)))
        index = int(columns[at[0]]) // self.program.years
        self.soft.append(_Soft(rows, Clash("activity", index, year, "most", 0.0, told, laws), np.zeros(count)))

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
            self.soft += [_Soft(weights, must, np.array([limit])), _Soft(-weights, asked, np.array([-limit]))]
            return
        index, year = divmod(row - program.bound_rows.start, program.years)
        bound = program.system.bounds[index]
        name = bound.name if not bound.rules else f"{_named(bound.rules)}{_after(bound.name, bound.rules)}"
        told = f"{name} in {program.system.years[year]}"
        least, most = float(program.least[row]), float(program.most[row])
        if np.isfinite(least):
            said = f"{told}: at least {least:,.6g} t" if least else told
            clash = Clash("bound", index, year, "least", least, said, bound.rules)
            self.soft.append(_Soft(weights, clash, np.array([least])))
        if np.isfinite(most):
            none = "nothing beyond it" if _mixed(weights) else "nothing"
            said = f"{told}: at most {most:,.6g} t" if most else f"{told}: {none}"
            clash = Clash("bound", index, year, "most", most, said, bound.rules)
            self.soft.append(_Soft(-weights, clash, np.array([-most])))

    def _column(self, column: int, side: Literal["most", "least"], limit: float, one: csr_array) -> None:
        index, year = divmod(column, self.program.years)
        told = f"{plain(self.program.system, index)} in {self.program.system.years[year]}"
        said = f"{told}: at {side} {limit:,.6g} t" if limit else f"{told}: nothing"
        sign = 1.0 if side == "least" else -1.0
        clash = Clash("activity", index, year, side, limit, said)
        self.soft.append(_Soft(sign * one, clash, np.array([sign * limit])))

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
        if len(kept) == 1:
            clash = self.soft[kept[0]].clash
            why = reason(self.program.system, clash.of, clash.index, self._attainable(kept[0]), clash.limit)
            return (replace(clash, words=f"{clash.words}; {why}" if why else clash.words),)
        return tuple(self.soft[i].clash for i in kept)

    def _attainable(self, at: int) -> float:
        """The most that a row which cannot hold even alone can reach, t/year."""
        part = self._linear([])
        found = attempt(replace(part, cost=-self.soft[at].rows[[0]].toarray().ravel()))
        return 0.0 if found is None else float((self.soft[at].rows @ found[0])[0])

    def _priced(self) -> list[int]:
        """The rows with a price where breaking any row costs its share of the limit: these cannot hold together.

        The prices are a proof of it (Farkas): weighed by them, the rows add up to something that no levels satisfy.
        Empty where nothing needs breaking.
        """
        if not self.soft:
            return []
        size = np.maximum(np.abs(np.concatenate([one.limits for one in self.soft])), 1.0)
        owner = np.repeat(np.arange(len(self.soft)), [len(one.limits) for one in self.soft])
        extra = len(owner)
        part = self._linear(range(len(self.soft)))
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
            return list(range(len(self.soft)))
        levels, prices = found
        if float(levels[self.width :].sum()) <= SLIGHT:
            return []
        weight = np.abs(prices[start : start + extra]) * size
        return [int(one) for one in np.unique(owner[weight > SLIGHT * weight.max()])]

    def _hold(self, chosen: Sequence[int]) -> bool:
        """Whether levels exist that keep the chosen rows."""
        return attempt(self._linear(chosen)) is not None

    def _linear(self, chosen: Sequence[int]) -> Linear:
        """The firm rows, then the chosen ones, then demand that may stay unmet; nothing to minimise."""
        rows = [self.soft[i] for i in chosen]
        limits = np.concatenate([np.zeros(0), *(one.limits for one in rows)])
        none = np.full(len(self.given), -np.inf)
        return Linear(
            np.zeros(self.width),
            self.low,
            self.high,
            vstack([self.firm, *(one.rows for one in rows), self.equal], format="csr"),
            np.concatenate([none, limits, self.asked]),
            np.concatenate([self.given, np.full(len(limits), np.inf), self.asked]),
        )


def _mixed(weights: csr_array) -> bool:
    """Whether a row sets some levels against others."""
    return bool(np.any(weights.data < 0.0) and np.any(weights.data > 0.0))


def plain(system: System, index: int) -> str:
    """The name of an activity with its goods as people write them: `us cars: motor magnets`."""
    return " ".join(words(one) if one in system.goods else one for one in system.activities[index].name.split(" "))


def _route(way: Activity) -> tuple[str, str, str]:
    """Which good goes from where to where."""
    source, target = next(iter(way.takes)), way.makes[0].pool
    return source.good, source.place.removesuffix(">"), target.place


def _named(laws: tuple[str, ...]) -> str:
    return f"rule {laws[0]}" if len(laws) == 1 else f"rules {listed(laws)}"


def _after(name: str, laws: tuple[str, ...]) -> str:
    """What a row's name says beside its rule."""
    return name.removeprefix(laws[0]) if name.startswith(laws[0]) else f": {name}"
