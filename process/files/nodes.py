"""Ways through the tree of a flowsheet file: tables, lists, scalars, and the outlets that a unit names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .reader import Node

if TYPE_CHECKING:
    from ..operations.base import Kind
    from ..plan import Position

Path = tuple[str | int, ...]


def table(node: Node | None, *keys: str) -> dict[str, Node]:
    """The mapping at a path of keys, or an empty one."""
    for key in keys:
        node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
    return node.value if node is not None and isinstance(node.value, dict) else {}


def entries(node: Node | None) -> list[Node]:
    """The entries of a list node, or none."""
    return node.value if node is not None and isinstance(node.value, list) else []


def scalars(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every scalar under a node with its path."""
    if isinstance(node.value, dict):
        for name, item in node.value.items():
            yield from scalars(item, (*path, name))
    elif isinstance(node.value, list):
        for i, item in enumerate(node.value):
            yield from scalars(item, (*path, i))
    else:
        yield path, node


def outlet_names(kind: Kind, unit: Node) -> list[str]:
    """What leaves a unit of this kind, by name, read from the tree."""
    return list(kind.outlets_of(table(table(unit).get(kind.named_outlets))))


def places_of(node: Node, path: str = "") -> dict[str, Position]:
    """Where every key below a node stands, by its path."""
    out: dict[str, Position] = {}
    if isinstance(node.value, dict):
        for key, inner in node.value.items():
            out[f"{path}{key}"] = node.keys[key].position
            out.update(places_of(inner, f"{path}{key}."))
    elif isinstance(node.value, list):
        for i, inner in enumerate(node.value):
            out[f"{path}{i}"] = inner.place.position
            out.update(places_of(inner, f"{path}{i}."))
    return out
