"""Limits in words: what they speak of, the formula that an analysis quotes, digits that tell value and bound apart."""

from __future__ import annotations

import pytest

from didymium.plan import Limit
from didymium.report.limits import against, digits, name, quoted, share


@pytest.mark.parametrize(
    ("element", "words"),
    [("S", "S as SO4"), ("Fe", "Fe as Fe2O3"), ("Th", "Th as ThO2"), ("Cl", "Cl"), ("F", "F"), ("NdPr", "NdPr")],
)
def test_impurities_as_analyses_quote_them(element: str, words: str) -> None:
    assert quoted(element) == words


def test_what_a_limit_speaks_of() -> None:
    assert name(Limit("purity", ("Pr", "Nd"))) == "purity of Pr, Nd"
    assert name(Limit("oxides", ("REO",))) == "REO"
    assert name(Limit("impurity", ("Ca", "S"))) == "Ca as CaO + S as SO4"
    assert name(Limit("oxides", ("Fe",))) == "Fe"


def test_a_value_beside_its_bounds() -> None:
    both = Limit("impurity", ("Fe",), at_least=0.01, at_most=0.02)
    assert against(0.03, both) == "3.00 %, limit at least 1 % and at most 2 %"
    assert against(0.9949996, Limit("purity", ("Nd",), at_least=0.995)) == "99.49996 %, limit at least 99.5 %"
    assert against(2.5, Limit("purity", ("Nd",), at_most=3.0), "nameplate", 1.0, "t/h") == (
        "2.50 t/h, nameplate at most 3 t/h"
    )


def test_digits() -> None:
    assert digits(99.5, [99.4]) == "99.50"
    assert digits(99.4999, [99.5]) == "99.4999"
    assert digits(99.5, [99.5]) == "99.5"  # equal: as it is


def test_small_shares() -> None:
    assert [share(one) for one in (0.5, 0.001, 0.00099, 0.0)] == ["50 %", "0.1 %", "990 ppm", "0 ppm"]
