"""Minerals that a unit's tables must name are followed from the feed, and told at load where they are not named."""

from pathlib import Path

import pytest
import yaml

from didymium.files import check, shipped

from .test_golden import compare

FOLDER = Path(__file__).with_name("golden_minerals")


def faults(**changes):
    found = check(FOLDER / "unnamed.yaml", changes={key.replace("__", "."): text for key, text in changes.items()})
    words = [item.message.split(": its feed holds ") for item in found if item.severity == "error"]
    return [(unit, rest.split(",")[0]) for unit, rest in words]


def test_text_of_faults(monkeypatch):
    monkeypatch.chdir(FOLDER)
    compare("\n".join(map(str, check("unnamed.yaml"))) + "\n", FOLDER / "unnamed.txt")


def test_others_may_stand_for_the_rest():
    assert faults(flotation__others="0.01 /min") == [("roast", "xenotime"), ("bake", "xenotime")]


def test_what_may_not_arrive_is_not_asked_for():
    none = "{bastnaesite: 0.6 /min, xenotime: 0 /min, barite: 0 /min, calcite: 0 /min, quartz: 0 /min}"
    assert faults(flotation__floatability=none) == []
    assert faults(ore__rate="0 t/h") == []


def test_ore_of_a_deposit():
    feed = "{deposit: bayan_obo, rate: 100 t/day}"
    assert ("bake", "monazite") in faults(feeds__ore=feed, flotation__others="0.01 /min")


def test_a_table_that_names_all_is_taken():
    every = "{bastnaesite: 99 %, xenotime: 0 %}"
    given = {"roast__conversion": every, "bake__conversion": every, "flotation__others": "0.01 /min"}
    assert faults(**given) == []


@pytest.mark.parametrize("name", list(shipped()))
def test_shipped_files_name_their_minerals(name):
    assert "units" in yaml.safe_load(shipped()[name].read_text(encoding="utf-8"))
    assert not [item for item in check(name) if "its feed holds" in item.message]
