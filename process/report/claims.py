"""What `didymium claims` prints, and its document: public claims, what is computed beside them, and the verdicts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..data import sources
from .figures import NONE, number, percent
from .tables import row, sentences, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..data import Claim
    from ..data.cost_claims import CostClaim
    from ..studies.capacity_claims import CapacityFinding
    from ..studies.claims import Finding
    from ..studies.claims_run import Claims, Lost
    from ..studies.cost_claims import CostFinding


def figure(value: float, unit: str) -> str:
    """A value in the unit of a claim: a fraction as a percentage, the others to three digits.

    >>> figure(0.37, "1"), figure(1250.0, "million USD"), figure(2.5, "times"), figure(float("inf"), "years")
    ('37.0 %', '1,250', '2.50', 'never')
    """
    if math.isinf(value):
        return "never" if unit == "years" else NONE
    if math.isnan(value):
        return NONE
    if unit == "1":
        return percent(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def stated(claim: CostClaim) -> str:
    """What a claim says, with its unit.

    >>> from didymium.data.cost_claims import cost_claims
    >>> [stated(cost_claims()[key]) for key in ("china_below", "compliant_line", "gross_margin")]
    ['22.0 % to 35.0 %', 'more than 300 million USD', 'less than 800 USD/t']
    """
    unit = "" if claim.unit == "1" else f" {claim.unit}"
    if claim.relation == "above":
        return f"more than {figure(claim.low, claim.unit)}{unit}"
    if claim.relation == "below":
        return f"less than {figure(claim.high, claim.unit)}{unit}"
    bounds = dict.fromkeys((claim.low, claim.high))
    return " to ".join(figure(one, claim.unit) for one in bounds) + unit


def page(found: Claims) -> list[RenderableType]:
    """All claims: on cost with bands and verdicts, on capacity, on recovery, wastes and energy; what was not solved."""
    told = [_lost(found.lost)] if found.lost else []
    held = [_capacity(found.capacity), _verdicts(found.capacity)] if found.capacity else []
    return [_costs(found.costs, found.samples), _verdicts(found.costs), *told, *held, _others(found.others)]


def _lost(found: Sequence[Lost]) -> Table:
    """Samples without a solution, which no band holds: how many of each plant, and the first of each."""
    counts = Counter(one.plant for one in found)
    first = {one.plant: one for one in reversed(found)}
    return sentences(
        (
            "not solved",
            plant,
            f"{count:,} sample{'s' if count > 1 else ''}, left out of the bands; sample {first[plant].index}: "
            f"{first[plant].reason}" + (f" ({first[plant].unit})" if first[plant].unit else ""),
        )
        for plant, count in counts.items()
    )


def _costs(found: Sequence[CostFinding], samples: int) -> Table:
    made = table(
        "Claims on cost",
        ["claim", "counted as", "plants"],
        ["stated", "as written", "median", "90 % band", "true in", "verdict"],
        "as written: at the files' own numbers, which need not lie in the middle; band: 5th to 95th percentile of "
        f"{samples:,} samples of every number with a range, plants in pairs; a single figure is true within 10 %",
    )
    for one in found:
        claim = one.claim
        if not one.measures:
            row(made, claim.title, NONE, NONE, stated(claim), NONE, NONE, NONE, NONE, one.verdict)
        for i, measure in enumerate(one.measures):
            band = f"{figure(measure.low, claim.unit)} to {figure(measure.high, claim.unit)}"
            row(
                made,
                claim.title if i == 0 else "",
                measure.what,
                measure.plants,
                stated(claim) if i == 0 else "",
                figure(measure.value, claim.unit),
                figure(measure.median, claim.unit),
                band,
                percent(measure.holds, 0),
                measure.verdict,
                section=i == len(one.measures) - 1,
            )
    return made


def band(low: float, high: float, unit: str) -> str:
    """A range in the unit of a claim, a dash where there is none.

    >>> band(0.0, 600.0, "t/year"), band(float("nan"), float("nan"), "1")
    ('0 to 600', '–')
    """
    return NONE if math.isnan(low) else f"{figure(low, unit)} to {figure(high, unit)}"


def _capacity(found: Sequence[CapacityFinding]) -> Table:
    made = table(
        "Claims on capacity and demand",
        ["claim", "counted as", "scenario"],
        ["stated", "computed", "range", "verdict"],
        "computed: as the scenarios are written; range: all their ranges at one end, or plants late and in time; a "
        "single figure is supported within 10 %",
    )
    for one in found:
        claim = one.claim
        if not one.readings:
            row(made, claim.title, NONE, NONE, stated(claim), NONE, NONE, one.verdict)
        for i, reading in enumerate(one.readings):
            row(
                made,
                claim.title if i == 0 else "",
                reading.what,
                reading.scenario or NONE,
                stated(claim) if i == 0 else "",
                figure(reading.value, claim.unit),
                band(reading.low, reading.high, claim.unit),
                reading.verdict,
                section=i == len(one.readings) - 1,
            )
    return made


def _verdicts(found: Sequence[CostFinding] | Sequence[CapacityFinding]) -> Table:
    return sentences((one.claim.title, one.verdict, one.reason) for one in found)


def _others(found: Sequence[Finding]) -> Table:
    made = table(
        "Claims on recovery, wastes and energy",
        ["claim"],
        ["stated", "computed", "verdict"],
        "computed: least and largest of the plants that bear on it; docs/effluents.md has each",
    )
    for one in found:
        claim: Claim = one.claim
        unit = "" if claim.unit == "1" else f" {claim.unit}"
        ends = dict.fromkeys(figure(value, claim.unit) for value in (one.low, one.high))
        row(made, claim.title, figure(claim.stated, claim.unit) + unit, " to ".join(ends), one.verdict)
    return made


def body(found: Claims) -> dict[str, Any]:
    """The claims as plain data; docs/json.md says what each key means."""
    return {
        "samples": found.samples,
        "failures": [
            {
                "plant": one.plant,
                "sample": one.index,
                "unit": one.unit or None,
                "reason": one.reason,
                "inputs": {path: number(value) for path, value in one.inputs.items()},
            }
            for one in found.lost
        ],
        "cost": [
            {
                **_claim(one.claim),
                "relation": one.claim.relation,
                "stated_low": _bound(one.claim.low),
                "stated_high": _bound(one.claim.high),
                "verdict": one.verdict,
                "reason": one.reason,
                "measures": [
                    {
                        "plants": measure.plants.split(" / "),
                        "counted_as": measure.what,
                        "value": _bound(measure.value),
                        "p05": _bound(measure.low),
                        "p50": _bound(measure.median),
                        "p95": _bound(measure.high),
                        "true_share": number(measure.holds),
                        "samples": measure.samples,
                        "verdict": measure.verdict,
                        "reason": measure.reason,
                    }
                    for measure in one.measures
                ],
            }
            for one in found.costs
        ],
        "capacity": [
            {
                **_claim(one.claim),
                "relation": one.claim.relation,
                "stated_low": _bound(one.claim.low),
                "stated_high": _bound(one.claim.high),
                "verdict": one.verdict,
                "reason": one.reason,
                "readings": [
                    {
                        "scenario": reading.scenario or None,
                        "counted_as": reading.what,
                        "value": _bound(reading.value),
                        "low": _bound(reading.low),
                        "high": _bound(reading.high),
                        "verdict": reading.verdict,
                        "reason": reading.reason,
                    }
                    for reading in one.readings
                ],
            }
            for one in found.capacity
        ],
        "other": [
            {
                **_claim(one.claim),
                "stated": number(one.claim.stated),
                "verdict": one.verdict,
                "reason": one.claim.comment,
                "computed": [
                    {"plants": each.plant.split(" / "), "counted_as": each.what, "value": number(each.value)}
                    for each in one.computed
                ],
            }
            for one in found.others
        ],
    }


def _claim(claim: Claim | CostClaim) -> dict[str, Any]:
    return {
        "claim": claim.key,
        "title": claim.title,
        "unit": "fraction" if claim.unit == "1" else claim.unit,
        "comment": claim.comment,
        "source": claim.source,
        "source_title": sources()[claim.source].title,
    }


def _bound(value: float) -> float | None:
    return number(value) if math.isfinite(value) else None
