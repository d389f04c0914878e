"""What the rules and stocks of a scenario mean in the model, in sentences for a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ..data import cost_rates, freight_rates
from ..goods import words
from ..scenario import Scenario, TradeRule
from ..wording import listed
from . import rules
from .system import Good

DAYS = 365.25
"""Days in a year, as `units` counts them."""


def notes(scenario: Scenario, goods: Mapping[str, Good] = MappingProxyType({})) -> tuple[str, ...]:
    """Sentences on what the scenario's trade, rules and stocks mean here; `goods` of its system tell what has no price.

    A rule that is switched off or never holds is told as such, so that a report says what it is without.
    """
    return tuple(_notes(scenario, goods))


def _notes(scenario: Scenario, goods: Mapping[str, Good]) -> Iterator[str]:
    if scenario.freight is None:
        fact = freight_rates()[("other", "other")]
        yield f"Freight between regions counts {fact.value:g} {fact.unit} everywhere ({fact.source})."
    active = rules.active(scenario)
    for rule in scenario.rules.values():
        if not rule.active:
            yield f"Rule {rule.name} is switched off."
        elif rule not in active:
            yield f"Rule {rule.name} holds in none of the years."
    for rule in active:
        yield from (f"Rule {rule.name}: {sentence}" for sentence in _KINDS[rule.kind](rule, scenario, goods))
        share = rules.counted(rule, scenario.years)
        part = [str(year) for year, one in zip(scenario.years, share, strict=True) if 0.0 < one < 1.0]
        if part:
            left = "the need" if rules.by_use(rule) else "what is made"
            yield f"Rule {rule.name}: it holds for a part of {listed(part)}; the rest of {left} in that year goes free."
    by_use = [rule.name for rule in active if rules.by_use(rule)]
    if by_use:
        yield (
            f"Clean goods are followed apart from others for {listed(by_use)}; a plant's clean make is of clean goods"
            " alone, and what comes back as old magnets is as clean as the magnets were."
        )
    if len(by_use) > 1:
        yield f"{listed(by_use)} share one meaning of clean: what one of them rules is clean for none."
    if scenario.stockpiles:
        rate = cost_rates()["discount_rate"]
        yield f"A good in stock costs {rate.value:.0%} of its value a year, the capital tied up ({rate.source})."


def _ban(rule: TradeRule, scenario: Scenario, goods: Mapping[str, Good]) -> Iterator[str]:
    what = _what(rule)
    if not rule.uses:
        yield f"no {what} made in {_origin(rule)} goes to {_to(rule)}."
        return
    yield (
        f"{listed(rule.uses)} in {_to(rule)} takes no {what} made in {_origin(rule)}, nor what is made of it elsewhere;"
        " stocks that lay there before count as free of it."
    )


def _quota(rule: TradeRule, scenario: Scenario, goods: Mapping[str, Good]) -> Iterator[str]:
    yield (
        f"{_what(rule)} made in {_origin(rule)} for {_to(rule)} passes up to the limit, all goods and buyers together;"
        " goods are made evenly over the year, and leave no sooner."
    )
    free = [str(year) for year in scenario.years if not any(at == year for at, _ in rule.limit)]
    if free:
        yield f"no limit is stated, and none holds, in {listed(free)}."
    for year in scenario.years:
        told = {quarter for at, quarter in rule.limit if at == year}
        if told and 0 not in told:
            rest = [f"Q{quarter}" for quarter in rules.QUARTERS if quarter not in told]
            if rest:
                yield f"no limit is stated, and none holds, in {listed(rest)} of {year}."


def _licence(rule: TradeRule, scenario: Scenario, goods: Mapping[str, Good]) -> Iterator[str]:
    if rule.delay is not None and rule.delay.nominal > 0.0:
        share = rule.delay.nominal
        yield (
            f"goods arrive {share * DAYS:.0f} days late: {min(share, 1.0):.1%} of a year's shipments come in the next"
            " year or later, also when nothing may leave any more; nothing was under way before the first year, and"
            " what leaves in the last arrives in it where goods were under way before."
        )
    if rule.granted is not None:
        yield (
            f"{rule.granted.nominal:.0%} of what each region would use without this limit gets a licence, good by good;"
            " none is granted for a stock."
        )
    if rule.buyers:
        yield f"{listed(rule.buyers)} alone of {_to(rule)} can get a licence."


def _tariff(rule: TradeRule, scenario: Scenario, goods: Mapping[str, Good]) -> Iterator[str]:
    rate = rule.rate.nominal if rule.rate is not None else 0.0
    yield f"{rate:.0%} of the value is a cost of {_what(rule)} from {_origin(rule)}; it changes who buys of whom."
    unvalued = sorted(name for name in rules.covered(rule, goods, scenario.magnets) if not goods[name].value)
    if unvalued:
        yield f"no value is known, and no duty counted, of {listed([words(name) for name in unvalued])}."


def _content(rule: TradeRule, scenario: Scenario, goods: Mapping[str, Good]) -> Iterator[str]:
    who = f"{listed(rule.uses)} in {_to(rule)}" if rule.uses else _to(rule)
    yield f"{who} takes only magnets and oxides of ore and plants outside {_origin(rule)}, in every element."
    if rule.threshold is not None and rule.threshold.nominal > 0.0:
        yield (
            f"up to {rule.threshold.nominal:.2%} would be allowed and none is counted on; what a product holds in the"
            " end is traced from its origin."
        )


_KINDS = {"ban": _ban, "quota": _quota, "licence": _licence, "tariff": _tariff, "content": _content}


def _what(rule: TradeRule) -> str:
    return listed(rule.goods) if rule.goods else "good"


def _origin(rule: TradeRule) -> str:
    return listed(rule.origin) if rule.origin else "any region"


def _to(rule: TradeRule) -> str:
    return listed(rule.to) if rule.to else "other regions"
