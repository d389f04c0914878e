"""Whatever a file holds, loading ends in a plan or a FlowsheetError, and soon.

Every input that once did otherwise goes to `corpus/` and stays there.
"""

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didymium.files import FlowsheetError, load_plan, schema_json, shipped
from didymium.plan import Plan

HANG = 60.0
"""Seconds after which a run counts as hung; no speed is held here."""

CORPUS = sorted(Path(__file__).with_name("corpus").iterdir())
MORE = int(os.environ.get("DIDYMIUM_FUZZ", "1"))
FEW = settings(max_examples=120 * MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
EXAMPLE = Path(__file__).with_name("plant.yaml").read_text(encoding="utf-8")
TOKENS = [
    *("{", "}", "[", "]", ":", ": ", ",", "-", "- ", "\n", "\n  ", "\t", "&a ", "*a", "!!str ", "!x ", "|", ">", "? "),
    *("#", "'", '"', "%", "@", "<<: ", "~", "null", "true", "1", "-5", "1e400", ".nan", "5 kg", "75 %", "units"),
    *("kind", "like", "like: first_cut", "extends: plant.yaml", "bake", "flotation.concentrate", "ore", "...", "---"),
    *("REO", "75 % ± 5 % (miit2016)", "10_000 t/day", "é", "磁", "\u2028", "\x85", "\ufeff", "\x00", "\x1b", "[" * 60),
    *("kind: mixer", "feed: ore", "feeds: [ore]", "0.5 from 0.1", "9" * 400, "(x)", "targets", "capacity", "[key]"),
    *("feeds", "\ud800"),
]
# A location of pydantic's may hold such words beside keys of the file.
TOKENS += ["deposit feed", "purity target", "solvent_extraction", "function-plain"]


def outcome(data, folder, registry, known, changes=None):
    """Loads bytes and holds the two promises."""
    path = folder / "case.yaml"
    path.write_bytes(data)
    base = folder / "plant.yaml"
    if not base.exists():
        base.write_text(EXAMPLE, encoding="utf-8")
    start = time.perf_counter()
    try:
        plan = load_plan(path, registry=registry, known=known, changes=changes or {})
    except FlowsheetError as error:
        text = str(error)
        assert "error: " in text
        assert "\x1b" not in text
    else:
        assert isinstance(plan, Plan)
        assert plan.values()
    assert time.perf_counter() - start < HANG


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_corpus(path, tmp_path, registry, known):
    outcome(path.read_bytes(), tmp_path, registry, known)


@FEW
@given(st.binary(max_size=200))
def test_bytes(tmp_path, registry, known, data):
    outcome(data, tmp_path, registry, known)
    outcome(b"didymium: 1\n" + data, tmp_path, registry, known)


@FEW
@given(st.lists(st.sampled_from(TOKENS), max_size=30).map("".join))
def test_tokens(tmp_path, registry, known, text):
    outcome(b"didymium: 1\n" + text.encode("utf-8", "surrogatepass"), tmp_path, registry, known)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(TOKENS)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(TOKENS), inner, max_size=3)),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def keys(registry):
    """Every key that a file may have, as editors know them."""
    found = set()

    def walk(item):
        if isinstance(item, dict):
            found.update(item.get("properties", {}))
            for inner in item.values():
                walk(inner)
        elif isinstance(item, list):
            for inner in item:
                walk(inner)

    walk(schema_json(registry))
    return sorted(found)


@FEW
@given(st.data())
def test_shapes(tmp_path, registry, known, keys, data):
    """Well-formed files whose values have any shape: the models and their messages are under test."""
    import yaml

    tree = yaml.safe_load(EXAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        inner = tree
        for _ in range(data.draw(st.integers(0, 4))):
            options = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            if not options:
                break
            step = inner[data.draw(st.sampled_from(options))]
            if not isinstance(step, dict | list):
                break
            inner = step
        new = data.draw(VALUES)
        if isinstance(inner, list):
            inner.append(new)
        else:
            key = data.draw(st.sampled_from([*keys, *TOKENS] if data.draw(st.booleans()) else [*inner, "kind"]))
            inner[key] = new
    if isinstance(tree.get("didymium"), int):
        tree["didymium"] = 1
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    outcome(text.encode("utf-8", "surrogatepass"), tmp_path, registry, known)


def mutated(data, text):
    """A text with a few lines or tokens deleted, inserted, doubled, swapped or replaced."""
    lines = text.split("\n")
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(lines) - 1))
        way = data.draw(st.sampled_from(["delete", "double", "swap", "token", "insert", "cut", "indent"]))
        if way == "delete" and len(lines) > 1:
            del lines[at]
        elif way == "double":
            lines.insert(at, lines[at])
        elif way == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif way == "token":
            words = lines[at].split(" ")
            words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(TOKENS))
            lines[at] = " ".join(words)
        elif way == "insert":
            column = data.draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:column] + data.draw(st.sampled_from(TOKENS)) + lines[at][column:]
        elif way == "cut":
            column = data.draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:column]
        else:
            lines[at] = " " * data.draw(st.integers(0, 6)) + lines[at].lstrip()
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@FEW
@given(st.data())
def test_mutations_of_the_example(tmp_path, registry, known, data):
    outcome(mutated(data, EXAMPLE), tmp_path, registry, known)


@settings(FEW, max_examples=40 * MORE)
@given(st.data())
def test_mutations_of_shipped_flowsheets(tmp_path, data):
    path = shipped()[data.draw(st.sampled_from(list(shipped())))]
    outcome(mutated(data, path.read_text(encoding="utf-8")), tmp_path, None, None)


PATHS = st.lists(st.sampled_from(["flotation", "units", "feeds", "ore", "recovery", "REO", "0", "targets", "", "x"]))


@FEW
@given(st.dictionaries(PATHS.map(".".join) | st.text(max_size=10), st.sampled_from(TOKENS) | st.text(max_size=10)))
def test_changes(tmp_path, registry, known, changes):
    outcome(EXAMPLE.encode(), tmp_path, registry, known, changes)
