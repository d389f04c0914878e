"""Pictures as files: what is drawn, what text means, what cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from didymium.report.output import OutputError
from didymium.report.pictures import (
    Cut,
    Picture,
    Start,
    mccabe_thiele,
    ready,
    stage_profile,
    startup_curves,
    svg,
    train_diagram,
    write,
    write_all,
)
from didymium.report.pictures.files import file_names

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
NASTY = "$x_1^{2$ _y \\frac <b>&\n\x1b[31m 稀土 %"


def every(text: str) -> list[Picture]:
    """One picture of each kind with a text of somebody's file wherever one can stand."""
    start = Start(name=text, times=[0.0, 1.0], impurity={text: [0.5, 1e-3]}, reflux_end=0.5, on_grade=0.9)
    return [
        stage_profile(
            [[0.9, 0.1]], [[0.8, 0.2]], [text, "Nd"], 1, text, draws={1: text}, subtitle=text, name=f"{text} profile"
        ),
        mccabe_thiele(2.0, [0.2, 0.5], [1 / 3, 2 / 3], 1, names=(text, "Pr"), title=text),
        startup_curves([start], {text: 1e-2}, exchanges_per_day=24.0, title=text, subtitle=text),
        train_diagram(
            [Cut(name=text, outlets={text: "a", "extract": "b"}, lines=[text])], {"a": [text]}, feed=[text], title=text
        ),
    ]


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("which", range(4))
def test_every_kind_of_file_and_the_same_bytes_again(tmp_path: Path, kind: str, which: int) -> None:
    picture = every("ndpr_cut")[which]
    paths = [tmp_path / f"{name}.{kind}" for name in ("one", "two")]
    for path in paths:
        write(picture, path)
    data = paths[0].read_bytes()
    assert data.startswith(HEADS[kind])
    if kind != "png":  # some versions of matplotlib colour the edge of a letter now one way, now another
        assert data == paths[1].read_bytes()
    assert sorted(os.listdir(tmp_path)) == [f"one.{kind}", f"two.{kind}"]


@pytest.mark.parametrize("text", [NASTY, "$", "_", "$\\int$", "x" * 500, "", "a_b"])
def test_text_of_a_file_is_no_mathematics_and_no_markup(text: str, recwarn: pytest.WarningsRecorder) -> None:
    for picture in every(text or "nothing"):
        found = svg(picture)
        ElementTree.fromstring(found)
        assert found.startswith("<svg")
        assert "<b>" not in found
    assert [str(one.message) for one in recwarn.list] == []


def letters(text: str) -> list[str]:
    """The shapes that a picture uses, in order: one for each letter that is drawn."""
    tree = ElementTree.fromstring(text)
    return [one.attrib["{http://www.w3.org/1999/xlink}href"] for one in tree.iter("{http://www.w3.org/2000/svg}use")]


def test_dollars_and_lines_below_are_drawn_as_such() -> None:
    def drawn(title: str) -> int:
        picture = stage_profile([[0.9, 0.1]], [[0.8, 0.2]], ["Pr", "Nd"], 1, title, name="p")
        return len(letters(svg(picture)))

    assert drawn("$a_b$") - drawn("a") == 4


def test_settings_of_the_user_stay_and_do_not_count() -> None:
    picture = every("cut")[0]
    before = svg(picture)
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30.0, "svg.hashsalt": "other"}):
        mine = dict(matplotlib.rcParams)
        assert svg(picture) == before
        assert dict(matplotlib.rcParams) == mine


def test_threads_draw_the_same() -> None:
    picture = every("cut")[1]
    kept, before, made = dict(matplotlib.rcParams), svg(picture), []
    threads = [threading.Thread(target=lambda: made.append(svg(picture))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [before] * 4
    assert dict(matplotlib.rcParams) == kept


def test_nothing_of_the_window_system_is_loaded() -> None:
    code = (
        "import sys, didymium.report.pictures as p\n"
        "early = [name for name in sys.modules if name.startswith('matplotlib')]\n"
        "p.svg(p.stage_profile([[0.9, 0.1]], [[0.8, 0.2]], ['Pr', 'Nd'], 1, 'cut'))\n"
        "print(early, 'matplotlib.pyplot' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"


# -- what cannot be written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("out.jpg", r"a picture is no \.jpg"),
        ("out", "the name has no suffix"),
        ("nowhere/out.png", "there is no folder"),
        ("folder.svg", "it is a folder"),
        ("file/out.svg", "cannot write"),
        ("x" * 300 + ".svg", "cannot write"),
    ],
)
def test_refusals(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError, match=why) as caught:
        write(every("cut")[0], tmp_path / name)
    assert caught.value.remedy
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.svg"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.svg"
    path.write_text("old", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write(every("cut")[0], path)
    assert os.listdir(tmp_path) == ["out.svg"]
    assert path.read_text(encoding="utf-8") == "old"


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for attempt in (lambda: ready(tmp_path), lambda: write(every("cut")[0], tmp_path / "out.svg")):
        with pytest.raises(OutputError, match="matplotlib does not load") as caught:
            attempt()
        assert caught.value.remedy == "install it: pip install 'didymium[plot]'"
    assert os.listdir(tmp_path) == []


def test_a_folder_that_takes_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    for name, why in (("no/where", "there is no such folder"), ("file", "it is a file")):
        with pytest.raises(OutputError, match=why):
            ready(tmp_path / name)
    ready(tmp_path)
    assert os.listdir(tmp_path) == ["file"]
    ready(tmp_path / "made")
    assert sorted(os.listdir(tmp_path)) == ["file", "made"]


def test_all_into_a_folder(tmp_path: Path) -> None:
    paths = write_all([every("../a")[0], every("..\\A")[0]], tmp_path, "png")
    assert [path.name for path in paths] == ["a_profile.png", "A_profile-2.png"]
    assert sorted(os.listdir(tmp_path)) == ["A_profile-2.png", "a_profile.png"]
    with pytest.raises(OutputError, match="no folder"):
        write_all([every("cut")[0]], tmp_path / "nowhere")
    with pytest.raises(OutputError, match=r"no \.gif"):
        write_all([every("cut")[0]], tmp_path, "gif")


@given(st.lists(st.text(), max_size=6))
def test_names_of_files_are_safe_everywhere(names: list[str]) -> None:
    made = file_names(names)
    assert len({name.lower() for name in made}) == len(names)
    for name in made:
        assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
        assert 0 < len(name) < 90
        assert name[0] != "-"
