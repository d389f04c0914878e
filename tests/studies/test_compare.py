"""Comparison of plants: what it holds, labels, and what it refuses."""

from __future__ import annotations

import doctest
import math
from pathlib import Path

import pytest

import didymium
from didymium.studies import compare as module
from didymium.studies.compare import CompareError, compare, labels

OXIDE = """\
didymium: 1
name: {title}
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  oxide: {{material: {{Nd2O3: 75 %, Pr6O11: 24 %, La2O3: 1 %}}, form: oxide, rate: 100 kg/h, price: 60 USD2024/kg}}
units:
  lots: {{kind: splitter, feed: oxide, share: {share}}}
products: {{large: lots.first, small: lots.second}}
"""


def test_doctests() -> None:
    assert doctest.testmod(module).failed == 0


def test_recovery_is_the_product_of_the_stages(found: didymium.Comparison) -> None:
    assert found.elements == ("Nd", "Pr", "Dy", "Tb")
    for element, plants in found.recovery.items():
        for label, one in plants.items():
            assert one.overall == found.results[label].recovery(element, "magnet")
            assert list(one.by_stage) == ["mine", "separation", "metal", "alloy", "magnet"]
            assert math.prod(one.by_stage.values()) == pytest.approx(one.overall, rel=1e-6)


def test_costs_add_up_and_so_do_their_differences(found: didymium.Comparison) -> None:
    assert found.products == ("ndpr_oxide", "magnet")
    (difference,) = found.differences
    assert (difference.plant, difference.less) == ("baotou", "mountain_pass")
    for product, plants in found.cost.items():
        for one in plants.values():
            assert sum(one.by_cause.values()) == pytest.approx(one.total)
        total, causes = difference.cost[product]
        assert total == pytest.approx(plants["baotou"].total - plants["mountain_pass"].total)
        assert sum(causes.values()) == pytest.approx(total)


def test_limit_is_the_stage_of_the_largest_utilisation(found: didymium.Comparison) -> None:
    for label, limit in found.limits.items():
        assert limit is not None
        used = {name: one.utilisation for name, one in found.results[label].capacity.items() if one.utilisation}
        assert limit.stage == max(used, key=lambda name: used[name])
        assert limit.utilisation == max(used.values())


def test_dysprosium_of_the_ore_leaves_and_that_of_the_magnet_is_bought(found: didymium.Comparison) -> None:
    for label in found.results:
        absent = {one.element: one for one in found.absent[label]}
        assert set(absent) == {"Dy", "Tb"}
        assert absent["Dy"].exit == "seg_carbonate"
        assert absent["Dy"].exit_share > 0.5
        assert absent["Dy"].bought["heavy_metal"] == pytest.approx(1.0, abs=1e-3)


def test_a_basis_on_its_way_has_no_shares_by_stage(mountain_pass: didymium.Result, baotou: didymium.Result) -> None:
    found = compare([mountain_pass, baotou], basis="ndpr_oxide")
    assert found.products == ("ndpr_oxide",)
    one = found.recovery["Nd"]["mountain_pass"]
    assert one.overall == mountain_pass.recovery("Nd", "ndpr_oxide")
    assert not one.by_stage or math.prod(one.by_stage.values()) == pytest.approx(one.overall)


def test_plants_of_one_name_get_labels_of_their_own(tmp_path: Path) -> None:
    for folder, share in (("a", "60 %"), ("b", "<b>")):
        (tmp_path / folder).mkdir()
        text = OXIDE.format(title="'<b>[red]x'", share="60 %" if share == "<b>" else share)
        (tmp_path / folder / "plant.yaml").write_text(text, encoding="utf-8")
    files = [tmp_path / "a" / "plant.yaml", tmp_path / "b" / "plant.yaml"]
    found = compare([*files, files[0]], basis="large")
    assert len(found.results) == 3
    assert str(files[1]) in found.results
    assert labels([("p", "p"), ("p", "p"), ("p", "p")]) == ["p", "p (2)", "p (3)"]


def test_what_is_shown(found: didymium.Comparison, mountain_pass: didymium.Result) -> None:
    assert repr(found).startswith("<Comparison per kg magnet: mountain_pass ")
    assert len(repr(found)) < 120
    unsafe = module.Comparison({"<script>": mountain_pass, "b": mountain_pass}, "magnet")
    assert "<script>" not in unsafe._repr_html_()
    assert "&lt;script&gt;" in unsafe._repr_html_()


def test_to_pandas(found: didymium.Comparison) -> None:
    pytest.importorskip("pandas")
    table = found.to_pandas()
    assert list(table.columns) == ["mountain_pass", "baotou"]
    assert table.loc[("recovery of Nd", "overall"), "baotou"] == found.recovery["Nd"]["baotou"].overall
    assert table.loc[("USD per kg magnet", "total"), "baotou"] == found.cost["magnet"]["baotou"].total
    assert table.index.is_unique


@pytest.mark.parametrize("plants", [[], ["baotou"], "baotou"])
def test_one_plant_is_no_comparison(plants: list[str]) -> None:
    with pytest.raises(CompareError, match="two plants or more"):
        compare(plants)


def test_an_unknown_basis_is_refused_before_anything_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: didymium.Flowsheet) -> None:
        raise AssertionError("solved")

    monkeypatch.setattr(didymium.Flowsheet, "solve", never)
    with pytest.raises(CompareError, match="did you mean 'magnet'"):
        compare(["baotou", "mountain_pass"], basis="magent")
