"""Hydrochloric leach: each element by its own extraction, cerium left in the residue after a roast."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import SLACK, Balance
from .base import ElementName, Inlet, Kind, OperationError, Outlet, Parameters, spread_over_elements, standard
from .stoichiometry import Array, acid_demand, moles, neutral_oxygen, rare_earth_moles

ANIONS = ("F", "S", "P", "Si", "B")


class AcidLeach(Parameters):
    """Leach with hydrochloric acid: the share of each element that dissolves.

    What does not dissolve stays in the residue with the anions of the solid: fluorine, sulphate, phosphate, silica.
    Ce(IV), as far as the calcine's oxygen speaks of it, stays first; what of it dissolves takes one more HCl and
    frees chlorine. Carbonate leaves as CO2 with the calcium it was bound to. Acid follows from the charges that
    dissolve, plus the excess; wash water keeps liquor out of the residue.
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
    residue = feed - dissolved
    tetravalent, held = _cerium(feed, residue)
    chlorine = tetravalent - held
    acid = (acid_demand(dissolved) + chlorine) * (1.0 + p.acid_excess)
    b.reagent("HCl", acid * molar_mass("HCl"), ("acid_excess", *(f"extraction.{name}" for name in p.extraction)))
    b.reagent("water", rare_earth_moles(dissolved) / p.liquor * 1000.0, ("liquor",))
    b.use("electricity", p.electricity * per_sample(feed), "kWh", ("electricity",))

    calcium = extraction[:, INDEX["Ca"]]
    residue[:, INDEX["C"]] = feed[:, INDEX["C"]] * (1.0 - calcium)
    gas = feed[:, INDEX["C"]] * calcium
    residue[:, INDEX["O"]] = 0.0
    # The charge of Ce(IV) beyond three is half an oxygen each.
    oxygen = neutral_oxygen(residue) + held / 2.0 * MOLAR_MASS[INDEX["O"]]
    short = oxygen < -SLACK * per_sample(residue)
    if short.any():
        sample = int(np.argmax(short))
        spare = -2.0 * oxygen[sample] / MOLAR_MASS[INDEX["O"]]
        raise OperationError(
            f"leaves {spare:.4g} kmol/h more fluorine in the residue than its metals can bind",
            "lower the extraction of the rare earths or let F dissolve",
            sample,
        )
    residue[:, INDEX["O"]] = np.maximum(oxygen, 0.0)
    b.require("residue", residue)
    offgas = np.zeros_like(feed)
    offgas[:, INDEX["C"]] = gas
    offgas[:, INDEX["O"]] = gas / MOLAR_MASS[INDEX["C"]] * 2.0 * MOLAR_MASS[INDEX["O"]]
    offgas[:, INDEX["Cl"]] = chlorine * MOLAR_MASS[INDEX["Cl"]]
    b.require("offgas", offgas)


def _cerium(feed: Array, residue: Array) -> tuple[Array, Array]:
    """kmol/h of Ce(IV) in the feed, from its oxygen beyond that of Ce(III), and how much of it the residue holds."""
    cerium = moles(feed)[:, INDEX["Ce"]]
    beyond = 2.0 * (feed[:, INDEX["O"]] - neutral_oxygen(feed)) / MOLAR_MASS[INDEX["O"]]
    tetravalent = np.clip(np.where(beyond > 1e-9 * cerium, beyond, 0.0), 0.0, cerium)
    return tetravalent, np.minimum(tetravalent, moles(residue)[:, INDEX["Ce"]])


KIND = Kind(
    "acid_leach",
    "separation",
    AcidLeach,
    {"liquor": Outlet("leach liquor"), "residue": Outlet("residue", waste=True), "offgas": Outlet("gas", waste=True)},
    acid_leach,
    rest="liquor",
)
