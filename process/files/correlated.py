"""Groups of values that vary as one: the key `correlated` of a flowsheet file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..plan import Correlated, CorrelatedPath
from ..quantities import Value, suggestion
from .diagnostics import Diagnostic, Place
from .nodes import entries, table
from .reader import Node

DATA = "data."
"""What the path of a figure of the data begins with; whether there is such a figure shows when the costs are made."""
AGAINST = "-"
"""Before a path that moves against its group."""
_WRITE = "write unit.key, feeds.name.key, prices.item, or data.… for a figure of the data"
_PRICED = "the file does not price it; a region's own price is data.price.REGION.ITEM"
_SPREAD = "give it one, such as 75 % ± 5 % or 0.75 from 0.70 to 0.80"


def split(text: str) -> tuple[str, bool]:
    """The path of an entry, and whether it moves against its group.

    >>> split("leach.acid"), split("- leach.acid")
    (('leach.acid', False), ('leach.acid', True))
    """
    return text.removeprefix(AGAINST).strip(), text.startswith(AGAINST)


def groups(root: Node) -> tuple[Correlated, ...]:
    """The groups of a checked file."""
    node = root.value.get("correlated") if isinstance(root.value, dict) else None
    out = []
    for name, listed in table(root, "correlated").items():
        assert node is not None
        members = (CorrelatedPath(*split(str(entry.value)), entry.place.position) for entry in entries(listed))
        out.append(Correlated(name, tuple(members), node.keys[name].position))
    return tuple(out)


def faults(root: Node, values: Mapping[str, Value]) -> Iterator[Diagnostic]:
    """What is wrong with the groups of a file: paths without a value or a spread, or that stand twice."""
    node = root.value.get("correlated") if isinstance(root.value, dict) else None
    seen: dict[str, tuple[str, Place]] = {}
    for name, listed in table(root, "correlated").items():
        assert node is not None
        lead = f"correlated.{name}: "
        members = [entry for entry in entries(listed) if isinstance(entry.value, str)]
        if len(entries(listed)) == 1:
            hint = "name what it moves with, or leave the group out"
            yield Diagnostic(node.keys[name], f"{lead}one value is no group", hint)
        for entry in members:
            path, _ = split(str(entry.value))
            if not path:
                continue  # the schema says so
            if path in seen:
                group, place = seen[path]
                where = "in this group already" if group == name else f"in the group {group} already"
                yield Diagnostic(
                    entry.place, f"{lead}{path} is {where}", "a value moves with one group", related=((place, "here"),)
                )
                continue
            seen[path] = name, entry.place
            if path.startswith(DATA):
                continue
            if path not in values:
                priced = path.startswith("prices.")
                near = "" if priced else suggestion(path, values)
                yield Diagnostic(
                    entry.place,
                    f"{lead}there is no value {path[:80]!r}{near}",
                    _PRICED if priced else "" if near else _WRITE,
                )
            elif values[path].spread is None:
                yield Diagnostic(entry.place, f"{lead}{path} has no spread, so it cannot vary", _SPREAD)
