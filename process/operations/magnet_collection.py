"""Magnet collection: old assemblies opened, their magnets taken out, demagnetised and freed of coat and glue."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import COUNT, INDEX, MOLAR_MASS
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, standard
from .oxidative_roast import AIR_OXYGEN
from .phases import METAL
from .scrap_coat import COAT_ELEMENTS, coat_shares
from .stoichiometry import Array

HEAT_CAPACITY = 0.46e-3
"""MJ/(kg K) of Nd-Fe-B between room temperature and 350 °C, three R per mole of atoms. Source: Dulong and Petit."""
AMBIENT = 20.0
GLUE = ("C", "H", "N", "O")


class MagnetCollection(Parameters):
    """End-of-life magnets: a share is got out of its assemblies, demagnetised by heat, and freed of coat and glue.

    Above the Curie point (about 310 °C) magnets let go of their iron; glue and epoxy burn off to CO2 and water, and
    the magnets pick up some oxygen. Plated metal and some of the magnets' skin come off by blasting. Where hydrogen
    follows, which demagnetises by itself, write `demagnetising: none`: glue then leaves with the coat.
    """

    kind: Literal["magnet_collection"]
    feed: Inlet = Field(description="Magnets as they sit in old motors and drives, with coat and glue; no other iron.")
    collected: Fraction = Field(
        standard("85 % from 60 to 95 % (assumed)"),
        description="Share of the magnets that is got out; of hard-disk drives by hydrogen 90 ± 5 % (walton2015).",
    )
    demagnetising: Literal["heat", "none"] = Field("heat", description="By heat, or not at all before hydrogen.")
    temperature: Annotated[Value, In("degC", "350 °C", low=310, high=700)] = Field(
        standard("350 degC from 330 to 400 degC (magnet_demagnetising)"), description="Of the furnace, if there is one."
    )
    furnace_efficiency: Annotated[Value, In("1", "40 %", low=0.01, high=1)] = Field(
        standard("40 % from 25 to 60 % (assumed)"), description="Heat that the magnets keep over that of the furnace."
    )
    oxygen: Annotated[Value, In("kg/kg", "500 ppm", low=0, high=0.05)] = Field(
        standard("500 ppm from 100 to 3000 ppm (assumed)"), description="Picked up in the furnace, per kg of magnets."
    )
    uncoated: Fraction = Field(
        standard("97 % from 90 to 99.5 % (assumed)"), description="Share of coat and glue that comes off."
    )
    coat_elements: list[ElementName] = Field(
        default=list(COAT_ELEMENTS),
        description="Elements that are coat and glue in a feed without a part `coat`; add Cu where it is plated.",
    )
    skin: Fraction = Field(
        standard("1 % from 0.2 to 5 % (assumed)"), description="Share of the magnets that is blasted off with the coat."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.3 kWh/kg", low=0)] = Field(
        standard("0.3 kWh/kg from 0.1 to 1 kWh/kg (assumed)"), description="Opening, sorting, blasting; per kg of feed."
    )


def magnet_collection(p: SimpleNamespace, b: Balance) -> None:
    """Lose what is not got out; coat and skin to the residue, glue to the gas where it burns."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    hot = 1.0 if p.demagnetising == "heat" else 0.0
    coat = coat_shares(b, "feed", p.uncoated, p.coat_elements)
    collected = p.collected[:, None]
    glue = np.zeros(COUNT)
    glue[[INDEX[name] for name in GLUE]] = hot
    burnt = np.zeros_like(feed)
    magnets = np.zeros_like(feed)
    for part, off in coat.items():
        burnt += b.flow("feed", part) * off * glue * collected
        magnets += b.flow("feed", part) * (1.0 - off) * collected
    needed = np.maximum(_burning(burnt) - burnt[:, INDEX["O"]], 0.0)
    taken = hot * p.oxygen * per_sample(magnets)
    b.reagent("air", (needed + taken) / AIR_OXYGEN, ("collected", "uncoated", "oxygen"))
    warmed = hot * HEAT_CAPACITY * (p.temperature - AMBIENT) * mass * p.collected / p.furnace_efficiency / 3.6
    b.use(
        "electricity",
        p.electricity * mass + warmed,
        "kWh",
        ("electricity", "temperature", "furnace_efficiency", "collected"),
    )
    b.size("dismantling line", mass, "kg/h")
    if hot:
        b.size("demagnetising furnace", mass * p.collected, "kg/h", ("collected",))

    sound = collected * (1.0 - p.skin)[:, None]
    for part, off in coat.items():
        b.send("magnets", (1.0 - off) * sound, inlet="feed", part=part)
        b.send("offgas", off * glue * collected, inlet="feed", part=part)
        b.send("residue", (off * (1.0 - glue) + (1.0 - off) * p.skin[:, None]) * collected, inlet="feed", part=part)
    air = np.zeros_like(feed)
    oxygen = needed + taken
    air[:, INDEX["O"]] = np.divide(taken * (1.0 - p.skin), oxygen, out=np.zeros_like(taken), where=oxygen > 0.0)
    b.send("magnets", air, reagent="air")
    air[:, INDEX["O"]] = np.divide(taken * p.skin, oxygen, out=np.zeros_like(taken), where=oxygen > 0.0)
    b.send("residue", air, reagent="air")
    rest = np.zeros_like(feed)
    rest[:, [INDEX["N"], INDEX["Ar"]]] = 1.0
    rest[:, INDEX["O"]] = np.divide(needed, oxygen, out=np.zeros_like(taken), where=oxygen > 0.0)
    b.send("offgas", rest, reagent="air")


def _burning(burnt: Array) -> Array:
    """kg/h of O that makes CO2 and H2O of glue, shape (samples,)."""
    n = burnt / MOLAR_MASS
    return np.asarray((2.0 * n[:, INDEX["C"]] + 0.5 * n[:, INDEX["H"]]) * MOLAR_MASS[INDEX["O"]])


KIND = Kind(
    "magnet_collection",
    "separation",
    MagnetCollection,
    {
        "magnets": Outlet("scrap", title="magnets freed of coat and glue"),
        "residue": Outlet("scrap", waste=True, title="coat and skin"),
        "uncollected": Outlet("scrap", waste=True, title="magnets not got out"),
        "offgas": Outlet("gas", waste=True),
    },
    magnet_collection,
    rest="uncollected",
    takes=(METAL,),
)
