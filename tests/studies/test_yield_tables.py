"""Yields of flowsheets by name: each solved once, faults as they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from didymium.files import FlowsheetError
from didymium.studies import yield_tables as module
from didymium.studies.yield_tables import yield_tables


def test_each_flowsheet_is_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = module.load

    def counting(name: str) -> object:
        asked.append(name)
        return real(name)

    monkeypatch.setattr(module, "load", counting)
    tables = yield_tables(["kuantan", "iron_nitride", "kuantan"])
    assert asked == ["kuantan", "iron_nitride"]
    assert list(tables) == asked
    assert tables["kuantan"]["separation"].flowsheet == "kuantan"
    assert set(tables["iron_nitride"]) == {"magnet"}


def test_a_file_with_faults_says_so(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("didymium: 1\nname: Works\nunits: {}\n")
    with pytest.raises(FlowsheetError):
        yield_tables([str(bad)])
