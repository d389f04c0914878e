"""What pieces of equipment cost: a base size, its cost, an exponent and the range of sizes that is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from types import MappingProxyType

from .facts import Fact, Row, fact, rows

HELD = (" held", "organic of *")
"""How the sizes end, or read, that are an inventory in equipment and none themselves."""


@dataclass(frozen=True, slots=True)
class EquipmentCost:
    """A piece of equipment: `fact` is USD of its year, bare and erected on the US Gulf Coast, at `size` in `unit`.

    Cost goes with size to the power of `exponent`, or of `below` under the base size. A piece is `smallest` at least
    and `largest` at most; what needs more is several. `sizes` are the names that operations give it, `*` for anything;
    `kinds` the kinds of unit that mean it by them, empty for all.
    """

    item: str
    title: str
    sizes: tuple[str, ...]
    kinds: tuple[str, ...]
    fact: Fact
    currency: str
    size: float
    unit: str
    exponent: float
    below: float
    smallest: float
    largest: float

    def means(self, name: str, kind: str, unit: str) -> bool:
        """Whether it is what a unit of a kind notes under a name in a unit."""
        named = any(fnmatchcase(name, pattern) for pattern in self.sizes)
        return named and unit == self.unit and (not self.kinds or kind in self.kinds)


def _one(row: Row) -> EquipmentCost:
    exponent = float(row["exponent"])
    return EquipmentCost(
        item=row["item"],
        title=row["title"],
        sizes=tuple(row["sizes"].split(";")),
        kinds=tuple(row["kinds"].split()),
        fact=fact(row, unit=row["currency"]),
        currency=row["currency"],
        size=float(row["base_size"]),
        unit=row["unit"],
        exponent=exponent,
        below=float(row["exponent_below"] or exponent),
        smallest=float(row["smallest"] or 0.0),
        largest=float(row["largest"] or "inf"),
    )


@cache
def equipment() -> Mapping[str, EquipmentCost]:
    """Every piece of equipment with a cost, by item.

    >>> mill = equipment()["mill"]
    >>> mill.fact.value, mill.fact.year, mill.size, mill.exponent
    (4230785.0, 2016, 4182.6, 0.556)
    """
    return MappingProxyType({row["item"]: _one(row) for row in rows("equipment")})


@cache
def equipment_of(name: str, kind: str, unit: str) -> EquipmentCost | None:
    """The equipment that a size of a kind of unit means; None where the data has no cost of it.

    >>> equipment_of("kiln", "sulfuric_bake", "m^3").item, equipment_of("kiln", "calcination", "kg/h").item
    ('acid_kiln', 'calciner')
    >>> equipment_of("flux capacitor", "mine", "kW") is None
    True
    """
    found = (one for one in equipment().values() if one.means(name, kind, unit))
    return next(found, None)


def is_held(name: str) -> bool:
    """Whether a size is an inventory that stays in the equipment, and no equipment.

    >>> is_held("P507 held"), is_held("organic of Nd / Sm with P507"), is_held("tank")
    (True, True, False)
    """
    ending, reading = HELD
    return name.endswith(ending) or fnmatchcase(name, reading)
