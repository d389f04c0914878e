"""Public claims on cost, each beside what solved flowsheets give: a value, a 90 % band and a verdict.

A claim may count several things (refining alone, or from ore to oxide); each is a measure with its own band and
verdict. The first is the claim to the letter and decides; where others disagree, the reason says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..data import exchange_rate
from ..data.cost_claims import CostClaim, cost_claims

Array = NDArray[np.float64]
Verdict = Literal["supported", "contradicted", "undecidable"]
Outputs = Mapping[str, Mapping[str, Array]]
"""By plant and name of output, shape (samples,); NaN where a sample could not be solved."""
Measures = Iterator[tuple[str, str, Array]]
"""Plants, what is counted, and values of shape (samples,)."""

LOW, HIGH = 5.0, 95.0
"""Percentiles of a 90 % band."""
RARE, LIKELY, SURE = 0.05, 0.5, 0.95
"""Shares of samples: below the first a claim is contradicted, from the second on a figure or range is supported, from
the third on a bound."""
NEAR = 0.10
"""How near a sample must come to a single figure for the claim to count as true in it."""
FEWEST = 20
"""Samples below which a band says nothing."""

US, CHINA = "mountain_pass", "baotou"
US_MAGNETS, CHINA_MAGNETS, TEN = "texas_magnets", "ningbo_magnets", "texas_10kt"
ABROAD = ("kuantan", "la_rochelle")
"""Compliant separation elsewhere."""
PLANTS = (US, CHINA, US_MAGNETS, CHINA_MAGNETS, *ABROAD)
"""Shipped flowsheets that the claims are held against; `texas_10kt` is the plant in Texas at 10,000 t a year."""
TEN_TIMES = MappingProxyType(
    {
        "feeds.ndpr_oxide.rate": "5_200 t/year",
        "feeds.dy_oxide.rate": "200 t/year",
        "capacity.magnet.nameplate": "10_000 t/year",
    }
)
"""What makes 10,000 t/year of the plant in Texas; as values of its file."""
CAR = 1.2
"""kg of magnets in a car, as the claim has it."""
MONEY_YEAR = 2024
"""Of which year the exchange rates of claims in EUR and CNY are."""


@dataclass(frozen=True)
class Measure:
    """One reading of a claim, in its unit: the value at the files' own numbers, median and band over their ranges.

    `holds` is the share of samples, 0..1, in which the claim is true as stated, a single figure within 10 %; `samples`
    are those that were solved.
    """

    plants: str
    what: str
    value: float
    low: float
    median: float
    high: float
    holds: float
    samples: int
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class CostFinding:
    """A claim with its measures and the verdict on all of them."""

    claim: CostClaim
    measures: tuple[Measure, ...]
    verdict: Verdict
    reason: str


def evaluate(nominal: Outputs, sampled: Outputs) -> tuple[CostFinding, ...]:
    """Every claim on cost against plants by name: outputs at the files' own values, shape (1,), and at samples.

    Sample i of every plant has the same figures of the data, so ratios are of pairs. A claim none of whose plants is
    there has no measure and is undecidable.
    """
    return tuple(finding(claim, nominal, sampled) for claim in cost_claims().values())


def finding(claim: CostClaim, nominal: Outputs, sampled: Outputs) -> CostFinding:
    """One claim against the plants that are there."""
    rule = _RULES[claim.key]
    values = {(plants, what): one for plants, what, one in rule(nominal)}
    measures = []
    for plants, what, drawn in rule(sampled):
        known = drawn[~np.isnan(drawn)]
        if (plants, what) not in values or len(known) < FEWEST:
            continue
        # Some years of payback are infinite: a percentile is one of the values, none lies between two.
        low, high = (float(one) for one in np.percentile(known, (LOW, HIGH), method="inverted_cdf"))
        near = NEAR if claim.relation == "equals" else 0.0
        holds = float(np.mean((known >= claim.low * (1.0 - near)) & (known <= claim.high * (1.0 + near))))
        said, reason = judged(claim, low, high, holds)
        value = float(values[plants, what][0])
        middle = float(np.percentile(known, 50.0, method="inverted_cdf"))
        measures.append(Measure(plants, what, value, low, middle, high, holds, len(known), said, reason))
    verdict, reason = _together(measures)
    return CostFinding(claim, tuple(measures), verdict, reason)


def judged(claim: CostClaim, low: float, high: float, holds: float) -> tuple[Verdict, str]:
    """The verdict on a claim from a 90 % band and the share of samples, 0..1, in which it is true; and why.

    Contradicted where fewer than 5 % of the samples agree with it. A bound is supported where 95 % do, a figure or a
    range where half do. Else it cannot be decided.

    >>> judged(cost_claims()["compliant_line"], 350.0, 900.0, 0.99)
    ('supported', 'true in 99 % of samples')
    >>> judged(cost_claims()["us_china_refining"], 3.3, 4.0, 0.02)
    ('contradicted', 'the band lies above 3.2')
    >>> judged(cost_claims()["us_china_refining"], 1.2, 4.0, 0.3)
    ('undecidable', '3.2 lies within the band, but only 30 % of samples come within 10 % of it')
    """
    stated, share = _stated(claim), f"{100.0 * holds:.0f} %"
    if holds < RARE:
        if low > claim.high:
            return "contradicted", f"the band lies above {_number(claim.high)}"
        if high < claim.low:
            return "contradicted", f"the band lies below {_number(claim.low)}"
        return "contradicted", f"true in {share} of samples"
    if claim.relation in ("above", "below"):
        return ("supported" if holds >= SURE else "undecidable"), f"true in {share} of samples"
    near = "come within 10 % of it" if claim.relation == "equals" else "lie within it"
    if holds >= LIKELY:
        return "supported", f"{share} of samples {near}"
    inside = f"{stated} {'lies within' if claim.relation == 'equals' else 'meets'} the band, but "
    return "undecidable", f"{inside if low <= claim.high and high >= claim.low else ''}only {share} of samples {near}"


def _together(measures: list[Measure]) -> tuple[Verdict, str]:
    """The verdict of the first way to count it, which is the claim to the letter, and what the others say besides."""
    if not measures:
        return "undecidable", "nothing computed bears on it"
    first, *others = measures
    reason = f"{first.what}: {first.reason}"
    if not others:
        return first.verdict, reason
    if all(one.verdict == first.verdict for one in others):
        return first.verdict, f"{reason}; so by every way to count it"
    apart = "; ".join(f"{one.verdict} for {one.what} ({one.plants})" for one in others if one.verdict != first.verdict)
    return first.verdict, f"{reason}; but {apart}"


def _stated(claim: CostClaim) -> str:
    bounds = [_number(one) for one in dict.fromkeys((claim.low, claim.high)) if np.isfinite(one)]
    return " to ".join(bounds)


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


# -- what each claim counts -------------------------------------------------------------------------------------------

REFINING = "separation alone, per kg REO"
"""What "refining" says to the letter."""

_COSTS = (
    (US, CHINA, "cost.separated_reo.separation", REFINING),
    (US, CHINA, "cost.separated_reo", "mine and separation, per kg REO"),
    (US, CHINA, "cost.ndpr_oxide", "ore to NdPr oxide, per kg"),
    (US, CHINA, "cost.magnet", "ore to magnet, per kg"),
    (US_MAGNETS, CHINA_MAGNETS, "cost.magnet", "bought oxide or metal to magnet, per kg"),
)


def _pairs(outputs: Outputs, of: Callable[[Array, Array], Array]) -> Measures:
    for us, china, name, what in _COSTS:
        if us in outputs and china in outputs:
            yield f"{us} / {china}", what, of(outputs[us][name], outputs[china][name])


def _ratio(outputs: Outputs) -> Measures:
    yield from _pairs(outputs, lambda us, china: us / china)


def _share(outputs: Outputs) -> Measures:
    yield from _pairs(outputs, lambda us, china: china / us)


def _below(outputs: Outputs) -> Measures:
    yield from _pairs(outputs, lambda us, china: 1.0 - china / us)


def _capital(outputs: Outputs, plant: str, stages: tuple[str, ...]) -> Array:
    held = [outputs[plant][f"capital.{stage}"] for stage in stages]
    return np.asarray(sum(held[1:], held[0].copy()))


def _line(outputs: Outputs) -> Measures:
    for plant in (US, *ABROAD):
        if plant in outputs:
            yield plant, "cracking and separation", _capital(outputs, plant, ("separation",))
    for plant, size in ((US_MAGNETS, "1,000 t"), (TEN, "10,000 t")):
        if plant in outputs:
            yield plant, f"metal, alloy and magnets, {size} a year", _capital(outputs, plant, _MAGNET)


_MAGNET = ("metal", "alloy", "magnet")


def _payback(outputs: Outputs) -> Measures:
    for plant in (US, US_MAGNETS, TEN):
        if plant in outputs and "payback" in outputs[plant]:
            yield plant, "years of operation, where never as never", _never(outputs[plant])


def _never(outputs: Mapping[str, Array]) -> Array:
    """Years of payback; infinite where a plant that was solved never pays back."""
    years = outputs["payback"]
    return np.where(np.isnan(years) & np.isfinite(outputs["npv"]), np.inf, years)


def _ten(outputs: Outputs) -> Measures:
    if TEN in outputs:
        yield TEN, "metal, alloy and magnets", _capital(outputs, TEN, _MAGNET)


def _car(outputs: Outputs) -> Measures:
    rate = exchange_rate("EUR", MONEY_YEAR).value
    for us, china, what in ((US, CHINA, "ore to magnet"), (US_MAGNETS, CHINA_MAGNETS, "oxide or metal to magnet")):
        if us in outputs and china in outputs:
            dearer = outputs[us]["cost.magnet"] - outputs[china]["cost.magnet"]
            yield f"{us} / {china}", f"{CAR:g} kg of magnets, {what}, at cost", CAR * dearer * rate


def _margin(outputs: Outputs) -> Measures:
    from ..data import market_prices

    price = market_prices()["magnets", "china"][MONEY_YEAR]
    for plant in (CHINA_MAGNETS, CHINA):
        if plant in outputs:
            spent = outputs[plant]["cost.magnet"] - outputs[plant]["cost.magnet.capital"]
            yield plant, "export price of 2024 less cost without capital", 1000.0 * (price.value - spent)


def _line_in_china(outputs: Outputs) -> Measures:
    if CHINA in outputs:
        rate = exchange_rate("CNY", MONEY_YEAR).value
        yield CHINA, "cracking and separation", _capital(outputs, CHINA, ("separation",)) * rate


_RULES: Mapping[str, Callable[[Outputs], Measures]] = MappingProxyType(
    {
        "us_china_refining": _ratio,
        "china_share": _share,
        "china_below": _below,
        "compliant_line": _line,
        "compliant_payback": _payback,
        "texas_magnets": _ten,
        "dearer_car": _car,
        "gross_margin": _margin,
        "chinese_line": _line_in_china,
    }
)
