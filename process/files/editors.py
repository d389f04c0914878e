"""The JSON Schema of a flowsheet file, for completion and checks in editors.

A file that extends another may leave out or null what its base holds, so the shapes of keys ask for nothing; what a
file on its own must hold stands apart, under a condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..quantities import PATTERN
from . import schema

if TYPE_CHECKING:
    from ..operations.base import Kind

_NULL = {"type": "null"}
_TARGETS = ("PurityTarget", "ImpurityTarget", "GradeTarget", "RecoveryTarget", "CapacityTarget")


def schema_json(registry: Mapping[str, Kind] | None = None) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a flowsheet file, made from the same models that read it."""
    kinds = schema.shipped_registry() if registry is None else registry
    model = schema.file_model(kinds)
    made: dict[str, Any] = model.model_json_schema(by_alias=True, mode="validation")
    shared: dict[str, Any] = made.pop("$defs", {})
    of_kind = {name: _definition(kind, shared) for name, kind in kinds.items()}
    needs = {name: [key for key in shared[of_kind[name]].get("required", []) if key != "kind"] for name in kinds}
    for name, shape in shared.items():
        if name not in _TARGETS:
            shape.pop("required", None)
            shape["properties"] = {key: nullable(item) for key, item in shape.get("properties", {}).items()}
    like = {"type": "string", "description": "Another unit whose keys this one copies; its own keys win."}
    for name in of_kind.values():
        shared[name]["properties"]["like"] = like
    top = [key for key in made.pop("required", []) if key != "didymium"]
    properties = {key: item if key == "didymium" else nullable(item) for key, item in made["properties"].items()}
    properties["units"] = {
        "description": "The unit operations, by name.",
        "type": ["object", "null"],
        "propertyNames": {"pattern": schema.NAME_PATTERN},
        "additionalProperties": {"$ref": "#/$defs/unit"},
    }
    shared["unit"] = _unit(of_kind, like)
    out = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": made.get("description", ""),
        "type": "object",
        "required": ["didymium"],
        "additionalProperties": False,
        "properties": properties,
        "$defs": dict(sorted(shared.items())),
    }
    shaped: dict[str, Any] = tidy(out)
    feeds = [{"required": keys} for keys in (["deposit"], ["minerals", "distribution"], ["material"])]
    alone = {
        "units": {"additionalProperties": {"$ref": "#/$defs/complete_unit"}},
        "feeds": {"additionalProperties": {"type": "object", "anyOf": feeds}},
        "capacity": {"additionalProperties": {"type": "object", "required": ["stream", "nameplate"]}},
    }
    shaped |= {"if": {"not": {"required": ["extends"]}}, "then": {"required": top, "properties": alone}}
    shaped["$defs"]["complete_unit"] = _complete(needs)
    shaped["$defs"]["value"] = {"type": "string", "pattern": PATTERN, "maxLength": 200}
    return {"title": "didymium flowsheet", **shaped}


def _definition(kind: Kind, shared: Mapping[str, Any]) -> str:
    """The name that pydantic gave to the shape of a kind's keys."""
    for name, shape in shared.items():
        given = shape.get("properties", {}).get("kind", {})
        if kind.name in (given.get("const"), *given.get("enum", ())):
            return name
    raise KeyError(kind.name)


def _unit(of_kind: Mapping[str, str], like: Mapping[str, Any]) -> dict[str, Any]:
    kind = {"enum": list(of_kind), "description": "What the unit does; see `didymium list`."}
    shapes = [
        {
            "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
            "then": {"$ref": f"#/$defs/{definition}"},
        }
        for name, definition in of_kind.items()
    ]
    return {"type": ["object", "null"], "properties": {"kind": kind, "like": like}, "allOf": shapes}


def _complete(needs: Mapping[str, list[str]]) -> dict[str, Any]:
    """What a unit that is not like another must hold."""
    rules = [
        {"if": {"properties": {"kind": {"const": name}}, "required": ["kind"]}, "then": {"required": keys}}
        for name, keys in needs.items()
        if keys
    ]
    need = {"required": ["kind"], "allOf": rules}
    return {"type": "object", "if": {"not": {"required": ["like"]}}, "then": need}


def nullable(item: dict[str, Any]) -> dict[str, Any]:
    """A shape that also takes null, which removes what a base or another unit gave."""
    if "const" in item or item.get("default", 0) is None:
        return item
    if "anyOf" in item:
        return item if _NULL in item["anyOf"] else {**item, "anyOf": [*item["anyOf"], _NULL]}
    notes: dict[str, Any] = {key: item[key] for key in ("description", "examples", "title", "default") if key in item}
    return {**notes, "anyOf": [{key: value for key, value in item.items() if key not in notes}, _NULL]}


def tidy(item: Any) -> Any:
    """The same schema with the grammar of a value said once, no titles that repeat a key, and names held to theirs."""
    if isinstance(item, list):
        return [tidy(inner) for inner in item]
    if not isinstance(item, dict):
        return item
    out = {key: tidy(value) for key, value in item.items() if not (key == "title" and isinstance(value, str))}
    if out.get("pattern") == PATTERN:
        out = {key: value for key, value in out.items() if key not in ("type", "pattern", "maxLength")}
        return {"$ref": "#/$defs/value", **out}
    if len(out.get("patternProperties", {})) == 1:
        ((pattern, shape),) = out.pop("patternProperties").items()
        out |= {"propertyNames": {**out.get("propertyNames", {}), "pattern": pattern}, "additionalProperties": shape}
    if isinstance(out.get("additionalProperties"), dict) and "properties" not in out:
        out["additionalProperties"] = nullable(out["additionalProperties"])
    if "oneOf" in out:  # part of a feed or target, as an extending file may give it, fits several shapes
        out["anyOf"] = out.pop("oneOf")
    return out
