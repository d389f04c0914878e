"""Public claims on capacity and demand, as they are stated; what is computed beside them is the studies' affair."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import cast

from .cost_claims import CostClaim, Relation
from .facts import rows


@cache
def capacity_claims() -> Mapping[str, CostClaim]:
    """The public claims on capacity, demand and shares of regions, by key.

    >>> claim = capacity_claims()["europe_share"]
    >>> claim.high, claim.relation
    (0.1, 'below')
    """
    return MappingProxyType(
        {
            row["claim"]: CostClaim(
                row["claim"],
                row["title"],
                float(row["low"]),
                float(row["high"]),
                row["unit"],
                cast(Relation, row["relation"]),
                row["comment"],
                row["source"],
                row["confidence"],
            )
            for row in rows("capacity_claims")
        }
    )
