"""Answers through pickle: read-only mappings and arrays travel as plain ones and come back read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

import numpy as np


class Pickles:
    """A frozen dataclass whose fields may be read-only mappings or arrays."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, ...]:
        given = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in given.items()}
        return restored, (type(self), plain)


def restored(kind: type[Any], given: dict[str, Any]) -> Any:
    """What pickle calls."""
    for value in given.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return kind(**{k: MappingProxyType(value) if isinstance(value, dict) else value for k, value in given.items()})
