"""Where a product's elements come from."""

from __future__ import annotations

import pytest

import didymium
from didymium.studies.origins import absent, in_ore, suppliers


def test_the_feeds_bring_all_that_the_magnet_holds(baotou: didymium.Result) -> None:
    magnet = baotou.stream("magnet")
    for element in ("Nd", "Pr", "Dy", "Tb"):
        assert sum(suppliers(baotou, element, "magnet").values()) == pytest.approx(1.0)
        brought = sum(
            baotou.streams[feed].element(element) * baotou.recovery(element, "magnet", feed)
            for feed in baotou.plan.feeds
        )
        assert brought == pytest.approx(magnet.element(element), rel=1e-6)


def test_what_arrives_or_never_was_is_not_absent(baotou: didymium.Result) -> None:
    assert absent(baotou, "Nd", "magnet") is None
    assert "Lu" not in in_ore(baotou)
    assert absent(baotou, "Lu", "magnet") is None
    assert "Nd" in in_ore(baotou)


def test_lanthanum_leaves_with_its_own_product_and_nobody_buys_it(baotou: didymium.Result) -> None:
    found = absent(baotou, "La", "magnet")
    assert found is not None
    assert found.exit == "lace_carbonate"
    assert not found.bought
