"""Where a file's text comes from: the file itself, what it extends, units like others, and changes from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from ..quantities import suggestion
from .diagnostics import Diagnostic, FlowsheetError, Place, Source
from .reader import Node, compose, decode, read_bytes
from .version import FORMAT, head_fault, is_scenario, scenario_head_fault

_LONGEST_CHAIN = 10


@dataclass(frozen=True)
class Tree:
    """A file with its bases merged in. `bottom` is the last base, where nothing is left that a null could remove."""

    root: Node
    source: Source
    bottom: Source
    faults: list[Diagnostic]
    sha256: str
    name: str


@cache
def shipped() -> Mapping[str, Path]:
    """The shipped flowsheets by name."""
    return _yaml_of("didymium.flowsheets")


@cache
def shipped_scenarios() -> Mapping[str, Path]:
    """The shipped scenarios by name."""
    return _yaml_of("didymium.flowsheets.scenarios")


def _yaml_of(package: str) -> Mapping[str, Path]:
    from importlib import resources

    folder = resources.files(package)
    found = {Path(item.name).stem: Path(str(item)) for item in folder.iterdir() if item.name.endswith(".yaml")}
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Sort:
    """A sort of file: what messages call it, those that are shipped by name, and what is wrong with the head of one."""

    word: str
    command: str
    shipped: Callable[[], Mapping[str, Path]]
    head_fault: Callable[[Node], Diagnostic | None]

    @property
    def other(self) -> Sort:
        """The sort that a file may be taken for."""
        return SCENARIO if self is FLOWSHEET else FLOWSHEET


FLOWSHEET = Sort("flowsheet", "run", shipped, head_fault)
SCENARIO = Sort("scenario", "gap", shipped_scenarios, scenario_head_fault)


def sort_of(path_or_name: str | Path) -> Sort:
    """What sort of file a path or the name of a shipped file stands for; a flowsheet where nothing says."""
    if str(path_or_name) in shipped_scenarios() and not Path(path_or_name).is_file():
        return SCENARIO
    path, name = locate(path_or_name)
    try:
        root, _ = compose(decode(read_bytes(path, name), name))
    except FlowsheetError:
        return FLOWSHEET
    return SCENARIO if is_scenario(root) else FLOWSHEET


def locate(path_or_name: str | Path, sort: Sort = FLOWSHEET) -> tuple[Path, str]:
    """The path of a file or of a shipped one, and what to call it in messages."""
    path = Path(path_or_name)
    name = str(path_or_name)
    known = sort.shipped()
    if name in known and not path.is_file():
        return known[name], known[name].name
    return path, name


def read_tree(path_or_name: str | Path, sort: Sort = FLOWSHEET) -> Tree:
    """A file with everything that it extends merged in. Raises FlowsheetError where nothing can be read."""
    path, name = locate(path_or_name, sort)
    try:
        data = read_bytes(path, name)
    except FlowsheetError as error:
        fault = error.diagnostics[0]
        near = suggestion(name, sort.shipped())
        if fault.message == "no such file" and name in sort.other.shipped():
            message, hint = f"this is a {sort.other.word}, not a {sort.word}", f"didymium {sort.other.command} {name}"
            raise FlowsheetError([replace(fault, message=message, hint=hint)]) from None
        if fault.message == "no such file" and near:
            raise FlowsheetError([replace(fault, message=f"no such file or shipped {sort.word}{near}")]) from None
        raise
    source = decode(data, name)
    root, faults = compose(source)
    digest = sha256(data)
    chain, node, seen = [root], root, {_identity(path)}
    wrong: list[Diagnostic] = []
    while isinstance(node.value, dict) and "extends" in node.value:
        base = node.value["extends"]
        where = base.place
        if not isinstance(base.value, str):
            break  # the schema says what is wrong with it
        next_path, next_name = _base(base.value, path, sort)
        if _identity(next_path) in seen:
            wrong.append(Diagnostic(where, f"{base.value!r} extends itself, directly or through others"))
            break
        if len(chain) == _LONGEST_CHAIN:
            wrong.append(Diagnostic(where, f"more than {_LONGEST_CHAIN} files extend one another"))
            break
        try:
            data = read_bytes(next_path, next_name)
            node, more = compose(decode(data, next_name, order=len(chain)))
        except FlowsheetError as error:
            wrong += _at(error, where, base.value, sort)
            break
        faults += more
        if alien := sort.head_fault(node):
            wrong.append(_no_base(alien, where, base.value, sort))
            break
        digest.update(data)
        chain.append(node)
        seen.add(_identity(next_path))
        path = next_path
    if wrong:  # without its base most of a file would seem to be missing
        raise FlowsheetError([*faults, *wrong])
    bottom = node.place.source
    for layer in reversed(chain[:-1]):
        node = merged(node, layer)
    return Tree(node, source, bottom, faults, digest.hexdigest(), locate(path_or_name, sort)[0].stem)


def _identity(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, ValueError, RuntimeError):
        return str(path)


def _base(text: str, path: Path, sort: Sort) -> tuple[Path, str]:
    """What `extends` names: a file beside this one, or a shipped one."""
    if text in sort.shipped():
        return sort.shipped()[text], sort.shipped()[text].name
    beside = path.parent / text
    return beside, str(beside)


def _at(error: FlowsheetError, where: Place, text: str, sort: Sort) -> list[Diagnostic]:
    """Faults of a base; those without a line go to the line that asked for it."""
    out = []
    for fault in error.diagnostics:
        if fault.place.line:
            out.append(fault)
        elif fault.message == "no such file" and text in sort.other.shipped():
            message = f"this is a {sort.other.word}, not a {sort.word}"
            out.append(Diagnostic(where, f"cannot extend {text!r}: {message}"))
        else:
            near = suggestion(text, sort.shipped()) if fault.message == "no such file" else ""
            out.append(Diagnostic(where, f"cannot extend {text!r}: {fault.message}{near}", fault.hint))
    return out


def _no_base(fault: Diagnostic, where: Place, text: str, sort: Sort) -> Diagnostic:
    """A base of another sort, at the line that asked for it; lines of such a file are nobody's business."""
    hint = f"{fault.place.source.name} must be a {sort.word}, which says didymium: {FORMAT}"
    return Diagnostic(where, f"cannot extend {text!r}: {fault.message}", hint)


def merged(base: Node, own: Node) -> Node:
    """Two trees in one: own keys win, `key: null` removes, a unit of another kind replaces."""
    if not isinstance(base.value, dict) or not isinstance(own.value, dict):
        return own
    if "kind" in base.value and "kind" in own.value and base.value["kind"].value != own.value["kind"].value:
        return own
    value, keys = dict(base.value), dict(base.keys)
    for name, node in own.value.items():
        if node.value is None and name in base.value:
            del value[name], keys[name]
            continue
        value[name] = merged(base.value[name], node) if name in base.value else node
        keys[name] = own.keys[name]
    return replace(own, value=value, keys=keys)


def with_likes(root: Node, faults: list[Diagnostic]) -> tuple[Node, set[str]]:
    """Units that are `like` others with the others' keys, and the names of units where that failed."""
    units = root.value.get("units") if isinstance(root.value, dict) else None
    if not isinstance(root.value, dict) or units is None or not isinstance(units.value, dict):
        return root, set()
    table, failed = units.value, set[str]()
    done: dict[str, Node] = {}
    for name in table:
        trail = [name]
        while trail[-1] not in done and (like := _like(table[trail[-1]])) is not None:
            other, where = like
            if other not in table:
                faults.append(Diagnostic(where, f"unknown unit {other!r}{suggestion(other, table)}"))
                failed.update(trail)
                break
            if other in trail:
                faults.append(Diagnostic(where, f"{trail[-1]} is like itself, directly or through others"))
                failed.update(trail)
                break
            trail.append(other)
        for unit in reversed(trail):
            if unit not in done:
                like = _like(table[unit])
                done[unit] = _copied(done.get(like[0]) if like else None, table[unit])
    new_units = replace(units, value={name: done[name] for name in table})
    return replace(root, value={**root.value, "units": new_units}), failed


def _like(unit: Node) -> tuple[str, Place] | None:
    """The name under `like`, and its place."""
    like = unit.value.get("like") if isinstance(unit.value, dict) else None
    return (like.value, like.place) if like is not None and isinstance(like.value, str) else None


def _copied(other: Node | None, own: Node) -> Node:
    if not isinstance(own.value, dict) or _like(own) is None:
        return own
    both = merged(other, own) if other is not None and isinstance(other.value, dict) else own
    assert isinstance(both.value, dict)
    value = {name: node for name, node in both.value.items() if name != "like"}
    return replace(own, value=value, keys={name: both.keys[name] for name in value})


def changed(
    root: Node,
    path: str,
    text: str,
    top: set[str],
    faults: list[Diagnostic],
    order: int = 0,
    write: str = "write unit.key=value",
) -> Node:
    """The tree with one value set from outside; units and feeds may go by their name alone."""
    source = Source(f"--set {path}", text, aside=True, order=1000 + order)
    whole = Place(source, 1, 1, max(len(text), 1))
    if text.strip():
        try:
            node, more = compose(decode(text.encode("utf-8", "surrogatepass"), source.name))
        except FlowsheetError as error:
            faults += [replace(fault, place=whole) for fault in error.diagnostics]
            return root
        faults += [replace(fault, place=whole) for fault in more]
        node = _moved(node, source)
    else:
        node = Node(None, whole, (1, 1))
    parts = path.split(".", 1 if path.startswith("freight.") else -1)  # a stream has a dot in its name
    names: dict[str, str] = {}
    for group in ("feeds", "units"):
        table = root.value.get(group) if isinstance(root.value, dict) else None
        names |= dict.fromkeys(table.value if table is not None and isinstance(table.value, dict) else (), group)
    if parts[0] in names:
        parts = [names[parts[0]], *parts]
    if path and not all(parts):
        faults.append(Diagnostic(whole, f"the path {path[:60]!r} has a dot with nothing beside it", write))
        return root
    if parts[0] not in top:
        near = suggestion(parts[0], [*names, *top])
        faults.append(Diagnostic(whole, f"nothing is called {parts[0]!r}{near}", write))
        return root
    return _set(root, parts, node, whole, path, faults)


def _moved(node: Node, source: Source) -> Node:
    place = replace(node.place, source=source)
    keys = {name: replace(key, source=source) for name, key in node.keys.items()}
    if isinstance(node.value, dict):
        return replace(
            node, value={name: _moved(item, source) for name, item in node.value.items()}, place=place, keys=keys
        )
    if isinstance(node.value, list):
        return replace(node, value=[_moved(item, source) for item in node.value], place=place)
    return replace(node, place=place)


def _set(root: Node, parts: list[str], node: Node, whole: Place, path: str, faults: list[Diagnostic]) -> Node:
    """A copy of the tree along the path: nodes may be shared between aliases and likes."""
    head, rest = parts[0], parts[1:]
    if isinstance(root.value, list):
        if not head.isdecimal() or not head.isascii() or int(head[:9]) >= len(root.value):
            faults.append(Diagnostic(whole, f"{path}: no entry {head!r} in a list of {len(root.value)}, from 0"))
            return root
        items = list(root.value)
        items[int(head)] = _set(items[int(head)], rest, node, whole, path, faults) if rest else node
        return replace(root, value=items)
    table = root.value if isinstance(root.value, dict) else {}
    keys = root.keys if isinstance(root.value, dict) else {}
    if not rest and node.value is None and head in table:  # as in a file that extends another
        return replace(
            root,
            value={name: item for name, item in table.items() if name != head},
            keys={name: place for name, place in keys.items() if name != head},
        )
    inner = table.get(head, Node({}, whole, (1, 1)))
    new = _set(inner, rest, node, whole, path, faults) if rest else node
    return replace(root, value={**table, head: new}, keys={**keys, head: whole})
