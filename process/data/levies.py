"""What is owed for ore, and what it costs to carry goods from one region to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows

ANYWHERE = ("other", "other")
"""The pair of regions that stands for those without a rate of their own."""


@dataclass(frozen=True, slots=True)
class Royalty:
    """What a mine owes: a share of what its concentrate fetches, or of the value of the oxides in it (`of`).

    `kinds` are the kinds of unit that make a mine owe this one; empty for the usual one of the region.
    """

    region: str
    fact: Fact
    of: str
    kinds: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its key among the figures of a cost."""
        return ".".join(("royalty", self.region, *self.kinds))


@cache
def royalties() -> tuple[Royalty, ...]:
    """Royalties and resource taxes on rare earths, by region and kind of mine."""
    return tuple(Royalty(row["region"], fact(row), row["of"], tuple(row["kinds"].split())) for row in rows("royalties"))


def royalty_of(region: str, kinds: Collection[str] = ()) -> Royalty | None:
    """The royalty of a mine in a region that has units of these kinds; None where none is known.

    >>> royalty_of("china").fact.value, royalty_of("china", ["in_situ_leach"]).fact.value, royalty_of("europe")
    (0.115, 0.2, None)
    """
    here = [one for one in royalties() if one.region == region]
    special = (one for one in here if not set(one.kinds).isdisjoint(kinds))
    return next(special, next((one for one in here if not one.kinds), None))


@cache
def freight_rates() -> Mapping[tuple[str, str], Fact]:
    """USD per t carried by (from, to); `ANYWHERE` stands for any pair that is not listed."""
    return MappingProxyType({(row["from"], row["to"]): fact(row) for row in rows("freight")})


def freight_pair(origin: str, destination: str) -> tuple[str, str]:
    """The listed pair of regions whose rate holds from one region to another.

    >>> freight_pair("australia", "malaysia"), freight_pair("australia", "europe")
    (('australia', 'malaysia'), ('other', 'other'))
    """
    return (origin, destination) if (origin, destination) in freight_rates() else ANYWHERE
