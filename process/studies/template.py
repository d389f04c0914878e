"""A shipped flowsheet or scenario as the start of a user's own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from ..files import scenario_schema_json, schema_json, shipped, shipped_scenarios
from ..quantities import suggestion

SCHEMA = "flowsheet.schema.json"
"""The file that editors complete from, beside the flowsheet."""
SCHEMA_LINE = f"# yaml-language-server: $schema=./{SCHEMA}"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
_LINE = re.compile(r"# yaml-language-server: \$schema=.*")


class NameFault(ValueError):
    """A name that will not do: the copy's (`of_copy`), or that of what is copied."""

    def __init__(self, message: str, of_copy: bool) -> None:
        super().__init__(message)
        self.of_copy = of_copy


def word(source: str) -> str:
    """What a shipped file is: a flowsheet or a scenario."""
    return "scenario" if source in shipped_scenarios() else "flowsheet"


def schema_file(source: str) -> str:
    """The file that editors complete from, beside a copy of `source`."""
    return f"{word(source)}.schema.json"


def command(source: str) -> str:
    """The command that reads a copy of `source`."""
    return "gap" if word(source) == "scenario" else "run"


def copied(name: str, source: str) -> str:
    """The text of the shipped flowsheet or scenario `source` for a file NAME.yaml. Raises NameFault."""
    known: Mapping[str, Path] = {**shipped(), **shipped_scenarios()}
    if not _NAME.fullmatch(name) or _DEVICE.fullmatch(name):
        raise NameFault(
            f"{name!r} is no name for a flowsheet: letters, digits, _ and - only, without .yaml, such as myplant", True
        )
    if name in known:
        raise NameFault(f"{name!r} is a shipped {word(name)}; choose another name", True)
    if source not in known:
        raise NameFault(
            f"no shipped flowsheet {source!r}{suggestion(source, known)}; there is {', '.join(known)}", False
        )
    text = known[source].read_text(encoding="utf-8")
    line = f"# yaml-language-server: $schema=./{schema_file(source)}"
    first, _, rest = text.partition("\n")
    return f"{line}\n{rest if _LINE.fullmatch(first) else text}"


def schema_text(what: str = "flowsheet") -> str:
    """The JSON Schema of flowsheet or scenario files as the text of a file."""
    made = scenario_schema_json() if what == "scenario" else schema_json()
    return json.dumps(made, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
