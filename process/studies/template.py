"""A shipped flowsheet as the start of a user's own."""

from __future__ import annotations

import json
import re

from ..files import schema_json, shipped
from ..quantities import suggestion

SCHEMA = "flowsheet.schema.json"
"""The file that editors complete from, beside the flowsheet."""
SCHEMA_LINE = f"# yaml-language-server: $schema=./{SCHEMA}"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)


class NameFault(ValueError):
    """A name that will not do: the copy's (`of_copy`), or that of what is copied."""

    def __init__(self, message: str, of_copy: bool) -> None:
        super().__init__(message)
        self.of_copy = of_copy


def copied(name: str, source: str) -> str:
    """The text of the shipped flowsheet `source` for a file NAME.yaml. Raises NameFault."""
    if not _NAME.fullmatch(name) or _DEVICE.fullmatch(name):
        raise NameFault(
            f"{name!r} is no name for a flowsheet: letters, digits, _ and - only, without .yaml, such as myplant", True
        )
    if name in shipped():
        raise NameFault(f"{name!r} is a shipped flowsheet; choose another name", True)
    if source not in shipped():
        raise NameFault(
            f"no shipped flowsheet {source!r}{suggestion(source, shipped())}; there is {', '.join(shipped())}", False
        )
    text = shipped()[source].read_text(encoding="utf-8")
    return text if SCHEMA_LINE in text.splitlines() else f"{SCHEMA_LINE}\n{text}"


def schema_text() -> str:
    """The JSON Schema of flowsheet files as the text of a file."""
    return json.dumps(schema_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
