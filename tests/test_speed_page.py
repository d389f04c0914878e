"""Every benchmark that docs/speed.md names exists, and every row of its tables names one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = [
    row
    for row in re.findall(r"^\|.*\|$", (ROOT / "docs/speed.md").read_text(encoding="utf-8"), re.MULTILINE)
    if not row.startswith(("|---", "| what", "| stages"))
]


def test_every_row_names_a_benchmark_that_exists() -> None:
    assert len(ROWS) > 10
    for row in ROWS:
        named = re.findall(r"`(\w+\.py)::(\w+)`", row)
        assert named, f"no benchmark in {row}"
        for file, function in named:
            text = (ROOT / "benchmarks" / file).read_text(encoding="utf-8")
            assert f"def {function}(" in text, f"no such benchmark: {file}::{function}"


def test_no_benchmark_asserts_a_time() -> None:
    for file in (ROOT / "benchmarks").glob("test_*_speed.py"):
        for line in re.findall(r"^\s+assert .*$", file.read_text(encoding="utf-8"), re.MULTILINE):
            assert not re.search(r"seconds|times|_s\b|ratio|best\(", line), f"{file.name}:{line}"
