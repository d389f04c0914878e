"""Magnetic separation: iron minerals out of the ore before the rare earths are floated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import rare_earth_oxides, share_of
from .balance import Balance
from .base import Inlet, Kind, OperationError, Outlet, Parameters
from .mineral_names import MineralName
from .mineral_rows import RARE_EARTH, family
from .phases import ORE


class MagneticSeparation(Parameters):
    """Magnetic separation: the share of each mineral of the ore that goes to the iron concentrate."""

    kind: Literal["magnetic_separation"]
    feed: Inlet = Field(description="Ground ore.")
    iron: Fraction = Field(description="Share of the iron minerals that goes to the iron concentrate.")
    rare_earths: Fraction = Field(description="Share of the rare-earth minerals that is lost to the iron concentrate.")
    gangue: Fraction = Field(description="Share of the other minerals that goes with the iron.")
    minerals: dict[MineralName, Fraction] = Field(
        default_factory=dict, description="Shares by mineral, where one differs: `{aegirine: 40 %}`."
    )
    electricity: Annotated[Value, In("kWh/kg", "15 kWh/t", low=0)] = Field(
        description="Separation, per kg of feed, with grinding where no `comminution` stands before."
    )


def magnetic_separation(p: SimpleNamespace, b: Balance) -> None:
    """Share the minerals of the ore between magnetics and the rest."""
    rows = b.parts["feed"]
    b.use("electricity", p.electricity * per_sample(b.flow("feed")), "kWh", ("electricity",))
    b.size("magnetic separators", per_sample(b.flow("feed")) / 1000.0, "t/h")
    shares = {"iron": p.iron, RARE_EARTH: p.rare_earths, "gangue": p.gangue}
    if not all(family(row) for row in rows):
        raise OperationError(
            f"its feed is {', '.join(rows)} and not an ore with its minerals apart",
            "feed it from a mine, or before a mixer brings the minerals together",
        )
    magnetic = np.stack([p.minerals.get(row, shares[family(row)]) for row in rows], axis=1)
    for i, row in enumerate(rows):
        b.send("iron_concentrate", magnetic[:, i, None], inlet="feed", part=row)
    taken = b.inlets["feed"] * magnetic[:, :, None]
    mass, iron = per_sample(taken), per_sample(taken[:, :, INDEX["Fe"]])
    oxides = rare_earth_oxides(taken)
    b.details["iron_grade"] = share_of(iron, mass)
    b.details["iron_recovery"] = share_of(iron, per_sample(b.inlets["feed"][:, :, INDEX["Fe"]]))
    b.details["rare_earths_in_iron"] = share_of(oxides, rare_earth_oxides(b.inlets["feed"]))
    b.details["rare_earths_in_iron_kg_per_h"] = oxides


KIND = Kind(
    "magnetic_separation",
    "mine",
    MagneticSeparation,
    {
        "iron_concentrate": Outlet("iron concentrate", parts="feed"),
        "nonmagnetic": Outlet("ore", parts="feed", title="feed of the rare-earth flotation"),
    },
    magnetic_separation,
    rest="nonmagnetic",
    takes=(ORE,),
)
