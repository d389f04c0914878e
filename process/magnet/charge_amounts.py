"""How much of each input makes a batch of a composition: all of them at once, so that what each brings counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDING = 1e-12
"""Of the batch: what lacks or is too much by less is none."""
MOST = 1e6
"""kg per kg of melt beyond which amounts come of rounding alone."""
ROUNDS = 40


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a batch asks for and what there is, in kg per kg of batch and in kg.

    `asked` (samples, names) and `whole` (samples,) are kg per kg of batch that the inputs have to bring of each named
    element and in all; `there` and `weight` the kg that the melt holds already. `base` is the name that sizes the
    batch: no input is bought for it.
    """

    asked: Array
    whole: Array
    there: Array
    weight: Array
    base: int


@dataclass(frozen=True, eq=False)
class Inputs:
    """What can be bought: `held` (samples, names, inputs) and `gain` (samples, inputs) in kg per kg of input.

    `serves` (samples, names, inputs) is true where an input may be bought for a name, of which it holds some; the
    last fills up the batch and serves none. A name without a buyer takes what comes.
    """

    held: Array
    gain: Array
    serves: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Amounts:
    """kg of the batch (samples,) and of each input (samples, inputs); `lacking` (samples, names) is what none brings.

    The last input is below nothing where the melt weighs more than its batch. `solved` (samples,) is false where no
    amounts make the batch, as where two inputs are alike; all amounts are zero then.
    """

    batch: Array
    inputs: Array
    lacking: Array
    solved: NDArray[np.bool_]


def amounts(wanted: Wanted, inputs: Inputs) -> Amounts:
    """The batch and the inputs that make it: each is bought for the name of its own that lacks most, or not at all.

    A linear system by sample; an input that would be less than nothing is left out, and taken up again where its name
    comes to lack. 30 kg of the base at 30 %, with 1 % of a second from an input that holds half of it:

    >>> wanted = Wanted(np.array([[0.3, 0.01]]), np.ones(1), np.array([[30.0, 0.0]]), np.array([30.0]), 0)
    >>> held, serves = np.array([[[0.0, 0.0], [0.5, 0.0]]]), np.array([[[False, False], [True, False]]])
    >>> found = amounts(wanted, Inputs(held, np.ones((1, 2)), serves))
    >>> found.batch.round(9).tolist(), found.inputs.round(9).tolist()
    ([100.0], [[2.0, 68.0]])
    """
    samples, names, count = inputs.held.shape
    bought = count - 1
    table = np.empty((samples, names, 1 + count))
    table[:, :, 0], table[:, :, 1:] = -wanted.asked, inputs.held
    first = inputs.serves.argmax(axis=1)[:, :bought]
    active = np.where(inputs.serves[:, :, :bought].any(axis=1), first, -1)
    able = inputs.serves[:, :, :bought]
    held = np.where(able, inputs.held[:, :, :bought], 1.0)
    each = np.arange(samples)[:, None]
    rest = np.eye(bought, 1 + count, 1)

    system = np.empty((samples, 1 + count, 1 + count))
    system[:, 0] = table[:, wanted.base]
    system[:, -1, 0], system[:, -1, 1:] = -wanted.whole, inputs.gain
    right = np.empty((samples, 1 + count))
    right[:, 0], right[:, -1] = -wanted.there[:, wanted.base], -wanted.weight
    for _ in range(ROUNDS):
        on = active >= 0
        system[:, 1:-1] = np.where(on[:, :, None], table[each, active], rest)
        right[:, 1:-1] = np.where(on, -wanted.there[each, active], 0.0)
        found, solved = _solved(system, right)
        lacking = -wanted.there - np.add.reduce(table * found[:, None], axis=2)
        slack = ROUNDING * np.maximum(np.abs(found[:, 0]), wanted.weight)[:, None]
        worst = np.where(able & (lacking > slack)[:, :, None], lacking[:, :, None] / held, 0.0)
        moved = np.where(worst.max(axis=1) > 0.0, worst.argmax(axis=1), active)
        moved = np.where(on & (found[:, 1:-1] < -slack), -1, moved)
        settled = (moved == active).all(axis=1)
        if settled.all():
            break
        active = moved
    solved &= settled & (found[:, 0] >= 0.0) & (np.abs(found).max(axis=1) <= MOST * wanted.weight)
    found = np.where(solved[:, None], found, 0.0)
    return Amounts(found[:, 0], found[:, 1:], lacking, solved)


def _solved(system: Array, right: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Solutions (samples, unknowns), zero where a system has none, and which have one."""
    fine: NDArray[np.bool_] = np.ones(len(system), dtype=np.bool_)
    try:
        return np.asarray(np.linalg.solve(system, right[:, :, None])[:, :, 0], dtype=np.float64), fine
    except np.linalg.LinAlgError:
        pass
    out = np.zeros_like(right)
    for n in range(len(system)):
        try:
            out[n] = np.linalg.solve(system[n], right[n])
        except np.linalg.LinAlgError:
            fine[n] = False
    return out, fine
