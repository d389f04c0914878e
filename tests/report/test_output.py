"""Files that are whole or not written at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from didymium.report.output import OutputError, ready, write

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


def test_a_new_file_and_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    for text in ("ä\n", "b\n"):
        ready(path)
        write(path, text)
        assert path.read_bytes() == text.encode()
    assert os.listdir(tmp_path) == ["out.json"]


def test_ready_leaves_nothing_behind(tmp_path: Path) -> None:
    ready(tmp_path / "out.json")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nowhere/out.json", "no folder"),
        (".", "it is a folder"),
        ("plant.yaml", "may be a flowsheet"),
        ("file/out.json", "cannot write"),
        ("x" * 300, "cannot write"),
        ("a\0b", "cannot write"),
    ],
)
def test_refusals(tmp_path: Path, name: str, why: str) -> None:
    for made in ("plant.yaml", "file"):
        (tmp_path / made).write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError, match=why):
        ready(tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == ["file", "plant.yaml"]
    assert (tmp_path / "plant.yaml").read_text(encoding="utf-8") == "kept"


@posix
def test_the_file_that_is_read_is_spared_under_any_name(tmp_path: Path) -> None:
    plant = tmp_path / "plant.txt"
    plant.write_text("kept", encoding="utf-8")
    (tmp_path / "hard").hardlink_to(plant)
    (tmp_path / "soft").symlink_to(plant)
    for name in ("plant.txt", "hard", "soft"):
        with pytest.raises(OutputError, match="the file that is read"):
            ready(tmp_path / name, [plant])


@posix
def test_a_read_only_file_is_spared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.json"
    path.write_text("kept", encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda *_: False)  # the superuser may write anything
    with pytest.raises(OutputError, match="read-only"):
        ready(path)


@posix
def test_links_and_permissions_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "out.json", tmp_path / "link.json"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    write(link, "new")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
def test_a_device_is_written_to_and_never_replaced() -> None:
    ready(Path(os.devnull))
    write(Path(os.devnull), "gone")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.json"
    path.write_text("old", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write(path, "new")
    assert os.listdir(tmp_path) == ["out.json"]
    assert path.read_text(encoding="utf-8") == "old"
