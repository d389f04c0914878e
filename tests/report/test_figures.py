"""Numbers and words as a reader sees them."""

from __future__ import annotations

import doctest

import pytest

from didymium.report import figures, terminal


@pytest.mark.parametrize("module", [figures, terminal])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_nothing_is_shown_as_nothing() -> None:
    for show in (figures.percent, figures.amount, figures.money, figures.signed):
        assert show(None) == show(float("nan")) == show(float("inf")) == figures.NONE
