"""Iron nitriding: iron oxide to iron powder in hydrogen, and that in ammonia to α″-Fe16N2."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..magnet.nitride import ORDERED, known, oxygen_of_others, phase_balance
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance, composition
from .base import Inlet, Kind, Outlet, Parameters, standard
from .gas_scrubber import GAS_ROWS
from .phases import METAL, SOLID
from .pulp import AMBIENT
from .stoichiometry import Array, moles

REDUCTION = 32.9
"""MJ/kmol O that hydrogen takes from Fe2O3, water as vapour. Source: standard enthalpies of formation."""
HEAT_CAPACITY = 0.7e-3
"""MJ/(kg K) of iron oxide and, rounded up, of iron. Source: general knowledge."""


class IronNitriding(Parameters):
    """Reduction and nitriding: Fe2O3 + 3 H2 = 2 Fe + 3 H2O, then 16 Fe + 2 NH3 = Fe16N2 + 3 H2.

    A stated share of the oxide is reduced and a stated share of that iron is nitrided; above 150 °C part of it becomes
    Fe4N, all of it where Fe16N2 decomposes. Gas goes round in the plant and is dried there: what leaves is the excess.
    The fine powder is made safe by a skin of oxide. Oxide that is not reduced and other elements stay in the powder.
    """

    kind: Literal["iron_nitriding"]
    feed: Inlet = Field(description="Iron oxide, or iron powder.")
    reduction: Fraction = Field(
        standard("99.5 % from 98 to 99.9 % (assumed)"),
        description="Share of the oxygen of iron oxide that is taken; silica and the like keep theirs.",
    )
    reduction_temperature: Annotated[Value, In("degC", "390 °C", low=200, high=1000)] = Field(
        standard("390 degC from 300 to 450 degC (dirba2020)"), description="Of the reduction at low pressure."
    )
    conversion: Fraction = Field(
        standard("57 % from 40 to 90 % (grigoras2023)"),
        description="Share of the iron that is nitrided: 57 % of powder below 32 µm after 96 h; finer powder more.",
    )
    temperature: Annotated[Value, In("degC", "150 °C", low=50, high=1000)] = Field(
        standard("150 degC from 130 to 160 degC (palade2017)"), description="Of the nitriding."
    )
    time: Annotated[Value, In("h", "96 h", low=0.1, high=1000)] = Field(
        standard("96 h from 10 to 120 h (grigoras2023)"), description="Of the nitriding; sets the furnaces."
    )
    loading: Annotated[Value, In("kg/m^3", "500 kg/m^3", low=1)] = Field(
        standard("500 kg/m^3 from 200 to 1_500 kg/m^3 (assumed)"), description="Powder per volume of the furnaces."
    )
    hydrogen_excess: Annotated[Value, In("1", "20 %", low=0, high=100)] = Field(
        standard("20 % from 5 to 200 % (assumed)"), description="Hydrogen that leaves over that which the oxide takes."
    )
    ammonia_excess: Annotated[Value, In("1", "50 %", low=0, high=1000)] = Field(
        standard("50 % from 10 to 500 % (assumed)"), description="Ammonia that leaves over that which the iron takes."
    )
    oxygen: Annotated[Value, In("kg/kg", "0.3 %", low=0, high=0.1)] = Field(
        standard("0.003 kg/kg from 0.001 to 0.01 kg/kg (assumed)"), description="Oxygen of the skin, per kg of powder."
    )
    recovery: Fraction = Field(
        standard("98 % from 95 to 99.5 % (assumed)"), description="Share of the powder that reaches the press."
    )
    heat_efficiency: Annotated[Value, In("1", "50 %", low=0.01, high=1)] = Field(
        standard("50 % from 25 to 75 % (assumed)"), description="Heat that reaches powder and reaction, over fuel."
    )
    electricity: Annotated[Value, In("kWh/kg", "1.5 kWh/kg", low=0)] = Field(
        standard("1.5 kWh/kg from 0.5 to 5 kWh/kg (assumed)"),
        description="Gas loops, dryers and sieves, per kg powder.",
    )

    @field_validator("temperature")
    @classmethod
    def _stable(cls, value: Value) -> Value:
        limit = known("Fe16N2", "decomposes").low
        if value.nominal >= limit:
            raise ValueError(
                f"{value.nominal:g} degC is too hot to nitride: from {limit:g} degC Fe16N2 decomposes to iron and "
                "other nitrides; nitride below 200 degC"
            )
        return value


def iron_nitriding(p: SimpleNamespace, b: Balance) -> None:
    """Water and spare gases off, nitrogen by the iron that is nitrided, a skin of oxide on the powder."""
    feed = b.flow("feed")
    n = moles(feed)
    vapour = n[:, INDEX["H"]] / 2.0
    dry = np.maximum(n[:, INDEX["O"]] - vapour, 0.0)
    oxygen = np.maximum(dry - oxygen_of_others(feed), 0.0)
    taken = oxygen * p.reduction
    iron = n[:, INDEX["Fe"]]
    b.refuse(
        (iron <= 0.0) & (per_sample(feed) > 0.0),
        lambda _: ("the feed holds no iron", "feed iron oxide or iron powder"),
        "feed",
    )
    metal = np.maximum(iron - (oxygen - taken), 0.0)
    grows, ends = known("Fe16N2", "grows_others").value, known("Fe16N2", "decomposes").value
    other = np.clip((p.temperature - grows) / (ends - grows), 0.0, 1.0)
    nitrided = metal * p.conversion
    of_ordered, of_other = nitrided * (1.0 - other) / 8.0, nitrided * other / 4.0
    uptake = of_ordered + of_other
    ordered = np.divide(of_ordered, uptake, out=np.ones_like(uptake), where=uptake > 0.0)

    powder = feed.copy()
    powder[:, INDEX["H"]] = 0.0
    powder[:, INDEX["O"]] = (dry - taken) * MOLAR_MASS[INDEX["O"]]
    powder[:, INDEX["N"]] = feed[:, INDEX["N"]] + uptake * MOLAR_MASS[INDEX["N"]]
    skin = p.oxygen * per_sample(powder)
    powder[:, INDEX["O"]] += skin
    hydrogen = taken * (1.0 + p.hydrogen_excess) * molar_mass("H2")
    b.reagent("hydrogen", hydrogen, ("hydrogen_excess", "reduction"))
    spare = uptake * p.ammonia_excess
    b.reagent("ammonia", (uptake + spare) * molar_mass("NH3"), ("ammonia_excess", "conversion"))
    b.reagent("oxygen", skin, ("oxygen",))
    mass = per_sample(powder)
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    warm = HEAT_CAPACITY * (per_sample(feed) * (p.reduction_temperature - AMBIENT) + mass * (p.temperature - AMBIENT))
    heat = (REDUCTION * taken + warm) / p.heat_efficiency
    b.use("heat", heat, "MJ", ("heat_efficiency", "reduction_temperature", "temperature", "reduction"))
    b.size("nitriding furnace", mass * p.time / p.loading, "m^3", ("time", "loading"))

    passed = spare[:, None] * molar_mass("NH3") * composition("NH3")
    b.require("powder", powder * p.recovery[:, None])
    b.require("dust", powder * (1.0 - p.recovery)[:, None])
    b.require("offgas", passed, to="NH3")
    _tell(b, powder, ordered)


def _tell(b: Balance, powder: Array, ordered: Array) -> None:
    found = phase_balance(powder, ordered)
    b.carry("powder", ORDERED, ordered)
    b.details["phases"] = found.mass
    b.details["phase_names"] = found.names
    b.details["ordered"] = ordered


KIND = Kind(
    "iron_nitriding",
    "magnet",
    IronNitriding,
    {
        "powder": Outlet("powder"),
        "dust": Outlet("swarf", waste=True),
        "offgas": Outlet("gas", waste=True, rows=GAS_ROWS),
    },
    iron_nitriding,
    rest="offgas",
    takes=(SOLID, METAL),
)
