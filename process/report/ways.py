"""The cheapest ways to close a gap, and what setting rules aside would do, as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..goods import words
from .figures import amount, listed

if TYPE_CHECKING:
    from ..supply.closing import Closing, Use, Way
    from ..supply.system import Array

MILLION = 1e6
NEARLY = 0.999
"""Share of the largest amount from which on a lever counts as there."""


def rounded(value: float) -> str:
    """An amount to three significant digits.

    >>> rounded(12345.6), rounded(0.0), rounded(7.1234)
    ('12,300', '0', '7.12')
    """
    return amount(float(f"{value:.3g}"))


def use_words(use: Use, years: Sequence[int]) -> str:
    """One lever in words: what, where, how much and by when."""
    kind, stage, region, what = use.choice
    by = next(year for year, one in zip(years, use.amounts, strict=True) if one >= NEARLY * use.largest)
    much = rounded(use.largest)
    if kind == "build":
        of = f" ({what.replace('_', ' ')})" if what else ""
        return f"build {much} {use.unit} of {stage.replace('_', ' ')} capacity{of} in {region} by {by}"
    if kind == "recycle":
        return f"collect up to {much} t/year more of old magnets in {region} by {by}"
    if kind == "substitute":
        return f"let {words(what)} serve up to {much} t/year more of the demand of {region} by {by}"
    return f"hold up to {much} t of {words(what)} bought ahead in {region} by {by}"


def way_words(way: Way) -> str:
    """A way as a sentence: what to build and use, what it costs, what stays open."""
    acts = [f"set {listed(list(way.lifted))} aside"] if way.lifted else []
    acts += [use_words(use, way.years) for use in way.uses]
    costs = "at no cost in this model"
    if way.uses:
        dearest = int(np.argmax(way.cost))
        costs = (
            f"capital {rounded(way.capital / MILLION)} million USD, at most {rounded(way.cost[dearest] / MILLION)} "
            f"million USD a year ({way.years[dearest]})"
        )
    return f"{listed(acts)}: {costs}; {left_words(way.years, way.left)}"


def left_words(years: Sequence[int], left: Array) -> str:
    """What stays unmet, by year, in words.

    >>> left_words((2026, 2027), np.array([120.0, 0.0]))
    '120 t in 2026 stay unmet'
    """
    still = [f"{rounded(float(one))} t in {year}" for year, one in zip(years, left, strict=True) if one > 0.0]
    return f"{listed(still)} stay unmet" if still else "nothing stays unmet"


def lift_words(way: Way) -> str:
    """What setting rules of trade aside would leave, and what it would still take to build."""
    head = f"without {listed(list(way.lifted), 'or')}"
    if not way.uses:
        return f"{head} no lever is needed; {left_words(way.years, way.left)}"
    costs = f"capital {rounded(way.capital / MILLION)} million USD, at most {rounded(way.cost.max() / MILLION)}"
    return f"{head} the cheapest way takes {costs} million USD a year; {left_words(way.years, way.left)}"


def sentences(closing: Closing) -> list[str]:
    """The ways in words, the cheapest first, then what setting rules aside would do."""
    return [*(way_words(way) for way in closing.ways), *(lift_words(way) for way in closing.lifts)]
