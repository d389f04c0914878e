"""Which assumptions of the magnet data a result rests on: powder, furnace, diffusion, properties, other families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ..data.facts import Fact, Row, fact, rows
from ..elements import RARE_EARTHS
from ..flowsheet import Result

SINTERED = frozenset({"sintering"})
COBALT = frozenset({"smco5_sintering", "sm2co17_sintering"})
POWDERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "hydrogen": frozenset({"hydrogen_decrepitation"}),
        "milling": frozenset({"jet_milling"}),
        "pressing": frozenset({"pressing"}),
    }
)
"""Kinds of units that use the rows of a step in powder.csv."""
TABLES: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "powder": ("powder", frozenset().union(*POWDERS.values())),
        "sintering": ("sintering", SINTERED),
        "magnet_phases": ("phases of magnets", SINTERED),
        "intrinsic": ("hard phase", SINTERED),
        "magnet_model": ("properties of magnets", SINTERED),
        "diffusion": ("grain-boundary diffusion", frozenset({"grain_boundary_diffusion"})),
        "smco": ("samarium-cobalt", COBALT),
        "nitride": ("iron nitride", frozenset({"iron_nitriding", "nitride_compaction"})),
    }
)
"""What a table of the data speaks of, and the kinds of units whose results rest on it."""
KEYS = ("family", "step", "phase", "compound", "item", "formula", "quantity", "parameter", "key")
"""The columns that together name a row."""


def magnet_facts(result: Result) -> Iterator[tuple[str, str, Fact]]:
    """What, which and the number: every assumption of the tables that the units of a result use."""
    kinds = {unit.kind.name for unit in result.plan.units.values()}
    present = _rare_earths(result)
    for table, (what, users) in TABLES.items():
        if not kinds & users:
            continue
        for row in rows(table):
            if _speaks_of(row, kinds, present) and (found := fact(row)).assumed:
                yield what, " ".join(row[key] for key in KEYS if row.get(key)).replace("_", " "), found


def _speaks_of(row: Row, kinds: set[str], present: set[str]) -> bool:
    """Whether a row is of a kind that is used and of a rare earth that is there."""
    if "step" in row and not kinds & POWDERS.get(row["step"], kinds):
        return False
    named = row.get("compound") or row.get("formula", "")[:2]
    return named not in RARE_EARTHS or named in present


def _rare_earths(result: Result) -> set[str]:
    held = [stream.elements[0] for stream in result.streams.values() if stream.form == "magnet"]
    return {name for i, name in enumerate(RARE_EARTHS) if any(flow[i] > 0.0 for flow in held)}
