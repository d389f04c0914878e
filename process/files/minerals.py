"""Ores followed through a file: units that must name every mineral of their feed, and do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, get_args, get_origin

from ..quantities import In, QuantityError
from .annotations import alternatives
from .diagnostics import Diagnostic, Place
from .nodes import entries, outlet_names, table

if TYPE_CHECKING:
    from ..operations.base import Kind
    from ..operations.mineral_names import EveryMineral
    from .reader import Node


GRADE = In("1", basis=("REO", "TREO"))


class Minerals:
    """The minerals of every stream of a tree that hands an ore on, as far as it is sure to hold them."""

    def __init__(self, units: Mapping[str, Node], feeds: Mapping[str, Node], kinds: Mapping[str, Kind | None]) -> None:
        self._units, self._feeds, self._kinds = units, feeds, kinds

    def unnamed(self, keys: Mapping[str, Place]) -> Iterator[Diagnostic]:
        """A fault for each table by mineral that lacks minerals of its unit's feed; `keys`: where the units stand."""
        for name, kind in self._kinds.items():
            feed = table(self._units[name]).get("feed")
            if kind is None or feed is None or not isinstance(feed.value, str):
                continue
            for key, every in _tables(kind):
                held = [one for one in self._held(feed.value, frozenset()) if every.holds(one)]
                lacking = [one for one in held if one not in self._named(name, kind, key)]
                if not lacking or (every.unless and self._says(name, every.unless)):
                    continue
                node = self._units[name]
                place = node.keys[key] if key in table(node) else keys[name]
                says = every.asks[len(lacking) > 1]
                message = f"{name}: its feed holds {_listed(lacking)}, and no {key} says {says}"
                yield Diagnostic(place, message, f"add {', '.join(f'{key}.{one}' for one in lacking)}{every.hint}")

    def _says(self, name: str, key: str) -> bool:
        node = table(self._units[name]).get(key)
        return node is not None and node.value is not None

    def _named(self, name: str, kind: Kind, key: str) -> set[str]:
        """The minerals under a key of a unit, or those of its standard where the unit does not say."""
        given = table(self._units[name])
        if key in given:
            return set(table(given[key]))
        standard = kind.parameters.model_fields[key].get_default(call_default_factory=True)
        return set(standard) if isinstance(standard, Mapping) else set()

    def _held(self, stream: str, seen: frozenset[str]) -> tuple[str, ...]:
        """The minerals that a stream holds for sure, none where it may be empty or is not followed."""
        if stream in self._feeds:
            return _of_feed(table(self._feeds[stream]))
        name, _, outlet = stream.partition(".")
        kind = self._kinds.get(name)
        if kind is None or name in seen or outlet not in outlet_names(kind, self._units[name]):
            return ()
        unit = table(self._units[name])
        parts = kind.outlets_of(outlet_names(kind, self._units[name]))[outlet].parts
        if parts is None or _all_or_nothing(unit.get("share")):
            return ()
        key = unit.get(parts)
        taken = [one.value for one in (entries(key) or [key] if key else [])]
        held = {self._held(one, seen | {name}) for one in taken if isinstance(one, str)}
        whole = held.pop() if len(held) == 1 else ()  # a mixer keeps the rows that all of its feeds have
        if any(_all_or_nothing(node) for node in _shares_at_large(unit)):
            return ()
        bound = {one for inner in unit.values() for one, node in table(inner).items() if _all_or_nothing(node)}
        return tuple(one for one in whole if one not in bound)


def _shares_at_large(unit: Mapping[str, Node]) -> Iterator[Node]:
    """The values of a unit that speak of families, groups or all minerals, not of one by its name."""
    from ..data import minerals

    for key, node in unit.items():
        if not isinstance(node.value, dict):
            yield node
        elif key not in ("reagents",):
            yield from (inner for name, inner in table(node).items() if name not in minerals())


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _of_feed(feed: Mapping[str, Node]) -> tuple[str, ...]:
    from ..data import deposits
    from ..feeds import ore_parts

    if _nominal(feed.get("rate"), In("kg/h", yearly=True)) == 0.0 or _nominal(feed.get("grade"), GRADE) == 0.0:
        return ()
    deposit = feed["deposit"].value if "deposit" in feed else None
    if isinstance(deposit, str):
        return ore_parts(deposit) if deposit in deposits() else ()
    return tuple(one for one, share in table(feed.get("minerals")).items() if _nominal(share, In("1")))


def _nominal(node: Node | None, wanted: In) -> float | None:
    try:
        return None if node is None else wanted.parse(node.value).nominal
    except QuantityError:
        return None


def _all_or_nothing(node: Node | None) -> bool:
    """Whether a share or a rate of floating sends nothing, or everything, one way."""
    return _nominal(node, In("1")) in (0.0, 1.0) or _nominal(node, In("1/min")) == 0.0


def _tables(kind: Kind) -> Iterator[tuple[str, EveryMineral]]:
    """The keys of a kind that are tables of every mineral of its feed."""
    from ..operations.mineral_names import EveryMineral

    for key, info in kind.parameters.model_fields.items():
        for one in alternatives(info):
            notes: tuple[Any, ...] = getattr(get_args(one)[0], "__metadata__", ()) if get_origin(one) is dict else ()
            yield from ((key, note) for note in notes if isinstance(note, EveryMineral))
