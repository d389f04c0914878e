"""Sobol' indices against known ones, against scipy's estimator, and on a plant."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import sobol_indices

import didymium
from didymium.studies.distributions import NormalWithin, UniformOver
from didymium.studies.evaluations import Evaluations, Failed, StudyError, model
from didymium.studies.factors import Factor, Member, factors
from didymium.studies.sobol import REST, Block, Index, Indices, Sobol, _saltelli, blocks, estimate, sobol

Array = NDArray[np.float64]
PI = float(np.pi)
ANGLES = [Factor(name, (Member("p", name, UniformOver(-PI, PI), 0.0),)) for name in ("x1", "x2", "x3")]

ISHIGAMI = {"x1": (0.3138, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
"""First and total indices for a = 7, b = 0.1, in closed form (Ishigami and Homma, 1990)."""


def ishigami(changes: Mapping[str, Array]) -> Evaluations:
    a, b, c = (changes[name] for name in ("x1", "x2", "x3"))
    return Evaluations({"y": np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)})


def by_name(found: Sobol, output: str = "y") -> dict[str, tuple[float, float]]:
    return {row.block.name: (row.first, row.total) for row in found.indices(output).rows}


def test_ishigami() -> None:
    found = sobol(ANGLES, blocks(ANGLES, ANGLES), ishigami, 4096, seed=1)
    assert found.evaluations == 5 * 4096
    told = found.indices("y")
    assert [row.block.name for row in told.rows] == ["x1", "x2", "x3"]
    assert told.mean == pytest.approx(3.5, abs=0.02)
    assert told.deviation**2 == pytest.approx(0.5 + 49.0 / 8.0 + 0.1 * PI**4 / 5.0 + 0.01 * PI**8 / 18.0, rel=0.02)
    for row in told.rows:
        first, total = ISHIGAMI[row.block.name]
        assert row.first == pytest.approx(first, abs=0.02)
        assert row.total == pytest.approx(total, abs=0.02)
        assert row.first_range[0] < row.first < row.first_range[1]
        assert row.total_range[0] < row.total < row.total_range[1]
        assert row.total_range[0] < total < row.total_range[1]
        assert row.total_range[1] - row.total_range[0] < 0.12


def test_a_linear_sum_has_the_shares_of_its_variances() -> None:
    """y = 4 a + 3 b + c with equal deviations: 16, 9 and 1 of 26."""
    members = [Member("p", name, NormalWithin(1.0, 0.5), 1.0) for name in ("a", "b", "c")]
    every = [Factor(one.path, (one,)) for one in members]
    found = sobol(
        every,
        blocks(every, every[:1]),
        lambda x: Evaluations({"y": 4.0 * x["a"] + 3.0 * x["b"] + x["c"]}),
        1024,
        seed=5,
    )
    told = by_name(found)
    assert list(told) == ["a", f"{REST} (2)"]
    assert told["a"] == pytest.approx((16 / 26, 16 / 26), abs=0.02)
    assert told[f"{REST} (2)"] == pytest.approx((10 / 26, 10 / 26), abs=0.02)


def test_a_correlated_group_is_varied_as_one_factor() -> None:
    """a and b on one quantile: their sum has (4 + 3)² of (7² + 1); against each other (4 − 3)² of 2."""
    for against, share in ((False, 49 / 50), (True, 1 / 2)):
        a, c = (Member("p", name, NormalWithin(1.0, 0.5), 1.0) for name in ("a", "c"))
        b = Member("p", "b", NormalWithin(1.0, 0.5), 1.0, against=against)
        every = [Factor("ab", (a, b)), Factor("c", (c,))]
        found = sobol(
            every,
            blocks(every, every),
            lambda x: Evaluations({"y": 4.0 * x["a"] + 3.0 * x["b"] + x["c"]}),
            1024,
            seed=5,
        )
        assert by_name(found)["ab"] == pytest.approx((share, share), abs=0.02)


def test_a_block_swaps_its_factors_and_leaves_them_independent() -> None:
    """x1 and x3 of Ishigami as one block: 1 less what x2 has; on one quantile they would have another part."""
    found = sobol(ANGLES, blocks(ANGLES, [ANGLES[1]]), ishigami, 4096, seed=2)
    assert by_name(found)[f"{REST} (2)"] == pytest.approx((1 - 0.4424, 1 - 0.4424), abs=0.03)


def test_the_estimator_is_that_of_scipy() -> None:
    table = np.random.default_rng(1).normal(size=(5, 64)) + 10.0
    same = sobol_indices(func={"f_A": table[:1], "f_B": table[1:2], "f_AB": table[2:, None, :]}, n=64)
    first, total = _saltelli(table)
    assert first == pytest.approx(same.first_order, rel=1e-12)
    assert total == pytest.approx(same.total_order, rel=1e-12)
    assert np.array_equal(estimate(table)[1], same.total_order)


def test_a_constant_has_no_indices() -> None:
    found = sobol(ANGLES, blocks(ANGLES, ANGLES), lambda x: Evaluations({"y": np.full(len(x["x1"]), 3.0)}), 16, 1)
    assert by_name(found) == dict.fromkeys(("x1", "x2", "x3"), (0.0, 0.0))


def test_a_point_that_fails_takes_its_whole_row() -> None:
    def refusing(changes: Mapping[str, Array]) -> Evaluations:
        y = ishigami(changes).values["y"].copy()
        bad = [3, 1024 + 7, 2 * 1024 + 3]
        y[bad] = np.nan
        return Evaluations({"y": y}, tuple(Failed(i, "tank", "overflows") for i in bad))

    found = sobol(ANGLES, blocks(ANGLES, ANGLES), refusing, 1024, seed=1)
    told = found.indices("y")
    assert told.used == 1022
    assert len(found.failures) == 3
    assert by_name(found)["x2"] == pytest.approx(ISHIGAMI["x2"], abs=0.05)
    whole = sobol(ANGLES, blocks(ANGLES, ANGLES), ishigami, 1024, seed=1).values["y"]
    left = np.delete(whole, [3, 7], axis=1)
    assert np.array_equal([row.total for row in told.rows], np.sort(_saltelli(left)[1])[::-1])


def test_the_seed_gives_the_same_numbers_and_intervals() -> None:
    one, two, other = (sobol(ANGLES, blocks(ANGLES, ANGLES), ishigami, 64, seed).indices("y") for seed in (1, 1, 2))
    assert one == two
    assert one != other


@pytest.mark.parametrize(("samples", "words"), [(100, "such as 128"), (4, "such as 8"), (0, "such as 8"), (-8, "8 or")])
def test_a_number_of_rows_that_is_no_power_of_two(samples: int, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        sobol(ANGLES, blocks(ANGLES, ANGLES), ishigami, samples, seed=1)


def test_too_few_rows_left() -> None:
    """One row of eight is lost to a unit: which, why, and where its inputs are."""

    def refusing(changes: Mapping[str, Array]) -> Evaluations:
        y = ishigami(changes).values["y"].copy()
        y[[3, 8 + 3]] = np.nan
        return Evaluations({"y": y}, (Failed(3, "tank", "overflows"), Failed(11, "tank", "overflows")))

    found = sobol(ANGLES, blocks(ANGLES, ANGLES), refusing, 8, 1)
    assert found.used("y") == 7
    with pytest.raises(StudyError) as raised:
        found.indices("y")
    assert raised.value.reason == (
        "no Sobol' indices: y has a value in 7 of 8 rows of the design, and 8 are needed; 2 × tank: overflows"
    )
    assert raised.value.remedy == (
        "ask for more rows, such as 256, or narrow the spreads; --json tells the inputs of every case that has no "
        "solution"
    )
    assert sobol(ANGLES, blocks(ANGLES, ANGLES), ishigami, 8, 1).lacking("y") is None


def test_few_rows_are_told_and_nothing_is_clipped() -> None:
    few = sobol(ANGLES, blocks(ANGLES, ANGLES), ishigami, 8, seed=1).indices("y")
    assert few.widest == max(high - low for row in few.rows for low, high in (row.first_range, row.total_range))
    assert f"an interval spans {100 * few.widest:.0f} points of the variance" in few.doubts
    assert few.rows_wanted == 256
    many = sobol(ANGLES, blocks(ANGLES, ANGLES), ishigami, 4096, seed=1).indices("y")
    assert many.doubts == ()
    assert many.rows_wanted == 8192
    part = Block("a", (0,))

    def told(*pairs: tuple[float, float]) -> tuple[str, ...]:
        rows = tuple(Index(part, first, (first, first), total, (total, total)) for first, total in pairs)
        return Indices("y", 1.0, 1.0, rows, 8).doubts

    assert told((0.5, 0.5), (0.5, 0.5)) == ()
    assert told((0.76, 0.57)) == ("a comes out larger alone than with interactions",)
    assert told((0.76, 0.57), (0.2, 0.1)) == ("a and others come out larger alone than with interactions",)
    assert told((0.72, 0.72), (0.72, 0.72)) == ("alone they add up to 144 %",)


def test_a_plant() -> None:
    """Magnets from bought oxide: the price of the oxide leads, and first orders add up to no more than the whole."""
    flowsheet = didymium.load("texas_magnets")
    result = flowsheet.solve()
    every = factors([flowsheet], {flowsheet.name: result.cost.figures})
    chosen = [one for one in every if one.name in ("feeds.ndpr_oxide.price", "data.wage.us")]
    found = sobol(every, blocks(every, chosen), model(result), 64, seed=3)
    told = found.indices("cost.magnet")
    rows = {row.block.name: row for row in told.rows}
    assert told.used + len({one.index % 64 for one in found.failures}) == 64
    assert rows["feeds.ndpr_oxide.price"].total > rows["data.wage.us"].total
    spare = sum(row.first_range[1] - row.first for row in told.rows)
    assert sum(row.first for row in told.rows) < 1.0 + spare
    assert all(row.total >= 0.0 for row in told.rows)
