"""The cheapest ways to close a gap, found by the program: which levers, how much of each, and what stays open.

The best way opens every lever. The next best must do without at least one lever of the first, so each is forbidden in
turn, the cheapest result is the second, and the third is looked for in the same manner among what is left (Lawler,
1972, Management Science 18, 401). Ways with the same kinds of levers and
stages count once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from .levers import Choice, Levered, held
from .program import Levels, SolverError, solve
from .system import Array, System

Progress = Callable[[int, str], None]

DEAREST = 100.0
"""How many times what a t could cost in all years a t of unmet demand weighs: no gap is left to save money."""
WEIGHED = (1.0, 3.0, 0.1)
"""What the weight of unmet demand is multiplied by, one after the other, until an optimum is proved."""
STEPS = 8
"""Steps from ore to magnet, each at most as dear as the dearest there are."""
LEAST_SHARE = 1e-7
"""Levels below this share of the largest demand are what a solver leaves, not an amount."""
MINOR = 1e-4
"""Share of a way's cost below which a lever does not make it another way."""
ALIKE = 1e-5
"""A way that closes a smaller share of the gap is none."""


@dataclass(frozen=True)
class Use:
    """How much of a lever a way takes: `amounts` t/year by year in what `unit` counts, shape (years,).

    `cost` is USD by year, the yearly charge on capital and the running cost of what it builds; `capital` is USD in all.
    """

    choice: Choice
    amounts: Array
    unit: str
    cost: Array
    capital: float
    note: str = ""

    @property
    def largest(self) -> float:
        """The largest amount of a year, t/year."""
        return float(self.amounts.max(initial=0.0))


@dataclass(frozen=True)
class Way:
    """One way to close a gap: levers with amounts, what each year costs and what stays unmet, shape (years,).

    `gap` is what of the focus's demand is unmet without it and `left` with it, t/year; `lifted` are the trade rules
    that it sets aside. `levels` is the whole chain with it.
    """

    years: tuple[int, ...]
    uses: tuple[Use, ...]
    gap: Array
    left: Array
    levels: Levels
    lifted: tuple[str, ...] = ()

    @property
    def cost(self) -> Array:
        """USD by year, shape (years,)."""
        out = np.zeros(len(self.years))
        for use in self.uses:
            out = out + use.cost
        return out

    @property
    def capital(self) -> float:
        """USD of capital in all."""
        return sum((use.capital for use in self.uses), 0.0)

    @property
    def choices(self) -> frozenset[Choice]:
        """Its levers by kind and stage, those aside that bear less than `MINOR` of its cost.

        The same stage built elsewhere is no other way: it costs the same here.
        """
        least = MINOR * float(self.cost.sum())
        return frozenset(use.choice.broad for use in self.uses if float(use.cost.sum()) >= least)

    @property
    def open_years(self) -> tuple[int, ...]:
        """Years in which some of the demand stays unmet."""
        return tuple(year for year, left in zip(self.years, self.left, strict=True) if left > 0.0)

    @property
    def closes(self) -> bool:
        """Whether nothing stays unmet."""
        return not self.open_years


@dataclass(frozen=True)
class Closing:
    """The ways found, cheapest first among those that leave the same; `gap` is what is unmet without any, t/year.

    `solves` counts linear programs; `complete` is False where their number ran out before the last way was certain, or
    where one could not be proved and was left out. `lifts` are the best ways with rules of trade set aside: a rule
    costs nothing in the program, so that they stand beside the others, those that leave least first.
    """

    years: tuple[int, ...]
    gap: Array
    ways: tuple[Way, ...]
    solves: int
    complete: bool
    lifts: tuple[Way, ...] = ()
    notes: tuple[str, ...] = ()


def unmet_of(system: System, unmet: Array, focus: Collection[str]) -> Array:
    """t/year unmet of the focus, what a solver leaves taken as none, shape (years,).

    Demands of magnets and of oxides are added as t of each.
    """
    out = np.zeros(len(system.years))
    for i, need in enumerate(system.needs):
        if need.region in focus:
            out = out + np.where(unmet[i] > _dust(system), unmet[i], 0.0)
    return out


def _dust(system: System) -> float:
    return LEAST_SHARE * max([float(need.tonnes.max(initial=0.0)) for need in system.needs], default=1.0)


@dataclass(frozen=True)
class Chain:
    """A chain with levers beside the same chain without, solved. `lifted` are the rules that both leave out."""

    base: Levels
    levered: Levered
    lifted: tuple[str, ...] = ()


class _Search:
    """The search of one closing: programs solved, ways found."""

    def __init__(self, chains: tuple[Chain, ...], focus: Collection[str], most: int, progress: Progress | None) -> None:
        self.chains, self.focus, self.most, self.progress = chains, focus, most, progress
        plain = chains[0].base
        self.gap = unmet_of(plain.system, plain.unmet, focus)
        self.held = [held(one.levered.system, plain.unmet, focus) for one in chains]
        self.solves = 0
        self.heap: list[tuple[float, float, int, Way, frozenset[Choice]]] = []
        self.seen: set[frozenset[Choice]] = set()
        self.cut = False

    def way(self, chain: int, forbidden: Collection[Choice], only: Collection[Choice] | None = None) -> Way:
        """The best way of a chain without some levers, or with none but some."""
        one = self.chains[chain]
        levered = replace(one.levered, system=self.held[chain])
        system = levered.without(forbidden) if only is None else levered.only(only)
        levels = self.solve(system)
        left = unmet_of(system, levels.unmet, self.focus)
        return Way(system.years, uses(levered, levels), self.gap, left, levels, one.lifted)

    def solve(self, system: System) -> Levels:
        """The optimum of a program, counted; weighed otherwise where it cannot be proved. Raises SolverError."""
        weight = weight_of_unmet(system)
        for weighed in WEIGHED:
            self.solves += 1
            if self.progress is not None:
                self.progress(self.solves, "ways")
            try:
                return solve(system, "unmet", unmet_cost=weighed * weight)
            except SolverError as error:
                failure = error
        raise failure

    def push(self, forbidden: frozenset[Choice]) -> None:
        """Solves a program and keeps what it finds, once for each set of forbidden levers."""
        if forbidden in self.seen:
            return
        if self.solves >= self.most:
            self.cut = True
            return
        self.seen.add(forbidden)
        try:
            way = self.way(0, forbidden)
        except SolverError:
            self.cut = True
            return
        left, cost = float(way.left.sum()), float(way.cost.sum())
        if way.uses and left < float(self.gap.sum()) * (1.0 - ALIKE):
            heapq.heappush(self.heap, (_coarse(left), _coarse(cost), self.solves, way, forbidden))

    def best(self, count: int) -> tuple[Way, ...]:
        """The best ways of the chain as it is with different levers."""
        self.push(frozenset())
        found: list[Way] = []
        known: set[frozenset[Choice]] = set()
        while self.heap and len(found) < count:
            _, _, _, way, forbidden = heapq.heappop(self.heap)
            if way.choices not in known:
                known.add(way.choices)
                found.append(way)
                if len(found) == count:
                    break
            for choice in sorted(way.choices):
                self.push(forbidden | {choice})
        return tuple(found)

    def lifts(self) -> tuple[Way, ...]:
        """The best way of each chain without some rules."""
        out = []
        for chain in range(1, len(self.chains)):
            try:
                out.append(self.way(chain, ()))
            except SolverError:
                self.cut = True
        return tuple(sorted(out, key=lambda way: (_coarse(float(way.left.sum())), float(way.cost.sum()))))


def _coarse(amount: float) -> float:
    """A gap or cost rounded to where two programs can be told apart."""
    return float(f"{amount:.6g}")


def weight_of_unmet(system: System) -> float:
    """USD that a t of unmet demand weighs: many times all that a t could cost at the dearest in all years."""
    costs = sorted((one.cost for one in system.activities), reverse=True)
    return DEAREST * max(1.0, sum(costs[:STEPS])) * (1 + len(system.years))


def uses(levered: Levered, levels: Levels) -> tuple[Use, ...]:
    """The levers that a solution uses, in the order of the options; what has the same choice is one."""
    dust = _dust(levels.system)
    found: dict[Choice, Use] = {}
    for option in levered.options:
        amounts = _sum(levels, option.columns)
        amounts = np.where(amounts > dust, amounts, 0.0)
        if not amounts.any():
            continue
        cost = np.zeros(len(amounts))
        for i in (*option.columns, *option.runs):
            cost = cost + levels.system.activities[i].cost * levels.levels[i]
        capital = option.capital * float(amounts.max())
        one = Use(option.choice, amounts, option.unit, cost, capital, option.note)
        known = found.get(option.choice)
        found[option.choice] = one if known is None else _both(known, one)
    return tuple(found.values())


def _both(one: Use, other: Use) -> Use:
    """Two levers that do the same, together."""
    note = "; ".join(dict.fromkeys(text for text in (one.note, other.note) if text))
    amounts, cost = one.amounts + other.amounts, one.cost + other.cost
    return Use(one.choice, amounts, one.unit, cost, one.capital + other.capital, note)


def _sum(levels: Levels, columns: tuple[int, ...]) -> Array:
    out = np.zeros(len(levels.system.years))
    for i in columns:
        out = out + levels.levels[i]
    return out


def close(
    chains: tuple[Chain, ...],
    focus: Collection[str],
    count: int = 3,
    *,
    most_solves: int = 40,
    progress: Progress | None = None,
    notes: tuple[str, ...] = (),
) -> Closing:
    """The `count` cheapest ways to close the gap of a focus, with different levers; none where there is no gap.

    `chains` holds the chain as it is and, where rules may be lifted, the chain without them, for `Closing.lifts`. A
    way that leaves less of the gap goes before a cheaper one that leaves more. A way that closes nothing is no way.
    """
    search = _Search(chains, focus, most_solves, progress)
    years = chains[0].base.system.years
    if not search.gap.any():
        return Closing(years, search.gap, (), 0, True, (), notes)
    lifts = search.lifts()
    found = search.best(count)
    return Closing(years, search.gap, found, search.solves, not search.cut, lifts, notes)
