"""Mixer: streams brought together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Literal

from pydantic import Field

from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters


class Mixer(Parameters):
    """Mixer: several streams become one."""

    kind: Literal["mixer"]
    feeds: list[Inlet] = Field(min_length=1, description="The streams to mix.")


def mixer(p: SimpleNamespace, b: Balance) -> None:
    """Everything goes to the one outlet."""
    b.carry_on("mixed", inlet="feeds")


KIND = Kind("mixer", "", Mixer, {"mixed": Outlet("mixture", parts="feeds")}, mixer, rest="mixed")
