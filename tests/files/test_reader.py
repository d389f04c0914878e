"""Text to located nodes, and what is refused before that."""

import doctest
import os
import time

import pytest
import yaml

import didymium.files.scalars
from didymium.files.diagnostics import FlowsheetError, Source
from didymium.files.reader import DEEPEST, LARGEST_FILE, LARGEST_TREE, compose, decode, read_bytes
from didymium.files.scalars import resolve

HANG = 60.0
"""Seconds after which a run counts as hung; no speed is held here."""


def tree(text):
    root, faults = compose(Source("a.yaml", text))
    assert faults == []
    return root


def refusal(text):
    with pytest.raises(FlowsheetError) as caught:
        compose(decode(text if isinstance(text, bytes) else text.encode(), "a.yaml"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, None) for text in ("", "~", "null", "Null", "NULL")),
        *((text, True) for text in ("true", "True", "TRUE")),
        *((text, text) for text in ("yes", "no", "on", "off", "y", "n", "nULL", "tRUE")),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("0o14", 12),
        ("014", 14),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("7_920", "7_920"),
        ("1:2", "1:2"),
        ("190:20:30", "190:20:30"),
        ("2024-01-01", "2024-01-01"),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (".", "."),
        ("e3", "e3"),
        ("1_0.5", "1_0.5"),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("١", "١"),
        ("9" * 5000, "9" * 5000),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_core_schema_scalars(text, value):
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number():
    assert resolve(".nan") != resolve(".nan")


def test_positions_count_characters():
    root = tree('a: 1\n磁石: {b: "x y", c:\n  [1, two]}\n')
    inner = root.value["磁石"]
    assert (root.keys["磁石"].line, root.keys["磁石"].column) == (2, 1)
    assert (inner.keys["c"].line, inner.keys["c"].column) == (2, 16)
    two = inner.value["c"].value[1]
    assert (two.place.line, two.place.column, two.place.width, two.end) == (3, 7, 3, (3, 10))
    assert root.data() == {"a": 1, "磁石": {"b": "x y", "c": [1, "two"]}}


def test_parts_of_scalars():
    node = tree('a: "75 prozent"').value["a"]
    assert str(node.part(3, 7)) == "a.yaml:1:8"
    folded = tree("a: 75\n  prozent").value["a"]
    assert folded.value == "75 prozent"
    assert str(folded.part(3, 7)) == "a.yaml:1:4"


def test_quoted_text_stays_text():
    assert tree("a: '1'\nb: \"true\"\nc: !!str 5\nd: ! 5\ne: |\n  7\n").data() == {
        "a": "1",
        "b": "true",
        "c": "5",
        "d": "5",
        "e": "7\n",
    }


def test_core_tags():
    assert tree("{a: !!int 5, b: !!float 1.5, c: !!map {}, d: !!seq [], e: !!null ~}").data() == {
        "a": 5,
        "b": 1.5,
        "c": {},
        "d": [],
        "e": None,
    }


def test_aliases_share_a_node():
    root = tree("a: &x {b: 1}\nc: *x\n")
    assert root.value["a"] is root.value["c"]
    assert root.data() == {"a": {"b": 1}, "c": {"b": 1}}


def test_line_ends_and_byte_order_mark():
    for text in ("a: 1\r\nb: 2\r\n", "a: 1\rb: 2\r", "\ufeffa: 1\nb: 2\n"):
        root, _ = compose(decode(text.encode(), "a.yaml"))
        assert root.data() == {"a": 1, "b": 2}
        assert root.keys["b"].line == 2


def test_pure_parser_gives_the_same_tree(plant, monkeypatch):
    text = plant.read_text(encoding="utf-8")
    first = tree(text)
    monkeypatch.delattr(yaml, "CLoader")
    assert tree(text) == Tree(first)


class Tree:
    """Equality of trees without the identity of sources."""

    def __init__(self, node):
        self.node = node

    def __eq__(self, other):
        return self._plain(self.node) == self._plain(other)

    __hash__ = None

    def _plain(self, node):
        place = (node.place.line, node.place.column)
        if isinstance(node.value, dict):
            return place, {k: ((node.keys[k].line, node.keys[k].column), self._plain(v)) for k, v in node.value.items()}
        if isinstance(node.value, list):
            return place, [self._plain(item) for item in node.value]
        return place, node.value


def test_sparse_giant_is_refused_at_once(tmp_path):
    path = tmp_path / "giant.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    start = time.perf_counter()
    with pytest.raises(FlowsheetError) as caught:
        read_bytes(path, "giant.yaml")
    assert time.perf_counter() - start < HANG
    assert str(caught.value) == "giant.yaml: error: the file is too large: 100.0 MB; a file has at most 1.0 MB"


def test_largest_file_is_read(tmp_path):
    path = tmp_path / "full.yaml"
    path.write_bytes(b"#" * LARGEST_FILE)
    assert len(read_bytes(path, "full.yaml")) == LARGEST_FILE


def test_binary_file():
    assert refusal(b"didymium: 1\n\x00") == "a.yaml: error: this is a binary file: a zero byte at offset 12"
    assert "save it as UTF-8" in refusal("didymium: 1".encode("utf-16"))


def test_not_utf8():
    text = "a.yaml: error: this is not UTF-8 text: byte 0xe9 at offset 6\n  hint: save the file as UTF-8"
    assert refusal(b"name: \xe9t\xe9") == text


@pytest.mark.parametrize(("make", "message"), [("missing", "no such file"), ("folder", "this is a directory")])
def test_paths_that_are_no_files(tmp_path, make, message):
    path = tmp_path / "x.yaml"
    if make == "folder":
        path.mkdir()
    with pytest.raises(FlowsheetError, match=message):
        read_bytes(path, "x.yaml")


def test_devices_and_pipes_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(FlowsheetError, match="not a regular file"):
        read_bytes(tmp_path / "pipe.yaml", "pipe.yaml")


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root, or Windows, may read everything")
def test_unreadable_file(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(FlowsheetError, match="cannot read the file: Permission denied"):
        read_bytes(path, "x.yaml")


def test_zero_in_a_path():
    from pathlib import Path

    with pytest.raises(FlowsheetError, match="cannot read the file"):
        read_bytes(Path("a\0b"), "a b")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a:\n"])
def test_depth(opening):
    levels = DEEPEST + 10
    if opening == "a:\n":
        text = "".join(" " * i + opening for i in range(levels)) + " " * levels + "b"
    else:
        text = opening * levels
    assert f"nested more than {DEEPEST} levels deep" in refusal(text)


def test_size_of_a_tree():
    assert f"more than {LARGEST_TREE} entries" in refusal("- a\n" * (LARGEST_TREE + 1))


def test_alias_bombs_cost_nothing():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24)
    )
    start = time.perf_counter()
    assert "aliases repeat too much" in refusal(bomb)
    assert time.perf_counter() - start < HANG


def test_nested_shared_keys_do_not_hide_faults():
    _, faults = compose(Source("a.yaml", "a: {1: {b: 2, b: 3}, b: 4}\n"))
    assert [fault.message for fault in faults] == ["a key must be text, not '1'", "duplicate key 'b' in 'a'"]


def test_doctests():
    assert doctest.testmod(didymium.files.scalars).failed == 0
