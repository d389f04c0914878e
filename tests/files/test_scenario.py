"""Scenario files: what a file says is what the `Scenario` holds; shipped ones; changes; names of goods; editors."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import didymium
from didymium.files import check_scenario, load_scenario, scenario_schema_json, shipped_scenarios
from didymium.files.reader import compose, decode
from didymium.files.scenario_values import date_of, years_of
from didymium.goods import FORMS, GoodError, good_names, matching, one_good, words
from didymium.quantities import QuantityError
from didymium.scenario import Scenario
from didymium.testing import is_flowsheet

ROOT = Path(__file__).resolve().parents[2]
VALID = ROOT / "tests" / "golden_scenario" / "valid.yaml"

MORE = """\
didymium: 1
scenario: More of everything
extends: valid.yaml
years: 2024 to 2026
objective: cost
hold: 30 USD2024/t (made_up)
freight: 200 USD2024/t (made_up)
prices: {NdPr oxide: 80 USD2024/kg, Dy oxide: 300 USD2024/kg, DyTb oxides: 900 USD2024/kg, motor magnet: 60 USD2024/kg}
slips:
  building: {delay: 6 month (assumed), success: 90 % (assumed)}
plants:
  mountain_pass:
    status: building
    stages:
      separation: {delay: 0 year (made_up), ramp: [50 %, 100 %], availability: 90 %, yields: {NdPr: 80 %}}
      heavy_separation:
        {capacity: 200 t/year, counts: Dy + Tb, start: 2026Q3, stop: 2030-01, flowsheet: kuantan, least: 50 %}
demand:
  us:
    cars: {number: {2024: 1e6 /year, 2026: 2e6 /year}, collected: {2026: 10 %}, must: true, weight: 3}
    wind:
      {magnet: motor, number: 5_000 MW/year, each: 600 kg/MW, substitutes: {nitride: {each: 1.6 t/t, at_most: 10 %}}}
    catalysts: {oxide: Ce, tonnes: 3_000 t/year}
rules:
  heavies: {until: 2026-07, active: false, uses: [wind]}
  quarters: {kind: quota, origin: [china], goods: [magnets], limit: {2026Q1: 500 t, 2025: 4_000 t/year}}
  licences: {kind: licence, origin: [china], delay: 73.05 day, granted: 40 %, buyers: [us]}
  duty: {kind: tariff, origin: [china], rate: 25 %}
  inside: {kind: content, origin: [china], threshold: 0.1 %}
stockpiles:
  terbium: {at_least: 5 t, months: {2025: 18}, origin: china}
levers:
  build: {first: 2025}
  lift: {kind: lift, rules: [heavies]}
  ahead: {kind: stockpile, goods: [Tb oxide], at_most: 20 t, cost: 100 USD2024/t}
"""


@pytest.fixture(scope="module")
def valid() -> Scenario:
    return load_scenario(VALID)


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("more")
    folder.joinpath("valid.yaml").write_bytes(VALID.read_bytes())
    file = folder / "more.yaml"
    file.write_text(MORE, encoding="utf-8")
    return load_scenario(file)


def test_a_file_says_what_the_scenario_holds(valid: Scenario) -> None:
    assert (valid.name, valid.title, valid.objective) == ("valid", "Magnets of two regions", "unmet")
    assert valid.years == tuple(range(2024, 2031))
    assert (valid.regions, valid.focus, valid.sites) == (("us", "china"), ("us",), ("mountain_pass",))
    stage = valid.plants["mountain_pass"].stages["separation"]
    assert (stage.capacity.nominal, stage.counts, stage.start, stage.region) == (6075.0, "NdPr", 2023.5, "us")
    assert [share.nominal for share in stage.ramp] == [0.4, 0.75, 1.0]
    assert (stage.delay, stage.success, stage.flowsheet) == (None, None, "mountain_pass")
    assert valid.plants["mountain_pass"].stages["mine"].counts == "REO"
    assert dict(valid.magnets["nitride"].content) == {}
    assert valid.magnets["motor"].diffused == ("Tb",)


def test_a_stage_takes_from_its_plant_its_status_and_the_standard(valid: Scenario) -> None:
    stage = valid.plants["fort_worth"].stages["magnet"]
    assert (stage.start, stage.status, stage.counts, stage.flowsheet) == (2025.75, "announced", "mass", "texas_magnets")
    assert stage.delay is not None
    assert stage.success is not None
    assert (stage.delay.nominal, stage.success.nominal) == (1.0, 0.4)
    assert stage.makes == ("general", "motor")


def test_number_times_each_is_tonnes(valid: Scenario, more: Scenario) -> None:
    cars = valid.demand[0]
    assert (cars.region, cars.use, cars.good) == ("us", "cars", "motor")
    assert cars.tonnes.at(2030) == pytest.approx(1.3e6 * 1.2e-3, rel=1e-12)
    later, _, wind, catalysts = more.demand
    assert [later.tonnes.at(year) for year in (2020, 2025, 2040)] == pytest.approx([1200.0, 1800.0, 2400.0], rel=1e-12)
    assert wind.tonnes.at(2025) == pytest.approx(3000.0, rel=1e-12)
    assert (catalysts.good, catalysts.tonnes.at(2025)) == ("Ce oxide", 3000.0)
    assert (later.must, later.weight, wind.must, wind.weight) == (True, 3.0, False, 1.0)
    assert later.collected is not None
    assert later.collected.first == 2026
    (nitride,) = wind.substitutes
    assert (nitride.magnet, nitride.each.nominal, nitride.at_most.at(2030)) == ("nitride", 1.6, 0.1)


def test_a_series_is_linear_between_its_years(valid: Scenario) -> None:
    tonnes = valid.demand[1].tonnes
    assert [tonnes.at(year) for year in (2010, 2020, 2025, 2030, 2050)] == [16e3, 16e3, 26_500.0, 37e3, 37e3]


def test_a_stage_has_the_first_word_over_plant_and_status(more: Scenario) -> None:
    stages = more.plants["mountain_pass"].stages
    separation, heavy, mine = (stages[name] for name in ("separation", "heavy_separation", "mine"))
    assert separation.status == heavy.status == mine.status == "building"
    assert separation.delay is not None
    assert heavy.delay is not None
    assert (separation.delay.nominal, heavy.delay.nominal) == (0.0, 0.5)
    assert [share.nominal for share in separation.ramp] == [0.5, 1.0]
    assert separation.availability is not None
    assert separation.availability.nominal == 0.9
    assert separation.yields["NdPr"].nominal == 0.8
    assert (heavy.start, heavy.stop, heavy.counts, heavy.flowsheet) == (2026.5, 2030.0, "Dy + Tb", "kuantan")
    assert heavy.least is not None
    assert heavy.least.nominal == 0.5


def test_rules_of_every_kind(more: Scenario) -> None:
    ban, quota, licence, tariff, content = more.rules.values()
    assert (ban.kind, ban.active, ban.first, ban.last, ban.uses) == ("ban", False, 2025.25, 2026.5, ("wind",))
    assert ban.goods == ("Tb oxide", "Tb metal")
    assert {period: value.nominal for period, value in quota.limit.items()} == {(2026, 1): 500.0, (2025, 0): 4000.0}
    assert licence.delay is not None
    assert licence.granted is not None
    assert licence.delay.nominal == pytest.approx(0.2, rel=1e-12)
    assert (licence.granted.nominal, licence.buyers, licence.goods) == (0.4, ("us",), ())
    assert tariff.rate is not None
    assert content.threshold is not None
    assert (tariff.rate.nominal, content.threshold.nominal) == (0.25, 0.001)


def test_stocks_levers_and_money(more: Scenario) -> None:
    stock = more.stockpiles["terbium"]
    assert stock.at_least is not None
    assert stock.months is not None
    assert (stock.start.nominal, stock.at_least.at(2026), stock.months.first, stock.origin) == (
        10.0,
        5.0,
        2025,
        "china",
    )
    build, lift, ahead = more.levers.values()
    assert (build.kind, build.stages, build.regions, build.first) == ("build", ("magnet",), ("us",), 2025.0)
    assert (lift.rules, ahead.goods) == (("heavies",), ("Tb oxide",))
    assert more.freight is not None
    assert more.hold is not None
    assert (more.freight.nominal, more.hold.nominal) == (200.0, 30.0)
    prices = {"NdPr oxide": 80.0, "Dy oxide": 300.0, "Tb oxide": 900.0, "motor magnets": 60.0}
    assert {name: price.nominal for name, price in more.prices.items()} == prices


def test_places_lead_back_to_the_lines(valid: Scenario) -> None:
    lines = VALID.read_text(encoding="utf-8").splitlines()
    for path, word in (
        ("plants.mountain_pass.stages.mine.capacity", "capacity"),
        ("rules.heavies", "heavies"),
        ("demand.us.rest.tonnes.2030", "2030"),
    ):
        place = valid.place(path)
        assert lines[place.line - 1][place.column - 1 :].startswith(word)
    assert valid.place("rules.heavies.nothing") == valid.place("rules.heavies")
    assert valid.plants["fort_worth"].stages["magnet"].position == valid.place("plants.fort_worth.stages.magnet")


def test_changes_replace_what_the_file_says() -> None:
    changed = load_scenario(
        VALID,
        {
            "rules.heavies.active": "false",
            "plants.mountain_pass.stages.mine.capacity": "40_000 t/year",
            "years": "2025",
            "demand.us.rest.tonnes": "{2024: 1 t/year, 2026: 3 t/year}",
        },
    )
    assert not changed.rules["heavies"].active
    assert changed.plants["mountain_pass"].stages["mine"].capacity.nominal == 40_000.0
    assert changed.years == (2025,)  # a lever that begins later is idle then, and no fault
    assert changed.demand[1].tonnes.at(2025) == 2.0


def test_years_may_be_keys_quoted_or_not() -> None:
    node, faults = compose(decode(b"{2024: 1, '2025': 2}", "years"))
    assert not faults
    assert node.data() == {"2024": 1, "2025": 2}


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_shipped_scenarios_have_no_fault_and_a_source_for_every_number(name: str) -> None:
    assert check_scenario(name, strict=True) == []
    assert didymium.load_scenario(name).name == name


def test_scenarios_are_no_flowsheets_with_targets_to_test() -> None:
    assert not is_flowsheet(VALID)
    assert not any(is_flowsheet(path) for path in shipped_scenarios().values())


def test_the_schema_for_editors_is_current_and_takes_every_scenario() -> None:
    made = scenario_schema_json()
    kept = json.loads((ROOT / "flowsheets" / "scenario.schema.json").read_text(encoding="utf-8"))
    assert kept == made, "didymium schema scenario > flowsheets/scenario.schema.json"
    validator = jsonschema.Draft202012Validator(made)
    for path in (VALID, *shipped_scenarios().values()):
        data = compose(decode(path.read_bytes(), path.name))[0].data()
        assert [error.message for error in validator.iter_errors(data)] == []
    data = compose(decode(VALID.read_bytes(), "valid"))[0].data()
    data["rules"]["heavies"]["kind"] = "embargo"
    del data["plants"]["mountain_pass"]["region"]
    assert {error.path[0] for error in validator.iter_errors(data)} == {"rules", "plants"}


def test_the_reference_is_current_and_its_example_is_a_scenario(tmp_path: Path) -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_scenario_reference.py"))
    page = (ROOT / "docs" / "scenario_reference.md").read_text(encoding="utf-8")
    assert made["reference"]() == page, "run python docs/make_scenario_reference.py"
    file = tmp_path / "example.yaml"
    file.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    assert check_scenario(file) == []


@given(st.integers(1950, 2100), st.integers(1, 12))
def test_a_month_is_its_part_of_the_year(year: int, month: int) -> None:
    date = date_of(f"{year}-{month:02d}")
    assert year <= date < year + 1
    assert round((date - year) * 12) == month - 1
    assert date_of(f"{year}Q{(month - 1) // 3 + 1}") <= date


@pytest.mark.parametrize("text", ["2026-00", "2026-13", "1066", "26-07", "July 2026", "2026Q0", "2026.5", ""])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(QuantityError):
        date_of(text)


@pytest.mark.parametrize("text", ["2030 to 2024", "2024-2030", "1900 to 2000", "1960 to 2099", "soon"])
def test_what_is_no_range_of_years(text: str) -> None:
    with pytest.raises(QuantityError):
        years_of(text)


KINDS, ORES = ("motor", "general"), ("mountain_pass",)


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("NdPr oxide", ("oxide:NdPr",)),
        ("  Dy   metal ", ("metal:Dy",)),
        ("HREE oxides", tuple(f"oxide:{e}" for e in ("Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y"))),
        ("LREE metals", ("metal:La", "metal:Ce", "metal:NdPr")),
        ("motor magnets", ("magnet:motor",)),
        ("motor old magnets", ("scrap:motor",)),
        ("old magnets", ("scrap:*",)),
        ("general alloy", ("alloy:general",)),
        ("mountain_pass concentrate", ("concentrate:mountain_pass",)),
        ("mountain_pass heavies", ("heavy:mountain_pass",)),
        ("magnets", ("magnet:*",)),
    ],
)
def test_goods_by_their_names(text: str, patterns: tuple[str, ...]) -> None:
    assert good_names(text, KINDS, ORES) == patterns


@pytest.mark.parametrize(
    "text", ["", "oxide", "Dy", "Nd oxide", "Fe oxide", "moter magnets", "baotou concentrate", "x y"]
)
def test_what_is_no_good(text: str) -> None:
    with pytest.raises(GoodError):
        good_names(text, KINDS, ORES)


@pytest.mark.parametrize("text", ["oxides", "DyTb oxide", "magnets"])
def test_several_goods_are_not_one(text: str) -> None:
    assert good_names(text, KINDS, ORES)
    with pytest.raises(GoodError, match="names several goods"):
        one_good(text, KINDS, ORES)


@given(st.sampled_from(FORMS))
def test_the_words_of_a_good_name_it(form: str) -> None:
    what = {"oxide": "Dy", "metal": "Dy"}.get(form, "motor" if FORMS.index(form) > 4 else "mountain_pass")
    assert one_good(words(f"{form}:{what}"), KINDS, ORES) == f"{form}:{what}"


def test_goods_that_match() -> None:
    names = ("oxide:Dy", "oxide:NdPr", "heavy:mountain_pass", "heavy:mountain_pass@kuantan", "magnet:motor")
    assert matching(("oxide:*",), names) == names[:2]
    assert matching(("heavy:mountain_pass",), names) == names[2:4]
    assert matching((), names) == names
