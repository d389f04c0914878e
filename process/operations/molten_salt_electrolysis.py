"""Molten-salt electrolysis: rare-earth oxide to metal in an oxide-fluoride cell."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..data.metals import metal_facts, of_rare_earths
from ..elements import COUNT, INDEX, MOLAR_MASS, RE, molar_mass
from ..quantities import Fraction, In, Number, Temperature, Value
from ..sums import per_sample
from .assays import share_of
from .balance import SLACK, Balance, composition
from .base import Inlet, Kind, Outlet, Parameters, standard
from .electrolysis_anode import Anode, anode, fluorocarbons, least_anode
from .electrolysis_bath import fluorine_of, left_in_bath, melting_point, salts, to_metal, too_divalent
from .oxidative_roast import AIR_OXYGEN
from .phases import SOLID
from .stoichiometry import CHARGE, FARADAY, moles, oxide_oxygen

Array = NDArray[np.float64]

MONTH = 730.5
"""Hours of a month."""


class MoltenSaltElectrolysis(Parameters):
    """Oxide-fluoride electrolysis: 3 electrons per rare earth, oxygen off as CO and CO2 of the graphite anode.

    The charge is Faraday's divided by the current efficiency; energy is charge times voltage. Iron, silicon, aluminium
    and what else is nobler than the rare earths goes to the metal; alkalis, alkaline earths and Sm, Eu, Yb stay in the
    bath. Slag: oxide that is not reduced, lost salt, graphite beyond what CO takes. Dust: salt that evaporates, and
    zinc as its oxide. The metal takes carbon from the anode, oxygen from the oxide, iron from tools and silicon from
    the lining. Air burns some of the anode, and most of the CO above the open bath. CF4 and C2F6 take fluorine of the
    salt and carbon of the anode. A cathode of iron is consumed and makes an alloy, such as Dy-Fe.
    """

    kind: Literal["molten_salt_electrolysis"]
    feed: Inlet = Field(description="Oxide.")
    cathode: Literal["inert", "iron"] = Field(
        "inert", description="Tungsten or molybdenum, off which the metal drips; or iron, which alloys with it."
    )
    iron: Annotated[Value, In("1", "20 %", low=0, high=0.8)] | None = Field(
        None, description="Mass share of the alloy that an iron cathode gives; 20 % from 15 to 25 % where not given."
    )
    current_efficiency: Annotated[Value, In("1", "75 %", low=0.05, high=1)] = Field(
        standard("75 % from 70 to 82 % (assumed)"), description="Charge that makes metal."
    )
    voltage: Annotated[Value, In("V", "10 V", low=1, high=40)] = Field(
        standard("10 V from 9 to 11 V (assumed)"), description="Cell voltage."
    )
    temperature: Temperature = Field(
        standard("1050 degC from 1020 to 1080 degC (assumed)"),
        description="Of the bath; above where the metal melts, unless the cathode is iron.",
    )
    cell_current: Annotated[Value, In("kA", "6 kA", low=0.1)] = Field(
        standard("6 kA from 3 to 30 kA (assumed)"), description="Current of one cell; sets how many there are."
    )
    recovery: Annotated[Value, In("1", "97 %", low=0.01, high=1)] = Field(
        standard("97.2 % (sprecher2014)"),
        description="Share of the rare earths that becomes metal.",
    )
    noble: Fraction = Field(
        standard("90 % from 60 to 100 % (assumed)"),
        description="Share of the feed's Fe, Si, Al and other elements nobler than the rare earths that goes to metal.",
    )
    anode: Annotated[Value, In("kg/kg", "0.085 kg/kg", low=0)] | None = Field(
        None, description="Graphite per kg of metal, burn-off included; by co_share where not given."
    )
    co_share: Fraction | None = Field(
        None,
        description="CO in the CO and CO2 of the anode, mol/mol; 50 % from 20 to 90 % where no anode is given.",
    )
    burn_off: Annotated[Value, In("1", "10 %", low=0, high=0.9)] = Field(
        standard("10 % from 0 to 30 % (assumed)"), description="Share of the graphite that air burns."
    )
    co_burnt: Fraction = Field(
        standard("95 % from 90 to 99 % (assumed)"),
        description="Share of the CO that burns above the bath; cells in China send out over 97 % of carbon as CO2.",
    )
    fluoride: Annotated[Value, In("kg/kg", "0.012 kg/kg", low=0)] = Field(
        standard("0.012 kg/kg (sprecher2014)"), description="Salt of the bath lost per kg of metal."
    )
    bath: Fraction = Field(
        standard("12.5 % from 10 to 20 % (nd_bath2020)"),
        description="Mass share of LiF in the salt; the rest are fluorides of the metal's own rare earths.",
    )
    dust: Fraction = Field(
        standard("30 % from 10 to 60 % (assumed)"),
        description="Share of the lost salt that leaves as dust with the gas and is caught; the rest is in the slag.",
    )
    CF4: Annotated[Value, In("kg/kg", "4.8e-5 kg/kg", low=0)] = Field(
        standard("4.8e-5 kg/kg (sprecher2014)"), description="CF4 per kg of metal."
    )
    C2F6: Annotated[Value, In("kg/kg", "5.3e-6 kg/kg", low=0)] = Field(
        standard("5.3e-6 kg/kg (sprecher2014)"), description="C2F6 per kg of metal."
    )
    anode_effects: Number = Field(
        standard("1 from 0.3 to 10 (assumed)"),
        description="CF4 and C2F6 over those two figures; more where the bath runs short of oxide.",
    )
    carbon: Annotated[Value, In("1", "300 ppm", low=0, high=0.02)] = Field(
        standard("300 ppm from 100 to 500 ppm (assumed)"), description="Carbon in the metal, from the anode."
    )
    oxygen: Annotated[Value, In("1", "200 ppm", low=0, high=0.02)] = Field(
        standard("200 ppm from 50 to 500 ppm (assumed)"), description="Oxygen in the metal, from the oxide."
    )
    iron_pickup: Annotated[Value, In("1", "0.1 %", low=0, high=0.05)] = Field(
        standard("0.1 % from 0.03 to 0.5 % (assumed)"),
        description="Iron in the metal from tools and tapping, beside that of the feed.",
    )
    silicon_pickup: Annotated[Value, In("1", "100 ppm", low=0, high=0.02)] = Field(
        standard("100 ppm from 20 to 500 ppm (assumed)"),
        description="Silicon in the metal from the lining, beside that of the feed.",
    )

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        out = dict(data)
        if out.get("cathode") == "iron" and out.get("iron") is None:
            out["iron"] = "20 % from 15 to 25 % (assumed)"
        if out.get("anode") is None and out.get("co_share") is None:
            out["co_share"] = "50 % from 20 to 90 % (assumed)"
        return out

    @model_validator(mode="after")
    def _one_way(self) -> MoltenSaltElectrolysis:
        if self.cathode == "inert" and self.iron is not None:
            raise ValueError("`iron` is what an iron cathode gives; write `cathode: iron`, or leave it out")
        if self.anode is not None and self.co_share is not None:
            raise ValueError("`anode` and `co_share` say the same thing in two ways; give one of them")
        return self


def molten_salt_electrolysis(p: SimpleNamespace, b: Balance) -> None:
    """Metal by recovery, what is left and the lost salt to slag and dust, oxygen and carbon to the off-gas."""
    feed = b.flow("feed")
    b.refuse(*too_divalent(feed), "feed")
    reduced = to_metal(feed, p.recovery, p.noble)
    alloyed = np.zeros(b.samples) if p.iron is None else p.iron
    mass = per_sample(reduced) / (1.0 - alloyed - p.carbon - p.oxygen - p.iron_pickup - p.silicon_pickup)
    if p.cathode == "inert":
        b.details["superheat_K"] = _superheat(p, b, reduced)

    # What enters with the oxide or comes of the cell.
    lining = p.silicon_pickup * mass / composition("refractory")[INDEX["Si"]]
    bought = {"LiF": p.bath * p.fluoride * mass}
    bought |= salts(b, reduced, (1.0 - p.bath) * p.fluoride * mass)
    light, heavy, carbon_off, fluorine_off = fluorocarbons(p, mass)
    fluorine = fluorine_of(bought, b.samples)
    poor = fluorine_off > fluorine * (1.0 + SLACK)
    b.refuse(
        poor,
        lambda n: (
            f"{p.fluoride[n]:.3g} kg/kg of lost salt holds less fluorine than the CF4 and C2F6 take",
            "raise fluoride, or lower anode_effects",
        ),
        "fluoride",
    )
    gone = np.minimum(share_of(fluorine_off, fluorine), 1.0)
    replaced = fluorine * gone / MOLAR_MASS[INDEX["F"]] / 2.0 * MOLAR_MASS[INDEX["O"]]

    # Where oxygen stays: in the slag, the dust, the metal and the water of the feed. The anode takes the rest.
    slag = left_in_bath(feed, reduced)
    bound = oxide_oxygen(slag)
    zinc = feed[:, INDEX["Zn"]]
    fume = zinc / MOLAR_MASS[INDEX["Zn"]] * MOLAR_MASS[INDEX["O"]] + p.dust * replaced
    pool = feed[:, INDEX["O"]] + lining * composition("refractory")[INDEX["O"]]
    crust = np.maximum(bound, 0.0) + (1.0 - p.dust) * replaced
    inside = moles(feed)
    freed = (pool - crust - fume - p.oxygen * mass) / MOLAR_MASS[INDEX["O"]] - inside[:, INDEX["H"]] / 2.0
    _refuse_other_feeds(b, feed, bound, freed)
    freed = np.maximum(freed, 0.0)
    needs = (mass, freed, inside[:, INDEX["C"]], p.carbon * mass / MOLAR_MASS[INDEX["C"]] + carbon_off)
    at = anode(p, *needs)
    least = least_anode(p, *needs)
    b.refuse(
        at.short,
        lambda n: (
            f"{at.graphite[n] * MOLAR_MASS[INDEX['C']] / mass[n]:.3g} kg/kg of graphite cannot take the oxide's oxygen "
            "even as CO2",
            f"give an anode of at least {least[n]:.3g} kg/kg",
        ),
        "anode",
    )

    graphite = at.graphite * MOLAR_MASS[INDEX["C"]]
    b.reagent("graphite", graphite, ("burn_off", "anode" if p.anode is not None else "co_share", "recovery"))
    b.reagent("air", at.air_oxygen * MOLAR_MASS[INDEX["O"]] / AIR_OXYGEN, ("burn_off", "co_burnt"))
    for item, rate in bought.items():
        b.reagent(item, rate, ("fluoride", "bath"))
    iron = (alloyed + p.iron_pickup) * mass
    b.reagent("iron", iron, ("iron_pickup",) if p.iron is None else ("iron", "iron_pickup"))
    b.reagent("refractory", lining, ("silicon_pickup",))
    _power(p, b, reduced, mass, at)

    # Shares of what enters.
    coal = feed[:, INDEX["C"]] + graphite
    to_melt, to_slag, to_dust = share_of(reduced, feed), share_of(slag, feed), np.zeros_like(feed)
    to_dust[:, INDEX["Zn"]] = 1.0
    for name, whole, amounts in (
        ("O", pool, (p.oxygen * mass, crust, fume)),
        ("C", coal, (p.carbon * mass, at.butts * MOLAR_MASS[INDEX["C"]], np.zeros(b.samples))),
    ):
        for share, amount in zip((to_melt, to_slag, to_dust), amounts, strict=True):
            share[:, INDEX[name]] = share_of(amount, whole)
    for outlet, share in (("metal", to_melt), ("slag", to_slag), ("dust", to_dust)):
        b.send(outlet, share, inlet="feed")
        b.send(outlet, _only(share, "C"), reagent="graphite")
        b.send(outlet, _only(share, "O"), reagent="refractory")
    b.send("metal", 1.0, reagent="iron")
    silicon = np.zeros((b.samples, COUNT))
    silicon[:, INDEX["Si"]] = 1.0
    b.send("metal", silicon, reagent="refractory")
    for outlet, part in (("slag", 1.0 - p.dust), ("dust", p.dust)):
        share = np.repeat(part[:, None], COUNT, axis=1)
        share[:, INDEX["F"]] *= 1.0 - gone
        b.send(outlet, share, reagent=tuple(bought))

    b.details["CF4"], b.details["C2F6"] = light, heavy
    b.later(partial(_carbon_told, p, at, mass))


def _carbon_told(p: SimpleNamespace, at: Anode, mass: Array) -> dict[str, Array]:
    """What becomes of the anode, kg/h (samples,), its share of CO and its graphite per kg of metal."""
    burnt = at.graphite * p.burn_off
    return {
        "CO": at.monoxide_left * molar_mass("CO"),
        "CO2": (at.dioxide + at.monoxide - at.monoxide_left + burnt) * molar_mass("CO2"),
        "co_share": at.monoxide_share,
        "graphite_kg_per_kg": share_of(at.graphite * MOLAR_MASS[INDEX["C"]], mass),
    }


def _superheat(p: SimpleNamespace, b: Balance, metal: Array) -> Array:
    """K by which the bath is hotter than the metal melts, shape (samples,); refuses a metal that stays solid."""
    melts = melting_point(metal)
    b.refuse(
        melts > p.temperature,
        lambda n: (
            f"the metal melts at about {melts[n]:.0f} °C and the bath is at {p.temperature[n]:.0f} °C",
            "write `cathode: iron` for an alloy that melts, or make it by metallothermic_reduction",
        ),
        "temperature",
    )
    return np.asarray(np.where(melts > 0.0, p.temperature - melts, 0.0))


def _refuse_other_feeds(b: Balance, feed: Array, bound: Array, freed: Array) -> None:
    """Refuse what is no oxide: fluoride beyond the slag's metals, or metal that has no oxygen to give."""
    scale = per_sample(feed)
    b.refuse(
        bound < -SLACK * scale,
        lambda n: (
            f"the feed brings {-bound[n] / MOLAR_MASS[INDEX['O']] * 2.0 * MOLAR_MASS[INDEX['F']]:.3g} kg/h more "
            "fluorine (or chlorine as such) than the metals left in the slag bind",
            "feed oxide, or take fluoride to metallothermic_reduction",
        ),
        "feed",
    )
    b.refuse(
        freed * MOLAR_MASS[INDEX["O"]] < -SLACK * scale,
        lambda n: (
            f"the feed lacks {-freed[n] * MOLAR_MASS[INDEX['O']]:.3g} kg/h of the oxygen that the slag's oxides hold",
            "feed oxide",
        ),
        "feed",
    )


def _power(p: SimpleNamespace, b: Balance, reduced: Array, mass: Array, at: Anode) -> None:
    """Electricity, cells, and the energy that the reaction itself takes; `reduced` (samples, elements) in kg/h."""
    faraday = per_sample(moles(reduced) * CHARGE) * 1000.0 * FARADAY / 3600.0
    charge = faraday / p.current_efficiency
    power = charge * p.voltage / 1000.0
    b.use("electricity", power, "kWh", ("current_efficiency", "voltage", "recovery"))
    cells = charge / (p.cell_current * 1000.0)
    b.size("cells", cells, "cells", ("cell_current", "current_efficiency", "recovery"))
    b.size("rectifier", power, "kW", ("current_efficiency", "voltage", "recovery"))
    b.later(partial(_power_told, reduced, mass, at, charge, power, cells))


def _power_told(reduced: Array, mass: Array, at: Anode, charge: Array, power: Array, cells: Array) -> dict[str, Array]:
    """Charge, power and metal of the cells, and what of the power the reaction itself takes, (samples,) each."""
    known = metal_facts()
    heat = at.monoxide * known["CO", "enthalpy"].value + at.dioxide * known["CO2", "enthalpy"].value
    heat = heat - per_sample(moles(reduced)[:, RE] * of_rare_earths("oxide_enthalpy"))
    return {
        "charge_Ah_per_kg": share_of(charge, mass),
        "kWh_per_kg": share_of(power, mass),
        "t_per_month_of_a_cell": share_of(mass, cells) * MONTH / 1000.0,
        "reaction_kWh_per_kg": share_of(heat / 3.6, mass),
        "energy_used_share": share_of(heat / 3.6, power),
    }


def _only(share: Array, name: str) -> Array:
    """The share of one element, shape (samples, elements), nothing of the others."""
    out = np.zeros_like(share)
    out[:, INDEX[name]] = share[:, INDEX[name]]
    return out


KIND = Kind(
    "molten_salt_electrolysis",
    "metal",
    MoltenSaltElectrolysis,
    {
        "metal": Outlet("metal"),
        "slag": Outlet("slag", waste=True),
        "dust": Outlet("slag", waste=True, title="Fluoride dust"),
        "offgas": Outlet("gas", waste=True),
    },
    molten_salt_electrolysis,
    rest="offgas",
    takes=(SOLID,),
)
