"""Bad input of ores, chemistry and magnets, through the command line: the full text, and no traceback.

Set DIDYMIUM_REWRITE=1 to write the texts anew, then read the difference. The first line of each file of the golden
folders is the command that tells its faults.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from didymium.cli import app

HERE = Path(__file__).parent
CASES = sorted(path for folder in ("golden_ore", "golden_magnet") for path in HERE.joinpath(folder).glob("*.yaml"))


def invoke(*arguments: str) -> Any:
    """Run a command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def command(case: Path) -> str:
    return case.read_text(encoding="utf-8").splitlines()[0].removeprefix("# didymium ")


def name(case: Path) -> str:
    return f"{case.parent.name}/{case.stem}"


@pytest.mark.parametrize("case", CASES, ids=name)
def test_text_of_bad_input(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case.parent)
    result = invoke(*command(case).split(), case.name)
    assert result.exit_code == 1
    golden = case.with_suffix(".txt")
    if os.environ.get("DIDYMIUM_REWRITE"):
        golden.write_text(result.stderr, encoding="utf-8")
    assert result.stderr == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=name)
def test_every_fault_shows_its_line_and_points_into_it(case: Path) -> None:
    lines = case.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    file = case.read_text(encoding="utf-8").splitlines()
    found = [
        (i, place) for i, line in enumerate(lines) if (place := re.match(rf"{case.stem}\.yaml:(\d+):(\d+): ", line))
    ]
    assert found
    assert "Traceback" not in "\n".join(lines)
    for i, place in found:
        line, column = int(place[1]), int(place[2])
        shown, caret = lines[i + 1][2:], lines[i + 2][2:]
        cut = len(shown) - len(shown.removeprefix("… "))
        said = shown.removeprefix("… ").removesuffix("…")
        assert said in file[line - 1]
        at = len(caret) - len(caret.lstrip(" "))
        assert at - cut + file[line - 1].index(said) == column - 1
        assert caret.endswith("^")


@pytest.mark.parametrize("case", [case for case in CASES if command(case) == "run"], ids=name)
def test_a_fault_of_the_solve_says_what_to_do(case: Path) -> None:
    text = case.with_suffix(".txt").read_text(encoding="utf-8")
    assert "  hint: " in text or "; " in text.splitlines()[0], "no remedy"
