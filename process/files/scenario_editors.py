"""The JSON Schema of a scenario file, for completion and checks in editors.

A file that extends another may leave out or null what its base holds, so the shapes of keys ask for nothing; what a
file on its own must hold stands apart, under a condition.
"""

from __future__ import annotations

from typing import Any

from ..quantities import PATTERN
from .editors import nullable, tidy
from .scenario_schema import ScenarioKeys

_ALWAYS = ("didymium", "scenario")


def scenario_schema_json() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file, made from the same models that read it."""
    made: dict[str, Any] = ScenarioKeys.model_json_schema(by_alias=True, mode="validation")
    shared: dict[str, Any] = made.pop("$defs", {})
    needs = {name: shape.pop("required", []) for name, shape in shared.items()}
    for shape in shared.values():
        shape["properties"] = {
            key: item if key == "kind" else nullable(item) for key, item in shape.get("properties", {}).items()
        }
    top = [key for key in made.pop("required", []) if key not in _ALWAYS]
    properties = {key: item if key in _ALWAYS else nullable(item) for key, item in made["properties"].items()}
    shaped: dict[str, Any] = _plain(
        tidy(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "description": made.get("description", ""),
                "type": "object",
                "required": list(_ALWAYS),
                "additionalProperties": False,
                "properties": properties,
                "$defs": dict(sorted(shared.items())),
            }
        )
    )
    stages = {"additionalProperties": {"required": needs["StageKeys"]}}
    alone = {
        "plants": {"additionalProperties": {"required": needs["PlantKeys"], "properties": {"stages": stages}}},
        "magnets": {"additionalProperties": {"required": needs["MagnetKeys"]}},
        "stockpiles": {"additionalProperties": {"required": needs["StockKeys"]}},
        "rules": {"additionalProperties": {"required": ["kind", "origin"]}},
        "levers": {"additionalProperties": {"required": ["kind"]}},
    }
    shaped |= {"if": {"not": {"required": ["extends"]}}, "then": {"required": top, "properties": alone}}
    shaped["$defs"]["value"] = {"type": "string", "pattern": PATTERN, "maxLength": 200}
    return {"title": "didymium scenario", **shaped}


def _plain(item: Any) -> Any:
    """The same schema without what only other tools read."""
    if isinstance(item, list):
        return [_plain(inner) for inner in item]
    if not isinstance(item, dict):
        return item
    return {key: _plain(value) for key, value in item.items() if key != "discriminator"}
