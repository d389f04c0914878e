"""In-situ leach: a salt solution runs through a hill of clay and swaps its cations for the adsorbed rare earths."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, RE, mass_fractions, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .liquor_ph import charges, water_of
from .phases import LIQUOR, ORE
from .stoichiometry import KATIONS, Array, moles

ADSORBED = "ion_adsorbed"
"""The row of a clay that holds exchangeable rare earths."""
SALTS = {"ammonium_sulfate": ("N", "N2H8SO4", 1.0, 4.0), "magnesium_sulfate": ("Mg", "MgSO4", 2.0, 0.0)}
"""Each salt's cation by its element, formula, charge of the cation, and its hydrogen."""


class InSituLeach(Parameters):
    """In-situ leach of ion-adsorption clay: rare earths exchanged by ammonium or magnesium, collected below the hill.

    Clay-RE + 3 NH4+ gives clay-(NH4)3 + RE3+, and so for aluminium and the other cations that the file says; the
    ground takes up some salt whole besides. Of the solution a share stays in the pores, and of what drains a share is
    collected; the rest seeps away. Only adsorbed rare earths move: minerals of the hill stay. Barren liquor that comes
    back is made up with salt and water; salt bought is then what ground, pores and seepage keep. For a heap, say a
    collection of 100 %. The hill's own water and rain are not modelled.
    """

    kind: Literal["in_situ_leach"]
    feed: Inlet = Field(description="Clay, with its minerals apart.")
    recycle: Inlet | None = Field(None, description="Barren liquor that comes back, if any.")
    salt: Literal["ammonium_sulfate", "magnesium_sulfate"] = Field("ammonium_sulfate", description="The salt.")
    strength: Annotated[Value, In("kg/m^3", "20 g/L", low=0.01, high=500)] = Field(
        standard("15 g/L from 8 to 30 g/L (assumed)"), description="Salt in the solution that goes in."
    )
    liquor_to_ore: Annotated[Value, In("L/kg", "0.5 m^3/t", low=0.001, high=100)] = Field(
        standard("0.45 m^3/t from 0.25 to 0.8 m^3/t (assumed)"), description="Solution that goes in, per t of clay."
    )
    rinse: Annotated[Value, In("L/kg", "0.2 m^3/t", low=0, high=100)] = Field(
        standard("0.2 m^3/t from 0.05 to 0.5 m^3/t (assumed)"), description="Water that follows, per t of clay."
    )
    extraction: dict[ElementName, Fraction] = Field(
        standard({"REO": "92 % from 80 to 98 % (assumed)"}),
        description="Share of the adsorbed rare earths that is exchanged.",
    )
    impurities: dict[ElementName, Annotated[Value, In("kg/kg", "150 g/t", low=0, high=1)]] = Field(
        standard({"Al": "0.15 kg/t from 0.03 to 0.4 kg/t (assumed)"}),
        description="Other cations exchanged, per t of clay: `{Al: 150 g/t, K: 50 g/t}`.",
    )
    uptake: Annotated[Value, In("1", "1.95", low=0, high=100)] = Field(
        standard("1.95 from 0 to 3 (clay_sites2024)"),
        description="Salt that the ground takes up whole, in equivalents per equivalent of rare earth exchanged.",
    )
    retained: Fraction = Field(
        standard("10 % from 3 to 20 % (assumed)"), description="Share of the solution left in the pores after rinsing."
    )
    collection: Fraction = Field(
        standard("92 % from 80 to 98 % (assumed)"),
        description="Share of what drains that is collected; the rest seeps.",
    )
    residence: Annotated[Value, In("h", "3 day", low=0, high=8_766)] = Field(
        standard("3 day from 1 to 10 day (assumed)"), description="Hold-up of the collecting ponds."
    )
    electricity: Annotated[Value, In("kWh/m^3", "1 kWh/m^3", low=0, high=1000)] = Field(
        standard("1 kWh/m^3 from 0.5 to 3 kWh/m^3 (assumed)"), description="Pumping, per m3 of solution and rinse."
    )

    @field_validator("impurities")
    @classmethod
    def _cations(cls, given: dict[str, Value]) -> dict[str, Value]:
        for name in given:
            if name in RARE_EARTHS or name not in KATIONS:
                raise ValueError(f"{name}: name other cations than rare earths, such as Al, Ca, K or Fe")
        return given

    @field_validator("extraction")
    @classmethod
    def _of_rare_earths(cls, given: dict[str, Value]) -> dict[str, Value]:
        for name in given:
            if name in INDEX and name not in RARE_EARTHS:
                raise ValueError(f"{name} is no rare earth; other cations stand in impurities")
        return given


def in_situ_leach(p: SimpleNamespace, b: Balance) -> None:
    """Exchange by charges; what is in solution then leaves by the shares that drain and are collected."""
    b.refuse(
        np.bool_(ADSORBED not in b.parts["feed"]),
        lambda _: (
            f"its feed holds {', '.join(b.parts['feed'])} and no {ADSORBED} rare earths, which alone a salt moves",
            "feed it a clay such as longnan_clay, or crack the minerals instead",
        ),
        "feed",
    )
    feed = b.flow("feed")
    clay = per_sample(feed)
    exchanged, impure = _exchanged(p, b, feed, clay)
    cation, formula, valence, hydrogen = SALTS[p.salt]
    mass = molar_mass(formula)

    back = b.flow("recycle")
    volume = p.liquor_to_ore * clay / 1000.0
    in_salt = 2.0 / valence
    needed = p.strength * volume / mass
    held = moles(back)[:, INDEX[cation]] / in_salt
    bought = np.maximum(needed - held, 0.0)
    water = np.maximum((volume + p.rinse * clay / 1000.0) * 1000.0 - water_of(back), 0.0)
    b.reagent(p.salt, bought * mass, ("strength", "liquor_to_ore"))
    b.reagent("water", water, ("liquor_to_ore", "rinse"))
    pumped = (water + water_of(back)) / 1000.0
    b.use("electricity", p.electricity * pumped, "kWh", ("electricity",))

    swapped = charges(exchanged + impure)
    whole = p.uptake * charges(exchanged)
    _enough(p, b, clay, (held + bought) * mass, (swapped + whole) / 2.0 * mass)
    kept = np.zeros_like(feed)
    for name, amount in (
        (cation, (swapped + whole) / valence),
        ("H", hydrogen * (swapped + whole) / valence),
        ("S", whole / 2.0),
        ("O", 2.0 * whole),
    ):
        kept[:, INDEX[name]] += amount * MOLAR_MASS[INDEX[name]]
    salt = bought * mass
    solution = back + salt[:, None] * mass_fractions(formula) + water[:, None] * mass_fractions("H2O")
    free = 1.0 - np.minimum(np.divide(kept, solution, out=np.zeros_like(feed), where=solution > 0.0), 1.0)

    drained = (1.0 - p.retained)[:, None]
    adsorbed = b.flow("feed", ADSORBED)
    loose = np.divide(exchanged, adsorbed, out=np.zeros_like(feed), where=adsorbed > 0.0)
    other = np.divide(impure, feed, out=np.zeros_like(feed), where=feed > 0.0)
    for outlet, share in (("liquor", p.collection[:, None]), ("seepage", 1.0 - p.collection[:, None])):
        b.send(outlet, loose * drained * share, inlet="feed", part=ADSORBED)
        b.send(outlet, other * drained * share, inlet="feed")
        b.send(outlet, free * drained * share, reagent=p.salt)
        b.send(outlet, free * drained * share, reagent="water")
        if "recycle" in b.inlets:
            b.send(outlet, free * drained * share, inlet="recycle")

    collected = per_sample(exchanged[:, RE] * OXIDE_FACTOR[RE]) * drained[:, 0] * p.collection
    per_oxide = {
        "salt_dose_kg_per_kg_REO": (held + bought) * mass,
        "salt_bought_kg_per_kg_REO": bought * mass,
        "liquor_m3_per_kg_REO": pumped * drained[:, 0] * p.collection,
    }
    some = collected > 1e-12 * clay
    for name, amount in per_oxide.items():
        b.details[name] = np.divide(amount, collected, out=np.zeros_like(clay), where=some)
    b.size("well field", clay / 1000.0, "t/h")
    b.size("collecting pond", pumped * drained[:, 0] * p.collection * p.residence, "m^3", ("residence",))


def _exchanged(p: SimpleNamespace, b: Balance, feed: Array, clay: Array) -> tuple[Array, Array]:
    """kg/h of rare earths that leave the clay, and of the other cations."""
    out, impure = b.flow("feed", ADSORBED) * spread_over_elements(p.extraction, b.samples), np.zeros_like(feed)
    for name, amount in p.impurities.items():
        there, wanted = feed[:, INDEX[name]], amount * clay
        b.refuse(
            wanted > there * (1.0 + 1e-9),
            lambda i, name=name, there=there: (  # type: ignore[misc]
                f"{p.impurities[name][i] * 1e6:.4g} g of {name} per t of clay are to be exchanged, and the clay holds "
                f"{there[i] / clay[i] * 1e6:.4g} g/t",
                f"lower impurities.{name}, or feed a clay whose minerals hold it",
            ),
            f"impurities.{name}",
        )
        impure[:, INDEX[name]] = np.minimum(wanted, there)
    return out, impure


def _enough(p: SimpleNamespace, b: Balance, clay: Array, there: Array, needed: Array) -> None:
    """Refuse a solution with less salt than the exchange takes, kg/h each."""
    b.refuse(
        needed > there * (1.0 + 1e-9),
        lambda i: (
            f"the solution brings {there[i] / clay[i] * 1e3:.4g} kg of salt per t of clay, and the clay takes "
            f"{needed[i] / clay[i] * 1e3:.4g} kg/t",
            f"raise strength to {p.strength[i] * needed[i] / there[i]:.3g} g/L or more, or liquor_to_ore",
        ),
        "strength",
    )


KIND = Kind(
    "in_situ_leach",
    "mine",
    InSituLeach,
    {
        "liquor": Outlet("leach liquor"),
        "ground": Outlet("leached ground", waste=True),
        "seepage": Outlet("seepage", waste=True),
    },
    in_situ_leach,
    rest="ground",
    takes=(ORE, LIQUOR),
)
