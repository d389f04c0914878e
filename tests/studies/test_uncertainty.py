"""Runs of many samples: the same bits whoever solves them, failures counted, shares and bands."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.studies.attempts import Failure
from didymium.studies.chunks import cut
from didymium.studies.outputs import chosen, elements, outputs, unit_of
from didymium.studies.uncertainty import Uncertainty, UncertaintyError, uncertainty

WIDE = {"machining.recovery": "80 % ± 20 %"}
"""Texas with more rejects than some samples can have."""
SAMPLES = 48


@cache
def texas() -> Uncertainty:
    return uncertainty(didymium.load("texas_magnets", WIDE), SAMPLES, 1, workers=1)


def same(a: Uncertainty, b: Uncertainty) -> None:
    assert a.failures == b.failures
    assert a.plants == b.plants
    for plant in a.plants:
        assert list(a.outputs[plant]) == list(b.outputs[plant])
        for name, values in a.outputs[plant].items():
            assert values.tobytes() == b.outputs[plant][name].tobytes(), name


@pytest.mark.parametrize("chunk", [1, 7, 16])
def test_the_same_bits_for_any_chunk(chunk: int) -> None:
    same(uncertainty(didymium.load("texas_magnets", WIDE), SAMPLES, 1, workers=1, chunk=chunk), texas())


def test_the_same_bits_in_two_processes_and_in_any_executor() -> None:
    plant = didymium.load("texas_magnets", WIDE)
    same(uncertainty(plant, SAMPLES, 1, workers=2, chunk=16), texas())
    with ThreadPoolExecutor(1) as threads:
        same(uncertainty(plant, SAMPLES, 1, executor=threads, workers=1, chunk=20), texas())


def test_the_same_bits_on_a_dask_cluster() -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster:
        plant = didymium.load("texas_magnets", WIDE)
        same(
            uncertainty(plant, 64, 1, scheduler=cluster.scheduler_address, chunk=10), uncertainty(plant, 64, workers=1)
        )


@pytest.mark.parametrize("method", ["sobol", "latin", "random"])
def test_a_sample_is_a_solve_at_its_inputs(method: str) -> None:
    plant = didymium.load("texas_magnets")
    found = uncertainty(plant, 5, 3, workers=1, method=method)  # type: ignore[arg-type]
    for index in range(5):
        given = found.inputs("texas_magnets", index)
        assert "data.wage.us" in given
        alone = outputs(plant.solve({path: [value] for path, value in given.items()}))
        for name, value in alone.items():
            np.testing.assert_array_equal(found.outputs["texas_magnets"][name][index], value[0], err_msg=name)


def test_failures_are_counted_with_their_reasons_and_nothing_else_is_lost() -> None:
    found = texas()
    failures = found.failures["texas_magnets"]
    lost = [one.index for one in failures]
    assert lost
    assert len(lost) < SAMPLES / 2
    assert {one.unit for one in failures} <= {"machining", "strip_casting", "sintering"}
    assert sum(one.samples for one in found.reasons("texas_magnets")) == len(lost)
    assert found.reasons("texas_magnets")[0].samples >= found.reasons("texas_magnets")[-1].samples
    for name, values in found.outputs["texas_magnets"].items():
        missing = np.flatnonzero(np.isnan(values)).tolist()
        assert set(lost) <= set(missing) if name in ("irr", "payback") else missing == lost, name
        assert found.band(name).samples == SAMPLES - len(missing)
    plant = didymium.load("texas_magnets", WIDE)
    for one in failures:
        given = found.inputs("texas_magnets", one.index)
        with pytest.raises(didymium.SolveError) as caught:
            plant.solve({path: [value] for path, value in given.items()})
        assert caught.value.reason == one.reason
        assert caught.value.position == one.position


def test_bands_and_shares() -> None:
    found = texas()
    values = found.outputs["texas_magnets"]["cost.magnet"]
    known = values[np.isfinite(values)]
    band = found.band("cost.magnet")
    assert (band.low, band.median, band.high) == tuple(np.percentile(known, (5, 50, 95)))
    assert band.mean == known.mean()
    assert band.nominal == didymium.load("texas_magnets", WIDE).solve().cost.per_kg("magnet").total
    assert found.probability("cost.magnet", at_most=band.median) == pytest.approx(0.5, abs=0.03)
    assert found.probability("cost.magnet", at_least=0.0) == 1.0
    met = found.outputs["texas_magnets"]["target.1.met"]
    assert found.holds(1) == np.nanmean(met)
    with pytest.raises(KeyError):
        found.band("cost.ore")


def made(values: list[float], lost: tuple[int, ...] = (), name: str = "payback") -> Uncertainty:
    """A run of one plant with one output, given; `lost` are the samples that failed."""
    plant = didymium.load("texas_magnets")
    failures = tuple(Failure(index, "kiln", "is cold") for index in lost)
    return Uncertainty(
        plants=("texas_magnets",),
        samples=len(values),
        seed=1,
        method="latin",
        factors=(),
        outputs={"texas_magnets": {name: np.array(values)}},
        failures={"texas_magnets": failures},
        nominal={"texas_magnets": {name: 5.0}},
        flowsheets=(plant,),
    )


def test_a_solved_sample_without_a_value_counts_in_every_share() -> None:
    """Ten samples: two fail, four never pay back, the others in 2, 4, 6 and 8 years."""
    found = made([2.0, 4.0, 6.0, 8.0, *[np.nan] * 6], lost=(4, 9))
    assert found.solved().tolist() == [True, True, True, True, False, True, True, True, True, False]
    assert found.probability("payback", at_most=5.0) == 2 / 8
    assert found.probability("payback", at_most=100.0) == 4 / 8
    assert found.probability("payback", at_least=0.0) == 4 / 8
    assert found.probability("payback", at_least=3.0, at_most=7.0) == 2 / 8
    assert found.probability("payback") == 4 / 8
    assert found.band("payback").samples == 4
    assert np.isnan(made([np.nan, np.nan], lost=(0, 1)).probability("payback", at_most=1.0))
    assert made([np.inf, 1.0]).probability("payback", at_least=2.0) == 0.5


def test_no_percentiles_of_a_few_values() -> None:
    few = made([float(i) for i in range(9)] + [np.nan]).band("payback")
    assert np.isnan([few.low, few.median, few.high]).all()
    assert (few.mean, few.samples) == (4.0, 9)
    enough = made([float(i) for i in range(10)] + [np.nan]).band("payback")
    assert (enough.low, enough.median, enough.high) == tuple(np.percentile(range(10), (5, 50, 95)))


def test_values_beyond_all_numbers_spoil_no_median() -> None:
    band = made([*range(18), 1e308, 1e308], name="npv").band("npv")
    assert band.median == 9.5
    assert np.isinf(band.mean)


def test_what_drives_a_cost() -> None:
    found = uncertainty(didymium.load("texas_magnets"), 200, 1, workers=1)
    first = found.drivers("cost.magnet")[0]
    assert first.factor == "feeds.ndpr_oxide.price"
    assert first.correlation > 0.4
    spearman = pytest.importorskip("scipy.stats").spearmanr
    price = [found.inputs("texas_magnets", i)["feeds.ndpr_oxide.price"] for i in range(200)]
    cost = found.outputs["texas_magnets"]["cost.magnet"]
    solved = np.isfinite(cost)
    assert first.correlation == pytest.approx(spearman(np.array(price)[solved], cost[solved]).statistic, abs=1e-12)


def test_two_plants_share_the_figures_of_the_data() -> None:
    plants = [didymium.load(name) for name in ("ningbo_magnets", "texas_magnets")]
    found = uncertainty(plants, 12, 1, workers=1)
    both = [{**found.inputs(name, 3)} for name in found.plants]
    shared = [path for path in both[0] if path.startswith("data.") and path in both[1]]
    assert shared
    assert all(both[0][path] == both[1][path] for path in shared)
    alone = uncertainty(plants[0], 12, 1, workers=1)
    assert [factor.name for factor in alone.factors] != [factor.name for factor in found.factors]
    lower = found.lower("cost.magnet", *found.plants)
    cost = [found.outputs[name]["cost.magnet"] for name in found.plants]
    assert lower == np.mean(cost[0] < cost[1])
    assert lower + found.lower("cost.magnet", *reversed(found.plants)) == 1.0


def test_figures_that_some_samples_happen_not_to_use() -> None:
    """A by-product that only some samples make has a credit that varies in all of them."""
    plant = didymium.load("mountain_pass")
    found = uncertainty(plant, 6, 1, workers=1, chunk=1)
    same(found, uncertainty(plant, 6, 1, workers=1))
    for index in range(6):
        given = found.inputs("mountain_pass", index)
        alone = outputs(plant.solve({path: [value] for path, value in given.items()}))
        assert alone["cost.magnet"][0] == found.outputs["mountain_pass"]["cost.magnet"][index]
    with pytest.raises(KeyError, match=r"no cost here rests on 'data\.wage\.usa'"):
        plant.solve({**given, "data.wage.usa": 1.0})


def test_progress_comes_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    uncertainty(
        didymium.load("iron_nitride"), 10, workers=1, chunk=4, on_progress=lambda done, of: told.append((done, of))
    )
    assert told == [(4, 10), (8, 10), (10, 10)]


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"samples": 0}, "0 samples cannot be drawn"),
        ({"samples": 5, "seed": -1}, "seed -1 is below 0"),
        ({"samples": 5, "chunk": 0}, "chunks of 0 samples"),
        ({"samples": 5, "workers": 0}, "0 workers"),
    ],
)
def test_what_cannot_be_run(keywords: dict[str, int], words: str) -> None:
    with pytest.raises(UncertaintyError, match=words):
        uncertainty(didymium.load("iron_nitride"), **keywords)  # type: ignore[arg-type]


def test_chunks_cover_every_sample_once() -> None:
    for samples, size in ((1, 256), (256, 256), (257, 256), (10_000, 256)):
        rows = [row for start, stop in cut(samples, size) for row in range(start, stop)]
        assert rows == list(range(samples))


@pytest.mark.parametrize("name", ["texas_magnets", "iron_nitride", "la_rochelle", "baotou"])
def test_outputs_are_those_of_the_result(name: str) -> None:
    result = didymium.load(name).solve()
    found = outputs(result)
    for product in result.plan.products:
        split = result.cost.per_kg(product)
        assert found[f"cost.{product}"][0] == split.total
        for part, value in {**split.by_stage, **split.by_cause}.items():
            assert found[f"cost.{product}.{part}"][0] == value
    for element in elements(result):
        assert found[f"recovery.{element}"][0] == result.recovery(element, result.main_product)
    for place, target in enumerate(result.targets, 1):
        assert found[f"target.{place}"][0] == target.value
        assert bool(found[f"target.{place}.met"][0]) == target.passed
    capital = sum(float(np.atleast_1d(one.million_usd)[0]) for one in result.cost.capital.values())
    assert found["capital.total"][0] == pytest.approx(capital, rel=1e-12)
    assert all(value.shape == (1,) and value.dtype == float for value in found.values())
    assert all(unit_of(one, result.plan.targets) for one in found)


def test_a_name_stands_for_what_begins_with_it() -> None:
    found = outputs(didymium.load("iron_nitride").solve())
    assert chosen(found, ["cost.magnet"])[0] == "cost.magnet"
    assert "cost.magnet.labour" in chosen(found, ["cost.magnet"])
    assert chosen(found, None) == tuple(found)
    with pytest.raises(KeyError, match=r"did you mean 'cost\.magnet'"):
        chosen(found, ["cost.magnett"])


SCRIPT = """
import sys
import didymium
from didymium.studies.uncertainty import uncertainty

def slow(done, of):
    print(done, flush=True)
    if sys.argv[2] == "wait" and done >= 24:
        sys.stdin.readline()

if __name__ == "__main__":
    plant = didymium.load("texas_magnets", {"machining.recovery": "80 % ± 20 %"})
    uncertainty(plant, 48, 1, workers=1, chunk=8, folder=sys.argv[1], on_progress=slow)
"""


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    script, folder = tmp_path / "script.py", tmp_path / "run"
    script.write_text(SCRIPT, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), "wait"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(3)] == ["8", "16", "24"]
    process.kill()
    process.communicate()
    kept = sorted(path.name for path in folder.glob("chunk_*.npz"))
    assert kept == ["chunk_00000.npz", "chunk_00001.npz", "chunk_00002.npz"]
    before = {name: (folder / name).stat().st_mtime_ns for name in kept}
    plant = didymium.load("texas_magnets", WIDE)
    found = uncertainty(plant, SAMPLES, 1, workers=1, chunk=8, folder=folder)
    same(found, texas())
    assert {name: (folder / name).stat().st_mtime_ns for name in kept} == before
    same(uncertainty(plant, SAMPLES, 1, workers=1, chunk=8, folder=folder), texas())
