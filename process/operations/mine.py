"""Mining: ore out of the ground, with the rock that is moved for it and the fuel."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from ..quantities import In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .phases import ORE


class Mine(Parameters):
    """Open-pit mine: ore as delivered to the mill.

    Waste rock stays in the pit's dumps and enters no balance. Dust suppression and other water that never touches the
    ore is not modelled.
    """

    kind: Literal["mine"]
    feed: Inlet = Field(description="The ore feed.")
    strip_ratio: Annotated[Value, In("kg/kg", "4 t/t", low=0)] = Field(
        standard("0 t/t (convention)"), description="Waste rock moved per kg of ore."
    )
    diesel: Annotated[Value, In("MJ/kg", "1.25 MJ/kg", low=0)] = Field(
        standard("1.25 MJ/kg (sprecher2014)"), description="Diesel per kg of ore, waste rock of that mine included."
    )
    rock_diesel: Annotated[Value, In("MJ/kg", "0.03 MJ/kg", low=0)] | None = Field(
        None, description="Instead of `diesel`: per kg of rock moved, ore and waste alike."
    )

    @field_validator("rock_diesel")
    @classmethod
    def _one_of_two(cls, value: Value | None, info: ValidationInfo) -> Value | None:
        given = info.data.get("diesel")
        if value is not None and given is not None and given.text != cls.model_fields["diesel"].default:
            raise ValueError("diesel is given by kg of ore too; give one of diesel and rock_diesel")
        return value


def mine(p: SimpleNamespace, b: Balance) -> None:
    """Pass the ore on and note the diesel and the waste rock."""
    ore = per_sample(b.flow("feed"))
    waste = ore * p.strip_ratio
    if p.rock_diesel is None:
        b.use("diesel", ore * p.diesel, "MJ", ("diesel",))
    else:
        b.use("diesel", (ore + waste) * p.rock_diesel, "MJ", ("rock_diesel", "strip_ratio"))
    b.size("mine fleet", (ore + waste) / 1000.0, "t/h", ("strip_ratio",))
    b.details["waste_rock_kg_per_h"] = waste


KIND = Kind(
    "mine",
    "mine",
    Mine,
    {"ore": Outlet("ore", parts="feed", title="ore to the mill")},
    mine,
    rest="ore",
    takes=(ORE,),
)
