"""Pressing: powder aligned in a field and pressed to compacts."""

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


class Pressing(Parameters):
    """Pressing in a magnetic field, with lubricant; broken compacts are lost."""

    kind: Literal["pressing"]
    feed: Inlet = Field(description="Milled powder.")
    recovery: Fraction = Field(
        standard("99 % from 98 to 99.8 % (assumed)"), description="Share of the powder that reaches the furnace."
    )
    lubricant: Annotated[Value, In("kg/kg", "0.5 kg/t", low=0, high=0.02)] = Field(
        standard("0.5 kg/t from 0.2 to 2 kg/t (assumed)"), description="Zinc stearate per kg of powder."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.4 kWh/kg", low=0)] = Field(
        standard("0.4 kWh/kg (sprecher2014)"), description="Per kg of powder."
    )


def pressing(p: SimpleNamespace, b: Balance) -> None:
    """The same share of every element to the compacts."""
    mass = per_sample(b.flow("feed"))
    b.reagent("zinc_stearate", p.lubricant * mass, ("lubricant",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.send("compacts", np.asarray(p.recovery)[:, None])


KIND = Kind(
    "pressing",
    "magnet",
    Pressing,
    {"compacts": Outlet("compact"), "rejects": Outlet("swarf", waste=True)},
    pressing,
    rest="rejects",
    takes=(METAL,),
)
