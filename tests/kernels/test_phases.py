"""The kernel of the phase balance against a linear program, by hand, in its balances and at its borders."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from didymium.kernels import phases as kernel

_SPEC = importlib.util.spec_from_file_location("phases_twin", Path(__file__).with_name("phases_twin.py"))
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)

R2C3, RC = 2.0 / 3.0, 1.0
NAMES = twin.PHASES


def balanced(moles, per_carbon=R2C3, carbon_for_boron=False):
    moles = np.atleast_2d(np.asarray(moles, dtype=float))
    out, extras = np.full((len(moles), 13), np.nan), np.full((len(moles), 6), np.nan)
    status = np.full((len(moles), 2), 99, dtype=np.int64)
    kernel.balance(moles, per_carbon, carbon_for_boron, out, extras, status)
    return out, extras, status


def one(carbon_for_boron=False, per_carbon=R2C3, **moles):
    row = [moles.get(name, 0.0) for name in twin.COLUMNS]
    out, extras, status = balanced([row], per_carbon, carbon_for_boron)
    assert status[0].tolist() == [kernel.FINE, -1]
    return {name: value for name, value in zip(NAMES, out[0], strict=True) if value != 0.0}, extras[0]


def columns(out, extras, per_carbon=R2C3):
    """Moles of the kernel's columns that phases and extras hold; Ga and Cu beside R are left out."""
    n = dict(zip(NAMES, out.T, strict=True))
    ga, cu, zr, ti, nb, c_hard = extras.T
    r = 2 * n["R2T14B"] + n["R"] + 1.1 * n["R1.1T4B4"] + 2 * n["R2T17"] + 6 * n["R6T13X"] + 2 * n["R2O3"]
    t = 14 * n["R2T14B"] + 4 * n["R1.1T4B4"] + 17 * n["R2T17"] + 13 * n["R6T13X"] + n["T"] + 2 * n["T2B"] + n["TNbB"]
    b = n["R2T14B"] - c_hard + 4 * n["R1.1T4B4"] + n["T2B"] + 2 * n["ZrB2"] + 2 * n["TiB2"] + n["TNbB"]
    return {
        "R": r + n["carbide"] + n["RN"],
        "T": t - zr - ti - nb,
        "B": b,
        "C": n["carbide"] / per_carbon + c_hard,
        "N": n["RN"],
        "O": 3 * n["R2O3"],
        "X": n["R6T13X"] - ga - cu,
        "Zr": n["ZrB2"] + zr,
        "Ti": n["TiB2"] + ti,
        "Nb": n["TNbB"] + nb,
    }


def window(rng, count, inside):
    """Compositions (count, 11), at%: the window of US20220406495, or around it and far beyond."""
    if inside:
        many = 12 * count + 100
        r, b, x, c, o = (
            rng.uniform(*ends, many) for ends in ((12.5, 14.5), (5.0, 6.5), (0.02, 0.5), (0.1, 1.6), (0.1, 0.8))
        )
        # 0.86 ([B] + [C] - 2 [X]) - 4.9 < [O] < ... - 4.6 with X = Ti, Zr, Hf, Nb, V, Ta
        slack = o - 0.86 * (b + c - 2.0 * x)
        kept = np.flatnonzero((slack > -4.9) & (slack < -4.6))[:count]
        assert len(kept) == count
        r, b, x, c, o = r[kept], b[kept], x[kept], c[kept], o[kept]
        n = rng.uniform(0.02, 0.2, count)
    else:
        r, b, x, c, o, n = (
            rng.uniform(*ends, count)
            for ends in ((8.0, 20.0), (0.0, 12.0), (0.0, 1.5), (0.0, 4.0), (0.0, 4.0), (0.0, 1.0))
        )
    out = np.zeros((count, 11))
    ga, cu = rng.uniform(0.0, 1.0, count), rng.uniform(0.0, 0.5, count)
    split = rng.dirichlet([1.0, 1.0, 1.0], count) * x[:, None]
    out[:, 0], out[:, 2:8] = r, np.stack([b, c, n, o, ga, cu], axis=1)
    out[:, 8:] = split
    out[:, 1] = 100.0 - out.sum(axis=1)
    # A third of them without some of the additions: their absence is where ties lie.
    for column in (6, 7) if inside else (3, 6, 7, 8, 9, 10):
        out[rng.random(count) < 0.3, column] = 0.0
    return out


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("carbon_for_boron", [False, True])
def test_ten_thousand_compositions_close(inside, carbon_for_boron):
    moles = window(np.random.default_rng([6, inside]), 5000, inside)
    out, extras, status = balanced(moles, carbon_for_boron=carbon_for_boron)
    fine = status[:, 0] == kernel.FINE
    assert fine.all() if inside else fine.mean() > 0.6
    assert (out >= 0.0).all()
    assert (extras >= 0.0).all()
    assert (out[~fine] == 0.0).all()
    assert (extras[:, 0] <= moles[:, 6]).all()
    assert (extras[:, 1] <= moles[:, 7] + 1e-15).all()
    got = columns(out, extras)
    assert np.abs(got.pop("X")).max() <= 1e-14
    for name, amounts in got.items():
        given = moles[fine, twin.COLUMNS.index(name)]
        assert (np.abs(amounts[fine] - given) <= 1e-12 * np.maximum(given, 1e-12 * 100.0)).all(), name


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("per_carbon", [R2C3, RC])
@pytest.mark.parametrize("carbon_for_boron", [False, True])
def test_the_answer_is_the_least_of_the_linear_program(inside, per_carbon, carbon_for_boron):
    moles = window(np.random.default_rng([7, inside, carbon_for_boron]), 100, inside)
    out, extras, status = balanced(moles, per_carbon, carbon_for_boron)
    for row, got, extra, (code, _) in zip(moles, out, extras, status, strict=True):
        found = twin.balance(row, per_carbon, carbon_for_boron)
        assert (found is None) == (code != kernel.FINE)
        if found is None:
            continue
        np.testing.assert_allclose(got, found[0], atol=1e-6)
        theirs = [found[1][name] for name in ("R6T13Ga", "R6T13Cu", "Zr as T", "Ti as T", "Nb as T")]
        np.testing.assert_allclose(extra, [*theirs, found[1].get("R2T14C", 0.0)], atol=1e-6)


def test_every_triangle_is_met():
    """Random R, T, B reach each of the five triangles, and R6T13X beside R, beside R2T17 and alone."""
    moles = window(np.random.default_rng(3), 4000, inside=False)
    out, _, status = balanced(moles)
    n = dict(zip(NAMES, (out[status[:, 0] == 0] > 0.0).T, strict=True))
    hard = n["R2T14B"]
    for met in (
        hard & n["R"] & n["R1.1T4B4"],
        hard & n["T2B"] & n["R1.1T4B4"],
        hard & n["R"] & n["R2T17"],
        hard & n["R2T17"] & n["T"],
        hard & n["T"] & n["T2B"],
        hard & n["R"] & n["R6T13X"] & ~n["R2T17"],
        hard & ~n["R"] & n["R6T13X"] & n["R2T17"],
    ):
        assert met.sum() > 10


def test_stoichiometric():
    assert one(R=2, T=14, B=1)[0] == {"R2T14B": 1.0}


def test_boron_in_excess():
    # 13 x = 14 - 1.39 (four T and four B per boride): x = 0.97 hard, 0.105 boride, R left 2 - 1.94 - 0.1155 < 0
    # so take more R: 2.5 - 1.94 - 0.1155 = 0.4445.
    found, _ = one(R=2.5, T=14, B=1.39)
    assert found == pytest.approx({"R2T14B": 0.97, "R": 0.4445, "R1.1T4B4": 0.105})


def test_boron_in_excess_and_rare_earth_short():
    # 1 hard + 0.2 boride + 0.3 T2B: R 2.22, T 14 + 0.8 + 0.6, B 1 + 0.8 + 0.3.
    found, _ = one(R=2.22, T=15.4, B=2.1)
    assert found == pytest.approx({"R2T14B": 1.0, "R1.1T4B4": 0.2, "T2B": 0.3})


def test_boron_short():
    # 0.9 hard takes R 1.8 and T 12.6; 1.7 T make 0.1 R2T17; R left 2.5 - 1.8 - 0.2.
    found, _ = one(R=2.5, T=14.3, B=0.9)
    assert found == pytest.approx({"R2T14B": 0.9, "R": 0.5, "R2T17": 0.1})


def test_rare_earth_short():
    # Without B to spare: 1 hard + 0.1 R2T17 + 3 T.
    found, _ = one(R=2.2, T=18.7, B=1)
    assert found == pytest.approx({"R2T14B": 1.0, "R2T17": 0.1, "T": 3.0})
    # R below 2 B: 0.9 hard, 0.1 T2B, T left 14 - 12.6 - 0.2.
    found, _ = one(R=1.8, T=14, B=1)
    assert found == pytest.approx({"R2T14B": 0.9, "T2B": 0.1, "T": 1.2})


def test_gallium_before_copper():
    # 1.3 T beside the hard phase want 0.1 X: all of 0.06 Ga, 0.04 of the Cu; R left 3 - 1.8 - 0.6.
    found, extras = one(R=3, T=13.9, B=0.9, Ga=0.06, Cu=0.1)
    assert found == pytest.approx({"R2T14B": 0.9, "R": 0.6, "R6T13X": 0.1})
    assert extras[:2] == pytest.approx([0.06, 0.04])
    # Only 0.05 X: R6T13X takes 0.65 T, R2T17 the rest, 0.65 / 17.
    found, _ = one(R=3, T=13.9, B=0.9, Ga=0.05)
    assert found == pytest.approx({"R2T14B": 0.9, "R": 3 - 1.8 - 0.3 - 1.3 / 17, "R2T17": 0.65 / 17, "R6T13X": 0.05})


def test_r_short_of_r6t13x():
    # 0.9 hard, then R 0.8 and T 4.7 left make 0.1 R6T13X (0.6 R, 1.3 T) and R2T17 (0.2 R, 1.7 T) and no more R:
    # 0.1 + 17 / 10 T = 3.0 in all.
    found, extras = one(R=1.8 + 0.8, T=12.6 + 3.0, B=0.9, Ga=0.5)
    assert found == pytest.approx({"R2T14B": 0.9, "R2T17": 0.1, "R6T13X": 0.1})
    assert extras[0] == pytest.approx(0.1)


def test_gases_bind_rare_earth():
    # 0.3 O binds 0.2 R, 0.1 N 0.1 R, 0.15 C 0.1 R as R2C3 and 0.15 as RC.
    gases = {"O": 0.3, "N": 0.1, "C": 0.15}
    found, _ = one(R=3, T=14, B=1, **gases)
    assert found == pytest.approx({"R2T14B": 1, "R": 0.6, "R2O3": 0.1, "RN": 0.1, "carbide": 0.1})
    found, _ = one(per_carbon=RC, R=3, T=14, B=1, **gases)
    assert found == pytest.approx({"R2T14B": 1, "R": 0.55, "R2O3": 0.1, "RN": 0.1, "carbide": 0.15})


def test_refractory_metals_take_boron_zirconium_first():
    # 1 B: 0.2 Zr takes 0.4, 0.25 Ti 0.5, of 0.3 Nb only 0.1 finds boron and takes as much T; 0.2 Nb stand for T.
    found, extras = one(R=3, T=14, B=1, Zr=0.2, Ti=0.25, Nb=0.3)
    assert found == pytest.approx({"R": 3 - 2 * 14.1 / 17, "R2T17": 14.1 / 17, "ZrB2": 0.2, "TiB2": 0.25, "TNbB": 0.1})
    assert extras[2:5] == pytest.approx([0.0, 0.0, 0.2])


def test_carbon_for_boron():
    # B 0.9 for 14 T: 0.1 of the carbon stands in, the other 0.15 binds 0.1 R.
    found, extras = one(R=3, T=14, B=0.9, C=0.25, carbon_for_boron=True)
    assert found == pytest.approx({"R2T14B": 1.0, "R": 0.9, "carbide": 0.1})
    assert extras[5] == pytest.approx(0.1)
    # With boron enough it is a carbide all the same.
    assert one(R=3, T=14, B=1, C=0.15, carbon_for_boron=True)[1][5] == 0.0


@pytest.mark.parametrize(
    ("moles", "code", "column"),
    [
        ({"R": 1, "T": 14, "B": 1, "O": 1.6}, kernel.SHORT_OF_R, 5),
        ({"R": 1, "T": 14, "B": 1, "O": 1.2, "N": 0.3}, kernel.SHORT_OF_R, 4),
        ({"R": 1, "T": 14, "B": 1, "O": 1.2, "C": 0.31}, kernel.SHORT_OF_R, 3),
        ({"R": 5, "T": 3, "B": 4}, kernel.BORON_BEYOND, 2),
        ({"R": 0.1, "T": 3, "B": 2.9}, kernel.BORON_BEYOND, 2),
        ({"T": 14, "B": 1}, kernel.NO_RARE_EARTH, 0),
        ({"R": 2, "T": -1, "B": 1}, kernel.BAD_NUMBER, 1),
        ({"R": 2, "T": 14, "B": np.nan}, kernel.BAD_NUMBER, 2),
        ({"R": np.inf, "T": 14, "B": 1}, kernel.BAD_NUMBER, 0),
    ],
)
def test_codes(moles, code, column):
    fine = [2.0, 14.0, 1.0] + [0.0] * 8
    bad = [moles.get(name, 0.0) for name in twin.COLUMNS]
    out, extras, status = balanced([fine, bad, fine])
    assert status.tolist() == [[kernel.FINE, -1], [code, column], [kernel.FINE, -1]]
    assert not out[1].any()
    assert not extras[1].any()
    assert (out[0] == out[2]).all()


def test_just_enough_rare_earth_is_fine():
    assert one(R=1, T=14, B=1, O=1.5)[0] == pytest.approx({"R2O3": 0.5, "T2B": 1.0, "T": 12.0})


def test_zeros_hold_nothing():
    out, extras, status = balanced(np.zeros((2, 11)))
    assert not out.any()
    assert not extras.any()
    assert (status == [kernel.FINE, -1]).all()


@pytest.mark.parametrize("count", [0, 1, 17])
def test_a_batch_equals_its_cases(count):
    moles = window(np.random.default_rng(count), count, inside=False)
    together = balanced(moles.reshape(count, 11))
    for i in range(count):
        for whole, single in zip(together, balanced(moles[i]), strict=True):
            assert (whole[i] == single[0]).all()


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_any_scale(scale):
    moles = window(np.random.default_rng(5), 50, inside=True)
    np.testing.assert_allclose(balanced(scale * moles)[0], scale * balanced(moles)[0], rtol=1e-6, atol=1e-13 * scale)


def test_crossing_a_border_changes_nothing_at_once():
    """Amounts are continuous in boron through all triangles, R left and R short."""
    for rare_earth in (1.9, 2.1, 3.0):
        boron = np.linspace(0.2, 2.5, 20001)
        moles = np.zeros((len(boron), 11))
        moles[:, 0], moles[:, 1], moles[:, 2], moles[:, 6] = rare_earth, 14.0, boron, 0.05
        out, _, status = balanced(moles)
        assert (status[:, 0] == kernel.FINE).all()
        assert np.abs(np.diff(out, axis=0)).max() < 5e-3


@pytest.mark.parametrize(
    "shapes",
    [((2, 10), (2, 13), (2, 6), (2, 2)), ((2, 11), (1, 13), (2, 6), (2, 2)), ((2, 11), (2, 13), (2, 6), (2, 3))],
)
def test_shapes_are_checked(shapes):
    moles, out, extras = (np.zeros(shape) for shape in shapes[:3])
    with pytest.raises(ValueError, match="must"):
        kernel.balance(moles, R2C3, False, out, extras, np.zeros(shapes[3], dtype=np.int64))


@pytest.mark.parametrize("per_carbon", [0.0, 2.0, np.nan])
def test_carbide_is_checked(per_carbon):
    with pytest.raises(ValueError, match="one carbon binds"):
        balanced(np.ones(11), per_carbon)


def test_strided_input_is_refused():
    with pytest.raises(ValueError, match="contiguous"):
        balanced(np.ones((4, 22))[:, ::2])


def closes(moles, out, extras, per_carbon=R2C3):
    """No amount is negative and every column closes to 1e-12 of the whole."""
    assert (out >= 0.0).all()
    assert (extras >= 0.0).all()
    got = columns(out, extras, per_carbon)
    got.pop("X")
    whole = moles.sum(axis=1)
    for name, amounts in got.items():
        assert (np.abs(amounts - moles[:, twin.COLUMNS.index(name)]) <= 1e-12 * whole).all(), name


@pytest.mark.parametrize(
    "corners",
    [
        {"R": 2, "O": 3},
        {"R": 1, "N": 1},
        {"R": 1, "C": 1.5},
        {"R": 1.1, "T": 4, "B": 4},
        {"T": 2, "B": 1, "R": 1e-300},
        {"R": 2, "T": 17},
        {"R": 6, "T": 13, "Cu": 1},
        {"R": 2, "T": 14, "B": 1},
    ],
)
def test_a_compound_alone_at_any_scale_is_inside(corners):
    scales = np.random.default_rng(5).uniform(1e-4, 10.0, 500)
    moles = scales[:, None] * np.array([corners.get(name, 0.0) for name in twin.COLUMNS])
    out, extras, status = balanced(moles)
    assert not status[:, 0].any()
    closes(moles, out, extras)


@pytest.mark.parametrize(
    ("first", "second"),
    [("R1.1T4B4", "T2B"), ("R", "R1.1T4B4"), ("R2T14B", "T2B"), ("R2T14B", "R6T13Cu"), ("T", "T2B")],
)
def test_mixtures_on_a_border_are_inside(first, second):
    rng = np.random.default_rng(8)
    held = twin.unknowns(R2C3, False)
    shares = rng.uniform(0.0, 1.0, (2000, 3))
    moles = np.zeros((2000, 11))
    for name, amount in zip((first, second, "R2O3"), shares.T, strict=True):
        for column, count in held[name][1].items() if name != "R2O3" else (("R", 2), ("O", 3)):
            moles[:, twin.COLUMNS.index(column)] += amount * count
    out, extras, status = balanced(moles)
    assert not status[:, 0].any()
    closes(moles, out, extras)


def test_beyond_the_slack_is_refused():
    for lacking in (1e-12, 1e-9, 1e-3):
        moles = np.zeros((1, 11))
        moles[0, [0, 5]] = 2.0 * (1.0 - lacking), 3.0
        assert balanced(moles)[2][0].tolist() == [kernel.SHORT_OF_R, 5]
        moles = np.zeros((1, 11))
        moles[0, [0, 1, 2]] = 1.1 * (1.0 - lacking), 4.0, 4.0
        assert balanced(moles)[2][0, 0] == kernel.BORON_BEYOND
