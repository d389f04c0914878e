"""Emission factors of fuels and power, decay chains, and the public claims that results are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows


@dataclass(frozen=True, slots=True)
class Claim:
    """A public claim: `stated` in `unit` ("1": a fraction), our verdict in words, and where it was read."""

    key: str
    title: str
    stated: float
    unit: str
    verdict: str
    comment: str
    source: str
    confidence: str


@cache
def _factors() -> Mapping[tuple[str, str], Fact]:
    return MappingProxyType({(row["item"], row["region"]): fact(row) for row in rows("emission_factors")})


def emission_factor(item: str, region: str = "") -> Fact | None:
    """A factor of a region, or the one that holds everywhere; None where there is neither.

    >>> emission_factor("electricity", "china").value, emission_factor("diesel", "china").value
    (0.5366, 74.1)
    """
    known = _factors()
    return known.get((item, region)) or known.get((item, ""))


@cache
def claims() -> Mapping[str, Claim]:
    """The public claims on recovery, wastes and energy, by key."""
    return MappingProxyType(
        {
            row["claim"]: Claim(
                row["claim"],
                row["title"],
                float(row["stated"]),
                row["unit"],
                row["verdict"],
                row["comment"],
                row["source"],
                row["confidence"],
            )
            for row in rows("claims")
        }
    )
