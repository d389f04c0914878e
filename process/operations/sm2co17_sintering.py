"""Sintering of Sm2Co17: compacts to dense blanks, solution treatment, ageing and slow cooling."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ..magnet.smco_properties import Treatment
from ..quantities import In, Value
from .balance import Balance
from .base import Kind, standard
from .phases import METAL
from .smco_furnace import OUTLETS, Degrees, Hours, SmCoSintering, sinter, sinters


class Sm2Co17Sintering(SmCoSintering):
    """Sintering, solution treatment, ageing and slow cooling of Sm(Co,Fe,Cu,Zr)z magnets, the 2:17 type.

    Oxygen stays and binds samarium, 6.27 wt % for each wt %, and zirconium takes cobalt; what is left must make cells
    of Sm2Co17 in walls of the 1:5 phase, whose copper pins domain walls after ageing and slow cooling to 400 °C. All
    hydrogen leaves, carbon and zinc of the lubricant to the stated share.
    """

    kind: Literal["sm2co17_sintering"]
    temperature: Degrees = Field(
        standard("1205 degC from 1200 to 1220 degC (assumed)"), description="Of the hold, below melting."
    )
    time: Hours = Field(standard("1 h from 0.5 to 2 h (assumed)"), description="Of the hold.")
    solution: Degrees = Field(
        standard("1180 degC from 1170 to 1190 degC (assumed)"), description="Of the solution treatment, quenched after."
    )
    solution_time: Hours = Field(standard("4 h from 2 to 10 h (assumed)"), description="Of the solution treatment.")
    ageing: Degrees = Field(standard("830 degC from 800 to 850 degC (assumed)"), description="Of the ageing.")
    ageing_time: Hours = Field(standard("12 h from 8 to 24 h (assumed)"), description="Of the ageing.")
    cooling: Annotated[Value, In("K/min", "0.7 K/min", low=0.01, high=1000)] = Field(
        standard("0.75 K/min from 0.5 to 1 K/min (assumed)"), description="From ageing to 400 °C."
    )
    electricity: Annotated[Value, In("kWh/kg", "4 kWh/kg", low=0)] = Field(
        standard("4 kWh/kg from 2.5 to 8 kWh/kg (assumed)"),
        description="Per kg of compacts; 2.4 of sintered Nd-Fe-B, and a day of heat treatment.",
    )

    @field_validator("temperature")
    @classmethod
    def _sinters(cls, value: Value) -> Value:
        sinters("Sm2Co17", value)
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Sm2Co17Sintering:
        steps = (("temperature", self.temperature), ("solution", self.solution), ("ageing", self.ageing))
        for (first, hot), (then, cool) in pairwise(steps):
            if cool.nominal >= hot.nominal:
                raise ValueError(
                    f"{then} at {cool.nominal:g} degC is not below {first} at {hot.nominal:g} degC; lower {then}"
                )
        return self


def sm2co17_sintering(p: SimpleNamespace, b: Balance) -> None:
    """As both families, with solution treatment, ageing and cooling."""
    below = p.temperature - p.solution
    b.refuse(
        below < 0.0,
        lambda sample: (
            f"a solution treatment at {p.solution[sample]:.0f} degC is hotter than sintering at "
            f"{p.temperature[sample]:.0f} degC",
            "lower solution",
        ),
        "solution",
    )
    treatment = Treatment(p.ageing, p.ageing_time, p.solution, p.solution_time, p.cooling)
    sinter("Sm2Co17", p, b, treatment, ("solution", "solution_time", "ageing", "ageing_time", "cooling"))


KIND = Kind("sm2co17_sintering", "magnet", Sm2Co17Sintering, OUTLETS, sm2co17_sintering, rest="rejects", takes=(METAL,))
