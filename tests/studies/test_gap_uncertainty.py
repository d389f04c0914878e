"""Gaps when plants slip: by hand for one stage of magnets that hold no rare earths, and the same bits every way."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from didymium.plan import Position
from didymium.quantities import Value
from didymium.report import gap_uncertainty as report
from didymium.scenario import EndUse, MagnetKind, PlantStage, Scenario, Series, SitePlant
from didymium.spreads import Triangular, Uniform
from didymium.studies import gap_uncertainty as module
from didymium.studies.attempts import Failure
from didymium.studies.checkpoint import CheckpointError
from didymium.studies.gap import GapError
from didymium.studies.gap_uncertainty import GapUncertainty, gap_uncertainty
from didymium.studies.slips import fares, slipping
from didymium.studies.uncertainty import UncertaintyError
from didymium.supply.program import SolverError
from didymium.supply.yields import StageYield

AT = Position("iron.yaml", 1, 1)
YEARS = (2025, 2026, 2027, 2028)
TABLES = {"works": {"magnet": StageYield("magnet", "works", {}, {}, 10.0, 100.0, "t of finished magnets")}}
LATE, HALF = Value(0.5, "year", spread=Uniform(0.0, 2.0)), Value(0.5)


def works(name: str, tonnes: float, region: str = "us", **more: Any) -> SitePlant:
    """A plant of magnets of iron nitride."""
    start = more.pop("start", 2020.0)
    stage = PlantStage("magnet", Value(tonnes), "mass", start, AT, region, flowsheet="works", makes=("iron",), **more)
    return SitePlant(name, f"{name} Ltd", region, {"magnet": stage}, AT)


def scenario(*plants: SitePlant, **more: Any) -> Scenario:
    """1,000 t/year are asked for in the us; an old plant makes 400, the others what they can."""
    old = works("old", 400.0)
    given: dict[str, Any] = {
        "name": "iron",
        "title": "Iron nitride",
        "years": YEARS,
        "focus": ("us",),
        "regions": ("us", "china"),
        "objective": "unmet",
        "plants": {one.name: one for one in (old, *plants)},
        "magnets": {"iron": MagnetKind("iron", "iron_nitride", {}, (), AT)},
        "demand": (EndUse("us", "fans", "iron", Series({2025: Value(1_000.0)}), AT),),
        "rules": {},
        "stockpiles": {},
        "levers": {},
        "standard": {"magnet": "works"},
        "prices": {},
        "sources": {},
        "path": "iron.yaml",
        "sha256": "0" * 64,
        "position": AT,
    }
    return Scenario(**{**given, **more})


NEW = works("new", 300.0, start=2025.0, delay=LATE, success=HALF)
BIG = works("big", 600.0, start=2026.0, delay=LATE, success=Value(0.8, spread=Triangular(0.6, 0.9)))


def run(of: Scenario, samples: int = 40, **more: Any) -> GapUncertainty:
    return gap_uncertainty(of, samples, **{"seed": 3, "tables": TABLES, "workers": 1, **more})


@pytest.fixture(scope="module")
def found() -> GapUncertainty:
    return run(scenario(NEW, BIG), 60)


def _made(lateness: np.ndarray, start: float, tonnes: float) -> np.ndarray:
    """t/year of a plant by sample and year, from how late it is."""
    return tonnes * np.clip(np.array(YEARS)[None, :] + 1.0 - start - lateness[:, None], 0.0, 1.0)


def test_every_sample_is_what_its_plants_leave_unmet(found: GapUncertainty) -> None:
    late = found.fates.lateness()
    made = 400.0 + _made(late[:, 0], 2025.0, 300.0) + _made(late[:, 1], 2026.0, 600.0)
    assert found.outputs["unmet"] == pytest.approx(np.maximum(1000.0 - made, 0.0), abs=1e-6)
    assert found.outputs["worst"] == pytest.approx(found.outputs["unmet"] / 1000.0, abs=1e-9)
    assert found.outputs["gap.magnet.magnets"] == pytest.approx(found.outputs["unmet"], abs=1e-6)


def test_as_written_plants_are_built_and_late_by_the_file(found: GapUncertainty) -> None:
    assert found.nominal["unmet"] == pytest.approx([450.0, 0.0, 0.0, 0.0], abs=1e-6)
    assert found.asked["unmet"].tolist() == [1000.0] * 4


def test_the_chance_of_a_gap_is_a_share_of_samples(found: GapUncertainty) -> None:
    short = found.outputs["unmet"] > 1.0
    assert found.probability() == pytest.approx(short.mean(axis=0))
    assert found.probability("magnet") == pytest.approx(short.mean(axis=0))
    assert found.probability("magnet", "magnets") == pytest.approx(short.mean(axis=0))
    assert found.unmet_probability(0.5) == pytest.approx((found.outputs["unmet"] > 500.0).mean(axis=0))
    assert found.probability()[0] == 1.0
    assert 0.0 < found.probability()[-1] < 0.6


def test_chances_and_their_error_are_of_the_solved_samples(found: GapUncertainty) -> None:
    worst = np.array([[0.5], [0.0], [0.0], [np.nan]]) * np.ones(4)
    failed = (Failure(3, "", "no solution", AT),)
    some = replace(found, samples=4, outputs={"worst": worst}, failures=failed)
    assert some.probability() == pytest.approx([1 / 3] * 4)
    assert some.error(np.full(4, 0.5)) == pytest.approx([np.sqrt(0.25 / 3.0)] * 4)


def test_an_endless_need_is_short(found: GapUncertainty) -> None:
    endless = np.full((60, 4), np.inf)
    asked = {**found.asked, "gap.metal.Tb": np.full(4, np.inf)}
    other = replace(found, outputs={**found.outputs, "gap.metal.Tb": endless}, asked=asked)
    assert other.probability("metal", "Tb").tolist() == [1.0] * 4


def test_a_stage_that_nobody_needs_has_no_chance(found: GapUncertainty) -> None:
    with pytest.raises(KeyError):
        found.probability("mine")


def test_the_band_holds_the_samples(found: GapUncertainty) -> None:
    band = found.band()
    assert np.all(band.low <= band.median)
    assert np.all(band.median <= band.high)
    assert band.mean == pytest.approx(found.outputs["unmet"].mean(axis=0))
    inside = (found.outputs["unmet"] >= band.low) & (found.outputs["unmet"] <= band.high)
    assert np.all(inside.mean(axis=0) >= 0.9)


def test_half_of_the_plants_of_even_chance_are_built() -> None:
    many = run(scenario(NEW), 50)
    (one,) = many.influences()
    assert one.built == 0.5
    assert many.band().mean[-1] == pytest.approx(600.0 - 150.0, abs=1e-6)
    assert one.not_built == pytest.approx(_difference(many))
    assert one.correlation > 0.95


def _difference(of: GapUncertainty) -> float:
    unmet = of.outputs["unmet"].mean(axis=1)
    built = np.isfinite(of.fates.lateness()[:, 0])
    return float(unmet[~built].mean() - unmet[built].mean())


def test_a_plant_that_makes_next_to_nothing_does_not_matter() -> None:
    small = works("small", 1.0, delay=LATE, success=HALF)
    first, last = run(scenario(BIG, small), 64).influences()
    assert (first.plant, last.plant) == ("big", "small")
    assert abs(last.correlation) < 0.4 < first.correlation
    assert last.not_built < first.not_built


def test_stages_of_one_plant_share_their_luck() -> None:
    def stage(name: str) -> PlantStage:
        return PlantStage(name, Value(1.0), "mass", 2025.0, AT, "us", delay=LATE, success=HALF)

    both = SitePlant("both", "nobody", "us", {name: stage(name) for name in ("alloy", "magnet")}, AT)
    plants = slipping(scenario(both))
    drawn = fares(plants, np.linspace(0.05, 0.95, 30).reshape(10, 3))
    (delays,), (built,) = drawn.delays, drawn.built
    assert np.array_equal(delays[:, 0], delays[:, 1])
    assert np.array_equal(built[:, 0], built[:, 1])
    slips = drawn.slips(0)
    assert set(slips) == {("both", "alloy"), ("both", "magnet")}
    assert slips["both", "alloy"].delay == delays[0, 0]


def test_a_larger_quantile_is_later_and_less_often_built() -> None:
    plants = slipping(scenario(BIG))
    shares = np.array([[0.5, 0.1, 0.1], [0.5, 0.9, 0.1], [0.5, 0.1, 0.99], [0.99, 0.1, 0.79], [0.01, 0.1, 0.79]])
    late = fares(plants, shares).lateness()[:, 0]
    assert late[0] < late[1] < late[2] == np.inf
    assert late[3] < np.inf == late[4]


def test_plants_that_only_may_fail_slip_too() -> None:
    sure, risky = works("sure", 1.0, delay=Value(1.0)), works("risky", 1.0, success=Value(0.9))
    assert [one.name for one in slipping(scenario(sure, risky))] == ["risky"]


# -- the same bits -------------------------------------------------------------------------------------------------


def test_chunks_and_workers_do_not_matter(found: GapUncertainty) -> None:
    with ThreadPoolExecutor(2) as pool:
        other = run(scenario(NEW, BIG), 60, executor=pool, workers=2, chunk=7)
    for name, values in found.outputs.items():
        assert np.array_equal(values, other.outputs[name]), name


def test_another_seed_is_another_run(found: GapUncertainty) -> None:
    other = run(scenario(NEW, BIG), 60, seed=4)
    assert not np.array_equal(found.outputs["unmet"], other.outputs["unmet"])


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    run(scenario(NEW), 10, chunk=4, on_progress=lambda done, of: told.append((done, of)))
    assert told == [(4, 10), (8, 10), (10, 10)]


def test_a_run_that_was_kept_is_not_solved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(scenario(NEW), 12, folder=tmp_path / "kept", chunk=5)
    (tmp_path / "kept" / "chunk_00001.npz").unlink()
    asked = []
    real = module.solved
    monkeypatch.setattr(module, "solved", lambda task, *span: asked.append(span) or real(task, *span))
    again = run(scenario(NEW), 12, folder=tmp_path / "kept", chunk=5)
    assert asked == [(5, 10)]
    assert np.array_equal(first.outputs["unmet"], again.outputs["unmet"])
    with pytest.raises(CheckpointError, match="seed 3 there, seed 4 here"):
        run(scenario(NEW), 12, folder=tmp_path / "kept", chunk=5, seed=4)


# -- what cannot be run --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "more", "said"),
    [
        (0, {}, "0 samples cannot be drawn"),
        (10**9, {}, "samples cannot be drawn"),
        (10, {"seed": -1}, "the seed -1 is below 0"),
        (10, {"chunk": 0}, "chunks of 0 samples hold nothing"),
        (10, {"workers": 0}, "0 workers do nothing"),
    ],
)
def test_numbers_that_make_no_run(samples: int, more: dict[str, Any], said: str) -> None:
    with pytest.raises(UncertaintyError, match=said):
        run(scenario(NEW), samples, **more)


def test_a_scenario_in_which_nothing_slips() -> None:
    with pytest.raises(UncertaintyError, match="no plant of iron may be late or fail; give `slips:` by status"):
        run(scenario())


def test_a_spread_that_nothing_can_be_drawn_from() -> None:
    odd = works("odd", 1.0, delay=Value(1.0, "year", spread=Uniform(-3.0, 2.0), lower=0.0))
    with pytest.raises(UncertaintyError, match="reaches beyond 0"):
        run(scenario(odd))


def _musts(tonnes: float) -> tuple[EndUse, ...]:
    return (EndUse("us", "fans", "iron", Series({2025: Value(tonnes)}), AT, must=True),)


def test_what_cannot_hold_as_written_is_no_run() -> None:
    with pytest.raises(GapError, match="nothing satisfies all that this scenario asks for") as caught:
        run(scenario(NEW, demand=_musts(900.0)))
    assert any("must be met" in words for _, words in caught.value.places)


def test_an_unproved_program_of_licences_fails_its_sample_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    real, built = module.build, []

    def build(*given: Any) -> Any:
        built.append(given)
        if len(built) == 3:  # as written, the first sample, the second
            raise SolverError("optimum not proved: forced")
        return real(*given)

    monkeypatch.setattr(module, "build", build)
    some = run(scenario(NEW), 4)
    assert [(one.index, one.reason) for one in some.failures] == [(1, "optimum not proved: forced")]
    assert some.solved.tolist() == [True, False, True, True]


def test_an_unproved_program_of_licences_as_written_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: Any) -> Any:
        raise SolverError("optimum not proved: forced")

    monkeypatch.setattr(module, "build", build)
    with pytest.raises(GapError, match="optimum not proved: forced") as caught:
        run(scenario(NEW), 4)
    assert caught.value.places == ()
    assert caught.value.remedy == "change a number a little, or report the file"


def test_samples_without_a_solution_are_told_and_count_nowhere() -> None:
    sure = works("sure", 100.0, start=2020.0, success=HALF)
    some = run(scenario(sure, demand=_musts(450.0)), 20)
    assert len(some.failures) == 10
    assert np.isnan(some.outputs["unmet"][~some.solved]).all()
    assert some.probability().tolist() == [0.0] * 4
    assert "cannot hold together" in some.failures[0].reason
    assert any("10 of 20 samples have no solution" in one for one in report.warnings(some))


# -- report --------------------------------------------------------------------------------------------------------


def _printed(of: GapUncertainty, width: int = 140) -> str:
    console = Console(width=width, record=True, color_system=None, file=io.StringIO())
    for part in report.page(of):
        console.print(part)
    return console.export_text()


def test_the_page_says_chances_and_bands(found: GapUncertainty) -> None:
    text = _printed(found)
    assert "60 samples, seed 3, by latin; 2 plants may be late or fail; all solved" in text
    for part in ("Chance that demand of the focus is unmet", "more than 25 %", "Magnets unmet", "Whose slip matters"):
        assert part in text
    assert "big Ltd" in text


def test_names_of_a_file_never_style_a_page() -> None:
    bad = works("[red]x\x1b[2J", 300.0, start=2025.0, delay=LATE, success=HALF)
    text = _printed(run(scenario(bad), 20))
    assert "[red]x" in text
    assert "\x1b" not in text


def test_the_document_holds_no_nan(found: GapUncertainty) -> None:
    said = json.dumps(report.body(found), allow_nan=False)
    read = json.loads(said)
    assert read["probability"]["any_demand"][0] == 1.0
    assert read["unmet_t_per_year"]["as_written"][0] == pytest.approx(450.0)
    assert read["plants"][0]["plant"] == "big"
    few = report.body(run(scenario(NEW), 3))
    assert few["unmet_t_per_year"]["p5"] == [None] * 4
    json.dumps(few, allow_nan=False)
