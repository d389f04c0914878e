"""Machining: blanks cut and ground to shape, the rest to swarf."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL


class Machining(Parameters):
    """Slicing and grinding: finished magnets and swarf, both of the blanks' composition."""

    kind: Literal["machining"]
    feed: Inlet = Field(description="Sintered blanks.")
    recovery: Fraction = Field(
        standard("70 % from 60 to 75 % (sprecher2014)"),
        description="Share of the blanks' mass in the finished magnets.",
    )
    electricity: Annotated[Value, In("kWh/kg", "1.4 kWh/kg", low=0)] = Field(
        standard("1.4 kWh/kg (sprecher2014)"), description="Per kg of finished magnet."
    )


def machining(p: SimpleNamespace, b: Balance) -> None:
    """The same share of every element to the magnets."""
    finished = per_sample(b.flow("feed")) * p.recovery
    b.use("electricity", p.electricity * finished, "kWh", ("electricity", "recovery"))
    b.send("magnets", np.asarray(p.recovery)[:, None])


KIND = Kind(
    "machining",
    "magnet",
    Machining,
    {"magnets": Outlet("magnet", title="finished magnets"), "swarf": Outlet("swarf")},
    machining,
    rest="swarf",
    takes=(METAL,),
)
