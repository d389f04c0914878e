"""Oxidative roast of bastnaesite: carbon dioxide off, cerium to its tetravalent oxide."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from ..data import minerals
from ..elements import COUNT, INDEX, MOLAR_MASS, mass_fractions
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .mineral_names import OtherMineral, RareEarthMineral
from .mineral_rows import OPENED, conversions
from .phases import ORE
from .pulp import AMBIENT
from .stoichiometry import Array, moles, neutral_oxygen

AIR_OXYGEN = 0.232
"""kg O2 per kg dry air. Source: composition of dry air."""
LEAST_HEAT_CAPACITY = 0.7e-3
"""MJ/(kg K), at the low end of oxides, carbonates and sulphates. Source: general knowledge."""
CALCINATION = 178.3
"""MJ/kmol CO2 of calcite; stands for every gangue carbonate. Source: standard enthalpies of formation."""
COLDEST, HOTTEST = 450.0, 800.0
"""degC between which bastnaesite was roasted and decomposed. Source: bmrec_roast."""


class OxidativeRoast(Parameters):
    """Oxidative roast: RECO3F gives REOF and CO2, and Ce(III) burns to Ce(IV), which acid then leaves behind.

    By mineral: the share `conversion` of a rare-earth mineral opens, 2 CeCO3F + 1/2 O2 = 2 CeO1.5F + 2 CO2; what does
    not is closed to acid, whole as it came. Of the gangue, acid reaches what `reached` names; barite, celestite,
    quartz, fluorite and silicates stay closed. Carbonates of the gangue lose CO2 by `decarbonation`, little below
    700 °C; crystal water and moisture leave. Fluorine stays in the calcine: the roast is dry. Air enters for the
    oxygen that cerium takes; combustion air of the burner is not in the balance.
    """

    kind: Literal["oxidative_roast"]
    feed: Inlet = Field(description="Concentrate with its minerals apart.")
    temperature: Annotated[Value, In("degC", "620 °C", low=200, high=1200)] = Field(
        standard("620 degC from 550 to 700 degC (assumed)"),
        description="Roasting temperature, 450 to 800 °C; sets the least heat, not the conversions.",
    )
    conversion: dict[RareEarthMineral, Fraction] = Field(
        standard({"bastnaesite": "98 % from 95 to 99.8 % (assumed)", "monazite": "0 % from 0 to 5 % (assumed)"}),
        description="Share of each rare-earth mineral that acid reaches afterwards.",
    )
    cerium_oxidation: Fraction = Field(
        standard("95 % from 60 to 99 % (assumed)"),
        description="Share of the opened cerium that turns tetravalent; 60 % of mixed concentrate (bmrec_roast).",
    )
    decarbonation: dict[OtherMineral, Fraction] = Field(
        standard(
            {
                "calcite": "3 % from 0 to 15 % (assumed)",
                "dolomite": "20 % from 5 to 50 % (assumed)",
                "cerussite": "95 % from 80 to 99.9 % (assumed)",
            }
        ),
        description="Share of a gangue carbonate that loses its CO2; others keep it.",
    )
    reached: list[OtherMineral] = Field(
        default=["calcite", "dolomite", "cerussite", "hematite", "goethite", "apatite"],
        description="Minerals of gangue and iron that acid reaches in the calcine; others are closed to it.",
    )
    excess_air: Annotated[Value, In("1", "50 %", low=0)] = Field(
        standard("50 % from 10 to 200 % (assumed)"), description="Air beyond what cerium's oxidation takes."
    )
    heat: Annotated[Value, In("MJ/kg", "3 GJ/t", low=0)] = Field(
        standard("3 MJ/kg from 2 to 5 MJ/kg (assumed)"), description="Fuel per kg of concentrate."
    )
    residence: Annotated[Value, In("h", "2 h", low=0.01, high=100)] = Field(
        standard("2 h from 1 to 4 h (assumed)"), description="Time of the solid in the furnace; sets its volume."
    )
    loading: Annotated[Value, In("kg/m^3", "150 kg/m^3", low=1)] = Field(
        standard("150 kg/m^3 from 80 to 250 kg/m^3 (assumed)"), description="Solid per volume of the furnace."
    )

    @field_validator("temperature")
    @classmethod
    def _roasts(cls, value: Value) -> Value:
        if not COLDEST <= value.nominal <= HOTTEST:
            raise ValueError(
                f"{value.nominal:g} degC is no roast of bastnaesite, which opens from {COLDEST:g} degC and was not "
                f"roasted above {HOTTEST:g} degC; give a temperature between them"
            )
        return value

    @field_validator("decarbonation")
    @classmethod
    def _carbonates(cls, value: dict[str, Value]) -> dict[str, Value]:
        for name in value:
            if not mass_fractions(minerals()[name].formula)[INDEX["C"]] > 0.0:
                raise ValueError(f"{name} is no carbonate: it has no CO2 to lose")
        return value


def oxidative_roast(p: SimpleNamespace, b: Balance) -> None:
    """Carbon dioxide and water to the off-gas; oxygen in what opened by its charges, with cerium tetravalent."""
    opening = conversions(b, p.conversion)
    mass = per_sample(b.flow("feed"))
    opened, closed = np.zeros((b.samples, COUNT)), np.zeros((b.samples, COUNT))
    carbon, calcined = np.zeros(b.samples), np.zeros(b.samples)
    for row in b.parts["feed"]:
        inside = _dry(b.flow("feed", row))
        if row in opening:
            share = opening[row]
            part = inside * share[:, None]
            closed += inside - part
            carbon = carbon + part[:, INDEX["C"]]
            part[:, INDEX["C"]] = 0.0
            opened += part
            continue
        freed = inside[:, INDEX["C"]] * p.decarbonation.get(row, np.zeros(b.samples))
        carbon, calcined = carbon + freed, calcined + freed
        inside[:, INDEX["C"]] -= freed
        inside[:, INDEX["O"]] -= freed / MOLAR_MASS[INDEX["C"]] * 2.0 * MOLAR_MASS[INDEX["O"]]
        if row in p.reached:
            opened += inside
        else:
            closed += inside
    _heat(p, b, mass, calcined)
    cerium = moles(opened)[:, INDEX["Ce"]] * p.cerium_oxidation
    oxygen = cerium / 2.0 * MOLAR_MASS[INDEX["O"]]
    b.reagent("air", oxygen / AIR_OXYGEN * (1.0 + p.excess_air), ("excess_air", "cerium_oxidation"))
    b.size("furnace", mass * p.residence / p.loading, "m^3", ("residence", "loading"))
    opened[:, INDEX["O"]] = neutral_oxygen(opened, {"Ce": 3.0 + p.cerium_oxidation})
    b.require("calcine", opened, to="opened")
    b.require("calcine", np.maximum(closed, 0.0), to="closed")
    b.details["CO2"] = carbon * (1.0 + 2.0 * MOLAR_MASS[INDEX["O"]] / MOLAR_MASS[INDEX["C"]])
    b.details["temperature"] = np.asarray(p.temperature)


def _dry(mineral: Array) -> Array:
    """kg/h of a mineral without its hydrogen, which leaves as water with its oxygen, and without air in its pores."""
    out = mineral.copy()
    out[:, INDEX["O"]] -= mineral[:, INDEX["H"]] / MOLAR_MASS[INDEX["H"]] / 2.0 * MOLAR_MASS[INDEX["O"]]
    for name in ("H", "N", "Ar"):
        out[:, INDEX[name]] = 0.0
    return out


def _heat(p: SimpleNamespace, b: Balance, mass: Array, calcined: Array) -> None:
    """Fuel as stated, refused where it cannot warm the concentrate and drive off the CO2 of the gangue.

    The CO2 of the rare earths is left out: cerium's oxidation pays for part of it.
    """
    warm = LEAST_HEAT_CAPACITY * (p.temperature - AMBIENT) * mass
    least = warm + CALCINATION * calcined / MOLAR_MASS[INDEX["C"]]

    def cold(sample: int) -> tuple[str, str]:
        return (
            f"{p.heat[sample]:.3g} MJ/kg does not bring the concentrate to {p.temperature[sample]:.0f} degC and drive "
            f"off the CO2 of its gangue, which takes {least[sample] / mass[sample]:.3g} MJ/kg at least",
            "raise heat, or lower temperature or decarbonation",
        )

    b.refuse(p.heat * mass < least * (1.0 - 1e-9), cold, "heat")
    b.use("heat", p.heat * mass, "MJ", ("heat",))
    b.details["least_heat"] = share_of(least, mass)


KIND = Kind(
    "oxidative_roast",
    "separation",
    OxidativeRoast,
    {"calcine": Outlet("calcine", rows=OPENED), "offgas": Outlet("gas", waste=True)},
    oxidative_roast,
    rest="offgas",
    takes=(ORE,),
)
