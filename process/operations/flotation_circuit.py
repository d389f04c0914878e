"""Flotation circuit: rougher, scavenger and cleaners with their recycles, by the floatability of each mineral."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import rare_earth_oxides, share_of
from .balance import Balance
from .base import Inlet, Kind, OperationError, Outlet, Parameters, standard
from .flotation import ReagentName
from .flotation_banks import Paths, left_behind, mixed, paths
from .mineral_names import FloatedMineral, MineralName
from .mineral_rows import RARE_EARTH, family
from .phases import ORE

Array = NDArray[np.float64]
Floatability = Annotated[Value, In("1/min", "0.6 /min", low=0, high=100)]
MOST_CELLS, MOST_CLEANERS = 40, 10
WATER = 1000.0
"""kg/m^3 of water, at any temperature of a pulp."""


class Bank(BaseModel):
    """A bank of equal, well-mixed cells in series."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)

    cells: int = Field(ge=1, le=MOST_CELLS, description="Number of cells.")
    time: Annotated[Value, In("min", "8 min", low=0.01, high=600)] = Field(
        description="Residence time of the pulp in the bank."
    )
    froth_recovery: Annotated[Value, In("1", "40 %", low=0.001, high=1)] = Field(
        standard("100 % (convention)"),
        description="Share of what bubbles bring up that the froth keeps: it scales every floatability in the bank.",
    )
    entrainment: Annotated[Value, In("1", "1 %", low=0, high=0.9)] = Field(
        standard("0 % (convention)"), description="Share of every mineral that the froth's water carries over."
    )
    solids: Annotated[Value, In("1", "32 %", low=0.02, high=0.8)] = Field(
        standard("32 % from 20 to 45 % (flotation_practice)"), description="Solids in the bank's feed pulp, by mass."
    )


class Scavenger(Bank):
    """The bank that floats once more what others left; its froth goes back to the rougher."""

    treats: Literal["rougher_tailings", "cleaner_tailings"] = Field(
        "rougher_tailings", description="What it treats; tailings of the first cleaner go to the rougher otherwise."
    )


class FlotationCircuit(Parameters):
    """Flotation banks with recycles, by the floatability of each mineral.

    Each mineral floats as a whole by a first-order rate, alike in all banks but for their froth recovery. Cleaners run
    counter-current. The concentrate is dry; reagents and water leave with the tailings.
    """

    kind: Literal["flotation_circuit"]
    feed: Inlet = Field(description="Ground ore.")
    floatability: dict[FloatedMineral, Floatability] = Field(
        min_length=1, description="First-order rate of each mineral: `{bastnaesite: 0.6 /min, barite: 0.04 /min}`."
    )
    others: Floatability | None = Field(None, description="Rate of minerals of the feed that have none of their own.")
    unfloatable: dict[MineralName, Fraction] = Field(
        default_factory=dict, description="Share of a mineral that never floats: slimes, locked or depressed grains."
    )
    rougher: Bank = Field(description="The first bank: `{cells: 12, time: 5 min}`.")
    scavenger: Scavenger | None = Field(None, description="The scavenger, where there is one.")
    cleaners: list[Bank] = Field(
        default_factory=list, max_length=MOST_CLEANERS, description="Cleaners, from the rougher's froth on."
    )
    solid_density: Annotated[Value, In("kg/m^3", "3.6 t/m^3", low=1000)] = Field(
        standard("3.5 t/m^3 from 2.9 to 4.3 t/m^3 (assumed)"), description="Density of the ore's solids."
    )
    air: Annotated[Value, In("1", "12 %", low=0, high=0.6)] = Field(
        standard("12 % from 8 to 20 % (flotation_practice)"), description="Share of the cells' volume that air fills."
    )
    reagents: dict[ReagentName, Annotated[Value, In("kg/kg", "2.9 kg/t", low=0)]] = Field(
        default_factory=dict, description="Reagents per kg of feed, by name."
    )
    water: Annotated[Value, In("kg/kg", "0.9 t/t", low=0)] | None = Field(
        None, description="Fresh water per kg of feed."
    )
    electricity: Annotated[Value, In("kWh/kg", "11 kWh/t", low=0)] = Field(
        standard("10 kWh/t from 5 to 20 kWh/t (assumed)"), description="Flotation and pumps, per kg of feed."
    )
    heat: Annotated[Value, In("MJ/kg", "250 MJ/t", low=0)] | None = Field(
        None, description="Steam and fuel for conditioning and drying, per kg of feed."
    )

    @field_validator("cleaners")
    @classmethod
    def _something_to_scavenge(cls, cleaners: list[Bank], info: ValidationInfo) -> list[Bank]:
        scavenger = info.data.get("scavenger")
        if scavenger is not None and scavenger.treats == "cleaner_tailings" and not cleaners:
            raise ValueError(
                "the scavenger treats the tailings of cleaners and there are none; add a cleaner, or let it treat "
                "rougher_tailings"
            )
        return cleaners


def flotation_circuit(p: SimpleNamespace, b: Balance) -> None:
    """Share minerals between concentrate and tailings."""
    rows = b.parts["feed"]
    rare = [i for i, row in enumerate(rows) if family(row) == RARE_EARTH]
    if not rare:
        raise OperationError(
            f"its feed is {', '.join(rows)} and not an ore with its minerals apart",
            "feed it from a mine or a magnetic separation, or before a mixer brings the minerals together",
        )
    masses = np.stack([per_sample(b.inlets["feed"][:, i]) for i in range(len(rows))], axis=1)
    oxides = np.stack([rare_earth_oxides(b.inlets["feed"][:, i]) for i in range(len(rows))], axis=1)
    feed = per_sample(b.flow("feed"))
    for item, dose in p.reagents.items():
        b.reagent(item, dose * feed, (f"reagents.{item}",))
    if p.water is not None:
        b.reagent("water", p.water * feed, ("water",))
    b.use("electricity", p.electricity * feed, "kWh", ("electricity",))
    if p.heat is not None:
        b.use("heat", p.heat * feed, "MJ", ("heat",))

    banks = {"rougher": p.rougher} | ({"scavenger": p.scavenger} if p.scavenger is not None else {})
    banks |= {f"cleaner_{i + 1}": bank for i, bank in enumerate(p.cleaners)}
    found = _paths(p, banks, _rates(p, b, masses), rows)
    for i, row in enumerate(rows):
        b.send("concentrate", found.concentrate[:, i, None], inlet="feed", part=row)

    _sizes(p, b, banks, found, masses)
    taken = found.concentrate * masses
    follows = tuple(f"floatability.{row}" for row in p.floatability)
    b.size("concentrate filter", per_sample(taken), "kg/h", follows)
    b.size("tailings thickener", np.maximum(feed - per_sample(taken), 0.0) / 1000.0, "t/h", follows)
    b.details["mass_pull"] = share_of(per_sample(taken), feed)
    b.details["grade"] = share_of(per_sample(found.concentrate * oxides), per_sample(taken))
    b.details["recovery"] = share_of(per_sample(found.concentrate * oxides), per_sample(oxides))
    b.details["circulating_load"] = share_of(per_sample(found.entering[0] * masses) - feed, feed)
    for i, row in enumerate(rows):
        b.details[f"recovery_{row}"] = found.concentrate[:, i]
    for name, entering, floated in zip(banks, found.entering, found.floated, strict=True):
        b.details[f"recovery_in_{name}"] = share_of(per_sample(floated * oxides), per_sample(entering * oxides))


def _rates(p: SimpleNamespace, b: Balance, masses: Array) -> Array:
    """1/min of each mineral of the feed, shape (samples, minerals)."""
    rates = np.zeros_like(masses)
    for i, row in enumerate(b.parts["feed"]):
        if row in p.floatability:
            rates[:, i] = p.floatability[row]
        elif p.others is not None:
            rates[:, i] = p.others
        else:
            b.refuse(
                masses[:, i] > 0.0,
                lambda _, row=row: (  # type: ignore[misc]
                    f"its feed holds {row}, and no floatability says how it floats",
                    f"add floatability.{row}, or `others` for all that have none",
                ),
                "floatability",
            )
    return rates


def _paths(p: SimpleNamespace, banks: dict[str, SimpleNamespace], rates: Array, rows: tuple[str, ...]) -> Paths:
    """The paths of all minerals, those of their unfloatable shares included."""

    def of(rates: Array) -> Paths:
        left = {
            name: left_behind(rates * bank.froth_recovery[:, None], bank.time, bank.cells, bank.entrainment)
            for name, bank in banks.items()
        }
        cleaners = [one for name, one in left.items() if name.startswith("cleaner")]
        treats = p.scavenger is not None and p.scavenger.treats == "cleaner_tailings"
        # The bounds of a bank's keys keep some of everything rising and some sinking, so nothing circulates for ever.
        return paths(left["rougher"], left.get("scavenger"), cleaners, treats)

    floating = of(rates)
    if not set(p.unfloatable) & set(rows):
        return floating
    share = np.stack([p.unfloatable.get(row, np.zeros(len(rates))) for row in rows], axis=1)
    return mixed(floating, of(np.zeros_like(rates)), share)


def _sizes(p: SimpleNamespace, b: Balance, banks: dict[str, SimpleNamespace], found: Paths, masses: Array) -> None:
    """m^3 of the cells of each bank: the pulp that enters it for as long as it stays, and the air in it."""
    for i, (name, bank) in enumerate(banks.items()):
        path = name if not name.startswith("cleaner") else f"cleaners.{int(name.removeprefix('cleaner_')) - 1}"
        dry = per_sample(found.entering[i] * masses)
        pulp = dry / p.solid_density + dry * (1.0 - bank.solids) / bank.solids / WATER
        volume = pulp * bank.time / 60.0 / (1.0 - p.air)
        b.size(f"{name} cells", volume, "m^3", (f"{path}.time", f"{path}.solids", "solid_density", "air"), bank.cells)


KIND = Kind(
    "flotation_circuit",
    "mine",
    FlotationCircuit,
    {
        "concentrate": Outlet("concentrate", parts="feed", title="rare-earth concentrate"),
        "tailings": Outlet("tailings", parts="feed", waste=True),
    },
    flotation_circuit,
    rest="tailings",
    takes=(ORE,),
)
