"""Shares of elements and groups that a stage passes on."""

from __future__ import annotations

import pytest

from didymium.elements import INDEX, OXIDE_FACTOR
from didymium.supply.yields import StageYield


def found(**yields: float) -> StageYield:
    table = {element: {"oxide": share} for element, share in yields.items()}
    entering = dict.fromkeys(yields, 1.0 / len(yields))
    return StageYield("separation", "works", {}, table, 0.0, 0.0, "t", entering=entering)


def test_a_group_counts_by_the_oxides_that_enter() -> None:
    ce, nd = (float(OXIDE_FACTOR[INDEX[name]]) for name in ("Ce", "Nd"))
    assert found(Ce=0.1, Nd=0.9).share("REO", "oxide") == pytest.approx((0.1 * ce + 0.9 * nd) / (ce + nd))


def test_what_a_stage_does_not_see_it_does_not_make() -> None:
    assert found(Nd=0.9).share("Dy", "oxide") == 0.0
    assert found(Nd=0.9).share("Nd", "metal") == 0.0


def test_a_group_of_which_one_member_enters_is_that_member() -> None:
    assert found(Nd=0.9).share("NdPr", "oxide") == 0.9


def test_members_of_a_group_that_nobody_weighs_count_alike() -> None:
    bare = StageYield("metal", "works", {}, {"Nd": {"metal": 0.9}, "Pr": {"metal": 0.8}}, 0.0, 0.0, "t")
    assert bare.share("NdPr", "metal") == pytest.approx(0.85)
    assert bare.share("LaCe", "metal") == 0.0
