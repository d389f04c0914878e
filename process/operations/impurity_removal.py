"""Impurity removal: a base brings a liquor to a pH, and what its hydroxide's solubility says falls out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ..elements import ELEMENTS, INDEX, MOLAR_MASS, RARE_EARTHS, RE, mass_fractions, members, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, OperationError, Outlet, Parameters, spread_over_elements, standard
from .liquor_ph import acid_at, charges, falling, molality, rare_earths_fall, strong_acid, water_of
from .phases import LIQUOR
from .stoichiometry import Array, column, moles, neutral_oxygen, rare_earth_moles

BASES = {
    "MgO": ("MgO", 2.0, 0.0),
    "lime": ("CaO", 2.0, 0.0),
    "NaOH": ("NaOH", 1.0, 0.0),
    "Na2CO3": ("Na2CO3", 2.0, 1.0),
    "ammonia": ("NH3", 1.0, 0.0),
    "NH4HCO3": ("NH4HCO3", 1.0, 1.0),
}
"""Formula of each base, mol of acid that a mol of it takes, and mol of carbon dioxide that it frees."""
SOLID = {"MgO": "Mg", "lime": "Ca"}
"""Bases that are dosed as a solid, part of which does not dissolve."""
IONS = ("O", "H", "C", "N", "S", "Cl", "Ar", "Na", "K", "Li")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)


class Sulfide(_Part):
    """Sodium sulphide: what it takes down, and how much of it is in excess."""

    reagent: Literal["sodium_sulfide"] = Field("sodium_sulfide", description="The sulphide.")
    removes: dict[Literal["Pb", "Zn", "Cu", "Ni", "Co"], Fraction] = Field(
        standard(
            {
                "Pb": "99 % from 95 to 99.9 % (assumed)",
                "Zn": "95 % from 80 to 99.5 % (assumed)",
                "Cu": "99 % from 95 to 99.9 % (assumed)",
                "Ni": "80 % from 40 to 95 % (assumed)",
                "Co": "80 % from 40 to 95 % (assumed)",
            }
        ),
        description="Share of each metal that falls as its sulphide: `{Pb: 99 %, Zn: 95 %}`.",
    )
    excess: Annotated[Value, In("1", "50 %", low=0)] = Field(
        standard("50 % from 10 to 200 % (assumed)"), description="Sulphide beyond the metals; leaves as H2S."
    )


class Iron(_Part):
    """Ferric sulphate that binds phosphate, which would take rare earths instead."""

    to_phosphorus: Annotated[Value, In("1", "1.3", low=0)] = Field(
        standard("1.3 from 1 to 3 (assumed)"),
        description="mol of iron(III), that of the liquor included, per mol of phosphorus.",
    )


class Barium(_Part):
    """Barium chloride, whose sulphate carries radium and lead down."""

    dose: Annotated[Value, In("kg/m^3", "0.1 g/L", low=0)] = Field(
        standard("0.1 g/L from 0.05 to 0.5 g/L (assumed)"), description="BaCl2 per m3 of the liquor's water."
    )
    carries: dict[Literal["Ra", "Pb", "Sr"], Fraction] = Field(
        standard({"Ra": "97 % from 90 to 99.5 % (assumed)", "Pb": "50 % from 20 to 90 % (assumed)"}),
        description="Share of each that falls with the barium sulphate.",
    )


class ImpurityRemoval(Parameters):
    """Impurity removal at a pH: iron, aluminium, thorium and the like fall by the solubility of their hydroxides.

    Of an element what is beyond the solubility K [H+]^n falls, as far as reaction and filter go (`efficiency`), and
    some rare earth with it. Phosphate and fluoride fall by a stated share, bound to the metals that fall and, where
    those do not suffice, to rare earths. Calcium beyond the solubility of gypsum falls with sulphate. Base follows
    from the free acid, HSO4- included, and the charges that fall, less the acid left at the pH; a liquor less acid
    than that gets none. Carbonate of base and liquor leaves as carbon dioxide. The constants are those of 25 degC,
    without activity coefficients and complexes; double sulphates of sodium and light rare earths are not modelled.
    The residue is dry and washed.
    """

    kind: Literal["impurity_removal"]
    feed: Inlet = Field(description="Leach liquor.")
    pH: Annotated[Value, In("1", "4.5", low=1, high=7)] = Field(description="pH at which the liquor is filtered.")
    base: Literal["MgO", "NaOH", "Na2CO3", "lime", "ammonia", "NH4HCO3"] = Field(description="The base.")
    base_excess: Annotated[Value, In("1", "10 %", low=0)] = Field(
        standard("10 % from 2 to 30 % (assumed)"),
        description="MgO or lime that does not dissolve and stays in the residue; soluble bases are dosed by the pH.",
    )
    efficiency: Fraction = Field(
        standard("99.5 % from 98 to 99.9 % (assumed)"), description="Most of an element that reaction and filter take."
    )
    rare_earth_loss: Fraction = Field(
        standard("1 % from 0.3 to 3 % (assumed)"), description="Share of the rare earths that falls with the others."
    )
    removes: dict[ElementName, Fraction] = Field(
        standard(
            {
                "P": "99 % from 90 to 99.9 % (assumed)",
                "Si": "70 % from 30 to 95 % (assumed)",
                "U": "60 % from 20 to 95 % (assumed)",
            }
        ),
        description="Shares that are stated in place of computed ones: phosphate, silica, fluoride, uranium that iron "
        "hydroxide takes up.",
    )
    iron: Iron | None = Field(None, description="Ferric sulphate for a liquor with more phosphate than iron.")
    sulfide: Sulfide | None = Field(None, description="Sulphide for lead, zinc, copper, nickel and cobalt.")
    barium: Barium | None = Field(
        None, description="Barium chloride for radium; sulphuric acid comes with it where the liquor lacks sulphate."
    )
    gypsum: Annotated[Value, In("kg/m^3", "2.1 g/L", low=0)] = Field(
        standard("2.1 g/L from 2 to 6 g/L (crc)"), description="CaSO4 that the liquor holds; salts raise it."
    )
    residence: Annotated[Value, In("h", "2 h", low=0)] = Field(
        standard("2 h from 1 to 6 h (assumed)"), description="Time in the tanks."
    )
    filter_rate: Annotated[Value, In("kg/m^2/h", "15 kg/m^2/h", low=0.001)] = Field(
        standard("15 kg/m^2/h from 5 to 50 kg/m^2/h (assumed)"), description="Dry residue per area of filter."
    )
    electricity: Annotated[Value, In("kWh/m^3", "1 kWh/m^3", low=0)] = Field(
        standard("1 kWh/m^3 from 0.5 to 3 kWh/m^3 (assumed)"), description="Stirring and filters, per m3 of water."
    )

    @field_validator("base_excess")
    @classmethod
    def _of_a_solid(cls, value: Value, info: ValidationInfo) -> Value:
        base = info.data.get("base", "MgO")
        if base not in SOLID and value.text != cls.model_fields["base_excess"].default:
            raise ValueError(f"it is MgO or lime that stays solid; leave it out with {base}")
        return value

    @field_validator("removes")
    @classmethod
    def _that_may_be_said(cls, given: dict[str, Value]) -> dict[str, Value]:
        for name in given:
            if set(members(name)) & set(RARE_EARTHS):
                raise ValueError(f"{name}: what falls of the rare earths is rare_earth_loss")
            if name in IONS:
                raise ValueError(f"{name} cannot be said: it stays, or follows from the charges that fall")
        return given


def impurity_removal(p: SimpleNamespace, b: Balance) -> None:
    """Sulphides, sulphates, hydroxides and phosphates to the residue; base by the acid that is left."""
    feed = b.flow("feed")
    water = water_of(feed)
    feed = feed + _iron(p, b, feed)
    b.refuse(
        (per_sample(feed) > 0.0) & (water <= 0.0),
        lambda _: ("its feed holds no water, so nothing has a pH", "feed it from a leach"),
        "feed",
    )
    concentration = molality(feed, water)
    _keep_rare_earths(p, b, concentration)

    sulphide, sodium = _sulphides(p, b, feed)
    added, sulphate = _sulphates(p, b, feed - sulphide, water)
    hydroxide = _hydroxides(p, b, feed - sulphide - sulphate, falling(concentration, p.pH), water)
    liquor = feed + added - sulphide - sulphate - hydroxide
    liquor[:, INDEX["Na"]] += 2.0 * sodium * MOLAR_MASS[INDEX["Na"]]
    formula, takes, carbon = BASES[p.base]
    acid = strong_acid(liquor)
    alkaline = acid < -1e-9 * per_sample(moles(feed))
    own = (
        _own_ph(p, b, liquor + hydroxide, feed - sulphide - sulphate, concentration, water) if alkaline.any() else acid
    )
    b.refuse(
        alkaline & np.isfinite(own),
        lambda i: (
            f"pH {p.pH[i]:g} is below that of its liquor as it comes, about {own[i]:.1f}, and no acid is added here",
            f"take a pH of {own[i]:.1f} or more",
        ),
        "pH",
    )
    b.refuse(
        alkaline,
        lambda i: (
            f"its liquor is alkaline by {-acid[i]:.4g} kmol/h before any base",
            "lower sulfide.excess, or the excess of the base before"
            if p.sulfide is not None
            else "feed it an acid liquor; a solid dissolves in an acid_leach first",
        ),
        "sulfide.excess" if p.sulfide is not None else "feed",
    )
    dissolved, gypsum = _base(p, liquor, acid, water, takes)
    solid = dissolved * p.base_excess if p.base in SOLID else np.zeros_like(dissolved)
    follows = ("pH", *(("base_excess",) if p.base in SOLID else ()))
    b.reagent(p.base, (dissolved + solid) * molar_mass(formula), follows)
    b.use("electricity", p.electricity * water / 1000.0, "kWh", ("electricity",))

    residue = sulphate + hydroxide
    if p.base in SOLID:
        residue[:, INDEX[SOLID[p.base]]] += solid * MOLAR_MASS[INDEX[SOLID[p.base]]]
        residue[:, INDEX["H"]] += 2.0 * solid * MOLAR_MASS[INDEX["H"]]
    for name, count in (("Ca", 1.0), ("S", 1.0), ("H", 4.0)):
        residue[:, INDEX[name]] += count * gypsum * MOLAR_MASS[INDEX[name]]
    residue[:, INDEX["O"]] = neutral_oxygen(residue)
    metals = charges(sulphide) / 2.0
    residue += sulphide
    residue[:, INDEX["S"]] += metals * MOLAR_MASS[INDEX["S"]]
    b.require("residue", residue)

    gas = np.zeros_like(feed)
    freed = moles(feed)[:, INDEX["C"]] + carbon * dissolved
    gas[:, INDEX["C"]] = freed * MOLAR_MASS[INDEX["C"]]
    gas[:, INDEX["O"]] = 2.0 * freed * MOLAR_MASS[INDEX["O"]]
    spare = np.maximum(sodium - metals, 0.0)
    gas[:, INDEX["S"]] = spare * MOLAR_MASS[INDEX["S"]]
    gas[:, INDEX["H"]] = 2.0 * spare * MOLAR_MASS[INDEX["H"]]
    b.require("offgas", gas)
    b.size("tank", water / 1000.0 * p.residence, "m^3", ("residence",))
    b.size("filter", per_sample(residue) / p.filter_rate, "m^2", ("filter_rate",))


def _own_ph(p: SimpleNamespace, b: Balance, before: Array, liquor: Array, concentration: Array, water: Array) -> Array:
    """First tenth of pH at which what falls takes up the alkali of a liquor, shape (samples,).

    `before` is the liquor with all that may fall, `liquor` what falls from it, kg/h each. Infinite where the first rare
    earths would fall too, and where `removes` and not the pH says what falls.
    """
    starts = b.details["rare_earths_fall_at_pH"]
    out = np.full(b.samples, np.inf)
    for tenth in range(141):
        ph = np.full(b.samples, tenth / 10.0)
        try:
            falls = _hydroxides(p, b, liquor, falling(concentration, ph), water)
        except OperationError:
            continue
        sound = (ph > p.pH) & (ph <= starts) & (strong_acid(before - falls) >= 0.0)
        out = np.where(sound, np.minimum(out, ph), out)
    return out


def _keep_rare_earths(p: SimpleNamespace, b: Balance, concentration: Array) -> None:
    """Refuse a pH at which more than 1 % of a rare earth would fall as hydroxide."""
    starts, which = rare_earths_fall(concentration)
    b.details["rare_earths_fall_at_pH"] = np.minimum(starts, 14.0)
    b.refuse(
        p.pH > starts,
        lambda i: (
            f"pH {p.pH[i]:g} is too high: the first 1 % of the {ELEMENTS[which[i]]} of this liquor falls "
            f"at pH {starts[i]:.2f}",
            f"take a pH of {np.floor(10.0 * min(starts[i], 7.0)) / 10.0:g} or less",
        ),
        "pH",
    )


def _iron(p: SimpleNamespace, b: Balance, feed: Array) -> Array:
    """kg/h of ferric sulphate that brings the liquor's iron to its ratio to phosphorus, shape (samples, elements)."""
    if p.iron is None:
        return np.zeros_like(feed)
    n = moles(feed)
    short = np.maximum(p.iron.to_phosphorus * n[:, INDEX["P"]] - n[:, INDEX["Fe"]], 0.0)
    salt = short / 2.0 * molar_mass("Fe2S3O12")
    b.reagent("ferric_sulfate", salt, ("iron.to_phosphorus",))
    return np.asarray(salt[:, None] * mass_fractions("Fe2S3O12"))


def _sulphides(p: SimpleNamespace, b: Balance, feed: Array) -> tuple[Array, Array]:
    """kg/h of the metals that fall as sulphides, and kmol/h of Na2S."""
    if p.sulfide is None:
        return np.zeros_like(feed), np.zeros(b.samples)
    out = feed * spread_over_elements(p.sulfide.removes, b.samples)
    sodium = charges(out) / 2.0 * (1.0 + p.sulfide.excess)
    follows = ("sulfide.excess", *(f"sulfide.removes.{name}" for name in p.sulfide.removes))
    b.reagent(p.sulfide.reagent, sodium * molar_mass("Na2S"), follows)
    return out, sodium


def _sulphates(p: SimpleNamespace, b: Balance, feed: Array, water: Array) -> tuple[Array, Array]:
    """kg/h of salts and acid added, and of the barium sulphate that falls with what it carries."""
    added, out = np.zeros_like(feed), np.zeros_like(feed)
    dose = np.zeros(b.samples)
    held = moles(feed)
    carries = {} if p.barium is None else p.barium.carries
    carried = held * spread_over_elements(carries, b.samples)
    if p.barium is not None:
        dose = p.barium.dose * water / 1000.0 / molar_mass("BaCl2")
        need = dose + held[:, INDEX["Ba"]] + per_sample(carried)
        acid = np.maximum(need - held[:, INDEX["S"]], 0.0)
        b.reagent("barium_chloride", dose * molar_mass("BaCl2"), ("barium.dose",))
        b.reagent("H2SO4", acid * molar_mass("H2SO4"), ("barium.dose",))
        for name, amount in (("Ba", dose), ("Cl", 2.0 * dose), ("S", acid), ("H", 2.0 * acid)):
            added[:, INDEX[name]] += amount * MOLAR_MASS[INDEX[name]]
    sulphur = held[:, INDEX["S"]] + added[:, INDEX["S"]] / MOLAR_MASS[INDEX["S"]] - per_sample(carried)
    barium = p.efficiency * np.minimum(held[:, INDEX["Ba"]] + dose, np.maximum(sulphur, 0.0))
    out += carried * MOLAR_MASS
    out[:, INDEX["Ba"]] += barium * MOLAR_MASS[INDEX["Ba"]]
    out[:, INDEX["S"]] = (barium + per_sample(carried)) * MOLAR_MASS[INDEX["S"]]
    return added, out


def _hydroxides(p: SimpleNamespace, b: Balance, liquor: Array, beyond: Array, water: Array) -> Array:
    """kg/h of metals, phosphorus, fluorine and hydroxide hydrogen that fall, oxygen left out."""
    share = p.efficiency[:, None] * beyond
    share[:, RE] = np.maximum(share[:, RE], p.rare_earth_loss[:, None])
    stated = spread_over_elements(p.removes, b.samples, np.nan)
    share = np.where(np.isnan(stated), share, stated)
    out = np.maximum(liquor, 0.0) * share
    bound = 3.0 * moles(out)[:, INDEX["P"]] + moles(out)[:, INDEX["F"]]
    unbound = np.maximum(bound - charges(out), 0.0) / 3.0
    left = rare_earth_moles(liquor - out)
    b.refuse(
        unbound > left * (1.0 + 1e-9),
        lambda i: (
            f"the metals that fall at pH {p.pH[i]:g}, all rare earths included, cannot bind the phosphorus and "
            "fluorine that removes says",
            "lower removes.P and removes.F, or add iron",
        ),
        "removes.P" if "P" in p.removes else "removes",
    )
    more = np.divide(np.minimum(unbound, left), left, out=np.zeros_like(left), where=left > 0.0)
    out[:, RE] += (liquor - out)[:, RE] * more[:, None]
    whole = rare_earth_moles(liquor)
    lost = np.divide(rare_earth_moles(out), whole, out=np.zeros_like(whole), where=whole > 0.0)
    b.details["rare_earths_lost"] = lost
    hydroxide = np.maximum(charges(out) - bound, 0.0)
    out[:, INDEX["H"]] = 0.0
    out[:, column("S", "O", "C", "N", "Cl", "Ar")] = 0.0
    out[:, INDEX["H"]] = hydroxide * MOLAR_MASS[INDEX["H"]]
    return out


def _base(p: SimpleNamespace, liquor: Array, acid: Array, water: Array, takes: float) -> tuple[Array, Array]:
    """kmol/h of base that dissolves, and of CaSO4 2 H2O beyond its solubility that falls, (samples,) each.

    The acid left at the pH is that of the sulphate which gypsum leaves; with lime each hangs on the other. What falls
    grows with the lime, from nothing to all the sulphate there is for it, and saves less than one acid each: of three
    straight pieces the one in the middle of the three answers holds.
    """
    n = moles(liquor)
    calcium, sulphate = np.maximum(n[:, INDEX["Ca"]], 0.0), np.maximum(n[:, INDEX["S"]], 0.0)
    soluble = p.gypsum * water / 1000.0 / molar_mass("CaSO4")
    most = np.maximum(sulphate - soluble, 0.0)
    no_water = np.zeros_like(water)
    free = acid - acid_at(p.pH, water, no_water)
    held = acid_at(p.pH, no_water, np.ones_like(water))
    if p.base == "lime":
        saved = held * p.efficiency
        least = free - held * sulphate
        between = (least + saved * (calcium - soluble)) / (takes - saved)
        dissolved = np.clip(between, least / takes, (least + saved * most) / takes)
        dissolved = np.maximum(dissolved, 0.0)
        return dissolved, p.efficiency * np.clip(calcium + dissolved - soluble, 0.0, most)
    falls = p.efficiency * np.clip(calcium - soluble, 0.0, most)
    return np.maximum(free - held * (sulphate - falls), 0.0) / takes, falls


KIND = Kind(
    "impurity_removal",
    "separation",
    ImpurityRemoval,
    {
        "liquor": Outlet("purified liquor"),
        "residue": Outlet("residue", waste=True),
        "offgas": Outlet("gas", waste=True),
    },
    impurity_removal,
    rest="liquor",
    takes=(LIQUOR,),
)
