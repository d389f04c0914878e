"""The content of an origin on both sides of a threshold, and what it takes to fall below."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didymium.supply.content import THRESHOLD, content, covered, relief

PRICES = {"Nd": 60_000.0, "Pr": 60_000.0, "Dy": 300_000.0, "Tb": 1_000_000.0}


def test_mass_and_value_by_hand() -> None:
    """100 t of magnets at 70 USD/kg with 30 t of Nd, a third Chinese, and 2 t of Dy, all Chinese."""
    flow = {"Nd": {"china": 10.0, "us": 20.0}, "Dy": {"china": 2.0}}
    found = content(flow, "china", 100.0, 7e6, PRICES)
    assert found.mass == pytest.approx(0.12, rel=1e-15)
    assert found.value == pytest.approx((6e5 + 6e5) / 7e6, rel=1e-15)
    assert found.element_usd == {"Nd": 6e5, "Dy": 6e5}
    us = content(flow, "us", 100.0, 7e6, PRICES)
    assert us.element_t == {"Nd": 20.0}
    none = content(flow, "myanmar", 100.0, 7e6, PRICES)
    assert (none.mass, none.value) == (0.0, 0.0)
    assert not covered(none.value)


@pytest.mark.parametrize(
    ("share", "over"),
    [(0.000999, False), (0.001, True), (0.001001, True), (0.001 * (1 - 1e-9), False), (0.0, False), (math.nan, False)],
)
def test_the_threshold_covers_what_is_at_it(share: float, over: bool) -> None:
    assert covered(share) is over


@pytest.mark.parametrize("basis", ["value", "mass"])
@pytest.mark.parametrize(("part", "over"), [(0.0999, False), (0.1, True), (0.1001, True)])
def test_a_product_on_both_sides_of_the_threshold(basis: str, part: float, over: bool) -> None:
    """1,000 t at 50 USD/kg hold so much Chinese Dy at 300 USD/kg that its share is `part` per cent."""
    tonnes = part / 100.0 * (5e7 / 3e5 if basis == "value" else 1000.0)
    found = content({"Dy": {"china": tonnes, "us": 20.0 - tonnes}}, "china", 1000.0, 5e7, PRICES)
    share = found.of("value" if basis == "value" else "mass")
    assert share == pytest.approx(part / 100.0, rel=1e-14)
    assert covered(share) is over
    assert bool(relief(found, THRESHOLD, "value" if basis == "value" else "mass")) is (part == 0.1001)


def test_the_dearest_go_first_by_value_and_the_most_by_mass() -> None:
    flow = {"Nd": {"china": 30.0}, "Dy": {"china": 2.0}, "Tb": {"china": 0.5}}
    found = content(flow, "china", 100.0, 1e7, PRICES)  # 1.8, 0.6 and 0.5 million USD: 29 %
    assert relief(found, 0.25) == pytest.approx({"Tb": 0.4})
    assert relief(found, 0.20) == pytest.approx({"Tb": 0.5, "Dy": 4e5 / 3e5})
    assert relief(found, 0.10) == pytest.approx({"Tb": 0.5, "Dy": 2.0, "Nd": 8e5 / 6e4})
    assert relief(found, 0.20, "mass") == pytest.approx({"Nd": 12.5})
    assert relief(found, 0.01, "mass") == pytest.approx({"Nd": 30.0, "Dy": 1.5})
    assert relief(found, 0.30) == {}


def test_an_element_or_a_product_without_a_price_has_no_share_of_value() -> None:
    found = content({"Nd": {"china": 1.0}, "Ho": {"china": 1.0}}, "china", 10.0, 1e6, PRICES)
    assert math.isnan(found.value)
    assert relief(found) == {}
    assert relief(found, basis="mass") == pytest.approx({"Ho": 1.0, "Nd": 0.99})
    unknown = content({"Nd": {"china": 1.0}}, "china", 10.0, math.nan, PRICES)
    assert math.isnan(unknown.value)
    assert unknown.mass == 0.1


def test_no_product_holds_nothing() -> None:
    found = content({}, "china", 0.0, 0.0, PRICES)
    assert (found.mass, found.value) == (0.0, 0.0)
    assert relief(found) == {}


parts = st.dictionaries(st.sampled_from(sorted(PRICES)), st.floats(1e-6, 1e4), min_size=1)


@given(parts, st.floats(1.0, 1e3), st.floats(1e-4, 0.9), st.sampled_from(["value", "mass"]))
def test_what_is_left_is_at_the_threshold(held: dict[str, float], more: float, threshold: float, basis: str) -> None:
    on = "value" if basis == "value" else "mass"
    tonnes, usd = more * sum(held.values()), more * sum(t * PRICES[e] for e, t in held.items())
    found = content({e: {"china": t} for e, t in held.items()}, "china", tonnes, usd, PRICES)
    taken = relief(found, threshold, on)
    assert all(0.0 < t <= held[e] for e, t in taken.items())
    left = {e: {"china": t - taken.get(e, 0.0)} for e, t in held.items()}
    after = content(left, "china", tonnes, usd, PRICES).of(on)
    if taken:
        assert after == pytest.approx(threshold, rel=1e-9)
    else:
        assert after <= threshold * (1.0 + 1e-9)
