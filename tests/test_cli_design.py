"""`didymium design` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from didymium.cli import app
from didymium.report import document

CLAY = Path(__file__).resolve().parents[1] / "examples" / "ion_clay_train.yaml"

# Binary designs computed from the theory and cross-checked by simulation: β, mole fraction of A, purities; S, W, n, m.
BINARY = [
    (2.0, 0.5, 0.999, 0.9999, 1.7086448691864153, 1.2081943736413157, 24, 22),
    (2.0, 0.5, 0.9999, 0.9999, 1.7071067811865472, 1.2071067811865472, 25, 27),
    (1.5, 0.5, 0.999, 0.999, 2.7247448713915903, 2.2247448713915903, 36, 38),
    (1.46, 0.55, 0.9999, 0.9999, 3.1904222107203295, 2.6404122087199293, 42, 51),
]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")


def told(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["design", *words])
    assert done.exit_code == code, done.output
    assert code or not done.stderr
    return done.stdout if code == 0 else done.output


def made(tmp_path: Path, *words: str) -> dict:
    out = tmp_path / "design.json"
    told(*words, "--json", str(out))
    read = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(document.schema("design")).validate(read)
    result: dict = read["result"]
    return result


@pytest.mark.parametrize(("beta", "feed", "extract", "raffinate", "organic", "scrub", "n", "m"), BINARY)
def test_published_binary_designs(tmp_path, beta, feed, extract, raffinate, organic, scrub, n, m) -> None:
    """The command's stages within one in all, S and W to 1e-4; purities are those of the solved circuit."""
    words = ("--beta", str(beta), "--feed", str(feed), "--extract", str(extract), "--raffinate", str(raffinate))
    found = made(tmp_path, *words)
    assert found["kind"] == "two_elements"
    assert abs(found["extraction_stages"] + found["scrub_stages"] - n - m) <= 1
    assert found["S"] == pytest.approx(organic, rel=1e-4)
    assert found["W"] == pytest.approx(scrub, rel=1e-4)
    assert found["purity"]["extract"] >= extract
    assert found["purity"]["raffinate"] >= raffinate
    assert found["closure"] <= 1e-12


@pytest.mark.parametrize("name", ["mountain_pass", "baotou"])
def test_the_ndpr_cut_of_the_shipped_flowsheets(tmp_path, name) -> None:
    found = made(tmp_path, name, "ndpr_cut")
    assert found["kind"] == "solvent_extraction"
    for one in (found["design"], found["cheapest"]):
        assert one["purity"]["raffinate"] >= found["targets"]["raffinate"]
        assert one["purity"]["extract"] >= found["targets"]["extract"]
        assert one["rare_earth_inventory_kmol"] > 0.0
        assert one["start_up"]["reflux"]["on_grade"]
        assert one["start_up"]["reflux"]["hours_to_specification"] < one["start_up"]["normal"]["hours_to_specification"]
    assert found["cheapest"]["USD_per_year"]["total"] < found["design"]["USD_per_year"]["total"]
    assert found["real_stages"] is None
    page = told(name, "ndpr_cut", "--no-start")
    for words in ("Feed: ", "S over its minimum", "More solvent or more stages", "into the file", "solvent_ratio: "):
        assert words in page
    assert "Start-up" not in page


def test_what_is_printed_can_be_put_into_the_file(tmp_path) -> None:
    """The lines under `into the file` make the circuit that they came from."""
    page = told("baotou", "ndpr_cut", "--no-start")
    line = next(line for line in page.splitlines() if "stages: " in line and "into the file" in line)
    stages = line.split("stages: ")[1].strip()
    ratio = next(line for line in page.splitlines() if "solvent_ratio: " in line).split("solvent_ratio: ")[1].strip()
    out = tmp_path / "run.json"
    words = ["run", "baotou", "--set", f"ndpr_cut.stages={stages}", "--set", f"ndpr_cut.solvent_ratio={ratio}"]
    done = CliRunner().invoke(app, [*words, "--json", str(out)])
    assert done.exit_code == 0, done.output
    streams = json.loads(out.read_text(encoding="utf-8"))["result"]["streams"]
    assert sum(streams["ndpr_cut.strip_liquor"]["purity"].get(name, 0.0) for name in ("Pr", "Nd")) >= 0.9965


@pytest.mark.parametrize(
    ("unit", "stages", "organic", "held", "matched", "normal"),
    [
        ("la_cut", (9, 4), 168.0, 37.3, 61.5, 220.7),
        ("prnd_cut", (32, 38), 2371.6, 738.8, 5.41, 22963.0),
    ],
)
def test_high_purity(tmp_path, unit, stages, organic, held, matched, normal) -> None:
    """6N lanthanum and a 4N split, by ideal stages: stages, inventory, days; the table of docs/high_purity.md."""
    found = made(tmp_path, str(CLAY.parent / "high_purity_cuts.yaml"), unit)
    one = found["design"]
    assert (one["extraction_stages"], one["scrub_stages"]) == stages
    assert one["organic_inventory_m3"] == pytest.approx(organic, rel=1e-3)
    assert one["rare_earth_inventory_kmol"] == pytest.approx(held, rel=1e-3)
    assert one["purity"]["raffinate"] >= found["targets"]["raffinate"]
    assert one["purity"]["extract"] >= found["targets"]["extract"]
    assert one["start_up"]["matched"]["hours_to_specification"] / 24 == pytest.approx(matched, rel=0.02)
    assert one["start_up"]["normal"]["hours_to_specification"] / 24 == pytest.approx(normal, rel=0.02)
    assert not one["start_up"]["reflux"]["on_grade"]
    assert "total reflux never brings" in one["start_up"]["reflux"]["why"]


def test_real_stages(tmp_path) -> None:
    found = made(tmp_path, "mountain_pass", "ndpr_cut", "--no-start", "--real")
    steps = [step["name"] for step in found["real_stages"]["steps"]]
    assert steps == ["exchange design", "mass action", "entrainment", "stage efficiency", "closed loop", "other metals"]
    assert found["design"]["start_up"] is None
    page = told("mountain_pass", "ndpr_cut", "--no-start", "--real")
    assert "From ideal to real stages" in page
    assert "first missed at:" in page


def test_a_train(tmp_path) -> None:
    found = made(tmp_path, str(CLAY), "train")
    assert found["kind"] == "separation_train"
    assert len(found["trains"]) == 10
    costs = [train["USD_per_year"] for train in found["trains"]]
    assert costs == sorted(costs)
    assert len(found["trains"][0]["products"]) >= 8
    best = found["trains"][0]
    assert best["missed"] == []
    # The table of docs/theory_trains.md.
    assert (len(best["circuits"]), best["stages"]) == (9, 207)
    assert best["organic_m3"] == pytest.approx(847, rel=1e-3)
    assert best["USD_per_kg_REO"] == pytest.approx(3.30, rel=2e-3)


def test_pictures(tmp_path) -> None:
    pytest.importorskip("matplotlib")
    told("--beta", "2", "--pictures", str(tmp_path))
    told("mountain_pass", "ndpr_cut", "--pictures", str(tmp_path))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "ndpr_cut_cheapest_profile.svg",
        "ndpr_cut_cheapest_start-up.svg",
        "ndpr_cut_design_profile.svg",
        "ndpr_cut_design_start-up.svg",
        "two_elements_McCabe-Thiele.svg",
        "two_elements_profile.svg",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give a flowsheet and a unit, or --beta"),
        (("baotou", "ndpr_cut", "--beta", "2"), "give a flowsheet and a unit, or --beta"),
        (("baotou",), "name a unit; there is nd_sm_cut, ndpr_cut"),
        (("baotou", "ndpr_cat"), "no unit 'ndpr_cat'"),
        (("--beta", "2", "--real"), "Invalid value for --real: has no effect with --beta"),
        (("baotou", "ndpr_cut", "--extract", "99 %"), "Invalid value for --extract: has no effect without --beta"),
        ((str(CLAY), "train", "--real"), "a train is designed by the exchange model alone"),
        (("--beta", "two"), "expected a number, such as 1.5, not 'two'"),
    ],
)
def test_words_that_are_wrong(words, said) -> None:
    assert said in " ".join(told(*words, code=2).split())


def test_what_is_found_on_solving_points_at_the_file(tmp_path) -> None:
    text = CLAY.read_text(encoding="utf-8")
    path = tmp_path / "omit.yaml"
    without = [line for line in text.splitlines() if not line.startswith(("      er:", "  er_chloride:"))]
    path.write_text("\n".join(without), encoding="utf-8")
    found = told(str(path), "train", code=1)
    assert found == (
        f"{path}:46:5: error: train (separation_train): no product holds Er, which the feed brings; add it to one\n"
        "      products:\n"
        "      ^\n"
    )


def test_printed_lines_hold_at_any_purity(tmp_path) -> None:
    """The lines under `into the file`, at purities whose circuit has hardly any slack."""
    file = str(CLAY.parent / "high_purity_cuts.yaml")
    wanted = ["--set", "prnd_cut.purity.raffinate=99.526 %", "--set", "prnd_cut.purity.extract=98.443 %"]
    page = told(file, "prnd_cut", "--no-start", *wanted)
    lines = page.splitlines()
    stages = next(line for line in lines if "stages: " in line and "into the file" in line).split("stages: ")[1].strip()
    ratio = next(line for line in lines if " solvent_ratio: " in line).split("solvent_ratio: ")[1].strip()
    pasted = ["--set", f"prnd_cut.stages={stages}", "--set", f"prnd_cut.solvent_ratio={ratio}"]
    out = tmp_path / "run.json"
    done = CliRunner().invoke(app, ["run", file, *wanted, *pasted, "--json", str(out)])
    assert done.exit_code == 0, done.output
    streams = json.loads(out.read_text(encoding="utf-8"))["result"]["streams"]
    assert streams["prnd_cut.raffinate"]["purity"]["Pr"] >= 0.99526
    assert streams["prnd_cut.strip_liquor"]["purity"]["Nd"] >= 0.98443


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--beta", "0.9"), "error: separation factor is 0.9; give a finite number above 1, A over B"),
        (("--beta", "2", "--extract", "40 %"), "error: extract purity 0.4 is not above the 0.5 that the feed holds"),
        (
            ("--beta", "1.02"),
            "error: extract purity 0.999 is not reached with 600 stages, only 0.93",
        ),
        (
            ("baotou", "flotation"),
            "baotou.yaml:43:3: error: flotation: flotation is a flotation_circuit, not a solvent_extraction\n"
            "    flotation:                                         # on the tailings of the iron plant\n"
            "    ^\n"
            "  hint: design a unit of kind solvent_extraction",
        ),
        (
            ("baotou", "ndpr_cut", "--set", "ndpr_cut.purity.extract=20 %"),
            "--set ndpr_cut.purity.extract: error: ndpr_cut (solvent_extraction): extract purity 0.2 is not above",
        ),
    ],
)
def test_designs_that_cannot_be(words, said) -> None:
    assert said in told(*words, code=1)
