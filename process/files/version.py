"""The format version of a flowsheet or scenario file, and what is wrong with the head of one."""

from __future__ import annotations

from .diagnostics import Diagnostic
from .reader import Node

FORMAT = 1
"""The format version that this reader knows, under the key `didymium`."""


def head_fault(root: Node) -> Diagnostic | None:
    """Why a text is no flowsheet of a format that is known, if it is none."""
    if fault := _version_fault(root, "flowsheet"):
        return fault
    if is_scenario(root):
        hint = f"didymium gap {root.place.source.name}"
        return Diagnostic(root.keys["scenario"], "this is a scenario, not a flowsheet", hint)
    return None


def scenario_head_fault(root: Node) -> Diagnostic | None:
    """Why a text is no scenario of a format that is known, if it is none."""
    if fault := _version_fault(root, "scenario"):
        return fault
    if is_scenario(root):
        return None
    assert isinstance(root.value, dict)
    name = root.place.source.name
    if "units" in root.value:
        return Diagnostic(root.keys["units"], "this is a flowsheet, not a scenario", f"didymium run {name}")
    return Diagnostic(root.place, "the key 'scenario', the title, is missing", "such as scenario: Magnets by 2030")


def is_scenario(root: Node) -> bool:
    """Whether a tree says that it is a scenario."""
    return isinstance(root.value, dict) and "scenario" in root.value


def _version_fault(root: Node, word: str) -> Diagnostic | None:
    """Why a text is of no format that is known, if it is none."""
    start = f"start with didymium: {FORMAT}"
    if not isinstance(root.value, dict):
        what = "a list" if isinstance(root.value, list) else "one value"
        return Diagnostic(root.place, f"a file is a mapping of keys, not {what}", start)
    version = root.value.get("didymium")
    if version is None:
        return Diagnostic(root.place, "the key 'didymium', the format version, is missing", start)
    if version.value == str(FORMAT):
        message = f"the format version is a number, not the text '{FORMAT}'"
        return Diagnostic(version.place, message, f"leave out the quotes: didymium: {FORMAT}")
    if version.value is None:
        return Diagnostic(root.keys["didymium"], "the key 'didymium', the format version, has no value", start)
    if version.value != FORMAT or isinstance(version.value, bool | float):
        shown = "…" if version.raw is None else version.raw[:20] + "…" * (len(version.raw) > 20)
        return Diagnostic(version.place, f"unknown format version {shown}", f"this program reads didymium: {FORMAT}")
    return None
