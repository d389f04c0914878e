"""What plants cost to build: those with a published cost, and the factors from bare equipment to a whole plant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows
from .money import regional_factors

GROUPS = MappingProxyType(
    {"mine": "mine", "separation": "separation", "metal": "metal", "alloy": "magnet", "magnet": "magnet"}
)
"""The group of each stage: stages of one group share a scope factor."""


@dataclass(frozen=True, slots=True)
class KnownPlant:
    """A plant with a published cost, `cost` in millions of `currency` of its year, and the flowsheet that models it.

    `capacity` in t/y of what `counts` says (REO or NdPr as oxide, or mass), at a stage or a stream of the flowsheet
    (`at`); `published` is how its owner states it. `scope` is what its cost covers in words; `stages` and `units` are
    what models it: all units of the stages where none are named. `site` is "green" (buildings and utilities of its
    own), "expansion" (some stood), "standing" (halls and utilities were there) or "unknown"; `route` how near the
    flowsheet comes: "same", "near", "part" (it leaves out some of what was built) or "far". `region` is ours, of the
    prices; `country` its own.
    """

    plant: str
    owner: str
    country: str
    region: str
    scope: str
    capacity: float
    counts: str
    at: str
    published: str
    cost: Fact
    currency: str
    status: str
    site: str
    route: str
    flowsheet: str
    stages: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of stages that it spans, ore first."""
        return tuple(dict.fromkeys(GROUPS[stage] for stage in self.stages))

    @property
    def calibrates(self) -> bool:
        """Whether it counts to the scope factor of its group; one rule for all plants.

        Its site is new, so that all that it needed was paid for; it is of one group; a flowsheet of the same or a near
        route models all of it; and neither cost nor capacity is a guess (confidence low).
        """
        whole = self.site == "green" and self.route in ("same", "near")
        return whole and len(self.groups) == 1 and self.cost.confidence != "low"


@cache
def known_plants() -> tuple[KnownPlant, ...]:
    """Plants whose capacity and cost are both published.

    >>> len(known_plants()), [one.plant for one in known_plants() if one.calibrates and one.groups == ("magnet",)]
    (23, ['Benson', 'JL Mag Baotou III', 'Jintian', 'Rising Nonferrous'])
    """
    words = ("plant", "owner", "country", "region", "scope")
    return tuple(
        KnownPlant(
            **{key: row[key] for key in words},
            capacity=float(row["capacity"]),
            counts=row["counts"],
            at=row["at"],
            published=row["published"],
            cost=fact(row),
            currency=row["currency"],
            status=row["status"],
            site=row["site"],
            route=row["route"],
            flowsheet=row["flowsheet"],
            stages=tuple(row["stages"].split()),
            units=tuple(row["units"].split()),
        )
        for row in rows("plants")
    )


@cache
def without_cost() -> tuple[Mapping[str, str], ...]:
    """Plants that are known but lack a published cost: plant, owner, country, scope, published, lacks, source."""
    return rows("plants_without_cost")


@cache
def installation() -> Mapping[str, Fact]:
    """What comes on bare equipment to install it, by line, as a share of it; together 1.97, so that a plant is 2.97.

    >>> round(1.0 + sum(line.value for line in installation().values()), 10)
    2.97
    """
    return MappingProxyType({row["item"]: fact(row) for row in rows("installation")})


def compliance(region: str, group: str = "") -> tuple[str, Fact]:
    """The key and the fact of what building to a region's rules costs over the US, and over its location.

    That of a group of stages where the data have one, else the general one. Raises KeyError for an unknown region.

    >>> [compliance(region, "magnet")[0] for region in ("china", "malaysia")], compliance("china", "separation")[0]
    (['compliance.china.magnet', 'compliance.malaysia'], 'compliance.china')
    """
    known = regional_factors()
    if (f"compliance.{group}", region) in known:
        return f"compliance.{region}.{group}", known[f"compliance.{group}", region]
    return f"compliance.{region}", known["compliance", region]


@cache
def capital_factors() -> Mapping[tuple[str, str], Fact]:
    """Factors by (item, of what): `scope` by group, `ramp_up` and `stock_days` by stage, `held_value`.

    >>> capital_factors()["ramp_up", "separation"].unit
    'year'
    """
    return MappingProxyType({(row["item"], row["of"]): fact(row) for row in rows("capital_factors")})
