"""What shells of heavy rare earth are worth: their composition, and coercivity by depth and of the whole magnet."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..sums import per_sample
from .constants import MU0

Array = NDArray[np.float64]

KA_M_PER_TESLA = 1e-3 / MU0
"""kA/m for each T of μ0 H."""
KA_M_PER_KOE = 250.0 / np.pi
"""kA/m for each kOe."""
MIDDLE, WEAKEST = 0.5, 0.1
"""Shares of the volume that have reversed at the coercivity and at the knee."""


def skin_share(grain: Array, volume: Array, skin: int) -> Array:
    """Mean over the outermost shells, so many of them, of something per shell, shape (samples, depth).

    `grain` (samples, shells, depth) from the centre outward, `volume` (samples, shells) of the shells on any scale.

    >>> skin_share(np.array([[[9.0], [1.0], [2.0]]]), np.array([[5.0, 3.0, 1.0]]), 2).tolist()
    [[1.25]]
    """
    first = grain.shape[1] - skin
    out, whole = volume[:, first : first + 1] * grain[:, first], volume[:, first].copy()
    for j in range(first + 1, grain.shape[1]):
        out += volume[:, j : j + 1] * grain[:, j]
        whole += volume[:, j]
    return np.asarray(out / whole[:, np.newaxis])


def local_gain(shell: Array, heavy: Array, base: Array, efficiency: float | Array, saturation: float | Array) -> Array:
    """Coercivity gained in kA/m where shells hold a share of the rare-earth sites, shape (samples, depth).

    `heavy` and `base` (samples,) are anisotropy fields in T of what came in and of what was there: the shell's field is
    the mean by share, and coercivity follows by `efficiency`. A skin harder than the rest does not help for ever: where
    it is hard, reversal starts at faces without a shell or in the core, so that the share that counts tends to
    `saturation`. A softer skin is where reversal starts, however soft.

    >>> one = np.array([1.0])
    >>> local_gain(np.array([[0.01, 0.1, 1.0]]), 22.0 * one, 7.3 * one, 0.8, 0.11).round(0).tolist()
    [[89.0, 615.0, 1029.0]]
    """
    by = (np.asarray(efficiency, dtype=float) * (heavy - base) * KA_M_PER_TESLA)[..., np.newaxis]
    most = np.maximum(np.asarray(saturation, dtype=float), 1e-9)[..., np.newaxis]
    return np.asarray(by * np.where(by > 0.0, -most * np.expm1(-np.maximum(shell, 0.0) / most), shell))


@cache
def _reading(faces: tuple[float, ...], share: float) -> Array:
    """Weights that read a quantity of cells at a share of the depth: a straight line between their middles."""
    edges = np.array(faces)
    middle = (edges[1:] + edges[:-1]) / 2.0
    out = np.array([np.interp(share, middle, one) for one in np.eye(len(middle))])
    out.flags.writeable = False
    return out


def whole_gain(local: Array, faces: Array) -> tuple[Array, Array]:
    """Gain of a magnet and of its weakest tenth, kA/m, shape (samples,) each, from that by depth (samples, depth).

    The field at which half of the volume has reversed, and a tenth. It falls steadily from the face to the middle (or
    climbs, where what came in is softer), so both stand at a depth.

    >>> at, knee = whole_gain(np.array([[4.0, 3.0, 2.0, 1.0]]), np.linspace(0.0, 1.0, 5))
    >>> at.tolist(), knee.round(2).tolist()
    ([2.5], [1.0])
    """
    key = tuple(faces.tolist())
    middle = per_sample(local * _reading(key, MIDDLE))
    deep, shallow = per_sample(local * _reading(key, 1.0 - WEAKEST)), per_sample(local * _reading(key, WEAKEST))
    return middle, np.minimum(deep, shallow)
