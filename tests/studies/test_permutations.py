"""Random orders of which any part is known without the rest."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy.stats import chisquare

from didymium.studies import permutations
from didymium.studies.permutations import BLOCK, places

SIZES = [1, 2, 3, 5, 7, 16, 100, 101, 1000, 4096, 4097]


@pytest.mark.parametrize("size", SIZES)
def test_every_place_is_taken_once(size: int) -> None:
    found = places(0, size, size, seed=3, orders=9)
    assert found.shape == (size, 9)
    assert np.array_equal(np.sort(found, axis=0), np.repeat(np.arange(size)[:, None], 9, axis=1))


@pytest.mark.parametrize("size", SIZES)
def test_a_part_has_the_bits_of_the_whole(size: int) -> None:
    whole = places(0, size, size, seed=5, orders=7)
    for start, stop in {(0, 1), (size - 1, size), (size // 3, size // 2 + 1), (0, 0), (size, size)}:
        assert np.array_equal(places(start, stop, size, 5, 7), whole[start:stop])
    assert np.array_equal(places(0, size, size, 5, 3), whole[:, :3])


def test_blocks_are_cut_wherever(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = places(0, 1000, 1000, seed=5, orders=70)
    assert BLOCK < 1000 * 70
    for block in (1, 700, 10**9):
        monkeypatch.setattr(permutations, "BLOCK", block)
        assert np.array_equal(places(0, 1000, 1000, 5, 70), whole)


def test_many_things_cost_no_more_than_those_asked_for() -> None:
    """Of four thousand million, which nobody could shuffle."""
    found = places(2**32 - 1000, 2**32, 2**32, seed=1, orders=3)
    assert all(len(np.unique(column)) == 1000 for column in found.T)
    assert found.max() < 2**32
    assert np.abs(found.mean(axis=0) / 2**31 - 1.0).max() < 0.1


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_all_orders_of_few_are_equally_likely(size: int) -> None:
    orders = factorial(size)
    found = places(0, size, size, seed=11, orders=200 * orders)
    _, counts = np.unique(found, axis=1, return_counts=True)
    assert len(counts) == orders
    assert chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("size", [101, 128, 1000])
def test_any_two_things_stand_anywhere(size: int) -> None:
    """A quarter of the order each, in all ways that there are; neighbours among them, whose digits differ least."""
    found = places(0, size, size, seed=7, orders=20_000)
    quarter = (found * np.uint64(4) // np.uint64(size)).astype(int)
    lengths = np.bincount(np.arange(size) * 4 // size)
    expected = np.outer(lengths, lengths) - np.diag(lengths)
    for one, two in ((0, 1), (0, size - 1), (3, 14), (size // 2, size // 2 + 11), (size - 2, size - 1)):
        counts = np.bincount(quarter[one] * 4 + quarter[two], minlength=16)
        assert chisquare(counts, expected.ravel() / expected.sum() * 20_000).pvalue > 0.001


@pytest.mark.parametrize("size", [1000, 4097])
def test_orders_go_together_as_little_as_random_ones(size: int) -> None:
    """Correlations of 120 orders: 1/sqrt(size − 1) in the root mean square, of pairs and of neighbours in one."""
    orders = 120
    found = places(0, size, size, seed=5, orders=orders).astype(float)
    pairs = np.corrcoef(found.T)[np.triu_indices(orders, 1)]
    assert np.sqrt((pairs**2).mean() * (size - 1)) == pytest.approx(1.0, abs=0.05)
    assert np.abs(pairs).max() < 5.0 / np.sqrt(size)
    wide = int(np.ceil(np.sqrt(size)))
    for apart in (1, 2, wide, wide + 1):
        along = np.array([np.corrcoef(column[apart:], column[:-apart])[0, 1] for column in found.T])
        assert np.sqrt((along**2).mean() * size) == pytest.approx(1.0, abs=0.25)
        assert abs(along.mean()) * np.sqrt(size * orders) < 4.0


def test_seeds_and_orders_differ() -> None:
    one, two = (places(0, 1000, 1000, seed, 40).astype(float) for seed in (1, 2))
    across = np.corrcoef(one.T, two.T)[:40, 40:]
    assert np.abs(across).max() < 5.0 / np.sqrt(1000)
    assert not np.array_equal(places(0, 100, 100, 2**70, 1), places(0, 100, 100, 0, 1))


@pytest.mark.parametrize(("start", "stop", "size"), [(-1, 2, 3), (2, 1, 3), (0, 4, 3), (0, 1, 2**32 + 1)])
def test_places_that_there_are_not(start: int, stop: int, size: int) -> None:
    with pytest.raises(ValueError, match="there are no places"):
        places(start, stop, size, seed=1, orders=1)


def test_no_order_at_all() -> None:
    assert places(0, 5, 5, seed=1, orders=0).shape == (5, 0)
