"""Nitride compaction: iron-nitride powder bonded or pressed warm to magnets, below the heat that it bears."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from ..magnet.family_grades import ANY, assign
from ..magnet.nitride import ORDERED, known, phase_balance, properties
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from ..traits import DENSITY
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .iron_nitriding import HEAT_CAPACITY
from .phases import METAL
from .pulp import AMBIENT
from .told import told

USUAL_ORDERED = 1.0
"""What a recycle's first rounds go on with, where nothing says it yet."""


class NitrideCompaction(Parameters):
    """Compaction of α″-Fe16N2 powder with a binder: net-shape magnets and rejects.

    The compound is not to be sintered: it keeps to 190 °C, is found decomposed at 222 °C, and nothing brings it back.
    Magnets are told with what compacts were measured to do, not with what is claimed; no commercial grade is reached.
    """

    kind: Literal["nitride_compaction"]
    feed: Inlet = Field(description="Nitrided iron powder.")
    temperature: Annotated[Value, In("degC", "150 °C", low=20, high=1000)] = Field(
        standard("150 degC from 100 to 190 degC (takagi2014)"), description="Of pressing and cure, at most 200 °C."
    )
    binder: Annotated[Value, In("kg/kg", "2.5 %", low=0, high=0.3)] = Field(
        standard("0.025 kg/kg from 0.005 to 0.05 kg/kg (assumed)"), description="Epoxy per kg of powder."
    )
    density: Fraction = Field(
        standard("80 % from 70 to 90 % (grigoras2025)"),
        description="Of the magnet over that without pores, binder included.",
    )
    remanence: Fraction = Field(
        standard("42 % from 40 to 70 % (grigoras2025)"),
        description="Remanence over saturation: about half of powder that no field has aligned.",
    )
    ordered: Fraction | None = Field(
        None, description="Share of the nitrogen in Fe16N2, where the powder does not bring it."
    )
    recovery: Fraction = Field(
        standard("97 % from 90 to 99 % (assumed)"), description="Share of the mass in sound magnets."
    )
    heat_efficiency: Annotated[Value, In("1", "30 %", low=0.01, high=1)] = Field(
        standard("30 % from 15 to 60 % (assumed)"), description="Heat that reaches the compacts, over fuel."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.5 kWh/kg", low=0)] = Field(
        standard("0.5 kWh/kg from 0.2 to 2 kWh/kg (assumed)"), description="Mixing, pressing and field, per kg powder."
    )

    @field_validator("temperature")
    @classmethod
    def _stable(cls, value: Value) -> Value:
        limit = known("Fe16N2", "keeps").high
        if value.nominal > limit:
            raise ValueError(
                f"{value.nominal:g} degC destroys the magnet: Fe16N2 keeps to "
                f"{known('Fe16N2', 'keeps').value:g} degC and has decomposed at "
                f"{known('Fe16N2', 'decomposes').value:g} degC; press and cure at {limit:g} degC or below"
            )
        return value


def nitride_compaction(p: SimpleNamespace, b: Balance) -> None:
    """Powder and binder to magnets and rejects of one composition; phases and properties to the details."""
    powder = b.flow("feed")
    mass = per_sample(powder)
    flows = mass > 0.0
    limit = known("Fe16N2", "keeps").high
    b.refuse(
        (p.temperature > limit) & flows,
        lambda sample: (
            f"{p.temperature[sample]:.0f} degC destroys the magnet: Fe16N2 decomposes",
            f"press and cure at {limit:g} degC or below",
        ),
        "temperature",
    )
    what = "how much of the nitrogen is in Fe16N2"
    ordered = told(b, p.ordered, ORDERED, "ordered", what, "iron_nitriding", USUAL_ORDERED, points="ordered", zero=True)
    binder = p.binder * mass
    b.reagent("epoxy", binder, ("binder",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    warm = HEAT_CAPACITY * (mass + binder) * (p.temperature - AMBIENT) / p.heat_efficiency
    b.use("heat", warm, "MJ", ("temperature", "heat_efficiency"))
    b.size("press", mass + binder, "kg/h", ("binder",))
    b.send("magnets", np.asarray(p.recovery)[:, None])

    found = phase_balance(powder, ordered, binder)
    lean = flows & (found.of("Fe16N2") <= 0.0)
    b.refuse(lean, lambda _: ("the powder holds no Fe16N2", "feed nitrided powder, and give ordered"), "feed")
    made = properties(found, p.density, p.remanence)
    b.carry_on("magnets")
    b.carry("magnets", DENSITY, p.density)
    b.carry("magnets", ORDERED, ordered)
    b.details["phases"] = found.mass
    b.details["phase_names"] = found.names
    b.details["density"] = found.density * p.density
    b.details["family"] = "Fe16N2"
    b.details.update(made.table())
    b.details["magnet"] = tuple(made.table())
    for key, words in zip(("grade", "limiting"), assign(ANY, made.table()), strict=True):
        b.details[key] = np.array(words, dtype=object)


KIND = Kind(
    "nitride_compaction",
    "magnet",
    NitrideCompaction,
    {"magnets": Outlet("magnet", title="finished magnets"), "rejects": Outlet("swarf", waste=True)},
    nitride_compaction,
    rest="rejects",
    takes=(METAL,),
)
