"""Jet milling: coarse powder to a few micrometres, with the oxygen that fresh surface takes up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL


class JetMilling(Parameters):
    """Jet milling: powder for the press, ultrafines lost in the cyclone, oxygen taken up by both."""

    kind: Literal["jet_milling"]
    feed: Inlet = Field(description="Coarse powder.")
    recovery: Fraction = Field(
        standard("98.5 % from 97 to 99.5 % (assumed)"),
        description="Share of the feed that becomes powder for the press.",
    )
    oxygen: Annotated[Value, In("kg/kg", "1500 ppm", low=0, high=0.02)] = Field(
        standard("0.0015 kg/kg from 0.001 to 0.0027 kg/kg (assumed)"), description="Oxygen taken up per kg of feed."
    )
    electricity: Annotated[Value, In("kWh/kg", "1.8 kWh/kg", low=0)] = Field(
        standard("1.8 kWh/kg (sprecher2014)"), description="Per kg of feed."
    )


def jet_milling(p: SimpleNamespace, b: Balance) -> None:
    """The same share of every element to the powder."""
    mass = per_sample(b.flow("feed"))
    b.reagent("oxygen", p.oxygen * mass, ("oxygen",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.send("powder", np.asarray(p.recovery)[:, None])


KIND = Kind(
    "jet_milling",
    "alloy",
    JetMilling,
    {"powder": Outlet("powder"), "ultrafines": Outlet("swarf", waste=True)},
    jet_milling,
    rest="ultrafines",
    takes=(METAL,),
)
