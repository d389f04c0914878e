"""S, W and draw of a running circuit with three outlets: the balances of its design at the feed that arrives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..batch import solve_circuits
from ..design3 import MOST_ORGANIC
from ..design3_flows import ThreeOutlets, grouped, likely_organic, product_flows
from .budgets import Wants, above
from .cuts import Cut, order
from .draws import MOST_DRAWN, draw_purities, least_draw_purity
from .problem import Problem

Floats = NDArray[np.float64]

MOST_LEAKED = 0.9
"""Share of the draw's own group that may leak into raffinate and extract together."""
SPARE = 1.02
"""S over extract and draw together, at least, so that water flows below a draw in the scrub section."""
_WIDEST = 14.0
_CLOSE = 1e-13
_MOST_ROUNDS = 80


def wanted_at(
    task: Problem, cut: Cut, tight: tuple[float, ...], sums: Floats, feeds: Floats, wants: Wants, in_scrub: bool
) -> list[ThreeOutlets]:
    """What a three-outlet circuit is asked for, feed by feed; `feeds` (samples, elements) are those of the train.

    `sums` (samples, 3) are the molar shares of the groups in what the circuit takes, all above zero. Purities are those
    of the budgets, raised where the feed has more of a group than was thought of: each product stays purer than the
    feed, the draw leaves its neighbour something, and raffinate and extract leave something to draw.
    """
    raffinate, draw, extract = draw_purities(task, cut, tight, feeds, wants)[:3]
    light, middle, heavy = sums.T
    raffinate, extract = np.maximum(raffinate, above(light)), np.maximum(extract, above(heavy))
    leaked = light * (1.0 / raffinate - 1.0) + heavy * (1.0 / extract - 1.0)
    less = np.minimum(1.0, MOST_LEAKED * middle / np.where(leaked > 0.0, leaked, 1.0))
    raffinate, extract = (1.0 / (1.0 + (1.0 / one - 1.0) * less) for one in (raffinate, extract))
    beside = heavy if in_scrub else light
    draw = np.maximum.reduce([draw, least_draw_purity(middle, beside), 1.0 - 0.99 * np.minimum(raffinate, extract)])
    columns = order(task, cut.solvent, cut.state)
    beta = task.factors[cut.solvent, columns]
    counts = [int(np.count_nonzero(task.holds(group)[columns])) for group in cut.groups]
    places = counts[0], counts[0] + counts[1]
    out = []
    for i in range(len(feeds)):
        given = (light[i], middle[i], heavy[i], *grouped(feeds[i, columns], beta, places)[3:])
        out.append(ThreeOutlets(*(float(one) for one in (*given, raffinate[i], draw[i], extract[i]))))
    return out


def organic_ratio(task: Problem, cut: Cut, tight: tuple[float, ...], organic: float, in_scrub: bool) -> float:
    """S over the likely least, as a circuit keeps it: rounded up to a thousandth, for the sharp feed of the problem."""
    feed = task.feed[None]
    sums = np.array([[float(task.feed[task.holds(group)].sum()) for group in cut.groups]])
    wanted = wanted_at(task, cut, tight, sums / sums.sum(), feed, Wants.of(task, 1), in_scrub)[0]
    return math.ceil(organic / likely_organic(wanted, in_scrub) * 1000.0 - 1e-6) / 1000.0


def draw_flows(
    wanted: list[ThreeOutlets],
    share: Floats,
    beta: Floats,
    borders: tuple[int, int],
    ratio: float,
    stages: tuple[int, int, int],
    start: Floats,
) -> tuple[Floats, Floats, Floats]:
    """S, W and draw (samples,) per mol of feed for molar shares (samples, columns) in the order of `beta` (columns,).

    `stages` are all, those of extraction, and the draw's; `start` (samples, stages) the scalars to begin with or NaN.
    S is `ratio` times the likely least of each feed, W and draw follow so that each product stands on its purity: what
    is impure in the draw is shared between its two sides so that raffinate and extract miss, or beat, theirs alike.
    """
    whole, extraction, place = stages
    in_scrub = place > extraction
    asked = _joined(wanted)
    # Any a does where the draw stands on its own side; S holds the smallest extract and draw that there can be.
    end = np.zeros(len(wanted)) if in_scrub else np.ones(len(wanted))
    _, draw, extract = product_flows(asked, end)
    least = np.array([likely_organic(one, in_scrub) for one in wanted])
    organic = np.maximum(np.minimum(ratio * least, MOST_ORGANIC), SPARE**2 * (extract + (draw if in_scrub else 0.0)))

    def flows(balance: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        made = product_flows(_at(asked, rows), 1.0 / (1.0 + np.exp(-balance)))
        return made[0], made[1], made[2]

    def fits(balance: Floats) -> NDArray[np.bool_]:
        raffinate, draw, extract = flows(balance, np.arange(len(balance)))
        room = organic - SPARE * (extract + (draw if in_scrub else 0.0))
        few = 0.5 * (1.0 - MOST_DRAWN)
        return (raffinate > few * asked.light) & (extract > few * asked.heavy) & (room > 0.0)

    scalars = start.copy()

    def doubt(balance: Floats, rows: NDArray[np.intp]) -> Floats:
        """ln of how much purer the raffinate is than asked for, less that of the extract; rises with the balance."""
        _, drawn, extracted = flows(balance, rows)
        solved = solve_circuits(
            whole,
            extraction,
            share[rows],
            np.broadcast_to(beta, (len(rows), len(beta))),
            organic[rows],
            organic[rows] - extracted,
            {place: drawn},
            start=scalars[rows],
        )
        scalars[rows] = solved.scalars
        low, high = borders
        missed = [
            np.log((1.0 - purity[rows]) / np.maximum(impure.sum(axis=1) / flow.sum(axis=1), 1e-300))
            for flow, impure, purity in (
                (solved.raffinate, solved.raffinate[:, low:], np.asarray(asked.purity_raffinate)),
                (solved.extract, solved.extract[:, :high], np.asarray(asked.purity_extract)),
            )
        ]
        return np.asarray(missed[0] - missed[1])

    safe = np.full(len(wanted), -_WIDEST if in_scrub else _WIDEST)
    far = _border(fits, safe, -safe)
    balance = _root(doubt, np.minimum(safe, far), np.maximum(safe, far))
    _, draw, extract = flows(balance, np.arange(len(wanted)))
    return organic, organic - extract, draw


def _joined(wanted: list[ThreeOutlets]) -> ThreeOutlets:
    """Many tasks as one of arrays (samples,)."""
    names = ThreeOutlets.__dataclass_fields__
    return ThreeOutlets(*(np.array([getattr(one, name) for one in wanted]) for name in names))  # type: ignore[arg-type]


def _at(wanted: ThreeOutlets, rows: NDArray[np.intp]) -> ThreeOutlets:
    names = ThreeOutlets.__dataclass_fields__
    return replace(wanted, **{name: getattr(wanted, name)[rows] for name in names})


def _border(fits: Callable[[Floats], NDArray[np.bool_]], good: Floats, bad: Floats) -> Floats:
    """The last balance from `good` towards `bad` that fits, (samples,)."""
    good, bad = np.where(fits(bad), bad, good), bad
    for _ in range(50):
        middle = 0.5 * (good + bad)
        fit = fits(middle)
        good, bad = np.where(fit, middle, good), np.where(fit, bad, middle)
    return np.asarray(good)


def _root(of: Callable[[Floats, NDArray[np.intp]], Floats], low: Floats, high: Floats) -> Floats:
    """Where a rising function of (balances, rows) is zero, (samples,); the nearer end where it is not.

    Secants of the bracket (Illinois), halved at every third step.
    """
    rows = np.arange(len(low))
    at_low, at_high = of(low, rows), of(high, rows)
    out = np.where(at_low >= 0.0, low, high)
    live = rows[(at_low < 0.0) & (at_high > 0.0)]
    low, high = low.copy(), high.copy()
    for turn in range(_MOST_ROUNDS):
        live = live[high[live] - low[live] > _CLOSE * np.maximum(1.0, np.abs(low[live]))]
        if not len(live):
            break
        a, b, fa, fb = low[live], high[live], at_low[live], at_high[live]
        tried = 0.5 * (a + b) if turn % 3 == 2 else b - fb * (b - a) / (fb - fa)
        tried = np.where((tried > a) & (tried < b), tried, 0.5 * (a + b))
        found = of(tried, live)
        out[live] = tried
        up = found > 0.0
        low[live], high[live] = np.where(up, a, tried), np.where(up, tried, b)
        at_low[live], at_high[live] = np.where(up, 0.5 * fa, found), np.where(up, found, 0.5 * fb)
        exact = found == 0.0
        low[live[exact]] = high[live[exact]] = tried[exact]
    return np.asarray(out)
