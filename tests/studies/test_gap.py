"""The gap of a scenario as a library gives it: from the file to the table, by hand and by the shipped scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from didymium.files import load_scenario, shipped_scenarios
from didymium.quantities import Value
from didymium.scenario import EndUse, MagnetKind, PlantStage, Scenario, Series, SitePlant
from didymium.studies.gap import Gap, GapError, flowsheets, gap
from didymium.studies.gap_assumptions import assumed, counts, values
from didymium.supply.yields import StageYield


def of(tonnes: float, unit: str = "t/year", source: str = "nre2024") -> Value:
    return Value(tonnes, unit, source=source)


def position() -> Any:
    return next(iter(load_scenario("us_2030").plants.values())).position


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Metal of 100 t/year for magnets of 30 % NdPr; oxide is bought abroad under no rule."""
    here = position()

    def stage(name: str, region: str, tonnes: float, counts: str = "mass", **more: Any) -> PlantStage:
        return PlantStage(name, of(tonnes), counts, 2020.0, here, region, flowsheet="plain", **more)

    home = [stage("metal", "us", 100), stage("alloy", "us", 2_000), stage("magnet", "us", 2_000)]
    away = [stage("mine", "china", 5_000, "REO", deposits=("plain",)), stage("separation", "china", 5_000, "REO")]
    kind = MagnetKind("motor", "NdFeB", {"NdPr": of(0.3, "1", "assumed")}, (), here)
    names = ("mine", "separation", "metal", "alloy", "magnet")
    return Scenario(
        name="hand",
        title="By hand <script>",
        years=(2025, 2026),
        focus=("us",),
        regions=("us", "china"),
        objective="unmet",
        plants={
            "home": SitePlant("home", "A & B", "us", {one.stage: one for one in home}, here),
            "away": SitePlant("away", "", "china", {one.stage: one for one in away}, here),
        },
        magnets={"motor": kind},
        demand=(EndUse("us", "cars", "motor", Series({2025: of(1_000)}), here),),
        rules={},
        stockpiles={},
        levers={},
        standard=dict.fromkeys(names, "plain"),
        prices={},
        sources={},
        path="hand.yaml",
        sha256="0" * 64,
        position=here,
    )


def made(yields: Mapping[str, float], **more: Any) -> StageYield:
    shares = {name: dict(yields) for name in ("La", "Ce", "Pr", "Nd")}
    given: dict[str, Any] = {
        "composition": {},
        "usd_per_t": 1.0,
        "capital_usd_per_t_year": 10.0,
        "per": "t",
        "note": "",
    }
    return StageYield(yields=shares, **{"stage": "", "flowsheet": "plain", **given, **more})


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, StageYield]]:
    ore = {"La": 0.3, "Ce": 0.5, "Pr": 0.05, "Nd": 0.15}
    return {
        "plain": {
            "mine": made({"concentrate": 1.0}, composition=ore),
            "separation": made({"oxide": 0.9}),
            "extraction": made({"oxide": 0.9}),
            "metal": made({"metal": 0.98}),
            "alloy": made({"alloy": 0.98}),
            "magnet": made({"magnet": 0.8}),
        }
    }


@pytest.fixture(scope="module")
def found(scenario: Scenario, tables: Any) -> Gap:
    return gap(scenario, tables=tables, ways=1, sites=["home"])


def test_the_stage_that_binds_by_hand(found: Gap) -> None:
    # 100 t of metal make 100 × 0.98 / 0.3 × 0.8 t of magnets.
    delivered = 100.0 * 0.98 / 0.3 * 0.8
    assert found.unmet == pytest.approx([1_000.0 - delivered] * 2)
    first = found.bottleneck(2025)
    assert first is not None
    assert (first.stage, first.item) == ("metal", "NdPr")
    row = found.row("metal", "NdPr")
    assert row.gap == pytest.approx(row.needed - row.effective)
    assert first.missing == pytest.approx(row.gap[0], rel=1e-6)  # what it would grow by
    assert found.row("separation", "NdPr").imported[0] > 0.0
    assert found.traced.worst.value <= 1e-9
    assert found.levels.certificate.proved


def test_it_says_itself_in_short_and_escaped(found: Gap) -> None:
    assert repr(found).startswith(
        "<Gap hand of us: 739 t of 1,000 t of magnets unmet in 2025, metal making, 2025: short"
    )
    assert len(repr(found)) < 200
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_as_a_table_of_pandas(found: Gap) -> None:
    frame = found.to_pandas()
    assert list(frame.columns) == [2025, 2026]
    assert frame.index.names == ["stage", "item", "unit", "quantity"]
    assert frame.loc[("metal", "NdPr", "t oxide", "gap"), 2026] == found.row("metal", "NdPr").gap[1]
    with pytest.raises(KeyError):
        found.row("metal", "Sm")


def test_trade_and_plants_of_the_solution(found: Gap) -> None:
    oxide = next(one for one in found.flows if one.good == "oxide:NdPr")
    assert (oxide.origin, oxide.to) == ("china", "us")
    assert oxide.tonnes == pytest.approx(found.row("separation", "NdPr").imported)
    metal = next(one for one in found.plants if (one.plant, one.stage) == ("home", "metal"))
    assert metal.utilisation == pytest.approx([1.0, 1.0])
    assert [one.stage for one in found.sites] == ["metal", "alloy", "magnet"]
    assert {one.element for one in found.surplus} == {"La", "Ce"}


def test_what_cannot_hold_names_the_lines(scenario: Scenario, tables: Any) -> None:
    from dataclasses import replace

    must = replace(scenario, demand=(replace(scenario.demand[0], must=True),))
    with pytest.raises(GapError) as caught:
        gap(must, tables=tables)
    words = " ".join(words for _, words in caught.value.places)
    assert "demand of us for cars in 2025 must be met" in words
    assert "home metal" in words


def test_other_objectives(scenario: Scenario, tables: Any, found: Gap) -> None:
    most = gap(scenario, "magnets", tables)
    assert most.objective == "magnets"
    assert most.row("magnet", "magnets").made == pytest.approx(found.row("magnet", "magnets").made)
    cheap = gap(scenario, "cost", tables)
    assert any(one.words.endswith(" USD") for one in cheap.bindings)


def test_assumptions_of_a_scenario(scenario: Scenario) -> None:
    paths = [path for path, _ in values(scenario)]
    assert "plants.home.stages.metal.capacity" in paths
    assert "demand.us.cars.tonnes" in paths
    (one,) = assumed(scenario)
    assert one.path == "magnets.motor.content.NdPr"
    assert counts(scenario) == (1, len(paths))


def test_flowsheets_that_a_scenario_names(scenario: Scenario) -> None:
    assert flowsheets(scenario) == ("plain",)
    for name in shipped_scenarios():
        named = flowsheets(load_scenario(name))
        assert len(set(named)) == len(named) > 0


@pytest.fixture(scope="module")
def us() -> Gap:
    return gap(load_scenario("us_2030"))


def test_us_2030_names_what_binds_in_every_year_with_a_gap(us: Gap) -> None:
    for year, unmet in zip(us.years, us.unmet, strict=True):
        if unmet > 1.0:
            assert us.bottleneck(year) is not None
    for item in ("NdPr", "Dy", "Tb"):
        for stage in ("mine", "separation", "metal"):
            row = us.row(stage, item)
            assert (row.effective <= row.nameplate * (1 + 1e-9) + 1e-9).all()
            assert np.isfinite(row.needed).all()
    assert us.row("magnet", "magnets").needed == pytest.approx(us.asked)
    assert us.traced.worst.value <= 1e-9
    assert us.levels.certificate.proved


def test_what_is_no_objective_and_no_number_of_ways(scenario: Scenario, tables: Any) -> None:
    with pytest.raises(ValueError, match="no objective 'bogus'; there is unmet, magnets, cost"):
        gap(scenario, "bogus", tables)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="-2 ways are fewer than none"):
        gap(scenario, tables=tables, ways=-2)


def test_a_focus_that_asks_for_nothing_is_told(scenario: Scenario, tables: Any) -> None:
    from dataclasses import replace

    from didymium.report.gap import binding_line

    silent = gap(replace(scenario, focus=("china",)), tables=tables)
    assert "china is in focus and asks for nothing" in silent.notes
    assert binding_line(silent, 2025) == "nothing: no magnets are asked for"


def test_a_stage_is_not_both_binding_and_not(found: Gap) -> None:
    from dataclasses import replace

    from didymium.report.gap import idle_line

    assert "metal making" not in idle_line(found, 2025)
    assert "magnet making" in idle_line(found, 2025)
    priced = replace(found.bindings[0], stage="magnet", region="us", year=2025)
    assert "magnet making" not in idle_line(replace(found, bindings=(priced,)), 2025)


def test_the_share_that_nobody_takes_counts_all_years_shown(found: Gap) -> None:
    from dataclasses import replace

    from rich.console import Console

    from didymium.report.gap import surplus

    def shown(made: list[float]) -> str:
        one = replace(found.surplus[0], tonnes=np.array([30.0, 0.0]), made=np.array(made))
        console = Console(width=100)
        with console.capture() as caught:
            console.print(surplus(replace(found, surplus=(one,)), [2025, 2026]))
        return caught.get()

    assert "50 %" in shown([60.0, 0.0])
    assert "25 %" in shown([60.0, 60.0])
