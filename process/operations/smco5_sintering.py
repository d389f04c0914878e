"""Sintering of SmCo5: compacts to dense blanks, and the anneal that brings their coercivity."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ..magnet.smco_properties import Treatment
from ..quantities import In, Value
from .balance import Balance
from .base import Kind, standard
from .phases import METAL
from .smco_furnace import OUTLETS, Degrees, Hours, SmCoSintering, melts, sinter, sinters


class SmCo5Sintering(SmCoSintering):
    """Sintering and anneal of SmCo5 magnets: blanks, rejects that can be melted again, and the furnace gas.

    Oxygen stays and binds samarium, 6.27 wt % for each wt %; what is left must make SmCo5 with some Sm2Co7. Too little
    gives Sm2Co17, where domains reverse. All hydrogen leaves, carbon and zinc of the lubricant to the stated share.
    """

    kind: Literal["smco5_sintering"]
    temperature: Degrees = Field(
        standard("1135 degC from 1110 to 1150 degC (taherizadeh2017)"), description="Of the hold, below melting."
    )
    time: Hours = Field(standard("0.5 h from 0.4 to 1 h (taherizadeh2017)"), description="Of the hold.")
    anneal: Degrees = Field(
        standard("870 degC from 840 to 900 degC (assumed)"), description="Of the heat treatment after sintering."
    )
    anneal_time: Hours = Field(standard("3 h from 1 to 6 h (assumed)"), description="Of the heat treatment.")
    electricity: Annotated[Value, In("kWh/kg", "2.4 kWh/kg", low=0)] = Field(
        standard("2.4 kWh/kg (sprecher2014)"), description="Per kg of compacts; the figure is of sintered Nd-Fe-B."
    )

    @field_validator("temperature")
    @classmethod
    def _sinters(cls, value: Value) -> Value:
        sinters("SmCo5", value)
        return value

    @field_validator("anneal")
    @classmethod
    def _solid(cls, value: Value) -> Value:
        melts("SmCo5", value)
        return value


def smco5_sintering(p: SimpleNamespace, b: Balance) -> None:
    """As both families, with the anneal."""
    sinter("SmCo5", p, b, Treatment(p.anneal, p.anneal_time), ("anneal", "anneal_time"))


KIND = Kind("smco5_sintering", "magnet", SmCo5Sintering, OUTLETS, smco5_sintering, rest="rejects", takes=(METAL,))
