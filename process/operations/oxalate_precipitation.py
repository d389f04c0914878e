"""Oxalate precipitation and calcination: strip liquor to rare-earth oxide."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, RE, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .oxidative_roast import AIR_OXYGEN
from .stoichiometry import acid_demand, oxide_oxygen, rare_earth_moles


class OxalatePrecipitation(Parameters):
    """Oxalate precipitation, filtration and calcination to oxide.

    2 RECl3 + 3 H2C2O4 gives RE2(C2O4)3 + 6 HCl; in the kiln it burns to oxide (CeO2, Pr6O11, Tb4O7 or R2O3) and CO2.
    Acid, water and the oxalic acid in excess leave with the filtrate.
    """

    kind: Literal["oxalate_precipitation"]
    feed: Inlet = Field(description="Chloride liquor.")
    recovery: dict[ElementName, Fraction] = Field(
        standard({"REO": "98 % from 95 to 99 % (assumed)"}), description="Share that reaches the oxide: `{REO: 98 %}`."
    )
    oxalate_excess: Annotated[Value, In("1", "15 %", low=0)] = Field(
        standard("15 % from 5 to 40 % (assumed)"), description="Oxalic acid beyond 1.5 mol per mol rare earth fed."
    )
    excess_air: Annotated[Value, In("1", "30 %", low=0)] = Field(
        standard("30 % from 10 to 100 % (assumed)"), description="Air beyond what burning the oxalate takes."
    )
    heat: Annotated[Value, In("MJ/kg", "10 MJ/kg", low=0)] = Field(
        standard("10 MJ/kg from 5 to 20 MJ/kg (assumed)"), description="Kiln fuel per kg of oxide."
    )


def oxalate_precipitation(p: SimpleNamespace, b: Balance) -> None:
    """Oxide by recovery; burnt oxalate to the off-gas; everything else to the filtrate."""
    feed = b.flow("feed")
    oxide = np.zeros_like(feed)
    recovery = spread_over_elements(p.recovery, b.samples)
    oxide[:, RE] = feed[:, RE] * recovery[:, RE]
    for name in p.recovery:
        if name in INDEX and INDEX[name] not in RE:
            oxide[:, INDEX[name]] = feed[:, INDEX[name]] * p.recovery[name]
    own = oxide_oxygen(oxide) / MOLAR_MASS[INDEX["O"]]
    charges = acid_demand(oxide)
    # Per charge half an oxalate, 1 C and 2 O, burns to CO2: the oxide's oxygen is what air must bring.
    air = own * MOLAR_MASS[INDEX["O"]] / AIR_OXYGEN * (1.0 + p.excess_air)
    others = np.maximum(charges - 3.0 * rare_earth_moles(oxide), 0.0)
    acid = (1.5 * rare_earth_moles(feed) + others / 2.0) * (1.0 + p.oxalate_excess)
    b.reagent("oxalic_acid", acid * molar_mass("C2H2O4"), ("oxalate_excess",))
    b.reagent("air", air, ("excess_air",))
    mass = per_sample(oxide) + own * MOLAR_MASS[INDEX["O"]]
    b.use("heat", p.heat * mass, "MJ", ("heat",))

    oxide[:, INDEX["O"]] = own * MOLAR_MASS[INDEX["O"]]
    b.require("oxide", oxide)
    gas = np.zeros_like(feed)
    gas[:, INDEX["C"]] = charges * MOLAR_MASS[INDEX["C"]]
    gas[:, INDEX["O"]] = (2.0 * charges + own * p.excess_air) * MOLAR_MASS[INDEX["O"]]
    b.require("offgas", gas)
    for name in ("N", "Ar"):
        only = np.zeros_like(feed)
        only[:, INDEX[name]] = 1.0
        b.send("offgas", only, reagent="air")


KIND = Kind(
    "oxalate_precipitation",
    "separation",
    OxalatePrecipitation,
    {"oxide": Outlet("oxide"), "filtrate": Outlet("effluent", waste=True), "offgas": Outlet("gas", waste=True)},
    oxalate_precipitation,
    rest="filtrate",
)
