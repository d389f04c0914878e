"""Flowsheet and scenario files: text to what is checked, with every fault at its line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diagnostics import Diagnostic, FlowsheetError
    from .editors import schema_json
    from .load import check, load_plan
    from .merge import shipped, shipped_scenarios
    from .scenario_editors import scenario_schema_json
    from .scenario_load import check_scenario, load_scenario

__all__ = [
    "Diagnostic",
    "FlowsheetError",
    "check",
    "check_scenario",
    "load_plan",
    "load_scenario",
    "scenario_schema_json",
    "schema_json",
    "shipped",
    "shipped_scenarios",
]

_HOMES = {
    "Diagnostic": "diagnostics",
    "FlowsheetError": "diagnostics",
    "check": "load",
    "check_scenario": "scenario_load",
    "load_plan": "load",
    "load_scenario": "scenario_load",
    "scenario_schema_json": "scenario_editors",
    "schema_json": "editors",
    "shipped": "merge",
    "shipped_scenarios": "merge",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
