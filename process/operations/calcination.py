"""Calcination: rare-earth carbonate to oxide."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS
from ..quantities import In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .oxidative_roast import AIR_OXYGEN
from .stoichiometry import moles, oxide_oxygen


class Calcination(Parameters):
    """Calcination: carbonate burns to CeO2, Pr6O11, Tb4O7 or R2O3.

    Carbon dioxide and water leave; air brings what oxygen is missing. Sulphate and fluoride stay.
    """

    kind: Literal["calcination"]
    feed: Inlet = Field(description="Carbonate.")
    excess_air: Annotated[Value, In("1", "50 %", low=0)] = Field(
        standard("50 % from 10 to 200 % (assumed)"), description="Air beyond the oxygen that the oxides take up."
    )
    heat: Annotated[Value, In("MJ/kg", "6 MJ/kg", low=0)] = Field(
        standard("6 MJ/kg from 3 to 12 MJ/kg (assumed)"), description="Kiln fuel per kg of feed."
    )


def calcination(p: SimpleNamespace, b: Balance) -> None:
    """Metals with the oxygen of their conventional oxides stay; carbon dioxide leaves."""
    feed = b.flow("feed")
    oxide = feed.copy()
    for name in ("C", "O", "H", "N", "Cl", "Ar"):
        oxide[:, INDEX[name]] = 0.0
    oxide[:, INDEX["O"]] = oxide_oxygen(oxide)
    inside = moles(feed)
    burnt = (2.0 * inside[:, INDEX["C"]] + inside[:, INDEX["H"]] / 2.0) * MOLAR_MASS[INDEX["O"]]
    missing = np.maximum(oxide[:, INDEX["O"]] + burnt - feed[:, INDEX["O"]], 0.0)
    b.reagent("air", missing / AIR_OXYGEN * (1.0 + p.excess_air), ("excess_air",))
    b.use("heat", p.heat * per_sample(feed), "MJ", ("heat",))
    b.require("oxide", oxide)


KIND = Kind(
    "calcination",
    "separation",
    Calcination,
    {"oxide": Outlet("oxide"), "offgas": Outlet("gas", waste=True)},
    calcination,
    rest="offgas",
)
