"""How two runs of many samples differ, in words: what a folder holds, and what is asked of it now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SETTINGS = {
    "samples": "{} samples",
    "seed": "seed {}",
    "method": "samples by {}",
    "chunk": "chunks of {}",
    "version": "didymium {}",
}
"""Keys of a run's description that a reader gave or knows, and how they are said."""
REST = {
    "factors": "other numbers vary",
    "ranges_sha256": "numbers vary over other ranges",
    "outputs": "other outputs are kept",
    "own_values_sha256": "results at the plant's own values are others",
}
"""What differs without a change of plants, files, `--set` or version: data or code were changed in place."""
MOST = 60
"""Characters of a value that are shown."""


def differing(found: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """How the description of a run in a folder, `found`, differs from that of the one asked for, in words.

    What only follows from another difference, such as the ranges of another plant, is left out.

    >>> list(differing({"samples": 1000, "seed": 1}, {"samples": 2000, "seed": 1}))
    ['1000 samples there, 2000 samples here']
    >>> list(differing({"inputs_sha256": {"baotou": "ab"}}, {"inputs_sha256": {"ganzhou": "cd"}}))
    ['baotou there, ganzhou here']
    """
    inputs = list(_inputs(_table(found, "inputs_sha256"), _table(said, "inputs_sha256")))
    yield from inputs
    changes = list(_changes(_table(found, "changes"), _table(said, "changes")))
    yield from changes
    for key, words in SETTINGS.items():
        if found.get(key) != said.get(key):
            yield f"{words.format(_short(found.get(key)))} there, {words.format(_short(said.get(key)))} here"
    if not inputs and not changes and found.get("version") == said.get("version"):
        yield from (words for key, words in REST.items() if found.get(key) != said.get(key))


def _inputs(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    if list(there) != list(here):
        yield f"{_names(there)} there, {_names(here)} here"
        return
    for name in here:
        if there[name] != here[name]:
            yield f"the file of {name}, or one that it extends, was changed"


def _changes(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    for path in dict.fromkeys((*there, *here)):
        if there.get(path) != here.get(path):
            old, new = (f"set to {_short(one[path])}" if path in one else "not set" for one in (there, here))
            yield f"{_short(path)} is {old} there, {new} here"


def _table(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def _names(of: Mapping[str, Any]) -> str:
    return " and ".join(_short(name) for name in of) or "no plant"


def _short(value: object) -> str:
    return "unknown" if value is None else str(value)[:MOST]
