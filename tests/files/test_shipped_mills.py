"""Faults inside the units of a mill: each on its line, those met on solving too."""

import pytest

import didymium
from didymium.files import check

TEXT = """\
didymium: 1
name: One mill
region: us
year: 2024
operating_hours: 8_000 h/year
feeds:
  ore: {deposit: mountain_pass, rate: 1_000 t/day}
units:
  mine: {kind: mine, feed: ore, strip_ratio: 6 t/t}
  mill: {kind: comminution, feed: mine.ore, feed_size: 150 mm, product_size: 75 um}
  magnets:
    kind: magnetic_separation
    feed: mill.ground
    iron: 75 %
    rare_earths: 2 %
    gangue: 1 %
    electricity: 3 kWh/t
    minerals: {celestite: 2 %}
  flotation:
    kind: flotation_circuit
    feed: magnets.nonmagnetic
    floatability: {bastnaesite: 0.6 /min, monazite: 0.5 /min}
    others: 0.03 /min
    unfloatable: {calcite: 85 %}
    rougher: {cells: 12, time: 5.3 min}
    scavenger: {cells: 6, time: 8 min, treats: cleaner_tailings}
    cleaners: [{cells: 4, time: 3 min}]
products: {concentrate: flotation.concentrate}
"""


def marked(found):
    """Each fault with the part of its line that it marks."""
    out = []
    for fault in found:
        line, start = fault.place.source.line(fault.place.line), fault.place.column - 1
        out.append((line[start : start + fault.place.width], fault.message))
    return out


@pytest.fixture
def written(tmp_path):
    def write(old="", new=""):
        path = tmp_path / "case.yaml"
        assert old in TEXT
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        return path

    return write


def test_no_fault(written) -> None:
    assert check(written()) == []
    solved = didymium.load(written()).solve()
    assert 0.5 < solved.recovery("Nd", to="flotation.concentrate") < 1.0


@pytest.mark.parametrize(
    ("old", "new", "part", "message"),
    [
        ("75 um", "20 cm", "20 cm", "a product of 200 mm is not finer than its feed of 150 mm"),
        ("75 um", "75 t", "75 t", "75 t is a mass; needs um"),
        ("6 t/t", "-6 t/t", "-6 t/t", "-6 t/t is below 0 t/t"),
        ("celestite:", "celestit:", "celestit", "unknown mineral 'celestit'; did you mean 'celestite'?"),
        ("celestite: 2 %", "celestite: 102 %", "102 %", "102 % is above 100 %"),
        ("monazite: 0.5 /min", "monazite: 0.5", "0.5", "0.5 needs a unit, such as 0.6 /min"),
        ("monazite: 0.5 /min", "monazit: 0.5 /min", "monazit", "unknown mineral 'monazit'; did you mean 'monazite'?"),
        ("cells: 12", "cells: 120", "120", "at most 40"),
        ("5.3 min", "0 min", "0 min", "0 min is below 0.01 min"),
        ("treats: cleaner_tailings", "treats: tailings", "tailings", "rougher_tailings"),
        ("[{cells: 4, time: 3 min}]", "[]", "[", "the scavenger treats the tailings of cleaners and there are none"),
    ],
)
def test_fault_on_its_line(written, old, new, part, message) -> None:
    ((found, words),) = marked(check(written(old, new)))
    assert found == part
    assert message in words


def test_a_mineral_without_floatability_is_told_at_load(written) -> None:
    with pytest.raises(
        didymium.FlowsheetError, match=r"its feed holds .*calcite.*, and no floatability says"
    ) as caught:
        didymium.load(written("    others: 0.03 /min\n"))
    assert "case.yaml:22:5: error" in str(caught.value)
    assert "floatability.calcite" in str(caught.value)
    assert "or `others` for all that have none" in str(caught.value)
