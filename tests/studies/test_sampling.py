"""Designs of quantiles: slices, bounds, seeds, and how even they are."""

from __future__ import annotations

import numpy as np
import pytest

from didymium.studies import sampling
from didymium.studies.distributions import TriangularOver, UniformOver
from didymium.studies.factors import Factor, Member
from didymium.studies.sampling import METHODS, Method, draw, quantiles

EVERY = pytest.mark.parametrize("method", METHODS)


@EVERY
@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 37), (1, 2), (40, 60), (63, 100), (99, 100), (50, 50)])
def test_a_slice_has_the_bits_of_the_whole(method: Method, start: int, stop: int) -> None:
    whole = quantiles(7, 0, 100, 5, method)
    assert np.array_equal(whole[start:stop], quantiles(7, start, stop, 5, method, samples=100))


@EVERY
def test_no_quantile_is_0_or_1_and_each_factor_is_even(method: Method) -> None:
    found = quantiles(40, 0, 4096, 11, method)
    assert found.shape == (4096, 40)
    assert found.min() > 0.0
    assert found.max() < 1.0
    assert np.abs(found.mean(axis=0) - 0.5).max() < 0.025
    assert np.abs(np.corrcoef(found.T) - np.eye(40)).max() < 0.1


def test_random_numbers_of_0_are_moved_off_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first Sobol' point without scrambling is 0; the shift by half a bit is what moves one that hits it."""
    from scipy.stats import qmc

    plain = qmc.Sobol
    monkeypatch.setattr(qmc, "Sobol", lambda count, **options: plain(count, **(options | {"scramble": False})))
    assert quantiles(2, 0, 1, 1).tolist() == [[2.0**-31, 2.0**-31]]


@EVERY
def test_the_seed_decides(method: Method) -> None:
    one, two = (quantiles(3, 0, 64, seed, method) for seed in (1, 2))
    assert not np.array_equal(one, two)
    assert np.array_equal(one, quantiles(3, 0, 64, 1, method))


def test_sobol_points_fill_every_interval_of_a_power_of_two() -> None:
    found = quantiles(5, 0, 256, 3)
    for column in found.T:
        assert np.array_equal(np.sort((column * 256).astype(int)), np.arange(256))


def test_a_latin_hypercube_fills_every_stratum_of_any_number() -> None:
    found = quantiles(5, 0, 100, 3, "latin")
    for column in found.T:
        assert np.array_equal(np.sort((column * 100).astype(int)), np.arange(100))


def test_the_seed_orders_the_strata_of_each_factor_by_itself() -> None:
    """Not only where in its stratum a point lies."""
    one, two = ((quantiles(6, 0, 500, seed, "latin") * 500).astype(int) for seed in (1, 2))
    every = np.concatenate([one, two], axis=1).T
    assert np.abs(np.corrcoef(every) - np.eye(12)).max() < 5.0 / np.sqrt(500)


def test_a_point_at_the_very_end_of_the_last_stratum_stays_below_1(monkeypatch: pytest.MonkeyPatch) -> None:
    last = 1.0 - 2.0**-53
    monkeypatch.setattr(sampling, "_random", lambda count, start, stop, seed: np.full((stop - start, count), last))
    found = quantiles(2, 0, 1000, 1, "latin")
    assert found.max() == last


def test_a_slice_of_ten_million_is_drawn_alone() -> None:
    found = quantiles(450, 256, 512, 1, "latin", 10_000_000)
    assert found.shape == (256, 450)
    assert np.abs(found.mean() - 0.5) < 0.01


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"start": 5, "stop": 4}, "no samples 5 to 4"),
        ({"start": -1}, "no samples -1 to 4"),
        ({"seed": -1}, "seed -1"),
        ({"method": "halton"}, "no method 'halton'; there is sobol, latin, random"),
        ({"method": "latin", "samples": 3}, "0 to 4 of 3"),
        ({"count": 30_000}, "at most 21,201"),
        ({"stop": 2**30 + 1}, "at most 1,073,741,824"),
    ],
)
def test_what_cannot_be_drawn(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        quantiles(**({"count": 2, "start": 0, "stop": 4, "seed": 1} | arguments))  # type: ignore[arg-type]


def test_draws_by_plant_and_path() -> None:
    acid = Member("a", "leach.acid", TriangularOver(0.0, 1.0, 4.0), 1.0)
    base = Member("a", "leach.base", UniformOver(0.0, 1.0), 0.5, against=True)
    wage = [Member(plant, "data.wage.us", UniformOver(1.0, 3.0), 2.0) for plant in ("a", "b")]
    made = draw([Factor("group", (acid, base)), Factor("data.wage.us", tuple(wage))], 0, 64, seed=1)
    assert {plant: list(paths) for plant, paths in made.items()} == {
        "a": ["leach.acid", "leach.base", "data.wage.us"],
        "b": ["data.wage.us"],
    }
    assert np.array_equal(made["a"]["data.wage.us"], made["b"]["data.wage.us"])
    assert np.array_equal(np.argsort(made["a"]["leach.acid"]), np.argsort(-made["a"]["leach.base"]))
    assert made["a"]["leach.base"] == pytest.approx(1.0 - acid.distribution.cdf(made["a"]["leach.acid"]))
    part = draw([Factor("group", (acid, base)), Factor("data.wage.us", tuple(wage))], 10, 20, seed=1)
    assert np.array_equal(part["a"]["leach.acid"], made["a"]["leach.acid"][10:20])


def test_nothing_to_draw() -> None:
    assert draw([], 0, 8, seed=1) == {}
