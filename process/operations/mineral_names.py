"""Names of minerals as keys of a file: those of rare earths, and all others."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from ..data import minerals
from ..quantities import suggestion
from .mineral_rows import RARE_EARTH, family


def _mineral(name: str) -> str:
    if name not in minerals():
        raise ValueError(f"unknown mineral {name[:40]!r}{suggestion(name, minerals())}")
    return name


def _rare_earth(name: str) -> str:
    if family(_mineral(name)) != RARE_EARTH:
        raise ValueError(f"{name} is no rare-earth mineral")
    return name


def _other(name: str) -> str:
    if family(_mineral(name)) == RARE_EARTH:
        raise ValueError(f"{name} is a rare-earth mineral: say it under conversion")
    return name


RareEarthMineral = Annotated[str, AfterValidator(_rare_earth)]
"""A rare-earth mineral of `data.minerals()`: bastnaesite, monazite, xenotime, …"""
OtherMineral = Annotated[str, AfterValidator(_other)]
"""Any other mineral of `data.minerals()`: calcite, fluorite, hematite, …"""
MineralName = Annotated[str, AfterValidator(_mineral)]
"""Any mineral of `data.minerals()`."""
