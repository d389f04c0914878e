"""What hydrogen decrepitation, jet milling and pressing rest on: the numbers of `powder.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ..data.facts import Fact, fact, rows


@cache
def _facts() -> Mapping[tuple[str, str], Fact]:
    return MappingProxyType({(row["step"], row["item"]): fact(row) for row in rows("powder")})


def known(step: str, item: str) -> Fact:
    """A number of `powder.csv` with its range and source; `step` is "hydrogen", "milling" or "pressing".

    >>> known("hydrogen", "matrix_full").value, known("pressing", "isostatic_pressure").unit
    (5.0, 'MPa')
    """
    return _facts()[step, item]


def value(step: str, item: str) -> float:
    """The same as a plain number, in the unit of the file.

    >>> value("milling", "electricity")
    1.8
    """
    return known(step, item).value
