"""Hydrochloric leach: each element by its own extraction, cerium left in the residue after a roast."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, OperationError, Outlet, Parameters, spread_over_elements, standard
from .stoichiometry import acid_demand, neutral_oxygen, rare_earth_moles

ANIONS = ("F", "S", "P", "Si", "B")


class AcidLeach(Parameters):
    """Leach with hydrochloric acid: the share of each element that dissolves.

    What does not dissolve stays in the residue with the anions of the solid: fluorine, sulphate, phosphate, silica.
    Cerium that stays is Ce(IV). Carbonate leaves as CO2 with the calcium it was bound to. Acid follows from the
    charges that dissolve, plus the excess; wash water keeps liquor out of the residue.
    """

    kind: Literal["acid_leach"]
    feed: Inlet = Field(description="Calcine.")
    extraction: dict[ElementName, Fraction] = Field(
        standard(
            {
                "REO": "92 % from 85 to 97 % (assumed)",
                "Ce": "8 % from 2 to 10 % (assumed)",
                "Ca": "80 % from 50 to 98 % (assumed)",
                "Mg": "80 % from 50 to 98 % (assumed)",
                "Fe": "30 % from 10 to 60 % (assumed)",
            }
        ),
        description="Share that dissolves, by element or group: `{REO: 92 %, Ce: 8 %, Ca: 60 %}`; others stay.",
    )
    acid_excess: Annotated[Value, In("1", "10 %", low=0)] = Field(
        standard("10 % from 5 to 30 % (assumed)"), description="Acid beyond the charges that dissolve."
    )
    liquor: Annotated[Value, In("mol/L", "1.0 mol/L", low=0.001)] = Field(
        standard("1 mol/L from 0.5 to 1.5 mol/L (assumed)"), description="Rare earths in the liquor; sets the water."
    )
    electricity: Annotated[Value, In("kWh/kg", "20 kWh/t", low=0)] = Field(
        standard("0.02 kWh/kg from 0.01 to 0.05 kWh/kg (assumed)"), description="Stirring and filters, per kg of feed."
    )


def acid_leach(p: SimpleNamespace, b: Balance) -> None:
    """Dissolve, and let the residue's charges say what oxygen stays."""
    feed = b.flow("feed")
    extraction = spread_over_elements(p.extraction, b.samples)
    dissolved = feed * extraction
    for name in (*ANIONS, "O", "C", "H", "N", "Ar"):
        if name not in p.extraction:
            dissolved[:, INDEX[name]] = 0.0
    acid = acid_demand(dissolved) * (1.0 + p.acid_excess)
    b.reagent("HCl", acid * molar_mass("HCl"), ("acid_excess", *(f"extraction.{name}" for name in p.extraction)))
    b.reagent("water", rare_earth_moles(dissolved) / p.liquor * 1000.0, ("liquor",))
    b.use("electricity", p.electricity * per_sample(feed), "kWh", ("electricity",))

    residue = feed - dissolved
    calcium = extraction[:, INDEX["Ca"]]
    residue[:, INDEX["C"]] = feed[:, INDEX["C"]] * (1.0 - calcium)
    gas = feed[:, INDEX["C"]] * calcium
    residue[:, INDEX["O"]] = 0.0
    oxygen = neutral_oxygen(residue, {"Ce": 4.0})
    if np.any(oxygen < 0.0):
        raise OperationError(
            "leaves more fluorine in the residue than its metals can bind",
            "lower the extraction of the rare earths or let F dissolve",
            int(np.argmin(oxygen)),
        )
    residue[:, INDEX["O"]] = oxygen
    b.require("residue", residue)
    carbon_dioxide = np.zeros_like(feed)
    carbon_dioxide[:, INDEX["C"]] = gas
    carbon_dioxide[:, INDEX["O"]] = gas / MOLAR_MASS[INDEX["C"]] * 2.0 * MOLAR_MASS[INDEX["O"]]
    b.require("offgas", carbon_dioxide)


KIND = Kind(
    "acid_leach",
    "separation",
    AcidLeach,
    {"liquor": Outlet("leach liquor"), "residue": Outlet("residue", waste=True), "offgas": Outlet("gas", waste=True)},
    acid_leach,
    rest="liquor",
)
