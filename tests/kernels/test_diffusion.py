"""The kernel of two-path diffusion against its twin, solutions by hand, its orders and its balance."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from didymium.kernels import diffusion

_SPEC = importlib.util.spec_from_file_location("diffusion_twin", Path(__file__).with_name("diffusion_twin.py"))
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)

HOUR = 3600.0
MAGNET = {
    "half": 2.5e-3,
    "radius": 2.5e-6,
    "share": 0.05,
    "partition": 1.0,
    "most": 2000.0,
    "film": 1e-5,
    "coating": 0.11,
    "fast": [7e-11],
    "slow": [3e-19],
    "times": [10.0 * HOUR],
}
ABOUT = ("half", "radius", "share", "partition", "most", "film")


def grids(depth, shells, steps, segments=1, steep=2.0):
    """Faces close at the magnet's face, radii close at the grain's, steps short at first."""
    faces = (np.arange(depth + 1) / depth) ** 1.5
    radii = 1.0 - (1.0 - np.arange(shells + 1) / shells) ** 1.8
    clocks = np.tile((np.arange(steps + 1) / steps) ** steep, (segments, 1))
    return faces, radii, clocks


def run(cases, faces, radii, clocks, state=None):
    """The kernel on a list of cases: film, boundary, grain, time at which the film ran short, status."""
    count, depth, shells = len(cases), len(faces) - 1, len(radii) - 1
    about = np.array([[case[key] for key in ABOUT] for case in cases], dtype=float).reshape(count, len(ABOUT))
    fast, slow, times = (
        np.array([case[key] for case in cases], dtype=float).reshape(count, len(clocks))
        for key in ("fast", "slow", "times")
    )
    if state is None:
        state = np.array([case["coating"] for case in cases], dtype=float), np.zeros((count, depth))
        state = *state, np.zeros((count, shells, depth))
    coating, boundary, grain = (part.copy() for part in state)
    spent, status = np.empty(count), np.empty((count, 3), dtype=np.int64)
    each = np.tile(radii, (count, 1))
    diffusion.run(faces, each, clocks, about, fast, slow, times, coating, boundary, grain, spent, status)
    return coating, boundary, grain, spent, status


def held(case, faces, radii, coating, boundary, grain):
    """kg per m2 in the film and below it."""
    volume = np.diff(radii**3)
    inside = case["share"] * boundary + (1.0 - case["share"]) * (volume[:, None] * grain).sum(axis=0)
    return coating + case["half"] * (np.diff(faces) * inside).sum()


def random_case(rng, segments=1):
    half, radius = 10.0 ** rng.uniform(-3.3, -2.0), 10.0 ** rng.uniform(-6.0, -5.0)
    times = rng.uniform(0.5, 10.0, segments) * HOUR
    return {
        "half": half,
        "radius": radius,
        "share": rng.uniform(0.01, 0.2),
        "partition": rng.uniform(0.1, 4.0),
        "most": 10.0 ** rng.uniform(2.0, 4.0),
        "film": 10.0 ** rng.uniform(-6.0, -4.0),
        "coating": 10.0 ** rng.uniform(-2.0, 0.0),
        "fast": 10.0 ** rng.uniform(-12.0, -9.0, segments),
        "slow": 10.0 ** rng.uniform(-19.0, -16.0, segments),
        "times": times,
    }


@pytest.mark.parametrize("seed", range(12))
def test_step_for_step_the_twins(seed):
    rng = np.random.default_rng(seed)
    depth, shells = int(rng.integers(1, 9)), int(rng.integers(1, 6))
    segments = int(rng.integers(1, 4))
    grid = grids(depth, shells, int(rng.integers(1, 12)), segments)
    cases = [random_case(rng, segments) for _ in range(4)]
    coating, boundary, grain, spent, status = run(cases, *grid)
    assert not status[:, 0].any()
    for n, case in enumerate(cases):
        film, inside, shelled, moment = twin.run(case, *grid)
        scale = max(np.abs(inside).max(), np.abs(shelled).max())
        np.testing.assert_allclose(coating[n], film, rtol=1e-9, atol=1e-9 * case["coating"])
        np.testing.assert_allclose(boundary[n], inside, rtol=1e-8, atol=1e-9 * scale)
        np.testing.assert_allclose(grain[n], shelled, rtol=1e-8, atol=1e-9 * scale)
        np.testing.assert_allclose(spent[n], moment, rtol=1e-8)


@pytest.mark.parametrize("coating", [0.11, 0.005])
def test_equal_to_an_integration_without_error_in_time(coating):
    """The exponential of the dense matrix, the film running short on the way and from the start."""
    case = MAGNET | {"coating": coating}
    faces, radii, clocks = grids(8, 5, 600, steep=3.0)
    film, boundary, grain, moment = twin.run(case, faces, radii, np.array([[0.0, 1.0]]), twin.exactly)
    got = run([case], faces, radii, clocks)
    assert np.isfinite(moment)
    np.testing.assert_allclose(got[3][0], moment, rtol=1e-5)
    np.testing.assert_allclose(got[0][0], film, rtol=1e-5)
    np.testing.assert_allclose(got[1][0], boundary, rtol=1e-5)
    np.testing.assert_allclose(got[2][0], grain, rtol=1e-4, atol=1e-6 * grain.max())


def test_two_paths_by_hand():
    """An endless source: no grid, the Laplace transform of the slab of spheres turned back on Talbot's contour."""
    case = MAGNET | {"coating": np.inf}
    faces, radii, clocks = grids(192, 96, 300, steep=3.0)
    _, boundary, _, spent, _ = run([case], faces, radii, clocks)
    depth = case["half"] * (faces[1:] + faces[:-1]) / 2.0
    by_hand = twin.transformed(case, depth, case["times"][0])
    np.testing.assert_allclose(boundary[0] / case["most"], by_hand, atol=2e-4)
    assert by_hand.min() < 0.3 < 0.9 < by_hand.max()
    assert spent[0] == np.inf


def test_no_uptake_of_the_grains_is_the_cosine_series():
    """Crank, The mathematics of diffusion, eq. 4.17: a sheet with its faces held, here half of it."""
    case = MAGNET | {"coating": np.inf, "slow": [0.0], "times": [3.0 * HOUR]}
    faces, radii, clocks = grids(160, 1, 160, steep=2.0)
    _, boundary, grain, _, _ = run([case], faces, radii, clocks)
    assert not grain.any()
    inside = case["half"] * (1.0 - (faces[1:] + faces[:-1]) / 2.0)
    n = np.arange(40)[:, None]
    odd = (2 * n + 1) * np.pi / (2.0 * case["half"])
    series = (-1.0) ** n / (2 * n + 1) * np.exp(-case["fast"][0] * odd**2 * case["times"][0]) * np.cos(odd * inside)
    np.testing.assert_allclose(boundary[0] / case["most"], 1.0 - 4.0 / np.pi * series.sum(axis=0), atol=1e-4)


def test_boundaries_at_once_leave_a_sphere_alone():
    """Crank eq. 6.20: uptake of a sphere with its surface held, where the boundaries are filled at once."""
    case = MAGNET | {"coating": np.inf, "fast": [1e-4], "slow": [3e-17], "times": [2.0 * HOUR]}
    faces, radii, clocks = grids(2, 80, 120, steep=3.0)
    _, _, grain, _, _ = run([case], faces, radii, clocks)
    taken = (np.diff(radii**3)[:, None] * grain[0]).sum(axis=0) / (case["partition"] * case["most"])
    n = np.arange(1, 200)
    reach = case["slow"][0] * case["times"][0] / case["radius"] ** 2
    sphere = 1.0 - 6.0 / np.pi**2 * (np.exp(-((n * np.pi) ** 2) * reach) / n**2).sum()
    np.testing.assert_allclose(taken, sphere, rtol=2e-4)
    assert 0.2 < sphere < 0.7


def test_a_film_that_runs_out_is_the_stirred_solution_of_limited_volume():
    """Crank eq. 4.37: a sheet in a stirred solution, a the film's depth over that of the boundaries, tan q = -a q."""
    case = MAGNET | {"coating": 0.02, "film": 2e-5, "most": np.inf, "slow": [0.0], "times": [1.5 * HOUR]}
    faces, radii, clocks = grids(200, 1, 200, steep=3.0)
    coating, _, _, spent, _ = run([case], faces, radii, clocks)
    ratio = case["film"] / (case["share"] * case["half"])
    n = np.arange(1, 60)
    low, high = (n - 0.5) * np.pi + 1e-12, n * np.pi
    for _ in range(200):
        q = (low + high) / 2.0
        up = np.sin(q) + ratio * q * np.cos(q)
        above = up * np.sign(np.cos(high)) > 0.0
        low, high = np.where(above, low, q), np.where(above, q, high)
    reach = case["fast"][0] * case["times"][0] / case["half"] ** 2
    taken = 1.0 - (2.0 * ratio * (1.0 + ratio) / (1.0 + ratio + ratio**2 * q**2) * np.exp(-(q**2) * reach)).sum()
    whole = case["coating"] / (1.0 + ratio)
    np.testing.assert_allclose(case["coating"] - coating[0], taken * whole, rtol=2e-4)
    assert spent[0] == 0.0


def slopes(errors):
    """Orders between refinements by two."""
    errors = np.array(errors)
    return np.log2(errors[:-1] / errors[1:])


def test_refined_steps_converge_at_second_order():
    faces, radii, _ = grids(12, 6, 1)

    def at(steps):
        coating, boundary, grain, _, _ = run([MAGNET], faces, radii, grids(1, 1, steps, steep=3.0)[2])
        return np.concatenate([boundary[0], grain[0].ravel(), coating * 1e3])

    exact = at(4096)
    found = slopes([np.abs(at(steps) - exact).max() for steps in (32, 64, 128, 256)])
    np.testing.assert_allclose(found, 2.0, atol=0.35)


def of_depth(cells):
    """Content of each of eight equal slices of the slab, kg/m3, with evenly spaced cells."""
    faces, (_, radii, clocks) = np.linspace(0.0, 1.0, cells + 1), grids(1, 4, 150, steep=3.0)
    _, boundary, grain, _, _ = run([MAGNET | {"coating": np.inf}], faces, radii, clocks)
    inside = MAGNET["share"] * boundary[0] + (1.0 - MAGNET["share"]) * np.diff(radii**3) @ grain[0]
    return inside.reshape(8, -1).mean(axis=1)


def test_refined_depth_converges_at_second_order():
    exact = of_depth(2048)
    found = slopes([np.abs(of_depth(cells) - exact).max() for cells in (64, 128, 256, 512)])
    np.testing.assert_allclose(found, 2.0, atol=0.35)


def of_radius(shells):
    """What a grain holds at each depth, kg/m3."""
    (faces, _, clocks), radii = grids(6, 1, 100, steep=3.0), np.linspace(0.0, 1.0, shells + 1)
    case = MAGNET | {"slow": [3e-18]}
    return np.diff(radii**3) @ run([case], faces, radii, clocks)[2][0]


def test_refined_radius_converges_at_second_order():
    exact = of_radius(1024)
    found = slopes([np.abs(of_radius(shells) - exact).max() for shells in (16, 32, 64, 128)])
    np.testing.assert_allclose(found, 2.0, atol=0.35)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost(seed):
    rng = np.random.default_rng([seed, 5])
    faces, radii, clocks = grids(24, 8, 32, 2)
    case = random_case(rng, 2)
    coating, boundary, grain, _, status = run([case], faces, radii, clocks)
    assert abs(held(case, faces, radii, coating[0], boundary[0], grain[0]) / case["coating"] - 1.0) < 1e-12
    assert status[0, 0] == diffusion.DONE
    assert 0.0 <= coating[0] <= case["coating"]


def test_falls_with_depth_and_with_radius():
    """Under an endless source all is highest at the face, and at the grain's surface; no grain outdoes its boundary."""
    _, boundary, grain, _, _ = run([MAGNET | {"coating": np.inf}], *grids(24, 8, 32))
    assert (np.diff(boundary[0]) < 0.0).all()
    assert (np.diff(grain[0], axis=0) > 0.0).all()
    assert grain.min() > -1e-6 * grain.max()
    assert (grain[0][-1] < MAGNET["partition"] * boundary[0] * (1.0 + 1e-9)).all()


def test_goes_on_where_it_stopped():
    """Two calls of an hour are one of two hours with the same steps."""
    faces, radii, clocks = grids(10, 4, 16, 2)
    twice = MAGNET | {"fast": [7e-11, 5e-11], "slow": [3e-19, 2e-19], "times": [HOUR, HOUR]}
    whole = run([twice], faces, radii, clocks)
    first = run([twice | {key: twice[key][:1] for key in ("fast", "slow", "times")}], faces, radii, clocks[:1])
    second = run(
        [twice | {key: twice[key][1:] for key in ("fast", "slow", "times")}], faces, radii, clocks[1:], first[:3]
    )
    for mine, theirs in zip(whole[:3], second[:3], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-13)


@pytest.mark.parametrize("count", [0, 1, 17])
def test_a_batch_is_its_single_cases(count):
    rng = np.random.default_rng(count)
    cases = [random_case(rng, 2) for _ in range(count)]
    grid = grids(9, 5, 10, 2)
    together = run(cases, *grid)
    for n, case in enumerate(cases):
        for mine, theirs in zip(together, run([case], *grid), strict=True):
            np.testing.assert_array_equal(mine[n], theirs[0])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("half", 0.0),
        ("radius", -1.0),
        ("share", 1.0),
        ("share", 0.0),
        ("partition", np.nan),
        ("most", 0.0),
        ("film", 0.0),
        ("film", np.inf),
        ("coating", -1.0),
        ("coating", np.nan),
        ("fast", [-1e-11]),
        ("slow", [np.inf]),
        ("times", [np.nan]),
    ],
)
def test_numbers_that_are_no_case_are_left_alone(key, value):
    grid = grids(4, 3, 5)
    _, boundary, grain, _, status = run([MAGNET | {key: value}, MAGNET], *grid)
    assert status[:, 0].tolist() == [diffusion.NO_CASE, diffusion.DONE]
    assert not boundary[0].any()
    assert not grain[0].any()
    assert boundary[1].all()


def test_an_endless_source_has_a_most():
    status = run([MAGNET | {"coating": np.inf, "most": np.inf}], *grids(4, 3, 5))[4]
    assert status[0, 0] == diffusion.NO_CASE


def test_no_time_and_no_coating_change_nothing():
    grid = grids(4, 3, 5)
    coating, boundary, grain, _, status = run([MAGNET | {"times": [0.0]}, MAGNET | {"coating": 0.0}], *grid)
    assert coating.tolist() == [MAGNET["coating"], 0.0]
    assert not boundary.any()
    assert not grain.any()
    assert status[:, 1].tolist() == [0, 5]


def test_arrays_that_do_not_belong_together():
    faces, radii, clocks = grids(4, 3, 5)
    with pytest.raises(ValueError, match="do not belong together"):
        run([MAGNET], faces, radii, clocks, (np.zeros(1), np.zeros((1, 3)), np.zeros((1, 3, 4))))
    with pytest.raises(ValueError, match="faces must rise"):
        run([MAGNET], faces[::-1].copy(), radii, clocks)
    with pytest.raises(ValueError, match="radii must rise"):
        run([MAGNET], faces, radii * 0.9, clocks)
    with pytest.raises(ValueError, match="clocks"):
        run([MAGNET], faces, radii, clocks * 0.5)
