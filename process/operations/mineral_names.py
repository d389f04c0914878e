"""Names of minerals as keys of a file: those of rare earths, and all others."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class EveryMineral:
    """Marks the keys of a table that must name every mineral of the unit's feed: of one family, or all.

    `asks` is what the table says of one and of several, `hint` ends the remedy; with the key `unless` given it may be
    short.
    """

    family: str = ""
    asks: tuple[str, str] = ("what becomes of it", "what becomes of them")
    hint: str = ""
    unless: str = ""

    def holds(self, name: str) -> bool:
        """Whether a mineral must be named."""
        return self.family in ("", family(name))


RareEarthMineral = Annotated[
    str, AfterValidator(_rare_earth), EveryMineral(RARE_EARTH, hint=", 0 % if it may stay in the residue")
]
"""A rare-earth mineral of `data.minerals()`: bastnaesite, monazite, xenotime, … Such a table names all of the feed."""
OtherMineral = Annotated[str, AfterValidator(_other)]
"""Any other mineral of `data.minerals()`: calcite, fluorite, hematite, …"""
MineralName = Annotated[str, AfterValidator(_mineral)]
"""Any mineral of `data.minerals()`."""
FloatedMineral = Annotated[
    str,
    AfterValidator(_mineral),
    EveryMineral(
        asks=("how it floats", "how they float"), hint=", or `others` for all that have none", unless="others"
    ),
]
"""Any mineral of `data.minerals()`, in a table that names all of the feed or leaves the rest to `others`."""
