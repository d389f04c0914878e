"""Tables of batch tests: what is read, and the full text of every fault (DIDYMIUM_REWRITE=1 writes the texts anew)."""

import os
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from didymium.elements import INDEX, MOLAR_MASS, OXIDE_FACTOR
from didymium.files.isotherms import TestsError, read_isotherms
from didymium.studies.fit import fit_file

FOLDER = Path(__file__).with_name("golden_tests")
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "shakeout_tests.csv"
OPTIONS = {"chain_apart": {"chain": "Nd"}, "exponent_same": {"free_exponent": True}}
CASES = sorted(path.stem for path in FOLDER.glob("*.csv") if path.stem != "warned")

HEAD = "# didymium tests: 1\n# extractant: P507\n"
TABLE = "extractant [mol/L],acid [mol/L],O/A,feed Nd [mol/L],aqueous Nd [mol/L]\n"
ROWS = "1,0.05,1,0.1,0.08\n1,0.02,1,0.1,0.07\n"


def compare(text, path):
    if os.environ.get("DIDYMIUM_REWRITE"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_text_of_faults(case, monkeypatch):
    monkeypatch.chdir(FOLDER)
    with pytest.raises(TestsError) as caught:
        fit_file(f"{case}.csv", **OPTIONS.get(case, {}))
    compare(f"{caught.value}\n", FOLDER / f"{case}.txt")


def test_text_of_warnings(monkeypatch):
    monkeypatch.chdir(FOLDER)
    found = read_isotherms("warned.csv")
    assert all(one.severity == "warning" for one in found.warnings)
    compare("\n".join(map(str, found.warnings)) + "\n", FOLDER / "warned.txt")


def read(tmp_path, text):
    path = tmp_path / "tests.csv"
    path.write_text(text, encoding="utf-8")
    return read_isotherms(path)


def refused(tmp_path, text):
    with pytest.raises(TestsError) as caught:
        read(tmp_path, text)
    return caught.value.diagnostics


def test_a_file(tmp_path):
    found = read(tmp_path, HEAD + "# name: mine\n# notes: one\n# notes: two\n" + TABLE + "# a remark\n\n" + ROWS)
    assert (found.head.known, found.head.units_per_formal, found.head.molecules) == ("P507", 0.5, 3.0)
    assert (found.head.notes, found.head.medium) == ("one two", "HCl")
    assert found.tests.sources == ("mine", "mine")
    assert [label.rpartition(":")[2] for label in found.tests.labels] == ["9", "10"]
    assert found.tests.feed.ravel().tolist() == [0.1, 0.1]
    assert np.isnan(found.tests.ph).all()
    assert found.tests.soap.tolist() == [0.0, 0.0]
    assert len(found.sha256) == 64


def test_units(tmp_path):
    table = "extractant [mmol/L],pH,O/A [mL/mL],soap [%],feed Nd [g/L],aqueous Nd [g/L Nd2O3],organic Nd [mg/L]\n"
    found = read(tmp_path, HEAD + table + "1500,1.2,2,36,14.4242,,5000\n1500,1.2,2,36,,8.4,5000\n")
    tests, mass = found.tests, MOLAR_MASS[INDEX["Nd"]]
    assert tests.formal.tolist() == [1.5, 1.5]
    assert tests.soap == pytest.approx([0.54, 0.54])
    assert tests.feed[0, 0] == pytest.approx(14.4242 / mass)
    assert tests.aqueous[1, 0] == pytest.approx(8.4 / (mass * OXIDE_FACTOR[INDEX["Nd"]]))
    assert tests.organic[0, 0] == pytest.approx(5.0 / mass)


def test_a_new_extractant(tmp_path):
    head = "# didymium tests: 1\n# extractant: HX-1\n# basis: monomer\n# molecules: 4\n# medium: hno3\n"
    found = read(tmp_path, head + TABLE + ROWS)
    assert (found.head.known, found.head.units_per_formal, found.head.molecules) == (None, 1.0, 4.0)
    assert found.head.medium == "HNO3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("P507", "P507\n# basis: monomer") + TABLE + ROWS, "P507 acts as dimer here"),
        (HEAD.replace("P507", "P507\n# molecules: 2") + TABLE + ROWS, "takes 3 dimers a rare earth here, not 2"),
        (HEAD.replace("P507", "P507\n# medium: water") + TABLE + ROWS, "choose from HCl, HNO3, H2SO4"),
        (HEAD.replace("P507", "P507\n# medium: H2SO4") + TABLE + ROWS, "in sulfate need a column pH"),
        (HEAD.replace("P507", "P507\n# extractant: P204") + TABLE + ROWS, "stands here twice"),
        (HEAD.replace("P507", "") + TABLE + ROWS, "has no value"),
        (
            HEAD + TABLE.replace("acid [mol/L],", "") + ROWS.replace("0.05,", "").replace("0.02,", ""),
            "neither a column",
        ),
        (HEAD + TABLE.replace("aqueous Nd", "aqueous Pr") + ROWS, "of Nd only the feed is there; add aqueous or"),
        (HEAD + TABLE.replace("[mol/L]\n", "[mol/kg]\n") + ROWS, "needs mol/L (or g/L)"),
        (HEAD + TABLE.replace("O/A", "O/A [kg/kg]") + ROWS, "needs L/L"),
        (HEAD + TABLE.replace("O/A", "") + ROWS, "a column without a heading"),
        (HEAD + TABLE.replace("O/A", "O/A]") + ROWS, "cannot read the heading"),
        (HEAD + TABLE.replace("acid", "acod") + ROWS, "did you mean 'acid'"),
        (HEAD + TABLE.replace("\n", ",x1\n") * 1 + ROWS, "unknown column 'x1'"),
        (HEAD + ",".join(["source"] * 101) + "\n", "101 columns"),
        (HEAD + TABLE + "1,0.05,1,0.1,1e400\n" + ROWS, "is too large a number"),
        (HEAD + TABLE + '1,0.05,1,0.1,"0.08"x\n' + ROWS, "text after a closing quote"),
        (HEAD + TABLE.replace("\n", ",exclude\n") + "1,0.05,1,0.1,0.08,spilt\n", "all rows are excluded"),
    ],
)
def test_faults(tmp_path, text, said):
    assert any(said in one.message for one in refused(tmp_path, text)), refused(tmp_path, text)


def test_excluded_rows_may_hold_anything(tmp_path):
    rows = ROWS.replace("\n", ",\n") + '1,0.05,1,0.1,<0.001,below the limit\n1,0.05,1,0.1,0.2,"mislabelled, likely"\n'
    found = read(tmp_path, HEAD + TABLE.replace("\n", ",exclude\n") + rows)
    assert len(found.tests.formal) == 2
    assert [reason for _, reason in found.excluded] == ["below the limit", "mislabelled, likely"]


def test_a_huge_file_is_refused(tmp_path):
    (one,) = refused(tmp_path, HEAD + TABLE + ROWS * 60_000)
    assert "the file is too large" in one.message
    assert "flowsheet" not in str(one)


def test_no_fault_speaks_of_flowsheets():
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt")]
    assert texts
    assert not any("flowsheet" in text for text in texts)


def test_errors_pickle(tmp_path):
    with pytest.raises(TestsError) as caught:
        read(tmp_path, "")
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, TestsError)
    assert str(again) == str(caught.value)


def test_the_file_in_the_docs_can_be_fitted(tmp_path):
    page = (EXAMPLE.parents[1] / "docs" / "theory_fitting.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    found = read(tmp_path, text)
    assert (len(found.tests.formal), len(found.excluded), found.warnings) == (2, 1, ())
    assert fit_file(found.path).fit.measurements == 2


def test_the_example_is_synthetic_and_says_so():
    found = read_isotherms(EXAMPLE)
    assert "SYNTHETIC" in found.head.notes
    assert len(found.excluded) == 1
    assert not found.warnings
