"""Where minerals go in a circuit of flotation banks: first-order cells in series, and the recycles between banks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def left_behind(rate: Array, time: Array, cells: int, carried: Array) -> Array:
    """Share of each mineral that stays in a bank's tailings, shape (samples, minerals).

    `rate` of shape (samples, minerals) is the first-order floatability in 1/min, `time` (samples,) the residence time
    of the bank in min, shared evenly by its mixed cells; `carried` (samples,) the share that its froth water takes
    along without floating. A bank recovers 1 − (1 − carried)(1 + k·time/cells)^−cells (Garcia-Zuniga for cells in
    series, as in any text on mineral processing).

    Two cells at k·time/cells = 1 leave a quarter:

    >>> left_behind(np.array([[0.5]]), np.array([4.0]), 2, np.array([0.0]))
    array([[0.25]])
    """
    grown = 1.0 + rate * (time / cells)[:, None]
    left = np.broadcast_to((1.0 - carried)[:, None], rate.shape)
    for _ in range(cells):
        left = left / grown
    return np.asarray(left)


@dataclass(frozen=True)
class Paths:
    """How a mineral runs through a circuit, per unit of it in the new feed, shape (samples, minerals) each.

    `entering` and `floated` are what enters a bank and what leaves with its froth, by bank: the rougher, the scavenger
    where there is one, the cleaners in turn. `concentrate` is the share that ends there.
    """

    entering: tuple[Array, ...]
    floated: tuple[Array, ...]
    concentrate: Array


def paths(rougher: Array, scavenger: Array | None, cleaners: Sequence[Array], scavenges_cleaners: bool) -> Paths:
    """The circulation of each mineral in a circuit, from the shares that its banks leave behind.

    Cleaners run counter-current: the froth of one feeds the next, its tailings the one before. The scavenger treats
    the rougher's tailings, its froth and the first cleaner's tailings going back to the rougher; or, where
    `scavenges_cleaners`, the first cleaner's tailings, its froth going back to the rougher. Closed forms of positive
    terms, so that no mineral is lost to rounding. No bank may float all of a mineral whose next bank floats none.

    A rougher and a cleaner that float half each, without a scavenger: of 4/3 that enter the rougher 2/3 float, of
    which the cleaner floats 1/3 and sends 1/3 back.

    >>> half = np.array([[0.5]])
    >>> found = paths(half, None, [half], scavenges_cleaners=False)
    >>> float(found.concentrate[0, 0]), float(found.entering[0][0, 0])
    (0.3333333333333333, 1.3333333333333333)
    """
    up = [1.0 - left for left in cleaners]
    # Determinants of the counter-current chain from each cleaner to the last: straight up, or down at least once.
    straight, whole = [np.ones_like(rougher)], [np.ones_like(rougher)]
    for left, rise in zip(reversed(cleaners), reversed(up), strict=True):
        straight.append(rise * straight[-1])
        whole.append(straight[-1] + left * whole[-1])
    whole.reverse()
    cleaned = straight[-1] / whole[0]
    back = cleaners[0] * whole[1] / whole[0] if cleaners else np.zeros_like(rougher)
    first = 1.0 - rougher
    lost = np.ones_like(rougher) if scavenger is None else scavenger
    if scavenges_cleaners:
        fed = 1.0 / (rougher + first * (cleaned + back * lost))
        scavenged = fed * first * back
    else:
        fed = 1.0 / (rougher * lost + first * cleaned)
        scavenged = fed * rougher
    entering, floated = [fed], [fed * first]
    if scavenger is not None:
        entering.append(scavenged)
        floated.append(scavenged * (1.0 - scavenger))
    reach = fed * first / whole[0]
    for above, rise in zip(whole[1:], up, strict=True):
        entering.append(reach * above)
        floated.append(reach * above * rise)
        reach = reach * rise
    return Paths(tuple(entering), tuple(floated), fed * first * cleaned)


def mixed(floating: Paths, staying: Paths, share: Array) -> Paths:
    """The paths of minerals of which a share, shape (samples, minerals), never floats."""

    def both(one: Array, other: Array) -> Array:
        return (1.0 - share) * one + share * other

    return Paths(
        tuple(both(*pair) for pair in zip(floating.entering, staying.entering, strict=True)),
        tuple(both(*pair) for pair in zip(floating.floated, staying.floated, strict=True)),
        both(floating.concentrate, staying.concentrate),
    )
