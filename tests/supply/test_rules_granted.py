"""Licences granted in a year of which the rule holds for a part."""

from __future__ import annotations

from . import small_trade as small


def test_a_share_is_granted_of_the_part_of_the_year_that_the_rule_holds() -> None:
    chain = small.Chain(small.rule("licence", granted=0.4, first=2026.5), years=1)
    chain.makes("china", 100.0)
    chain.needs("us", 100.0)
    # 50 t leave before it holds, and 40 % of the other 50 t get a licence.
    assert chain.unmet() == [[30.0]]
