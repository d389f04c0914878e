"""Which values of a scenario are assumptions, and how far each may lie from what the file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ..data import sources
from ..plan import Position
from ..quantities import Value
from ..scenario import Scenario, Series

LEFT = ("position", "places", "sources")
"""Fields that hold no values."""


@dataclass(frozen=True, slots=True)
class AssumedValue:
    """A value of the file that rests on an assumption: number and range in `unit`, as written in `text`.

    `paths` is how many keys of the file say the same in other places, the first of them `path`.
    """

    path: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    text: str
    paths: int = 1


def values(scenario: Scenario) -> Iterator[tuple[str, Value]]:
    """Every value of a scenario with its path, in the order of the file's parts."""
    for one in fields(scenario):
        if one.name not in LEFT:
            yield from _values(one.name, getattr(scenario, one.name))


def _values(path: str, found: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(found, Value):
        yield path, found
    elif isinstance(found, Series):
        for year, value in found.points.items():
            yield f"{path}.{year}" if len(found.points) > 1 else path, value
    elif isinstance(found, Mapping):
        for key, inner in found.items():
            name = "Q".join(str(part) for part in key) if isinstance(key, tuple) else str(key)
            yield from _values(f"{path}.{name}", inner)
    elif isinstance(found, tuple):
        for i, inner in enumerate(found):
            yield from _values(_named(path, inner, i), inner)
    elif is_dataclass(found) and not isinstance(found, Position):
        for one in fields(found):
            if one.name not in LEFT:
                yield from _values(f"{path}.{one.name}", getattr(found, one.name))


def _named(path: str, inner: Any, at: int) -> str:
    """The path of a part of a list: of a demand by region and use, of a substitute by its magnet, else by number."""
    if hasattr(inner, "use") and hasattr(inner, "region"):
        return f"{path}.{inner.region}.{inner.use}"
    if hasattr(inner, "magnet"):
        return f"{path}.{inner.magnet}"
    return f"{path}[{at}]"


def is_assumed(value: Value) -> bool:
    """Whether a value has no source, or one that counts as an assumption.

    >>> is_assumed(Value(1.0, source="assumed")), is_assumed(Value(1.0, source="nre2024")), is_assumed(Value(1.0))
    (True, False, True)
    """
    known = sources()
    return value.source is None or (value.source in known and known[value.source].assumed)


def assumed(scenario: Scenario) -> tuple[AssumedValue, ...]:
    """The assumed values of a scenario; what several keys say in the same words stands once.

    A ramp or a slip that many plants share is written once in the file and counts as one.
    """
    out: dict[tuple[str, str], AssumedValue] = {}
    for path, value in values(scenario):
        if not is_assumed(value):
            continue
        low, high = value.range()
        key = (path.rpartition(".")[2], value.text or path)
        before = out.get(key)
        first, count = (before.path, before.paths + 1) if before else (path, 1)
        out[key] = AssumedValue(
            first, value.nominal, low, high, value.unit, value.source or "", value.text or str(value), count
        )
    return tuple(out.values())


def counts(scenario: Scenario) -> tuple[int, int]:
    """How many values of a scenario rest on an assumption, and how many there are."""
    every = [value for _, value in values(scenario)]
    return sum(is_assumed(value) for value in every), len(every)
