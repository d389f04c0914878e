"""Carbonate precipitation: rare-earth chlorides to a carbonate for sale or for the kiln."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .chloride_conversion import CARBONATES
from .stoichiometry import acid_demand, free_acid, neutral_oxygen


class CarbonatePrecipitation(Parameters):
    """Carbonate precipitation: dry RE2(CO3)3 from a chloride liquor, with ammonium bicarbonate or soda.

    Free acid of the liquor takes precipitant too.
    """

    kind: Literal["carbonate_precipitation"]
    feed: Inlet = Field(description="Chloride liquor.")
    recovery: dict[ElementName, Fraction] = Field(
        standard({"REO": "98 % from 95 to 99 % (assumed)"}),
        description="Share that reaches the carbonate: `{REO: 98 %}`.",
    )
    carbonate: Literal["NH4HCO3", "Na2CO3"] = Field("Na2CO3", description="The precipitant.")
    carbonate_excess: Annotated[Value, In("1", "10 %", low=0)] = Field(
        standard("10 % from 5 to 30 % (assumed)"), description="Precipitant beyond charges and free acid."
    )


def carbonate_precipitation(p: SimpleNamespace, b: Balance) -> None:
    """Carbonate by recovery; salts and water to the effluent."""
    feed = b.flow("feed")
    solid = feed * spread_over_elements(p.recovery, b.samples)
    for name in ("O", "H", "S", "C", "N", "Cl", "P", "F"):
        solid[:, INDEX[name]] = 0.0
    charges = acid_demand(solid)
    per_mol, carbon = CARBONATES[p.carbonate]
    reacted = (charges + free_acid(feed)) / per_mol
    precipitant = reacted * (1.0 + p.carbonate_excess)
    follows = ("carbonate_excess", *(f"recovery.{name}" for name in p.recovery))
    b.reagent(p.carbonate, precipitant * molar_mass(p.carbonate), follows)

    held = charges / 2.0
    solid[:, INDEX["C"]] = held * MOLAR_MASS[INDEX["C"]]
    solid[:, INDEX["O"]] = neutral_oxygen(solid)
    b.require("carbonate", solid)
    gas = np.zeros_like(feed)
    freed = np.maximum(reacted * carbon - held, 0.0)
    gas[:, INDEX["C"]] = freed * MOLAR_MASS[INDEX["C"]]
    gas[:, INDEX["O"]] = 2.0 * freed * MOLAR_MASS[INDEX["O"]]
    b.require("offgas", gas)


KIND = Kind(
    "carbonate_precipitation",
    "separation",
    CarbonatePrecipitation,
    {"carbonate": Outlet("carbonate"), "effluent": Outlet("effluent", waste=True), "offgas": Outlet("gas", waste=True)},
    carbonate_precipitation,
    rest="effluent",
)
