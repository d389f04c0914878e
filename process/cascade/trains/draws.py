"""Circuits with three outlets: what their budgets ask of a draw, the least they can need, and their design."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...sums import per_sample
from ..design3 import MOST_ORGANIC, ThreeOutletDesign, design_three
from ..design3_flows import ThreeOutlets, checked, grouped, least_organic, product_flows
from ..errors import CascadeError
from .budgets import SLIGHT, Wants, above, edge_products, room_and_loss
from .cuts import Cut, order
from .problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Draw:
    """A three-outlet cut in arrays: columns in the extractant's order, β, feed by mol, and what is asked of it."""

    columns: NDArray[np.intp]
    beta: Floats
    share: Floats
    places: tuple[int, int]
    wanted: ThreeOutlets
    leaks: tuple[float, float]


MOST_DRAWN = 0.9
"""Share of a group next to the draw that a draw may carry off; beyond it the draw is purer than asked for."""


def least_draw_purity(middle: Floats, beside: Floats) -> Floats:
    """The least purity of a draw, so that it is purer than the feed and leaves the group `beside` it something.

    >>> round(float(least_draw_purity(np.array(0.5), np.array(0.3))), 4)
    0.6494
    """
    return np.maximum(above(middle), middle / (middle + MOST_DRAWN * beside))


def draw_purities(
    task: Problem, cut: Cut, tight: tuple[float, ...], feeds: Floats, wants: Wants
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Mole purities of raffinate, draw and extract, and what may leak up and down, (samples,) each, by the budgets.

    `feeds` (samples, elements) are those of the train. Where a sample lacks the products that set a budget, a slight
    share may leak.
    """
    amounts = task.amounts(feeds)
    inside = [[i for i in range(len(task.products)) if group >> i & 1] for group in cut.groups]
    light, own, heavy = (per_sample(amounts[:, one]) for one in inside)
    (low, middle), (_, high) = edge_products(task, cut, 0), edge_products(task, cut, 1)

    def leak(receiver: int, side: Floats, scale: float) -> Floats:
        room, loss = room_and_loss(task, feeds, wants, middle, receiver)
        least = np.minimum(room, loss)
        return np.asarray(scale * np.where(least > 0.0, least, SLIGHT * np.minimum(side, own)))

    down, up = leak(low, light, tight[1]), leak(high, heavy, tight[0])
    sides = [room_and_loss(task, feeds, wants, one, middle)[0] for one in (low, high)]
    room = tight[2] * np.minimum(*sides) * int(task.sides[middle])

    def pure(held: Floats, impure: Floats) -> Floats:
        return np.asarray(np.divide(held, held + impure, out=np.ones_like(held), where=held + impure > 0.0))

    return pure(light, down), pure(own, room), pure(heavy, up), up, down


def asked(task: Problem, cut: Cut, tight: tuple[float, ...]) -> Draw:
    """What a three-outlet cut is asked for at the feed of the problem; `tight` scales the budgets of the three.

    Raffinate and extract get the budgets of their nearest products; the draw may hold all that its product's purity
    allows, for both its sides meet in it. `tight` is for extract, raffinate and draw. Raises CascadeError.
    """
    columns = order(task, cut.solvent, cut.state)
    factors = task.factors[cut.solvent, columns]
    counts = [int(np.count_nonzero(task.holds(group)[columns])) for group in cut.groups]
    places = counts[0], counts[0] + counts[1]
    pure = draw_purities(task, cut, tight, task.feed[None], Wants.of(task, 1))
    raffinate, draw, extract, up, down = (float(one[0]) for one in pure)
    share = task.feed[columns] / task.feed[columns].sum()
    beta = factors / factors[0]
    light, mean, heavy, lower, upper, below, above = grouped(share, beta, places)
    # A feed that has much of the draw's product leaves the recoveries to say how pure it is; `verify` sees to them.
    draw = max(draw, float(least_draw_purity(np.array(mean), np.array(max(light, heavy)))))
    wanted = ThreeOutlets(
        light,
        mean,
        heavy,
        lower,
        upper,
        below,
        above,
        purity_raffinate=raffinate,
        purity_draw=draw,
        purity_extract=extract,
    )
    checked(wanted)
    return Draw(columns, beta, share, places, wanted, (up, down))


def least(task: Problem, cut: Cut) -> tuple[float, float, int]:
    """The least S and extract per mol of feed, and the fewest stages, that a three-outlet cut could have.

    Raises CascadeError where the draw's purity is out of reach.
    """
    about = asked(task, cut, (1.0, 1.0, 1.0))
    able = [least_organic(about.wanted, side) for side in (True, False)]
    organic = min(able)
    if not organic < MOST_ORGANIC:
        raise CascadeError(f"a draw of purity {about.wanted.purity_draw:.6g} is out of reach")
    extract = min(float(product_flows(about.wanted, share)[2]) for share in (0.0, 1.0))
    low, high = about.places[0] - 1, about.places[1]
    odds = 1.0
    for place, leak in ((low, about.leaks[0]), (high, about.leaks[1])):
        held = float(task.feed[about.columns[place]])
        odds *= held / leak - 1.0 if leak < held else 0.0
    stages = math.log(odds) / math.log(about.beta[high] / about.beta[low]) if odds > 1.0 else 0.0
    return organic, min(max(extract, 0.0), organic), max(4, math.ceil(stages))


def designed(task: Problem, cut: Cut, tight: tuple[float, ...]) -> tuple[Draw, ThreeOutletDesign]:
    """The smallest S times stages of a three-outlet cut. Raises CascadeError where there is none."""
    about = asked(task, cut, tight)
    wanted = about.wanted
    made = design_three(
        about.share, about.beta, about.places, wanted.purity_extract, wanted.purity_raffinate, wanted.purity_draw
    )
    return about, made
