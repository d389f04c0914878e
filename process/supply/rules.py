"""What a trade rule covers: which regions, goods and years; what part of a year; how much in a quarter."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..goods import GoodError, good_names, matching
from ..scenario import Scenario, TradeRule
from .system import Array

QUARTERS = (1, 2, 3, 4)


def active(scenario: Scenario) -> tuple[TradeRule, ...]:
    """The rules that are switched on and hold in some part of the scenario's years."""
    return tuple(rule for rule in scenario.rules.values() if rule.active and holds(rule, scenario.years).any())


def holds(rule: TradeRule, years: tuple[int, ...]) -> Array:
    """The share of each calendar year in which a rule holds, 0..1, shape (years,).

    >>> from didymium.plan import Position
    >>> rule = TradeRule("duty", "tariff", ("china",), Position("a.yaml", 1, 1), first=2026.25, last=2028.0)
    >>> holds(rule, (2025, 2026, 2027, 2028)).tolist()
    [0.0, 0.75, 1.0, 0.0]
    """
    start = np.array(years, dtype=float)
    share: Array = np.clip(np.minimum(rule.last, start + 1.0) - np.maximum(rule.first, start), 0.0, 1.0)
    return share


def counted(rule: TradeRule, years: tuple[int, ...]) -> Array:
    """The share of each year in which a rule says something of what is shipped, 0..1, shape (years,).

    A quota speaks of the years that it states: the whole of one with a quarter, the share that it holds of the others.
    """
    share = holds(rule, years)
    if rule.kind != "quota":
        return share
    whole = np.array([any((year, q) in rule.limit for q in QUARTERS) for year in years])
    stated = np.array([(year, 0) in rule.limit for year in years])
    return np.where(share > 0.0, np.where(whole, 1.0, np.where(stated, share, 0.0)), 0.0)


def limit(rule: TradeRule, years: tuple[int, ...], quarter: int) -> Array:
    """t that a quota lets pass in a quarter (0: the year) by year, NaN where it states none, shape (years,).

    A quarter counts where its middle lies in the time that the rule holds.
    """
    out = np.full(len(years), np.nan)
    for i, year in enumerate(years):
        middle = year + (0.25 * quarter - 0.125)
        inside = rule.first <= middle < rule.last if quarter else rule.first < year + 1 and year < rule.last
        if inside and (year, quarter) in rule.limit:
            out[i] = rule.limit[(year, quarter)].nominal
    return out


def quarterly(rule: TradeRule) -> bool:
    """Whether a quota states a quarter of any year."""
    return rule.kind == "quota" and any(quarter for _, quarter in rule.limit)


def concerns(rule: TradeRule, origin: str, to: str) -> bool:
    """Whether a rule speaks of what goes from one region to another; an empty list names every region."""
    return origin != to and (not rule.origin or origin in rule.origin) and (not rule.to or to in rule.to)


def closes(rule: TradeRule, to: str) -> bool:
    """Whether a rule lets nothing pass to a region while it holds: a ban, or a licence that others get."""
    if rule.kind == "licence":
        return bool(rule.buyers) and to not in rule.buyers
    return rule.kind == "ban"


def by_use(rule: TradeRule) -> bool:
    """Whether a rule asks what is inside goods: a ban by end use, a limit on content."""
    return rule.kind == "content" or (rule.kind == "ban" and bool(rule.uses))


def covered(rule: TradeRule, goods: Iterable[str], magnets: Iterable[str]) -> frozenset[str]:
    """The goods that a rule covers, of those of a system by name; a rule that names none covers all.

    The mixture of a deposit is meant also where two plants make it differently (`heavy:lynas@kuantan`).
    """
    names = tuple(goods)
    deposits = {name.partition(":")[2].partition("@")[0] for name in names}
    found: set[str] = set() if rule.goods else set(names)
    for text in rule.goods:
        try:
            patterns = good_names(text, tuple(magnets), deposits)
        except GoodError:
            # The reader has refused what nobody knows: this is a deposit that no plant of the scenario works.
            continue
        found.update(matching([*patterns, *(f"{pattern}@*" for pattern in patterns)], names))
    return frozenset(found)
