"""Hydrogen decrepitation: alloy flakes take up hydrogen and fall to coarse powder."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX
from ..magnet.hydrogen import capacity, left, sites
from ..quantities import Fraction, In, Temperature, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL
from .stoichiometry import one

Uptake = Annotated[Value, In("1", "3.6", low=0, high=5)]
Hydride = Annotated[Value, In("1", "2.8", low=0, high=3)]


class HydrogenDecrepitation(Parameters):
    """Hydrogen decrepitation: hydrogen into the phases, most of it out again on degassing, the rest with the powder.

    The RE-rich phase becomes hydride, the matrix takes hydrogen between its atoms; degassing empties the matrix and
    leaves RH2. Samarium-cobalt takes less and gives nearly all of it back. The feed's own hydrogen counts as taken.
    """

    kind: Literal["hydrogen_decrepitation"]
    feed: Inlet = Field(description="Alloy flakes, or clean magnets and scrap.")
    matrix: Uptake = Field(
        standard("3.6 from 3 to 5 (assumed)"), description="Hydrogen atoms that a formula unit R2T14B takes up."
    )
    rich: Hydride = Field(
        standard("2.8 from 2.7 to 3 (assumed)"), description="Hydrogen atoms per rare earth of the RE-rich phase."
    )
    degassing_temperature: Temperature = Field(
        standard("560 °C from 500 to 600 °C (assumed)"), description="Of the degassing in vacuum; sets what stays."
    )
    hydrogen: Annotated[Value, In("kg/kg", "4.3 kg/t", low=0, high=0.02)] | None = Field(
        None, description="Hydrogen taken up per kg of alloy, in place of what its phases take."
    )
    retained: Fraction | None = Field(
        None, description="Share of the hydrogen taken up that stays, in place of what the temperature leaves."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.1 kWh/kg", low=0)] = Field(
        standard("0.1 kWh/kg (sprecher2014)"), description="Per kg of alloy."
    )


def hydrogen_decrepitation(p: SimpleNamespace, b: Balance) -> None:
    """The alloy with the hydrogen that stays to the powder, the rest as gas."""
    feed = b.flow("feed")
    mass, before = per_sample(feed), feed[:, INDEX["H"]]
    stays = np.zeros(b.samples)
    taken = np.zeros(b.samples) if p.hydrogen is None else p.hydrogen * mass
    if p.hydrogen is None or p.retained is None:
        found = sites(feed)
        b.refuse(found.code != 0, found.words)
        stays = left(found, p.matrix, p.rich, p.degassing_temperature)
        if p.hydrogen is None:
            taken = np.maximum(capacity(found, p.matrix, p.rich) - before, 0.0)
    whole = before + taken
    stays = np.minimum(stays, whole) if p.retained is None else before + taken * p.retained
    keys = ("hydrogen",) if p.hydrogen is not None else ("matrix", "rich")
    b.reagent("hydrogen", taken, keys)
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("hydrogen furnace", mass, "kg/h")
    b.require("offgas", one("H", whole - stays, b.samples), "H")
    dry = mass - before
    share = np.divide(stays, dry + stays, out=np.zeros_like(stays), where=dry + stays > 0.0)
    b.details["hydrogen_in_powder"] = share


KIND = Kind(
    "hydrogen_decrepitation",
    "alloy",
    HydrogenDecrepitation,
    {"powder": Outlet("powder"), "offgas": Outlet("gas", waste=True)},
    hydrogen_decrepitation,
    rest="powder",
    takes=(METAL,),
)
