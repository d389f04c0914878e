"""Alkali conversion: rare-earth fluoride of a leach residue to hydroxide that a second leach takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .leach_chemistry import tetravalent_cerium
from .mineral_rows import OPENED, closed, opened
from .phases import SOLID
from .pulp import AMBIENT, SOLID_DENSITY, WATER_DENSITY
from .stoichiometry import Array, moles, neutral_oxygen, rare_earth_moles
from .uncracked import refuse_minerals

PULP_HEAT = 4.18e-3
"""MJ/(kg K) of water; stands for the whole pulp, which holds more water than solid. Source: standard chemistry."""


class AlkaliConversion(Parameters):
    """Alkali conversion: REF3 + 3 NaOH = RE(OH)3 + 3 NaF in hot caustic soda, and the fluoride is washed out.

    The share `conversion` of the feed's opened part gives its fluorine up, one NaOH each: REOF turns to hydroxide too,
    CeOF2 and CeF4 to CeO2, which stays tetravalent; the rest of that part is closed to the next acid, as is what came
    closed (barite, fluorite, unroasted mineral). Caustic follows from the fluorine plus the excess; or give a dose.
    What washing leaves of NaF and NaOH goes along with the hydroxide, and its fluoride takes rare earths back in acid.
    """

    kind: Literal["alkali_conversion"]
    feed: Inlet = Field(description="Residue of a leach.")
    conversion: Fraction = Field(
        standard("95 % from 85 to 99 % (assumed)"), description="Share of the opened solid that gives up its fluorine."
    )
    caustic_excess: Annotated[Value, In("1", "50 %", low=0)] = Field(
        standard("50 % from 20 to 200 % (assumed)"), description="NaOH beyond one per fluorine that is given up."
    )
    caustic: Annotated[Value, In("kg/kg", "0.3 t/t", low=0)] | None = Field(
        None, description="NaOH (100 %) per kg of feed, in place of `caustic_excess`."
    )
    caustic_short: Literal["error", "unconverted"] = Field(
        "error", description="Of a dose too small for the conversion: a fault, or only what it suffices for converts."
    )
    strength: Annotated[Value, In("kg/kg", "200 kg/t", low=0.01, high=0.75)] = Field(
        standard("0.2 kg/kg from 0.1 to 0.5 kg/kg (assumed)"), description="NaOH in the solution that is fed."
    )
    wash: Annotated[Value, In("kg/kg", "3 t/t", low=0)] = Field(
        standard("3 kg/kg from 1.5 to 8 kg/kg (assumed)"), description="Wash water per kg of feed."
    )
    washing: Fraction = Field(
        standard("98 % from 95 to 99.8 % (assumed)"), description="Share of the sodium salts that washing takes out."
    )
    temperature: Annotated[Value, In("degC", "90 °C", low=25, high=160)] = Field(
        standard("90 degC from 80 to 105 degC (assumed)"), description="Temperature of the pulp; sets the heat."
    )
    boiler: Annotated[Value, In("1", "85 %", low=0.1, high=1)] = Field(
        standard("85 % from 75 to 92 % (assumed)"), description="Share of the fuel's heat that reaches the pulp."
    )
    residence: Annotated[Value, In("h", "3 h", low=0.01, high=200)] = Field(
        standard("3 h from 1 to 6 h (assumed)"), description="Time of the pulp in the tanks; sets their volume."
    )
    electricity: Annotated[Value, In("kWh/kg", "20 kWh/t", low=0)] = Field(
        standard("0.02 kWh/kg from 0.01 to 0.05 kWh/kg (assumed)"), description="Stirring and filters, per kg of feed."
    )

    @model_validator(mode="after")
    def _one_dose(self) -> AlkaliConversion:
        if self.caustic is not None and "caustic_excess" in self.model_fields_set:
            raise ValueError("give `caustic`, a dose, or `caustic_excess`, what is beyond need, not both")
        return self


def alkali_conversion(p: SimpleNamespace, b: Balance) -> None:
    """Hydroxide for fluoride on what converts; the rest of the feed closed; soda, fluoride and water to the liquor."""
    refuse_minerals(b, ", which dilute caustic does not open")
    solid, mass = opened(b), per_sample(b.flow("feed"))
    caustic, share = _caustic(p, b, moles(solid)[:, INDEX["F"]] * p.conversion, mass)
    soda = caustic * molar_mass("NaOH")
    water = soda * (1.0 - p.strength) / p.strength
    b.reagent("NaOH", soda, ("caustic",) if p.caustic is not None else ("caustic_excess", "conversion"))
    b.reagent("water", water, ("strength",), port="caustic_water")
    b.reagent("water", p.wash * mass, ("wash",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    pulp = mass + soda + water
    b.use("heat", pulp * PULP_HEAT * (p.temperature - AMBIENT) / p.boiler, "MJ", ("temperature", "boiler", "strength"))
    volume = (soda + water) / WATER_DENSITY + mass / SOLID_DENSITY
    b.size("tank", volume * p.residence, "m^3", ("residence", "strength"))
    b.size("washing filter", mass, "kg/h")

    done = solid * share[:, None]
    b.require("hydroxide", _hydroxide(done, caustic, 1.0 - p.washing), to="opened")
    b.require("hydroxide", closed(b) + (solid - done), to="closed")
    b.details["conversion"] = share
    b.details["fluorine_removed"] = done[:, INDEX["F"]] * p.washing


def _hydroxide(solid: Array, caustic: Array, unwashed: Array) -> Array:
    """kg/h of what becomes of a converted solid, with the share `unwashed` of its NaF and spare NaOH."""
    inside, tetravalent = moles(solid), tetravalent_cerium(solid)
    fluorine = inside[:, INDEX["F"]]
    room = 3.0 * (rare_earth_moles(solid) - tetravalent) - inside[:, INDEX["H"]]
    hydrogen = inside[:, INDEX["H"]] + np.clip(room, 0.0, fluorine)
    spare = np.maximum(caustic - fluorine, 0.0)
    out = solid.copy()
    out[:, INDEX["F"]] = fluorine * unwashed * MOLAR_MASS[INDEX["F"]]
    out[:, INDEX["Na"]] += caustic * unwashed * MOLAR_MASS[INDEX["Na"]]
    out[:, INDEX["H"]] = (hydrogen + spare * unwashed) * MOLAR_MASS[INDEX["H"]]
    out[:, INDEX["O"]] = 0.0
    out[:, INDEX["O"]] = neutral_oxygen(out) + tetravalent / 2.0 * MOLAR_MASS[INDEX["O"]]
    return out


def _caustic(p: SimpleNamespace, b: Balance, need: Array, mass: Array) -> tuple[Array, Array]:
    """kmol/h of NaOH, and the share of the opened solid that converts; shape (samples,) each."""
    if p.caustic is None:
        return need * (1.0 + p.caustic_excess), p.conversion
    caustic = p.caustic * mass / molar_mass("NaOH")
    needed = share_of(need * molar_mass("NaOH"), mass)

    def short(sample: int) -> tuple[str, str]:
        return (
            f"{p.caustic[sample]:.4g} kg/kg of NaOH cannot take up the fluorine that conversion says; it takes "
            f"{needed[sample]:.4g} kg/kg without excess",
            "raise caustic, lower conversion, or say caustic_short: unconverted",
        )

    lacking = need > caustic * (1.0 + 1e-12)
    if p.caustic_short == "error":
        b.refuse(lacking, short, "caustic")
    return caustic, p.conversion * np.where(lacking, share_of(caustic, need), 1.0)


KIND = Kind(
    "alkali_conversion",
    "separation",
    AlkaliConversion,
    {"hydroxide": Outlet("hydroxide", rows=OPENED), "liquor": Outlet("effluent", waste=True)},
    alkali_conversion,
    rest="liquor",
    takes=(SOLID,),
)
