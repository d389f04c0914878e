"""Magnetic separation: iron minerals out of the ore before the rare earths are floated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, OperationError, Outlet, Parameters
from .mineral_rows import RARE_EARTH, family


class MagneticSeparation(Parameters):
    """Magnetic separation: the share of each part of the ore that goes to the iron concentrate."""

    kind: Literal["magnetic_separation"]
    feed: Inlet = Field(description="Ground ore.")
    iron: Fraction = Field(description="Share of the iron minerals that goes to the iron concentrate.")
    rare_earths: Fraction = Field(description="Share of the rare-earth minerals that is lost to the iron concentrate.")
    gangue: Fraction = Field(description="Share of the other minerals that goes with the iron.")
    electricity: Annotated[Value, In("kWh/kg", "15 kWh/t", low=0)] = Field(
        description="Grinding and separation, per kg of feed."
    )


def magnetic_separation(p: SimpleNamespace, b: Balance) -> None:
    """Share the parts of the ore between magnetics and the rest."""
    b.use("electricity", p.electricity * per_sample(b.flow("feed")), "kWh", ("electricity",))
    shares = {"iron": p.iron, RARE_EARTH: p.rare_earths, "gangue": p.gangue}
    if not all(family(part) for part in b.parts["feed"]):
        raise OperationError(
            f"its feed is {', '.join(b.parts['feed'])} and not an ore with its minerals apart",
            "feed it from a mine, or before a mixer brings the minerals together",
        )
    for part in b.parts["feed"]:
        b.send("iron_concentrate", np.asarray(shares[family(part)])[:, None], inlet="feed", part=part)


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
)
