"""Public claims on capacity, demand and shares of regions, each beside what the shipped scenarios give.

A value is computed from a scenario; its range, where there is one, is that of the file's own numbers all at one end:
demand low or high, plants late or in time. A single figure is supported where it lies within 10 % of the value,
contradicted where it lies outside the range by more than 10 %, else undecidable. What is an input of the scenario, or
hangs on one alone, decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..data.capacity_claims import capacity_claims
from ..data.cost_claims import CostClaim
from .capacity_readings import RULES, SCENARIOS
from .cost_claims import NEAR, Verdict

if TYPE_CHECKING:
    from .capacity_readings import Gaps


@dataclass(frozen=True)
class Reading:
    """One way to count a claim, in its unit: `value`, and `low` to `high` where the scenario gives ranges, else NaN."""

    scenario: str
    what: str
    value: float
    low: float
    high: float
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class CapacityFinding:
    """A claim with its readings; the first is the claim to the letter and gives the verdict."""

    claim: CostClaim
    readings: tuple[Reading, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict of the first reading; undecidable where nothing bears on it."""
        return self.readings[0].verdict if self.readings else "undecidable"

    @property
    def reason(self) -> str:
        """Why, and which other ways to count it say otherwise."""
        if not self.readings:
            return "nothing computed bears on it"
        first, *others = self.readings
        apart = [f"{one.verdict} for {one.what}" for one in others if one.verdict != first.verdict]
        return f"{first.what}: {first.reason}" + (f"; but {'; '.join(apart)}" if apart else "")


def evaluate(gaps: Gaps | None = None) -> tuple[CapacityFinding, ...]:
    """Every claim against solved scenarios, by name; the shipped ones are solved where none are given.

    A claim whose scenario is not there has no reading.
    """
    if gaps is None:
        return _shipped()
    return tuple(finding(claim, gaps) for claim in capacity_claims().values())


@cache
def _shipped() -> tuple[CapacityFinding, ...]:
    """Every claim against the shipped scenarios, which do not change while a program runs."""
    from ..files import load_scenario
    from .gap import flowsheets, gap
    from .yield_tables import yield_tables

    scenarios = [load_scenario(name) for name in SCENARIOS]
    tables = yield_tables(dict.fromkeys(name for one in scenarios for name in flowsheets(one)))
    gaps = {one.name: gap(one, tables=tables) for one in scenarios}
    return tuple(finding(claim, gaps) for claim in capacity_claims().values())


def finding(claim: CostClaim, gaps: Gaps) -> CapacityFinding:
    """One claim against the scenarios that are there."""
    readings = []
    for one in RULES[claim.key](gaps):
        if np.isnan(one.value):
            continue
        said, reason = judged(claim, one.value, one.low, one.high)
        if one.rests:
            said, reason = "undecidable", f"{reason}, but {one.rests}"
        readings.append(Reading(one.scenario, one.what, one.value, one.low, one.high, said, reason))
    return CapacityFinding(claim, tuple(readings))


def judged(claim: CostClaim, value: float, low: float, high: float) -> tuple[Verdict, str]:
    """The verdict on a claim from a value and its range (NaN where there is none); and why.

    >>> claim = capacity_claims()["us_demand"]
    >>> judged(claim, 26_000.0, 18_000.0, 36_000.0)
    ('contradicted', '50,000 lies above all of 18,000 to 36,000')
    >>> judged(claim, 26_000.0, 18_000.0, 60_000.0)
    ('undecidable', '50,000 lies within 18,000 to 60,000, but more than 10 % from 26,000')
    >>> judged(claim, 48_000.0, float("nan"), float("nan"))
    ('supported', '50,000 lies within 10 % of 48,000')
    >>> judged(capacity_claims()["europe_share"], 0.06, 0.04, 0.12)
    ('undecidable', '0.06 agrees, but not all of 0.04 to 0.12')
    """
    spread = not np.isnan(low) and low < high
    low, high = (low, high) if spread else (value, value)
    band = f"{_number(low)} to {_number(high)}" if spread else _number(value)
    if claim.relation in ("above", "below"):
        agrees = [claim.low <= one <= claim.high for one in (low, value, high)]
        if all(agrees):
            return "supported", f"{band} agrees"
        if not any(agrees):
            return "contradicted", f"{band} disagrees"
        inside = "agrees" if agrees[1] else "disagrees"
        return "undecidable", f"{_number(value)} {inside}, but not all of {band}"
    stated = claim.low
    if abs(value - stated) <= NEAR * stated:
        return "supported", f"{_number(stated)} lies within 10 % of {_number(value)}"
    if stated * (1.0 + NEAR) < low:
        return "contradicted", f"{_number(stated)} lies below {'all of ' if spread else ''}{band}"
    if stated * (1.0 - NEAR) > high:
        return "contradicted", f"{_number(stated)} lies above {'all of ' if spread else ''}{band}"
    return "undecidable", f"{_number(stated)} lies within {band}, but more than 10 % from {_number(value)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1e3 else f"{value:.3g}"
