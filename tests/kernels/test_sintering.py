"""The kernel of sintering against its twin, its order, its closure and its batches."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from didymium.kernels import sintering

_SPEC = importlib.util.spec_from_file_location("sintering_twin", Path(__file__).with_name("sintering_twin.py"))
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)

GAS = 8.314462618
NAMES = ("density", "grain", "matrix", "hydride", "lubricant", "cracked", "zinc", "oxygen", "work")


def law(energy, degrees, rate):
    """ln k at infinite temperature and E/R of a rate per s at a temperature in degC; energy in kJ/mol."""
    over = energy * 1e3 / GAS
    return np.log(rate) + over / (degrees + 273.15), over


def random_case(rng, steps, elements):
    """A schedule of ramps and holds with rates near those of magnets."""
    to = np.sort(rng.uniform(200.0, 1120.0, steps))
    to[-1] = rng.uniform(1000.0, 1090.0)
    time, temperature = [0.0], [293.15]
    for degrees in to:
        time.append(time[-1] + abs(degrees + 273.15 - temperature[-1]) / rng.uniform(2.0, 12.0) * 60.0)
        time.append(time[-1] + rng.uniform(0.0, 3.0) * 3600.0)
        temperature += [degrees + 273.15] * 2
    time.append(time[-1] + 3600.0)
    temperature.append(400.0)
    laws = [
        law(rng.uniform(300, 450), 1060.0, 1333.0),
        law(rng.uniform(350, 500), 1060.0, rng.uniform(0.02, 0.06)),
        law(rng.uniform(60, 130), rng.uniform(150, 250), 1e-3),
        law(rng.uniform(130, 220), rng.uniform(580, 720), 1e-3),
        law(rng.uniform(70, 120), rng.uniform(250, 380), 1e-3),
        law(rng.uniform(150, 250), rng.uniform(440, 580), 1e-3),
        law(rng.uniform(100, 150), rng.uniform(350, 500), 1e-3),
    ]
    solid = [
        *(rng.uniform(0.45, 0.65), rng.uniform(0.7, 0.998), rng.uniform(200.0, 1000.0), rng.uniform(0.4, 0.8)),
        *(rng.uniform(2.0, 5.0), rng.uniform(3.0, 5.0), 1373.0, 12.0, rng.uniform(0.0, 2000.0)),
        *(0.935, rng.uniform(0.005, 0.02), rng.uniform(0.0, 1e-8)),
    ]
    return {
        "time": np.array(time),
        "temperature": np.array(temperature),
        "laws": np.array(laws),
        "solid": np.array(solid),
        "hydrogen": rng.uniform(0.0, 1e-3, 2),
        "metal": rng.uniform(0.0, 0.3, elements) * (rng.random(elements) > 0.2),
        "escape": rng.uniform(0.0, 1e-4, elements),
        "vapour": np.column_stack(
            [rng.uniform(low, high, elements) for low, high in ((9, 15), (-21000, -15000), (-1, 0), (-0.3, 0.3))]
        ),
    }


def run(cases, marks=2, **more):
    """The kernel over cases with as many knots and metals each: end, metals left, profile, status."""
    count, knots, elements = len(cases), len(cases[0]["time"]), len(cases[0]["metal"])
    stacked = {name: np.ascontiguousarray(np.stack([case[name] for case in cases])) for name in cases[0]}
    end, left = np.full((count, 10), np.nan), np.full((count, elements), np.nan)
    profile = np.full((count, 1 + marks * (knots - 1), 8), np.nan)
    status = np.full((count, 2), -1, dtype=np.int64)
    sintering.run(
        stacked["time"], stacked["temperature"], stacked["laws"], stacked["solid"], stacked["hydrogen"],
        stacked["metal"], stacked["escape"], np.ascontiguousarray(cases[0]["vapour"]), end, left, profile, status,
        **more,
    )  # fmt: skip
    return end, left, profile, status


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("steps", "elements"), [(1, 1), (2, 5), (4, 16)])
def test_kernel_equals_its_twin(steps, elements, seed):
    case = random_case(np.random.default_rng([steps, elements, seed]), steps, elements)
    end, left, _, status = run([case], most_kelvin=0.5, most_seconds=15.0)
    wanted, metals = twin.solve(case)
    assert status[0, 0] == sintering.DONE
    scale = np.array([1.0, 1.0, 1e-3, 1e-3, 1.0, 1.0, 1.0, 1e-5, case["solid"][2]])
    # Cracking is second order in the step, all else fourth.
    near = np.where(np.array(NAMES) == "cracked", 1e-6, 1e-8)
    wrong = np.abs(end[0, :9] - wanted) / (scale + np.abs(wanted))
    assert (wrong <= near).all(), dict(zip(NAMES, wrong, strict=True))
    np.testing.assert_allclose(left[0], metals, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_usual_steps_are_fine_enough(seed):
    case = random_case(np.random.default_rng([7, seed]), 3, 4)
    end, left, _, _ = run([case])
    wanted, metals = twin.solve(case, rtol=1e-9)
    scale = np.array([1.0, 1.0, 1e-3, 1e-3, 1.0, 1.0, 1.0, 1e-5, case["solid"][2]])
    assert (np.abs(end[0, :9] - wanted) <= 2e-3 * (scale + np.abs(wanted))).all()
    np.testing.assert_allclose(left[0], metals, rtol=1e-6)


def smooth_case(seed):
    """One slow ramp and a hold, all releases at work at once, so that nothing is below rounding."""
    case = random_case(np.random.default_rng([11, seed]), 2, 3)
    case["laws"][2:] = [law(100.0, 900.0, 2e-4) for _ in range(5)]
    case["solid"][8:11] = 500.0, 0.8, 0.05
    case["solid"][1] = 0.95
    case["metal"], case["escape"] = np.array([0.1, 0.2, 0.3]), np.array([0.2, 0.1, 0.05])
    case["vapour"][:, :2] = 10.0, -16000.0
    return case


@pytest.mark.parametrize("seed", range(4))
def test_halving_the_step_divides_the_error(seed):
    case = smooth_case(seed)
    # The finest steps stand for the exact answer; such steps are held to the twin above.
    exact, metals, _, _ = run([case], marks=1, most_kelvin=0.25, most_seconds=7.5)
    errors = []
    for kelvin in (16.0, 2.0):
        # One mark: every segment is cut by the steps alone.
        end, left, _, _ = run([case], marks=1, most_kelvin=kelvin, most_seconds=30.0 * kelvin)
        errors.append(np.append(np.abs(end - exact)[0], np.abs(left - metals).max()))
    orders = np.log2(errors[0] / np.maximum(errors[1], 1e-300)) / 3.0
    for name in ("work", "density", "grain", "matrix", "hydride", "lubricant", "zinc", "oxygen"):
        assert orders[NAMES.index(name)] > 3.4, (name, orders)
    assert orders[-1] > 3.4
    assert 1.7 < orders[NAMES.index("cracked")] < 2.6


@pytest.mark.parametrize("seed", range(5))
def test_closes_with_the_furnace_gas(seed):
    """What is left and what left add up, whatever the step; no share leaves 0..1."""
    case = random_case(np.random.default_rng([3, seed]), 3, 6)
    for kelvin, seconds in ((12.0, 400.0), (300.0, 40000.0)):
        end, left, profile, _ = run([case], most_kelvin=kelvin, most_seconds=seconds)
        lubricant, cracked, zinc = end[0, 4:7]
        assert 0.0 <= lubricant <= 1.0
        assert 0.0 <= cracked <= 1.0 - lubricant + 1e-15
        assert 0.0 <= zinc <= 1.0
        assert (end[0, 2:4] >= 0.0).all()
        assert (end[0, 2:4] <= case["hydrogen"]).all()
        assert (left <= case["metal"]).all()
        gone = profile[0, -1, 7]
        assert gone == pytest.approx(case["metal"].sum() - left.sum(), rel=1e-9, abs=1e-14)
        assert (np.diff(profile[0, :, 2]) >= 0.0).all()
        assert (np.diff(profile[0, :, 4]) <= 0.0).all()
        assert (np.diff(profile[0, :, 6]) >= 0.0).all()


def test_a_batch_has_the_bits_of_its_cases():
    rng = np.random.default_rng(5)
    cases = [random_case(rng, 3, 4) for _ in range(7)]
    vapour = cases[0]["vapour"]
    cases = [case | {"vapour": vapour} for case in cases]
    together = run(cases)
    for i, case in enumerate(cases):
        for whole, alone in zip(together, run([case]), strict=True):
            assert np.array_equal(whole[i], alone[0])


def test_no_cases():
    case = random_case(np.random.default_rng(1), 2, 3)
    empty = [np.zeros((0, *np.shape(case[name]))) for name in case if name != "vapour"]
    profile, status = np.zeros((0, 6, 8)), np.zeros((0, 2), dtype=np.int64)
    sintering.run(*empty, case["vapour"], np.zeros((0, 10)), np.zeros((0, 3)), profile, status)
    assert status.shape == (0, 2)


def test_profile_stands_at_equal_parts_and_ends_at_the_end():
    case = random_case(np.random.default_rng(2), 2, 2)
    end, _, profile, status = run([case], marks=4)
    np.testing.assert_allclose(profile[0, ::4, 0], case["time"], rtol=1e-14)
    np.testing.assert_allclose(profile[0, ::4, 1], case["temperature"], rtol=1e-14)
    assert profile[0, -1, 2] == end[0, 0]
    assert profile[0, -1, 3] == end[0, 1]
    assert profile[0, 0, 4] == case["hydrogen"].sum()
    assert status[0, 1] > 0


def test_a_first_order_release_by_hand():
    """At one temperature, without pores in the way: exp(-k t)."""
    case = random_case(np.random.default_rng(4), 1, 1)
    case["time"] = np.array([0.0, 1000.0])
    case["temperature"] = np.full(2, 900.0)
    case["laws"][2] = np.log(1e-3), 0.0
    case["solid"][8] = 0.0
    end, _, _, _ = run([case], marks=1)
    assert end[0, 2] == pytest.approx(case["hydrogen"][0] * np.exp(-1.0), rel=1e-12)
    # With a way out that takes as long as the release, half as fast while pores are open.
    case["solid"][[0, 1, 8, 9]] = 0.5, 0.5, 1000.0, 0.9
    end, _, _, _ = run([case], marks=1)
    assert end[0, 2] == pytest.approx(case["hydrogen"][0] * np.exp(-0.5), rel=1e-12)


def test_hydrogen_when_the_pores_close():
    case = random_case(np.random.default_rng(8), 2, 1)
    case["solid"][[1, 9]] = 0.99, 0.9
    end, _, profile, _ = run([case], marks=400, most_kelvin=1.0, most_seconds=20.0)
    closing = np.interp(0.9, profile[0, :, 2], profile[0, :, 4])
    assert end[0, 9] == pytest.approx(closing, rel=1e-3)
    case["solid"][1] = 0.8
    end, _, _, _ = run([case])
    assert end[0, 9] == end[0, 2] + end[0, 3]


@pytest.mark.parametrize(
    ("name", "value"),
    [("time", -1.0), ("temperature", 0.0), ("temperature", np.nan), ("solid", -1.0), ("solid", np.nan)],
)
def test_bad_input_is_told(name, value):
    case = random_case(np.random.default_rng(9), 2, 2)
    case[name] = case[name].copy()
    case[name][2 if name != "time" else -1] = value
    end, _, profile, status = run([case])
    assert status[0].tolist() == [sintering.BAD_INPUT, 0]
    assert not end.any()
    assert not profile.any()


def test_not_finite_is_told():
    case = random_case(np.random.default_rng(9), 2, 2)
    case["hydrogen"] = np.array([np.nan, 0.0])
    assert run([case])[3][0, 0] == sintering.NOT_FINITE


def test_arrays_that_do_not_belong_together():
    case = random_case(np.random.default_rng(9), 2, 2)
    with pytest.raises(ValueError, match="belong together"):
        run([case | {"solid": np.zeros(11)}])
    with pytest.raises(ValueError, match="above zero"):
        run([case], most_kelvin=0.0)
    many = random_case(np.random.default_rng(9), 2, 33)
    with pytest.raises(ValueError, match="belong together"):
        run([many])


def test_a_wild_schedule_ends():
    """No schedule asks for more than a bounded number of steps, and nothing overflows."""
    case = random_case(np.random.default_rng(9), 1, 2)
    case["time"] = np.array([0.0, 1e3, 1e12, 1e12])
    case["temperature"] = np.array([300.0, 1e5, 1e5, 300.0])
    _, _, _, status = run([case], most_seconds=1e7)
    assert status[0, 0] in (sintering.DONE, sintering.NOT_FINITE)
