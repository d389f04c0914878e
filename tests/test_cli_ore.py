"""Bad input of ores and their chemistry beside the golden files: short doses by hand, shipped plants broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from didymium.cli import app
from didymium.data import thorium_solubility

FOLDER = Path(__file__).with_name("golden_ore")


def invoke(*arguments: str) -> Any:
    """Run a command in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_table_of_thorium_ends_where_the_golden_text_says() -> None:
    degrees = list(thorium_solubility())
    text = (FOLDER / "bake_too_hot.txt").read_text(encoding="utf-8")
    assert f"({degrees[0]:g} to {degrees[-1]:g} °C is)" in text


# -- what a short dose leaves, by hand --------------------------------------------------------------------------------

HEAD = "didymium: 1\nname: Short\nregion: china\nyear: 2025\noperating_hours: 8_000 h/year\n"
MONAZITE = """\
feeds:
  concentrate: {minerals: {monazite: 100 %}, distribution: {Ce: 100 %}, rate: 1 t/h}
units:
"""


def solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> dict[str, Any]:
    """The streams of a small flowsheet, through `run --json -`, and no target or bound in the way."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(HEAD + text, encoding="utf-8")
    result = invoke("run", "short.yaml", "--json", "-")
    assert result.exit_code == 0, result.stderr
    streams: dict[str, Any] = json.loads(result.stdout)["result"]["streams"]
    return streams


def test_a_bake_short_of_acid_leaves_monazite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # 2 CePO4 + 3 H2SO4: 1.5 * 98.079 kg per 235.087 kg of CePO4, 0.6258 kg/kg. A dose of 0.25 kg/kg opens 39.95 %.
    # 1 t holds 140.116 / 235.087 = 596.02 kg Ce: 238.1 kg in the water, 357.9 kg in the residue.
    streams = solved(
        tmp_path,
        monkeypatch,
        MONAZITE
        + """\
  bake:
    {kind: sulfuric_bake, feed: concentrate, acid: 0.25 t/t, temperature: 300 °C, conversion: {monazite: 100 %},
     acid_short: unleached}
  leach: {kind: water_leach, feed: bake.calcine, extraction: {REO: 100 %}}
products: {liquor: leach.liquor}
""",
    )
    cerium, opened = 1000.0 * 140.116 / 235.087, 0.25 / (1.5 * 98.079 / 235.087)
    liquor, residue = (streams[f"leach.{name}"]["element_kg_per_h"]["Ce"] for name in ("liquor", "residue"))
    assert liquor == pytest.approx(opened * cerium, rel=2e-4)
    assert residue == pytest.approx((1.0 - opened) * cerium, rel=2e-4)
    assert opened == pytest.approx(0.3995, abs=2e-4)


def test_a_leach_short_of_acid_leaves_oxide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # La2O3 + 6 HCl: 218.766 kg per 325.809 kg, 0.67146 kg/kg. A dose of 0.5 kg/kg dissolves 74.46 %;
    # 1 t holds 277.811 / 325.809 = 852.68 kg La: 634.9 kg dissolve, 217.8 kg stay.
    streams = solved(
        tmp_path,
        monkeypatch,
        """\
feeds:
  oxide: {material: {La2O3: 100 %}, form: oxide, rate: 1 t/h, price: 1 USD2024/kg}
units:
  leach: {kind: acid_leach, feed: oxide, extraction: {REO: 100 %}, acid: 0.5 t/t, acid_short: unleached}
products: {liquor: leach.liquor}
""",
    )
    lanthanum, dissolved = 1000.0 * 277.811 / 325.809, 0.5 / (218.766 / 325.809)
    assert streams["leach.liquor"]["element_kg_per_h"]["La"] == pytest.approx(dissolved * lanthanum, rel=2e-4)
    assert streams["leach.residue"]["element_kg_per_h"]["La"] == pytest.approx((1 - dissolved) * lanthanum, rel=2e-4)
    assert dissolved == pytest.approx(0.7446, abs=2e-4)


def test_a_crack_short_of_caustic_leaves_monazite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # CePO4 + 3 NaOH: 119.991 kg per 235.087 kg, 0.51041 kg/kg. A dose of 0.3 kg/kg opens 58.78 %, and hydrochloric
    # acid that takes all that is opened leaves 41.22 % of the 596.02 kg Ce, 245.7 kg.
    streams = solved(
        tmp_path,
        monkeypatch,
        MONAZITE
        + """\
  crack:
    {kind: caustic_crack, feed: concentrate, caustic: 0.3 t/t, conversion: {monazite: 100 %}, caustic_short: unleached}
  leach: {kind: acid_leach, feed: crack.hydroxide, extraction: {REO: 100 %}}
products: {liquor: leach.liquor}
""",
    )
    cerium, opened = 1000.0 * 140.116 / 235.087, 0.3 / (119.991 / 235.087)
    assert streams["leach.liquor"]["element_kg_per_h"]["Ce"] == pytest.approx(opened * cerium, rel=2e-4)
    assert streams["leach.residue"]["element_kg_per_h"]["Ce"] == pytest.approx((1.0 - opened) * cerium, rel=2e-4)
    assert opened == pytest.approx(0.5878, abs=2e-4)


@pytest.mark.parametrize(
    ("unit", "key"),
    [
        ("{kind: sulfuric_bake, feed: concentrate, acid: 0.25 t/t, temperature: 300 °C}", "acid"),
        ("{kind: caustic_crack, feed: concentrate, caustic: 0.3 t/t}", "caustic"),
    ],
)
def test_the_same_doses_are_faults_where_the_file_does_not_ask_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str, key: str
) -> None:
    monkeypatch.chdir(tmp_path)
    outlet = "calcine" if key == "acid" else "hydroxide"
    text = f"{HEAD}{MONAZITE}  crack: {unit}\nproducts: {{solid: crack.{outlet}}}\n"
    (tmp_path / "short.yaml").write_text(text, encoding="utf-8")
    result = invoke("run", "short.yaml", "--json", "out.json")
    assert result.exit_code == 1
    column = text.splitlines()[8].index(f" {key}: ") + 2
    assert result.stderr.startswith(f"short.yaml:9:{column}: error: crack ")
    assert f"{key}_short: unleached" in result.stderr
    assert not (tmp_path / "out.json").exists()


# -- shipped plants, broken -------------------------------------------------------------------------------------------

BROKEN = [
    ("mountain_pass", "mill.work_index", "11 kWh", "is an energy; needs kWh/kg"),
    ("mountain_pass", "roast.kind", "oxidative_roost", "did you mean 'oxidative_roast'?"),
    ("mountain_pass", "roast.conversion", "{bastnaesite: 98 %}", "its feed holds monazite, and no conversion says"),
    ("mountain_pass", "flotation.floatability", "{bastnaesite: 0.6 /min}", "and no floatability says how they float"),
    (
        "mountain_pass",
        "purify.feed",
        "second_leach.residue",
        "purify takes a liquor, and second_leach.residue is a solid",
    ),
    ("baotou", "bake.acid", "0.3 t/t", "of acid is short of the"),
    ("baotou", "bake.temperature", "850 °C", "it is not known what of the thorium stays soluble"),
    ("baotou", "bake.conversion", "{bastnaesite: 99 %}", "its feed holds monazite, and no conversion says"),
    ("baotou", "purify.feed", "bake.offgas", "purify takes a liquor, and bake.offgas is a gas"),
    ("baotou", "chlorides.recovery", "{RE0: 99 %}", "unknown element or group 'RE0'"),
    ("ganzhou", "feeds.clay.deposit", "bayan_obo", "and no ion_adsorbed rare earths, which alone a salt moves"),
    ("ganzhou", "hill.strength", "2 g/L", "of salt per t of clay, and the clay takes"),
    ("ganzhou", "hill.salt", "ammonium_sulphate", "did you mean 'ammonium_sulfate'?"),
    ("ganzhou", "purify.pH", "9", "9 is above 7"),
    ("ganzhou", "purify.pH", "6.9", "is too high: the first 1 % of the"),
    ("kuantan", "bake.acid", "16 %", "of acid is short of the"),
    ("kuantan", "leach.liquor", "350 g/L", "sulphates of the rare earths dissolve to 45 g/L"),
    ("kuantan", "leach.feed", "flotation.concentrate", "it already goes to bake"),
    ("kuantan", "flotation.cleaners", "{cells: 4, time: 8 min}", "must be a list, not a mapping"),
    ("kuantan", "train.products.heavy.elements", "[Ho, Er]", "heavy reaches a purity of 0."),
    ("la_rochelle", "feeds.mixed_carbonate.material.H2O", "8 %", "the shares add up to 79.3"),
    ("la_rochelle", "feeds.old_magnets.rate", "0 kg", "is a mass; needs kg/h"),
    ("la_rochelle", "dissolve.acid", "0.01 t/t", "give `acid`, a dose, or `acid_excess`"),
    ("la_rochelle", "magnet_leach.feed", "mixed_carbonate", "it already goes to dissolve"),
    ("la_rochelle", "polish.pH", "0", "0 is below 1"),
    ("myanmar_clay", "hill.retained", "100 %", "it passes no rare earths on to hill.liquor"),
    ("myanmar_clay", "hill.collection", "192 %", "192 % is above 100 %"),
    ("myanmar_clay", "feeds.clay.deposit", "myanmar", "did you mean 'myanmar_clay'?"),
    ("myanmar_clay", "regions.mine", "mianmar", "did you mean 'myanmar'?"),
    ("myanmar_clay", "train.sequence", "[Nd / Eu with P507]", "elements that meet at a cut are neighbours"),
]
"""A change of a shipped plant and what its fault says: typos, units, minerals and streams where they do not belong."""


@pytest.mark.parametrize(("plant", "path", "value", "words"), BROKEN)
def test_a_shipped_plant_that_is_broken_says_how(plant: str, path: str, value: str, words: str) -> None:
    result = invoke("run", plant, "--set", f"{path}={value}", "--no-streams")
    assert result.exit_code == 1, result.stdout
    assert words in result.stderr
    assert ": error: " in result.stderr.splitlines()[0]
    assert path.split(".")[0 if path[:5] != "feeds" else 1] in result.stderr


# -- targets ----------------------------------------------------------------------------------------------------------

OXIDE = """\
feeds:
  carbonate:
    material: {La2C3O9: 45 %, Nd2C3O9: 45 %, Fe2O3: 1 %, CaCO3: 9 %}
    form: carbonate
    rate: 1 t/h
    price: 3 USD2024/kg
units:
  leach: {kind: acid_leach, feed: carbonate, extraction: {REO: 99 %, Ca: 99 %, Fe: 90 %}}
  oxalate: {kind: oxalate_precipitation, feed: leach.liquor}
products: {oxide: oxalate.oxide}
targets:
  - {stream: oxide, impurity: Ca, at_most: 10 ppm}
  - {stream: oxide, impurity: [Fe, Ca], at_most: 90 %}
  - {stream: oxide, grade: ndpr_oxide_99_5}
"""


def test_an_impurity_that_misses_its_target_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "oxide.yaml").write_text(HEAD + OXIDE, encoding="utf-8")
    result = invoke("run", "oxide.yaml", "--no-streams", "--json", "out.json")
    assert result.exit_code == 0
    shown = [line.split() for line in result.stdout.splitlines()]
    calcium = next(line for line in shown if line[:3] == ["Ca", "in", "oxide"])
    at = 1 + (HEAD + OXIDE).splitlines().index("  - {stream: oxide, impurity: Ca, at_most: 10 ppm}")
    assert f"oxide.yaml:{at}:5" in calcium
    assert calcium[-1] == "MISSED"
    assert next(line for line in shown if line[:3] == ["Fe", "+", "Ca"])[-1] == "met"
    assert next(line for line in shown if line[:4] == ["-", "Ca", "as", "CaO"])[-1] == "MISSED"
    assert "targets missed  Ca in oxide at most 10 ppm and grade ndpr_oxide_99_5 of oxide" in result.stdout
    made = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["result"]["targets"]
    assert [one["passed"] for one in made] == [False, True, False]
    assert made[0]["value"] > 10e-6
