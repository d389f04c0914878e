"""Thorium after a bake with sulphuric acid: how much of it water still dissolves, by the temperature of the bake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows


@cache
def thorium_solubility() -> Mapping[float, Fact]:
    """Share of the baked thorium that water dissolves, kg/kg, by bake temperature in degC, rising.

    Between two temperatures a straight line; beyond the first and last nothing is known.

    >>> [degrees for degrees, share in thorium_solubility().items() if share.value > 0.5]
    [200.0, 250.0, 300.0]
    """
    known = {float(row["temperature"]): fact(row) for row in rows("thorium_solubility")}
    return MappingProxyType(dict(sorted(known.items())))
