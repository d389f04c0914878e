"""Which stages of a chain of plants a flowsheet can have, as far as its file shows without being solved."""

from __future__ import annotations

from functools import cache

from ..scenario import EXTRACTION, RECYCLING
from . import schema
from .diagnostics import FlowsheetError
from .merge import read_tree, shipped, with_likes
from .nodes import table

OF_SEPARATION = ("cracking", "separation", "heavy_separation")
"""Stages that a flowsheet can have where it has a unit that separates elements; which of them a solve shows."""


def stages(path_or_name: str) -> frozenset[str] | None:
    """The stages that a flowsheet may have; what is missing here it surely has not. None where nothing can be read.

    >>> sorted(stages("texas_magnets"))
    ['alloy', 'magnet', 'metal']
    """
    return _of_shipped(path_or_name) if path_or_name in shipped() else _of_file(path_or_name)


@cache
def _of_shipped(name: str) -> frozenset[str] | None:
    return _of_file(name)


def _of_file(path_or_name: str) -> frozenset[str] | None:
    try:
        root, _ = with_likes(read_tree(path_or_name).root, [])
    except FlowsheetError:
        return None
    registry, found = schema.shipped_registry(), set[str]()
    for unit in table(root, "units").values():
        name = unit.item("kind")
        kind = registry.get(name) if isinstance(name, str) else None
        if kind is None:
            return None  # what an unknown kind does nobody knows
        if kind.name in RECYCLING:
            found.add("recycling")
        elif kind.name in EXTRACTION:
            found.update(OF_SEPARATION)
        stage = unit.item("stage") or kind.stage
        if isinstance(stage, str) and stage not in ("", "separation"):
            found.add(stage)
    return frozenset(found)


@cache
def mines() -> tuple[str, ...]:
    """The shipped flowsheets that have a mine."""
    return those_with(["mine"])


def those_with(names: list[str]) -> tuple[str, ...]:
    """The shipped flowsheets that may have all of some stages."""
    return tuple(one for one in shipped() if set(names) <= (stages(one) or frozenset()))
