"""Outlets that nobody takes: what leaves the plant unnamed and is neither waste nor sold as a by-product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .diagnostics import Diagnostic, Place
from .nodes import outlet_names

if TYPE_CHECKING:
    from ..operations.base import Kind
    from .reader import Node


def untaken(
    units: Mapping[str, Node], kinds: Mapping[str, Kind | None], keys: Mapping[str, Place], named: set[str]
) -> Iterator[Diagnostic]:
    """A warning for each outlet that no unit takes and no product names, but wastes and by-products with a value.

    `named` are the streams that units take and products name, `keys` where the units stand. Where a unit's kind is
    unknown, so is what it takes, and nothing is said.
    """
    from ..data import is_by_product

    if not all(kinds.values()):
        return
    for unit, kind in kinds.items():
        outlets = kind.outlets_of(outlet_names(kind, units[unit])) if kind else {}
        for outlet, about in outlets.items():
            stream = f"{unit}.{outlet}"
            if stream in named or about.waste or is_by_product(about.form):
                continue
            message = f"{stream} leaves the plant: no unit takes it and no product names it"
            yield Diagnostic(keys[unit], message, "feed it on, or name it under products", "warning")
