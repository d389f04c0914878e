"""Oxalate precipitation and calcination: strip liquor to rare-earth oxide."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RE, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .extraction_cut import liquor_volume
from .firing import CHLORIDE_STAYS, SULFATE_STAYS, fired
from .oxidative_roast import AIR_OXYGEN
from .phases import LIQUOR
from .precipitates import OccludedChloride, OccludedSulfate, kept, occluded, refuse_drought, stated_others
from .stoichiometry import acid_demand, free_acid, moles, rare_earth_moles

Array = NDArray[np.float64]

CRYSTAL_WATER = 5.0
"""mol of water per mol of rare earth in RE2(C2O4)3·10H2O."""


class OxalatePrecipitation(Parameters):
    """Oxalate precipitation, filtration, washing and calcination to oxide.

    2 RECl3 + 3 H2C2O4 gives RE2(C2O4)3 + 6 HCl; in the kiln it burns to oxide (CeO2, Pr6O11, Tb4O7 or R2O3) and CO2.
    What the filtrate dissolves, more of it in more acid, and fine crystals are lost. Thorium and some calcium come
    along, iron and aluminium stay dissolved but for traces; the crystals enclose chloride and sulfate, of which the
    kiln drives off a part. Acid, water and the oxalic acid in excess leave with the filtrate, which a leach may reuse.
    """

    kind: Literal["oxalate_precipitation"]
    feed: Inlet = Field(description="Chloride liquor.")
    recovery: dict[ElementName, Fraction] = Field(
        {},
        description="Share that reaches the oxide, `{REO: 98 %}`, where it is not to follow from `solubility`, "
        "`acid_solubility`, `fines` and `coprecipitation`.",
    )
    solubility: dict[ElementName, Annotated[Value, In("kg/m^3", "20 mg/L", low=0)]] = Field(
        standard({"REO": "20 mg/L from 5 to 60 mg/L (assumed)"}),
        description="Rare earth (as metal) that filtrate and wash water dissolve in little acid; each by its share.",
    )
    acid_solubility: dict[ElementName, Annotated[Value, In("g/mol", "0.2 g/mol", low=0)]] = Field(
        standard({"REO": "0.2 g/mol from 0.05 to 0.6 g/mol (assumed)"}),
        description="Rare earth (as metal) that dissolves besides per mol of free acid; each by its share.",
    )
    fines: Fraction = Field(
        standard("1 % from 0.3 to 3 % (assumed)"), description="Share of the rare earths lost as crystals."
    )
    coprecipitation: dict[ElementName, Fraction] = Field(
        standard(
            {
                "Th": "99.8 % (bearlodge2014)",
                "Ca": "5 % from 1 to 20 % (assumed)",
                "Sr": "5 % from 1 to 20 % (assumed)",
                "Ba": "5 % from 1 to 20 % (assumed)",
                "Pb": "20 % from 5 to 60 % (assumed)",
                "Si": "5 % from 1 to 20 % (assumed)",
                "Fe": "0.1 % from 0.02 to 0.5 % (assumed)",
                "Al": "0.1 % from 0.02 to 0.5 % (assumed)",
            }
        ),
        description="Share of other elements that goes with the oxalate; what is not named stays in the filtrate.",
    )
    occluded_chloride: OccludedChloride = Field(
        standard("0.05 % from 0.01 to 0.2 % (assumed)"),
        description="Cl in the washed cake per kg of oxide, from a liquor without sulfate.",
    )
    occluded_sulfate: OccludedSulfate = Field(
        standard("0.3 % from 0.05 to 1 % (assumed)"),
        description="SO4 in the washed cake per kg of oxide, from a liquor of sulfate alone.",
    )
    chloride_stays: Fraction = Field(CHLORIDE_STAYS, description="Share of the cake's chloride that firing leaves.")
    sulfate_stays: Fraction = Field(SULFATE_STAYS, description="Share of the cake's sulfate that firing leaves.")
    oxalate_excess: Annotated[Value, In("1", "15 %", low=0)] = Field(
        standard("15 % from 5 to 40 % (assumed)"), description="Oxalic acid beyond 1.5 mol per mol rare earth fed."
    )
    oxalic_acid: Annotated[Value, In("kg/m^3", "100 g/L", low=5, high=200)] = Field(
        standard("100 g/L from 60 to 150 g/L (assumed)"), description="Strength of the oxalic acid; sets its water."
    )
    wash: Annotated[Value, In("kg/kg", "10 t/t", low=0)] = Field(
        standard("10 kg/kg from 5 to 20 kg/kg (assumed)"), description="Wash water per kg of oxide."
    )
    moisture: Annotated[Value, In("kg/kg", "0.4 kg/kg", low=0, high=3)] = Field(
        standard("0.4 kg/kg from 0.15 to 0.8 kg/kg (assumed)"),
        description="Water of the filtered cake beside its crystal water, per kg of oxide.",
    )
    excess_air: Annotated[Value, In("1", "30 %", low=0)] = Field(
        standard("30 % from 10 to 100 % (assumed)"), description="Air beyond what burning the oxalate takes."
    )
    heat: Annotated[Value, In("MJ/kg", "10 MJ/kg", low=0)] = Field(
        standard("10 MJ/kg from 5 to 20 MJ/kg (assumed)"), description="Kiln fuel per kg of oxide."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.3 kWh/kg", low=0)] = Field(
        standard("0.3 kWh/kg from 0.1 to 1 kWh/kg (assumed)"),
        description="Stirring, filters, kiln drive and fans, per kg of oxide.",
    )
    residence: Annotated[Value, In("h", "2 h", low=0.05, high=48)] = Field(
        standard("2 h from 1 to 6 h (assumed)"), description="Time in the precipitation tanks, ageing included."
    )


def oxalate_precipitation(p: SimpleNamespace, b: Balance) -> None:
    """A cake by what dissolves, the kiln's oxide from it; everything else to the filtrate."""
    feed = b.flow("feed")
    rare = rare_earth_moles(feed)
    together = stated_others(p.recovery, feed, spread_over_elements(p.coprecipitation, b.samples))
    acid = (1.5 * rare + acid_demand(together) / 2.0) * (1.0 + p.oxalate_excess) * molar_mass("C2H2O4")
    b.reagent("oxalic_acid", acid, ("oxalate_excess",))
    b.reagent("water", acid / p.oxalic_acid * 1000.0, ("oxalate_excess", "oxalic_acid"), port="solution")
    liquor = liquor_volume(feed) + acid / p.oxalic_acid
    wash = p.wash * (per_sample(feed[:, RE] * OXIDE_FACTOR[RE]) + per_sample(together * OXIDE_FACTOR))
    b.reagent("water", wash, ("wash",), port="wash")

    # What dissolves is taken in the acid that is free when all has fallen out.
    freed = free_acid(feed) + 3.0 * rare
    dissolved = spread_over_elements(p.solubility, b.samples) * (liquor + wash / 1000.0)[:, None]
    dissolved = dissolved + spread_over_elements(p.acid_solubility, b.samples) * freed[:, None]
    solid = together
    solid[:, RE] = (feed * kept(p.recovery, feed, dissolved, p.fines))[:, RE]
    follows = tuple(f"recovery.{name}" for name in p.recovery) or (
        "fines",
        *(f"acid_solubility.{name}" for name in p.acid_solubility),
    )
    mass = per_sample(solid * OXIDE_FACTOR)
    crystals = mass - solid[:, INDEX["Si"]] * OXIDE_FACTOR[INDEX["Si"]]
    enclosed = occluded(feed, np.maximum(crystals, 0.0), p.occluded_chloride, p.occluded_sulfate)
    cake = solid + enclosed
    oxalate = _oxalate(b, cake)
    cake[:, INDEX["C"]] = 2.0 * oxalate * MOLAR_MASS[INDEX["C"]]
    water = CRYSTAL_WATER * rare_earth_moles(solid) + p.moisture * mass / molar_mass("H2O")
    cake[:, INDEX["H"]] = 2.0 * water * MOLAR_MASS[INDEX["H"]]
    inside = moles(cake)
    held = 4.0 * (oxalate + inside[:, INDEX["S"]] + inside[:, INDEX["P"]]) + 2.0 * inside[:, INDEX["Si"]] + water
    cake[:, INDEX["O"]] = held * MOLAR_MASS[INDEX["O"]]
    refuse_drought(b, cake)
    oxide, needed = fired(cake, p.chloride_stays, p.sulfate_stays)
    air = needed * (1.0 + p.excess_air)
    b.reagent("air", air / AIR_OXYGEN, ("excess_air",))
    made = per_sample(oxide)
    b.use("heat", p.heat * made, "MJ", ("heat",))
    b.use("electricity", p.electricity * made, "kWh", ("electricity",))
    b.size("tank", liquor * p.residence, "m^3", ("residence",))
    b.size("kiln", made, "kg/h", follows)
    b.size("oxalate filter", mass, "kg/h", follows)
    b.details["free_acid_mol_per_L"] = share_of(freed, liquor)

    b.require("oxide", oxide)
    gas = cake - oxide
    gas[:, INDEX["O"]] += air
    b.require("offgas", np.where(np.abs(gas) <= 1e-14 * cake, 0.0, gas))
    for name in ("N", "Ar"):
        only = np.zeros_like(feed)
        only[:, INDEX[name]] = 1.0
        b.send("offgas", only, reagent="air")


def _oxalate(b: Balance, cake: Array) -> Array:
    """kmol/h of oxalate in the cake, (samples,): the charges that no other anion takes."""
    inside = moles(cake)
    charges = acid_demand(cake)
    others = 2.0 * inside[:, INDEX["S"]] + 3.0 * inside[:, INDEX["P"]]
    others = others + inside[:, INDEX["Cl"]] + inside[:, INDEX["F"]]
    b.refuse(
        others > charges * (1.0 + 1e-12),
        lambda sample: (
            f"the metals of its cake bind {charges[sample]:.4g} kmol/h of charge and {others[sample]:.4g} kmol/h of "
            "sulfate, phosphate, chloride and fluoride are to go with them",
            "lower the shares of S, P and F in coprecipitation, or the occluded amounts",
        ),
        key="coprecipitation",
    )
    return np.maximum(charges - others, 0.0) / 2.0


KIND = Kind(
    "oxalate_precipitation",
    "separation",
    OxalatePrecipitation,
    {
        "oxide": Outlet("oxide"),
        "filtrate": Outlet("effluent", waste=True, title="dilute hydrochloric and oxalic acid"),
        "offgas": Outlet("gas", waste=True),
    },
    oxalate_precipitation,
    rest="filtrate",
    takes=(LIQUOR,),
)
