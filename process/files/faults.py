"""Pydantic's errors as diagnostics at the key or value that caused them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..quantities import QuantityError, suggestion
from .annotations import alternatives, example, field_of, models, wants_value
from .diagnostics import Diagnostic, Place, Source
from .nodes import table
from .reader import Node

if TYPE_CHECKING:
    from ..operations.base import Kind

Path = tuple[str | int, ...]

_MOST = 300
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "list_type": "a list",
    "tuple_type": "a list",
}


class Inside(ValueError):
    """A fault of a mapping or list as a whole whose cause stands at `path` below it."""

    def __init__(self, message: str, path: Path, hint: str = "") -> None:
        super().__init__(message)
        self.path, self.hint = path, hint


def label(path: Path) -> str:
    """How a message calls a place in a file: `bake.acid`, `feeds.ore`, `target 2`."""
    if not path:
        return "the file"
    if path[0] == "units" and len(path) > 1:
        path = path[1:]
    if path[0] == "targets" and len(path) > 1 and isinstance(path[1], int):
        path = (f"target {path[1] + 1}", *path[2:])
    return ".".join(item for item in path if isinstance(item, str))


def kind_of(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return str(node.value).lower()
    if isinstance(node.value, int | float):
        return f"the number {_cut(node.raw or '…')}"
    return f"the text {_short(node.value)}"


def _short(text: object) -> str:
    return repr(_cut(str(text)))


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


@dataclass
class Found:
    """One pydantic error at its place in the tree. `rest` is what of its location the tree does not hold."""

    path: Path
    node: Node
    key: Place
    rest: Path
    on_key: bool
    error: Any


@dataclass
class Faults:
    """Turns the errors of one validation into diagnostics.

    `kinds` names, by group, what the key `kind` of an entry may be; of units the registry says it.
    """

    root: Node
    model: type[BaseModel]
    registry: Mapping[str, Kind]
    quiet: set[str] = field(default_factory=set)
    kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def _known_kinds(self, path: Path) -> Sequence[str]:
        """The kinds that an entry may be of; none where the path is no entry of a group with kinds."""
        if len(path) != 2:
            return ()
        return sorted(self.registry) if path[0] == "units" else self.kinds.get(str(path[0]), ())

    def diagnostics(self, error: ValidationError) -> list[Diagnostic]:
        """One diagnostic per fault; alternatives of a union count as one."""
        found = [self._find(item) for item in error.errors(include_url=False)[:_MOST]]
        misspelt = {
            (item.path[:-1], near)
            for item in found
            if item.error["type"] == "extra_forbidden" and (near := self._nearest(item))
        }
        groups: dict[tuple[Path, Path, bool], list[Found]] = {}
        for item in found:
            if item.node.lacks and item.error["type"] == "value_error" and not item.on_key:
                continue  # the reader said what is wrong with its keys
            name = item.rest[-1:] if item.error["type"] == "missing" else ()
            if name and (item.path, name[0]) in misspelt:
                continue
            if (name or item.error["type"] == "union_tag_not_found") and self._is_quiet(item):
                continue
            if self._is_repeated(item):
                continue
            groups.setdefault((item.path, name, item.on_key), []).append(item)
        paths = {path for path, _, _ in groups}
        out = []
        seen: set[tuple[object, ...]] = set()
        for (path, _, _), items in groups.items():
            deeper = any(len(other) > len(path) and other[: len(path)] == path for other in paths)
            if deeper and isinstance(items[0].node.value, dict | list) and all(_is_type_error(i) for i in items):
                continue  # a union: the alternative that got further says more
            item = _most_telling(items)
            fault = self._diagnostic(item)
            same = (str(fault.place), item.error["type"], item.rest, item.error["msg"])
            if same not in seen:  # a unit that is like another shares its faults
                seen.add(same)
                out.append(fault)
        return out

    def empty(self, source: Source, likes: Collection[str], faults: Sequence[Diagnostic]) -> list[Diagnostic]:
        """Keys of a text that have no value, where null has nothing to remove and `faults` do not say so already."""
        said = {(fault.place.source, fault.place.line, fault.place.column) for fault in faults}
        out = []
        for path, key in islice(_empty(self.root, ()), _MOST):
            removes = len(path) > 2 and path[0] == "units" and path[1] in likes
            if key.source is not source or removes or (key.source, key.line, key.column) in said:
                continue
            if self._annotations(path):
                such_as = self._such_as(path)
                hint = f"give one, {such_as}, or leave the key out" if such_as else "give one, or leave the key out"
                out.append(Diagnostic(key, f"{label(path)} has no value", hint))
        return out

    def _is_quiet(self, item: Found) -> bool:
        return len(item.path) == 2 and item.path[0] == "units" and item.path[1] in self.quiet

    def _find(self, error: Any) -> Found:
        path, node, key = list[str | int](), self.root, self.root.place
        rest, on_key, tag_seen = list[str | int](), False, False
        for item in error["loc"]:
            if not tag_seen and self._known_kinds(tuple(path)) and node.item("kind") == item:
                tag_seen = True
            elif not rest and isinstance(node.value, dict) and item in node.value:
                key, node = node.keys[item], node.value[item]
                path.append(item)
            elif not rest and isinstance(node.value, list) and isinstance(item, int) and item < len(node.value):
                node = node.value[item]
                key = node.place
                path.append(item)
            elif item == "[key]":
                on_key = True
            elif rest:
                rest.append(item)
            elif self._is_tag(item, error):
                continue
            else:
                rest.append(item)
        return Found(tuple(path), node, key, tuple(rest), on_key, error)

    def _is_tag(self, item: str | int, error: Any) -> bool:
        """Whether a step of a location is pydantic's name for an alternative rather than a key."""
        last = item == error["loc"][-1]
        return not (error["type"] == "missing" and last)

    def _diagnostic(self, item: Found) -> Diagnostic:
        error, name = item.error, label(item.path)
        kind, context = error["type"], error.get("ctx", {})
        place = item.key if item.on_key else item.node.place
        if kind == "missing":
            return self._missing(item)
        if kind == "extra_forbidden":
            parent = label(item.path[:-1])
            if rival := self._rival(item):
                message = f"{parent} gives {rival} and {item.path[-1]}, which do not go together"
                hint = "a feed is a deposit, or minerals with their distribution, or a material: give one of them"
                return Diagnostic(item.key, message, hint)
            near = self._nearest(item)
            known = [] if near else self._keys(item.path[:-1])
            tail = f"; did you mean {near!r}?" if near else ""
            hint = f"known keys: {', '.join(known)}" if known else ""
            if item.node.value is None and str(item.path[-1])[:1].isdigit():
                hint = "a comma ends a value; write 10_000 for thousands"
            return Diagnostic(item.key, f"unknown key {str(item.path[-1])!r} in {parent}{tail}", hint)
        if kind in ("union_tag_invalid", "union_tag_not_found"):
            return self._untagged(item)
        if item.on_key and kind == "string_pattern_mismatch":
            message = f"{_short(item.path[-1])} is not a name"
            letters = "letters, digits, _ and -" if item.path[0] == "sources" else "lower-case letters, digits and _"
            return Diagnostic(place, message, f"names have {letters}, and start with a letter")
        if item.node.value is None and not item.on_key:
            return Diagnostic(item.key, f"{name} has no value", self._such_as(item.path))
        if kind == "value_error":
            fault = context.get("error")
            if isinstance(fault, QuantityError) and item.on_key:
                return Diagnostic(place, f"{label(item.path[:-1])}: {fault.message}", fault.hint)
            if isinstance(fault, QuantityError):
                where = item.node.part(fault.offset, fault.length)
                got = "" if not isinstance(item.node.value, dict | list | bool) else f", not {kind_of(item.node)}"
                return Diagnostic(where, f"{name}: {fault.message}{got}", fault.hint)
            if isinstance(fault, Inside):
                return Diagnostic(_below(item.node, fault.path).place, f"{name}: {fault}", fault.hint)
            if len(item.path) == 2 and item.path[0] == "units":
                place = item.key  # the unit as a whole, not its first key
            if "add up" in str(fault) and (change := _change_inside(item.node)):
                message = f"with this change {name}: {fault}"
                shares = f"{{{', '.join(f'{key}: …' for key in table(item.node))}}}"
                hint = f"change the others with it, or all at once: --set '{name.removeprefix('feeds.')}={shares}'"
                return Diagnostic(change, message, hint, related=((item.node.place, "the shares of the file"),))
            return Diagnostic(place, f"{label(item.path[:-1]) if item.on_key else name}: {fault or error['msg']}")
        if kind in ("literal_error", "enum"):
            wanted = str(context.get("expected", "another value"))
            words = [word for word in wanted.replace(" or ", ", ").split(", ") if word]
            near = suggestion(str(item.path[-1] if item.on_key else item.node.value), [w.strip("'") for w in words])
            got = _short(item.path[-1]) if item.on_key else kind_of(item.node)
            return Diagnostic(place, f"{name} must be {wanted}, not {got}{near}")
        if kind in _WANTED:
            return Diagnostic(
                place, f"{name} must be {_WANTED[kind]}, not {kind_of(item.node)}", self._such_as(item.path)
            )
        if kind == "too_short":
            return Diagnostic(place, f"{name} is empty", self._such_as(item.path))
        for limit, bound in (("ge", "at least"), ("le", "at most"), ("gt", "above"), ("lt", "below")):
            if limit in context:
                return Diagnostic(place, f"{name} must be {bound} {context[limit]}, not {kind_of(item.node)}")
        if kind == "int_parsing_size":
            return Diagnostic(
                place, f"{name}: {_cut(item.node.raw or '')} is too large a number", self._such_as(item.path)
            )
        if kind == "string_too_long":
            text = item.path[-1] if item.on_key else item.node.value
            what = f"the name {_short(text)} in {label(item.path[:-1])}" if item.on_key else name
            return Diagnostic(place, f"{what} has {len(str(text))} letters; at most {context['max_length']}")
        if kind == "string_pattern_mismatch":
            return Diagnostic(place, f"{name} cannot be {_short(item.node.value)}", self._such_as(item.path))
        message = str(error["msg"]).replace("Input should be", "must be").replace("Value error, ", "")
        return Diagnostic(place, f"{name}: {message[:1].lower()}{message[1:]}")

    def _missing(self, item: Found) -> Diagnostic:
        name = str(item.rest[-1])
        return Diagnostic(item.key, f"{label(item.path)} needs the key {name!r}", self._such_as((*item.path, name)))

    def _untagged(self, item: Found) -> Diagnostic:
        name, node = label(item.path), item.node
        if not isinstance(node.value, dict):
            return Diagnostic(node.place, f"{name} must be a mapping of keys, not {kind_of(node)}")
        if item.path[:1] == ("feeds",):
            if found := [key for key in _OF_MINERALS if key in node.value]:
                message = f"{name} gives {found[0]}, and needs the key 'minerals'"
                return Diagnostic(node.keys[found[0]], message, self._such_as((*item.path, "minerals")))
            hint = (
                "such as {deposit: bayan_obo, rate: 10_000 t/day}, {minerals: {…}, distribution: {…}} or "
                "{material: {Dy: 99 %, Fe: 1 %}}"
            )
            return Diagnostic(item.key, f"{name} needs the key 'deposit', 'minerals' or 'material'", hint)
        if item.path[:1] == ("targets",):
            hint = "such as {recovery: Nd, from: ore, to: magnet, at_least: 45 %}"
            kinds = "'purity', 'impurity', 'grade', 'recovery' or 'capacity'"
            return Diagnostic(node.place, f"{name} needs the key {kinds}", hint)
        known = self._known_kinds(item.path)
        hint = f"kinds: {', '.join(known)}"
        if "kind" not in node.value:
            return Diagnostic(item.key, f"{name} needs the key 'kind'", hint)
        given = node.value["kind"]
        if not isinstance(given.value, str):
            return Diagnostic(given.place, f"{name}.kind must be text, not {kind_of(given)}", hint)
        near = suggestion(given.value, known)
        return Diagnostic(given.place, f"unknown kind {_short(given.value)} of {name}{near}", hint)

    def _nearest(self, item: Found) -> str:
        keys = [key for key in self._keys(item.path[:-1]) if key != item.path[-1]]
        near = suggestion(str(item.path[-1]), keys)
        return near.split("'")[1] if near else ""

    def _rival(self, item: Found) -> str:
        """The key of a feed that a refused one does not go with, such as `deposit` beside `minerals`; or ""."""
        path = item.path
        if item.error["type"] != "extra_forbidden" or len(path) != 3 or path[0] != "feeds":
            return ""
        given = [key for key in _FEEDS if key in table(self._node(path[:-1])) and key != path[-1]]
        return given[0] if given and path[-1] in (*_FEEDS, *_OF_MINERALS) else ""

    def _is_repeated(self, item: Found) -> bool:
        """Whether a feed with two of its kinds' keys says what is wrong with this one already."""
        both = set(_FEEDS[:2]) <= table(self._node(item.path[:-1])).keys()
        return both and item.path[-1] in _OF_MINERALS and bool(self._rival(item))

    def _keys(self, path: Path) -> list[str]:
        """The keys that may stand in a mapping."""
        out: list[str] = []
        for model in models(self._annotations(path), self._node(path)):
            out += [info.alias or name for name, info in model.model_fields.items()]
        return [*dict.fromkeys(out), *(["like"] if path[:1] == ("units",) and len(path) == 2 else [])]

    def _node(self, path: Path) -> Node:
        node = self.root
        for step in path:
            inner: Any = node.value
            node = inner[step]
        return node

    def _annotations(self, path: Path) -> list[Any]:
        """What may stand at a path, as the models say it."""
        at: list[Any] = [self.model]
        for i, step in enumerate(path):
            known = models(at, self._node(path[:i]))
            new = [field_of(model, str(step)) for model in known]
            for item in (part for one in at for part in alternatives(one)):
                arguments = get_args(item)
                if get_origin(item) is dict and len(arguments) == 2:
                    new.append(arguments[1])
                elif get_origin(item) in (list, tuple) and arguments and isinstance(step, int):
                    new.append(arguments[0])
            at = [item for item in new if item is not None]
        return at

    def takes_value(self, path: Path) -> bool:
        """Whether a value with unit, spread and source may stand at a path."""
        return any(wants_value(item) for item in self._annotations(path))

    def _such_as(self, path: Path) -> str:
        for item in self._annotations(path):
            if text := example(item):
                return f"such as {path[-1]}: {text}" if path and isinstance(path[-1], str) else f"such as {text}"
        return ""


def _empty(node: Node, path: Path) -> Iterator[tuple[Path, Place]]:
    """Every key under a node that has no value."""
    if isinstance(node.value, dict):
        for name, item in node.value.items():
            if item.value is None:
                yield (*path, name), node.keys[name]
            else:
                yield from _empty(item, (*path, name))
    elif isinstance(node.value, list):
        for i, item in enumerate(node.value):
            yield from _empty(item, (*path, i))


_FEEDS = ("deposit", "minerals", "material")
_OF_MINERALS = ("distribution", "thorium", "uranium")


def _below(node: Node, path: Path) -> Node:
    """The node at a path below another, or as far down as the tree has one."""
    for step in path:
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            break
    return node


def _change_inside(node: Node) -> Place | None:
    """The place of a change from outside within a mapping of the file."""
    if not isinstance(node.value, dict) or node.place.source.aside:
        return None
    return next((item.place for item in node.value.values() if item.place.source.aside), None)


def _is_type_error(item: Found) -> bool:
    kind = item.error["type"]
    fault = item.error.get("ctx", {}).get("error")
    return kind in _WANTED or kind == "literal_error" or (isinstance(fault, QuantityError) and fault.length == 0)


def _most_telling(items: Sequence[Found]) -> Found:
    scalar = not isinstance(items[0].node.value, dict | list)

    def rank(item: Found) -> int:
        quantity = isinstance(item.error.get("ctx", {}).get("error"), QuantityError)
        return 0 if quantity and scalar else 2 if _is_type_error(item) else 1

    return min(items, key=rank)
