"""Molten-salt electrolysis: rare-earth oxide to metal in an oxide-fluoride cell."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, RE, mass_fractions
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import SOLID
from .stoichiometry import FARADAY, moles, oxide_oxygen, rare_earth_moles

ELECTRONS = 3.0


class MoltenSaltElectrolysis(Parameters):
    """Oxide-fluoride electrolysis: 3 electrons per rare earth, oxygen off as CO and CO2 of the graphite anode.

    The charge is Faraday's divided by the current efficiency; energy is charge times voltage. Oxide that is not
    reduced leaves with the slag, and with it the fluoride that is lost and graphite beyond what CO takes.
    """

    kind: Literal["molten_salt_electrolysis"]
    feed: Inlet = Field(description="Oxide.")
    current_efficiency: Annotated[Value, In("1", "75 %", low=0.05, high=1)] = Field(
        standard("75 % from 70 to 82 % (assumed)"), description="Charge that makes metal."
    )
    voltage: Annotated[Value, In("V", "10 V", low=1, high=40)] = Field(
        standard("10 V from 9 to 11 V (assumed)"), description="Cell voltage."
    )
    recovery: Fraction = Field(
        standard("97.2 % (sprecher2014)"),
        description="Share of the rare earths that becomes metal.",
    )
    anode: Annotated[Value, In("kg/kg", "0.085 kg/kg", low=0)] = Field(
        standard("0.085 kg/kg (sprecher2014)"), description="Graphite per kg of metal."
    )
    fluoride: Annotated[Value, In("kg/kg", "0.012 kg/kg", low=0)] = Field(
        standard("0.012 kg/kg (sprecher2014)"),
        description="Lithium fluoride lost per kg of metal, standing for the mixed salt.",
    )


def molten_salt_electrolysis(p: SimpleNamespace, b: Balance) -> None:
    """Metal by recovery, oxide that is left to the slag, oxygen and carbon to the off-gas."""
    feed = b.flow("feed")
    metal = np.zeros_like(feed)
    metal[:, RE] = feed[:, RE] * p.recovery[:, None]
    mass = per_sample(metal)
    charge = ELECTRONS * rare_earth_moles(metal) * 1000.0 * FARADAY / 3600.0 / p.current_efficiency
    b.reagent("graphite", p.anode * mass, ("anode",))
    b.reagent("LiF", p.fluoride * mass, ("fluoride",))
    b.use("electricity", charge * p.voltage / 1000.0, "kWh", ("current_efficiency", "voltage", "recovery"))

    slag = feed - metal
    for name in ("O", "C", "H", "N", "Ar"):
        slag[:, INDEX[name]] = 0.0
    slag[:, INDEX["O"]] = oxide_oxygen(slag)
    inside = moles(feed)
    freed = (feed[:, INDEX["O"]] - slag[:, INDEX["O"]]) / MOLAR_MASS[INDEX["O"]] - inside[:, INDEX["H"]] / 2.0
    carbon = inside[:, INDEX["C"]] + p.anode * mass / MOLAR_MASS[INDEX["C"]]
    short = (carbon < freed / 2.0 - 1e-9 * inside[:, INDEX["O"]]) & (mass > 0.0)

    def starved(sample: int) -> tuple[str, str]:
        least = (freed[sample] / 2.0 - inside[sample, INDEX["C"]]) * MOLAR_MASS[INDEX["C"]] / mass[sample]
        return (
            f"{p.anode[sample]:.3g} kg/kg of graphite cannot take the oxide's oxygen even as CO2",
            f"give an anode of at least {least:.3g} kg/kg",
        )

    b.refuse(short, starved)
    slag[:, INDEX["C"]] = np.maximum(carbon - np.maximum(freed, 0.0), 0.0) * MOLAR_MASS[INDEX["C"]]
    slag += (p.fluoride * mass)[:, None] * mass_fractions("LiF")
    b.require("metal", metal)
    b.require("slag", slag)
    b.details["charge_Ah_per_kg"] = np.divide(charge, mass, out=np.zeros_like(mass), where=mass > 0.0)


KIND = Kind(
    "molten_salt_electrolysis",
    "metal",
    MoltenSaltElectrolysis,
    {"metal": Outlet("metal"), "slag": Outlet("slag", waste=True), "offgas": Outlet("gas", waste=True)},
    molten_salt_electrolysis,
    rest="offgas",
    takes=(SOLID,),
)
