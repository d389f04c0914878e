"""Hydrogen recycling: old magnets fall to powder in hydrogen and out of their coat; what is sieved off is lost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL
from .scrap_coat import COAT_ELEMENTS, coat_shares
from .stoichiometry import one


class HydrogenRecycling(Parameters):
    """Hydrogen processing of magnet scrap: demagnetised, hydrided powder, coat and glue sieved off.

    Hydrogen opens the magnets along their grain boundaries, and demagnetises them; nickel flakes and glue do not fall
    to powder and stay on the sieve, with some of the powder. The powder goes on, with new hydride of a fresh alloy
    for what oxygen has taken, to the jet mill.
    """

    kind: Literal["hydrogen_recycling"]
    feed: Inlet = Field(description="Old magnets, in their coat or freed of it; rejects of machining and coating.")
    hydrogen: Annotated[Value, In("kg/kg", "4.3 kg/t", low=0, high=0.02)] = Field(
        standard("4.3 kg/t (sprecher2014)"), description="Hydrogen taken up per kg of magnet."
    )
    retained: Fraction = Field(
        standard("25 % from 10 to 40 % (assumed)"), description="Share of the hydrogen that stays after degassing."
    )
    recovery: Fraction = Field(
        standard("90 % from 85 to 95 % (walton2015)"), description="Share of the magnets that is got as powder."
    )
    uncoated: Fraction = Field(
        standard("97 % from 85 to 99.5 % (assumed)"), description="Share of coat and glue that stays on the sieve."
    )
    coat_elements: list[ElementName] = Field(
        default=list(COAT_ELEMENTS),
        description="Elements that are coat and glue in a feed without a part `coat`; add Cu where it is plated.",
    )
    oxygen: Annotated[Value, In("kg/kg", "300 ppm", low=0, high=0.02)] = Field(
        standard("300 ppm from 50 to 1500 ppm (assumed)"), description="Oxygen picked up on sieving, per kg of powder."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.2 kWh/kg", low=0)] = Field(
        standard("0.2 kWh/kg from 0.1 to 0.5 kWh/kg (assumed)"),
        description="Vessel, vacuum furnace and sieves, per kg of feed; decrepitation alone 0.1 (sprecher2014).",
    )


def hydrogen_recycling(p: SimpleNamespace, b: Balance) -> None:
    """Powder by its share; coat and what is not got as powder stay on the sieve, most hydrogen leaves as gas."""
    mass = per_sample(b.flow("feed"))
    coat = coat_shares(b, "feed", p.uncoated, p.coat_elements)
    magnet = np.zeros(b.samples)
    for part, off in coat.items():
        magnet += per_sample(b.flow("feed", part) * (1.0 - off))
    taken = p.hydrogen * magnet
    picked = p.oxygen * p.recovery * magnet
    b.reagent("hydrogen", taken, ("hydrogen", "uncoated"))
    b.reagent("oxygen", picked, ("oxygen", "recovery", "uncoated"))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("hydrogen vessel", mass, "kg/h")

    gas = one("H", 1.0 - p.retained, b.samples)
    b.send("offgas", gas, reagent="hydrogen")
    b.send("powder", one("H", p.retained * p.recovery, b.samples), reagent="hydrogen")
    b.send("powder", one("O", np.ones(b.samples), b.samples), reagent="oxygen")
    for part, off in coat.items():
        b.send("powder", (1.0 - off) * p.recovery[:, None], inlet="feed", part=part)


KIND = Kind(
    "hydrogen_recycling",
    "alloy",
    HydrogenRecycling,
    {
        "powder": Outlet("powder"),
        "residue": Outlet("scrap", waste=True, title="coat and what stays on the sieve"),
        "offgas": Outlet("gas", waste=True),
    },
    hydrogen_recycling,
    rest="residue",
    takes=(METAL,),
)
