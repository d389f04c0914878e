"""Design of exchange cascades: stage counts by theory, whole stages by solving the cascade."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .batch import floats, one_number, solve_circuits, whole_number
from .errors import CascadeError
from .flows import cut_flows, flows

__all__ = ["MOST_STAGES", "CascadeDesign", "design", "design_cut", "flows"]

Floats = NDArray[np.float64]

MOST_STAGES = 600


@dataclass(frozen=True)
class CascadeDesign:
    """A designed cascade; flows in mol per mol of aqueous feed, purities and recoveries in mole fractions 0..1.

    ``n`` extraction stages include the feed stage (feed_stage = n), ``m`` scrub stages follow. ``n_log`` and
    ``m_log`` are the classical counts at constant ratios, low near the feed; ``n_exact`` and ``m_exact`` the exact
    fractional counts for the key pair; ``n`` and ``m`` whole stages of the smallest n + m, then the smallest n, that
    meet both purities when solved, which ``reached_extract`` and ``reached_raffinate`` report.
    """

    beta: float
    feed_fraction: float
    purity_extract: float
    purity_raffinate: float
    extract_flow: float
    scrub_flow: float
    extract_share: float
    raffinate_share: float
    recovery_extract: float
    recovery_raffinate: float
    least_extract_flow: float
    least_scrub_flow: float
    control: str
    n_log: float
    m_log: float
    n_exact: float
    m_exact: float
    least_stages: float
    n: int
    m: int
    reached_extract: float
    reached_raffinate: float

    @property
    def stages(self) -> int:
        """All stages, n + m."""
        return self.n + self.m

    @property
    def feed_stage(self) -> int:
        """The stage that takes the aqueous feed, counted from the raffinate end."""
        return self.n


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
    count = math.log(moved) / math.log(turn)
    return count if count >= 0.0 else math.inf


def _exact(beta: float, f: float, pa: float, pb: float, organic: float, scrub: float) -> tuple[float, float]:
    """Exact stage counts of a binary, from the raffinate up to the feed composition and from there to the extract."""
    share = organic - scrub
    foot = (1.0 - share) * (1.0 - pb)
    n = 1.0 + _steps(
        (organic * beta + foot * (beta - 1.0), foot), ((scrub + 1.0) * (beta - 1.0), scrub + 1.0), 1.0 - pb, f
    )
    head = share * pa
    end = pa / (beta - (beta - 1.0) * pa)
    m = _steps((organic * beta - head * (beta - 1.0), -head), (scrub * (beta - 1.0), scrub), f, end)
    return n, m


def _whole_stages(
    reach: Callable[[int, int], tuple[float, float]], want: tuple[float, float], first: tuple[float, float]
) -> tuple[int, int]:
    """The smallest n + m, then n, for which reach(n, m) gives both purities; started from the counts ``first``.

    The flows fix extract and raffinate totals, so both purities rise and fall together: at a given n + m one margin
    has one top over n.
    """
    seen: dict[tuple[int, int], float] = {}

    def margin(total: int, n: int) -> float:
        if not 1 <= n <= total - 1:
            return -math.inf
        if (total, n) not in seen:
            got = reach(n, total - n)
            seen[total, n] = min(math.log((1.0 - w) / max(1.0 - g, 1e-300)) for g, w in zip(got, want, strict=True))
        return seen[total, n]

    def best(total: int, n: int) -> int:
        n = min(max(n, 1), total - 1)
        stride = max(1, total // 16)
        while True:
            side = max((margin(total, n - stride), n - stride), (margin(total, n + stride), n + stride))
            if side[0] > margin(total, n):
                n = side[1]
            elif stride > 1:
                stride //= 2
            else:
                return n

    def top(total: int) -> tuple[bool, int]:
        n = best(total, round(total * first[0] / sum(first)))
        return margin(total, n) >= 0.0, n

    total = min(max(2, math.ceil(sum(first)) - 1), MOST_STAGES)
    fits, n = top(total)
    low = 1 if fits else total
    high = total
    stride = 1
    while not fits:
        if high >= MOST_STAGES:
            got = reach(n, high - n)
            raise CascadeError(
                f"extract purity {want[0]:.8g} and raffinate purity {want[1]:.8g} are not reached with {high} stages, "
                f"only {got[0]:.8g} and {got[1]:.8g}; lower the purities or raise the organic flow (least_ratio)"
            )
        low = high
        high = min(high + stride, MOST_STAGES)
        stride *= 2
        fits, n = top(high)
    step = 1
    while low < high - 1:
        middle = max(low + 1, high - step) if low == 1 else (low + high) // 2
        step *= 2
        if top(middle)[0]:
            high = middle
        else:
            low = middle
    n = top(high)[1]
    while margin(high, n - 1) >= 0.0:
        n -= 1
    return n, high - n


def design(
    beta: float, feed_fraction: float, purity_extract: float, purity_raffinate: float, least_ratio: float = 0.0
) -> CascadeDesign:
    """Design a two-element cascade per mol of aqueous feed; A, of mole fraction ``feed_fraction``, is extracted.

    ``beta`` is β(A/B) above 1, the purities are mole fractions of A in the extract and of B in the raffinate. Raises
    CascadeError if the purities cannot be reached with ``MOST_STAGES`` stages. Source: the theory of countercurrent
    extraction of Xu Guangxian; Smoker (1938) for the exact counts.

    >>> made = design(2.0, 0.5, 0.999, 0.9999)
    >>> made.n, made.m, round(made.extract_flow, 5)
    (24, 22, 1.70864)
    """
    beta, feed_fraction = one_number(beta, "beta"), one_number(feed_fraction, "feed_fraction")
    return design_cut(
        [1.0 - feed_fraction, feed_fraction], [1.0, beta], 1, purity_extract, purity_raffinate, least_ratio
    )


def design_cut(
    feed: ArrayLike,
    beta: ArrayLike,
    cut_index: int,
    purity_extract: float,
    purity_raffinate: float,
    least_ratio: float = 0.0,
) -> CascadeDesign:
    """Design a cut through many elements: those from ``cut_index`` on, in order of rising β, are extracted.

    ``feed`` are molar flows of any total and ``beta`` separation factors, both (elements,) sorted by β; the flows of
    the design are per mol of feed. Flows follow the pair next to the cut as if the groups were two elements; the
    whole stages are checked by solving all elements. Purities are mole fractions of the groups. Raises CascadeError.

    >>> made = design_cut([0.3, 0.2, 0.3, 0.2], [1.0, 1.6, 3.2, 5.0], 2, 0.999, 0.999)
    >>> made.n, made.m
    (12, 15)
    """
    flow = floats(feed, "feed", 1).copy()
    factors = floats(beta, "beta", 1)
    purity_extract = one_number(purity_extract, "purity_extract")
    purity_raffinate = one_number(purity_raffinate, "purity_raffinate")
    least_ratio = one_number(least_ratio, "least_ratio")
    cut = whole_number(cut_index, "cut_index")
    if flow.ndim != 1 or flow.shape != factors.shape:
        raise CascadeError(f"feed {flow.shape} and separation factors {factors.shape} must be two rows of one length")
    if not (np.isfinite(flow).all() and (flow >= 0.0).all() and flow.sum() > 0.0):
        raise CascadeError("the feed holds a flow that is negative or not finite, or nothing at all; correct it")
    if not (np.isfinite(factors).all() and (factors > 0.0).all() and (np.diff(factors) >= 0.0).all()):
        raise CascadeError("separation factors must be finite, above zero and in rising order; sort the elements")
    if not 1 <= cut <= len(flow) - 1:
        raise CascadeError(f"cut_index is {cut}; it must leave an element on each side, 1 to {len(flow) - 1}")
    flow /= flow.sum()
    present = np.flatnonzero(flow > 0.0)
    below, above = present[present < cut], present[present >= cut]
    if not len(below) or not len(above):
        raise CascadeError("the feed holds elements on one side of the cut only; move the cut or skip the unit")
    key = float(factors[above[0]] / factors[below[-1]])
    f = float(flow[cut:].sum())
    done = cut_flows(key, f, purity_extract, purity_raffinate, least_ratio)
    organic, scrub, share = float(done.extract_flow), float(done.scrub_flow), float(done.extract_share)
    a = purity_extract / (1.0 - purity_extract) * (1.0 - f) / f
    b = purity_raffinate / (1.0 - purity_raffinate) * f / (1.0 - f)
    exact = _exact(key, f, purity_extract, purity_raffinate, organic, scrub)
    counts = exact if math.isfinite(sum(exact)) else (math.log(b) / math.log(key) * 2, math.log(a) / math.log(key) * 2)

    def reach(n: int, m: int) -> tuple[float, float]:
        solved = solve_circuits(n + m, n, flow[None], factors[None], [organic], [scrub])
        extract, raffinate = solved.extract[0], solved.raffinate[0]
        return float(extract[cut:].sum() / extract.sum()), float(raffinate[:cut].sum() / raffinate.sum())

    n, m = _whole_stages(reach, (purity_extract, purity_raffinate), counts)
    reached = reach(n, m)
    return CascadeDesign(
        beta=key,
        feed_fraction=f,
        purity_extract=purity_extract,
        purity_raffinate=purity_raffinate,
        extract_flow=organic,
        scrub_flow=scrub,
        extract_share=share,
        raffinate_share=1.0 - share,
        recovery_extract=float(done.recovery_extract),
        recovery_raffinate=float(done.recovery_raffinate),
        least_extract_flow=float(done.least_extract_flow),
        least_scrub_flow=float(done.least_scrub_flow),
        control="scrub" if bool(done.scrub_controls) else "extraction",
        n_log=math.log(b) / math.log(key * organic / (scrub + 1.0)) if key * organic > scrub + 1.0 else math.inf,
        m_log=math.log(a) / math.log(key * scrub / organic) - 1.0 if key * scrub > organic else math.inf,
        n_exact=exact[0],
        m_exact=exact[1],
        least_stages=math.log(a * b) / math.log(key),
        n=n,
        m=m,
        reached_extract=reached[0],
        reached_raffinate=reached[1],
    )
