"""Roots of many falling functions at once, each held in its own bracket."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import CascadeError
from .base import Floats

MOST_STEPS = 400


def crossing(function: Callable[[Floats], Floats], low: Floats, high: Floats, what: str) -> Floats:
    """Where a function that falls from above zero at `low` to below zero at `high` is zero, (cases,).

    Chandrupatla's method (Adv. Eng. Softw. 28, 145, 1997): inverse quadratic steps where they are safe, halving
    elsewhere, so it cannot leave the bracket. Ends where the bracket is as narrow as rounding allows. Raises
    CascadeError, naming `what`, where the ends do not enclose a root.

    >>> crossing(lambda u: 2.0 - np.exp(u), np.array([-1.0]), np.array([3.0]), "u").round(12).tolist()
    [0.69314718056]
    """
    b, a = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    fb, fa = function(b), function(a)
    open_ends = np.flatnonzero(~((fb >= 0.0) & (fa <= 0.0)))
    if len(open_ends):
        raise CascadeError(f"{what} has no solution between {low[open_ends[0]]:g} and {high[open_ends[0]]:g}",
                           case=int(open_ends[0]))  # fmt: skip
    c, fc = a.copy(), fa.copy()
    share = np.full_like(a, 0.5)
    best = np.where(np.abs(fa) < np.abs(fb), a, b)
    running = np.ones(len(a), dtype=bool)
    for _ in range(MOST_STEPS):
        point = np.where(running, a + share * (b - a), best)
        value = function(point)
        same = np.sign(value) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = point, value
        nearer = np.abs(fa) < np.abs(fb)
        best = np.where(running, np.where(nearer, a, b), best)
        small = np.where(nearer, fa, fb)
        width = np.abs(b - a)
        least = 2.0 * np.spacing(np.maximum(np.abs(best), np.finfo(float).tiny)) / np.where(width > 0.0, width, 1.0)
        running &= (small != 0.0) & (width > 0.0) & (least <= 0.5)
        if not running.any():
            return best
        share = np.clip(_share(a, b, c, fa, fb, fc), np.minimum(least, 0.5), 1.0 - np.minimum(least, 0.5))
    raise CascadeError(f"{what} was not found in {MOST_STEPS} steps", case=int(np.flatnonzero(running)[0]))


def _share(a: Floats, b: Floats, c: Floats, fa: Floats, fb: Floats, fc: Floats) -> Floats:
    """Where in the bracket, 0..1 from `a`, to look next, (cases,)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        safe = (1.0 - np.sqrt(1.0 - xi) < phi) & (phi < np.sqrt(xi))
        step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        return np.where(safe & np.isfinite(step), step, 0.5)
