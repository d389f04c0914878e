"""Sulphate liquor to rare-earth chlorides: carbonates are precipitated, filtered and dissolved in hydrochloric acid."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .stoichiometry import acid_demand, free_acid, rare_earth_moles

CARBONATES = {"NH4HCO3": (1.0, 1.0), "Na2CO3": (2.0, 1.0)}
"""Charges that a mol of reagent precipitates, and carbon in it."""


class ChlorideConversion(Parameters):
    """Chloride conversion: carbonate precipitation, then hydrochloric acid.

    2 RE3+ + 6 HCO3- gives RE2(CO3)3 + 3 CO2 + 3 H2O; RE2(CO3)3 + 6 HCl gives 2 RECl3 + 3 CO2 + 3 H2O. Free acid of
    the liquor takes precipitant too. The reagent in excess, the sulphate and the base's metal leave with the effluent.
    """

    kind: Literal["chloride_conversion"]
    feed: Inlet = Field(description="Purified sulphate liquor.")
    recovery: dict[ElementName, Fraction] = Field(
        standard({"REO": "99.9 % from 99 to 100 % (assumed)", "Ca": "20 % from 5 to 50 % (assumed)"}),
        description="Share that reaches the chlorides: `{REO: 99 %, Ca: 10 %}`; other metals stay in the effluent.",
    )
    carbonate: Literal["NH4HCO3", "Na2CO3"] = Field("NH4HCO3", description="The precipitant.")
    carbonate_excess: Annotated[Value, In("1", "10 %", low=0)] = Field(
        standard("10 % from 5 to 30 % (assumed)"), description="Precipitant beyond charges and free acid."
    )
    acid_excess: Annotated[Value, In("1", "2 %", low=0)] = Field(
        standard("2 % from 0 to 10 % (assumed)"), description="Acid beyond the charges; stays in the liquor."
    )
    liquor: Annotated[Value, In("mol/L", "1.0 mol/L", low=0.001)] = Field(
        standard("1 mol/L from 0.8 to 1.5 mol/L (assumed)"), description="Rare earths in the chloride liquor."
    )


def chloride_conversion(p: SimpleNamespace, b: Balance) -> None:
    """Metals that are recovered with their chloride and water to the liquor; the rest to the effluent."""
    feed = b.flow("feed")
    liquor = feed * spread_over_elements(p.recovery, b.samples)
    for name in ("O", "H", "S", "C", "N", "Cl", "P", "F"):
        liquor[:, INDEX[name]] = 0.0
    charges = acid_demand(liquor)
    per_mol, carbon = CARBONATES[p.carbonate]
    reacted = (charges + free_acid(feed)) / per_mol
    precipitant = reacted * (1.0 + p.carbonate_excess)
    acid = charges * (1.0 + p.acid_excess)
    follows = tuple(f"recovery.{name}" for name in p.recovery)
    b.reagent(p.carbonate, precipitant * molar_mass(p.carbonate), ("carbonate_excess", *follows))
    b.reagent("HCl", acid * molar_mass("HCl"), ("acid_excess", *follows))
    water = rare_earth_moles(liquor) / p.liquor * 1000.0 / molar_mass("H2O")
    b.reagent("water", water * molar_mass("H2O"), ("liquor",))

    water = water + charges / 2.0
    liquor[:, INDEX["Cl"]] = acid * MOLAR_MASS[INDEX["Cl"]]
    liquor[:, INDEX["H"]] = (2.0 * water + acid - charges) * MOLAR_MASS[INDEX["H"]]
    liquor[:, INDEX["O"]] = water * MOLAR_MASS[INDEX["O"]]
    b.require("liquor", liquor)
    gas = np.zeros_like(feed)
    gas[:, INDEX["C"]] = carbon * reacted * MOLAR_MASS[INDEX["C"]]
    gas[:, INDEX["O"]] = 2.0 * carbon * reacted * MOLAR_MASS[INDEX["O"]]
    b.require("offgas", gas)


KIND = Kind(
    "chloride_conversion",
    "separation",
    ChlorideConversion,
    {
        "liquor": Outlet("chloride liquor"),
        "effluent": Outlet("effluent", waste=True),
        "offgas": Outlet("gas", waste=True),
    },
    chloride_conversion,
    rest="effluent",
)
