"""Coating: magnets pickled, then plated, sprayed or left as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import COUNT, INDEX, MOLAR_MASS, molar_mass
from ..magnet.coats import COATS, layer_density
from ..magnet.evaluate import COAT
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from ..traits import AREA
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL
from .stoichiometry import Array, acid_demand, neutral_oxygen
from .told import told

STANDARD_AREA = 0.068
"""m²/kg of magnet. Source: sprecher2014. Used only where a recycle's first rounds do not know the area yet."""
ALLOY = 7500.0
"""kg/m³ of the magnet's skin that pickling takes off. Source: grade lists of magnet makers, 7.4 to 7.65 g/cm³."""


class Coating(Parameters):
    """Coating of finished magnets: nickel-copper-nickel, zinc, epoxy or none; the coat is a part of its own.

    Pickling takes a skin off the magnet, M + n/2 H2SO4 -> M(SO4)n/2 + n/2 H2, and the rinse drags out some of the
    plating metal as sulphate; both leave with the effluent, the hydrogen as gas. A coat is its area times its thickness
    times the density of its layers. Sprayed epoxy is neither plated nor dragged out: what misses the magnet is lost.
    """

    kind: Literal["coating"]
    feed: Inlet = Field(description="Finished magnets, uncoated.")
    coat: Literal["NiCuNi", "Zn", "epoxy", "none"] = Field(
        "NiCuNi", description="Nickel-copper-nickel, zinc, epoxy, or none: the magnets are only inspected."
    )
    thickness: Annotated[Value, In("um", "15 µm", low=0.1, high=500)] = Field(
        standard("15 um from 10 to 20 um (magma_coats)"),
        description="Of the whole coat; 10 to 20 µm NiCuNi, 8 to 20 zinc, 15 to 25 epoxy.",
    )
    copper: Fraction = Field(
        standard("40 % from 25 to 60 % (assumed)"), description="Share of a NiCuNi coat's thickness that is copper."
    )
    area: Annotated[Value, In("m^2/kg", "0.068 m^2/kg", low=0.001, high=10)] | None = Field(
        None, description="Surface per kg of magnet; that of the shape they were machined to where not given."
    )
    pickling: Annotated[Value, In("um", "3 µm", low=0, high=100)] = Field(
        standard("3 um from 1 to 10 um (assumed)"), description="Skin of the magnet that acid takes off before."
    )
    acid_excess: Annotated[Value, In("1", "100 %", low=0, high=20)] = Field(
        standard("100 % from 30 to 300 % (assumed)"), description="Sulphuric acid beyond what dissolves."
    )
    lost: Annotated[Value, In("1", "5 %", low=0, high=0.9)] = Field(
        standard("5 % from 2 to 15 % (assumed)"),
        description="Share of what is bought for the coat that drag-out, or overspray, takes.",
    )
    rinse: Annotated[Value, In("kg/m^2", "40 kg/m^2", low=0)] = Field(
        standard("40 kg/m^2 from 10 to 150 kg/m^2 (assumed)"), description="Rinsing water per area coated."
    )
    rejects: Fraction = Field(
        standard("1 % from 0.2 to 5 % (assumed)"),
        description="Share of the magnets that fail: blisters, pores, chipped edges.",
    )
    electricity: Annotated[Value, In("kWh/m^2", "6.94 kWh/m^2", low=0)] = Field(
        standard("6.94 kWh/m^2 (sprecher2014)"), description="Per area coated; a nickel bath's, with its heating."
    )


def coating(p: SimpleNamespace, b: Balance) -> None:
    """Take the pickled skin off, put the coat on as a part of its own, drag-out and skin to the effluent."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    coated = COATS[p.coat] != ()
    area, what = np.zeros(b.samples), "how much surface its magnets have"
    if coated:
        area = told(b, p.area, AREA, "area: 0.068 m^2/kg", what, "machining", STANDARD_AREA, points="area")
    skin = np.minimum(area * p.pickling * 1e-6 * ALLOY, 1.0)
    square = area * mass
    follows = ("area",) if p.area is not None else ()

    metals = np.zeros_like(feed)
    sprayed = np.zeros(b.samples)
    for item, amount in _layers(p, square).items():
        bought = amount / (1.0 - p.lost)
        b.reagent(item, bought, ("thickness", "lost", *(("copper",) if p.coat == "NiCuNi" else ()), *follows))
        if item == "epoxy":
            sprayed = bought * p.lost
        else:
            metals[:, INDEX[_SYMBOL[item]]] = bought * p.lost
    dissolved = feed * skin[:, None] + metals
    acid = np.maximum(acid_demand(dissolved), 0.0) / 2.0
    rinse, lacking = p.rinse * square, np.zeros(b.samples)
    if coated:
        b.reagent("H2SO4", acid * (1.0 + p.acid_excess) * molar_mass("H2SO4"), ("acid_excess", "pickling", *follows))
        # What oxygen the dissolved metals lack, water gives; its hydrogen leaves.
        lacking = np.maximum(neutral_oxygen(dissolved) - dissolved[:, INDEX["O"]], 0.0)
        reacting = lacking / MOLAR_MASS[INDEX["O"]] * molar_mass("H2O")
        b.reagent("water", rinse + reacting, ("rinse", *follows))
        b.use("electricity", p.electricity * square, "kWh", ("electricity", *follows))
        b.size("plating_line", square, "m^2/h", follows)

    sound = (1.0 - skin) * (1.0 - p.rejects)
    failed = (1.0 - skin) * p.rejects
    for outlet, share in (("magnets", sound), ("rejects", failed)):
        b.send(outlet, share[:, None], inlet="feed")
        b.carry_on(outlet)
    for item in COATS[p.coat]:
        for outlet, share in (("magnets", 1.0 - p.rejects), ("rejects", p.rejects)):
            b.send(outlet, ((1.0 - p.lost) * share)[:, None], reagent=item, to=COAT)
    if coated:
        _hydrogen(b, lacking, rinse)
    if p.coat == "epoxy":
        b.send("overspray", np.where(sprayed > 0.0, p.lost, 0.0)[:, None], reagent="epoxy")


_SYMBOL = {"nickel": "Ni", "copper": "Cu", "zinc": "Zn"}


def _layers(p: SimpleNamespace, square: Array) -> dict[str, Array]:
    """kg/h of each layer that is on the magnets, by reagent, for m²/h of surface."""
    volume = square * p.thickness * 1e-6
    share = {"nickel": 1.0 - p.copper, "copper": p.copper}
    return {item: volume * share.get(item, 1.0) * layer_density()[item].value * 1000.0 for item in COATS[p.coat]}


def _hydrogen(b: Balance, oxygen: Array, rinse: Array) -> None:
    """Hydrogen of the water that oxidised what dissolved by `oxygen` kg/h, (samples,), to the gas."""
    lacking = oxygen / MOLAR_MASS[INDEX["O"]]
    there = lacking + rinse / molar_mass("H2O")
    share = np.zeros((b.samples, COUNT))
    share[:, INDEX["H"]] = np.divide(lacking, there, out=np.zeros_like(there), where=there > 0.0)
    b.send("offgas", share, reagent="water")


KIND = Kind(
    "coating",
    "magnet",
    Coating,
    {
        "magnets": Outlet("magnet", parts="feed", rows=(COAT,), title="coated magnets"),
        "rejects": Outlet("scrap", parts="feed", rows=(COAT,), title="rejected magnets"),
        "overspray": Outlet("sludge", waste=True),
        "offgas": Outlet("gas", waste=True),
        "effluent": Outlet("effluent", waste=True),
    },
    coating,
    rest="effluent",
    takes=(METAL,),
    forms={"feed": ("magnet",)},
)
