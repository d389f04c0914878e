"""Whole flowsheets: closure, recycles, the sample axis, recoveries that can be checked by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.elements import ELEMENTS
from didymium.files.load import load_plan
from didymium.network import SolveError, solve

SHIPPED = ["mountain_pass", "baotou", "baotou_lca"]


@cache
def solved(name: str) -> didymium.Result:
    """A shipped flowsheet as it stands; results are read-only."""
    return didymium.load(name).solve()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_element_closes(name: str) -> None:
    result = solved(name)
    plan, streams, takers = result.plan, result.streams, result.solution.takers
    entering = sum(streams[feed].elements for feed in plan.feeds)
    for unit in result.solution.units.values():
        own = sum(streams[f"{unit.name}.{outlet}"].elements for outlet in unit.outlets)
        own = own - sum(streams[stream].elements for stream in unit.inlets.values())
        bought = sum(line.rate[0] for line in unit.lines if line.unit == "kg")
        assert own.sum() == pytest.approx(bought, rel=1e-9, abs=1e-6), unit.name
        entering = entering + own
    leaving = sum(s.elements for n, s in streams.items() if takers[n] is None)
    np.testing.assert_allclose(leaving[0], entering[0], rtol=1e-9, atol=1e-12 * entering.sum())
    assert result.solution.balance.worst <= 1e-9


def test_reagents_of_the_ledger_are_the_reagents_of_the_balance() -> None:
    from didymium.operations.balance import composition

    result = solved("baotou")
    for unit in result.solution.units.values():
        gained = sum(result.streams[f"{unit.name}.{o}"].elements for o in unit.outlets) - sum(
            result.streams[stream].elements for stream in unit.inlets.values()
        )
        billed = sum(
            (line.rate[0] * composition(line.item) for line in unit.lines if line.unit == "kg"), np.zeros(len(ELEMENTS))
        )
        scale = max(float(np.abs(billed).max()), 1.0)
        np.testing.assert_allclose(gained[0], billed, rtol=1e-8, atol=1e-8 * scale)


def test_a_thousand_samples_equal_a_thousand_single_cases() -> None:
    plan = load_plan("baotou")
    rng = np.random.default_rng(20261122)
    count = 1000
    changes = {
        "flotation.unfloatable.bastnaesite": rng.uniform(0.15, 0.35, count),
        "feeds.ore.grade": rng.uniform(0.035, 0.06, count),
        "leach.extraction.REO": rng.uniform(0.9, 0.99, count),
        "ndpr_cut.purity.extract": rng.uniform(0.994, 0.998, count),
        "machining.recovery": rng.uniform(0.6, 0.75, count),
        "swarf_leach.share": rng.uniform(0.4, 0.98, count),
        "metal.current_efficiency": rng.uniform(0.7, 0.82, count),
    }
    base = solve(plan)
    designs = {name: unit.design for name, unit in base.units.items() if unit.design}
    batch = solve(plan, changes, designs)
    assert batch.samples == count
    # All 1,000 are compared in the benchmark too; every tenth here keeps the suite short.
    for i in range(0, count, 10):
        one = solve(plan, {path: values[i : i + 1] for path, values in changes.items()}, designs)
        for name, stream in one.streams.items():
            np.testing.assert_allclose(batch.streams[name].flow[i], stream.flow[0], rtol=1e-12, atol=0.0)
        for name, unit in one.units.items():
            for line, many in zip(unit.lines, batch.units[name].lines, strict=True):
                np.testing.assert_allclose(many.rate[i], line.rate[0], rtol=1e-12)


def test_samples_rate_the_plant_that_the_file_designed() -> None:
    plan = load_plan("baotou")
    base = solve(plan)
    batch = solve(plan, {"feeds.ore.grade": np.array([0.03, 0.041, 0.06])})
    assert batch.units["ndpr_cut"].design == base.units["ndpr_cut"].design
    np.testing.assert_allclose(
        batch.streams["ndpr_oxide.oxide"].flow[1], base.streams["ndpr_oxide.oxide"].flow[0], rtol=1e-12
    )


def test_unknown_or_ragged_samples_are_refused() -> None:
    plan = load_plan("baotou")
    with pytest.raises(KeyError, match=r"flotation\.recover"):
        solve(plan, {"flotation.recover": np.array([0.5])})
    with pytest.raises(ValueError, match="same number"):
        solve(plan, {"machining.recovery": np.array([0.7]), "swarf_leach.share": np.array([0.5, 0.6])})
    with pytest.raises(ValueError, match="finite"):
        solve(plan, {"machining.recovery": np.array([np.nan])})


LOOP = """\
didymium: 1
name: A short loop
region: china
year: 2025
operating_hours: 8000 h/year (assumed)
feeds:
  metal: {material: {Nd: 75 %, Pr: 25 %}, form: metal, rate: 300 kg/h, price: 80 USD2024/kg}
units:
  cast:
    kind: strip_casting
    feed: metal
    scrap: [cut.swarf]
    composition: {NdPr: 30 %, B: 1 %}
    recovery: %CAST% %
    oxygen_pickup: 0 ppm
    electricity: 1 kWh/kg
  cut: {kind: machining, feed: cast.alloy, recovery: 70 %, oil: 0 %, water: 0 %, oxidation: 0 %}
products: {magnet: cut.magnets}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "loop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recycle_has_its_closed_form(tmp_path: Path) -> None:
    result = didymium.load(written(tmp_path, LOOP.replace("%CAST%", "98"))).solve()
    # Each turn keeps 0.98 and hands 0.3 back: x = 1 / (1 - 0.98 * 0.3) passes, of which 0.98 * 0.7 is magnet.
    reached = 0.98 * 0.7 / (1.0 - 0.98 * 0.3)
    assert result.recovery("Nd", "magnet", "metal") == pytest.approx(reached, rel=1e-12)
    assert result.streams["cut.magnets"].element("Nd") == pytest.approx(225.0 * reached, rel=1e-12)
    fates = result.fates("Nd", "metal")
    assert sum(fates.values()) == pytest.approx(1.0, abs=1e-13)
    assert fates["cast.dross"] == pytest.approx(0.02 / (1.0 - 0.98 * 0.3), rel=1e-12)
    # An atom that passes the alloy several times has reached it once.
    assert result.recovery("Nd", "cast.alloy", "metal") == pytest.approx(0.98, rel=1e-12)
    alloy = result.streams["cast.alloy"]
    assert alloy.element("NdPr") / alloy.mass() == pytest.approx(0.30, rel=1e-10)
    assert alloy.element("B") / alloy.mass() == pytest.approx(0.01, rel=1e-10)


def test_a_unit_that_cannot_do_it_is_named_with_its_line(tmp_path: Path) -> None:
    text = (
        "didymium: 1\nname: Too rich\nregion: us\nyear: 2025\noperating_hours: 8000 h/year\n"
        "feeds:\n  ore: {deposit: mountain_pass, rate: 100 t/h}\n"
        "units:\n  flotation: {kind: flotation, feed: ore, concentrate_grade: 90 % REO, recovery: {REO: 80 %}, "
        "electricity: 20 kWh/t}\n"
    )
    with pytest.raises(SolveError) as caught:
        didymium.load(written(tmp_path, text)).solve()
    message = str(caught.value)
    assert "loop.yaml:9:" in message
    assert "flotation" in message
    assert "richer than its pure minerals" in message
    assert "give a concentrate_grade below" in message


def test_stage_recoveries_multiply_to_the_overall() -> None:
    for name in SHIPPED:
        result = solved(name)
        for element in ("Nd", "Pr"):
            stages = result.recovery_by_stage(element)
            assert list(stages) == ["mine", "separation", "metal", "alloy", "magnet"]
            assert np.prod(list(stages.values())) == pytest.approx(result.recovery(element, "magnet"), rel=1e-10)
            assert all(0.0 < value <= 1.0 for value in stages.values())


def test_dysprosium_of_the_ore_leaves_with_the_seg() -> None:
    for name in SHIPPED:
        result = solved(name)
        assert result.recovery("Dy", "magnet") < 1e-4
        assert result.recovery("Dy", "seg_carbonate") > 0.3
        assert result.streams["machining.magnets"].element("Dy") > 0.0


def test_a_change_moves_the_answer_as_it_should() -> None:
    plant = didymium.load("baotou_lca")
    result = plant.solve({"flotation.recovery.REO": np.array([0.5, 0.55])})
    low, high = result.recovery("Nd", "magnet")
    assert high / low == pytest.approx(1.1, rel=1e-4)


def test_leach_leaves_most_cerium_behind() -> None:
    result = solved("mountain_pass")
    calcine = result.streams["roast.calcine"].element("Ce")
    assert result.streams["leach.residue"].element("Ce") / calcine >= 0.9


@pytest.mark.parametrize(
    ("path", "values", "text"),
    [
        ("swarf_leach.share", [1.4], "swarf_leach.share: 1.4 is above 1"),
        ("metal.voltage", [10.0, -9.0], "metal.voltage: -9 V is below 1 V"),
        ("flotation.electricity", [-1.0], "is below 0"),
        ("operating_hours", [20000.0], "is above 8784"),
        ("machining.recovery", [[0.7]], "one for each sample"),
        ("machining.recovery", [], "one for each sample"),
    ],
)
def test_samples_are_held_to_what_a_file_may_say(path: str, values: list[float], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        solve(load_plan("baotou"), {path: np.array(values)})


def test_a_sample_that_fails_is_numbered() -> None:
    plan = load_plan("baotou_lca")
    grades = np.array([0.58] * 130 + [0.99])
    with pytest.raises(SolveError, match=r"flotation \(flotation\), sample 130: .*richer") as caught:
        solve(plan, {"flotation.concentrate_grade": grades})
    assert caught.value.sample == 130


@pytest.mark.parametrize("change", ["machining.recovery=10 %", "pressing.recovery=5 %", "sintering.recovery=20 %"])
@pytest.mark.parametrize("name", ["mountain_pass", "baotou"])
def test_large_recycles_settle(name: str, change: str) -> None:
    path, _, text = change.partition("=")
    result = didymium.load(name, {path: text}).solve()
    assert result.solution.balance.worst <= 1e-12
    assert all(stream.flow.min() >= 0.0 for stream in result.streams.values())


def test_a_fault_that_stands_at_the_end_of_a_recycle_is_told() -> None:
    plant = didymium.load("baotou", {"metal.anode": "0.05 kg/kg"})
    with pytest.raises(SolveError, match=r"give an anode of at least 0\.07"):
        plant.solve()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"feeds.ore.rate": "0 t/day"}, "feed ore: it brings no rare earths"),
        ({"flotation.recovery": "{REO: 0 %}"}, "flotation: it passes no rare earths on to flotation.concentrate"),
        ({"leach.extraction": "{REO: 0 %}"}, "leach: it passes no rare earths on to leach.liquor"),
    ],
)
def test_a_circuit_without_feed_says_where_the_rare_earths_end(changes: dict[str, str], text: str) -> None:
    with pytest.raises(SolveError, match=text):
        didymium.load("baotou_lca", changes).solve()
