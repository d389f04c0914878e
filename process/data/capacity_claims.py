"""Public claims on capacity and demand, as they are stated; what is computed beside them is the studies' affair."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from .cost_claims import CostClaim, claims_in


@cache
def capacity_claims() -> Mapping[str, CostClaim]:
    """The public claims on capacity, demand and shares of regions, by key.

    >>> claim = capacity_claims()["europe_share"]
    >>> claim.high, claim.relation
    (0.1, 'below')
    """
    return claims_in("capacity_claims")
