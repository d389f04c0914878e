"""Every example runs as a user would run it, anywhere, and writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import didymium
from didymium.files import check, shipped

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SAYS = {
    "process_engineer": ("leaches at 98 and 99 %", "ndpr_cut:", "stage  1"),
    "cost_analyst": ("a kg magnet from baotou less one from mountain_pass", "capital"),
    "uncertain_costs": ("why a kg of magnet costs more in Texas, USD", "  labour ", "cheaper in Texas in"),
    "planner": ("the limit", "magnets when the whole chain waits"),
    "pictures": ("the organic is richest", "pictures: nd_sm_cut profile"),
    "solvent_extraction_circuit": ("Nd + Dy in strip liquor", "waste salts: NH4Cl", "over-saponified"),
    "start_up": ("total reflux: on grade after 3.7 days", "feed on at once", "% at worst"),
    "where_it_breaks": (
        "The cheapest way to close it: build",
        "Dy in the magnets",
        "With Chinese goods let in: <Gap us_2030",
    ),
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


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
def test_flowsheets_solve_and_meet_their_targets(name: str) -> None:
    result = didymium.load(EXAMPLES / f"{name}.yaml").solve()
    assert result.solution.balance.worst <= 1e-9
    assert [(one.target.text, one.value) for one in result.targets if not one.passed] == []


def test_bought_monazite_names_its_sources_and_keeps_its_thorium() -> None:
    file = EXAMPLES / "monazite_caustic.yaml"
    assert check(file, strict=True) == []
    result = didymium.load(file).solve()
    # Of what was analysed: (RE)2O3 59.2 %, ThO2 6.5 %, P2O5 26.0 %; REO counts CeO2, which adds 1.4 points.
    bought = result.streams["monazite"]
    assert bought.grade() == pytest.approx(0.606, rel=0.01)
    assert bought.impurity("Th") == pytest.approx(0.065, rel=0.001)
    assert bought.element("P") / bought.mass() * 141.94 / 61.95 == pytest.approx(0.260, rel=0.03)
    # The thorium ends in residues, none of it in a product or in water.
    fates = result.fates("Th")
    assert fates["leach.residue"] + fates["purify.residue"] > 0.999
    assert sum(share for stream, share in fates.items() if stream in result.plan.products.values()) < 1e-4


def test_a_missed_target_ends_with_one(tmp_path: Path) -> None:
    text = shipped()["mountain_pass"].read_text(encoding="utf-8")
    assert text.count("at_least: 99.5 %") == 1
    (tmp_path / "mine.yaml").write_text(text.replace("at_least: 99.5 %", "at_least: 99.99 %"), encoding="utf-8")
    done = example("targets", tmp_path, "mine.yaml")
    assert done.returncode == 1
    assert "mine.yaml:257:5: purity of Pr + Nd in ndpr_oxide.oxide at least 99.99 %" in done.stdout
