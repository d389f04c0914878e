"""Design of three-outlet exchange cascades: raffinate, an aqueous draw and extract, each on its purity."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .batch import floats, one_number, solve_circuits, whole_number
from .design3_flows import (
    ThreeOutlets,
    checked,
    grouped,
    least_organic,
    likely_organic,
    product_flows,
    reachable_purity,
)
from .design3_search import Place, Search, light_share
from .errors import CascadeError

__all__ = ["MOST_ORGANIC", "ThreeOutletDesign", "design_three"]

Floats = NDArray[np.float64]

MOST_ORGANIC = 30.0
"""Largest S per mol of feed that a design looks at of itself; a circuit beyond it is no circuit one builds."""
MOST_STAGES = 400
_FINER = (1.2, 1.06)
"""Steps in S of the search for the smallest S·stages, as factors."""
_AHEAD = 1.4
"""Times the other side's S·stages up to which a side of the feed is searched."""
_BEGIN = 1.35
"""First S, as a multiple of the one that is likely to be the least."""


@dataclass(frozen=True)
class ThreeOutletDesign:
    """A designed cascade with an aqueous draw; flows in mol per mol of aqueous feed, purities in mole fractions 0..1.

    ``n`` extraction stages include the feed stage (feed_stage = n), ``m`` scrub stages follow; the draw is of the
    aqueous that leaves ``draw_stage``, above the feed stage (scrub section) or below it. ``reached_raffinate``,
    ``reached_draw`` and ``reached_extract`` are what the cascade gives when solved, the recoveries the shares 0..1 of
    each group that leave by its own outlet. ``least_extract_flow`` is the S that no number of stages makes up for.
    """

    cuts: tuple[int, int]
    purity_raffinate: float
    purity_draw: float
    purity_extract: float
    extract_flow: float
    scrub_flow: float
    draw_stage: int
    draw_flow: float
    raffinate_share: float
    extract_share: float
    least_extract_flow: float
    n: int
    m: int
    reached_raffinate: float
    reached_draw: float
    reached_extract: float
    recovery_raffinate: float
    recovery_draw: float
    recovery_extract: float

    @property
    def stages(self) -> int:
        """All stages, n + m."""
        return self.n + self.m

    @property
    def feed_stage(self) -> int:
        """The stage that takes the aqueous feed, counted from the raffinate end."""
        return self.n

    @property
    def draw_in_scrub(self) -> bool:
        """Whether the draw stands above the feed stage."""
        return self.draw_stage > self.n

    def __repr__(self) -> str:
        return (
            f"<ThreeOutletDesign {self.n} + {self.m} stages, draw {self.draw_flow:.5g} at {self.draw_stage}, "
            f"S {self.extract_flow:.5g}, W {self.scrub_flow:.5g}; purities {self.reached_raffinate:.6g}, "
            f"{self.reached_draw:.5g}, {self.reached_extract:.6g}>"
        )


def _given(feed: ArrayLike, beta: ArrayLike, cuts: tuple[int, int]) -> tuple[Floats, Floats, tuple[int, int]]:
    flow, factors = floats(feed, "feed", 1).copy(), floats(beta, "beta", 1)
    if flow.shape != factors.shape:
        raise CascadeError(f"feed {flow.shape} and separation factors {factors.shape} must be two rows of one length")
    if not (np.isfinite(flow).all() and (flow >= 0.0).all() and flow.sum() > 0.0):
        raise CascadeError("the feed holds a flow that is negative or not finite, or nothing at all; correct it")
    if not (np.isfinite(factors).all() and (factors > 0.0).all() and (np.diff(factors) >= 0.0).all()):
        raise CascadeError("separation factors must be finite, above zero and in rising order; sort the elements")
    try:
        low, high = cuts
    except (TypeError, ValueError):
        raise CascadeError(f"cuts is {cuts!r}; give two places, (i, j)") from None
    low, high = whole_number(low, "the lower cut"), whole_number(high, "the upper cut")
    if not 1 <= low < high <= len(flow) - 1:
        raise CascadeError(
            f"cuts are {low} and {high}; they must rise and leave an element in each product, 1 to {len(flow) - 1}"
        )
    return flow / flow.sum(), factors, (low, high)


def _sides(wanted: ThreeOutlets, most: float, draw_in_scrub: bool | None) -> list[bool]:
    """The sides of the feed that the draw may stand on, the one that needs less organic first. Raises CascadeError."""
    sides = [True, False] if draw_in_scrub is None else [draw_in_scrub]
    able = sorted((least_organic(wanted, side), not side) for side in sides)
    if math.isinf(able[0][0]):
        raise CascadeError(
            f"purity_draw {wanted.purity_draw:.6g} leaves nothing for the raffinate or the extract: the draw would "
            "carry off what they need; ask for a purer draw, or design a two-outlet cascade"
        )
    fits = [not last for least, last in able if least < most]
    if not fits:
        reach = max(reachable_purity(wanted, most, side) for side in sides)
        raise CascadeError(
            f"purity_draw {wanted.purity_draw:.6g} is not reachable: at an organic flow of {most:.4g} per mol of feed "
            f"no number of stages brings the draw above {reach:.3g} (it needs {able[0][0]:.4g}); ask for less than "
            f"{reach:.3g}, or cut the feed in two cascades"
        )
    return fits


def _first(wanted: ThreeOutlets, in_scrub: bool) -> Place:
    """Where to begin: stages of the two cuts at total reflux, half as many again."""
    odds = [p / (1.0 - p) for p in (wanted.purity_raffinate, wanted.purity_extract)]
    below = 1.5 * math.log(max(odds[0], 2.0) * 10.0) / math.log(wanted.beta_light)
    above = 1.5 * math.log(max(odds[1], 2.0) * 10.0) / math.log(wanted.beta_heavy)
    stages = min(max(6, round(below + above)), MOST_STAGES - 1)
    feed = min(max(2, round(stages * below / (below + above))), stages - 2)
    draw = feed + max(1, (stages - feed) // 3) if in_scrub else max(2, feed - max(1, feed // 3))
    feed = feed if in_scrub else max(feed, draw + 1)
    return Place(stages, feed, draw, 0.0, -math.inf)


def design_three(
    feed: ArrayLike,
    beta: ArrayLike,
    cuts: tuple[int, int],
    purity_extract: float,
    purity_raffinate: float,
    purity_draw: float,
    extract_flow: float | None = None,
    draw_in_scrub: bool | None = None,
    most_stages: int = MOST_STAGES,
) -> ThreeOutletDesign:
    """Design a cascade with an aqueous draw, flows in mol per mol of feed: the fewest stages that meet three purities.

    ``feed`` are molar flows of any total and ``beta`` separation factors, both (elements,) sorted by rising β;
    ``cuts`` (i, j): elements below i are the raffinate's, from i to j − 1 the draw's, from j on the extract's.
    Purities are mole fractions of these groups. ``extract_flow`` is S if it is given; else that of a small S·stages,
    found by descent to a few per cent. ``draw_in_scrub`` chooses the draw's side of the feed stage (None: both are
    tried). All stages, the draw stage and all flows are checked by solving all elements. Raises CascadeError; where the
    draw's purity is out of reach it says which can be reached.

    >>> made = design_three([0.51, 0.10, 0.39], [1.0, 2.0, 2.8], (1, 2), 0.999, 0.9999, 0.40, extract_flow=2.0)
    >>> made.n, made.m, made.draw_stage, round(made.draw_flow, 3)
    (17, 39, 24, 0.249)
    """
    flow, factors, cut = _given(feed, beta, cuts)
    names = (
        one_number(purity_raffinate, "purity_raffinate"),
        one_number(purity_draw, "purity_draw"),
        one_number(purity_extract, "purity_extract"),
    )
    given = *grouped(flow, factors, cut), *names
    wanted = ThreeOutlets(*given)
    checked(wanted)
    most = whole_number(most_stages, "most_stages")
    if not 4 <= most <= 1000:
        raise CascadeError(f"most_stages is {most}; give a whole number from 4 to 1000")
    organic = None if extract_flow is None else one_number(extract_flow, "extract_flow")
    if organic is not None and not 0.0 < organic < math.inf:
        raise CascadeError(f"extract_flow is {organic:.6g}; give a finite flow above zero")
    found: list[tuple[float, Place, bool]] = []
    for in_scrub in _sides(wanted, MOST_ORGANIC if organic is None else organic, draw_in_scrub):
        # A side begins a third above its own best, as a rule: it may end below the other's all the same.
        bound = _AHEAD * min((one[0] * one[1].stages for one in found), default=math.inf)
        one = _smallest(flow, factors, cut, wanted, in_scrub, organic, most, bound)
        if one is not None:
            found.append((*one, in_scrub))
    if not found:
        raise CascadeError(
            f"purities {names[0]:.8g} (raffinate), {names[1]:.6g} (draw) and {names[2]:.8g} (extract) are not reached "
            f"together with {most} stages{'' if organic is None else f' at an organic flow of {organic:.4g}'}; lower "
            "them, or raise extract_flow or most_stages"
        )
    chosen, place, in_scrub = min(found, key=lambda one: (one[0] * one[1].stages, one[1].stages))
    place = Search(flow, factors, cut, wanted, in_scrub, chosen).trimmed(place)
    return _result(flow, factors, cut, wanted, in_scrub, chosen, place)


def _smallest(
    flow: Floats, factors: Floats, cut: tuple[int, int], wanted: ThreeOutlets, in_scrub: bool,
    organic: float | None, most: int, bound: float,
) -> tuple[float, Place] | None:  # fmt: skip
    """S and the smallest cascade on one side of the feed; S by descent on S·stages (below ``bound``) unless given."""

    def at(flow_up: float, start: Place, limit: int) -> Place | None:
        return Search(flow, factors, cut, wanted, in_scrub, flow_up).smallest(start, limit) if limit >= 4 else None

    def below(cost: float, flow_up: float) -> int:
        return most if math.isinf(cost) else min(most, math.ceil(cost / flow_up) - 1)

    first = _first(wanted, in_scrub)
    if organic is not None:
        place = at(organic, first, below(bound, organic))
        return None if place is None else (organic, place)
    least = least_organic(wanted, in_scrub)
    likely = likely_organic(wanted, in_scrub)
    here = likely * _BEGIN
    place = at(here, first, below(bound, here))
    while place is None and here < min(MOST_ORGANIC, 6.0 * likely):
        here *= 1.5
        place = at(here, first, below(bound, here))
    if place is None:
        return None
    for step in _FINER:
        for turn in (step, 1.0 / step):
            better: Place | None = place
            moved = False
            while better is not None and least < here * turn <= MOST_ORGANIC:
                better = at(here * turn, place, below(here * place.stages, here * turn))
                if better is not None:
                    here, place, moved = here * turn, better, True
            if moved:
                break
    return here, place


def _result(
    flow: Floats, factors: Floats, cut: tuple[int, int], wanted: ThreeOutlets, in_scrub: bool,
    organic: float, place: Place,
) -> ThreeOutletDesign:  # fmt: skip
    raffinate, draw, extract = (float(one) for one in product_flows(wanted, light_share(place.balance)))
    solved = solve_circuits(
        place.stages,
        place.feed_stage,
        flow[None],
        factors[None],
        [organic],
        [organic - extract],
        {place.draw_stage: [draw]},
    )
    low, high = cut
    products = solved.raffinate[0], solved.draws[0, 0], solved.extract[0]
    own = [
        float(one[part].sum())
        for one, part in zip(products, (slice(0, low), slice(low, high), slice(high, None)), strict=True)
    ]
    reached = [part / float(one.sum()) for part, one in zip(own, products, strict=True)]
    return ThreeOutletDesign(
        cuts=cut,
        purity_raffinate=wanted.purity_raffinate,
        purity_draw=wanted.purity_draw,
        purity_extract=wanted.purity_extract,
        extract_flow=organic,
        scrub_flow=organic - extract,
        draw_stage=place.draw_stage,
        draw_flow=draw,
        raffinate_share=raffinate,
        extract_share=extract,
        least_extract_flow=least_organic(wanted, in_scrub),
        n=place.feed_stage,
        m=place.stages - place.feed_stage,
        reached_raffinate=reached[0],
        reached_draw=reached[1],
        reached_extract=reached[2],
        recovery_raffinate=own[0] / wanted.light,
        recovery_draw=own[1] / wanted.middle,
        recovery_extract=own[2] / wanted.heavy,
    )
