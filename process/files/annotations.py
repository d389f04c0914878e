"""What a model's annotations say about a place in a file: the models and values that may stand there, an example."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..quantities import In
from .reader import Node


def alternatives(annotation: Any) -> Iterator[Any]:
    """The alternatives of an annotation, without metadata."""
    if isinstance(annotation, FieldInfo):
        yield from alternatives(annotation.annotation)
    elif get_origin(annotation) is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for item in get_args(annotation):
            yield from alternatives(item)
    else:
        yield annotation


def wants_value(annotation: Any) -> bool:
    if isinstance(annotation, FieldInfo):
        return any(isinstance(item, In) for item in annotation.metadata) or wants_value(annotation.annotation)
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return any(isinstance(item, In) for item in metadata) or wants_value(inner)
    if get_origin(annotation) in (Union, types.UnionType):
        return any(map(wants_value, get_args(annotation)))
    return False


def models(annotations: Sequence[Any], node: Node) -> list[type[BaseModel]]:
    """The models among alternatives that fit a mapping best: those of its kind, or those that know its keys."""
    found = [
        item
        for one in annotations
        for item in alternatives(one)
        if isinstance(item, type) and issubclass(item, BaseModel)
    ]
    if len(found) < 2:
        return found
    kind = node.item("kind")
    of_kind = [model for model in found if kind is not None and kind in get_args(_kind_annotation(model))]
    if of_kind:
        return of_kind
    given = set(node.value) if isinstance(node.value, dict) else set()
    known = [_fit(model, given) for model in found]
    return [model for model, fit in zip(found, known, strict=True) if fit == max(known)]


def _fit(model: type[BaseModel], given: set[str]) -> tuple[int, int]:
    """How many of the given keys a model knows, and how many of those it must have."""
    keys = {info.alias or name: info.is_required() for name, info in model.model_fields.items()}
    mine = given & keys.keys()
    return len(mine), sum(keys[key] for key in mine)


def _kind_annotation(model: type[BaseModel]) -> Any:
    info = model.model_fields.get("kind")
    return None if info is None else info.annotation


def field_of(model: type[BaseModel], key: str) -> FieldInfo | None:
    for name, info in model.model_fields.items():
        if (info.alias or name) == key:
            return info
    return None


def example(annotation: Any) -> str:
    """An example of what an annotation wants, as it stands in a file."""
    if isinstance(annotation, FieldInfo):
        if annotation.examples:
            return in_file(annotation.examples[0])
        for extra in annotation.metadata:
            if text := _from_metadata(extra):
                return text
        return example(annotation.annotation)
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        for extra in metadata:
            if text := _from_metadata(extra):
                return text
        return example(inner)
    if get_origin(annotation) in (Union, types.UnionType):
        return next((text for item in get_args(annotation) if (text := example(item))), "")
    if get_origin(annotation) is dict:
        key, inner = get_args(annotation)
        name = example(key) or "name"
        return f"{{{name}: {text}}}" if (text := example(inner)) else ""
    if get_origin(annotation) is list:
        return f"[{text}]" if (text := example(get_args(annotation)[0])) else ""
    arguments = get_args(annotation)
    return str(arguments[0]) if arguments and isinstance(arguments[0], str) else ""


def in_file(item: Any) -> str:
    """An example as it stands in a file.

    >>> in_file({"La": "33 %", "Ce": "67 %"})
    '{La: 33 %, Ce: 67 %}'
    """
    if isinstance(item, dict):
        return f"{{{', '.join(f'{key}: {in_file(value)}' for key, value in item.items())}}}"
    return str(item)


def _from_metadata(extra: Any) -> str:
    if isinstance(extra, In):
        return extra.example
    if type(extra).__name__ == "StreamName":
        return "unit.outlet"
    function = getattr(extra, "func", None)
    return "Nd" if getattr(function, "__name__", "") == "_element" else ""
