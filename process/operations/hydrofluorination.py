"""Hydrofluorination: rare-earth oxide to anhydrous fluoride in dry HF."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, RE, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import SLACK, Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .gas_scrubber import MOLAR_VOLUME
from .phases import SOLID
from .stoichiometry import CHARGE, column, moles, neutral_oxygen, rare_earth_moles

Array = NDArray[np.float64]

GASES = column("H", "C", "N", "Ar", "S", "Cl", "Si", "B")
"""Elements that leave with the gas: H2O, CO2, N2, SO3, HCl, SiF4, BF3."""

_FLUORIDE = CHARGE.copy()
for _name, _charge in (("U", 2.0), ("F", 0.0), ("O", 0.0), ("P", -3.0), ("S", 0.0), ("C", 0.0), ("N", 0.0)):
    _FLUORIDE[INDEX[_name]] = _charge
for _name in ("H", "Cl", "Ar"):
    _FLUORIDE[INDEX[_name]] = 0.0
_FLUORIDE[RE] = 0.0
_FLUORIDE.flags.writeable = False
"""mol F that a mol of each element takes beside the rare earths: SiF4, UO2F2; phosphate saves three."""


class Hydrofluorination(Parameters):
    """Fluoride of rare-earth oxide in dry HF at 600 to 700 °C: RE2O3 + 6 HF -> 2 REF3 + 3 H2O.

    What is not converted is oxyfluoride: RE2O3 + 2 HF -> 2 REOF + H2O. Too little HF leaves more of it. Cerium,
    praseodymium and terbium end trivalent; their oxygen beyond that leaves as O2. Other metals turn to fluorides,
    silica to SiF4. HF beyond the need leaves with the gas, for a scrubber.
    """

    kind: Literal["hydrofluorination"]
    feed: Inlet = Field(description="Oxide.")
    excess: Annotated[Value, In("1", "20 %", low=-0.6, high=5)] = Field(
        standard("20 % from 5 to 50 % (assumed)"),
        description="HF beyond what full conversion takes; below zero it is short, and oxyfluoride is left.",
    )
    conversion: Fraction = Field(
        standard("99 % from 97 to 99.8 % (assumed)"),
        description="Share of the rare earths that turns to REF3 where HF suffices; the rest is REOF.",
    )
    temperature: Annotated[Value, In("degC", "650 °C", low=300, high=1000)] = Field(
        standard("650 degC from 600 to 700 degC (assumed)"), description="Of the furnace; sets the volume of its gas."
    )
    residence: Annotated[Value, In("h", "10 h", low=0)] = Field(
        standard("10 h from 4 to 20 h (assumed)"), description="Time in the furnace; with the density its volume."
    )
    bulk_density: Annotated[Value, In("kg/m^3", "1500 kg/m^3", low=100)] = Field(
        standard("1500 kg/m^3 from 1000 to 2500 kg/m^3 (assumed)"), description="Of the oxide as it lies there."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.8 kWh/kg", low=0)] = Field(
        standard("0.8 kWh/kg from 0.3 to 2 kWh/kg (assumed)"),
        description="Furnace, HF vaporiser and fans, per kg of oxide.",
    )


def hydrofluorination(p: SimpleNamespace, b: Balance) -> None:
    """HF by charges and excess; fluorides and oxyfluoride stay, water and the other gases leave."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    rare, inside = rare_earth_moles(feed), moles(feed)
    others = per_sample(inside * _FLUORIDE)
    there = inside[:, INDEX["F"]]
    full = 3.0 * rare + others
    dose = np.maximum(full - there, 0.0) * (1.0 + p.excess)
    reach = (share_of(dose + there - others, rare, 3.0) - 1.0) / 2.0
    b.refuse(
        (reach < -SLACK) & (rare > 0.0),
        lambda n: (
            f"{dose[n] * molar_mass('HF') / mass[n]:.3g} kg/kg of HF does not even make oxyfluoride",
            f"{full[n] * molar_mass('HF') / mass[n]:.3g} kg/kg makes REF3 of all; raise excess",
        ),
        "excess",
    )
    b.reagent("HF", dose * molar_mass("HF"), ("excess",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("furnace", mass * p.residence / p.bulk_density, "m^3", ("residence", "bulk_density"))

    fluoride = feed.copy()
    fluoride[:, GASES] = 0.0
    fluoride[:, INDEX["O"]] = 0.0
    # Oxyfluoride is of what came as oxide: as much as there is oxygen beside phosphate, water and carbonate.
    whole = fluoride.copy()
    whole[:, INDEX["F"]] = (3.0 * rare + per_sample(moles(fluoride) * _FLUORIDE)) * MOLAR_MASS[INDEX["F"]]
    oxide = inside[:, INDEX["O"]] - neutral_oxygen(whole) / MOLAR_MASS[INDEX["O"]]
    oxide = np.maximum(oxide - inside[:, INDEX["H"]] / 2.0 - 2.0 * inside[:, INDEX["C"]], 0.0)
    came = np.maximum(rare - (there + inside[:, INDEX["Cl"]]) / 3.0, 0.0)
    short = (1.0 - np.clip(reach, 0.0, 1.0)) * rare
    left = np.minimum(np.maximum(short, (1.0 - p.conversion) * came), oxide)
    held = whole[:, INDEX["F"]] / MOLAR_MASS[INDEX["F"]] - 2.0 * left
    fluoride[:, INDEX["F"]] = np.clip(held, 0.0, dose + there) * MOLAR_MASS[INDEX["F"]]
    fluoride[:, INDEX["O"]] = np.maximum(neutral_oxygen(fluoride), 0.0)
    b.require("fluoride", fluoride)

    spare = np.maximum(dose + there - np.maximum(held, 0.0) - _volatile(inside), 0.0)
    gas = b.total() - fluoride
    water = np.maximum(moles(gas)[:, INDEX["H"]] - spare - inside[:, INDEX["Cl"]], 0.0) / 2.0
    amount = spare + water + inside[:, INDEX["Si"]] + inside[:, INDEX["C"]] + inside[:, INDEX["Cl"]]
    b.details["HF"] = spare * molar_mass("HF")
    b.details["conversion"] = 1.0 - share_of(left, rare)
    b.details["oxygen_in_fluoride"] = share_of(fluoride[:, INDEX["O"]], per_sample(fluoride))
    b.details["gas_m3_per_h"] = amount * MOLAR_VOLUME * (p.temperature + 273.15) / 273.15


def _volatile(inside: Array) -> Array:
    """kmol/h of F that leave as SiF4 and BF3, shape (samples,)."""
    return np.asarray(4.0 * inside[:, INDEX["Si"]] + 3.0 * inside[:, INDEX["B"]])


KIND = Kind(
    "hydrofluorination",
    "metal",
    Hydrofluorination,
    {"fluoride": Outlet("fluoride"), "offgas": Outlet("gas", waste=True)},
    hydrofluorination,
    rest="offgas",
    takes=(SOLID,),
)
