"""Pressing: powder aligned in a field and pressed to compacts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX
from ..magnet.pressing import alignment, green_density, usual_pressure
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from ..traits import ALIGNMENT, GREEN, LUBRICANT
from .balance import Balance, composition
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL


class Pressing(Parameters):
    """Pressing in a magnetic field, with lubricant; broken compacts are lost.

    A stronger field aligns better, up to what the way of pressing allows: best with isostatic pressing, worst with the
    field along the punch. Pressure sets the density of the compacts.
    """

    kind: Literal["pressing"]
    feed: Inlet = Field(description="Milled powder.")
    press: Literal["transverse", "axial", "isostatic"] = Field(
        "transverse", description="Die with the field across or along the punch, or isostatic after alignment."
    )
    field: Annotated[Value, In("T", "1.8 T", low=0, high=10)] = Field(
        standard("1.8 T from 1.5 to 2.2 T (assumed)"), description="Aligning field."
    )
    alignment: Annotated[Value, In("1", "0.95", low=0.5, high=1)] | None = Field(
        None, description="Mean cosine between easy axes and field, in place of what field and press give."
    )
    pressure: Annotated[Value, In("MPa", "75 MPa", low=1, high=1000)] | None = Field(
        None, description="Pressure; where not said 75 MPa in a die and 200 MPa isostatic (yanhe_pressing)."
    )
    green_density: Annotated[Value, In("1", "58 %", low=0.3, high=0.8)] | None = Field(
        None, description="Density of the compacts over that of the solid, in place of what the pressure gives."
    )
    recovery: Fraction = Field(
        standard("99 % from 98 to 99.8 % (assumed)"), description="Share of the powder that reaches the furnace."
    )
    lubricant: Annotated[Value, In("kg/kg", "1 kg/t", low=0, high=0.02)] = Field(
        standard("1 kg/t from 0.3 to 2 kg/t (assumed)"), description="Lubricant per kg of powder."
    )
    agent: Literal["zinc_stearate", "fatty_acid", "kerosene"] = Field(
        "zinc_stearate", description="What the lubricant is; a hydrocarbon leaves no zinc and no oxygen."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.4 kWh/kg", low=0)] = Field(
        standard("0.4 kWh/kg (sprecher2014)"), description="Per kg of powder."
    )


def pressing(p: SimpleNamespace, b: Balance) -> None:
    """The same share of every element to the compacts."""
    mass = per_sample(b.flow("feed"))
    b.reagent(p.agent, p.lubricant * mass, ("lubricant",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("press", mass, "kg/h")
    b.send("compacts", np.asarray(p.recovery)[:, None])
    pressure = np.full(b.samples, usual_pressure(p.press)) if p.pressure is None else p.pressure
    green = green_density(pressure, p.press) if p.green_density is None else p.green_density
    aligned = alignment(p.field, p.press) if p.alignment is None else p.alignment
    b.carry_on("compacts")
    b.carry("compacts", GREEN, green)
    b.carry("compacts", ALIGNMENT, aligned)
    b.carry("compacts", LUBRICANT, p.lubricant * composition(p.agent)[INDEX["C"]] / (1.0 + p.lubricant))
    b.details["green_density"] = green
    b.details["alignment"] = aligned


KIND = Kind(
    "pressing",
    "magnet",
    Pressing,
    {"compacts": Outlet("compact"), "rejects": Outlet("swarf", waste=True)},
    pressing,
    rest="rejects",
    takes=(METAL,),
)
