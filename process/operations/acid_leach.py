"""Hydrochloric leach: each element by its own extraction, Ce(IV) left behind, free fluorine lost as REF3."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import SLACK, Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, standard
from .leach_chemistry import Leached, leached
from .mineral_rows import OPENED, closed, opened
from .phases import ORE, SOLID
from .pulp import SOLID_DENSITY, WATER_DENSITY
from .stoichiometry import Array, rare_earth_moles
from .uncracked import refuse_minerals


class AcidLeach(Parameters):
    """Leach with hydrochloric acid: the share of each element that acid opens, less what fluorine takes back.

    Acid reaches the opened part of a solid; of a solid of one part, all of it: calcine, hydroxide, carbonate, oxide.
    What does not dissolve stays in the residue with its oxygen and silica; sodium, potassium, ammonium and chloride
    dissolve wholly. Sulphate stays with the barium, strontium, lead, radium and calcium that stay, phosphate with the
    calcium of its apatite; the rest of both goes with the other metals, and none stays that no metal binds. Ce(IV), as
    far as the solid's oxygen speaks of it, stays first; what of it dissolves takes one more HCl and frees chlorine, as
    Pr(IV) and Tb(IV) do. Carbonate leaves as CO2.

    Fluorine that comes free with rare earths falls out again: the share `fluorine_on_cerium` on the CeO2 of the
    residue, up to CeF4, `fluorine_on_calcium` of the rest as CaF2, and what is left as REF3 in the proportions of what
    dissolved, a loss: 3 REOF + 6 HCl = 2 RECl3 + REF3 + 3 H2O. Alkali conversion opens REF3 for a second leach.

    Acid follows from the charges that dissolve less those of their sulphate, plus the excess; or give a dose. Wash
    water keeps liquor out of the residue, whose opened part is REF3, cerium and what acid did not dissolve, whose
    closed part came closed.
    """

    kind: Literal["acid_leach"]
    feed: Inlet = Field(description="Calcine, hydroxide, carbonate or oxide.")
    extraction: dict[ElementName, Fraction] = Field(
        standard(
            {
                "REO": "92 % from 85 to 97 % (assumed)",
                "Ca": "80 % from 50 to 98 % (assumed)",
                "Mg": "80 % from 50 to 98 % (assumed)",
                "Fe": "30 % from 10 to 60 % (assumed)",
            }
        ),
        description="Share that acid opens, by element or group: `{REO: 92 %, Ce: 8 %, Ca: 60 %}`; others stay. "
        "`F` is the share of the fluorine that stays dissolved; S and P follow their metals where not named.",
    )
    cerium_iv: Fraction | None = Field(
        standard("3 % from 1 to 8 % (assumed)"),
        description="Share of the Ce(IV) that dissolves; `extraction` then speaks of Ce(III) where it says Ce or REO. "
        "Where `extraction` names Ce and this key is left out, it speaks of all cerium.",
    )
    fluorine_on_cerium: Fraction = Field(
        standard("70 % from 30 to 100 % (assumed)"),
        description="Share of the free fluorine that the CeO2 of the residue takes, up to CeF4.",
    )
    fluorine_on_calcium: Fraction = Field(
        standard("5 % from 0 to 30 % (assumed)"),
        description="Share of the fluorine then left that falls out as CaF2 with dissolved calcium.",
    )
    acid_excess: Annotated[Value, In("1", "10 %", low=0, high=10)] = Field(
        standard("10 % from 5 to 30 % (assumed)"), description="Acid beyond the charges that dissolve."
    )
    acid: Annotated[Value, In("kg/kg", "0.4 t/t", low=0, high=20)] | None = Field(
        None, description="HCl (100 %) per kg of feed, in place of `acid_excess`."
    )
    acid_short: Literal["error", "unleached"] = Field(
        "error",
        description="Of a dose too small for the extraction: a fault, or only what it suffices for dissolves.",
    )
    liquor: Annotated[Value, In("mol/L", "1.0 mol/L", low=0.001, high=4)] = Field(
        standard("1 mol/L from 0.5 to 1.5 mol/L (assumed)"), description="Rare earths in the liquor; sets the water."
    )
    residence: Annotated[Value, In("h", "4 h", low=0.01, high=200)] = Field(
        standard("4 h from 2 to 8 h (assumed)"), description="Time of the pulp in the tanks; sets their volume."
    )
    electricity: Annotated[Value, In("kWh/kg", "20 kWh/t", low=0)] = Field(
        standard("0.02 kWh/kg from 0.01 to 0.05 kWh/kg (assumed)"), description="Stirring and filters, per kg of feed."
    )

    @model_validator(mode="before")
    @classmethod
    def _all_cerium(cls, data: Any) -> Any:
        if isinstance(data, dict) and "cerium_iv" not in data and "Ce" in (data.get("extraction") or {}):
            return {**data, "cerium_iv": None}
        return data

    @model_validator(mode="after")
    def _one_dose(self) -> AcidLeach:
        if self.acid is not None and "acid_excess" in self.model_fields_set:
            raise ValueError("give `acid`, a dose, or `acid_excess`, what is beyond need, not both")
        return self


def acid_leach(p: SimpleNamespace, b: Balance) -> None:
    """Dissolve, let fluorine take back its share, and let the residue's charges say what oxygen stays."""
    refuse_minerals(b, ", which hydrochloric acid does not open")
    solid, mass = opened(b), per_sample(b.flow("feed"))
    out = leached(solid, p.extraction, p.fluorine_on_cerium, p.fluorine_on_calcium, p.cerium_iv)
    acid, share = _acid(p, b, out, mass)
    valence = () if p.cerium_iv is None else ("cerium_iv",)
    need = ("acid_excess", *(f"extraction.{name}" for name in p.extraction), *valence, "fluorine_on_cerium")
    follows = ("acid",) if p.acid is not None else need
    b.reagent("HCl", acid * molar_mass("HCl"), follows)
    water = rare_earth_moles(out.dissolved) * share / p.liquor * 1000.0
    b.reagent("water", water, ("liquor",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("tank", p.residence * (water / WATER_DENSITY + mass / SOLID_DENSITY), "m^3", ("residence", "liquor"))

    def bare(sample: int) -> tuple[str, str]:
        return (
            f"leaves {out.bare[sample]:.4g} kmol/h more fluorine in the residue than its metals can bind",
            "lower the extraction of calcium and the like, or let F dissolve",
        )

    b.refuse(out.bare * MOLAR_MASS[INDEX["F"]] > SLACK * per_sample(solid), bare, "extraction")
    residue = np.maximum(out.residue, 0.0) * share[:, None] + solid * (1.0 - share)[:, None]
    b.size("residue filter", per_sample(residue + closed(b) + out.fluorite * share[:, None]), "kg/h")
    b.require("residue", residue, to="opened")
    b.require("residue", closed(b) + out.fluorite * share[:, None], to="closed")
    b.require("offgas", out.gas * share[:, None])
    b.details["fluoride_loss"] = share_of(rare_earth_moles(out.fluoride), rare_earth_moles(out.opened))
    b.details["acid_share"] = share


def _acid(p: SimpleNamespace, b: Balance, out: Leached, mass: Array) -> tuple[Array, Array]:
    """kmol/h of HCl, and the share of the opened solid that it suffices for; shape (samples,) each."""
    if p.acid is None:
        return out.need * (1.0 + p.acid_excess), np.ones(b.samples)
    acid = p.acid * mass / molar_mass("HCl")
    needed = share_of(out.need * molar_mass("HCl"), mass)

    def short(sample: int) -> tuple[str, str]:
        return (
            f"{p.acid[sample]:.4g} kg/kg of HCl cannot dissolve what extraction says; it takes "
            f"{needed[sample]:.4g} kg/kg without excess",
            "raise acid, lower extraction, or say acid_short: unleached",
        )

    lacking = out.need > acid * (1.0 + 1e-12)
    if p.acid_short == "error":
        b.refuse(lacking, short, "acid")
    return acid, np.where(lacking, share_of(acid, out.need), 1.0)


KIND = Kind(
    "acid_leach",
    "separation",
    AcidLeach,
    {
        "liquor": Outlet("leach liquor"),
        "residue": Outlet("residue", waste=True, rows=OPENED),
        "offgas": Outlet("gas", waste=True),
    },
    acid_leach,
    rest="liquor",
    takes=(SOLID, ORE),
)
