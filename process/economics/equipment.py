"""What the equipment of a solved flowsheet costs to buy: unit by unit, from the sizes that the units note."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import cost_index, exchange_rate
from ..data import equipment as catalogue
from ..network.solution import Solution, UnitResult
from ..operations.base import Size
from .figures import Figures
from .pricebook import CostError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Purchase:
    """Equipment of one size of a unit, bare and erected on the US Gulf Coast.

    `size` is what all pieces make together in `size_unit`, `number` how many they are and `million_usd` what they cost
    in money of `year` (that of the cost index: the plan's, or the latest known before it), each of shape (samples,).
    `item` is the name of the size, `base` what its cost follows from; `assumed` says that the cost at the base size is
    an assumption, `note` how it comes about.
    """

    unit: str
    kind: str
    stage: str
    item: str
    size: Array
    size_unit: str
    number: Array
    million_usd: Array
    base: catalogue.EquipmentCost
    year: int
    assumed: bool
    note: str

    @property
    def each(self) -> Array:
        """The size of one piece, shape (samples,)."""
        return self.size / np.maximum(self.number, 1.0)


def pieces(base: catalogue.EquipmentCost, size: Array, number: Array | None = None) -> Array:
    """How many pieces make up a size, shape (samples,): `number` where it is known, each split where it is too large.

    >>> from didymium.data.equipment import equipment
    >>> pieces(equipment()["tank"], np.array([0.0, 499.0, 501.0, 1667.0]))
    array([0., 1., 2., 4.])
    >>> pieces(equipment()["evaporator"], np.array([150.0]), np.array([3.0]))
    array([6.])
    """
    spread = np.ones_like(size) if number is None else number
    each = np.divide(size, spread, out=np.zeros_like(size), where=spread > 0.0)
    split = np.ceil(each / base.largest) if np.isfinite(base.largest) else np.ones_like(size)
    return np.where(size > 0.0, spread * np.maximum(split, 1.0), 0.0)


def bare_cost(base: catalogue.EquipmentCost, size: Array, number: Array, value: float | Array | None = None) -> Array:
    """Money of the base's year and currency for `number` pieces that make up `size`, bare and erected, (samples,).

    number × value × (size / number / base size)^exponent; a piece smaller than the smallest costs as much as that.
    `value` is the cost at the base size, where it is not the data's own. Limits: every piece at its own price, nothing
    off for a row of them.

    >>> from didymium.data.equipment import equipment
    >>> mill = equipment()["mill"]
    >>> bare_cost(mill, np.array([4182.6, 1341.0]), np.ones(2)).round(-3)  # 4.23 M × (1341 / 4182.6)^0.556
    array([4231000., 2248000.])
    """
    worth = base.fact.value if value is None else value
    each = np.divide(size, number, out=np.zeros_like(size), where=number > 0.0)
    ratio = np.maximum(each, base.smallest) / base.size
    power = np.where(ratio < 1.0, base.below, base.exponent)
    return np.where(size > 0.0, number * worth * ratio**power, 0.0)


def purchase(unit: UnitResult, size: Size, year: int, figures: Figures | None = None) -> Purchase:
    """The equipment that one size of a unit asks for, in money of a year.

    Raises CostError where the data has no cost of it.
    """
    base = catalogue.equipment_of(size.item, unit.kind, size.unit)
    if base is None:
        raise CostError(
            f"no equipment cost for {size.item!r} in {size.unit} of {unit.name} ({unit.kind})",
            "add a row to equipment.csv whose `sizes` name it, or note no size",
        )
    worth = figures.of(f"equipment.{base.item}", base.fact) if figures is not None else base.fact.value
    number = pieces(base, size.value, size.number)
    cost = bare_cost(base, size.value, number, worth)
    at = cost_index(year)
    index = at.value / cost_index(base.fact.year).value
    rate = exchange_rate(base.currency, base.fact.year).value
    return Purchase(
        unit=unit.name,
        kind=unit.kind,
        stage=unit.stage,
        item=size.item,
        size=size.value,
        size_unit=size.unit,
        number=number,
        million_usd=np.asarray(cost / rate * index / 1e6),
        base=base,
        year=at.year,
        assumed=base.fact.assumed,
        note=f"{base.title}; {base.currency} of {base.fact.year} at {base.size:g} {base.unit}, "
        f"exponent {base.exponent:g}",
    )


def purchases(solution: Solution, figures: Figures | None = None) -> tuple[Purchase, ...]:
    """The equipment of every unit, in the order of units and of their sizes.

    `figures` samples the costs at base size (`data.equipment.<item>`). Inventories (`P507 held`) are no equipment and
    left out. Raises CostError for a size that the data has no cost of: nothing is free in silence.
    """
    return tuple(
        purchase(unit, size, solution.plan.year, figures)
        for unit in solution.units.values()
        for size in unit.sizes
        if not catalogue.is_held(size.item)
    )
