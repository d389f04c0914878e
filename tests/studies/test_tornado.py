"""Factors one at a time, on a formula and on a plant."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

import didymium
from didymium.studies.distributions import NormalWithin, TriangularOver, UniformOver
from didymium.studies.evaluations import Evaluations, Failed, OutputUnknown, StudyError, model
from didymium.studies.factors import Factor, Member, factors
from didymium.studies.tornado import HIGH, LOW, tornado

Array = NDArray[np.float64]

A = Member("p", "a", UniformOver(0.0, 10.0), 5.0)
B = Member("p", "b", NormalWithin(2.0, 1.0), 2.0)
C = Member("p", "c", TriangularOver(0.0, 0.0, 4.0), 0.0)
ALONE = [Factor(one.path, (one,)) for one in (A, B, C)]


def linear(changes: Mapping[str, Array]) -> Evaluations:
    return Evaluations({"y": changes["a"] - 3.0 * changes["b"], "z": changes["c"] ** 2})


def test_a_linear_formula() -> None:
    """a from 0.5 to 9.5 moves y by 9; b by 2 × 1.6449 sd × 3 = 9.869; c not at all."""
    found = tornado(ALONE, linear)
    assert found.cases == 7
    assert found.nominal("y") == -1.0
    first, second, last = found.bars("y")
    assert [first.factor.name, second.factor.name, last.factor.name] == ["b", "a", "c"]
    assert (second.at_low, second.at_high) == pytest.approx((-5.5, 3.5))
    assert first.swing == pytest.approx(6.0 * 1.6448536269514722)
    assert first.at_low > first.at_high
    assert (last.swing, last.share) == (0.0, 0.0)
    whole = first.swing**2 + second.swing**2
    assert first.share == pytest.approx(first.swing**2 / whole)


def test_the_value_as_written_counts_where_it_is_an_end() -> None:
    """c is written at its low end, 0: the swing reaches from there, not from the 5th percentile."""
    bar = tornado(ALONE, linear).bars("z")[0]
    high = float(C.at(HIGH)) ** 2
    assert bar.at_low == pytest.approx(float(C.at(LOW)) ** 2)
    assert bar.at_low > 0.0
    assert bar.swing == pytest.approx(high)


def test_a_group_moves_as_one() -> None:
    together = tornado([Factor("ab", (A, B)), ALONE[2]], linear).bars("y")[0]
    assert together.swing == pytest.approx(6.0 * 1.6448536269514722 - 9.0)
    opposed = Member("p", "b", NormalWithin(2.0, 1.0), 2.0, against=True)
    apart = tornado([Factor("ab", (A, opposed)), ALONE[2]], linear).bars("y")[0]
    assert apart.swing == pytest.approx(6.0 * 1.6448536269514722 + 9.0)


def test_an_end_that_cannot_be_solved_is_told() -> None:
    def refusing(changes: Mapping[str, Array]) -> Evaluations:
        bad = changes["a"] > 9.0
        y = np.where(bad, np.nan, linear(changes).values["y"])
        return Evaluations({"y": y}, tuple(Failed(int(i), "tank", "overflows") for i in np.flatnonzero(bad)))

    found = tornado(ALONE, refusing)
    (unsolved,) = found.unsolved
    assert (unsolved.factor.name, unsolved.quantile, unsolved.unit, unsolved.reason) == ("a", HIGH, "tank", "overflows")
    bar = next(bar for bar in found.bars("y") if bar.factor.name == "a")
    assert math.isnan(bar.at_high)
    assert bar.swing == pytest.approx(4.5)


def test_what_tells_nothing() -> None:
    with pytest.raises(StudyError, match="nothing varies"):
        tornado([], linear)
    with pytest.raises(OutputUnknown, match="no output 'x'"):
        tornado(ALONE, linear).bars("x")
    with pytest.raises(StudyError, match="y has no value for the plant as written"):
        tornado(ALONE, lambda changes: Evaluations({"y": np.full(7, np.nan)})).bars("y")


def test_a_plant_by_itself_and_in_the_batch() -> None:
    """Each case of the batch has the bits of the plant solved with that one value."""
    flowsheet = didymium.load("texas_magnets")
    result = flowsheet.solve()
    every = factors([flowsheet], {flowsheet.name: result.cost.figures})
    chosen = [one for one in every if one.name in ("machining.trim", "data.wage.us", "feeds.ndpr_oxide.price")]
    found = tornado(chosen, model(result))
    assert found.nominal("cost.magnet") == result.cost.per_kg("magnet").total
    for bar in found.bars("cost.magnet"):
        (member,) = bar.factor.members
        solved = flowsheet.solve({member.path: member.at([HIGH])}).cost.per_kg("magnet").total
        assert bar.at_high == solved
        assert bar.swing > 1.0
