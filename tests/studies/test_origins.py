"""Where a product's elements come from."""

from __future__ import annotations

import pytest

import didymium
from didymium.studies.origins import absent, in_ore, new_oxide, suppliers


def test_the_feeds_bring_all_that_the_magnet_holds(baotou: didymium.Result) -> None:
    magnet = baotou.stream("magnet")
    for element in ("Nd", "Pr", "Dy"):  # some of the Tb comes as a reagent, on the skin of the magnets
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


def test_new_oxide_is_what_the_feeds_bring(baotou: didymium.Result) -> None:
    found = new_oxide(baotou)
    assert found is not None
    brought = sum(
        baotou.streams[feed].oxide(element) * baotou.recovery(element, "ndpr_oxide", feed)
        for element in ("Nd", "Pr")
        for feed in baotou.plan.feeds
    )
    tonnes = baotou.stream("magnet").mass() / 1000.0
    assert found.net == pytest.approx(brought / tonnes, rel=1e-6)
    assert found.gross == pytest.approx(baotou.stream("ndpr_oxide").oxide("NdPr") / tonnes)
    assert 0.0 < found.returned < found.gross


def test_without_swarf_all_oxide_is_new() -> None:
    found = new_oxide(didymium.load("baotou", {"swarf_leach.share": "0 %"}).solve())
    assert found is not None
    assert found.returned == 0.0
    assert found.net == found.gross


def test_new_oxide_needs_both_products(baotou: didymium.Result) -> None:
    assert new_oxide(baotou, oxide="dy_oxide") is None
    assert new_oxide(baotou, magnet="motor") is None
