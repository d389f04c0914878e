"""Designs of quantiles, sample by factor: any slice of a design is made without the rest of it.

A chunk of samples is therefore the same numbers whoever makes it, and however many chunks there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .permutations import places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .factors import Factor

Array = NDArray[np.float64]
Method = Literal["sobol", "latin", "random"]

METHODS: tuple[str, ...] = get_args(Method)
"""Scrambled Sobol' points, Latin hypercube, or plain random numbers."""
MOST_FACTORS = 21201
"""Columns that the Sobol' sequence of scipy has direction numbers for."""
HALF_BIT = 2.0**-31
"""Half the distance between Sobol' points, which are multiples of 2^-30: moves them off 0 and keeps them below 1."""
LEAST = 2.0**-53
"""Below every random number but 0."""


def quantiles(
    count: int, start: int, stop: int, seed: int, method: Method = "sobol", samples: int | None = None
) -> Array:
    """Quantiles between 0 and 1, neither of them reached: samples `start` to `stop` of a design, shape (stop − start,
    count).

    `samples` is how many the whole design has, and only a Latin hypercube depends on it; left out it is `stop`. Sobol'
    points spread best where the design has a power of two of them. Raises ValueError for a slice that there is not.

    >>> whole = quantiles(3, 0, 100, seed=1)
    >>> bool(np.array_equal(whole[40:60], quantiles(3, 40, 60, seed=1)))
    True
    """
    if not 0 <= start <= stop:
        raise ValueError(f"there are no samples {start} to {stop}")
    if seed < 0:
        raise ValueError(f"the seed {seed} is below 0")
    if not 0 <= count <= MOST_FACTORS:
        raise ValueError(f"{count} factors; at most {MOST_FACTORS:,}")
    if count == 0 or start == stop:
        return np.empty((stop - start, count))
    if method == "sobol":
        return _sobol(count, start, stop, seed)
    if method == "random":
        return _random(count, start, stop, seed)
    if method == "latin":
        return _latin(count, start, stop, seed, stop if samples is None else samples)
    raise ValueError(f"no method {method!r}; there is {', '.join(METHODS)}")


def _sobol(count: int, start: int, stop: int, seed: int) -> Array:
    from scipy.stats import qmc

    if stop > 2**30:
        raise ValueError(f"{stop:,} samples; at most {2**30:,}")
    engine = qmc.Sobol(count, scramble=True, bits=30, seed=np.random.default_rng(seed))
    if start:
        engine.fast_forward(start)
        points = engine.random(stop - start)
    else:  # the first point by itself: scipy warns of any other number that is no power of two
        points = engine.random(1)
        if stop > 1:
            points = np.concatenate([points, engine.random(stop - 1)])
    return np.asarray(points + HALF_BIT)


def _random(count: int, start: int, stop: int, seed: int) -> Array:
    source = np.random.PCG64(seed)
    source.advance(start * count)
    return np.maximum(np.random.Generator(source).random((stop - start, count)), LEAST)


def _latin(count: int, start: int, stop: int, seed: int, samples: int) -> Array:
    """Each factor in every one of `samples` strata once, in an order of its own."""
    if stop > samples:
        raise ValueError(f"there are no samples {start} to {stop} of {samples}")
    inside = _random(count, start, stop, seed)
    strata = places(start, stop, samples, seed, count)
    return np.minimum((strata + inside) / samples, 1.0 - LEAST)


def draw(
    factors: Sequence[Factor],
    start: int,
    stop: int,
    seed: int,
    method: Method = "sobol",
    samples: int | None = None,
) -> dict[str, dict[str, Array]]:
    """Values of all factors by plant and path, shape (stop − start,): samples `start` to `stop` of a design."""
    return at(factors, quantiles(len(factors), start, stop, seed, method, samples))


def at(factors: Sequence[Factor], shares: Array) -> dict[str, dict[str, Array]]:
    """Values of all factors by plant and path at given quantiles, shape (samples, factors)."""
    out: dict[str, dict[str, Array]] = {}
    for factor, column in zip(factors, shares.T, strict=True):
        for member in factor.members:
            out.setdefault(member.plant, {})[member.path] = member.at(column)
    return out
