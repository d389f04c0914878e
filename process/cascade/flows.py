"""Flows of a two-product exchange cascade from its purities: the optimum ratios of Xu's theory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import CascadeError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CutFlows:
    """Flows per mole of aqueous feed, all arrays of one shape; A is the group extracted, B the rest."""

    extract_flow: Floats
    scrub_flow: Floats
    extract_share: Floats
    recovery_extract: Floats
    recovery_raffinate: Floats
    least_extract_flow: Floats
    least_scrub_flow: Floats
    scrub_controls: NDArray[np.bool_]


def _refuse(bad: NDArray[np.bool_], sentence: str, *values: Floats) -> None:
    if bad.any():
        at = int(np.argmax(bad))
        shown = (f"{float(v.flat[at]):.6g}" for v in values)
        raise CascadeError(sentence.format(*shown), case=at if bad.size > 1 else None)


def cut_flows(
    beta: ArrayLike,
    feed_fraction: ArrayLike,
    purity_extract: ArrayLike,
    purity_raffinate: ArrayLike,
    least_ratio: float = 0.0,
) -> CutFlows:
    """Flows per mol of feed at which an exchange cascade reaches both mole-fraction purities; arrays broadcast.

    ``beta`` is the separation factor of the pair at the cut, ``feed_fraction`` the mole fraction of A, the more
    extractable side. ``least_ratio`` raises S to that multiple of its minimum where the optimum falls below it.
    Raises CascadeError where no cascade can do it. Source: the theory of countercurrent extraction of Xu Guangxian.
    """
    try:
        b_, f, pa, pb = np.broadcast_arrays(
            *(np.asarray(v, dtype=np.float64) for v in (beta, feed_fraction, purity_extract, purity_raffinate))
        )
        least_ratio = float(least_ratio)
    except (TypeError, ValueError, OverflowError):
        raise CascadeError("separation factor, feed fraction and purities must be numbers of matching shapes") from None
    _refuse(~(np.isfinite(b_) & (b_ > 1.0)), "separation factor is {}; give a finite number above 1", b_)
    _refuse(~((f > 0.0) & (f < 1.0)), "feed fraction is {}; give a mole fraction between 0 and 1", f)
    for p, name, own in ((pa, "extract", f), (pb, "raffinate", 1.0 - f)):
        _refuse(~((p > 0.0) & (p < 1.0)), f"{name} purity is {{}}; give a mole fraction below 1", p)
        _refuse(
            p <= own,
            f"{name} purity {{}} is not above the {{}} that the feed holds; ask for more, or skip the cut",
            p,
            own,
        )
    a = pa / (1.0 - pa) * (1.0 - f) / f
    b = pb / (1.0 - pb) * f / (1.0 - f)
    recovery_a = a * (b - 1.0) / (a * b - 1.0)
    recovery_b = b * (a - 1.0) / (a * b - 1.0)
    share = f * recovery_a / pa
    root = np.sqrt(b_)
    rest = 1.0 - share
    scrub_controls = rest <= root * share
    least = f + 1.0 / (b_ - 1.0)
    organic = np.maximum(root * share, rest) / (root - 1.0)
    organic = np.maximum(organic, least_ratio * least)
    _refuse(
        organic <= least * (1.0 + 1e-12),
        "the optimum organic flow {} is not above the minimum {} for feed fraction {}; "
        "give S and W yourself, or a least_ratio above 1",
        organic,
        least,
        f,
    )
    return CutFlows(
        extract_flow=organic,
        scrub_flow=organic - share,
        extract_share=share,
        recovery_extract=recovery_a,
        recovery_raffinate=recovery_b,
        least_extract_flow=least,
        least_scrub_flow=1.0 / (b_ - 1.0),
        scrub_controls=scrub_controls,
    )


def flows(
    beta: ArrayLike,
    feed_fraction: ArrayLike,
    purity_extract: ArrayLike,
    purity_raffinate: ArrayLike,
    least_ratio: float = 0.0,
) -> tuple[Floats, Floats, Floats]:
    """Organic S, scrub W and extract share f_A' = S − W, mol per mol of feed; arguments as ``cut_flows``.

    >>> [round(float(v), 5) for v in flows(2.0, 0.5, 0.999, 0.9999)]
    [1.70864, 1.20819, 0.50045]
    """
    done = cut_flows(beta, feed_fraction, purity_extract, purity_raffinate, least_ratio)
    return done.extract_flow, done.scrub_flow, done.extract_share
