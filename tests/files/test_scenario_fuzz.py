"""Scenario files with anything anywhere: every one is read or told what is wrong with it, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didymium.files import check_scenario, load_scenario
from didymium.files.reader import compose, decode

VALID = Path(__file__).parents[1] / "golden_scenario" / "valid.yaml"
DATA = compose(decode(VALID.read_bytes(), "valid"))[0].data()

WORDS = (
    *(
        "",
        "us",
        "motor",
        "2026",
        "2026-07",
        "2026Q9",
        "1 t/year",
        "-3 t",
        "5 %",
        "200 USD2024/t",
        "Dy oxide",
        "magnets",
    ),
    *("2024 to 2030", "../x", "\U0001f9f2", "x" * 300, "mountain_pass", "3 MW/year", "2 kg", "Dy + Tb", " + ", "Nd"),
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(["us", "china", "motor", "1 %", "Dy oxide", 3, None]), max_size=3),
    st.dictionaries(
        st.sampled_from(["2024", "2030", "kind", "magnet", "capacity", "us", "2026Q1"]), st.integers(), max_size=3
    ),
)


def paths(item: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value below an item."""
    inner = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    return [path, *(one for key, value in inner for one in paths(value, (*path, key)))]


PATHS = [path for path in paths(DATA) if path]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd") / "odd.yaml"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=1, max_size=3))
def test_anything_anywhere_is_read_or_told(file: Path, odd: list[tuple[tuple[Any, ...], Any]]) -> None:
    data = json.loads(json.dumps(DATA))
    for path, value in odd:
        at = data
        for key in path[:-1]:
            inner = at[key] if isinstance(at, dict) and key in at else None
            inner = at[key] if isinstance(at, list) and isinstance(key, int) and key < len(at) else inner
            if not isinstance(inner, dict | list):
                break
            at = inner
        else:
            if isinstance(at, dict) or (isinstance(path[-1], int) and path[-1] < len(at)):
                at[path[-1]] = value
    file.write_text(json.dumps(data), encoding="utf-8")
    faults = [fault for fault in check_scenario(file) if fault.severity == "error"]
    if faults:
        assert all(map(str, faults))
    else:
        assert load_scenario(file).regions
