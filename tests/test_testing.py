"""The pytest plug-in: flowsheet files as tests, run by pytest inside pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import didymium
from didymium.plan import Position, Target
from didymium.testing import HEAD, is_flowsheet, verdict

PLANT = """\
didymium: 1
name: Oxide in two lots
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  oxide: {material: {Nd2O3: 75 %, Pr6O11: 24 %, La2O3: 1 %}, form: oxide, rate: 100 kg/h, price: 60 USD2024/kg}
units:
  lots: {kind: splitter, feed: oxide, share: 60 %}
products: {large: lots.first, small: lots.second}
targets:
  - {stream: lots.first, purity: [Pr, Nd], at_least: 98.5 %}
  - {recovery: Nd, from: oxide, to: large, at_least: 55 %, at_most: 65 %}
"""

MISSED = PLANT.replace("at_least: 98.5 %", "at_least: 99.5 %").replace("at_least: 55 %, at_most: 65 %", "at_most: 40 %")
TRAPPED = """\
didymium: 1
name: A recycle without a way out
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  oxide: {material: {Nd2O3: 100 %}, form: oxide, rate: 100 kg/h, price: 60 USD2024/kg}
units:
  pool: {kind: mixer, feeds: [oxide, back.first]}
  back: {kind: splitter, feed: pool.mixed, share: 100 %}
products: {lot: back.second}
targets:
  - {stream: pool.mixed, purity: Nd, at_least: 99 %}
"""


@pytest.fixture(autouse=True, scope="module")
def _imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import all that a solve needs: pytester forgets what an inner run imports, and numpy loads once only."""
    file = tmp_path_factory.mktemp("plant") / "plant.yaml"
    file.write_text(PLANT)
    assert didymium.load(file).solve().targets[0].passed


def write(pytester: pytest.Pytester, **texts: str) -> None:
    """Write YAML files into the folder of the inner run."""
    for name, text in texts.items():
        (pytester.path / f"{name}.yaml").write_text(text, encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """An inner run, without the plug-in that imports its whole package to print a summary."""
    return pytester.runpytest("-p", "no:hypothesispytest", *arguments)


def test_a_file_that_holds_gives_one_item_for_the_solve_and_one_for_each_target(pytester: pytest.Pytester) -> None:
    write(pytester, plant=PLANT)
    result = run(pytester, "-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        [
            "plant.yaml::solves PASSED*",
            "plant.yaml::purity of Pr + Nd in lots.first at least 98.5 % PASSED*",
            "plant.yaml::recovery of Nd from oxide to large at least 55 % and at most 65 % PASSED*",
        ]
    )


def test_a_missed_target_names_line_stream_elements_value_and_target(pytester: pytest.Pytester) -> None:
    write(pytester, plant=MISSED)
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "plant.yaml:12: lots.first purity of Pr, Nd is 99.00 %, target at least 99.5 %",
            "plant.yaml:13: recovery of Nd from oxide to lots.first is 60.00 %, target at most 40 %",
            "FAILED plant.yaml::purity of Pr + Nd * - plant*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert ".py:" not in result.stdout.str()


def test_impurities_and_grades_name_the_limit_that_is_missed(pytester: pytest.Pytester) -> None:
    dirty = PLANT.replace("La2O3: 1 %", "La2O3: 0.9 %, Fe2O3: 0.06 %, SO3: 0.04 %")
    more = """\
  - {stream: large, impurity: Fe, at_most: 0.05 %}
  - {stream: small, impurity: [Fe, S], at_most: 0.12 %}
  - {stream: large, grade: ndpr_oxide_99}
  - {stream: small, grade: ndpr_oxide_99_5}
"""
    write(pytester, plant=dirty + more)
    result = run(pytester)
    result.assert_outcomes(passed=5, failed=2)
    result.stdout.fnmatch_lines(
        [
            "plant.yaml:14: lots.first impurity Fe as Fe2O3 is 0.06 %, target at most 0.05 %",
            "plant.yaml:17: lots.second misses grade ndpr_oxide_99_5: purity of Pr, Nd is 99.10 %, "
            "limit at least 99.5 %; "
            "Fe as Fe2O3 is 0.06 %, limit at most 0.05 %",
        ]
    )


def test_a_broken_file_fails_with_every_fault_and_stops_no_other(pytester: pytest.Pytester) -> None:
    write(pytester, broken=PLANT.replace("splitter", "spliter").replace("year: 2024", "yaer: 2024"), plant=PLANT)
    result = run(pytester)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["broken.yaml:4:1: error: *yaer*", "broken.yaml:9:*: error: *spliter*"])
    assert ".py:" not in result.stdout.str()


def test_a_file_that_is_not_yaml_fails_with_its_diagnostic(pytester: pytest.Pytester) -> None:
    write(pytester, broken="didymium: 1\nunits: {a: [}\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["broken.yaml:2:*: error: *"])


def test_what_does_not_solve_is_told_once_in_full_and_at_each_target(pytester: pytest.Pytester) -> None:
    write(pytester, trapped=TRAPPED)
    result = run(pytester)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "trapped.yaml:*: error: *: Nd goes round and round *",
            "trapped.yaml:13: not computed, because trapped.yaml does not solve",
        ]
    )
    assert ".py:" not in result.stdout.str()


def test_files_of_other_kinds_are_left_alone(pytester: pytest.Pytester) -> None:
    write(pytester, other="services:\n  didymium: 1\n", words="didymium: yes please\n", empty="")
    (pytester.path / "binary.yaml").write_bytes(bytes(range(256)) * 64)
    (pytester.path / "late.yaml").write_text("# long\n" * HEAD + "didymium: 1\n")
    (pytester.path / "plant.txt").write_text(PLANT)
    run(pytester).assert_outcomes()


def test_a_folder_and_a_missing_file_are_no_flowsheets(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    assert not is_flowsheet(tmp_path / "folder.yaml")
    assert not is_flowsheet(tmp_path / "missing.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert not is_flowsheet(tmp_path / "pipe.yaml")


@pytest.mark.parametrize(
    "text", ["didymium: 1\n", "\ufeffdidymium: 1", "# note\r\ndidymium: 1\r\n", '"didymium": 1\n', "a: b\rdidymium : 1"]
)
def test_the_key_is_found_however_it_is_written(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plant.yaml"
    file.write_bytes(text.encode())
    assert is_flowsheet(file)


def test_several_files_and_suffixes(pytester: pytest.Pytester) -> None:
    write(pytester, one=PLANT, two=PLANT.split("targets:")[0])
    (pytester.path / "one.yaml").rename(pytester.path / "one.yml")
    result = run(pytester, "-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["one.yml::solves PASSED*", "two.yaml::solves PASSED*"])


def test_selection_by_word_deselection_and_listing(pytester: pytest.Pytester) -> None:
    write(pytester, plant=PLANT)
    run(pytester, "-k", "purity").assert_outcomes(passed=1, deselected=2)
    run(pytester, "--deselect", "plant.yaml::solves").assert_outcomes(passed=2, deselected=1)
    run(pytester, "plant.yaml::solves").assert_outcomes(passed=1)
    listing = run(pytester, "--co", "-q")
    listing.stdout.fnmatch_lines(["plant.yaml::solves", "plant.yaml::purity of *", "plant.yaml::recovery of *"])


def test_the_same_target_twice_gives_two_items(pytester: pytest.Pytester) -> None:
    last = PLANT.splitlines()[-1]
    write(pytester, plant=f"{PLANT}{last}\n{last}\n")
    result = run(pytester, "--co", "-q")
    names = [line for line in result.outlines if line.startswith("plant.yaml::")]
    assert len(names) == len(set(names)) == 5


def test_a_target_of_the_base_file_keeps_its_own_line(pytester: pytest.Pytester) -> None:
    write(pytester, base=MISSED, child="didymium: 1\nextends: base.yaml\nname: Another\n")
    result = run(pytester, "child.yaml")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*base.yaml:12: lots.first purity *"])


def test_importlib_mode_in_a_process_of_its_own_below_another_folder(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("plants")
    (folder / "plant.yaml").write_text(MISSED)
    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "--import-mode=importlib", "plants")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["plants/plant.yaml:12: lots.first purity *"])


def test_shared_out_between_workers(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write(pytester, one=PLANT, two=MISSED)
    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "-n", "2")
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["two.yaml:12: lots.first purity of Pr, Nd is 99.00 %, target at least 99.5 %"])


def test_a_fault_of_the_program_keeps_its_traceback(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object) -> None:
        raise ZeroDivisionError("a fault of the program")

    monkeypatch.setattr("didymium.flowsheet.Flowsheet.solve", broken)
    write(pytester, plant=PLANT)
    result = run(pytester, "-k", "solves")
    result.assert_outcomes(failed=1, deselected=2)
    result.stdout.fnmatch_lines(["*ZeroDivisionError: a fault of the program"])


def test_a_verdict_has_the_digits_that_tell_value_and_bound_apart() -> None:
    here = Position("plant.yaml", 3, 1)
    purity = Target("purity", "", here, stream="a.b", elements=("Nd",), at_least=0.995, at_most=0.999)
    assert verdict(purity, 0.994_999_7, 8000.0) == (
        "a.b purity of Nd is 99.49997 %, target at least 99.5 % and at most 99.9 %"
    )
    capacity = Target("capacity", "", here, stage="separation", at_least=4750.0)
    assert verdict(capacity, 4500.0, 8000.0) == (
        "capacity of the separation stage is 36000.00 t/year, target at least 38000 t/year"
    )


@pytest.mark.parametrize("module", ["didymium", "didymium.testing"])
def test_the_import_stays_light(module: str) -> None:
    heavy = ("numpy", "scipy", "pint", "pydantic", "networkx", "pandas", "yaml", "rich", "typer", "molmass")
    code = f"import sys, {module}; print(sorted(set({heavy}) & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
