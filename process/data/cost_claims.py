"""Public claims on cost, as they are stated; what is computed beside them is the studies' affair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from .facts import rows

Relation = Literal["equals", "between", "above", "below"]


@dataclass(frozen=True, slots=True)
class CostClaim:
    """A public claim on cost: from `low` to `high` in `unit` ("1": a fraction), infinite where it names one bound.

    `comment` says what else is published; `source` is where the claim was read.
    """

    key: str
    title: str
    low: float
    high: float
    unit: str
    relation: Relation
    comment: str
    source: str
    confidence: str


def claims_in(name: str) -> Mapping[str, CostClaim]:
    """The claims of a data file, by key."""
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
            for row in rows(name)
        }
    )


@cache
def cost_claims() -> Mapping[str, CostClaim]:
    """The public claims on cost, by key.

    >>> claim = cost_claims()["china_below"]
    >>> claim.low, claim.high, claim.relation
    (0.22, 0.35, 'between')
    """
    return claims_in("cost_claims")
