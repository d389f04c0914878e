"""Grades of rare-earth oxides: how pure their rare earths are, and what else they may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows

PURITY, OXIDES = "purity", "REO"
"""Limits that are least shares: of the named elements in the rare-earth oxides, of rare-earth oxides in the product."""


@dataclass(frozen=True, slots=True)
class OxideGrade:
    """What a grade of oxide asks for, as mass fractions.

    `purity` is the least share of `elements` in the rare-earth oxides, `oxides` the least share of rare-earth oxides in
    the product (None where the grade asks for none), `impurities` the most of an element in the product, by its symbol,
    as analyses quote it: Fe as Fe2O3, Ca as CaO, S as SO4, Cl as Cl. `standard` says whose grade it is.
    """

    name: str
    title: str
    standard: str
    elements: tuple[str, ...]
    purity: Fact
    oxides: Fact | None
    impurities: Mapping[str, Fact]

    @property
    def assumed(self) -> bool:
        """Whether any of its limits is an assumption."""
        limits = (self.purity, *([self.oxides] if self.oxides else []), *self.impurities.values())
        return any(limit.assumed for limit in limits)


@cache
def oxide_grades() -> Mapping[str, OxideGrade]:
    """Every grade by its name.

    >>> grade = oxide_grades()["nd_oxide_99_95"]
    >>> grade.elements, grade.purity.value, grade.impurities["Fe"].value, grade.assumed
    (('Nd',), 0.9995, 1e-05, False)
    """
    heads: dict[str, Mapping[str, str]] = {}
    limits: dict[str, dict[str, Fact]] = {}
    for row in rows("oxide_grades"):
        heads.setdefault(row["grade"], row)
        limits.setdefault(row["grade"], {})[row["limit"]] = fact(row)
    return MappingProxyType(
        {
            name: OxideGrade(
                name=name,
                title=head["title"],
                standard=head["standard"],
                elements=tuple(head["elements"].split()),
                purity=limits[name][PURITY],
                oxides=limits[name].get(OXIDES),
                impurities=MappingProxyType(
                    {limit: one for limit, one in limits[name].items() if limit not in (PURITY, OXIDES)}
                ),
            )
            for name, head in heads.items()
        }
    )
