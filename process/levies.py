"""What a flowsheet file says of levies and freight: a price of carbon, a royalty, what it costs to carry streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .quantities import Value


@dataclass(frozen=True, slots=True)
class Levies:
    """`carbon_price` in USD/t CO2, None where there is none; `royalty` as a share, None where the region's holds.

    `on_power` also charges the carbon of bought electricity. `freight` maps streams (`unit.outlet`, or a feed) to
    USD/t.
    """

    carbon_price: Value | None = None
    on_power: bool = False
    royalty: Value | None = None
    freight: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def values(self) -> dict[str, Value]:
        """The values by their path in the file."""
        named = {"carbon_price": self.carbon_price, "royalty": self.royalty}
        out = {path: value for path, value in named.items() if value is not None}
        return out | {f"freight.{stream}": value for stream, value in self.freight.items()}
