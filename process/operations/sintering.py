"""Sintering: compacts to dense blanks; hydrogen and lubricant leave as gas."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, RE
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL


class Sintering(Parameters):
    """Vacuum sintering and ageing: blanks, rejects that can be melted again, and the furnace gas.

    All hydrogen leaves; carbon, hydrogen and zinc of the lubricant leave to the stated share; a little rare earth
    evaporates. Oxygen stays with the blanks.
    """

    kind: Literal["sintering"]
    feed: Inlet = Field(description="Pressed compacts.")
    recovery: Fraction = Field(
        standard("98 % from 96 to 99.5 % (assumed)"), description="Share of the sintered mass that is sound."
    )
    degassing: Fraction = Field(
        standard("90 % from 70 to 98 % (assumed)"), description="Share of carbon and zinc that leaves."
    )
    evaporation: Fraction = Field(
        standard("0.05 % from 0.01 to 0.1 % (assumed)"), description="Share of the rare earths that evaporates."
    )
    electricity: Annotated[Value, In("kWh/kg", "2.4 kWh/kg", low=0)] = Field(
        standard("2.4 kWh/kg (sprecher2014)"), description="Per kg of compacts."
    )


def sintering(p: SimpleNamespace, b: Balance) -> None:
    """Gases first, then sound blanks and rejects of one composition."""
    b.use("electricity", p.electricity * per_sample(b.flow("feed")), "kWh", ("electricity",))
    gas = np.zeros_like(b.flow("feed"))
    gas[:, INDEX["H"]] = 1.0
    for name in ("C", "Zn"):
        gas[:, INDEX[name]] = p.degassing
    gas[:, RE] = p.evaporation[:, None]
    b.send("furnace_gas", gas)
    b.send("blanks", (1.0 - gas) * p.recovery[:, None])


KIND = Kind(
    "sintering",
    "magnet",
    Sintering,
    {"blanks": Outlet("magnet"), "rejects": Outlet("scrap"), "furnace_gas": Outlet("gas", waste=True)},
    sintering,
    rest="rejects",
    takes=(METAL,),
)
