"""The cheapest organic flow: near the true optimum, past designs that fail."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from didymium.cascade import CascadeError, design_cut
from didymium.cascade.economy import RATIOS, cheapest


def bowl(middle, steepness):
    """Toy designs that are their ratio alone, and a cost with its least, 1, at a ratio of 1 + `middle`."""
    return (
        lambda ratio: SimpleNamespace(ratio=ratio),
        lambda made: 1.0 + steepness * math.log((made.ratio - 1.0) / middle) ** 2,
    )


@pytest.mark.parametrize("middle", np.geomspace(0.012, 1.9, 23))
def test_the_cheapest_is_near_the_optimum_of_a_steep_cost(middle):
    """A 10 % step in S - 1 costs 9 % here: a coarse walk alone misses by up to 40 %."""
    make, cost = bowl(middle, 10.0)
    found = cheapest(make, cost)
    assert found.best.cost <= 1.01
    assert found.best is min(found.trials, key=lambda trial: trial.cost)


@pytest.mark.parametrize("stage_cost", [0.2, 1.0, 5.0])
def test_the_cheapest_cut_is_that_of_a_fine_scan(stage_cost):
    def make(ratio):
        return design_cut([0.3, 0.2, 0.3, 0.2], [1.0, 1.6, 3.2, 5.0], 2, 0.999, 0.999, flow_ratio=ratio)

    def cost(made):
        return made.extract_flow * (10.0 + stage_cost * made.stages)

    best = min(cost(make(1.0 + part)) for part in np.geomspace(0.01, 2.0, 300))
    assert cheapest(make, cost).best.cost <= 1.01 * best


def test_trials_rise_with_the_flow_and_hold_the_whole_walk():
    make, cost = bowl(0.3, 1.0)
    tried = [trial.design.ratio for trial in cheapest(make, cost).trials]
    assert tried == sorted(set(tried))
    assert set(RATIOS) < set(tried)
    assert RATIOS[0] == pytest.approx(1.01)
    assert RATIOS[-1] == pytest.approx(3.0)


@pytest.mark.parametrize(("low", "high", "middle"), [(1.2, 3.0, 0.05), (1.0, 1.5, 0.3), (1.0, 1.1, 0.5)])
def test_designs_that_fail_are_passed_over(low, high, middle):
    """Only ratios from `low` to `high` can be made."""
    plain, cost = bowl(middle, 1.0)

    def make(ratio):
        if not low <= ratio <= high:
            raise CascadeError(f"no design at {ratio:g}")
        return plain(ratio)

    found = cheapest(make, cost)
    walk = [ratio for ratio in RATIOS if low <= ratio <= high]
    assert set(walk) < {trial.design.ratio for trial in found.trials}
    assert all(low <= trial.design.ratio <= high for trial in found.trials)
    assert found.best.cost <= min(cost(plain(ratio)) for ratio in walk)
    if low < 1.0 + middle < high:
        assert found.best.cost <= 1.01


def test_where_every_design_fails_the_last_reason_is_told():
    def make(ratio):
        raise CascadeError(f"no design at {ratio:g}", element="Nd")

    with pytest.raises(CascadeError, match=r"no design at 3$") as caught:
        cheapest(make, lambda made: 0.0)
    assert caught.value.element == "Nd"


def test_other_errors_are_not_swallowed():
    def make(ratio):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cheapest(make, lambda made: 0.0)
