"""Carbonate precipitation: rare earths of a chloride or sulfate liquor to a carbonate for sale or for the kiln."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RE, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .chloride_conversion import CARBONATES
from .extraction_cut import liquor_volume
from .phases import LIQUOR
from .precipitates import OccludedChloride, OccludedSulfate, kept, occluded, refuse_drought, stated_others
from .stoichiometry import acid_demand, free_acid, neutral_oxygen

HYDROXIDES = ("Fe", "Al", "Th", "Ga", "Ti", "Zr")
"""Elements that a carbonate throws down as hydroxides."""


class CarbonatePrecipitation(Parameters):
    """Carbonate precipitation: RE2(CO3)3 from a chloride or sulfate liquor, with ammonium bicarbonate or soda.

    Free acid of the liquor takes precipitant too. A little stays dissolved, and fine crystals are lost. Iron,
    aluminium and thorium come along as hydroxides, some calcium as carbonate; the crystals enclose sulfate and
    chloride and leave the filter with their water.
    """

    kind: Literal["carbonate_precipitation"]
    feed: Inlet = Field(description="Chloride or sulfate liquor.")
    recovery: dict[ElementName, Fraction] = Field(
        {},
        description="Share that reaches the carbonate, `{REO: 98 %}`, where it is not to follow from `solubility`, "
        "`fines` and `coprecipitation`.",
    )
    solubility: dict[ElementName, Annotated[Value, In("kg/m^3", "3 mg/L", low=0)]] = Field(
        standard({"REO": "3 mg/L from 0.5 to 20 mg/L (assumed)"}),
        description="Rare earth (as metal) that filtrate and wash water dissolve; each by its share.",
    )
    fines: Fraction = Field(
        standard("1 % from 0.3 to 3 % (assumed)"), description="Share of the rare earths lost as crystals."
    )
    coprecipitation: dict[ElementName, Fraction] = Field(
        standard(
            {
                "Ca": "2 % from 0.5 to 10 % (assumed)",
                "Mg": "1 % from 0.2 to 5 % (assumed)",
                "Sr": "10 % from 2 to 40 % (assumed)",
                "Ba": "10 % from 2 to 40 % (assumed)",
                "Mn": "30 % from 10 to 60 % (assumed)",
                "Zn": "50 % from 20 to 90 % (assumed)",
                "Pb": "90 % from 60 to 99 % (assumed)",
                "Al": "95 % from 80 to 99.5 % (assumed)",
                "Fe": "99 % from 95 to 99.9 % (assumed)",
                "Th": "99 % from 95 to 99.9 % (assumed)",
            }
        ),
        description="Share of other elements that goes with the carbonate; what is not named stays in the effluent.",
    )
    occluded_chloride: OccludedChloride = Field(
        standard("0.3 % from 0.05 to 2 % (assumed)"),
        description="Cl in the washed carbonate per kg of its rare-earth oxide, from a liquor without sulfate.",
    )
    occluded_sulfate: OccludedSulfate = Field(
        standard("2 % from 0.3 to 6 % (assumed)"),
        description="SO4 in the washed carbonate per kg of its rare-earth oxide, from a liquor of sulfate alone.",
    )
    carbonate: Literal["NH4HCO3", "Na2CO3"] = Field("Na2CO3", description="The precipitant.")
    carbonate_excess: Annotated[Value, In("1", "10 %", low=0)] = Field(
        standard("10 % from 5 to 30 % (assumed)"), description="Precipitant beyond charges and free acid."
    )
    wash: Annotated[Value, In("kg/kg", "3 t/t", low=0)] = Field(
        standard("3 kg/kg from 1 to 10 kg/kg (assumed)"), description="Wash water per kg of what falls out, as oxide."
    )
    moisture: Annotated[Value, In("kg/kg", "0.37 kg/kg", low=0, high=4)] = Field(
        standard("0.37 kg/kg from 0.05 to 0.7 kg/kg (assumed)"),
        description="Water per kg of dry carbonate, that of the crystals included; 0.37 makes 52 % REO of lanthanum.",
    )
    electricity: Annotated[Value, In("kWh/kg", "0.03 kWh/kg", low=0)] = Field(
        standard("0.03 kWh/kg from 0.01 to 0.1 kWh/kg (assumed)"),
        description="Stirring, pumps and filters, per kg of carbonate as it leaves.",
    )
    residence: Annotated[Value, In("h", "3 h", low=0.05, high=72)] = Field(
        standard("3 h from 1 to 12 h (assumed)"), description="Time in the precipitation tanks, ageing included."
    )

    @field_validator("recovery", "coprecipitation")
    @classmethod
    def _no_anions(cls, given: dict[str, Value]) -> dict[str, Value]:
        for name in ("P", "F"):
            if name in given:
                raise ValueError(f"{name} does not fall with a carbonate here; take it out of the liquor before")
        return given


def carbonate_precipitation(p: SimpleNamespace, b: Balance) -> None:
    """Carbonates, hydroxides and what they enclose to the solid; salts and water to the effluent."""
    feed = b.flow("feed")
    liquor = liquor_volume(feed)
    together = spread_over_elements(p.coprecipitation, b.samples)
    solid = stated_others(p.recovery, feed, together, never=("P", "F"))
    wash = p.wash * (per_sample(feed[:, RE] * OXIDE_FACTOR[RE]) + per_sample(solid * OXIDE_FACTOR))
    dissolved = spread_over_elements(p.solubility, b.samples) * (liquor + wash / 1000.0)[:, None]
    solid[:, RE] = (feed * kept(p.recovery, feed, dissolved, p.fines))[:, RE]
    oxide = per_sample(solid[:, RE] * OXIDE_FACTOR[RE])
    enclosed = occluded(feed, oxide, p.occluded_chloride, p.occluded_sulfate)
    as_hydroxide = np.zeros_like(solid)
    for name in HYDROXIDES:
        as_hydroxide[:, INDEX[name]] = solid[:, INDEX[name]]
    hydroxide = acid_demand(as_hydroxide)
    # Rare earths alone bind more than can be enclosed: what falls out is carbonate but for that.
    salts = (2.0 * enclosed[:, INDEX["S"]] / MOLAR_MASS[INDEX["S"]]) + enclosed[:, INDEX["Cl"]] / MOLAR_MASS[
        INDEX["Cl"]
    ]
    held = np.maximum(acid_demand(solid) - hydroxide - salts, 0.0) / 2.0
    per_mol, carbon = CARBONATES[p.carbonate]
    reacted = (2.0 * held + hydroxide + free_acid(feed)) / per_mol
    precipitant = reacted * (1.0 + p.carbonate_excess)
    follows = tuple(f"recovery.{name}" for name in p.recovery) or (
        "fines",
        *(f"solubility.{name}" for name in p.solubility),
    )
    b.reagent(p.carbonate, precipitant * molar_mass(p.carbonate), ("carbonate_excess", *follows))
    b.reagent("water", wash, ("wash",))

    solid += enclosed
    solid[:, INDEX["C"]] = held * MOLAR_MASS[INDEX["C"]]
    solid[:, INDEX["H"]] = hydroxide * MOLAR_MASS[INDEX["H"]]
    solid[:, INDEX["O"]] = neutral_oxygen(solid)
    water = p.moisture * per_sample(solid) / molar_mass("H2O")
    solid[:, INDEX["H"]] += 2.0 * water * MOLAR_MASS[INDEX["H"]]
    solid[:, INDEX["O"]] += water * MOLAR_MASS[INDEX["O"]]
    refuse_drought(b, solid)
    made = per_sample(solid)
    b.use("electricity", p.electricity * made, "kWh", ("electricity",))
    b.size("tank", liquor * p.residence, "m^3", ("residence",))
    b.size("filter", made, "kg/h", follows)
    b.require("carbonate", solid)
    gas = np.zeros_like(feed)
    freed = np.maximum(reacted * carbon - held, 0.0)
    gas[:, INDEX["C"]] = freed * MOLAR_MASS[INDEX["C"]]
    gas[:, INDEX["O"]] = 2.0 * freed * MOLAR_MASS[INDEX["O"]]
    b.require("offgas", gas)


KIND = Kind(
    "carbonate_precipitation",
    "separation",
    CarbonatePrecipitation,
    {"carbonate": Outlet("carbonate"), "effluent": Outlet("effluent", waste=True), "offgas": Outlet("gas", waste=True)},
    carbonate_precipitation,
    rest="effluent",
    takes=(LIQUOR,),
)
