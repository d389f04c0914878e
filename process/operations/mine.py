"""Mining: ore out of the ground, with the fuel and water it takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

from pydantic import Field

from ..quantities import In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard


class Mine(Parameters):
    """Open-pit mine: ore as delivered to the mill.

    Dust suppression and other water that never touches the ore's balance is not modelled.
    """

    kind: Literal["mine"]
    feed: Inlet = Field(description="The ore feed.")
    diesel: Annotated[Value, In("MJ/kg", "1.25 MJ/kg", low=0)] = Field(
        standard("1.25 MJ/kg (sprecher2014)"), description="Diesel per kg of ore."
    )


def mine(p: SimpleNamespace, b: Balance) -> None:
    """Pass the ore on and note the diesel."""
    ore = per_sample(b.flow("feed"))
    b.use("diesel", ore * p.diesel, "MJ", ("diesel",))


KIND = Kind("mine", "mine", Mine, {"ore": Outlet("ore", parts="feed", title="ore to the mill")}, mine, rest="ore")
