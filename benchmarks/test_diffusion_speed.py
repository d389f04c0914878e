"""Speed of grain-boundary diffusion: one magnet, a batch, and the kernel against its dense twin."""

import importlib.util
import time
from pathlib import Path

import numpy as np

from didymium.kernels import diffusion
from didymium.magnet.diffusion import USUAL, Coated, diffuse, gain_of

_TWIN = Path(__file__).parents[1] / "tests" / "kernels" / "diffusion_twin.py"
_SPEC = importlib.util.spec_from_file_location("diffusion_twin", _TWIN)
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)


def tell(capsys, benchmark, text, **numbers):
    """Keep the numbers with the benchmark and print them past pytest's capture."""
    benchmark.extra_info.update(numbers)
    with capsys.disabled():
        print(f"\n{text}")


def test_gain_of_one_magnet_speed(benchmark, capsys):
    at, _ = benchmark(gain_of, "Tb", 0.005, 4.0)
    best = benchmark.stats.stats.min
    tell(capsys, benchmark, f"gain of one diffused magnet, {at:.0f} kA/m: {1e6 * best:.0f} µs", seconds=best)


def test_a_thousand_magnets_speed(benchmark, capsys):
    plates = Coated.of("Tb", np.linspace(0.001, 0.01, 1000), np.linspace(1.0, 8.0, 1000))
    celsius, hours = np.array([[900.0, 500.0]]), np.array([[10.0, 4.0]])
    benchmark(diffuse, plates, celsius, hours)
    best = benchmark.stats.stats.min / 1000
    tell(capsys, benchmark, f"two steps of 1,000 diffused magnets: {1e6 * best:.0f} µs each", seconds=best)


def test_kernel_against_dense_matrices(benchmark, capsys):
    """One case on a grid that the twin can bear: the same steps, shells eliminated or not."""
    depth, shells, steps = USUAL.cells, 8, 24
    faces = (np.arange(depth + 1) / depth) ** 1.5
    radii = 1.0 - (1.0 - np.arange(shells + 1) / shells) ** 2
    clock = ((np.arange(steps + 1) / steps) ** 2).reshape(1, -1)
    case = {
        "half": 2e-3,
        "radius": 2.5e-6,
        "share": 0.05,
        "partition": 1.0,
        "most": 2000.0,
        "film": 1e-5,
        "coating": 0.08,
        "fast": [7e-11],
        "slow": [3e-19],
        "times": [36000.0],
    }
    about = np.array([[case[key] for key in ("half", "radius", "share", "partition", "most", "film")]])
    spent, status = np.empty(1), np.empty((1, 3), dtype=np.int64)

    def run():
        film, boundary, grain = np.array([case["coating"]]), np.zeros((1, depth)), np.zeros((1, shells, depth))
        schedule = (np.array([case[key]]) for key in ("fast", "slow", "times"))
        diffusion.run(faces, radii[None], clock, about, *schedule, film, boundary, grain, spent, status)
        return boundary

    boundary = benchmark(run)
    begin = time.perf_counter()
    _, slow, _, _ = twin.run(case, faces, radii, clock)
    dense = time.perf_counter() - begin
    np.testing.assert_allclose(boundary[0], slow, rtol=1e-7)
    best = benchmark.stats.stats.min
    tell(
        capsys,
        benchmark,
        f"{depth} cells of {shells} shells, {steps} steps: {1e6 * best:.0f} µs; dense NumPy {dense / best:.0f} times",
        seconds=best,
        ratio=dense / best,
    )
