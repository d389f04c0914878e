"""Flows of a three-outlet exchange cascade from its purities, and the least organic that its draw needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import CascadeError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ThreeOutlets:
    """What is wanted of a cascade with a draw: molar shares of the light, middle and heavy group, purities 0..1.

    ``beta_light`` is β of middle over light, ``beta_heavy`` of heavy over middle: of the elements next to the cuts.
    ``mean_light`` and ``mean_heavy`` are those of the groups as ``grouped`` takes them.
    """

    light: float
    middle: float
    heavy: float
    beta_light: float
    beta_heavy: float
    mean_light: float
    mean_heavy: float
    purity_raffinate: float
    purity_draw: float
    purity_extract: float


def product_flows(wanted: ThreeOutlets, light_share: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Raffinate, draw and extract per mol of feed with each product exactly on its purity; arrays as ``light_share``.

    ``light_share`` is the share of the draw's impurity that belongs to the light group, 0..1; what is impure in the
    other two belongs to the middle group. Flows may come out negative where purities and feed do not go together.

    >>> wanted = ThreeOutlets(0.51, 0.10, 0.39, 2.0, 1.4, 2.0, 1.4, 0.9999, 0.4, 0.9991)
    >>> [round(float(one), 4) for one in product_flows(wanted, 0.0)]
    [0.5101, 0.2493, 0.2406]
    """
    share = np.asarray(light_share, dtype=np.float64)
    impure = 1.0 - wanted.purity_draw
    # R = (light − a·i·D)/pr and E = (heavy − (1−a)·i·D)/pe put into R + D + E = 1.
    whole = 1.0 - wanted.light / wanted.purity_raffinate - wanted.heavy / wanted.purity_extract
    each = 1.0 - share * impure / wanted.purity_raffinate - (1.0 - share) * impure / wanted.purity_extract
    draw = whole / each
    raffinate = (wanted.light - share * impure * draw) / wanted.purity_raffinate
    extract = (wanted.heavy - (1.0 - share) * impure * draw) / wanted.purity_extract
    return raffinate, draw, extract


def least_organic(wanted: ThreeOutlets, in_scrub: bool) -> float:
    """S per mol of feed below which no number of stages brings the draw to its purity.

    A draw in the scrub section lets the heavy group pass upward, one in the extraction section the light group
    downward. Endless stages end in a pinch above, or below, the draw, where with E_h and E_m mol of heavy and middle
    in the extract, P the purity: W (β−1) = E_h/(1−P) − β E_m/P; with R_l and R_m in the raffinate:
    (W+1)(1−1/β) = R_l/(1−P) − R_m/(β P). Exact for three elements. inf where purities and feed do not go together.

    >>> wanted = ThreeOutlets(0.51, 0.10, 0.39, 2.0, 1.4, 2.0, 1.4, 0.9999, 0.4, 1.0 - 1e-9)
    >>> round(least_organic(wanted, True), 3)  # 0.24 (1 + 1/(0.6 · 0.4))
    1.24
    """
    raffinate, draw, extract = (float(one) for one in product_flows(wanted, 0.0 if in_scrub else 1.0))
    if min(raffinate, draw, extract) <= 0.0:
        return math.inf
    pure, beta = wanted.purity_draw, wanted.mean_heavy if in_scrub else wanted.mean_light
    if in_scrub:
        own = wanted.purity_extract / (1.0 - pure) - beta * (1.0 - wanted.purity_extract) / pure
        scrub = extract * own / (beta - 1.0)
    else:
        own = wanted.purity_raffinate / (1.0 - pure) - (1.0 - wanted.purity_raffinate) / (beta * pure)
        scrub = raffinate * own / (1.0 - 1.0 / beta) - 1.0
    return extract + max(scrub, 0.0)


def likely_organic(wanted: ThreeOutlets, in_scrub: bool) -> float:
    """S per mol of feed to begin a search from: its least, or that of the cut on the other side of the feed.

    >>> wanted = ThreeOutlets(0.51, 0.10, 0.39, 2.0, 1.4, 2.0, 1.4, 0.9999, 0.4, 0.9991)
    >>> round(likely_organic(wanted, True), 3)
    1.49
    """
    _, draw, extract = (float(one) for one in product_flows(wanted, 0.0 if in_scrub else 1.0))
    other = draw + 1.0 / (wanted.beta_light - 1.0) if in_scrub else 1.0 / (wanted.beta_heavy - 1.0)
    return max(least_organic(wanted, in_scrub), extract + other)


def reachable_purity(wanted: ThreeOutlets, organic: float, in_scrub: bool) -> float:
    """The purity of the draw, 0..1, that S = ``organic`` allows with any number of stages; 0 for none.

    >>> wanted = ThreeOutlets(0.51, 0.10, 0.39, 2.0, 1.4, 2.0, 1.4, 0.9999, 0.4, 0.9991)
    >>> round(reachable_purity(wanted, 2.0, True), 2)
    0.55
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        tried = 0.5 * (low + high)
        changed = replace(wanted, purity_draw=tried)
        # Too low a purity leaves no flow for the product beyond the draw; it must not be taken for one too high.
        raffinate, _, extract = product_flows(changed, 0.0 if in_scrub else 1.0)
        empty = float(extract if in_scrub else raffinate) <= 0.0
        if empty or least_organic(changed, in_scrub) < organic:
            low = tried
        else:
            high = tried
    return low


def grouped(feed: Floats, beta: Floats, cuts: tuple[int, int]) -> tuple[float, ...]:
    """Molar shares of the three groups, β of middle/light and heavy/middle at the cuts, and their means.

    ``feed`` and ``beta`` are (elements,). The means are those that count at the
    pinches of ``least_organic``: every element of the outer group against the middle element farthest from it, so
    that the least stays a least. Raises CascadeError for an empty group.

    >>> grouped(np.array([0.51, 0.10, 0.39]), np.array([1.0, 2.0, 2.8]), (1, 2))
    (0.51, 0.1, 0.39, 2.0, 1.4, 2.0, 1.4)
    """
    low, high = cuts
    parts = [feed[:low], feed[low:high], feed[high:]]
    for part, name in zip(parts, ("raffinate", "draw", "extract"), strict=True):
        if not part.sum() > 0.0:
            raise CascadeError(f"the feed holds nothing for the {name}; move the cuts, or design a two-outlet cascade")
    held = [beta[a:b][part > 0.0] for a, b, part in zip((0, low, high), (low, high, len(feed)), parts, strict=True)]
    keys = [float(held[1][0] / held[0][-1]), float(held[2][0] / held[1][-1])]
    for name, key in zip(("lower", "upper"), keys, strict=True):
        if not key > 1.0:
            raise CascadeError(f"the separation factor across the {name} cut is {key:.6g}; it must be above 1")
    light = float((parts[0] / (1.0 - beta[:low] / held[1][-1])).sum() / parts[0].sum())
    heavy = float((parts[2] / (beta[high:] / held[1][0] - 1.0)).sum() / parts[2].sum())
    return *(float(part.sum()) for part in parts), *keys, light / (light - 1.0), 1.0 + 1.0 / heavy


def checked(wanted: ThreeOutlets) -> None:
    """Raise CascadeError for purities that are none, or that the feed has already."""
    for name, purity, own in (
        ("purity_raffinate", wanted.purity_raffinate, wanted.light),
        ("purity_extract", wanted.purity_extract, wanted.heavy),
        ("purity_draw", wanted.purity_draw, wanted.middle),
    ):
        if not 0.0 < purity < 1.0:
            raise CascadeError(f"{name} is {purity:.8g}; give a mole fraction between 0 and 1")
        if purity <= own:
            raise CascadeError(f"{name} {purity:.8g} is not above the {own:.6g} that the feed holds; ask for more")
