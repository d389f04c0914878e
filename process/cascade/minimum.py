"""The least organic flow of a cut through many elements: what endless stages would need."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_HALVINGS = 120
_TRACE = 1e-14
"""Share of the feed below which an element moves no flow."""
_SLACK = 1e-9
"""Share of an element by which a distribution may leave its bounds and count as rounding."""


def least_extract_flow(
    feed: ArrayLike, beta: ArrayLike, cut_index: int, into_extract: ArrayLike, into_raffinate: ArrayLike
) -> Floats:
    """Least organic flow S, mol per mol of feed, (cases,), at which endless stages make a cut (Underwood).

    ``feed`` are mole fractions (cases, elements); ``beta`` (elements,) or (cases, elements), rising; elements from
    ``cut_index`` on are extracted. ``into_extract`` (cases,) is mol per mol of feed of the others that the extract may
    hold, ``into_raffinate`` that of these that the raffinate may. In each gap between the betas of the elements that
    stand in both products lies one theta with Σ βz/(β − θ) = 0 for the feed, and Σ βd/(β − θ) = S for the extract; with
    the two leaks these fix S and how those elements are shared out. For leaks smaller than the pair at the cut that is
    one theta and that pair. Limits: constant flows and separation factors. S is never below the extract itself.
    Source: Underwood (1948), the organic in place of the vapour and an aqueous feed in that of a boiling liquid.

    >>> least_extract_flow([[0.5, 0.5]], [1.0, 2.0], 1, [0.0], [0.0]).round(6)  # f + 1/(beta - 1)
    array([1.5])
    >>> least_extract_flow([[0.25, 0.25, 0.25, 0.25]], [1.0, 4.0, 6.0, 24.0], 2, [0.0], [0.0]).round(4)
    array([1.4745])
    """
    z = np.asarray(feed, dtype=np.float64)
    factors = np.broadcast_to(np.asarray(beta, dtype=np.float64), z.shape)
    up = np.broadcast_to(np.asarray(into_extract, dtype=np.float64), z.shape[:1])
    down = np.broadcast_to(np.asarray(into_raffinate, dtype=np.float64), z.shape[:1])
    return np.array(
        [_least(*_merged(z[k], factors[k], cut_index), float(up[k]), float(down[k])) for k in range(len(z))]
    )


def _merged(feed: Floats, beta: Floats, cut: int) -> tuple[Floats, Floats, int]:
    """The elements that are there, those of one β as one; and the first of them that is extracted.

    A trace's theta lies on top of its β, where no digit is left: it is left out unless its side holds nothing else.
    """
    side = np.arange(len(feed)) >= cut
    kept = feed > _TRACE * feed.sum()
    for one in (side, ~side):
        if one.any() and not kept[one].any():
            kept |= one & (feed > 0.0)
    there = np.flatnonzero(kept)
    first = np.append(True, (np.diff(beta[there]) > 0.0) | ((there[1:] >= cut) & (there[:-1] < cut)))
    group = np.cumsum(first) - 1
    whole = np.bincount(group, feed[there]).astype(np.float64)
    return whole, beta[there[first]], int((there[first] < cut).sum())


def _least(feed: Floats, beta: Floats, cut: int, up: float, down: float) -> float:
    share = float(feed[cut:].sum()) - down + up
    thetas = [_theta(feed, beta, gap) for gap in range(len(feed) - 1)]
    best = np.inf
    # From the pair at the cut outward: the fewest elements that can hold the leaks stand in both products.
    for width in range(2, len(feed) + 1):
        for low in range(max(0, cut + 1 - width), min(cut, len(feed) - width + 1)):
            found = _shared(feed, beta, cut, (low, low + width - 1), thetas, up, down)
            best = min(best, found)
        if np.isfinite(best):
            break
    return max(best, share) if np.isfinite(best) else share


def _carried(extract: Floats, beta: Floats, theta: float) -> float:
    """Σ βd/(β − θ); an element that sits on theta counts only where the extract holds it."""
    away = beta - theta
    return float(np.divide(beta * extract, away, out=np.where(extract > 0.0, np.inf, 0.0), where=away != 0.0).sum())


def _theta(feed: Floats, beta: Floats, gap: int) -> float:
    """The root between the betas of an element and the next."""
    low, high = float(beta[gap]), float(beta[gap + 1])
    for _ in range(_HALVINGS):
        theta = 0.5 * (low + high)
        away = beta - theta
        whole = float(np.divide(beta * feed, away, out=np.zeros_like(away), where=away != 0.0).sum())
        low, high = (theta, high) if whole < 0.0 else (low, theta)
    return 0.5 * (low + high)


def _shared(
    feed: Floats, beta: Floats, cut: int, span: tuple[int, int], thetas: list[float], up: float, down: float
) -> float:
    """S where the elements of a span stand in both products; inf where they cannot be shared out so."""
    low, high = span
    width = high - low + 1
    matrix, right = np.zeros((width + 1, width + 1)), np.zeros(width + 1)
    for row, theta in enumerate(thetas[low:high]):
        if (beta == theta).any():
            return float(np.inf)
        matrix[row, :width] = beta[low : high + 1] / (beta[low : high + 1] - theta)
        matrix[row, width] = -1.0
        right[row] = -float((beta[high + 1 :] * feed[high + 1 :] / (beta[high + 1 :] - theta)).sum())
    matrix[width - 1, : cut - low] = 1.0
    right[width - 1] = up
    matrix[width, cut - low : width] = 1.0
    right[width] = float(feed[cut : high + 1].sum()) - down
    # An element that is hardly there has a theta on top of its beta: rows of one size keep their digits.
    scale = np.abs(matrix).max(axis=1)
    try:
        found = np.linalg.solve(matrix / scale[:, None], right / scale)
    except np.linalg.LinAlgError:
        return float(np.inf)
    there = feed[low : high + 1]
    if not (
        np.isfinite(found).all()
        and (found[:width] >= -_SLACK * there).all()
        and (found[:width] <= (1.0 + _SLACK) * there).all()
    ):
        return float(np.inf)
    extract = np.concatenate([np.zeros(low), found[:width], feed[high + 1 :]])
    # No other pair may need more: its lighter or heavier element would stand in both products as well.
    others = [_carried(extract, beta, theta) for theta in (*thetas[:low], *thetas[high:])]
    least = float(found[width])
    return least if all(other <= least * (1.0 + _SLACK) for other in others) else float(np.inf)
