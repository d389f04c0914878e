"""The full text of every fault. Set DIDYMIUM_REWRITE=1 to write the texts anew, then read the difference."""

import os
from pathlib import Path

import pytest

from didymium.files import check

FOLDER = Path(__file__).with_name("golden")
CASES = sorted({path.stem for path in FOLDER.glob("*.yaml")} - {"shares"})


def compare(text, path):
    if os.environ.get("DIDYMIUM_REWRITE"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_text_of_faults(case, registry, known, monkeypatch):
    monkeypatch.chdir(FOLDER)
    found = check(f"{case}.yaml", registry=registry, known=known)
    assert found
    compare("\n".join(map(str, found)) + "\n", FOLDER / f"{case}.txt")


def test_strict_text(registry, known, plant, monkeypatch):
    monkeypatch.chdir(plant.parent)
    found = check(plant.name, strict=True, registry=registry, known=known)
    compare("\n".join(map(str, found)) + "\n", FOLDER / "strict.txt")


def test_changes_text(registry, known, plant, monkeypatch):
    monkeypatch.chdir(plant.parent)
    changes = {
        "flotatoin.recovery.REO": "80 %",
        "flotation.recovery.REO": "80 kg",
        "flotation.recovery": "{REO: 80 %, Xx: 3}",
        "bake.acid": "[",
        "bake.feed": "leach.liquer",
        "leach.watr": "3 t/t",
        "targets.7.at_least": "1 %",
        "operating_hours": "",
        "year": "next",
        "": "1",
        "flotation..recovery": "1",
        "name": "[red]y",
        "description": '"red" y',
    }
    found = check(plant.name, registry=registry, known=known, changes=changes)
    compare("\n".join(map(str, found)) + "\n", FOLDER / "changes.txt")


def test_a_changed_share_is_named(registry, known, monkeypatch):
    monkeypatch.chdir(FOLDER)
    changes = {"ore.minerals.calcite": "30 %", "ore.distribution.La": "0 %", "dysprosium.material.Fe": "30 %"}
    found = check("shares.yaml", registry=registry, known=known, changes=changes)
    compare("\n".join(map(str, found)) + "\n", FOLDER / "changed_shares.txt")
