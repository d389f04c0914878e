"""What varies: values and figures, groups, several plants; and what a group cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.data import Fact
from didymium.plan import Correlated, CorrelatedPath, Position
from didymium.studies.distributions import LogTriangularOver, NormalWithin, TriangularOver
from didymium.studies.factors import FactorError, factors, unvaried
from didymium.studies.sampling import draw

PLANT = """didymium: 1
name: {name}
region: us
year: 2024
operating_hours: 8_000 h/year
feeds:
  iron: {{material: {{Fe: 100 %}}, form: metal, rate: 100 kg/h ± 5 kg/h, price: 1 USD2024/kg from 0.5 to 3 USD2024/kg}}
  copper: {{material: {{Cu: 100 %}}, form: metal, rate: 10 kg/h to 20 kg/h}}
units:
  both: {{kind: mixer, feeds: [iron, copper]}}
  apart: {{kind: splitter, feed: both.mixed, share: 40 % ± 5 %}}
{more}
"""


def fact(value: float, low: float, high: float) -> Fact:
    return Fact(value, low, high, "USD/kg", 2024, "assumed", "low")


FIGURES = {
    "data.price.us.HCl": fact(2.0, 1.0, 3.0),
    "data.wage.us": fact(1.0, 1.0, 9.0),
    "data.rate.fixed": fact(1, 1, 1),
}


def plant(folder: Path, name: str, more: str = "") -> didymium.Flowsheet:
    file = folder / f"{name}.yaml"
    file.write_text(PLANT.format(name=name, more=more), encoding="utf-8")
    return didymium.load(file)


def test_every_spread_and_range_is_a_factor(tmp_path: Path) -> None:
    found = factors([plant(tmp_path, "one")], {"one": FIGURES})
    by_name = {factor.name: factor.members for factor in found}
    assert set(by_name) == {
        *("feeds.iron.rate", "feeds.iron.price", "feeds.copper.rate", "apart.share"),
        *("data.price.us.HCl", "data.wage.us"),
    }
    (share,) = by_name["apart.share"]
    assert (share.plant, share.path, share.nominal, share.unit) == ("one", "apart.share", 0.4, "1")
    assert share.distribution == NormalWithin(0.4, 0.05, 0.0, 1.0)
    assert by_name["data.price.us.HCl"][0].distribution == TriangularOver(1.0, 2.0, 3.0)
    assert by_name["data.wage.us"][0].distribution == LogTriangularOver(1.0, 1.0, 9.0)


def test_a_figure_of_the_data_is_the_same_in_all_plants(tmp_path: Path) -> None:
    plants = [plant(tmp_path, "one"), plant(tmp_path, "two")]
    found = factors(plants, {"one": FIGURES, "two": {"data.wage.us": FIGURES["data.wage.us"]}})
    names = [factor.name for factor in found]
    assert "one: feeds.iron.rate" in names
    assert "two: feeds.iron.rate" in names
    assert names.count("data.wage.us") == 1
    drawn = draw(found, 0, 64, seed=1)
    assert np.array_equal(drawn["one"]["data.wage.us"], drawn["two"]["data.wage.us"])
    assert not np.array_equal(drawn["one"]["feeds.iron.rate"], drawn["two"]["feeds.iron.rate"])
    assert "data.price.us.HCl" not in drawn["two"]


def test_a_group_moves_on_one_quantile(tmp_path: Path) -> None:
    more = "correlated:\n  metals: [feeds.iron.rate, -feeds.copper.rate, data.wage.us]"
    found = factors([plant(tmp_path, "one", more)], {"one": FIGURES})
    assert [factor.name for factor in found][-1] == "metals"
    assert [(member.path, member.against) for member in found[-1].members] == [
        ("feeds.iron.rate", False),
        ("feeds.copper.rate", True),
        ("data.wage.us", False),
    ]
    assert sum(len(factor.members) for factor in found) == 6
    drawn = draw(found, 0, 100, seed=4)["one"]
    order = np.argsort(drawn["feeds.iron.rate"])
    assert np.array_equal(order, np.argsort(drawn["data.wage.us"]))
    assert np.array_equal(order, np.argsort(-drawn["feeds.copper.rate"]))
    assert not np.array_equal(order, np.argsort(drawn["apart.share"]))


def test_groups_that_share_a_figure_are_one(tmp_path: Path) -> None:
    one = plant(tmp_path, "one", "correlated: {energy: [feeds.iron.rate, data.wage.us]}")
    two = plant(tmp_path, "two", "correlated: {power: [-data.wage.us, data.price.us.HCl]}")
    found = factors([one, two], {"one": FIGURES, "two": FIGURES})
    (group,) = [factor for factor in found if len({member.path for member in factor.members}) > 1]
    assert group.name == "one: energy and two: power"
    signs = {(member.plant, member.path): member.against for member in group.members}
    assert signs == {
        ("one", "feeds.iron.rate"): False,
        ("one", "data.wage.us"): False,
        ("two", "data.wage.us"): False,
        ("one", "data.price.us.HCl"): True,
        ("two", "data.price.us.HCl"): True,
    }


def test_groups_that_contradict_each_other(tmp_path: Path) -> None:
    one = plant(tmp_path, "one", "correlated: {energy: [data.price.us.HCl, data.wage.us]}")
    two = plant(tmp_path, "two", "correlated:\n  power: [-data.wage.us, data.price.us.HCl]")
    with pytest.raises(FactorError, match="both with and against") as raised:
        factors([one, two], {"one": FIGURES, "two": FIGURES})
    assert str(raised.value.position) == f"{tmp_path}/two.yaml:13:3"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "data.wage.usa",
            "correlated.energy: data.wage.usa is no figure of the data that a cost here rests on; "
            "did you mean 'data.wage.us'?",
        ),
        (
            "data.price.us.NaOH",
            "correlated.energy: data.price.us.NaOH is no figure of the data that a cost here rests on",
        ),
        ("data.rate.fixed", "correlated.energy: data.rate.fixed has no range in the data; leave it out of the group"),
    ],
)
def test_a_group_of_what_does_not_vary(tmp_path: Path, path: str, words: str) -> None:
    made = plant(tmp_path, "one", f"correlated:\n  energy: [feeds.iron.rate, {path}]")
    with pytest.raises(FactorError) as raised:
        factors([made], {"one": FIGURES})
    where = f"{tmp_path}/one.yaml:13:29"
    assert str(raised.value) == f"{where}: error: {words}"
    assert str(raised.value.position) == where
    assert [str(one) for one in unvaried(made.plan, FIGURES)] == [str(raised.value)]


def test_two_plants_of_one_name(tmp_path: Path) -> None:
    made = plant(tmp_path, "one")
    with pytest.raises(FactorError, match="same name, one; name each plant once"):
        factors([made, made], {})


def test_the_plan_keeps_groups_with_their_places(tmp_path: Path) -> None:
    made = plant(tmp_path, "one", "correlated:\n  metals: [feeds.iron.rate, -feeds.copper.rate]")
    (group,) = made.plan.correlated
    where = str(tmp_path / "one.yaml")
    assert group == Correlated(
        "metals",
        (
            CorrelatedPath("feeds.iron.rate", False, Position(where, 13, 12)),
            CorrelatedPath("feeds.copper.rate", True, Position(where, 13, 29)),
        ),
        Position(where, 13, 3),
    )


@pytest.mark.parametrize("name", ["mountain_pass", "baotou", "texas_magnets", "ganzhou"])
def test_every_draw_of_a_shipped_plant_is_physically_possible(name: str) -> None:
    flowsheet = didymium.load(name)
    result = flowsheet.solve()
    values = flowsheet.plan.values()
    drawn = draw(factors([flowsheet], {name: result.cost.figures}), 0, 128, seed=2)[name]
    assert {path for path, value in values.items() if value.spread is not None} <= set(drawn)
    for path, column in drawn.items():
        if path in values:
            low, high = values[path].lower, values[path].upper
            assert low is None or column.min() >= low, path
            assert high is None or column.max() <= high, path
        else:
            fact = result.cost.figures[path]
            assert fact.low <= column.min() <= column.max() <= fact.high, path
