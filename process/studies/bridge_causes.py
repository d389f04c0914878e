"""The causes that a cost difference is attributed to, and which cause each part of a line of cost belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..economics.operating import CostLine
from ..economics.pricebook import CostError

CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "product": "rare earths that a kg of the product holds",
        "ore": "grade of the ore, and the other rare earths that come with those wanted",
        "recovery": "rare earths and mass lost on the way, and how far along the others are carried",
        "co-products": "share of a unit's cost that falls to the product and not to what is made beside it",
        "materials": "metals and other materials bought, kg per kg; carriage",
        "reagents": "kg of reagents and water per kg of rare earths that pass",
        "energy": "power, fuel and heat per kg of rare earths or of magnet that pass",
        "waste": "waste per kg that passes, and by-products sold or spared",
        "labour": "people per kg that passes, and their wages",
        "capital": "what plants of one size cost to build in one place; upkeep and insurance",
        "scale": "size of the plant, by the exponents of its equipment or of whole plants",
        "location": "wages, productivity and materials of building where the plant stands",
        "compliance": "cost of building to the region's rules; prices of waste, duties on carbon and mining",
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
        "labour": "labour",
        "overhead": "compliance",
        "royalty": "compliance",
        "carbon": "compliance",
        "maintenance": "capital",
        "capital": "finance",
    }
)


def is_built(line: CostLine) -> bool:
    """Whether a line is a share of what equipment costs to build: capital charge, upkeep, insurance."""
    return line.unit == "million USD invested"


def is_staff(line: CostLine) -> bool:
    """Whether a line pays people."""
    return line.quote is not None and line.quote.item == "labour"


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
    sold = bool((line.cost < 0.0).any())
    return "compliance" if use == "waste" and not sold else "prices"
