"""A scenario file as a checked `Scenario`, or all its faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from ..quantities import Value
from ..scenario import Scenario
from . import schema
from .diagnostics import Diagnostic, FlowsheetError, Place, Source, in_order
from .faults import Faults
from .merge import SCENARIO, Tree, changed, locate, read_tree
from .reader import Node
from .references import References
from .scenario_build import scenario
from .scenario_references import ScenarioReferences, unknown_paths
from .scenario_schema import KINDS, ScenarioKeys

_WRITE = "write plants.name.stages.mine.capacity=value, rules.name.active=false, …"
_OF_READER = (
    "copy a shipped flowsheet",
    "holds one flowsheet",
    "split the flowsheet",
    "expected a flowsheet",
    "a flowsheet is plain text",
    "flowsheets hold",
)
"""How the reader calls a file, whatever it is."""


def _of_scenario(fault: Diagnostic) -> Diagnostic:
    """A fault of the reader in the words of a scenario."""
    message, hint = fault.message, fault.hint
    for phrase in _OF_READER:
        own = phrase.replace("flowsheet", "scenario")
        message, hint = message.replace(phrase, own), hint.replace(phrase, own)
    return replace(fault, message=message, hint=hint)


def load_scenario(
    path_or_name: str | Path,
    changes: Mapping[str, str] = MappingProxyType({}),
    *,
    known: schema.Known | None = None,
) -> Scenario:
    """The scenario of a file, or a shipped one by its name.

    `changes` maps paths such as `rules.heavies.active` to texts that replace what the file says. Raises FlowsheetError
    with all faults of the file at once.
    """
    loading = _Loading(path_or_name, changes, known)
    if loading.faults:
        raise FlowsheetError(loading.faults)
    return loading.scenario()


def check_scenario(
    path_or_name: str | Path,
    strict: bool = False,
    *,
    changes: Mapping[str, str] = MappingProxyType({}),
    known: schema.Known | None = None,
) -> list[Diagnostic]:
    """All errors and warnings of a scenario file, in file order.

    With `strict` every number needs a source key, and an assumed one a spread.
    """
    try:
        loading = _Loading(path_or_name, changes, known, strict)
    except FlowsheetError as error:
        return list(error.diagnostics)
    return in_order([*loading.faults, *loading.warnings])


class _Loading:
    """One load, from path to model. Faults are gathered; only what makes the rest meaningless is raised."""

    def __init__(
        self,
        path_or_name: str | Path,
        changes: Mapping[str, str],
        known: schema.Known | None,
        strict: bool = False,
    ) -> None:
        self.known = schema.shipped_names() if known is None else known
        try:
            self.tree: Tree = read_tree(path_or_name, SCENARIO)
        except FlowsheetError as error:
            raise FlowsheetError(map(_of_scenario, error.diagnostics)) from None
        self.path = str(path_or_name)
        self.faults = [_of_scenario(fault) for fault in self.tree.faults]
        self.warnings: list[Diagnostic] = []
        root = self._head(self.tree.root)
        top = {*ScenarioKeys.model_fields} - {"didymium", "extends"}
        lost = dict(unknown_paths(root, changes))
        for order, (path, text) in enumerate(changes.items()):
            if path in lost:
                place = Place(Source(f"--set {path}", text, aside=True, order=1000 + order), 1, 1, max(len(text), 1))
                self.faults.append(Diagnostic(place, lost[path]))
            else:
                root = changed(root, path, text, top, self.faults, order, _WRITE)
        self.root = root
        read: dict[str, Value] = {}
        faults = Faults(root, ScenarioKeys, {}, kinds=KINDS)
        self.model: ScenarioKeys | None = None
        try:
            self.model = ScenarioKeys.model_validate(self._data(root), context={"read": read})
        except ValidationError as error:
            self.faults += map(self._nothing_there, faults.diagnostics(error))
        self.faults += faults.empty(self.tree.bottom, (), self.faults)
        references = ScenarioReferences(root, self.known, locate(path_or_name, SCENARIO)[0].parent)
        references.check()
        self.warnings += references.warnings
        sources = References(root, {}, self.known)
        sources.sources(read, faults.takes_value, strict)
        said = {(fault.place.source, fault.place.line, fault.place.column) for fault in self.faults}
        found = (*references.faults, *sources.faults)
        self.faults += [
            fault for fault in found if (fault.place.source, fault.place.line, fault.place.column) not in said
        ]

    def _nothing_there(self, fault: Diagnostic) -> Diagnostic:
        """A null that removes nothing says so, where it stands in a file that extends another."""
        source = fault.place.source
        if not fault.message.endswith(" has no value") or source is self.tree.bottom or source.aside:
            return fault
        return replace(fault, hint="what this file extends has no such key: there is nothing to remove")

    def _head(self, root: Node) -> Node:
        """Checks that this is a scenario of a format that is known, before anything else is said about it."""
        if fault := SCENARIO.head_fault(root):
            raise FlowsheetError([*self.faults, fault])
        return root

    def _data(self, root: Node) -> dict[str, Any]:
        return {key: node.data() for key, node in root.value.items()} if isinstance(root.value, dict) else {}

    def scenario(self) -> Scenario:
        """The scenario of a file without faults."""
        assert self.model is not None
        return scenario(self.model, self.root, self.tree.name, self.path, self.tree.sha256)
