"""Jet milling: coarse powder to a few micrometres, with the oxygen that fresh surface takes up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..magnet.milling import effort, oxygen, surface, yield_of
from ..magnet.powder import value
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from ..traits import POWDER
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import METAL


class JetMilling(Parameters):
    """Jet milling: powder for the press, ultrafines to the cyclone, oxygen and nitrogen taken up by both.

    Finer powder takes more gas and time, by a power of its size that is steep from 2.3 to 3 µm and lower beyond, and
    with the gas more oxygen. Gas that escapes is made up; the rest goes round.
    """

    kind: Literal["jet_milling"]
    feed: Inlet = Field(description="Coarse powder.")
    size: Annotated[Value, In("um", "3 um", low=1, high=10)] = Field(
        standard("3 um from 2.5 to 4 um (assumed)"), description="Mean size of the powder (D50)."
    )
    throughput_exponent: Annotated[Value, In("1", "4.66", low=0, high=8)] = Field(
        standard("4.66 from 2 to 5 (jetmill_size)"),
        description="Power of the size that the mill's throughput follows from 2.3 to 3 µm.",
    )
    outer_exponent: Annotated[Value, In("1", "1.5", low=0, high=8)] = Field(
        standard("1.5 from 1 to 2 (assumed)"), description="The same for finer and for coarser powder."
    )
    gas: Literal["nitrogen", "argon"] = Field("nitrogen", description="The gas that the mill runs on.")
    gas_energy: Annotated[Value, In("kWh/kg", "0.1 kWh/kg", low=0.01)] = Field(
        standard("0.1 kWh/kg from 0.07 to 0.15 kWh/kg (assumed)"),
        description="Energy of the mill per kg of gas through it; sets how much gas a kg of powder meets.",
    )
    gas_oxygen: Annotated[Value, In("kg/kg", "35 ppm", low=0, high=0.01)] = Field(
        standard("35 ppm from 15 to 80 ppm (assumed)"), description="Oxygen in the gas, all of which the powder takes."
    )
    film: Annotated[Value, In("mg/m^2", "0.6 mg/m^2", low=0)] = Field(
        standard("0.6 mg/m^2 from 0.3 to 3 mg/m^2 (assumed)"),
        description="Oxygen per area of the film on handled powder.",
    )
    oxygen: Annotated[Value, In("kg/kg", "1500 ppm", low=0, high=0.02)] | None = Field(
        None,
        description="Oxygen taken up per kg of feed, in place of that of film and gas, at least 450 ppm (assumed).",
    )
    nitrogen: Annotated[Value, In("kg/kg", "250 ppm", low=0, high=0.01)] = Field(
        standard("250 ppm from 100 to 500 ppm (assumed)"),
        description="Nitrogen taken up per kg of feed, from nitrogen.",
    )
    gas_loss: Fraction = Field(
        standard("2 % from 1 to 5 % (assumed)"), description="Share of the gas through the mill that escapes."
    )
    ultrafines: Fraction = Field(
        standard("1.5 % from 0.5 to 3 % (assumed)"),
        description="Share of the feed that the cyclone loses at 3 µm; finer powder loses more.",
    )
    recovery: Fraction | None = Field(
        None, description="Share of the feed that becomes powder for the press, in place of what `ultrafines` leaves."
    )
    electricity: Annotated[Value, In("kWh/kg", "1.8 kWh/kg", low=0)] | None = Field(
        None, description="Per kg of feed, in place of 1.8 kWh/kg (sprecher2014) at 3 µm and more for finer powder."
    )


def jet_milling(p: SimpleNamespace, b: Balance) -> None:
    """The same share of every element to the powder; gas that escapes to the off-gas."""
    mass = per_sample(b.flow("feed"))
    sizes = ("size", "throughput_exponent", "outer_exponent")
    work = effort(p.size, p.throughput_exponent, p.outer_exponent)
    energy = value("milling", "electricity") * work
    through = energy / p.gas_energy
    taken_up = oxygen(p.size, through, p.film, p.gas_oxygen) if p.oxygen is None else p.oxygen
    oxygen_keys = ("film", "gas_oxygen", "gas_energy", *sizes) if p.oxygen is None else ("oxygen",)
    given = p.electricity is not None
    used = p.electricity if given else energy
    energy_keys = ("electricity",) if given else sizes
    b.reagent("oxygen", taken_up * mass, oxygen_keys)
    escaping = p.gas_loss * through * mass
    taken = p.nitrogen * mass if p.gas == "nitrogen" else np.zeros(b.samples)
    b.reagent(p.gas, escaping + taken, ("gas_loss", "gas_energy", *sizes))
    b.use("electricity", used * mass, "kWh", energy_keys)
    b.size("jet mill", energy * mass, "kW", sizes)

    kept = yield_of(p.size, p.ultrafines) if p.recovery is None else p.recovery
    whole = escaping + taken
    lost = np.divide(escaping, whole, out=np.zeros_like(whole), where=whole > 0.0)
    b.send("offgas", lost[:, None], reagent=p.gas)
    b.send("powder", np.asarray(kept)[:, None], inlet="feed")
    b.send("powder", np.asarray(kept)[:, None], reagent="oxygen")
    b.send("powder", ((1.0 - lost) * kept)[:, None], reagent=p.gas)
    b.carry("powder", POWDER, p.size)
    b.details["throughput"] = 1.0 / work
    b.details["surface_m2_per_kg"] = surface(p.size)
    b.details["oxygen_taken_up"] = np.broadcast_to(taken_up, (b.samples,)).copy()


KIND = Kind(
    "jet_milling",
    "alloy",
    JetMilling,
    {
        "powder": Outlet("powder"),
        "ultrafines": Outlet("swarf", waste=True),
        "offgas": Outlet("gas", waste=True),
    },
    jet_milling,
    rest="ultrafines",
    takes=(METAL,),
)
