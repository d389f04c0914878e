"""Files to plans: what a checked file gives, where it may come from and what may be changed."""

import hashlib
import pickle
import subprocess
import sys
import time

import pytest

import didymium.files
from didymium.files import FlowsheetError, check, load_plan
from didymium.files.diagnostics import Diagnostic, Place, Source, in_order, report
from didymium.quantities import Normal

HANG = 60.0
"""Seconds after which a run counts as hung; no speed is held here."""


@pytest.fixture
def plan(plant, registry, known):
    return load_plan(plant, registry=registry, known=known)


@pytest.fixture
def load(tmp_path, plant, registry, known):
    """Loads a text that may extend the example as `plant.yaml`."""

    def run(text, **options):
        (tmp_path / "plant.yaml").write_bytes(plant.read_bytes())
        path = tmp_path / "case.yaml"
        path.write_text(text, encoding="utf-8")
        return load_plan(path, registry=registry, known=known, **options)

    return run


EXTENDS = "didymium: 1\nextends: plant.yaml\n"


def test_head(plan, plant):
    assert (plan.name, plan.title) == ("plant", "Bayan Obo to Baotou magnets")
    assert (plan.region, plan.year, plan.allocation) == ("china", 2024, "value")
    assert dict(plan.regions) == {"magnet": "usa"}
    assert plan.hours_per_year.nominal == 7920.0
    assert plan.sources == {"plant_visit": "Notes of a visit"}
    assert plan.sha256 == hashlib.sha256(plant.read_bytes()).hexdigest()
    assert (plan.position.line, plan.position.column) == (2, 1)


def test_feeds(plan):
    ore, dysprosium = plan.feeds["ore"], plan.feeds["dysprosium"]
    assert (ore.deposit, ore.form, ore.grade, ore.price) == ("bayan_obo", "ore", None, None)
    assert ore.rate.nominal == pytest.approx(1e7 / 24)
    assert dysprosium.rate is None
    assert {name: value.nominal for name, value in dysprosium.material.items()} == {"Dy": 0.8, "Fe": 0.2}
    assert (dysprosium.form, dysprosium.price.nominal, dysprosium.deposit) == ("metal", 250.0, None)
    assert ore.position.line == 13


def test_units(plan):
    flotation = plan.units["flotation"]
    assert flotation.kind.name == "flotation"
    assert flotation.inlets == {"feed": "ore"}
    assert flotation.stage == "mine"
    assert flotation.parameters.recovery["REO"].spread == Normal(0.05)
    assert flotation.parameters.recovery["REO"].source == "miit2016"
    assert flotation.position.line == 17
    assert plan.units["second_feed"].inlets == {"feeds.0": "first_cut.raffinate", "feeds.1": "alloy.swarf"}
    assert plan.units["alloy"].inlets == {"feed": "second_cut.strip_liquor", "addition": "dysprosium"}


def test_like_copies_keys_and_own_keys_win(plan):
    first, second = plan.units["first_cut"].parameters, plan.units["second_cut"].parameters
    assert second.extractant == first.extractant
    assert (second.cut, second.feed) == ("Ce / Pr", "second_feed.mixed")
    assert second.purity["raffinate"] == first.purity["raffinate"]
    assert second.purity["extract"] != first.purity["extract"]
    assert (first.make_up.nominal, second.make_up) == (pytest.approx(10.0), "none")  # removed with null


def test_rates_per_year_become_rates_per_operating_hour(plan):
    assert plan.units["first_cut"].parameters.make_up.unit == "kg/h"
    assert plan.nameplates["alloy"].rate.nominal == pytest.approx(6_075_000 / 7920)
    assert plan.targets[2].at_least == pytest.approx(6_000_000 / 7920)


def test_targets_and_nameplates_name_streams(plan):
    purity, recovery, capacity = plan.targets
    assert (purity.kind, purity.stream, purity.elements, purity.at_least) == (
        "purity",
        "second_cut.strip_liquor",
        ("Pr", "Nd"),
        0.995,
    )
    assert (recovery.kind, recovery.source, recovery.stream, recovery.elements) == (
        "recovery",
        "ore",
        "alloy.flakes",
        ("Nd",),
    )
    assert (capacity.kind, capacity.stage, capacity.at_most) == ("capacity", "alloy", None)
    assert recovery.text == "recovery of Nd from ore to alloy at least 45 %"
    assert plan.nameplates["alloy"].stream == "alloy.flakes"
    assert plan.nameplates["alloy"].basis == "NdPr"


def test_targets_of_impurities_and_grades(plant, registry, known):
    said = "[{stream: ndpr, impurity: [Fe, Cl], at_most: 500 ppm}, {stream: ndpr, grade: ndpr_oxide_99_5}]"
    impurity, grade = load_plan(plant, registry=registry, known=known, changes={"targets": said}).targets
    assert (impurity.kind, impurity.stream, impurity.elements) == ("impurity", "second_cut.strip_liquor", ("Fe", "Cl"))
    assert (impurity.at_least, impurity.at_most) == (None, 5e-4)
    assert impurity.text == "Fe + Cl in ndpr at most 500 ppm"
    same = load_plan(plant, registry=registry, known=known, changes={"targets": said.replace("ppm", "mg/kg")})
    assert same.targets[0].at_most == 5e-4
    assert (grade.kind, grade.grade, grade.elements, grade.at_least) == (
        "grade",
        "ndpr_oxide_99_5",
        ("Pr", "Nd"),
        0.995,
    )
    assert [(one.kind, one.elements[0]) for one in grade.limits[:3]] == [
        ("purity", "Pr"),
        ("oxides", "REO"),
        ("impurity", "Fe"),
    ]
    assert grade.limits[2].assumed
    assert not grade.limits[0].assumed
    assert grade.text == "grade ndpr_oxide_99_5 of ndpr"


def test_prices_keep_what_they_are_counted_in(plan):
    assert plan.prices["electricity"].unit == "USD/kWh"
    assert (plan.prices["HCl"].nominal, plan.prices["HCl"].unit) == (0.08, "USD/kg")


def test_values_by_path(plan):
    values = plan.values()
    assert values["flotation.recovery.REO"].nominal == 0.75
    assert values["feeds.dysprosium.material.Dy"].nominal == 0.8
    assert values["first_cut.extractant.concentration"].unit == "mol/L"


def test_collections_are_read_only(plan):
    with pytest.raises(TypeError):
        plan.units["x"] = None


def test_same_text_same_plan(plant, registry, known):
    first, second = (load_plan(plant, registry=registry, known=known) for _ in range(2))
    assert first == second


def test_extends_merges_and_removes(load):
    plan = load(
        EXTENDS + "name: Another\nunits:\n  flotation: {recovery: {Ce: null, La: 60 %}}\n"
        "  leach: {water: 9 t/t}\nprices: null\n"
    )
    assert plan.title == "Another"
    assert {name: value.nominal for name, value in plan.units["flotation"].parameters.recovery.items()} == {
        "REO": 0.75,
        "La": 0.6,
    }
    assert plan.units["leach"].parameters.water.nominal == 9.0
    assert plan.prices == {}
    assert plan.units["bake"].position.file.endswith("plant.yaml")
    assert plan.units["leach"].position.file.endswith("case.yaml")


def test_extends_hashes_all_files(load, plant):
    text = EXTENDS + "year: 2025\n"
    assert load(text).sha256 == hashlib.sha256(text.encode() + plant.read_bytes()).hexdigest()


def test_a_unit_of_another_kind_replaces(load):
    plan = load(EXTENDS + "units:\n  leach: {kind: mixer, feeds: [bake.calcine]}\n  first_cut: {feed: leach.mixed}\n")
    assert plan.units["leach"].kind.name == "mixer"


def test_likes_see_what_extends_changed(load):
    plan = load(EXTENDS + "units:\n  first_cut: {extractant: {concentration: 1 mol/L}}\n")
    assert plan.units["second_cut"].parameters.extractant.concentration.nominal == 1.0


def test_changes(load):
    plan = load(
        EXTENDS,
        changes={
            "flotation.recovery.REO": "80 %",
            "ore.rate": "5 t/h",
            "feeds.dysprosium.price": "300 USD2024/kg",
            "second_feed.feeds.1": "alloy.swarf",
            "second_cut.extractant.concentration": "1 mol/L",
            "year": "2030",
            "bake.temperature": "",
        },
    )
    assert plan.units["flotation"].parameters.recovery["REO"].nominal == 0.8
    assert plan.feeds["ore"].rate.nominal == 5000.0
    assert plan.feeds["dysprosium"].price.nominal == 300.0
    assert plan.units["second_cut"].parameters.extractant.concentration.nominal == 1.0
    assert plan.units["first_cut"].parameters.extractant.concentration.nominal == 1.5  # the shared node is untouched
    assert plan.year == 2030


def test_texts_that_read_like_values_need_no_source(tmp_path, registry, known):
    text = (
        "didymium: 1\nname: 50 %\nregion: china\nyear: 2024\noperating_hours: 7_920 h/year (own)\n"
        "feeds: {ore: {deposit: bayan_obo, rate: 5 t/h (own), note: 50 %}}\n"
        "units: {part: {kind: splitter, feed: ore, share: 50 % (own), note: 50 %}}\nsources: {own: 50 %}\n"
        "products: {one: part.first, other: part.second}\n"
    )
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    assert check(path, strict=True, registry=registry, known=known) == []


def test_all_faults_at_once(load):
    with pytest.raises(FlowsheetError) as caught:
        load(EXTENDS + "region: mars\nyear: x\nunits: {bake: {acid: 5 kg}, leach: {feed: bake.calcin}}\n")
    assert [fault.place.line for fault in caught.value.diagnostics] == [3, 4, 5, 5]
    assert str(caught.value).count(": error: ") == 4


def test_check_gives_warnings_too(load, tmp_path, registry, known):
    load(EXTENDS)
    path = tmp_path / "case.yaml"
    path.write_text(EXTENDS + "feeds: {spare: {deposit: bayan_obo, rate: 1 t/h}}\n", encoding="utf-8")
    (found,) = check(path, registry=registry, known=known)
    assert (found.severity, found.message) == ("warning", "no unit takes the feed 'spare'")
    assert load_plan(path, registry=registry, known=known).feeds["spare"].deposit == "bayan_obo"


@pytest.mark.parametrize(
    ("old", "new", "leave"),
    [
        ("lace: second_cut.raffinate", "also: ndpr", []),  # a fault elsewhere is said alone
        (", lace: second_cut.raffinate", "", ["second_cut.raffinate"]),
        (", alloy.swarf]", "]", []),  # recyclers buy it
        (
            ", heavy: first_cut.strip_liquor, lace: second_cut.raffinate",
            "",
            ["first_cut.strip_liquor", "second_cut.raffinate"],
        ),
    ],
)
def test_what_leaves_untaken_and_unnamed_is_warned_of(tmp_path, plant, registry, known, old, new, leave):
    text = plant.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "a.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = [one for one in check(path, registry=registry, known=known) if one.severity == "warning"]
    words = [f"{name} leaves the plant: no unit takes it and no product names it" for name in leave]
    assert [one.message for one in found] == words
    assert {one.hint for one in found} <= {"feed it on, or name it under products"}
    for one, name in zip(found, leave, strict=True):
        line = one.place.source.line(one.place.line)
        assert line[one.place.column - 1 :].startswith(f"{name.split('.')[0]}:")


def test_by_products_with_a_value_may_leave_unnamed(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "didymium: 1\nname: A\nregion: china\nyear: 2024\noperating_hours: 7_920 h/year\n"
        "feeds: {ore: {deposit: bayan_obo, rate: 1 t/h}}\n"
        "units: {iron: {kind: magnetic_separation, feed: ore, iron: 75 %, rare_earths: 2 %, gangue: 1 %, "
        "electricity: 3 kWh/t}}\n"
    )
    assert [one.message.split()[0] for one in check(path)] == ["iron.nonmagnetic"]


def test_strict_needs_sources_and_spreads(tmp_path, registry, known):
    text = (
        "didymium: 1\nname: A\nregion: china\nyear: 2024\noperating_hours: 7_920 h/year ± 100 h/year (assumed)\n"
        "feeds: {ore: {deposit: bayan_obo, rate: 5 t/h (own)}}\n"
        "units: {mix: {kind: mixer, feeds: [ore], note: 5 t/h}}\nproducts: {mixed: mix.mixed}\n"
        "targets: [{recovery: Nd, from: ore, to: mix.mixed, at_least: 4 %}]\nsources: {own: A visit}\n"
    )
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    assert check(path, strict=True, registry=registry, known=known) == []
    path.write_text(text.replace(" (own)", ""), encoding="utf-8")
    (found,) = check(path, strict=True, registry=registry, known=known)
    assert found.message == "5 t/h has no source key"
    path.write_text(text.replace(" ± 100 h/year", ""), encoding="utf-8")
    (found,) = check(path, strict=True, registry=registry, known=known)
    assert found.message == "an assumed value needs a spread"


def test_many_faults_stay_quick(load):
    units = "".join(f"  u{i}: {{kind: mixer, feeds: [v{i}.mixed]}}\n" for i in range(3000))
    start = time.perf_counter()
    with pytest.raises(FlowsheetError) as caught:
        load(EXTENDS + "units:\n" + units)
    assert time.perf_counter() - start < HANG
    assert str(caught.value).endswith("… and 2950 more")


def test_many_unknown_keys_stay_quick(load):
    start = time.perf_counter()
    with pytest.raises(FlowsheetError):
        load(EXTENDS + "units:\n  bake:\n" + "".join(f"    acidd{i}: 1\n" for i in range(9000)))
    assert time.perf_counter() - start < HANG


def test_long_chains_stay_quick(load):
    units = "".join(
        f"  u{i}: {{kind: water_leach, feed: {f'u{i - 1}' if i else 'leach'}.residue}}\n" for i in range(2000)
    )
    start = time.perf_counter()
    assert len(load(EXTENDS + "units:\n" + units).units) == 2007
    assert time.perf_counter() - start < HANG


def test_long_chains_of_likes(load):
    units = "".join(f"  u{i}: {{like: u{i + 1}, feed: leach.residue}}\n" for i in range(3000))
    with pytest.raises(FlowsheetError) as caught:
        load(EXTENDS + "units:\n" + units)
    assert any("unknown unit 'u3000'" in fault.message for fault in caught.value.diagnostics)


def test_errors_travel_between_processes(load):
    with pytest.raises(FlowsheetError) as caught:
        load("didymium: 2\n")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert [str(item) for item in again.diagnostics] == [str(item) for item in caught.value.diagnostics]


def test_light_import():
    code = (
        "import sys, didymium.files; print([m for m in ('pint', 'yaml', 'networkx', 'pydantic') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"


def test_unknown_attribute():
    with pytest.raises(AttributeError):
        _ = didymium.files.nothing


def test_caret_under_tabs_wide_and_combining_characters():
    line = "\t磁e\u0301 wrong"
    text = str(Diagnostic(Place(Source("a", line), 1, 6, 5), "no"))
    assert text.splitlines()[1:] == ["  " + line, "  \t    ^^^^^"]


def test_control_characters_do_not_reach_a_terminal():
    text = str(Diagnostic(Place(Source("a", "x \x1b[31m y"), 1, 1, 1), "bad \x1b[0m"))
    assert "\x1b" not in text


def test_order_and_uniqueness():
    source = Source("a", "x\ny")
    first, second = (Diagnostic(Place(source, line, 1), "m") for line in (1, 2))
    assert in_order([second, first, first]) == [first, second]
    assert report([first]).startswith("a:1:1: error: m")
