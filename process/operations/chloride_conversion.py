"""Sulphate liquor to rare-earth chlorides: carbonates are precipitated, filtered and dissolved in hydrochloric acid."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .liquor_ph import water_of
from .phases import LIQUOR
from .stoichiometry import acid_demand, free_acid, neutral_oxygen, rare_earth_moles
from .uncracked import refuse_minerals

CARBONATES = {"NH4HCO3": (1.0, 1.0), "Na2CO3": (2.0, 1.0)}
"""Charges that a mol of reagent precipitates, and carbon in it."""


class ChlorideConversion(Parameters):
    """Chloride conversion: carbonate precipitation, then hydrochloric acid.

    2 RE3+ + 6 HCO3- gives RE2(CO3)3 + 3 CO2 + 3 H2O; RE2(CO3)3 + 6 HCl gives 2 RECl3 + 3 CO2 + 3 H2O. Free acid of
    the liquor takes precipitant too. Iron, aluminium, thorium and lead come down with the carbonate and dissolve with
    it; what of them is not named stays in the effluent, with the reagent in excess, the sulphate and the base's metal.
    """

    kind: Literal["chloride_conversion"]
    feed: Inlet = Field(description="Purified sulphate liquor.")
    recovery: dict[ElementName, Fraction] = Field(
        standard({"REO": "99.9 % from 99 to 100 % (assumed)", "Ca": "20 % from 5 to 50 % (assumed)"}),
        description="Share that reaches the chlorides: `{REO: 99 %, Ca: 10 %}`.",
    )
    coprecipitation: dict[ElementName, Fraction] = Field(
        standard(
            {
                "Fe": "99 % from 90 to 99.9 % (assumed)",
                "Al": "95 % from 80 to 99.5 % (assumed)",
                "Th": "99 % from 90 to 99.9 % (assumed)",
                "Pb": "90 % from 60 to 99 % (assumed)",
                "Zn": "50 % from 20 to 90 % (assumed)",
                "Mn": "30 % from 10 to 60 % (assumed)",
                "Mg": "1 % from 0.2 to 5 % (assumed)",
            }
        ),
        description="Share of other metals that goes the same way, where `recovery` does not name them.",
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
    residence: Annotated[Value, In("h", "4 h", low=0)] = Field(
        standard("4 h from 2 to 10 h (assumed)"), description="Time in the tanks of each of the two steps."
    )
    filter_rate: Annotated[Value, In("kg/m^2/h", "40 kg/m^2/h", low=0.001)] = Field(
        standard("40 kg/m^2/h from 15 to 100 kg/m^2/h (assumed)"), description="Dry carbonate per area of filter."
    )
    electricity: Annotated[Value, In("kWh/m^3", "1 kWh/m^3", low=0)] = Field(
        standard("1 kWh/m^3 from 0.5 to 3 kWh/m^3 (assumed)"),
        description="Stirring and filters, per m3 of water in the sulphate and the chloride liquor.",
    )


def chloride_conversion(p: SimpleNamespace, b: Balance) -> None:
    """Metals that are recovered with their chloride and water to the liquor; the rest to the effluent."""
    refuse_minerals(b, ", a mineral and no liquor", "feed it the liquor of a leach")
    feed = b.flow("feed")
    together = spread_over_elements(p.coprecipitation, b.samples)
    liquor = feed * spread_over_elements(p.recovery, b.samples, together)
    for name in ("O", "H", "S", "C", "N", "Cl", "P", "F"):
        liquor[:, INDEX[name]] = 0.0
    charges = acid_demand(liquor)
    per_mol, carbon = CARBONATES[p.carbonate]
    reacted = (charges + free_acid(feed)) / per_mol
    precipitant = reacted * (1.0 + p.carbonate_excess)
    acid = charges * (1.0 + p.acid_excess)
    follows = tuple(
        f"{key}.{name}"
        for key, named in (("recovery", p.recovery), ("coprecipitation", p.coprecipitation))
        for name in named
    )
    b.reagent(p.carbonate, precipitant * molar_mass(p.carbonate), ("carbonate_excess", *follows))
    b.reagent("HCl", acid * molar_mass("HCl"), ("acid_excess", *follows))
    water = rare_earth_moles(liquor) / p.liquor * 1000.0 / molar_mass("H2O")
    b.reagent("water", water * molar_mass("H2O"), ("liquor",))
    held = water_of(feed) / 1000.0
    made = water * molar_mass("H2O") / 1000.0
    carbonate = liquor.copy()
    carbonate[:, INDEX["C"]] = charges / 2.0 * MOLAR_MASS[INDEX["C"]]
    carbonate[:, INDEX["O"]] = neutral_oxygen(carbonate)
    b.use("electricity", p.electricity * (held + made), "kWh", ("electricity",))
    b.size("carbonate tank", held * p.residence, "m^3", ("residence",))
    b.size("dissolving tank", made * p.residence, "m^3", ("residence",))
    b.size("filter", per_sample(carbonate) / p.filter_rate, "m^2", ("filter_rate",))

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
    takes=(LIQUOR,),
)
