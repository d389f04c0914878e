"""Clean and ordinary goods where a mistake would show in no other number: by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from didymium.supply.system import Bound

from . import small_trade as small

DEFENCE: dict[str, Any] = {"uses": ("defence",), "to": ("us",)}


def test_what_lay_in_the_ruled_region_before_is_never_clean() -> None:
    chain = small.Chain(small.rule("ban", goods=("Dy oxide",), **DEFENCE), years=1)
    chain.given("china>", 50.0)
    chain.needs("us", 10.0, use="defence")
    chain.needs("us", 10.0, use="cars")
    assert chain.unmet() == [[10.0], [0.0]]


def test_a_clean_part_goes_with_an_ordinary_one_into_ordinary_magnets() -> None:
    chain = small.Chain(small.rule("content", threshold=0.001, **DEFENCE), years=1)
    chain.makes("china", 100.0, "metal:Dy")
    chain.makes("us", 100.0, "metal:NdPr")
    chain.turns("us", {"metal:NdPr": 0.3, "metal:Dy": 0.02}, "magnet:motor")
    chain.needs("us", 10.0, "magnet:motor", "cars")
    assert chain.unmet() == [[0.0]]


def test_a_row_over_earlier_years_counts_both_tracks_there_too() -> None:
    chain = small.Chain(small.rule("content", threshold=0.001, **DEFENCE), years=2)
    chain.makes("us", 20.0)
    chain.needs("us", 10.0, use="defence")
    at = len(chain.builder.activities) - 1
    # 5 t in the first year, and no more in the next than in the one before
    row = Bound("no growth", "share", ((at, 1.0),), np.array([5.0, 0.0]), chain.builder.none(), back=((at, -1.0, 1),))
    chain.builder.bound(row)
    assert chain.unmet() == [[5.0, 5.0]]


def test_a_rule_of_every_origin_does_not_rule_the_region_that_it_protects() -> None:
    chain = small.Chain(small.rule("content", threshold=0.001, origin=(), **DEFENCE), years=1)
    chain.makes("us", 4.0)
    chain.makes("china", 100.0)
    chain.needs("us", 10.0, use="defence")
    assert chain.unmet() == [[6.0]]
