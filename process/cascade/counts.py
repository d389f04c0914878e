"""Stage counts of a two-element cascade by theory: at constant ratios, and exact."""

from __future__ import annotations

import math


def logarithmic(beta: float, organic: float, scrub: float, a: float, b: float) -> tuple[float, float]:
    """Classical stage counts (n, m), dimensionless, at constant extraction ratios; inf where a section never ends.

    ``organic`` and ``scrub`` are S and W per mol of feed, ``a`` and ``b`` the factors by which A is enriched in the
    extract and B in the raffinate. Low near the feed. Source: the theory of countercurrent extraction of Xu Guangxian.

    >>> [round(count, 2) for count in logarithmic(2.0, 1.7086449, 1.2081944, 999.0, 9999.0)]
    [21.09, 18.93]
    """
    n = math.log(b) / math.log(beta * organic / (scrub + 1.0)) if beta * organic > scrub + 1.0 else math.inf
    m = math.log(a) / math.log(beta * scrub / organic) - 1.0 if beta * scrub > organic else math.inf
    return n, m


def exact(
    beta: float, feed: float, extract: float, raffinate: float, organic: float, scrub: float
) -> tuple[float, float]:
    """Exact stage counts (n, m), dimensionless: up from the raffinate to the feed, and from there to the extract.

    ``feed``, ``extract`` and ``raffinate`` are mole fractions: of A in the feed and in the extract, of B in the
    raffinate. ``organic`` and ``scrub`` are S and W per mol of feed. 0 steps where a section begins on grade, inf where
    they never get there. Source: Smoker (1938), the closed form of the Möbius map from stage to stage.

    >>> [round(count, 2) for count in exact(2.0, 0.5, 0.999, 0.9999, 1.7086449, 1.2081944)]
    [25.3, 19.82]
    """
    share = organic - scrub
    foot = (1.0 - share) * (1.0 - raffinate)
    n = 1.0 + _steps(
        (organic * beta + foot * (beta - 1.0), foot), ((scrub + 1.0) * (beta - 1.0), scrub + 1.0), 1.0 - raffinate, feed
    )
    head = share * extract
    end = extract / (beta - (beta - 1.0) * extract)
    m = _steps((organic * beta - head * (beta - 1.0), -head), (scrub * (beta - 1.0), scrub), feed, end)
    return n, m


def _steps(top: tuple[float, float], bottom: tuple[float, float], start: float, end: float) -> float:
    """How many times x → (t0 x + t1)/(b0 x + b1) takes ``start`` to ``end`` (Smoker); inf if it never does."""
    half = (bottom[1] - top[0]) / 2.0
    spread = half * half + bottom[0] * top[1]
    if spread <= 0.0:
        return math.inf
    far = -half - math.copysign(math.sqrt(spread), half)
    roots = (far / bottom[0], -top[1] / far) if far else (0.0, 0.0)
    low, high = min(roots), max(roots)
    if high == low:
        return math.inf
    turn = (top[0] - bottom[0] * low) / (top[0] - bottom[0] * high)
    moved = (end - low) / (end - high) * ((start - high) / (start - low)) if start != low and end != high else 0.0
    if turn <= 0.0 or moved <= 0.0 or turn == 1.0:
        return math.inf
    return max(math.log(moved) / math.log(turn), 0.0)
