"""Sulphuric-acid bake: minerals to water-soluble sulphates, fluorine and carbon dioxide to the off-gas."""

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
from .stoichiometry import acid_demand, moles, neutral_oxygen

VOLATILE = ("C", "N", "Ar")


class SulfuricBake(Parameters):
    """Bake with sulphuric acid: sulphates in the calcine; HF, CO2 and the acid in excess in the off-gas.

    Phosphate turns to phosphoric acid and stays with the calcine. The excess acid leaves as SO3 and water; capturing
    it is not modelled here.
    """

    kind: Literal["sulfuric_bake"]
    feed: Inlet = Field(description="Concentrate.")
    acid: Annotated[Value, In("kg/kg", "1.55 t/t", low=0)] = Field(description="H2SO4 (100 %) per kg of concentrate.")
    temperature: Annotated[Value, In("degC", "600 °C", low=150, high=900)] = Field(
        description="Bake temperature; for the record."
    )
    conversion: dict[ElementName, Fraction] = Field(
        standard(
            {
                "REO": "99 % from 95 to 99.9 % (assumed)",
                "Fe": "30 % from 10 to 60 % (assumed)",
                "Ca": "95 % from 80 to 99 % (assumed)",
                "Mg": "90 % from 70 to 99 % (assumed)",
                "Th": "95 % from 80 to 99 % (assumed)",
            }
        ),
        description="Share of each element that turns to sulphate.",
    )
    defluorination: Fraction = Field(
        standard("97 % from 90 to 99.5 % (assumed)"), description="Share of the fluorine that leaves as HF."
    )
    heat: Annotated[Value, In("MJ/kg", "6.59 MJ/kg", low=0)] = Field(
        standard("6.59 MJ/kg (sprecher2014)"), description="Fuel per kg of concentrate."
    )


def sulfuric_bake(p: SimpleNamespace, b: Balance) -> None:
    """Sulphate by the charges that convert; the rest of the acid to the off-gas."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    b.reagent("H2SO4", p.acid * mass, ("acid",))
    b.use("heat", p.heat * mass, "MJ", ("heat",))

    converted = feed * spread_over_elements(p.conversion, b.samples)
    sulphate = acid_demand(converted) / 2.0
    acid = p.acid * mass / molar_mass("H2SO4")
    inside = moles(feed)
    hydrogen = inside[:, INDEX["F"]] * p.defluorination + 3.0 * inside[:, INDEX["P"]] - inside[:, INDEX["H"]]
    least = np.maximum(sulphate, hydrogen / 2.0)
    short = least > acid
    if short.any():
        sample = int(np.argmax(short))
        needed = least[sample] * molar_mass("H2SO4") / mass[sample]
        raise OperationError(
            f"{p.acid[sample]:.3g} kg/kg of acid cannot make the sulphates, HF and phosphoric acid that the file says; "
            f"{needed:.3g} kg/kg would",
            "raise acid, or lower conversion or defluorination",
            sample,
        )
    calcine = feed.copy()
    for name in VOLATILE:
        calcine[:, INDEX[name]] = 0.0
    calcine[:, INDEX["F"]] *= 1.0 - p.defluorination
    calcine[:, INDEX["S"]] += sulphate * MOLAR_MASS[INDEX["S"]]
    calcine[:, INDEX["H"]] = 3.0 * inside[:, INDEX["P"]] * MOLAR_MASS[INDEX["H"]]
    calcine[:, INDEX["O"]] = neutral_oxygen(calcine)
    b.require("calcine", calcine)
    b.details["acid_excess"] = np.divide(acid - sulphate, sulphate, out=np.zeros_like(acid), where=sulphate > 1e-200)


KIND = Kind(
    "sulfuric_bake",
    "separation",
    SulfuricBake,
    {"calcine": Outlet("calcine"), "offgas": Outlet("gas", waste=True)},
    sulfuric_bake,
    rest="offgas",
)
