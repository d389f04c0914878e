"""Water leach of a sulphated calcine: each element by its own extraction."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .stoichiometry import moles, neutral_oxygen

SPARINGLY_SOLUBLE = ("Ca", "Sr", "Ba", "Pb", "Ra")


class WaterLeach(Parameters):
    """Leach with water: the share of each element that dissolves.

    Calcium, barium, lead and radium that stay do so as sulphates; fluorine and silica stay. The residue holds no
    liquor: washing is in the water.
    """

    kind: Literal["water_leach"]
    feed: Inlet = Field(description="Sulphated calcine.")
    extraction: dict[ElementName, Fraction] = Field(
        standard(
            {
                "REO": "92 % (miit2016)",
                "Fe": "80 % from 50 to 95 % (assumed)",
                "Mg": "95 % from 80 to 99 % (assumed)",
                "Ca": "2 % from 1 to 5 % (assumed)",
                "P": "30 % from 10 to 60 % (assumed)",
                "Th": "5 % from 1 to 20 % (assumed)",
            }
        ),
        description="Share that dissolves, by element or group; the rare earths by the norm for the whole way from "
        "concentrate to mixed rare earths.",
    )
    water: Annotated[Value, In("kg/kg", "8 t/t", low=0)] = Field(
        standard("8 kg/kg from 6 to 12 kg/kg (assumed)"), description="Water per kg of calcine."
    )
    electricity: Annotated[Value, In("kWh/kg", "20 kWh/t", low=0)] = Field(
        standard("0.02 kWh/kg from 0.01 to 0.05 kWh/kg (assumed)"), description="Stirring and filters, per kg of feed."
    )


def water_leach(p: SimpleNamespace, b: Balance) -> None:
    """Residue by what does not dissolve; liquor and water are the rest."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    b.reagent("water", p.water * mass, ("water",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))

    residue = feed * (1.0 - spread_over_elements(p.extraction, b.samples))
    held = sum(moles(residue)[:, INDEX[name]] for name in SPARINGLY_SOLUBLE)
    residue[:, INDEX["S"]] = np.minimum(held * MOLAR_MASS[INDEX["S"]], feed[:, INDEX["S"]])
    residue[:, INDEX["H"]] = 0.0
    # Fluoride beyond the residue's metals, were there any, would go with the liquor.
    residue[:, INDEX["O"]] = 0.0
    oxygen = neutral_oxygen(residue)
    spare = np.minimum(oxygen, 0.0) * 2.0 / MOLAR_MASS[INDEX["O"]] * MOLAR_MASS[INDEX["F"]]
    residue[:, INDEX["F"]] += spare
    residue[:, INDEX["O"]] = np.maximum(oxygen, 0.0)
    b.require("residue", residue)


KIND = Kind(
    "water_leach",
    "separation",
    WaterLeach,
    {"liquor": Outlet("leach liquor"), "residue": Outlet("residue", waste=True)},
    water_leach,
    rest="liquor",
)
