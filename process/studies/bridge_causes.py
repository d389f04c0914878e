"""The causes that a cost difference is attributed to, and which cause each part of a line of cost belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ..data import reagents
from ..economics.operating import CostLine
from ..economics.pricebook import CostError
from ..elements import COUNT, RE, indices, mass_fractions
from ..flowsheet import Result
from ..sums import per_sample

CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "product": "rare earths that a kg of the product holds, and kg of Dy and Tb bought for it",
        "ore": "grade of the ore, and the other rare earths that come with those wanted",
        "recovery": "rare earths and mass lost on the way, and how far along the others are carried",
        "co-products": "share of a unit's cost that falls to the product and not to what is made beside it",
        "materials": "metals and other materials bought, kg per kg; carriage",
        "reagents": "kg of reagents and water per kg of rare earths that pass, less what is made of them",
        "energy": "power, fuel and heat per kg of rare earths or of magnet that pass",
        "waste": "waste to dispose of per kg that passes",
        "by-products": "by-products sold, kg per kg that passes",
        "labour": "people per kg that passes, and their wages",
        "capital": "what plants of one size cost to build in one place; upkeep and insurance",
        "scale": "size of the plant, by the exponents of its equipment or of whole plants",
        "location": "wages, productivity and materials of building where the plant stands",
        "compliance": "what a region's build cost leaves over location; prices of waste, duties on carbon and mining",
        "finance": "discount rate, life, hours of a year, equipment that stands idle, stocks tied up",
        "prices": "prices of materials, reagents, energy and by-products",
    }
)
"""The causes, in the order of reports, each with what it counts."""

_USE: Mapping[str, str] = MappingProxyType(
    {
        "materials": "materials",
        "freight": "materials",
        "reagents": "reagents",
        "energy": "energy",
        "waste": "waste",
        "by-products": "by-products",
        "labour": "labour",
        "overhead": "compliance",
        "royalty": "compliance",
        "carbon": "compliance",
        "maintenance": "capital",
        "capital": "finance",
    }
)


HEAVY = ("Dy", "Tb")
"""The rare earths that are bought to make a magnet stand heat: how much says what a kg is, not how it is made."""


def is_built(line: CostLine) -> bool:
    """Whether a line is a share of what equipment costs to build: capital charge, upkeep, insurance."""
    return line.unit == "million USD invested"


def is_staff(line: CostLine) -> bool:
    """Whether a line pays people."""
    return line.quote is not None and line.quote.item == "labour"


def brings_heavy(result: Result, line: CostLine, followed: tuple[str, ...]) -> bool:
    """Whether a line buys Dy or Tb beside the rare earths that the product is `followed` by.

    More than half of the rare earths of the feed or reagent, by mass, are then Dy and Tb.
    """
    if line.quote is None or line.cause not in ("materials", "reagents"):
        return False
    if line.quote.from_file and line.item == line.quote.item and line.item in result.plan.feeds:
        held = result.streams[line.item].elements
    else:
        known = reagents().get(line.quote.item)
        made_of = {} if known is None else known.composition
        held = sum(
            (share * mass_fractions(formula)[None, :] for formula, share in made_of.items()), np.zeros((1, COUNT))
        )
    wanted = indices(name for name in HEAVY if name not in followed)
    heavy, rare = per_sample(held[:, wanted]), per_sample(held[:, RE])
    return bool(np.any(heavy > 0.5 * rare))


def use_cause(line: CostLine) -> str:
    """The cause that the quantity of a line belongs to. Raises CostError where none is known for it."""
    if is_built(line):
        return "capital"
    if is_staff(line):
        return "labour"
    if line.cause not in _USE:
        raise CostError(f"the bridge has no cause for lines of {line.cause}", "add it to bridge_causes.py")
    return _USE[line.cause]


def price_cause(line: CostLine) -> str:
    """The cause that the price of a line belongs to: wages count to labour, the price of waste to compliance."""
    use = use_cause(line)
    if is_built(line):
        return "finance" if line.cause == "capital" else "capital"
    if use in ("labour", "compliance", "capital", "finance"):
        return use
    return "compliance" if use == "waste" else "prices"
