"""Flowsheet files: text to a checked plan, with every fault at its line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diagnostics import Diagnostic, FlowsheetError
    from .editors import schema_json
    from .load import check, load_plan
    from .merge import shipped

__all__ = ["Diagnostic", "FlowsheetError", "check", "load_plan", "schema_json", "shipped"]

_HOMES = {
    "Diagnostic": "diagnostics",
    "FlowsheetError": "diagnostics",
    "check": "load",
    "load_plan": "load",
    "schema_json": "editors",
    "shipped": "merge",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
