"""Search for the smallest three-outlet cascade: stages, feed stage, draw stage and the balance of the flows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .batch import Circuits, solve_circuits
from .design3_flows import ThreeOutlets, product_flows
from .errors import CascadeError

Floats = NDArray[np.float64]

_WIDEST = 14.0
"""Largest ln(a/(1−a)) either way of the light share a of the draw's impurity that is looked at."""
_TRIES, _ROUNDS = 7, 4
_FINE_TRIES, _FINE_ROUNDS = 15, 5
_GAINS = 0.05
"""Least gain of the margin, e-folds, from the stages added; less is a pinch, and more stages are of no use."""
_FAILED = -1e9
"""Margin of a cascade that cannot be; sums of it stay finite."""


@dataclass(frozen=True, slots=True)
class Place:
    """One geometry at its best balance: stages, feed and draw stage, ln(a/(1−a)), and the smallest margin in e-folds.

    A margin is ln(impurity allowed / impurity reached); the purities are met where the smallest is ≥ 0.
    """

    stages: int
    feed_stage: int
    draw_stage: int
    balance: float
    margin: float


def light_share(balance: float | Floats) -> Floats:
    """a, 0..1, from ln(a/(1−a)); arrays as given.

    >>> float(light_share(0.0))
    0.5
    """
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(balance, dtype=np.float64))))


@dataclass(slots=True)
class Search:
    """The cascades of one feed (elements,), its factors and cuts, at one organic flow S per mol of feed."""

    feed: Floats
    beta: Floats
    cuts: tuple[int, int]
    wanted: ThreeOutlets
    in_scrub: bool
    organic: float
    tries: int = _TRIES
    rounds: int = _ROUNDS
    seen: dict[tuple[int, int, int], Place] = field(default_factory=dict)

    def margins(self, stages: int, feed_stage: int, draw_stage: int, balance: Floats) -> Floats:
        """The smallest margin at each balance, e-folds, both (cases,); far below zero where nothing can be solved."""
        margins = np.full(len(balance), _FAILED)
        raffinate, draw, extract = product_flows(self.wanted, light_share(balance))
        scrub = self.organic - extract
        # Half of what flows past is the most that a draw takes: more would leave the stages below it dry.
        here = scrub + (0.0 if self.in_scrub else 1.0)
        live = np.flatnonzero((raffinate > 0.0) & (extract > 0.0) & (scrub > 0.0) & (draw > 0.0) & (draw < here))
        while len(live):
            count = len(live)
            try:
                solved = solve_circuits(
                    stages,
                    feed_stage,
                    np.repeat(self.feed[None], count, axis=0),
                    np.repeat(self.beta[None], count, axis=0),
                    np.full(count, self.organic),
                    scrub[live],
                    {draw_stage: draw[live]},
                )
            except CascadeError as error:
                live = np.delete(live, error.case or 0)
                continue
            margins[live] = self._smallest_margin(solved)
            break
        return margins

    def _smallest_margin(self, solved: Circuits) -> Floats:
        """Of raffinate and extract: with the flows of ``product_flows`` the draw is pure enough whenever they are."""
        low, high = self.cuts
        out = np.full(len(solved.raffinate), math.inf)
        for flow, impure, purity in (
            (solved.raffinate, solved.raffinate[:, low:], self.wanted.purity_raffinate),
            (solved.extract, solved.extract[:, :high], self.wanted.purity_extract),
        ):
            reached = np.maximum(impure.sum(axis=1) / flow.sum(axis=1), 1e-300)
            np.minimum(out, np.log((1.0 - purity) / reached), out=out)
        return out

    def place(self, stages: int, feed_stage: int, draw_stage: int, near: float | None) -> Place:
        """The best balance of one geometry, looked for around ``near`` if given."""
        key = (stages, feed_stage, draw_stage)
        if key in self.seen:
            return self.seen[key]
        low, high = (-_WIDEST, 2.0) if self.in_scrub else (-2.0, _WIDEST)
        step = (high - low) / (self.tries - 1)
        middle = 0.5 * (low + high)
        if near is not None:
            middle, step = near, 0.5
        best = Place(stages, feed_stage, draw_stage, middle, _FAILED)
        for _ in range(self.rounds):
            tries = np.asarray(middle + step * (np.arange(self.tries) - self.tries // 2), dtype=np.float64)
            margins = self.margins(stages, feed_stage, draw_stage, tries)
            at = int(np.argmax(margins))
            if margins[at] > best.margin:
                best = Place(stages, feed_stage, draw_stage, float(tries[at]), float(margins[at]))
            if margins[at] <= _FAILED:
                break
            middle = float(tries[at])
            # At the edge the top may lie outside: move on without a finer step.
            step *= 0.75 if at in (0, self.tries - 1) else 0.33
        self.seen[key] = best
        return best

    def best(self, stages: int, start: Place, enough: float = math.inf) -> Place:
        """The best feed and draw stage of ``stages``, climbing from ``start``'s proportions; stops at ``enough``."""

        def at(n: int, d: int, near: float | None) -> Place:
            inside = 1 <= n < d <= stages - 1 if self.in_scrub else 2 <= d < n <= stages - 1
            return self.place(stages, n, d, near) if inside else Place(stages, n, d, 0.0, 2.0 * _FAILED)

        scale = stages / start.stages
        n = min(max(round(start.feed_stage * scale), 1), stages - 2)
        d = min(max(round(start.draw_stage * scale), n + 1), stages - 1)
        if not self.in_scrub:
            n = min(max(round(start.feed_stage * scale), 3), stages - 1)
            d = min(max(round(start.draw_stage * scale), 2), n - 1)
        near = start.balance if start.margin > _FAILED else None
        here = at(n, d, near)
        stride = max(1, stages // (12 if near is not None else 6))
        while here.margin < enough:
            n, d = here.feed_stage, here.draw_stage
            near = here.balance if here.margin > _FAILED else None
            moves = ((stride, 0), (-stride, 0), (0, stride), (0, -stride), (stride, stride), (-stride, -stride))
            found = max((at(n + dn, d + dd, near) for dn, dd in moves), key=lambda one: one.margin)
            if found.margin > here.margin:
                here = found
            elif stride > 1:
                stride //= 2
            else:
                break
        return here

    def smallest(self, first: Place, most: int) -> Place | None:
        """The place of the fewest stages that meets the purities, at most ``most`` of them; None if there is none."""
        stages = min(max(first.stages, 4), most)
        here = self.best(stages, first, 0.0)
        while here.margin < 0.0:
            if here.stages >= most:
                return None
            # Margins rise about evenly with the stages; doubled where none is known.
            more = math.ceil(here.stages * 0.5) if here.margin <= _FAILED / 2 else math.ceil(-here.margin * 2.0) + 1
            before = here
            here = self.best(min(here.stages + min(more, here.stages), most), before, 0.0)
            if before.margin > _FAILED and here.margin < 0.0 and here.margin < before.margin + _GAINS:
                return None
        good, low = here, 3
        while low < good.stages - 1:
            stages = (
                max(low + 1, good.stages - max(1, round(good.stages * 0.06))) if low == 3 else (low + good.stages) // 2
            )
            tried = self.best(stages, good, 0.0)
            if tried.margin >= 0.0:
                good = tried
            else:
                low = stages
        return good

    def finer(self) -> Search:
        """The same search with closer balances, for the last stage or two."""
        return replace(self, tries=_FINE_TRIES, rounds=_FINE_ROUNDS, seen={})

    def trimmed(self, good: Place) -> Place:
        """``good`` less every single stage that a finer search can do without."""
        fine = self.finer()
        while good.stages > 4:
            tried = fine.best(good.stages - 1, good, 0.0)
            if tried.margin < 0.0:
                break
            good = tried
        return good
