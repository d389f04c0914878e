"""Water leach of a sulphated calcine: what is opened dissolves by its extraction, gypsum by its solubility."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from ..elements import COUNT, INDEX, MOLAR_MASS, OXIDE_FACTOR, RE, indices, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import SLACK, Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .mineral_rows import OPENED, opened
from .phases import SOLID
from .pulp import SULPHATE_DENSITY, WATER_DENSITY
from .stoichiometry import Array, acid_demand, moles, neutral_oxygen
from .uncracked import refuse_minerals

LIGHT = ("La", "Ce", "Pr", "Nd", "Sm", "Eu")
"""Rare earths whose double sulphates with sodium are sparingly soluble; those of Gd to Lu and Y dissolve."""


class WaterLeach(Parameters):
    """Leach with water: of what the bake opened the share of each element that dissolves; the closed part stays.

    What stays does so as fluoride, phosphate and sulphate, as far as the metals that stay bind them, else as oxide.
    Calcium dissolves as gypsum does; barium, strontium, lead and radium stay as sulphates. Sodium may bring light rare
    earths down again as NaRE(SO4)2.H2O. Sulphates of the rare earths dissolve to some 40 g/L REO, less in hot water:
    a stronger liquor is refused. A litre of liquor is counted as a litre of the water added. The residue holds no
    liquor: washing is in the water.
    """

    kind: Literal["water_leach"]
    feed: Inlet = Field(description="Sulphated calcine.")
    extraction: dict[ElementName, Fraction] = Field(
        standard(
            {
                "REO": "97 % from 93 to 99 % (assumed)",
                "Fe": "80 % from 50 to 95 % (assumed)",
                "Al": "90 % from 70 to 98 % (assumed)",
                "Mg": "95 % from 80 to 99 % (assumed)",
                "Na": "98 % from 90 to 100 % (assumed)",
                "K": "98 % from 90 to 100 % (assumed)",
                "P": "60 % from 20 to 90 % (assumed)",
                "Th": "95 % from 80 to 99 % (assumed)",
                "U": "90 % from 70 to 99 % (assumed)",
            }
        ),
        description="Share of the opened that dissolves, by element or group; others stay, but for calcium.",
    )
    gypsum: Annotated[Value, In("kg/m^3", "2.1 g/L", low=0)] = Field(
        standard("2.1 g/L from 2 to 6 g/L (crc)"),
        description="CaSO4 that a litre of liquor holds; acid and other salts raise it up to threefold.",
    )
    water: Annotated[Value, In("kg/kg", "12 t/t", low=0)] = Field(
        standard("12 kg/kg from 11 to 14 kg/kg (assumed)"), description="Water per kg of calcine; or say `liquor`."
    )
    liquor: Annotated[Value, In("kg/m^3", "35 g/L", low=0.1)] | None = Field(
        None, description="Rare-earth oxides in the liquor; sets the water."
    )
    strongest: Annotated[Value, In("kg/m^3", "45 g/L", low=0.1)] = Field(
        standard("45 g/L from 40 to 55 g/L (assumed)"),
        description="Rare-earth oxides that a cold liquor holds as sulphates at the most.",
    )
    double_sulfate: Fraction | None = Field(
        None, description="Share of the sodium, as far as light rare earths go, that brings them down as NaRE(SO4)2."
    )
    residence: Annotated[Value, In("h", "4 h", low=0)] = Field(
        standard("4 h from 2 to 8 h (assumed)"), description="Time in the tanks; sets their volume."
    )
    electricity: Annotated[Value, In("kWh/kg", "20 kWh/t", low=0)] = Field(
        standard("0.02 kWh/kg from 0.01 to 0.05 kWh/kg (assumed)"), description="Stirring and filters, per kg of feed."
    )

    @model_validator(mode="after")
    def _one_amount(self) -> WaterLeach:
        if self.liquor is not None and "water" in self.model_fields_set:
            raise ValueError("give water or liquor, not both")
        return self


def water_leach(p: SimpleNamespace, b: Balance) -> None:
    """Residue by what does not dissolve; liquor and water are the rest."""
    refuse_minerals(b, ", which water does not open", "bake it with sulphuric acid first: sulfuric_bake")
    feed = opened(b)
    mass = per_sample(b.flow("feed"))
    share = spread_over_elements(p.extraction, b.samples)
    dissolved = feed * share
    oxides = per_sample(dissolved[:, RE] * OXIDE_FACTOR[RE])
    water = oxides / p.liquor * 1000.0 if p.liquor is not None else p.water * mass
    amount, key = ("liquor", "liquor") if p.liquor is not None else ("water", "water")
    _too_strong(p, b, oxides, water, mass, key)
    b.reagent("water", water, (amount,))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("leach tanks", (water / WATER_DENSITY + mass / SULPHATE_DENSITY) * p.residence, "m^3", (amount, "residence"))

    held = p.gypsum * water / 1000.0 / molar_mass("CaSO4") * MOLAR_MASS[INDEX["Ca"]]
    wanted = dissolved[:, INDEX["Ca"]] if "Ca" in p.extraction else feed[:, INDEX["Ca"]]
    dissolved[:, INDEX["Ca"]] = np.minimum(wanted, held)
    residue = feed - dissolved
    residue[:, INDEX["H"]] = 0.0
    lost = _double_sulphate(p, dissolved)
    residue += lost
    residue[:, INDEX["H"]] = 2.0 * moles(lost)[:, INDEX["Na"]] * MOLAR_MASS[INDEX["H"]]
    _anions(residue, feed)
    residue[:, INDEX["O"]] = 0.0
    residue[:, INDEX["O"]] = np.maximum(neutral_oxygen(residue), 0.0)

    b.size(
        "residue filter",
        per_sample(residue) + mass - per_sample(feed),
        "kg/h",
        tuple(f"extraction.{name}" for name in p.extraction),
    )

    pool = feed.copy()
    for name, count in (("H", 2.0), ("O", 1.0)):
        pool[:, INDEX[name]] += count * water / molar_mass("H2O") * MOLAR_MASS[INDEX[name]]
    stays = np.minimum(share_of(residue, pool), 1.0)
    whole = "opened" not in b.parts["feed"]
    b.send("residue", stays, inlet="feed", part=None if whole else "opened", to="opened")
    from_water = np.zeros((b.samples, COUNT))
    from_water[:, indices(("H", "O"))] = stays[:, indices(("H", "O"))]
    b.send("residue", from_water, reagent="water", to="opened")
    if not whole:
        b.send("residue", 1.0, inlet="feed", part="closed", to="closed")
    b.details["liquor_reo"] = share_of(oxides * 1000.0, water)
    b.details["saturation"] = b.details["liquor_reo"] / p.strongest


def _too_strong(p: SimpleNamespace, b: Balance, oxides: Array, water: Array, mass: Array, key: str) -> None:
    """Refuse more rare-earth sulphate than the water holds."""
    least = oxides / p.strongest * 1000.0

    def words(n: int) -> tuple[str, str]:
        strength = f"{oxides[n] / water[n] * 1000.0:.3g} g/L" if water[n] > 0.0 else "no water for its"
        remedy = f"add at least {least[n] / mass[n]:.3g} kg of water per kg" if key == "water" else "lower liquor"
        return (
            f"its liquor would hold {strength} REO, and sulphates of the rare earths dissolve to {p.strongest[n]:.3g} "
            "g/L",
            remedy,
        )

    b.refuse(water < least * (1.0 - SLACK), words, key)


def _double_sulphate(p: SimpleNamespace, dissolved: Array) -> Array:
    """Na and light rare earths that come down as NaRE(SO4)2.H2O, kg/h of shape (samples, elements)."""
    out = np.zeros_like(dissolved)
    if p.double_sulfate is None:
        return out
    columns = indices(LIGHT)
    n = moles(dissolved)
    light = per_sample(n[:, columns])
    down = p.double_sulfate * np.minimum(n[:, INDEX["Na"]], light)
    part = share_of(down, light)
    out[:, columns] = dissolved[:, columns] * part[:, None]
    out[:, INDEX["Na"]] = down * MOLAR_MASS[INDEX["Na"]]
    return out


def _anions(residue: Array, feed: Array) -> None:
    """Fluoride, phosphate and then sulphate of a residue as far as its metals bind them; the rest dissolves."""
    n = moles(residue)
    charges = acid_demand(residue)
    for name, charge, there in (("F", 1.0, residue), ("P", 3.0, residue), ("S", 2.0, feed)):
        bound = np.minimum(moles(there)[:, INDEX[name]], charges / charge)
        residue[:, INDEX[name]] = bound * MOLAR_MASS[INDEX[name]]
        charges = np.maximum(charges - charge * bound, 0.0)
    residue[:, INDEX["C"]] = np.minimum(n[:, INDEX["C"]], charges / 2.0) * MOLAR_MASS[INDEX["C"]]
    for name in ("Cl", "N"):
        residue[:, INDEX[name]] = 0.0


KIND = Kind(
    "water_leach",
    "separation",
    WaterLeach,
    {"liquor": Outlet("leach liquor"), "residue": Outlet("residue", waste=True, rows=OPENED)},
    water_leach,
    rest="liquor",
    takes=(SOLID,),
)
