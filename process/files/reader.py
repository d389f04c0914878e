"""Text to a tree of located nodes.

The tree is built from libyaml's events in a loop, never by a YAML constructor, so that text cannot become an object,
nesting cannot exhaust the stack and aliases are counted before they are expanded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from .diagnostics import Diagnostic, FlowsheetError, Place, Source
from .scalars import Scalar, resolve

LARGEST_FILE = 1 << 20
LARGEST_TREE = 20_000
DEEPEST = 50

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_YEAR = re.compile("[12][0-9]{3}")  # the one number that is a name: {2024: 3 t}
_HALF = re.compile(r"""(?:^|:[ ]|-[ ])[ ]*([\[{"'])""")  # a value that ends before its text does
_CORE_TAGS: dict[str, Any] = {"int": int, "float": float, "bool": bool, "null": type(None)}


@dataclass(slots=True)
class Node:
    """A value of a file and where it stands. Aliases share one node. `lacks` marks a mapping that lost an entry."""

    value: Scalar | dict[str, Node] | list[Node]
    place: Place
    end: tuple[int, int]
    raw: str | None = None
    size: int = 1
    keys: dict[str, Place] = field(default_factory=dict)
    lacks: bool = False

    def data(self) -> Any:
        """The value without positions; a number that is none (`1e400`, `.nan`) as it is written."""
        if isinstance(self.value, dict):
            return {name: node.data() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.data() for node in self.value]
        if isinstance(self.value, float) and not math.isfinite(self.value):
            return self.raw
        return self.value

    def item(self, key: str) -> Any:
        """The plain value of a key of this mapping; None where there is none."""
        inner = self.value.get(key) if isinstance(self.value, dict) else None
        return None if inner is None else inner.value

    def part(self, offset: int, length: int) -> Place:
        """A part of this scalar, if it stands in the file letter by letter on one line; else all of it."""
        place, text = self.place, self.value
        if not isinstance(text, str) or length <= 0:
            return place
        line = place.source.line(place.line)
        for start in (place.column - 1, place.column):  # the second: inside quotes
            if line.startswith(text, start):
                return Place(place.source, place.line, start + offset + 1, length)
        return place


def read_bytes(path: Path, name: str) -> bytes:
    """The bytes of a regular file of bearable size. Raises FlowsheetError."""

    def refuse(message: str, hint: str = "") -> FlowsheetError:
        return FlowsheetError([Diagnostic(Place(Source(name)), message, hint)])

    try:
        state = path.stat()
        if S_ISDIR(state.st_mode):
            raise refuse("this is a directory; expected a flowsheet file")
        if not S_ISREG(state.st_mode):
            raise refuse("this is not a regular file")
        if state.st_size > LARGEST_FILE:
            size, most = state.st_size / 1e6, LARGEST_FILE / 1e6
            raise refuse(f"the file is too large: {size:.1f} MB; a file has at most {most:.1f} MB")
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except FlowsheetError:
        raise
    except FileNotFoundError:
        raise refuse("no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(f"cannot read the file: {reason}") from None
    if len(data) > LARGEST_FILE:
        raise refuse("the file is too large; it grew while it was read")
    return data


def decode(data: bytes, name: str, order: int = 0) -> Source:
    """The text of a file's bytes. Raises FlowsheetError for what is not UTF-8 text."""
    place = Place(Source(name, order=order))
    zero = data.find(b"\0")
    if zero >= 0:
        hint = "save it as UTF-8" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise FlowsheetError([Diagnostic(place, f"this is a binary file: a zero byte at offset {zero}", hint)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start}"
        raise FlowsheetError([Diagnostic(place, message, "save the file as UTF-8")]) from None
    source = Source(name, text, order)
    if not text.strip():
        raise FlowsheetError([Diagnostic(place, "the file is empty", "copy a shipped flowsheet to start from")])
    for number, line in enumerate(source.lines, 1):
        if found := _CONTROL.search(line):
            where = Place(source, number, found.start() + 1)
            message = f"control character U+{ord(found[0]):04X}; a flowsheet is plain text"
            raise FlowsheetError([Diagnostic(where, message)])
    return source


def compose(source: Source) -> tuple[Node, list[Diagnostic]]:
    """The tree of a text, and faults that do not stop the reading. Raises FlowsheetError for faults that do."""
    composer = _Composer(source)
    try:
        for event in _events("\n".join(source.lines)):
            composer.take(event)
    except FlowsheetError:
        raise
    except Exception as error:  # libyaml's errors share no useful base with those of the pure parser
        fault = _syntax(error, source)
        if fault is None:
            raise
        raise FlowsheetError([*composer.faults, fault]) from None
    if composer.root is None or (composer.root.value is None and not composer.root.raw):
        hint = "copy a shipped flowsheet to start from"
        raise FlowsheetError([Diagnostic(Place(source), "the file holds no data, only comments", hint)])
    return composer.root, composer.faults


def _events(text: str) -> Iterator[Any]:
    import yaml

    return iter(yaml.parse(text, Loader=getattr(yaml, "CLoader", yaml.Loader)))


def _syntax(error: Exception, source: Source) -> Diagnostic | None:
    """A parser's error as a diagnostic with a hint for the usual slips."""
    import yaml

    if not isinstance(error, yaml.YAMLError):
        return None
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Diagnostic(Place(source), f"not YAML: {getattr(error, 'reason', None) or error}")
    problem = str(getattr(error, "problem", "") or "cannot be read")
    place = Place(source, mark.line + 1, mark.column + 1)
    line = source.line(place.line)
    character = line[mark.column : mark.column + 1]
    before = line[: mark.column + 1]
    hint = ""
    if character == "\t" or (not before.strip() and "\t" in before) or "\t" in line[: len(line) - len(line.lstrip())]:
        hint = "indent with spaces, not tabs"
    elif "mapping values are not allowed" in problem:
        hint = "text with ': ' in it needs quotes; keys of one mapping start in the same column"
    elif character and character in "@`":
        hint = f"text that starts with {character!r} needs quotes"
    elif character == "%":
        hint = "a value starts with its number, as in 75 %"
    elif "quoted scalar" in str(getattr(error, "context", "")):
        hint = "close the quote"
        start = getattr(error, "context_mark", None)
        place = Place(source, start.line + 1, start.column + 1) if start else place
    elif ("document start" in problem or "expected key" in problem) and (found := _HALF.search(line[: mark.column])):
        hint = f"text that starts with {found[1]} needs quotes around all of it"
    elif "expected ',' or" in problem or "expected node content" in problem:
        hint = "a bracket or brace is not closed, or a comma is missing"
    elif "block end" in problem or "expected <block end>" in problem:
        hint = "keys of one mapping start in the same column"
    if "document start" in problem:
        problem = "text goes on where the value has ended"
    context = str(getattr(error, "context", "") or "")
    return Diagnostic(place, f"not YAML: {f'{context}, ' if context else ''}{problem}", hint)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is not closed yet."""

    node: Node
    anchor: str | None
    pending: tuple[str, Place] | None = None
    skip: bool = False
    label: str = "the file"


class _Composer:
    """Builds the tree from events, one at a time."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.faults: list[Diagnostic] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.size = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        name = type(event).__name__
        if name == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                hint = "one file holds one flowsheet; remove '---'"
                raise FlowsheetError([*self.faults, Diagnostic(self._place(event), "a second document", hint)])
        elif name == "ScalarEvent":
            self._add(self._scalar(event), event.anchor)
        elif name == "AliasEvent":
            self._alias(event)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(event, {} if name.startswith("Mapping") else [])
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._close(event)

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        last = end.column if end.line == start.line else len(self.source.line(start.line + 1))
        return Place(self.source, start.line + 1, start.column + 1, max(last - start.column, 1))

    def _end(self, event: Any) -> tuple[int, int]:
        return event.end_mark.line + 1, event.end_mark.column + 1

    def _stop(self, place: Place, message: str, hint: str = "") -> FlowsheetError:
        return FlowsheetError([*self.faults, Diagnostic(place, message, hint)])

    def _scalar(self, event: Any) -> Node:
        place = self._value_place(event)
        plain = event.tag is None and event.implicit[0]
        value: Scalar = resolve(event.value) if plain else event.value
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            kind = _CORE_TAGS.get(str(event.tag).removeprefix("tag:yaml.org,2002:"))
            value = resolve(event.value)
            if kind is None or type(value) is not kind:
                self._tag(event, place)
                value = event.value
        return Node(value, place, self._end(event), raw=event.value)

    def _value_place(self, event: Any) -> Place:
        """The place of a scalar without its tag and anchor."""
        place = self._place(event)
        if event.tag is None and event.anchor is None:
            return place
        lead = re.compile(r"(?:[!&][^ \t]*[ \t]+)*").match(self.source.line(place.line), place.column - 1)
        skip = lead.end() - lead.start() if lead else 0
        return Place(self.source, place.line, place.column + skip, max(place.width - skip, 1))

    def _tag(self, event: Any, place: Place) -> None:
        hint = "flowsheets hold text, numbers, lists and mappings only"
        shown = str(event.tag)[:80].replace("tag:yaml.org,2002:", "!!")
        self.faults.append(Diagnostic(self._place(event), f"tag {shown!r} is not allowed", hint))

    def _open(self, event: Any, value: dict[str, Node] | list[Node]) -> None:
        place = self._place(event)
        if len(self.stack) >= DEEPEST:
            raise self._stop(place, f"nested more than {DEEPEST} levels deep")
        usual = "tag:yaml.org,2002:map" if isinstance(value, dict) else "tag:yaml.org,2002:seq"
        if event.tag not in (None, "!", usual):
            self._tag(event, place)
        label = "the file"
        if self.stack:
            top = self.stack[-1]
            label = repr(top.pending[0]) if top.pending else top.label
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(Node(value, place, self._end(event)), event.anchor, label=label))

    def _close(self, event: Any) -> None:
        done = self.stack.pop()
        done.node.end = self._end(event)
        self._add(done.node, done.anchor)

    def _alias(self, event: Any) -> None:
        place = self._place(event)
        if event.anchor not in self.anchors:
            raise self._stop(place, f"alias '*{event.anchor}' has no anchor '&{event.anchor}' before it")
        node = self.anchors[event.anchor]
        if node is None:
            raise self._stop(place, f"alias '*{event.anchor}' stands inside what it repeats; it would never end")
        self._add(node, None, place)

    def _add(self, node: Node, anchor: str | None, place: Place | None = None) -> None:
        """Puts a finished node where it belongs."""
        place = place or node.place
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node.value, dict) and top.pending is None and not top.skip:
            self._key(top, node, place)
            return
        top.node.size += node.size
        if top.node.size > LARGEST_TREE:
            hint = "its aliases repeat too much" if self.anchors else "split the flowsheet"
            raise self._stop(place, f"the file expands to more than {LARGEST_TREE} entries", hint)
        if isinstance(top.node.value, list):
            top.node.value.append(node)
        elif top.skip:
            top.skip = False
        elif isinstance(top.node.value, dict) and top.pending:
            name, where = top.pending
            top.node.value[name] = node
            top.node.keys[name] = where
            top.pending = None

    def _key(self, top: _Open, node: Node, place: Place) -> None:
        """Takes a key of a mapping; a bad one drops its value."""
        assert isinstance(top.node.value, dict)
        name = node.raw if isinstance(node.value, int) and _YEAR.fullmatch(node.raw or "") else node.value
        top.skip = True
        if not isinstance(name, str):
            shown = repr(node.raw) if node.raw is not None else "a list or mapping"
            hint = f'write "{node.raw}"' if node.raw else ""
            self.faults.append(Diagnostic(place, f"a key must be text, not {shown}", hint))
        elif name == "<<":
            hint = "use 'extends' for a file and 'like' for a unit"
            self.faults.append(Diagnostic(place, "merge key '<<' is not allowed", hint))
        elif name in top.node.value:
            first = top.node.keys[name]
            self.faults.append(
                Diagnostic(place, f"duplicate key {name!r} in {top.label}", related=((first, "first given here"),))
            )
        else:
            top.pending, top.skip = (name, place), False
        top.node.lacks |= top.skip
