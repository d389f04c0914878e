"""Effluent treatment: neutralise, precipitate, strip ammonia, evaporate, reuse."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from ..elements import INDEX, MOLAR_MASS, members, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance, composition
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .phases import LIQUOR
from .stoichiometry import KATIONS, Array, acid_demand, moles, neutral_oxygen
from .water_content import carbonate, water

GAS_ROWS = ("NH3", "rest")
"""Parts of the gas: ammonia that is not caught, carbon dioxide."""
FALLS = frozenset(KATIONS) - {"Li", "Na", "K", "Ca", "Sr", "Ba"} | {"P", "Si"}
"""What can fall as hydroxide, phosphate or silica; calcium falls with fluoride, phosphate, carbonate and sulphate."""


def _falls(removes: dict[str, Value]) -> dict[str, Value]:
    for name in removes:
        if not FALLS.issuperset(members(name)):
            raise ValueError(f"{name} does not fall as a hydroxide; leave it out (calcium follows its anions)")
    return removes


class WaterTreatment(Parameters):
    """Effluent treatment: sludge, ammonia, salt and water for reuse or discharge, by stoichiometry.

    Every step is optional. A residual is per m³ of the water that enters, less what leaves as aqueous ammonia. Free
    acid, the metals that fall as hydroxides, ammonia that is driven out and carbonate ask for base. Calcium takes
    fluoride, phosphate, carbonate and then sulphate, as far as it goes: lime brings as much as the charges and the
    fluoride ask for, so the sulphate of sodium stays in solution. Evaporation leaves crystals of whatever the water
    that is left cannot hold.
    """

    kind: Literal["water_treatment"]
    feed: Inlet | None = Field(None, description="One effluent; or several as `feeds`.")
    feeds: list[Inlet] = Field(default_factory=list, description="Effluents, mixed before treatment.")
    base: Literal["lime", "NaOH"] = Field("lime", description="The base; lime for fluoride and phosphate in any case.")
    limestone_first: bool = Field(False, description="Whether limestone takes the free acid, before the base.")
    base_excess: Annotated[Value, In("1", "5 %", low=0)] = Field(
        standard("5 % from 2 to 15 % (assumed)"),
        description="Base beyond the charges: lime and limestone end in the sludge, NaOH in the water.",
    )
    removes: Annotated[dict[ElementName, Fraction], AfterValidator(_falls)] = Field(
        standard(
            {
                "REO": "99 % from 95 to 99.9 % (assumed)",
                "Fe": "99.5 % from 98 to 99.9 % (assumed)",
                "Al": "99 % from 95 to 99.9 % (assumed)",
                "Mg": "90 % from 50 to 98 % (assumed)",
                "Mn": "95 % from 80 to 99 % (assumed)",
                "Pb": "98 % from 90 to 99.9 % (assumed)",
                "Zn": "98 % from 90 to 99.9 % (assumed)",
                "Th": "99.9 % from 99 to 99.99 % (assumed)",
                "U": "95 % from 80 to 99 % (assumed)",
                "P": "98 % from 90 to 99.9 % (assumed)",
            }
        ),
        description="Share that falls: metals as hydroxides or phosphates, P as phosphate, Si as silica.",
    )
    fluoride: Annotated[Value, In("kg/m^3", "15 g/m^3", low=0)] | None = Field(
        None, description="Fluoride left by lime, as F: `15 g/m^3` is 15 mg/L; not removed where not said."
    )
    sulfate: Annotated[Value, In("kg/m^3", "1.6 kg/m^3", low=0)] | None = Field(
        None, description="Sulphate that gypsum leaves, as SO4; not removed where not said."
    )
    ammonia: Annotated[Value, In("kg/m^3", "15 g/m^3", low=0)] | None = Field(
        None, description="Ammonia left by stripping, as N; not stripped where not said."
    )
    ammonia_recovery: Fraction = Field(
        standard("98 % from 95 to 99.5 % (assumed)"), description="Share of what is stripped that is caught."
    )
    ammonia_as: Literal["water", "sulfate", "chloride"] = Field(
        "water",
        description="What it is caught as: aqueous ammonia (outlet `ammonia`), or the salt of sulphuric or "
        "hydrochloric acid (outlet `ammonium_salt`).",
    )
    ammonia_strength: Annotated[Value, In("1", "20 %", low=0.01, high=1)] = Field(
        standard("20 % from 15 to 25 % (assumed)"), description="NH3 in the aqueous ammonia, by mass."
    )
    moisture: Annotated[Value, In("1", "50 %", low=0, high=0.95)] = Field(
        standard("50 % from 35 to 65 % (assumed)"), description="Liquor in the filtered sludge, by mass."
    )
    evaporation: Fraction = Field(
        standard("0 % (convention)"),
        description="Share of the treated water that is evaporated; its condensate is reused.",
    )
    solubility: Annotated[Value, In("kg/kg", "0.36 kg/kg", low=0)] = Field(
        standard("0.36 kg/kg from 0.28 to 0.45 kg/kg (assumed)"),
        description="Salts that a kg of the water left by evaporation holds; the rest crystallises.",
    )
    reuse: Fraction = Field(
        standard("0 % (convention)"), description="Share of the water not evaporated that is reused, with its salts."
    )
    evaporation_heat: Annotated[Value, In("MJ/kg", "0.8 MJ/kg", low=0)] = Field(
        standard("0.8 MJ/kg from 0.6 to 1 MJ/kg (assumed)"),
        description="Heat per kg evaporated: three to four effects; 0 for vapour recompression.",
    )
    evaporation_electricity: Annotated[Value, In("kWh/kg", "5 kWh/t", low=0)] = Field(
        standard("0.005 kWh/kg from 0.002 to 0.01 kWh/kg (assumed)"),
        description="Power per kg evaporated; about 30 kWh/t for vapour recompression.",
    )
    stripping_heat: Annotated[Value, In("MJ/kg", "0.3 MJ/kg", low=0)] = Field(
        standard("0.3 MJ/kg from 0.15 to 0.5 MJ/kg (assumed)"), description="Steam per kg of water that is stripped."
    )
    electricity: Annotated[Value, In("kWh/m^3", "1.5 kWh/m^3", low=0)] = Field(
        standard("1.5 kWh/m^3 from 0.5 to 4 kWh/m^3 (assumed)"), description="Stirring, pumps and filters."
    )
    residence: Annotated[Value, In("h", "2 h", low=0)] = Field(
        standard("2 h from 1 to 4 h (assumed)"), description="In the reaction tanks."
    )
    rise: Annotated[Value, In("m/h", "0.8 m/h", low=0.01)] = Field(
        standard("0.8 m/h from 0.4 to 1.5 m/h (assumed)"), description="Overflow rate of the clarifier."
    )

    @model_validator(mode="after")
    def _fed(self) -> WaterTreatment:
        if (self.feed is None) == (not self.feeds):
            raise ValueError("give `feed`, or several streams as `feeds`")
        return self


def water_treatment(p: SimpleNamespace, b: Balance) -> None:
    """Base by charges, calcium by its claims, then water by shares."""
    feed = b.flow("feed" if "feed" in b.inlets else "feeds")
    n = moles(feed)
    entering = water(feed) * molar_mass("H2O") / 1000.0
    volume = _left(p, n[:, INDEX["N"]], entering)
    removed = feed * spread_over_elements(p.removes, b.samples)
    fallen = moles(removed)
    metals = acid_demand(removed)
    # Phosphate takes three charges: of the metals that fall, then of calcium.
    bound = np.minimum(3.0 * fallen[:, INDEX["P"]], metals)
    phosphate = 3.0 * fallen[:, INDEX["P"]] - bound
    fluoride = _beyond(n[:, INDEX["F"]], p.fluoride, volume, MOLAR_MASS[INDEX["F"]])
    stripped = _beyond(n[:, INDEX["N"]], p.ammonia, volume, MOLAR_MASS[INDEX["N"]])

    # Charges: strong acid beyond cations; below zero what carbonate, ammonia and hydroxide hold.
    acid = n[:, INDEX["F"]] + n[:, INDEX["Cl"]] + 2.0 * n[:, INDEX["S"]] - n[:, INDEX["N"]] - acid_demand(feed)
    carbon = carbonate(feed)
    held = np.clip(-acid, 0.0, carbon)
    softened = p.base == "lime" or p.ammonia is not None
    charges = acid + metals + phosphate + stripped + (2.0 if softened else 1.0) * held
    need = np.maximum(charges, 0.0)
    first = np.minimum(np.maximum(acid, 0.0), need) / 2.0 if p.limestone_first else np.zeros(b.samples)
    lime = need / 2.0 - first if p.base == "lime" else np.zeros(b.samples)
    claimed = (fluoride + phosphate) / 2.0
    lime = lime + np.maximum(claimed - n[:, INDEX["Ca"]] - first - lime, 0.0)
    soda = np.maximum(need - 2.0 * (first + lime), 0.0) if p.base == "NaOH" else np.zeros(b.samples)
    calcium = n[:, INDEX["Ca"]] + first + lime - claimed
    chalk = np.minimum(held, np.maximum(calcium, 0.0)) if softened else np.zeros(b.samples)
    sulphate = _beyond(n[:, INDEX["S"]], p.sulfate, volume, molar_mass("SO4"))
    gypsum = np.minimum(sulphate, np.maximum(calcium - chalk, 0.0))

    why = ("base_excess", *(f"removes.{name}" for name in p.removes))
    why += tuple(name for name in ("fluoride", "ammonia") if getattr(p, name) is not None)
    more = 1.0 + p.base_excess
    if p.limestone_first:
        b.reagent("limestone", first * more * molar_mass("CaCO3"), why)
    b.reagent("lime", lime * more * molar_mass("CaO"), why)
    if p.base == "NaOH":
        b.reagent("NaOH", soda * more * molar_mass("NaOH"), why)
    caught = stripped * p.ammonia_recovery
    if p.ammonia is not None and p.ammonia_as != "water":
        item, per = ("H2SO4", 0.5) if p.ammonia_as == "sulfate" else ("HCl", 1.0)
        b.reagent(item, caught * per * molar_mass(item), ("ammonia", "ammonia_recovery"), port="absorber")

    solids = removed
    solids[:, INDEX["H"]] = (metals - bound + 4.0 * gypsum + 2.0 * lime * p.base_excess) * MOLAR_MASS[INDEX["H"]]
    solids[:, INDEX["F"]] = fluoride * MOLAR_MASS[INDEX["F"]]
    solids[:, INDEX["S"]] = gypsum * MOLAR_MASS[INDEX["S"]]
    solids[:, INDEX["C"]] = (chalk + first * p.base_excess) * MOLAR_MASS[INDEX["C"]]
    solids[:, INDEX["Ca"]] = (claimed + chalk + gypsum + (lime + first) * p.base_excess) * MOLAR_MASS[INDEX["Ca"]]
    solids[:, INDEX["O"]] = neutral_oxygen(solids)
    gas = np.zeros_like(feed)
    gas[:, INDEX["C"]] = (carbon - held + first) * MOLAR_MASS[INDEX["C"]]
    gas[:, INDEX["O"]] = 2.0 * (carbon - held + first) * MOLAR_MASS[INDEX["O"]]
    lost = (stripped - caught)[:, None] * molar_mass("NH3") * composition("NH3")
    ammonia = _ammonia(p, feed, caught)
    liquor = np.maximum(b.total() - solids - gas - lost - ammonia, 0.0)
    _part(p, b, liquor, solids)
    b.require("offgas", lost, to="NH3")
    b.require("offgas", gas, to="rest")
    b.require("ammonia" if p.ammonia_as == "water" else "ammonium_salt", ammonia)

    strips = np.where(stripped > 0.0, entering * 1000.0, 0.0)
    b.details["base_kmol_per_h"] = 2.0 * (first + lime) + soda
    b.details["alkalinity_kmol_per_h"] = np.maximum(2.0 * (first + lime) + soda - charges, 0.0)
    b.size("reaction tanks", entering * p.residence, "m^3", ("residence",))
    b.size("clarifier", entering / p.rise, "m^2", ("rise",))
    b.size("sludge filter", per_sample(solids), "kg/h", why)
    b.size("ammonia stripper", strips / 1000.0, "m^3/h")
    b.use("heat", p.stripping_heat * strips, "MJ", ("stripping_heat",))
    b.use("electricity", p.electricity * entering, "kWh", ("electricity",))


def _beyond(held: Array, residual: Array | None, volume: Array, molar: float) -> Array:
    """kmol/h beyond a residual in kg/m³ of `volume` m³/h; none where no residual is asked for."""
    if residual is None:
        return np.zeros_like(held)
    return np.maximum(held - residual * volume / molar, 0.0)


def _left(p: SimpleNamespace, nitrogen: Array, entering: Array) -> Array:
    """m³/h of water that the aqueous ammonia leaves, shape (samples,)."""
    if p.ammonia is None or p.ammonia_as != "water":
        return entering
    caught = p.ammonia_recovery * _beyond(nitrogen, p.ammonia, entering, MOLAR_MASS[INDEX["N"]])
    beside = caught * molar_mass("NH3") * (1.0 / p.ammonia_strength - 1.0)
    return np.asarray(np.maximum(entering - beside / 1000.0, 0.0))


def _ammonia(p: SimpleNamespace, like: Array, caught: Array) -> Array:
    """kg/h of the ammonia that is caught, as solution or as salt, shape (samples, elements)."""
    out = np.zeros_like(like)
    out[:, INDEX["N"]] = caught * MOLAR_MASS[INDEX["N"]]
    hydrogen, oxygen = 3.0 * caught, np.zeros_like(caught)
    if p.ammonia_as == "water":
        beside = caught * molar_mass("NH3") * (1.0 / p.ammonia_strength - 1.0) / molar_mass("H2O")
        hydrogen, oxygen = hydrogen + 2.0 * beside, beside
    elif p.ammonia_as == "sulfate":
        out[:, INDEX["S"]] = caught / 2.0 * MOLAR_MASS[INDEX["S"]]
        hydrogen, oxygen = hydrogen + caught, 2.0 * caught
    else:
        out[:, INDEX["Cl"]] = caught * MOLAR_MASS[INDEX["Cl"]]
        hydrogen = hydrogen + caught
    out[:, INDEX["H"]] = hydrogen * MOLAR_MASS[INDEX["H"]]
    out[:, INDEX["O"]] = oxygen * MOLAR_MASS[INDEX["O"]]
    return out


def _part(p: SimpleNamespace, b: Balance, liquor: Array, solids: Array) -> None:
    """The treated water into what the sludge holds, condensate, crystals, reuse and discharge."""
    whole = per_sample(liquor)
    wet = p.moisture / (1.0 - p.moisture) * per_sample(solids)
    kept = np.minimum(np.divide(wet, whole, out=np.zeros_like(whole), where=whole > 0.0), 1.0)
    b.require("sludge", solids + liquor * kept[:, None])
    clear = liquor * (1.0 - kept)[:, None]
    held = water(clear)
    pure = np.zeros_like(clear)
    pure[:, INDEX["H"]] = 2.0 * held * MOLAR_MASS[INDEX["H"]]
    pure[:, INDEX["O"]] = held * MOLAR_MASS[INDEX["O"]]
    salts = np.maximum(clear - pure, 0.0)
    left = (1.0 - p.evaporation) * held * molar_mass("H2O")
    mass = per_sample(salts)
    stays = np.divide(p.solubility * left, mass, out=np.ones_like(mass), where=mass > 0.0)
    crystals = np.where(p.evaporation > 0.0, 1.0 - np.minimum(stays, 1.0), 0.0)
    salt = salts * crystals[:, None]
    condensate = pure * p.evaporation[:, None]
    rest = np.maximum(clear - salt - condensate, 0.0)
    b.require("salt", salt)
    b.require("recycled", condensate + rest * p.reuse[:, None])
    steam = per_sample(condensate)
    b.use("heat", p.evaporation_heat * steam, "MJ", ("evaporation_heat", "evaporation"))
    b.use("electricity", p.evaporation_electricity * steam, "kWh", ("evaporation_electricity", "evaporation"))
    b.size("evaporator", steam / 1000.0, "t/h", ("evaporation",))
    discharge = rest * (1.0 - p.reuse)[:, None]
    tonnes = per_sample(discharge) / 1000.0
    sulphate = molar_mass("SO4") / MOLAR_MASS[INDEX["S"]]
    for name, element, factor in (("fluoride", "F", 1.0), ("ammonia_as_N", "N", 1.0), ("sulfate", "S", sulphate)):
        grams = 1000.0 * factor * discharge[:, INDEX[element]]
        b.details[f"{name}_g_per_t_discharged"] = np.divide(
            grams, tonnes, out=np.zeros_like(tonnes), where=tonnes > 0.0
        )


KIND = Kind(
    "water_treatment",
    "separation",
    WaterTreatment,
    {
        "effluent": Outlet("effluent", waste=True),
        "sludge": Outlet("residue", waste=True),
        "salt": Outlet("salt", waste=True),
        "offgas": Outlet("gas", waste=True, rows=GAS_ROWS),
        "recycled": Outlet("recycled water"),
        "ammonia": Outlet("aqueous ammonia"),
        "ammonium_salt": Outlet("ammonium salt"),
    },
    water_treatment,
    rest="effluent",
    takes=(LIQUOR,),
)
