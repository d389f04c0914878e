"""Golden data of pictures, and the circuits that they show.

Set DIDYMIUM_REWRITE=1 to write the data anew, then read the difference.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from didymium.cascade import Cascade, CascadeResult
from didymium.report.pictures import Picture

GOLDEN = Path(__file__).parent / "golden"


def _plain(value: Any) -> Any:
    """What JSON holds: NaN is null, a tuple a list."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _text(value: Any, indent: str = "") -> str:
    """JSON with a line for each field, and one for each row of numbers."""
    inner = indent + " "
    if isinstance(value, dict) and value:
        rows = [f"{inner}{json.dumps(key)}: {_text(one, inner)}" for key, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return "[\n" + ",\n".join(inner + _text(one, inner) for one in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _differences(made: Any, kept: Any, at: str = "") -> list[str]:
    if isinstance(made, dict) and isinstance(kept, dict) and made.keys() == kept.keys():
        return [line for key in made for line in _differences(made[key], kept[key], f"{at}.{key}")]
    if isinstance(made, list) and isinstance(kept, list) and len(made) == len(kept):
        return [
            line for k, pair in enumerate(zip(made, kept, strict=True)) for line in _differences(*pair, f"{at}[{k}]")
        ]
    if isinstance(made, float | int) and isinstance(kept, float | int) and not isinstance(made, bool):
        same = math.isclose(made, kept, rel_tol=1e-9, abs_tol=1e-300)
    else:
        same = made == kept and type(made) is type(kept)
    return [] if same else [f"{at}: {made!r} is not {kept!r}"]


@pytest.fixture(scope="session")
def golden() -> Callable[[str, Picture], None]:
    """Compares the data of a picture with the file of that name, numbers to 1e-9 of themselves."""

    def compare(name: str, picture: Picture) -> None:
        made, file = _plain(asdict(picture)), GOLDEN / f"{name}.json"
        if os.environ.get("DIDYMIUM_REWRITE"):
            file.write_text(_text(made) + "\n", encoding="utf-8")
        found = _differences(json.loads(json.dumps(made)), json.loads(file.read_text(encoding="utf-8")))
        assert not found, "\n".join(found[:10])

    return compare


@pytest.fixture(scope="session")
def binary() -> CascadeResult:
    """The 24 + 22 stages of `../shared/validation` for a separation factor of 2."""
    return Cascade(
        stages=46,
        feed_stage=24,
        feed={"A": 0.5, "B": 0.5},
        separation_factors={"A": 2.0, "B": 1.0},
        extract_flow=1.7086448691864153,
        scrub_flow=1.2081943736413157,
    ).solve()
