"""What was there before counts as made, for rules of a part of a year and for quotas by quarter."""

from __future__ import annotations

import pytest

from . import small_trade as small


@pytest.fixture(autouse=True)
def _oxides_count_as_what_they_hold(monkeypatch):
    """Round numbers: a t of oxide holds a t here; test_told_in_oxide.py has the factor."""
    monkeypatch.setattr("didymium.supply.rules_limits.told_per_t", lambda good: 1.0)


def test_what_was_there_before_goes_free_in_the_free_part_of_a_year() -> None:
    chain = small.Chain(small.rule("ban", first=2026.5, to=("us",)), years=1)
    chain.given("china>", 100.0)
    chain.needs("us", 100.0)
    assert chain.unmet() == [[50.0]]


def test_a_quota_by_quarter_lets_what_was_there_before_go_quarter_by_quarter() -> None:
    chain = small.Chain(small.rule("quota", limit={(2026, q): 25 for q in (1, 2, 3, 4)}), years=1)
    chain.given("china>", 100.0)
    chain.needs("us", 100.0)
    assert chain.unmet() == [[0.0]]
    # All of it may leave in the second quarter, of which only half is there by its end.
    early = small.Chain(small.rule("quota", limit={(2026, 1): 0, (2026, 2): 100, (2026, 3): 0, (2026, 4): 0}), years=1)
    early.given("china>", 100.0)
    early.needs("us", 100.0)
    assert early.unmet() == [[50.0]]


def test_two_delays_of_one_shipment_are_the_longer() -> None:
    chain = small.Chain(small.rule("licence", "short", delay=0.25), small.rule("licence", "long", delay=0.75), years=2)
    chain.makes("china", [100.0, 0.0])
    chain.needs("us", [100.0, 0.0])
    assert chain.unmet() == [[75.0, 0.0]]
