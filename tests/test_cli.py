"""The command line: what it prints, what it writes, and what it says to a mistake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

import didymium
from didymium.cli import app
from didymium.files import shipped
from didymium.report import document

ROOT = Path(__file__).resolve().parents[1]

BROKEN = """\
didymium: 1
name: broken
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  ore: {deposit: bayan_oba, rate: 10_000 t/day}
units:
  mine: {kind: mine, feed: oer}
products: {ore: mine.ore}
"""


def invoke(*arguments: str) -> Any:
    """Run a command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def spawn(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user does."""
    code = "import sys; from didymium.cli import main; sys.argv[0] = 'didymium'; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        **options,
    )


def valid(command: str, text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(document.schema(command)).validate(made)
    return made


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def unsolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: didymium.Flowsheet, samples: object = None) -> None:
        raise AssertionError("solved before the arguments were checked")

    monkeypatch.setattr(didymium.Flowsheet, "solve", never)


# -- the main job -----------------------------------------------------------------------------------------------------


def test_compare_answers_the_question(here: Path) -> None:
    result = invoke("compare", "mountain_pass", "baotou", "--json", "out.json")
    assert result.exit_code == 0
    made = valid("compare", (here / "out.json").read_text(encoding="utf-8"))["result"]
    lines = [line.split() for line in result.stdout.splitlines()]
    for element in ("Nd", "Pr", "Dy"):
        assert set(made["recovery"][element]) == {"mountain_pass", "baotou"}
        assert any(line[:2] == [element, "mountain_pass"] for line in lines)
    heads = [line for line in result.stdout.splitlines() if line.startswith("Cost per kg")]
    assert [line.strip() for line in heads] == ["Cost per kg ndpr_oxide", "Cost per kg magnet"]
    totals = [line for line in lines if line[:1] == ["total"]]
    for product, row in zip(("ndpr_oxide", "magnet"), totals, strict=True):
        costs = [made["plants"][plant]["cost"][product]["total"] for plant in ("mountain_pass", "baotou")]
        assert [float(one) for one in row[1:3]] == pytest.approx(costs, abs=0.005)
    for phrase in ("binds", "what limits", "on assumptions", "closure", "not from the ore", "joint costs by"):
        assert phrase in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert all(plant["balance"]["worst"] <= 1e-9 for plant in made["plants"].values())


def test_own_plant_edited_and_run(here: Path) -> None:
    assert invoke("new", "myplant", "--from", "baotou").exit_code == 0
    assert sorted(os.listdir(here)) == ["flowsheet.schema.json", "myplant.yaml"]
    before = valid("run", invoke("run", "myplant", "--json", "-").stdout)["result"]
    text = (here / "myplant.yaml").read_text(encoding="utf-8")
    assert text.count("rare_earths: 8 % from 3 to 15 % (assumed)") == 1
    edited = text.replace("rare_earths: 8 % from 3 to 15 % (assumed)", "rare_earths: 5 % (convention)")
    (here / "myplant.yaml").write_text(edited, encoding="utf-8")
    assert invoke("check", "myplant").exit_code == 0
    after = valid("run", invoke("run", "myplant.yaml", "--json", "-").stdout)["result"]
    ratio = 95.0 / 92.0  # of the rare earths that iron leaves to flotation
    mines = [one["recovery"]["Nd"]["by_stage"]["mine"] for one in (before, after)]
    assert mines[1] / mines[0] == pytest.approx(ratio, rel=1e-9)
    assert after["recovery"]["Nd"]["overall"] / before["recovery"]["Nd"]["overall"] == pytest.approx(ratio, rel=1e-3)
    magnets = [one["capacity"]["magnet"]["throughput_t_per_year"] for one in (before, after)]
    assert magnets[1] / magnets[0] == pytest.approx(ratio, rel=1e-3)
    change = "iron_separation.rare_earths"
    shared = valid("run", invoke("run", "baotou", "--set", f"{change}=5 % (convention)", "--json", "-").stdout)
    assert shared["result"]["recovery"] == after["recovery"]
    assert shared["result"]["changes"] == {change: "5 % (convention)"}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_flowsheet_can_be_copied_and_loads(here: Path, name: str) -> None:
    assert invoke("new", "mine", "--from", name).exit_code == 0
    assert invoke("check", "mine.yaml", "--strict").exit_code == 0
    assert json.loads((here / "flowsheet.schema.json").read_text(encoding="utf-8"))


def test_new_spares_what_is_there(here: Path) -> None:
    (here / "mine.yaml").write_text("kept", encoding="utf-8")
    (here / "flowsheet.schema.json").write_text("old", encoding="utf-8")
    result = invoke("new", "mine", "--from", "baotou")
    assert result.exit_code == 1
    assert "--force" in result.stderr
    assert (here / "mine.yaml").read_text(encoding="utf-8") == "kept"
    assert invoke("new", "other", "--from", "baotou").exit_code == 0
    assert (here / "flowsheet.schema.json").read_text(encoding="utf-8") == "old"
    assert invoke("new", "mine", "--from", "baotou", "--force").exit_code == 0
    assert (here / "mine.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server")
    assert (here / "flowsheet.schema.json").read_text(encoding="utf-8").startswith("{")


def test_new_refuses_names(here: Path) -> None:
    for name, source in (("../x", "baotou"), ("baotou", "baotou"), ("x.yaml", "baotou"), ("x", "baotu")):
        assert invoke("new", name, "--from", source).exit_code == 2
    assert os.listdir(here) == []


# -- run --------------------------------------------------------------------------------------------------------------


def test_run_prints_and_writes(here: Path) -> None:
    result = invoke("run", "baotou", "--json", "out.json", "--fates", "NdPr", "--profile", "nd_sm_cut", "--assumptions")
    assert result.exit_code == 0
    for phrase in ("Streams", "Circuits", "Where the Pr and Nd", "aqueous phase", "Assumptions of the file", "Targets"):
        assert phrase in result.stdout
    assert "\x1b" not in result.stdout
    made = valid("run", (here / "out.json").read_text(encoding="utf-8"))
    assert made["version"] == didymium.__version__
    assert os.listdir(here) == ["out.json"]


def test_run_can_be_short() -> None:
    shown = invoke("run", "baotou", "--no-streams", "--fates", "none").stdout
    assert "Streams" not in shown
    assert "Where the" not in shown


def test_run_draws_every_circuit_furnace_and_diffusion(here: Path) -> None:
    (here / "drawn").mkdir()
    result = invoke("run", "baotou", "--no-streams", "--pictures", "drawn")
    assert result.exit_code == 0
    names = ["nd_sm_cut_profile.svg", "ndpr_cut_profile.svg", "sintering_furnace.svg", "diffusion_depth.svg"]
    assert result.stdout.splitlines()[-4:] == [f"drawn: {Path('drawn') / name}" for name in names]
    assert sorted(os.listdir(here / "drawn")) == sorted(names)
    result = invoke("run", "baotou", "--json", "-", "--pictures", "drawn")
    assert valid("run", result.stdout)
    assert "drawn: " in result.stderr


def test_names_are_no_markup(here: Path) -> None:
    shown = invoke("run", "baotou", "--no-streams", "--set", "name='[bold]x[/bold] [red]'").stdout
    assert shown.startswith("[bold]x[/bold] [red]")


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unsolved")
def test_pictures_that_cannot_be_drawn(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = invoke("run", "baotou", "--pictures", "no/where")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: cannot write pictures into no/where: there is no such folder\n  hint: make the folder first\n"
    )
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = invoke("run", "baotou", "--pictures", ".")
    assert result.exit_code == 1
    assert "hint: install it: pip install 'didymium[plot]'" in result.stderr
    assert os.listdir(here) == []


@pytest.mark.usefixtures("unsolved")
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_broken_file(here: Path, command: str) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    result = invoke(command, "broken.yaml")
    assert result.exit_code == 1
    with pytest.raises(didymium.FlowsheetError) as caught:
        didymium.load("broken.yaml")
    assert result.stderr.strip().endswith(str(caught.value))  # check says its warnings too
    for part in ("broken.yaml:7:18: error", "bayan_obo", "broken.yaml:9:28: error", "oer", "^^^"):
        assert part in result.stderr
    assert os.listdir(here) == ["broken.yaml"]


@pytest.mark.usefixtures("unsolved")
def test_nothing_is_written_when_a_file_is_broken(here: Path) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    for command in (["run", "broken"], ["compare", "broken", "baotou"]):
        assert invoke(*command, "--json", "out.json").exit_code == 1
    assert os.listdir(here) == ["broken.yaml"]


@pytest.mark.usefixtures("unsolved")
def test_faults_of_all_files_come_at_once(here: Path) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    result = invoke("compare", "broken.yaml", "baoto", "mountain_pas")
    assert result.exit_code == 1
    for part in ("broken.yaml:7:18", "did you mean 'baotou'", "did you mean 'mountain_pass'"):
        assert part in result.stderr


def test_a_solve_that_fails(here: Path) -> None:
    invoke("new", "mine", "--from", "baotou_lca")
    result = invoke("run", "mine.yaml", "--set", "flotation.recovery.REO=0 %", "--json", "out.json")
    assert result.exit_code == 1
    assert result.stderr.startswith("--set flotation.recovery.REO: error: flotation: it passes no rare earths on")
    assert not (here / "out.json").exists()


@pytest.mark.usefixtures("unsolved")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "Missing argument"),
        (["frob"], "No such command"),
        (["run", "baotou", "--set", "x"], "is not unit.key=value"),
        (["run", "baotou", "--set", "=3"], "is not unit.key=value"),
        (["run", "baotou", "--set", "a.b=1", "--set", "a.b=2"], "set twice"),
        (["run", "baotou", "--fates", "Xx"], "unknown element"),
        (["run", "baotou", "--profile", "nd_sm"], "did you mean 'nd_sm_cut'"),
        (["compare", "baotou"], "two flowsheets or more"),
        (["compare", "baotou", "mountain_pass", "--basis", "magent"], "did you mean 'magnet'"),
        (["new", "mine"], "Missing option '--from'"),
        (["schema", "runn"], "did you mean 'run'"),
    ],
)
def test_usage(here: Path, arguments: list[str], said: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert os.listdir(here) == []


@pytest.mark.usefixtures("unsolved")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "baoto"], "shipped flowsheets are baotou"),
        (["run", "x" * 300], "error"),
        (["run", "."], "error"),
        (["run", "baotou", "--set", "flotatoin.x=1"], "did you mean 'flotation'"),
        (["run", "baotou", "--set", "leach.extraction.REO=180 %"], "180 % is above 100 %"),
        (["run", "baotou", "--json", "nowhere/out.json"], "no folder nowhere"),
        (["compare", "baotou", "mountain_pass", "--json", "."], "it is a folder"),
        (["check", "baotou", "--json", "nowhere/out.json"], "no folder nowhere"),
    ],
)
def test_faults(here: Path, arguments: list[str], said: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert os.listdir(here) == []


@pytest.mark.usefixtures("unsolved")
def test_the_input_is_never_the_output(here: Path) -> None:
    invoke("new", "mine", "--from", "baotou")
    text = (here / "mine.yaml").read_text(encoding="utf-8")
    for name in ("mine", "mine.yaml"):
        result = invoke("run", name, "--json", "mine.yaml")
        assert result.exit_code == 1
        assert "the file that is read" in result.stderr
    assert (here / "mine.yaml").read_text(encoding="utf-8") == text


def test_an_interruption_is_130_and_writes_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: didymium.Flowsheet) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(didymium.Flowsheet, "solve", interrupted)
    result = invoke("run", "baotou", "--json", "out.json")
    assert result.exit_code == 130
    assert os.listdir(here) == []


# -- check, list, schema ----------------------------------------------------------------------------------------------


def test_check_reports_each_file(here: Path) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    result = invoke("check", "baotou", "broken.yaml", "--json", "out.json")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["baotou: no errors, no warnings", "broken.yaml: 2 errors, 1 warning"]
    made = valid("check", (here / "out.json").read_text(encoding="utf-8"))["result"]["files"]
    assert made["baotou"]["errors"] == 0
    assert [item["line"] for item in made["broken.yaml"]["diagnostics"] if item["severity"] == "error"] == [7, 9]
    assert valid("check", invoke("check", "baotou", "--json", "-").stdout)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_flowsheets_pass_strictly(name: str) -> None:
    result = invoke("check", name, "--strict")
    assert result.exit_code == 0, result.stderr


def test_list() -> None:
    shown = invoke("list").stdout
    for word in (*shipped(), "solvent_extraction", "bayan_obo", "P507", "china"):
        assert word in shown
    made = valid("list", invoke("list", "--json", "-").stdout)["result"]
    assert set(made["flowsheets"]) == set(shipped())


def test_schemas() -> None:
    for what in document.DOCUMENTS:
        jsonschema.Draft202012Validator.check_schema(json.loads(invoke("schema", what).stdout))
    jsonschema.Draft202012Validator.check_schema(json.loads(invoke("schema").stdout))


def test_the_schema_beside_the_flowsheets_is_current() -> None:
    kept = (ROOT / "flowsheets" / "flowsheet.schema.json").read_text(encoding="utf-8")
    assert kept == invoke("schema").stdout, "run: didymium schema > flowsheets/flowsheet.schema.json"


# -- as a process -----------------------------------------------------------------------------------------------------


def test_version_and_help() -> None:
    assert spawn("--version").stdout == f"didymium {didymium.__version__}\n"
    assert "compare" in spawn("--help").stdout


def test_help_imports_little() -> None:
    code = "import sys; from didymium.cli import main; sys.argv = ['didymium', '--help']\ntry: main()\nfinally: "
    code += (
        "print([name for name in ('numpy', 'scipy', 'pydantic', 'pint', 'rich', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.stdout.splitlines()[-1] == "[]"


def test_only_pictures_load_what_draws_them(tmp_path: Path) -> None:
    code = "import sys; from didymium.cli import main; sys.argv[0] = 'didymium'\ntry: main()\nfinally: "
    code += "print('matplotlib' in sys.modules)"
    for more, loaded in (([], "False"), (["--pictures", str(tmp_path)], "True")):
        done = subprocess.run(
            [sys.executable, "-c", code, "run", "baotou", *more],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.stdout.splitlines()[-1] == loaded, done.stderr


def test_a_console_that_cannot_show_every_letter() -> None:
    done = spawn("list", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert "solvent_extraction" in done.stdout
    done = spawn("list", "--json", "-", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert valid("list", done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and pipes")
def test_interrupted_and_cut_off(tmp_path: Path) -> None:
    code = "import time; import didymium; from didymium.cli import main; import sys; sys.argv[0] = 'didymium'\n"
    # A runner in the background hands down an ignored SIGINT.
    code += "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "didymium.Flowsheet.solve = lambda self: (print('ready', file=sys.stderr, flush=True), time.sleep(60))\n"
    code += "main()"
    out = tmp_path / "out.json"
    with subprocess.Popen(
        [sys.executable, "-c", code, "run", "baotou", "--json", str(out)],
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stderr.read()
        assert process.wait(timeout=30) == 130
    assert os.listdir(tmp_path) == []
    with subprocess.Popen(
        [sys.executable, "-c", "from didymium.cli import main; main()", "run", "baotou"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [["--json", "-"], ["--no-streams"]])
def test_an_output_that_is_full(words: list[str]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        code = "from didymium.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, "run", "baotou", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write the output: ")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
