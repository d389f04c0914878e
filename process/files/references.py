"""What a file refers to: streams, deposits, regions, sources; and whether something enters every loop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..quantities import Value, suggestion
from .diagnostics import Diagnostic, Place
from .finance_schema import unknown_products
from .minerals import Minerals
from .nodes import Path, entries, outlet_names, scalars, table
from .phases import Phases
from .price_units import unfit_prices
from .reader import Node
from .schema import MAGNET, Known, asking_inlets, family_of, grade_of, inlet_names
from .untaken import untaken

if TYPE_CHECKING:
    from ..operations.base import Kind


_MOST_SUGGESTIONS = 100
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sintering": ("sintered NdFeB", "sintered NdFeB + GBD"),
        "smco5_sintering": ("SmCo5",),
        "sm2co17_sintering": ("Sm2Co17",),
        "nitride_compaction": (),
    }
)
"""The families of grades that the magnets of a kind of furnace may be held to."""
_LIKE_A_VALUE = re.compile(r"[ ]*[+\-−]?\.?[0-9][^()]*\([ ]*([A-Za-z][A-Za-z0-9_\-]*)[ ]*\)[ ]*")


@dataclass
class References:
    """Checks the references of one tree. It reads the tree, not the models, so it works beside other faults."""

    root: Node
    registry: Mapping[str, Kind]
    known: Known
    faults: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.units = table(self.root, "units")
        self.feeds = table(self.root, "feeds")
        self.products = table(self.root, "products")
        self.kinds: dict[str, Kind | None] = {}
        for name, unit in self.units.items():
            kind = table(unit).get("kind")
            self.kinds[name] = self.registry.get(kind.value) if kind and isinstance(kind.value, str) else None
        self.phases = Phases(self.units, self.feeds, self.kinds, self.registry)
        self._said: set[tuple[str, str]] = set()

    def check(self) -> None:
        """All checks, in the order of the file."""
        self._names()
        self._inlets()
        keys = (_child(self.root, "units") or self.root).keys
        self.faults += Minerals(self.units, self.feeds, self.kinds).unnamed(keys)
        for product, node in self.products.items():
            if isinstance(node.value, str) and (fault := self.stream_fault(node, feeds=False)):
                self._error(*fault, lead=f"product {product}: ")
        self._freight()
        self._targets()
        self.faults += unknown_products(self.root)
        self.faults += unfit_prices(self.root)

    def _freight(self) -> None:
        """What is carried is a stream, by one of its names."""
        node = _child(self.root, "freight")
        said: dict[str, str] = {}
        for name in table(node):
            assert node is not None
            place = node.keys[name]
            if fault := self.stream_fault(Node(name, place, (place.line, place.column)), products=True):
                self._error(*fault, lead="freight: ")
                continue
            product = self.products.get(name)
            stream = str(product.value) if product is not None else name
            if stream in said:
                self._error(place, f"freight: {name} is {said[stream]} again")
            said[stream] = name

    def _error(self, place: Place, message: str, hint: str = "", lead: str = "") -> None:
        if (str(place), message) not in self._said:  # a unit that is like another shares its faults
            self._said.add((str(place), message))
            self.faults.append(Diagnostic(place, lead + message, hint))

    def _names(self) -> None:
        keys = {group: node.keys for group in ("units", "feeds") if (node := _child(self.root, group))}
        for name in self.units:
            if name in self.feeds:
                related = ((keys["feeds"][name], "the feed"),)
                message = f"{name!r} is a unit and a feed; they share one set of names"
                self.faults.append(Diagnostic(keys["units"][name], message, related=related))
        self._one_of(_child(self.root, "region"), self.known.regions, "region")
        for node in table(self.root, "regions").values():
            self._one_of(node, self.known.regions, "region")
        for unit in self.units.values():
            self._one_of(table(unit).get("region"), self.known.regions, "region")
        for feed in self.feeds.values():
            self._one_of(table(feed).get("deposit"), self.known.deposits, "deposit")

    def _one_of(self, node: Node | None, names: Iterable[str], what: str) -> None:
        names = sorted(names)
        if node is None or not isinstance(node.value, str) or node.value in names:
            return
        hint = f"{what}s: {', '.join(names)}" if names else ""
        self._error(node.place, f"unknown {what} {node.value!r}{suggestion(node.value, names)}", hint)

    def inlets(self, name: str) -> Iterator[tuple[str, Node]]:
        """The inlets of a unit by key, with the node that names the stream."""
        kind = self.kinds[name]
        for key in inlet_names(kind) if kind else ():
            node = table(self.units[name]).get(key)
            if node is not None and isinstance(node.value, list):
                yield from ((f"{key}.{i}", item) for i, item in enumerate(node.value))
            elif node is not None:
                yield key, node

    def _inlets(self) -> None:
        import networkx

        graph: Any = networkx.DiGraph()
        graph.add_nodes_from(self.units)
        users: dict[str, tuple[str, Place]] = {}
        fed: set[str] = set()
        keys = (_child(self.root, "units") or self.root).keys
        for name, kind in self.kinds.items():
            if kind is None:
                fed.add(name)  # what an unknown kind takes is unknown too
                for key in ("feed", "feeds"):
                    node = table(self.units[name]).get(key)
                    for item in (*entries(node), *([node] if node else [])):
                        known = not isinstance(item.value, str) or item.value in self.units
                        if not known and (fault := self.stream_fault(item)):
                            self._error(*fault, lead=f"{name}: ")
                continue
            if any(self._lacks(name, key, kind) for key in inlet_names(kind)):
                fed.add(name)  # the schema says so
            asking = asking_inlets(kind)
            for inlet, node in self.inlets(name):
                stream = node.value
                if not isinstance(stream, str):
                    fed.add(name)
                    continue
                if fault := self.stream_fault(node):
                    self._error(*fault, lead=f"{name}: ")
                    fed.add(name)
                    continue
                if crossed := self.phases.crossed(name, kind, stream, inlet):
                    self._error(node.place, f"{name} {crossed[0]}", crossed[1])
                source = stream.split(".")[0]
                if stream in self.feeds:
                    fed.add(name)
                    if self._on_demand(stream) and inlet.split(".")[0] not in asking:
                        message = f"feed {stream} has no rate, and {name} does not say how much it takes"
                        self._error(node.place, message, "give the feed a rate, such as rate: 10_000 t/day")
                elif source == name:
                    self._error(node.place, f"{name} feeds itself with {stream}", "a recycle passes another unit")
                    fed.add(name)
                else:
                    graph.add_edge(source, name)
                if stream in users:
                    other, place = users[stream]
                    here = keys[name] if place == node.place else node.place
                    message = f"{stream} goes to {name}, but it already goes to {other}"
                    hint = "a splitter shares a stream out"
                    if self._on_demand(stream):
                        hint = "give each unit a feed of its own: one that has no rate follows what its unit asks for"
                    self.faults.append(Diagnostic(here, message, hint, related=((place, f"goes to {other} here"),)))
                users.setdefault(stream, (name, node.place))
        self._unfed(graph, fed, keys)
        feed_keys = (_child(self.root, "feeds") or self.root).keys
        for feed in self.feeds:
            if feed not in users and all(self.kinds.values()):
                self.warnings.append(Diagnostic(feed_keys[feed], f"no unit takes the feed {feed!r}", "", "warning"))

    def untaken(self) -> None:
        """Warns of outlets that nobody takes or names; of a file with faults that would only repeat them."""
        taken = {node.value for name in self.units for _, node in self.inlets(name) if isinstance(node.value, str)}
        sold = {node.value for node in self.products.values() if isinstance(node.value, str)}
        keys = (_child(self.root, "units") or self.root).keys
        self.warnings += untaken(self.units, self.kinds, keys, taken | sold)

    def _lacks(self, name: str, key: str, kind: Kind) -> bool:
        """Whether a unit leaves out an inlet that it must have."""
        node = table(self.units[name]).get(key)
        return kind.parameters.model_fields[key].is_required() and (node is None or node.value in (None, []))

    def _on_demand(self, feed: str) -> bool:
        """Whether a stream is a feed that gives as much as is asked for."""
        rate = table(self.feeds[feed]).get("rate") if feed in self.feeds else None
        return feed in self.feeds and (rate is None or rate.value is None)

    def _unfed(self, graph: Any, fed: set[str], keys: Mapping[str, Place]) -> None:
        """Loops and units that nothing ever enters; what lies behind them is not repeated."""
        import networkx

        reached, ahead = set(fed), list(fed)
        while ahead:
            new = set(graph.successors(ahead.pop())) - reached
            reached |= new
            ahead += new
        dry = graph.subgraph([name for name in self.units if name not in reached])
        for group in networkx.strongly_connected_components(dry):
            if any(before not in group for name in group for before in dry.predecessors(name)):
                continue
            names = [name for name in self.units if name in group]
            if len(names) > 1:
                message = f"nothing ever enters the loop of {', '.join(names)}"
                self._error(keys[names[0]], message, "a feed, or a stream that comes from one, must enter the loop")
            else:
                self._error(keys[names[0]], f"nothing enters {names[0]}", "give it a feed")

    def _near(self, word: str, names: Iterable[str]) -> str:
        """A suggestion, while there are few faults: the search is slow, and a thousandth one helps nobody."""
        return suggestion(word, names) if len(self.faults) < _MOST_SUGGESTIONS else ""

    def stream_fault(self, node: Node, feeds: bool = True, products: bool = False) -> tuple[Place, str, str] | None:
        """What is wrong with the name of a stream: place, message and hint."""
        name = str(node.value)
        if (feeds and name in self.feeds) or (products and name in self.products):
            return None
        unit, dot, outlet = name.partition(".")
        if unit in self.units:
            kind = self.kinds[unit]
            outlets = outlet_names(kind, self.units[unit]) if kind else []
            if kind is None or (dot and outlet in outlets):
                return None
            hint = f"outlets of {unit}: {', '.join(outlets)}"
            if not dot:
                return node.place, f"{name!r} is a unit; name its outlet", hint
            where = node.part(len(unit) + 1, max(len(outlet), 1))
            return where, f"{unit} has no outlet {outlet!r}{self._near(outlet, outlets)}", hint
        if dot and unit in self.feeds:
            return node.place, f"{unit!r} is a feed and has no outlets", f"write {unit}"
        if dot:
            return node.part(0, len(unit)), f"unknown unit {unit!r}{self._near(unit, self.units)}", ""
        options = [*(self.feeds if feeds else ()), *(self.products if products else ()), *self.units]
        return node.place, f"unknown stream {name!r}{self._near(name, options)}", "write unit.outlet"

    def _targets(self) -> None:
        stages = table(self.root, "capacity")
        for stage, plate in stages.items():
            node = table(plate).get("stream")
            if node and isinstance(node.value, str) and (fault := self.stream_fault(node, False, True)):
                self._error(*fault, lead=f"capacity.{stage}: ")
        for number, target in enumerate(entries(_child(self.root, "targets")), 1):
            keys, lead = table(target), f"target {number}: "
            for key, feeds in (("stream", False), ("from", True), ("to", False)):
                if (
                    (node := keys.get(key))
                    and isinstance(node.value, str)
                    and (fault := self.stream_fault(node, feeds, True))
                ):
                    self._error(*fault, lead=lead)
            self._grade(keys, lead)
            asked = keys.get("capacity")
            if asked and isinstance(asked.value, str) and asked.value not in stages:
                hint = f"give its nameplate under capacity: {{{asked.value}: {{stream: …, nameplate: …}}}}"
                self._error(asked.place, f"the stage {asked.value!r} has no capacity", hint, lead)
            if any(kind in keys for kind in ("purity", "recovery", "capacity")) and not (
                keys.keys() & {"at_least", "at_most"}
            ):
                self._error(target.place, "a target needs 'at_least' or 'at_most'", "such as at_least: 45 %", lead)

    def _grade(self, keys: Mapping[str, Node], lead: str) -> None:
        """A grade of magnets is asked of magnets, one of oxides of what is none."""
        node, stream = keys.get("grade"), keys.get("stream")
        if node is None or stream is None or not isinstance(node.value, str) or not isinstance(stream.value, str):
            return
        named = self.products.get(stream.value)
        name = named.value if named is not None and isinstance(named.value, str) else stream.value
        unit, _, outlet = name.partition(".")
        kind = self.kinds.get(unit)
        of = grade_of(node.value)
        if kind is None or not kind.stage or outlet not in kind.outlets or not of:
            return
        form = kind.outlets[outlet].form
        if (of == MAGNET) != (form == MAGNET):
            message = f"{node.value} is a grade of {of}s, and {name} is {'no' if of == MAGNET else 'a'} {MAGNET}"
            self._error(node.place, message, f"the form of {name} is {form}", lead)
        elif of == MAGNET and (made := self._made_by(unit)) and family_of(node.value) not in FAMILIES[made[1]]:
            message = f"{node.value} is a grade of {family_of(node.value)}, and {name} comes from {made[0]}"
            self._error(node.place, message, f"{made[0]} is of the kind {made[1]}", lead)

    def _made_by(self, unit: str) -> tuple[str, str] | None:
        """The furnace that magnets come from, found along the feeds, and its kind; None where none is found."""
        seen: set[str] = set()
        while unit in self.units and unit not in seen:
            seen.add(unit)
            kind = self.kinds[unit]
            if kind is not None and kind.name in FAMILIES:
                return unit, kind.name
            feed = table(self.units[unit]).get("feed")
            unit = feed.value.partition(".")[0] if feed is not None and isinstance(feed.value, str) else ""
        return None

    def sources(self, read: Mapping[str, Value], takes_value: Callable[[Path], bool], strict: bool) -> None:
        """Source keys of all values. `read` holds the values by their text; not every text like one is one."""
        own = table(self.root, "sources")
        keys = {*own, *self.known.sources}
        for path, node in scalars(self.root):
            value = None if path[:1] in ((), ("targets",)) else read.get(str(node.value).strip())
            if value is not None and not isinstance(node.value, bool) and takes_value(path):
                self._source(node, value, keys, strict)
        for name, kind in self.kinds.items():
            if kind is None:  # which of its texts are values is unknown; those that read like one are taken for one
                for path, node in scalars(self.units[name]):
                    found = _LIKE_A_VALUE.fullmatch(node.value) if isinstance(node.value, str) else None
                    if found and path != ("note",):
                        self._key(node, found[1], keys)

    def _source(self, node: Node, value: Value, keys: set[str], strict: bool) -> None:
        text = str(node.value)
        if value.source is not None and value.source not in keys:
            self._key(node, value.source, keys)
        elif strict and value.source is None:
            self._error(node.place, f"{text.strip()} has no source key", f"such as {text.strip()} (assumed)")
        elif strict and value.source == "assumed" and value.spread is None:
            self._error(node.place, "an assumed value needs a spread", "such as 75 % ± 5 % (assumed)")

    def _key(self, node: Node, source: str, keys: set[str]) -> None:
        """Holds the source key of a value to the known ones."""
        if source not in keys:
            near = self._near(source, keys)
            hint = "add it under sources, with what it stands for"
            where = node.part(str(node.value).rfind(source), len(source))
            self._error(where, f"unknown source key {source!r}{near}", "" if near else hint)


def _child(node: Node, key: str) -> Node | None:
    return node.value.get(key) if isinstance(node.value, dict) else None
