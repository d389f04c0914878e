"""The circulation of minerals in a flotation circuit, against a plain solution of its balances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.operations.flotation_banks import left_behind, mixed, paths

SHARE = st.floats(0.001, 0.999)


def test_a_bank_by_hand() -> None:
    # k·time/cells = 0.5: three cells leave (2/3)³ = 8/27, and of that the froth's water carries a tenth over.
    left = left_behind(np.array([[0.25]]), np.array([6.0]), 3, np.array([0.1]))
    assert left[0, 0] == pytest.approx(0.9 * 8 / 27, rel=1e-14)


def test_what_does_not_float_is_carried_only() -> None:
    left = left_behind(np.array([[0.0]]), np.array([6.0]), 3, np.array([0.02]))
    assert left[0, 0] == pytest.approx(0.98, rel=1e-15)


def plainly(rougher, scavenger, cleaners, scavenges_cleaners):
    """What enters each bank, from the linear balances of the banks' feeds."""
    banks = [rougher] + ([] if scavenger is None else [scavenger]) + cleaners
    first = len(banks) - len(cleaners)
    moves = np.zeros((len(banks), len(banks)))  # moves[to, by]
    if cleaners:
        moves[first, 0] = 1.0 - rougher
    for i, left in enumerate(cleaners):
        if i + 1 < len(cleaners):
            moves[first + i + 1, first + i] = 1.0 - left
        if i:
            moves[first + i - 1, first + i] = left
        else:
            moves[1 if scavenges_cleaners else 0, first] += left
    if scavenger is not None:
        moves[0, 1] += 1.0 - scavenger
        if not scavenges_cleaners:
            moves[1, 0] = rougher
    new = np.zeros(len(banks))
    new[0] = 1.0
    return np.linalg.solve(np.eye(len(banks)) - moves, new), np.array(banks)


@settings(max_examples=150, deadline=None)
@given(
    rougher=SHARE,
    scavenger=st.one_of(st.none(), SHARE),
    cleaners=st.lists(SHARE, max_size=5),
    scavenges_cleaners=st.booleans(),
)
def test_closed_forms_solve_the_balances(rougher, scavenger, cleaners, scavenges_cleaners) -> None:
    scavenges_cleaners = scavenges_cleaners and bool(cleaners) and scavenger is not None

    def one(x):
        return None if x is None else np.array([[x]])

    found = paths(one(rougher), one(scavenger), [one(x) for x in cleaners], scavenges_cleaners)
    fed, left = plainly(rougher, scavenger, cleaners, scavenges_cleaners)
    assert [float(x[0, 0]) for x in found.entering] == pytest.approx(list(fed), rel=1e-9)
    assert [float(x[0, 0]) for x in found.floated] == pytest.approx(list(fed * (1.0 - left)), rel=1e-9)
    assert found.concentrate[0, 0] == pytest.approx(fed[-1 if cleaners else 0] * (1.0 - left[-1 if cleaners else 0]))
    assert 0.0 <= found.concentrate[0, 0] <= 1.0


def test_nothing_floats() -> None:
    still = np.ones((1, 1))
    found = paths(still, still, [still, still], scavenges_cleaners=False)
    assert not found.concentrate.any()
    assert [float(x[0, 0]) for x in found.entering] == [1.0, 1.0, 0.0, 0.0]


def test_a_share_that_never_floats() -> None:
    half, still = np.array([[0.5]]), np.array([[1.0]])
    floating, staying = (paths(one, None, [one], scavenges_cleaners=False) for one in (half, still))
    found = mixed(floating, staying, np.array([[0.25]]))
    assert found.concentrate[0, 0] == pytest.approx(0.75 / 3)
    assert found.entering[0][0, 0] == pytest.approx(0.75 * 4 / 3 + 0.25)
