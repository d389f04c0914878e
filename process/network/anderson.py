"""Anderson acceleration of a fixed point, each sample on its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

DEPTH = 5
REGULAR = 1e-14
LARGEST = 1e3
ROUNDING = 1e-9


class Anderson:
    """Remembers the last few points and residuals of every sample that is still moving.

    Works on flows scaled by each slot's total. A sample of which a flow would turn negative, or that would leap by more
    than `LARGEST` residuals, takes the plain fixed point.
    """

    def __init__(self) -> None:
        self._points: list[Array] = []
        self._residuals: list[Array] = []

    def next(self, point: Array, image: Array, left: Indices) -> Array:
        """The next point of the samples `left`; shapes (samples, slots, elements)."""
        self._points = [p[left] for p in [*self._points, point]][-DEPTH:]
        self._residuals = [r[left] for r in [*self._residuals, image - point]][-DEPTH:]
        plain = image[left]
        if len(self._points) < 2:
            return plain
        total = np.maximum(plain.sum(axis=2, keepdims=True), self._points[-1].sum(axis=2, keepdims=True))
        scale = 1.0 / np.where(total > 0.0, total, 1.0)
        latest = self._residuals[-1]
        steps = np.stack([((latest - r) * scale).reshape(len(left), -1) for r in self._residuals[:-1]], axis=1)
        aim = (latest * scale).reshape(len(left), -1)
        normal = (steps[:, :, None, :] * steps[:, None, :, :]).sum(axis=3)
        right = (steps * aim[:, None, :]).sum(axis=2)
        size = np.trace(normal, axis1=1, axis2=2)[:, None, None]
        normal = normal + np.eye(normal.shape[1]) * (REGULAR * size + 1e-300)
        weights = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
        usable = np.isfinite(weights).all(axis=1) & (np.abs(weights).sum(axis=1) < LARGEST)
        best = plain.copy()
        for i in range(len(self._points) - 1):
            step = (self._points[-1] - self._points[i]) + (latest - self._residuals[i])
            best -= weights[:, i, None, None] * step
        usable &= (best * scale >= -ROUNDING).all(axis=(1, 2))
        return np.where(usable[:, None, None], np.maximum(best, 0.0), plain)
