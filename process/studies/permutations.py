"""Random orders of many things, of which any part is known without the rest: keyed permutations.

numpy shuffles a whole order at once, and a chunk of a run that wants 256 places of it would make all the others too. A
Feistel network instead gives every place by itself: the place is written as two digits, and a hash of either digit is
added to the other, round after round. Each round can be undone, so no two places end at the same one; a place outside
of the order is sent on until it falls within (cycle walking). Black and Rogaway (2002), "Ciphers with arbitrary finite
domains", section 5; the hash is the finaliser of SplitMix64, Steele, Lea and Flood (2014).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.uint64]

ROUNDS = 8
"""Rounds of the network for more than `FEW` things: where any two of them stand is then even (chi-square)."""
FEW, ROUNDS_OF_FEW = 100, 24
"""Few things have small digits, which mix slowly: all 720 orders of six are equally likely from 20 rounds on."""
MOST = 2**32
"""Things in an order: a digit then fits 16 bits, and the reduction of a hash to it is even to one in 65,536."""
BLOCK = 2**15
"""Places that are found together, so that what is in between stays in the cache."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9), np.uint64(27), np.uint64(0x94D049BB133111EB), np.uint64(31))
_HALF = np.uint64(32)


def places(start: int, stop: int, size: int, seed: int, orders: int) -> Places:
    """Where things `start` to `stop` of `size` stand in each of several random orders, shape (stop − start, orders).

    An order of a seed is the same whatever part of it is asked for, and however many others. Raises ValueError for
    things that there are not.

    >>> whole = places(0, 7, 7, seed=1, orders=2)
    >>> sorted(whole[:, 0].tolist()), bool((whole[3:5] == places(3, 5, 7, 1, 2)).all())
    ([0, 1, 2, 3, 4, 5, 6], True)
    """
    if not 0 <= start <= stop <= size <= MOST:
        raise ValueError(f"there are no places {start} to {stop} of {size:,}; at most {MOST:,}")
    rounds = ROUNDS if size > FEW else ROUNDS_OF_FEW
    keys = np.random.SeedSequence(seed, spawn_key=(0,)).generate_state(orders * rounds, np.uint64)
    keyed: Places = keys.reshape(orders, rounds).T.astype(np.uint64)
    out = np.empty((stop - start, orders), dtype=np.uint64)
    rows = max(1, BLOCK // max(orders, 1))
    for first in range(start, stop, rows):
        last = min(first + rows, stop)
        asked = np.repeat(np.arange(first, last, dtype=np.uint64)[:, None], orders, axis=1)
        out[first - start : last - start] = _moved(asked, size, keyed)
    return out


def _moved(asked: Places, size: int, keys: Places) -> Places:
    """The place of each thing asked for, shape (things, orders), by keys of shape (rounds, orders)."""
    wide = math.isqrt(max(size - 1, 0)) + 1
    high = -(-size // wide)
    out = _network(asked, wide, high, keys)
    rows, columns = np.nonzero(out >= size)
    while len(rows):
        found = _network(out[rows, columns], wide, high, keys[:, columns])
        out[rows, columns] = found
        outside = found >= size
        rows, columns = rows[outside], columns[outside]
    return out


def _network(asked: Places, wide: int, high: int, keys: Places) -> Places:
    """A permutation of the numbers below wide × high."""
    sizes = (np.uint64(wide), np.uint64(high))
    upper, lower = np.divmod(asked, sizes[0])
    digits = [lower, upper]
    for number, key in enumerate(keys):
        to = number % 2
        moved = _hashed(digits[1 - to], key)
        moved >>= _HALF
        moved *= sizes[to]
        moved >>= _HALF
        moved += digits[to]
        digits[to] = np.minimum(moved, moved - sizes[to])  # the latter wraps round to a giant below the size
    return digits[1] * sizes[0] + digits[0]


def _hashed(digit: Places, key: Places) -> Places:
    """64 bits that look random, of a digit and a key."""
    bits = digit * _GOLDEN + key
    bits ^= bits >> _MIX[0]
    bits *= _MIX[1]
    bits ^= bits >> _MIX[2]
    bits *= _MIX[3]
    bits ^= bits >> _MIX[4]
    return bits
