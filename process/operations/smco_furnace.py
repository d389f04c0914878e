"""What the two sintering kinds of samarium-cobalt share: compacts to blanks, gases off, phases and properties told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated

import numpy as np
from pydantic import Field

from ..elements import INDEX, RE
from ..magnet.family_grades import assign
from ..magnet.smco import NAMES, known, outside, phase_balance
from ..magnet.smco_properties import Treatment, annealing, properties, sintered
from ..magnet.window import beyond
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from ..traits import ALIGNMENT, ANNEALING, DENSITY, GRAIN, GREEN, POWDER
from .balance import Balance
from .base import Inlet, Outlet, Parameters, standard
from .stoichiometry import Array
from .told import told

Degrees = Annotated[Value, In("degC", "1135 °C", low=20, high=2000)]
Hours = Annotated[Value, In("h", "1 h", low=0.01, high=1000)]
ARRIVING = {
    "powder_size": (POWDER, "jet_milling", 4.5),
    "alignment": (ALIGNMENT, "pressing", 0.95),
    "green_density": (GREEN, "pressing", 0.6),
}
"""What compacts bring or the file says: the trait, who makes it, and a middling number for a tentative pass."""
OUTLETS = {"blanks": Outlet("magnet"), "rejects": Outlet("scrap"), "furnace_gas": Outlet("gas", waste=True)}


class SmCoSintering(Parameters):
    """Keys that both kinds have."""

    feed: Inlet = Field(description="Pressed compacts of samarium-cobalt.")
    recovery: Annotated[Value, In("1", "97 %", low=0.01, high=1)] = Field(
        standard("97 % from 93 to 99 % (assumed)"), description="Share of the sintered mass that is sound."
    )
    degassing: Fraction = Field(
        standard("90 % from 70 to 98 % (assumed)"), description="Share of carbon and zinc of the lubricant that leaves."
    )
    evaporation: Fraction = Field(
        standard("0.3 % from 0.1 to 1 % (assumed)"),
        description="Share of the rare earths that evaporates; samarium boils at 1794 °C, a thousand below neodymium.",
    )
    powder_size: Annotated[Value, In("um", "4.5 um", low=0.1, high=100)] | None = Field(
        None, description="Mean particle size of the powder, where the compacts do not bring it."
    )
    alignment: Annotated[Value, In("1", "95 %", low=0, high=1)] | None = Field(
        None, description="Mean cosine of easy axes to the field of the press, where the compacts do not bring it."
    )
    green_density: Annotated[Value, In("1", "60 %", low=0.2, high=0.95)] | None = Field(
        None, description="Density of the compacts over that without pores, where they do not bring it."
    )


def melts(family: str, value: Value) -> None:
    """Refuse a temperature, °C, at which the compacts melt."""
    melting = known("melting", family=family).value
    if value.nominal >= melting:
        raise ValueError(
            f"{value.nominal:g} degC melts the compacts: {family} magnets begin to at {melting:g} degC; lower it"
        )


def sinters(family: str, value: Value) -> None:
    """Refuse a temperature, °C, at which the compacts melt or stay powder."""
    melts(family, value)
    coldest = known("coldest", family=family).value
    if value.nominal < coldest:
        raise ValueError(
            f"{value.nominal:g} degC does not sinter the compacts: {family} magnets are sintered at about "
            f"{known('reference_temperature', family=family).value:g} degC, {coldest:g} degC at least; raise it"
        )


def sinter(family: str, p: SimpleNamespace, b: Balance, treatment: Treatment, keys: tuple[str, ...]) -> None:
    """Gases first, then sound blanks and rejects of one composition; phases, properties and grade to the details.

    `keys` are those of the treatment, which sets the furnace's hours.
    """
    feed = b.flow("feed")
    melting = known("melting", family=family).value
    b.refuse(
        p.temperature >= melting,
        lambda sample: (
            f"{p.temperature[sample]:.0f} degC melts the compacts, which begin to at {melting:.0f} degC",
            "lower temperature",
        ),
        "temperature",
    )
    coldest, usual = (known(name, family=family).value for name in ("coldest", "reference_temperature"))
    b.refuse(
        p.temperature < coldest,
        lambda sample: (
            f"{p.temperature[sample]:.0f} degC does not sinter the compacts, {coldest:.0f} degC at least does",
            f"raise temperature, usual is {usual:.0f} degC",
        ),
        "temperature",
    )
    mass = per_sample(feed)
    gas = np.zeros_like(feed)
    gas[:, INDEX["H"]] = 1.0
    for name in ("C", "Zn"):
        gas[:, INDEX[name]] = p.degassing
    gas[:, RE] = p.evaporation[:, None]
    size, alignment, green = (_arriving(p, b, key) for key in ARRIVING)
    solid = feed * (1.0 - gas)
    found = phase_balance(solid)
    flows = mass > 0.0
    bad, words = outside(family, found)
    b.refuse(bad & flows, words, "feed")
    b.refuse(*beyond(solid, family), "feed")
    density, grain = sintered(family, p.temperature, p.time, size, green)
    annealed = annealing(family, treatment)
    made = properties(family, found, density, grain, alignment, annealed)

    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    b.size("furnace", mass * treatment.furnace_hours(p.temperature, p.time), "kg", ("temperature", "time", *keys))
    b.send("furnace_gas", gas)
    b.send("blanks", (1.0 - gas) * p.recovery[:, None])

    b.carry_on("blanks")
    for name, value in (
        (POWDER, size),
        (ALIGNMENT, alignment),
        (DENSITY, density),
        (GRAIN, grain),
        (ANNEALING, annealed),
    ):
        b.carry("blanks", name, value)
    b.details["phases"] = found.mass
    b.details["phase_names"] = NAMES
    b.details["effective_samarium"] = found.effective_re
    b.details["density"] = found.density * density
    b.details["family"] = family
    b.details.update(made.table())
    b.details["magnet"] = tuple(made.table())
    for key, named in zip(("grade", "limiting"), assign(family, made.table()), strict=True):
        b.details[key] = np.array(named, dtype=object)


def _arriving(p: SimpleNamespace, b: Balance, key: str) -> Array:
    """A number that the file gives or the compacts bring, shape (samples,)."""
    trait, unit, middling = ARRIVING[key]
    what = f"the {key.replace('_', ' ')} of the compacts"
    return told(b, getattr(p, key), trait, key, what, unit, middling, points=key)
