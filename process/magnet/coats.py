"""What a magnet's coat is made of: layers, their share of its thickness and their mass per area."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ..data.facts import Fact, fact, rows

COATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"NiCuNi": ("nickel", "copper"), "Zn": ("zinc",), "epoxy": ("epoxy",), "none": ()}
)
"""The layers of each coat, as reagents; the two nickel layers of NiCuNi are one."""


@cache
def layer_density() -> Mapping[str, Fact]:
    """Density of each layer, g/cm³, by reagent.

    A coat of 15 µm, two thirds nickel and a third copper, weighs 134 g/m²:

    >>> nickel, copper = (layer_density()[item].value for item in COATS["NiCuNi"])
    >>> round(10 * nickel + 5 * copper, 1)
    133.8
    """
    return MappingProxyType({row["item"]: fact(row) for row in rows("coat_layers")})
