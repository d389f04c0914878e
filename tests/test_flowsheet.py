"""Flowsheet and Result as a user holds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.flowsheet import LimitResult
from didymium.plan import Limit


@pytest.fixture(scope="module")
def result() -> didymium.Result:
    return didymium.load("mountain_pass").solve()


def test_a_file_and_a_name_load_alike(result: didymium.Result) -> None:
    path = Path(didymium.__file__).parent / "nowhere.yaml"
    with pytest.raises(didymium.FlowsheetError, match="nowhere"):
        didymium.load(path)
    assert didymium.load("mountain_pass").name == "mountain_pass"
    assert result.main_product == "magnet"
    assert result.ore == "ore"


def test_recovery_speaks_of_products_streams_and_groups(result: didymium.Result) -> None:
    assert result.recovery("Nd", to="magnet") == result.recovery("Nd", to="coating.magnets", source="ore")
    low, high = sorted([result.recovery("Nd", "ndpr_oxide"), result.recovery("Pr", "ndpr_oxide")])
    assert low < result.recovery("NdPr", "ndpr_oxide") < high
    with pytest.raises(KeyError, match="did you mean 'magnet'"):
        result.recovery("Nd", to="magnets")


def test_quantities_carry_units(result: didymium.Result) -> None:
    mass = result.quantity("streams.ndpr_oxide.oxide.mass")
    assert mass.to("t/day").magnitude == pytest.approx(result.stream("ndpr_oxide").mass() * 24 / 1000)
    assert str(result.quantity("cost.magnet").units) == "USD / kg"
    assert 0.0 < result.quantity("recovery.Nd").magnitude < 1.0
    with pytest.raises(KeyError, match="no quantity"):
        result.quantity("magnets")


def test_what_a_notebook_shows_is_short_and_escaped(tmp_path: Path, result: didymium.Result) -> None:
    assert repr(result).startswith("<Result Mountain Pass to Texas magnets: ")
    assert len(repr(result)) < 160
    assert len(repr(result.streams["ndpr_oxide.oxide"])) < 160
    path = tmp_path / "sly.yaml"
    path.write_text("didymium: 1\nextends: mountain_pass\nname: <script>alert(1)</script>\n", encoding="utf-8")
    sly = didymium.load(path)
    for shown in (sly._repr_html_(), sly.solve()._repr_html_()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown


def test_tables_for_pandas(result: didymium.Result) -> None:
    table = result.to_pandas()
    assert table.loc["flotation.concentrate", "REO_grade"] == pytest.approx(0.607, abs=0.001)
    oxide = result.streams["ndpr_oxide.oxide"].to_pandas()
    assert oxide["Nd"].sum() == pytest.approx(result.streams["ndpr_oxide.oxide"].element("Nd"))


def test_assumptions_are_listed_as_written(result: didymium.Result) -> None:
    assert result.assumptions["leach.cerium_iv"] == "3 % from 1 to 8 % (assumed)"
    assert "flotation.reagents.soda" not in result.assumptions


def test_sampled_prices_and_hours_reach_the_money() -> None:
    plant = didymium.load("baotou")
    base = plant.solve().cost.per_kg("magnet")
    result = plant.solve({"feeds.heavy_metal.price": np.array([430.0, 860.0])})
    low, high = result.cost.per_kg("magnet").by_cause["materials"]
    assert low == pytest.approx(base.by_cause["materials"], rel=1e-12)
    assert high > low + 3.0
    hours = plant.solve({"operating_hours": np.array([7920.0, 3960.0])})
    full, half = hours.cost.per_kg("magnet").by_cause["capital"]
    assert half > full
    assert hours.capacity["magnet"].throughput_t_per_year[1] == pytest.approx(
        hours.capacity["magnet"].throughput_t_per_year[0] / 2
    )


def test_targets_have_values_and_places(result: didymium.Result) -> None:
    assert all(one.passed for one in result.targets)
    kinds = {one.target.kind for one in result.targets}
    assert kinds == {"purity", "recovery", "grade", "magnet"}
    assert all(one.target.position.line > 1 for one in result.targets)
    strict = didymium.load("mountain_pass", {"targets": "[{stream: ndpr_oxide.oxide, purity: Nd, at_least: 99 %}]"})
    assert not strict.solve().targets[0].passed


UNTOLD = """\
didymium: 1
name: Magnets of unknown making
region: china
year: 2024
operating_hours: 7_920 h/year
feeds:
  bought:
    material: {Nd: 31 % (assumed), B: 0.97 % (assumed), Fe: 68.03 % (assumed)}
    form: magnet
    rate: 100 kg/h (assumed)
    price: 80 USD2024/kg (assumed)
units:
  halves:
    kind: splitter
    feed: bought
    share: 50 % (assumed)
products: {magnet: halves.first}
targets:
  - {stream: magnet, grade: N35}
"""


def test_a_magnet_of_unknown_making_misses_its_grade(tmp_path: Path) -> None:
    path = tmp_path / "untold.yaml"
    path.write_text(UNTOLD, encoding="utf-8")
    result = didymium.load(path).solve()
    assert result.magnet() is None
    (target,) = result.targets
    assert target.value == 0.0
    assert not target.passed
    assert [one.value for one in target.missed] == [0.0, 0.0, 0.0]


def test_the_value_of_a_magnets_target_is_its_worst_property() -> None:
    plant = didymium.load("texas_magnets", {"targets": "[{stream: magnet, grade: N35}, {stream: magnet, grade: N56}]"})
    weak, strong = plant.solve().targets
    assert weak.passed
    assert not strong.passed
    assert strong.value < 1.0 < weak.value
    for one in (weak, strong):
        assert one.value == pytest.approx(min(each.value / each.limit.at_least for each in one.limits))


def test_a_grade_holds_only_if_all_of_its_limits_do(result: didymium.Result) -> None:
    target = next(one for one in result.targets if one.target.kind == "grade")
    assert target.passed
    limit = target.limits[0].limit
    bad = LimitResult(Limit(limit.kind, limit.elements, at_least=0.9), 0.8)
    assert not bad.passed
    assert not replace(target, limits=(*target.limits, bad)).passed
    assert replace(target, limits=(*target.limits, bad)).missed == (bad,)
    assert not replace(target, value=0.0).passed
    assert LimitResult(Limit(limit.kind, limit.elements, at_most=0.9), 0.8).passed
    assert not LimitResult(Limit(limit.kind, limit.elements, at_most=0.7), 0.8).passed
