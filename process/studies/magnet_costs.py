"""What the metals of a magnet cost: rare earths from their oxides by stoichiometry, the rest from the price book.

Metals in the finished magnet only: no yields, no wages, no energy. A diffusion, which one route has and the other has
not, counts with its whole coating, its power and an assumed price of the step.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..data import oxide_price
from ..data.sintering import numbers
from ..economics.pricebook import PriceBook
from ..elements import INDEX, OXIDE_FACTOR, RARE_EARTHS
from ..magnet.schedule import ageing_schedules, energy_ratio
from .magnet_route import Route, route_facts

Array = NDArray[np.float64]

BORON_IN_FERROBORON = 0.2
"""kg of boron per kg of ferroboron, the rest iron (`data/mixtures.csv`)."""
BOUGHT = {
    "Co": "cobalt",
    "Al": "aluminium",
    "Cu": "copper",
    "Ga": "gallium",
    "Nb": "niobium",
    "Zr": "zirconium",
    "Ti": "titanium",
    "Ni": "nickel",
}
"""Items of the price book by element; iron and boron come apart, C, N, O, Si and Mn cost nothing here."""
AGEING = (500.0, 4.0)
"""degC and h of the ageing after a diffusion, as the unit `grain_boundary_diffusion` has it."""
STEP = "diffusion step"
"""Name of the line that is no metal."""


def metal_price(element: str, year: int) -> float:
    """USD per kg of a rare-earth metal: its oxide's price times kg of oxide per kg of metal, nothing for the making.

    >>> round(metal_price("Nd", 2024), 1), round(metal_price("Dy", 2024), 1)
    (65.3, 298.4)
    """
    return oxide_price(element, year).value * float(OXIDE_FACTOR[INDEX[element]])


def metal_costs(
    composition: Array, region: str, year: int, coat: str = "", coating: Array | None = None
) -> Mapping[str, Array]:
    """USD per kg of magnet by metal, (samples,) each; those that no sample holds are left out."""
    book = PriceBook(region, year)
    out: dict[str, Array] = {}
    for name in RARE_EARTHS:
        mass = composition[:, INDEX[name]]
        if coating is not None and name == coat:
            mass = mass + coating
        if np.any(mass > 0.0):
            out[name] = mass * metal_price(name, year)
    boron = composition[:, INDEX["B"]] / BORON_IN_FERROBORON
    out["iron"] = np.maximum(composition[:, INDEX["Fe"]] - (1.0 - BORON_IN_FERROBORON) * boron, 0.0) * float(
        book.price("iron").per("kg")
    )
    out["ferroboron"] = boron * float(book.price("ferroboron").per("kg"))
    for name, item in BOUGHT.items():
        mass = composition[:, INDEX[name]]
        if np.any(mass > 0.0):
            out[item] = mass * float(book.price(item).per("kg"))
    return out


@cache
def diffusion_cost(route: Route, region: str, year: int) -> float:
    """USD per kg of magnet for a diffusion without its coating: power of the furnace, and coating, loading, furnace.

    >>> round(diffusion_cost(Route(), "china", 2024), 2)
    1.16
    """
    steps = (np.array([[route.celsius, AGEING[0]]]), np.array([[route.hours, AGEING[1]]]))
    power = numbers()["energy_standard"] * float(energy_ratio(ageing_schedules(*steps))[0])
    return (
        power * float(PriceBook(region, year).price("electricity").per("kWh")) + route_facts()["diffusion_step"].value
    )


def total(costs: Mapping[str, Array]) -> Array:
    """USD per kg, (samples,)."""
    whole = np.zeros_like(next(iter(costs.values())))
    for one in costs.values():
        whole = whole + one
    return whole
