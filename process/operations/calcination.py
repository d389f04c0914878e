"""Calcination: rare-earth carbonate, oxalate or hydroxide to oxide."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

from pydantic import Field

from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .firing import CHLORIDE_STAYS, SULFATE_STAYS, fired
from .oxidative_roast import AIR_OXYGEN
from .phases import SOLID


class Calcination(Parameters):
    """Calcination: carbonate, oxalate or hydroxide burns to CeO2, Pr6O11, Tb4O7 or R2O3.

    Carbon dioxide and water leave; air brings what oxygen is missing. Of chloride and of the rare earths' sulfate a
    share leaves as HCl and SO3; fluoride, phosphate and the sulfates of Ca, Sr, Ba and Pb stay.
    """

    kind: Literal["calcination"]
    feed: Inlet = Field(description="Carbonate, oxalate or hydroxide, as filtered or dried.")
    chloride_stays: Fraction = Field(CHLORIDE_STAYS, description="Share of the chloride that firing leaves.")
    sulfate_stays: Fraction = Field(
        SULFATE_STAYS, description="Share of the sulfate that firing leaves, of what Ca, Sr, Ba and Pb do not hold."
    )
    excess_air: Annotated[Value, In("1", "50 %", low=0)] = Field(
        standard("50 % from 10 to 200 % (assumed)"), description="Air beyond the oxygen that is missing."
    )
    heat: Annotated[Value, In("MJ/kg", "6 MJ/kg", low=0)] = Field(
        standard("6 MJ/kg from 3 to 12 MJ/kg (assumed)"), description="Kiln fuel per kg of feed."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.05 kWh/kg", low=0)] = Field(
        standard("0.05 kWh/kg from 0.02 to 0.15 kWh/kg (assumed)"), description="Kiln drive and fans, per kg of feed."
    )


def calcination(p: SimpleNamespace, b: Balance) -> None:
    """Metals with the oxygen of their conventional oxides stay; what burns and evaporates leaves."""
    feed = b.flow("feed")
    oxide, needed = fired(feed, p.chloride_stays, p.sulfate_stays)
    b.reagent("air", needed / AIR_OXYGEN * (1.0 + p.excess_air), ("excess_air",))
    mass = per_sample(feed)
    b.use("heat", p.heat * mass, "MJ", ("heat",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("kiln", per_sample(oxide), "kg/h")
    b.require("oxide", oxide)


KIND = Kind(
    "calcination",
    "separation",
    Calcination,
    {"oxide": Outlet("oxide"), "offgas": Outlet("gas", waste=True)},
    calcination,
    rest="offgas",
    takes=(SOLID,),
)
