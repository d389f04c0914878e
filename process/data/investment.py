"""What plants cost to build: those with a published cost, and the factors from bare equipment to a whole plant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows

GROUPS = MappingProxyType(
    {"mine": "mine", "separation": "separation", "metal": "metal", "alloy": "magnet", "magnet": "magnet"}
)
"""The group of each stage: stages of one group share a scope factor."""


@dataclass(frozen=True, slots=True)
class KnownPlant:
    """A plant with a published cost, `cost` in millions of `currency` of its year, and the flowsheet that models it.

    `capacity` in t/y of what `counts` says (REO or NdPr as oxide, or mass), at a stage or a stream of the flowsheet
    (`at`); `published` is how its owner states it. `scope` is what its cost covers in words; `stages` and `units` are
    what models it: all units of the stages where none are named. `site` is "green", "expansion", "standing" (halls and
    utilities were there) or "unknown"; `route` how near the flowsheet comes: "same", "near", "part" (it leaves out some
    of what was built) or "far". `region` is ours, of the prices; `country` its own.
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

        It does unless it stands in halls that were there, spans two groups, is modelled by a flowsheet of another route
        or of only a part, or its cost or capacity is little more than a guess (confidence low).
        """
        new = self.site != "standing" and self.route in ("same", "near")
        return new and len(self.groups) == 1 and self.cost.confidence != "low"


@cache
def known_plants() -> tuple[KnownPlant, ...]:
    """Plants whose capacity and cost are both published.

    >>> len(known_plants()), [one.plant for one in known_plants() if one.calibrates and one.groups == ("metal",)]
    (23, ['Jinmeng metal'])
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


@cache
def capital_factors() -> Mapping[tuple[str, str], Fact]:
    """Factors by (item, of what): `scope` by group, `ramp_up` and `stock_days` by stage, `held_value`.

    >>> capital_factors()["ramp_up", "separation"].unit
    'year'
    """
    return MappingProxyType({(row["item"], row["of"]): fact(row) for row in rows("capital_factors")})
