"""Draws within the ranges of a file: what is drawn, how it is spread, which draws are kept."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from didymium.network.errors import SolveError
from didymium.quantities import In, Value
from didymium.studies.ranges import MOST, between, counted, drawn, within_ranges

Array = NDArray[np.float64]
ACID = "leach.acid"


def value(text: str, unit: str = "1") -> Value:
    return In(unit).parse(text)


class Plant:
    """Stands for a flowsheet: a solve gives back its draws of one value, and stops at the first that cannot run."""

    def __init__(self, values: dict[str, Value], runs: Callable[[float], bool] = lambda drawing: True) -> None:
        self.plan, self.runs, self.solves = SimpleNamespace(values=lambda: values), runs, 0

    def solve(self, changes: dict[str, Array]) -> Any:
        self.solves += 1
        for sample, drawing in enumerate(changes[ACID]):
            if not self.runs(float(drawing)):
                raise SolveError("leach", f"cannot run at {drawing}", sample=sample)
        return changes


def draws(samples: int, seed: int = 1, text: str = "1 from 0 to 4") -> Array:
    plant: Any = Plant({ACID: value(text)})
    return drawn(plant, samples, seed)[ACID]


def test_only_what_has_a_range_and_moves_a_stream_is_drawn() -> None:
    values = {
        ACID: value("1 from 0 to 4"),
        "leach.power": value("2"),
        "prices.HCl": value("1 USD/kg from 0.5 USD/kg to 2 USD/kg", "USD/kg"),
        "feeds.ore.price": value("1 USD/kg from 0.5 USD/kg to 2 USD/kg", "USD/kg"),
        "feeds.ore.rate": value("1 t/h from 0.5 t/h to 2 t/h", "kg/h"),
        "capacity.magnet": value("1 t/h from 0.5 t/h to 2 t/h", "kg/h"),
    }
    plant: Any = Plant(values)
    assert set(drawn(plant, 4, seed=1)) == {ACID, "feeds.ore.rate"}


def test_draws_are_triangular() -> None:
    """Low 0, mode 1, high 4: mean 5/3, variance (0 + 1 + 16 − 0 − 0 − 4) / 18 = 13/18, a quarter below the mode."""
    many = draws(40_000)
    assert many.min() >= 0.0
    assert many.max() <= 4.0
    assert many.mean() == pytest.approx(5.0 / 3.0, abs=0.02)
    assert many.var() == pytest.approx(13.0 / 18.0, abs=0.02)
    assert np.mean(many < 1.0) == pytest.approx(0.25, abs=0.01)


def test_values_are_drawn_independently_and_by_the_seed() -> None:
    plant: Any = Plant({ACID: value("1 from 0 to 4"), "leach.base": value("1 from 0 to 4")})
    one = drawn(plant, 2000, seed=1)
    assert abs(np.corrcoef(one[ACID], one["leach.base"])[0, 1]) < 0.1
    assert np.array_equal(one[ACID], drawn(plant, 2000, seed=1)[ACID])
    assert not np.array_equal(one[ACID], drawn(plant, 2000, seed=2)[ACID])


def test_where_every_draw_runs_the_first_are_kept() -> None:
    plant: Any = Plant({ACID: value("1 from 0 to 4")})
    found: Any = within_ranges(plant, samples=8, seed=3)
    assert np.array_equal(found[ACID], draws(MOST * 8, seed=3)[:8])
    assert plant.solves == 1


def test_draws_that_cannot_run_are_passed_over_one_by_one() -> None:
    """What is kept are the first eight that run, in their order: one that fails takes no other with it."""
    plant: Any = Plant({ACID: value("1 from 0 to 4")}, lambda drawing: drawing < 2.0)
    every = draws(MOST * 8, seed=3)
    failed = int(np.argmax(np.cumsum(every < 2.0) == 8)) + 1 - 8
    assert failed > 1
    found: Any = within_ranges(plant, samples=8, seed=3)
    assert np.array_equal(found[ACID], every[every < 2.0][:8])
    assert plant.solves == failed + 1
    assert counted(plant, samples=8, seed=3)[1] == failed


@pytest.mark.parametrize(("running", "enough"), [(8, True), (7, False), (0, False)])
def test_one_draw_in_four_must_run(running: int, enough: bool) -> None:
    """Eight are asked for, 32 drawn: eight that run are enough, seven are not, and the error of the plant stands."""
    limit = np.sort(draws(MOST * 8, seed=3))[running]
    plant: Any = Plant({ACID: value("1 from 0 to 4")}, lambda drawing: drawing < limit)
    if enough:
        found: Any = within_ranges(plant, samples=8, seed=3)
        assert len(found[ACID]) == 8
        assert np.all(found[ACID] < limit)
    else:
        with pytest.raises(SolveError, match="cannot run at"):
            within_ranges(plant, samples=8, seed=3)


def test_percentiles() -> None:
    """The 10th and 90th of 0 … 100 are 10 and 90; what is no number does not count."""
    assert between(np.arange(101.0)) == (10.0, 90.0)
    assert between(np.array([np.nan, *np.arange(101.0), np.inf])) == (10.0, 90.0)
    assert between(np.array([3.0])) == (3.0, 3.0)
    assert np.isnan(between(np.array([np.nan, np.nan]))).all()
    assert np.isnan(between(np.array([]))).all()
