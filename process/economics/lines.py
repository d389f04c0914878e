"""One line of a cost: quantity times price, and where both come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..network.solution import UnitResult
from .pricebook import Price

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CostLine:
    """One line of cost: `quantity` in `unit` per operating hour × `price` in USD per unit = `cost` in USD/h.

    Quantities and costs have shape (samples,); the price is a float where all samples share it. `assumed` says whether
    the price, or what the quantity follows from, is an assumption; `source` is the price's. `year` is the price's own,
    for capital that of the cost index. `quote` is the price as it was looked up, with its range; None for capital,
    whose base stands in `Cost.capital`.
    """

    unit_name: str
    stage: str
    item: str
    cause: str
    quantity: Array
    unit: str
    price: float | Array
    source: str
    assumed: bool
    cost: Array
    note: str = ""
    year: int | None = None
    quote: Price | None = None


def priced(
    unit: UnitResult, item: str, quantity: Array, unit_of_quantity: str, price: Price, assumed: bool, cause: str = ""
) -> CostLine:
    """What a unit uses per operating hour at a price; `assumed` says whether the quantity rests on an assumption."""
    rate = price.per(unit_of_quantity)
    return CostLine(
        unit_name=unit.name,
        stage=unit.stage,
        item=item,
        cause=cause or price.cause,
        quantity=quantity,
        unit=unit_of_quantity,
        price=rate,
        source=price.source,
        assumed=assumed or price.assumed,
        cost=np.asarray(quantity * rate),
        note=price.note,
        year=price.year,
        quote=price,
    )
