"""Oxidative roast of bastnaesite: carbon dioxide off, cerium to its tetravalent oxide."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .stoichiometry import moles, neutral_oxygen

AIR_OXYGEN = 0.232
"""kg O2 per kg dry air. Source: composition of dry air."""


class OxidativeRoast(Parameters):
    """Oxidative roast: RECO3F gives REOF and CO2, and Ce(III) burns to Ce(IV), which acid then leaves behind.

    Fluorine stays in the calcine. Carbonates of the rare-earth minerals and of the gangue lose CO2 alike. Air enters
    for the oxygen that cerium takes; combustion air of the burner is not in the balance.
    """

    kind: Literal["oxidative_roast"]
    feed: Inlet = Field(description="Concentrate.")
    temperature: Annotated[Value, In("degC", "620 °C", low=200, high=1200)] = Field(
        standard("620 degC from 550 to 700 degC (assumed)"), description="Roasting temperature; for the record."
    )
    decarbonation: Fraction = Field(
        standard("97 % from 90 to 99.5 % (assumed)"), description="Share of the carbonate that leaves as CO2."
    )
    excess_air: Annotated[Value, In("1", "50 %", low=0)] = Field(
        standard("50 % from 10 to 200 % (assumed)"), description="Air beyond what cerium's oxidation takes."
    )
    heat: Annotated[Value, In("MJ/kg", "3 GJ/t", low=0)] = Field(
        standard("3 MJ/kg from 2 to 5 MJ/kg (assumed)"), description="Fuel per kg of concentrate."
    )


def oxidative_roast(p: SimpleNamespace, b: Balance) -> None:
    """Carbon dioxide to the off-gas; oxygen in the calcine by its charges, with cerium tetravalent."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    cerium = moles(feed)[:, INDEX["Ce"]]
    oxygen = cerium / 2.0 * MOLAR_MASS[INDEX["O"]]
    b.reagent("air", oxygen / AIR_OXYGEN * (1.0 + p.excess_air), ("excess_air",))
    b.use("heat", p.heat * mass, "MJ", ("heat",))

    calcine = feed.copy()
    calcine[:, INDEX["C"]] *= 1.0 - p.decarbonation
    for name in ("O", "N", "Ar", "H"):
        calcine[:, INDEX[name]] = 0.0
    calcine[:, INDEX["O"]] = neutral_oxygen(calcine, {"Ce": 4.0})
    b.require("calcine", calcine)
    carbon = feed[:, INDEX["C"]] * p.decarbonation
    b.details["CO2"] = carbon * (1.0 + 2.0 * MOLAR_MASS[INDEX["O"]] / MOLAR_MASS[INDEX["C"]])
    b.details["temperature"] = np.asarray(p.temperature)


KIND = Kind(
    "oxidative_roast",
    "separation",
    OxidativeRoast,
    {"calcine": Outlet("calcine"), "offgas": Outlet("gas", waste=True)},
    oxidative_roast,
    rest="offgas",
)
