"""Hydrogen decrepitation: alloy flakes take up hydrogen and fall to coarse powder."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

from pydantic import Field

from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL
from .stoichiometry import one


class HydrogenDecrepitation(Parameters):
    """Hydrogen decrepitation: hydrogen in, most of it out again on degassing, the rest with the powder."""

    kind: Literal["hydrogen_decrepitation"]
    feed: Inlet = Field(description="Alloy flakes.")
    hydrogen: Annotated[Value, In("kg/kg", "4.3 kg/t", low=0, high=0.02)] = Field(
        standard("4.3 kg/t (sprecher2014)"), description="Hydrogen taken up per kg of alloy."
    )
    retained: Fraction = Field(
        standard("25 % from 10 to 40 % (assumed)"), description="Share of the hydrogen that stays after degassing."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.1 kWh/kg", low=0)] = Field(
        standard("0.1 kWh/kg (sprecher2014)"), description="Per kg of alloy."
    )


def hydrogen_decrepitation(p: SimpleNamespace, b: Balance) -> None:
    """The alloy with the retained hydrogen to the powder."""
    mass = per_sample(b.flow("feed"))
    taken = p.hydrogen * mass
    b.reagent("hydrogen", taken, ("hydrogen",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.require("offgas", one("H", taken * (1.0 - p.retained), b.samples), "H")


KIND = Kind(
    "hydrogen_decrepitation",
    "alloy",
    HydrogenDecrepitation,
    {"powder": Outlet("powder"), "offgas": Outlet("gas", waste=True)},
    hydrogen_decrepitation,
    rest="powder",
    takes=(METAL,),
)
