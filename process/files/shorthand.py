"""Short forms of a file written out: a unit that has one outlet may stand for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from .nodes import outlet_names, table
from .reader import Node
from .schema import inlet_names

if TYPE_CHECKING:
    from ..operations.base import Kind


def with_outlets(root: Node, registry: Mapping[str, Kind]) -> Node:
    """The tree with `mixer` written `mixer.mixed` where a unit takes a stream, or a product or freight names one."""
    kinds: dict[str, Kind] = {}
    units = table(root, "units")
    for name, unit in units.items():
        kind = table(unit).get("kind")
        if kind is not None and isinstance(kind.value, str) and kind.value in registry:
            kinds[name] = registry[kind.value]
    outlets = {name: outlet_names(kind, units[name]) for name, kind in kinds.items()}
    only = {name: f"{name}.{names[0]}" for name, names in outlets.items() if len(names) == 1}

    def full(node: Node) -> Node:
        if isinstance(node.value, list):
            return replace(node, value=[full(item) for item in node.value])
        if isinstance(node.value, str) and node.value in only:
            return replace(node, value=only[node.value])
        return node

    def inside(node: Node, keys: Mapping[str, object]) -> Node:
        if not isinstance(node.value, dict):
            return node
        return replace(node, value={key: full(item) if key in keys else item for key, item in node.value.items()})

    if not isinstance(root.value, dict):
        return root
    value = dict(root.value)
    if "units" in value and isinstance(value["units"].value, dict):
        written = {
            name: inside(unit, dict.fromkeys(inlet_names(kinds[name]))) if name in kinds else unit
            for name, unit in value["units"].value.items()
        }
        value["units"] = replace(value["units"], value=written)
    if "products" in value:
        value["products"] = inside(value["products"], table(value["products"]))
    if "freight" in value and isinstance(value["freight"].value, dict):
        value["freight"] = _renamed(value["freight"], only)
    return replace(root, value=value)


def _renamed(node: Node, only: Mapping[str, str]) -> Node:
    """A mapping by stream with its keys written out."""
    names = {name: only.get(name, name) for name in table(node)}
    keys = {names.get(name, name): place for name, place in node.keys.items()}
    return replace(node, value={names[name]: item for name, item in table(node).items()}, keys=keys)
