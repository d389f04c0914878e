"""Swarf leach: grinding swarf oxidised and leached, rare earths back to separation, iron out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from ..elements import COUNT, INDEX, MOLAR_MASS, mass_fractions, molar_mass
from ..magnet.oxidation import oxidation_heat
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .oxidative_roast import AIR_OXYGEN
from .phases import METAL, SOLID
from .pulp import SOLID_DENSITY, WATER_DENSITY
from .stoichiometry import Array, acid_demand, neutral_oxygen, rare_earth_moles


class SwarfLeach(Parameters):
    """Swarf leach: a share of the swarf is collected, roasted in air and leached with hydrochloric acid.

    Rare earths go to a chloride liquor, and of other metals what `extraction` says; the rest stays in the residue as
    oxides, the iron as hematite or, where it rusts wet, goethite. Oil, hydrogen and nitrogen of the swarf burn off.
    What is not collected is lost.
    """

    kind: Literal["swarf_leach"]
    feed: Inlet | None = Field(None, description="Swarf; or several streams as `feeds`.")
    feeds: list[Inlet] = Field(default_factory=list, description="Swarf, ultrafines and rejects.")
    share: Fraction = Field(description="Share of the swarf that is collected and treated.")
    extraction: dict[ElementName, Fraction] = Field(
        standard({"REO": "98 % from 95 to 99 % (assumed)", "Fe": "1 % from 0 to 3 % (assumed)"}),
        description="Share that dissolves: `{REO: 98 %, Fe: 1 %, Co: 10 %}`; cobalt goes on with the liquor.",
    )
    iron: Literal["hematite", "goethite"] = Field(
        "hematite",
        description="What the iron of the residue is: Fe2O3 of a roast, FeOOH of wet oxidation or hydrolysis.",
    )
    acid_excess: Annotated[Value, In("1", "10 %", low=0)] = Field(
        standard("10 % from 5 to 30 % (assumed)"), description="Acid beyond the charges that dissolve."
    )
    liquor: Annotated[Value, In("mol/L", "1.0 mol/L", low=0.001)] = Field(
        standard("1 mol/L from 0.5 to 1.5 mol/L (assumed)"), description="Rare earths in the liquor; sets the water."
    )
    heat: Annotated[Value, In("MJ/kg", "2 MJ/kg", low=0)] = Field(
        standard("2 MJ/kg from 1 to 5 MJ/kg (assumed)"),
        description="Roasting fuel per kg of swarf treated; what the swarf gives off itself is told, not credited.",
    )
    residence: Annotated[Value, In("h", "4 h", low=0.01, high=200)] = Field(
        standard("4 h from 2 to 8 h (assumed)"), description="Time of the pulp in the tanks; sets their volume."
    )
    electricity: Annotated[Value, In("kWh/kg", "20 kWh/t", low=0)] = Field(
        standard("0.02 kWh/kg from 0.01 to 0.05 kWh/kg (assumed)"),
        description="Kiln, stirring and filters, per kg of swarf treated.",
    )

    @model_validator(mode="after")
    def _fed(self) -> SwarfLeach:
        if (self.feed is None) == (not self.feeds):
            raise ValueError("give `feed`, or several streams as `feeds`")
        return self


def swarf_leach(p: SimpleNamespace, b: Balance) -> None:
    """Lose what is not collected, oxidise the rest, dissolve by extraction."""
    name = "feed" if "feed" in b.inlets else "feeds"
    swarf = b.flow(name)
    treated = swarf * p.share[:, None]
    metals = treated.copy()
    for gas in ("O", "C", "H", "N"):
        metals[:, INDEX[gas]] = 0.0
    dissolved = metals * spread_over_elements(p.extraction, b.samples)
    residue = metals - dissolved
    _anions(residue, dissolved)
    hydroxyl = residue[:, INDEX["Fe"]] / MOLAR_MASS[INDEX["Fe"]] * (1.0 if p.iron == "goethite" else 0.0)
    residue[:, INDEX["H"]] = hydroxyl * MOLAR_MASS[INDEX["H"]]
    residue[:, INDEX["O"]] = np.maximum(neutral_oxygen(residue), 0.0)
    sulphate = dissolved[:, INDEX["S"]] / MOLAR_MASS[INDEX["S"]]
    dissolving = np.maximum(acid_demand(dissolved) - 2.0 * sulphate, 0.0)
    carbon = treated[:, INDEX["C"]] / MOLAR_MASS[INDEX["C"]]
    hydrogen = treated[:, INDEX["H"]] / MOLAR_MASS[INDEX["H"]]
    burning = (2.0 * carbon + hydrogen / 2.0) * MOLAR_MASS[INDEX["O"]]
    oxides = residue[:, INDEX["O"]] + neutral_oxygen(dissolved)
    of_water = hydroxyl / 2.0 * MOLAR_MASS[INDEX["O"]]
    oxygen = np.maximum(oxides + burning - treated[:, INDEX["O"]] - of_water, 0.0)
    acid = dissolving * (1.0 + p.acid_excess)
    b.reagent("air", oxygen / AIR_OXYGEN, ("share",))
    b.reagent("HCl", acid * molar_mass("HCl"), ("acid_excess", "share"))
    water = rare_earth_moles(dissolved) / p.liquor * 1000.0 + hydroxyl / 2.0 * molar_mass("H2O")
    b.reagent("water", water, ("liquor",))
    mass = per_sample(treated)
    b.use("heat", p.heat * mass, "MJ", ("heat",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity", "share"))
    b.size("roasting kiln", mass, "kg/h", ("share",))
    pulp = water / WATER_DENSITY + per_sample(residue + dissolved) / SOLID_DENSITY
    b.size("tank", p.residence * pulp, "m^3", ("residence", "liquor", "share"))
    b.size("residue filter", per_sample(residue), "kg/h", ("share",))
    b.details["heat_of_oxidation_MJ_per_h"] = oxidation_heat(treated)

    b.send("uncollected", (1.0 - p.share)[:, None], inlet=name)
    treated_share = p.share[:, None]
    # Added up and not taken from the whole, which has no digits left of a small share.
    pool = treated[:, INDEX["O"]] + oxygen + water * mass_fractions("H2O")[INDEX["O"]]
    b.send("offgas", _off_gas(p, b), inlet=name)
    air = np.zeros_like(swarf)
    for inert in ("N", "Ar"):
        air[:, INDEX[inert]] = 1.0
    burnt = np.divide(burning, pool, out=np.zeros_like(burning), where=pool > 0.0)
    left = np.divide(residue[:, INDEX["O"]], pool, out=np.zeros_like(burning), where=pool > 0.0)
    air[:, INDEX["O"]] = burnt
    b.send("offgas", air, reagent="air")
    held = np.zeros_like(swarf)
    held[:, INDEX["O"]] = left
    b.send("residue", held, reagent="air")
    bound = held.copy()
    of_hydrogen = residue[:, INDEX["H"]] / mass_fractions("H2O")[INDEX["H"]]
    bound[:, INDEX["H"]] = np.divide(of_hydrogen, water, out=np.zeros_like(water), where=water > 0.0)
    b.send("residue", bound, reagent="water")
    out = np.zeros_like(swarf)
    out[:, INDEX["O"]] = burnt
    b.send("offgas", out, reagent="water")
    b.send("offgas", out * treated_share, inlet=name)
    metal_share = np.divide(residue, swarf, out=np.zeros_like(swarf), where=swarf > 0.0)
    metal_share[:, INDEX["H"]] = 0.0
    metal_share[:, INDEX["O"]] = left * p.share
    b.send("residue", metal_share, inlet=name)


def _anions(residue: Array, dissolved: Array) -> None:
    """Fluoride, sulphate and phosphate stay as far as the metals of the residue bind them; the rest dissolves."""
    charges = acid_demand(residue)
    for name, charge in (("F", 1.0), ("S", 2.0), ("P", 3.0)):
        there = residue[:, INDEX[name]].copy()
        bound = np.minimum(there / MOLAR_MASS[INDEX[name]], charges / charge)
        charges = np.maximum(charges - charge * bound, 0.0)
        residue[:, INDEX[name]] = bound * MOLAR_MASS[INDEX[name]]
        dissolved[:, INDEX[name]] += there - residue[:, INDEX[name]]


def _off_gas(p: SimpleNamespace, b: Balance) -> np.ndarray:
    """Carbon, hydrogen and nitrogen of the treated swarf burn off."""
    share = np.zeros((b.samples, COUNT))
    for name in ("C", "H", "N"):
        share[:, INDEX[name]] = p.share
    return share


KIND = Kind(
    "swarf_leach",
    "separation",
    SwarfLeach,
    {
        "liquor": Outlet("chloride liquor"),
        "residue": Outlet("residue", waste=True),
        "uncollected": Outlet("swarf", waste=True),
        "offgas": Outlet("gas", waste=True),
    },
    swarf_leach,
    rest="liquor",
    takes=(METAL, SOLID),
)
