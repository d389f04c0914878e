"""Every example runs as a user would run it, anywhere, and writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from didymium.files import shipped

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SAYS = {
    "process_engineer": ("leaches at 98 and 99 %", "ndpr_cut:", "stage  1"),
    "cost_analyst": ("a kg magnet from baotou less one from mountain_pass", "capital"),
    "planner": ("the limit", "magnets when the whole chain waits"),
    "pictures": ("the organic is richest", "pictures: nd_sm_cut profile"),
    "solvent_extraction_circuit": ("Nd + Dy in strip liquor", "waste salts: NH4Cl", "over-saponified"),
    "start_up": ("total reflux: on grade after 3.7 days", "feed on at once", "% at worst"),
    "targets": ("all targets of mountain_pass, baotou are met",),
}


def example(name: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=120,
        check=False,
    )


def test_every_example_is_listed() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_examples(name: str, tmp_path: Path) -> None:
    done = example(name, tmp_path)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    for words in SAYS[name]:
        assert words in done.stdout
    assert os.listdir(tmp_path) == []


def test_a_missed_target_ends_with_one(tmp_path: Path) -> None:
    text = shipped()["mountain_pass"].read_text(encoding="utf-8")
    assert text.count("at_least: 99.5 %") == 1
    (tmp_path / "mine.yaml").write_text(text.replace("at_least: 99.5 %", "at_least: 99.99 %"), encoding="utf-8")
    done = example("targets", tmp_path, "mine.yaml")
    assert done.returncode == 1
    assert "mine.yaml:255:5: purity of Pr + Nd in ndpr_oxide.oxide at least 99.99 %" in done.stdout
