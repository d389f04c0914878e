"""Faults inside units of the kinds that the package ships."""

import pytest

from didymium.files import check

TEXT = """\
didymium: 1
name: One circuit
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  liquor: {material: {La: 30 %, Ce: 20 %, Nd: 30 %, Sm: 20 %}, rate: 1 t/h}
units:
  circuit:
    kind: solvent_extraction
    feed: liquor
    extractant: {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}
    cut: Nd / Sm
    purity: {raffinate: 99.9 %, extract: 99 %}
    stages: 24 + 22
products: {light: circuit.raffinate, heavy: circuit.strip_liquor}
"""


@pytest.fixture
def faults(tmp_path):
    """The faults of the text with some of it replaced, each with the part of its line that it marks."""

    def run(old="", new=""):
        path = tmp_path / "case.yaml"
        assert old in TEXT
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        found = check(path)
        lines = [fault.place.source.line(fault.place.line) for fault in found]
        starts = [fault.place.column - 1 for fault in found]
        return [
            (line[start : start + fault.place.width], fault.message)
            for fault, line, start in zip(found, lines, starts, strict=True)
        ]

    return run


def test_no_fault(faults):
    assert faults() == []


@pytest.mark.parametrize(
    ("old", "new", "marked", "message"),
    [
        ("99.9 %", "100 %", "100 %", "100 % is no purity of a cut; it lies between 0 and 100 % and reaches neither"),
        ("99 %", "0 %", "0 %", "0 % is no purity of a cut; it lies between 0 and 100 % and reaches neither"),
        ("24 + 22", "0 + 5", "0 + 5", "0 + 5 leaves a part without stages; at least 1 + 1, extraction + scrub"),
        ("24 + 22", "5 + 00", "5 + 00", "5 + 00 leaves a part without stages; at least 1 + 1, extraction + scrub"),
        ("24 + 22", "24", "24", "must be text"),
        ("24 + 22", "24 / 22", "24 / 22", "stages read like 24 + 22: extraction stages + scrub stages"),
        ("24 + 22", "2400 + 22", "2400 + 22", "stages read like 24 + 22: extraction stages + scrub stages"),
        ("Nd / Sm", "Nd/ Smm", "Smm", "'Smm' is no element; did you mean 'Sm'?"),
        ("Nd / Sm", "Nd / SEG", "SEG", "'SEG' is a group; a cut names two neighbouring elements"),
        ("Nd / Sm", "Nd", "Nd", "a cut names two neighbouring elements, such as `Nd / Sm`"),
        ("Nd / Sm", "Nd / Eu", "Nd / Eu", "Nd and Eu are no neighbours; Sm comes between"),
        ("Nd / Sm", "Nd / Gd", "Nd / Gd", "Nd and Gd are no neighbours; Sm, Eu come between"),
        ("Nd / Sm", "Sm / Nd", "Sm / Nd", "write `Nd / Sm`"),
        ("P507", "P508", "P508", "unknown extractant 'P508'"),
        ("36 % NH4", "36 %", "36 %", "say which base makes the soap"),
        ("    purity: {raffinate: 99.9 %, extract: 99 %}\n", "", "circuit", "circuit: give `purity`, or `stages`"),
    ],
)
def test_faults_stand_at_their_values(faults, old, new, marked, message):
    ((place, said),) = faults(old, new)
    assert place == marked
    assert message in said


def test_a_bad_extractant_hides_no_bad_cut(faults):
    found = faults(
        "P507, concentration: 1.5 mol/L, saponification: 36 % NH4}\n    cut: Nd / Sm", "P508}\n    cut: Nd / Xx"
    )
    assert any("'Xx' is no element" in said for _, said in found)
    assert any("unknown extractant 'P508'" in said for _, said in found)
