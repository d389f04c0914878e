"""Hydrogen in alloy: what its phases take up at room temperature, and what a degassing leaves in them.

The RE-rich phase turns to hydride first, then the matrix takes hydrogen between its atoms. On heating in vacuum the
matrix gives it back first, the rich hydride falls to RH2, and RH2 decomposes last. Each step is a logistic curve in
temperature, a closed form through published ranges (`powder.csv`): for an hour of degassing, no kinetics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX, MOLAR_MASS, RE
from ..sums import per_sample
from .phases import HARD, R2T17, RICH, phase_balance
from .powder import value
from .smco import BINDS

Array = NDArray[np.float64]

HYDROGEN = MOLAR_MASS[INDEX["H"]]
DIHYDRIDE = 2.0
"""H per rare earth of what degassing leaves of the RE-rich phase's hydride."""


@dataclass(frozen=True)
class Sites:
    """Where hydrogen goes, kmol/h of formula units (samples,): `matrix` R2T14B, `lean` R2T17, `rich` R, `cobalt` R.

    `code` is 0 where the phases are known; `words` says why they are not.
    """

    matrix: Array
    lean: Array
    rich: Array
    cobalt: Array
    code: NDArray[np.int64]
    words: Callable[[int], tuple[str, str]]


def sites(alloy: Array) -> Sites:
    """The hydrogen sites of an alloy, kg/h of shape (samples, elements); its own hydrogen counts for nothing.

    With more cobalt than iron by atoms it is samarium-cobalt, whose free rare earths count alike.

    >>> from ..elements import mass_fractions
    >>> found = sites(1081.13 * mass_fractions("Nd2Fe14B")[None, :])
    >>> round(float(found.matrix[0]), 4), round(float(found.rich[0]), 4)
    (1.0, 0.0)
    """
    n = alloy / MOLAR_MASS
    cobalt = n[:, INDEX["Co"]] > n[:, INDEX["Fe"]]
    iron_based = np.where(cobalt[:, None], 0.0, alloy)
    phases = phase_balance(iron_based)
    code = np.where(per_sample(iron_based) > 0.0, phases.code, 0)
    solid = per_sample(iron_based) * (1.0 - phases.aside)
    found = np.where((code == 0)[:, None], phases.moles, 0.0) * solid[:, None]
    bound = BINDS["O"] * n[:, INDEX["O"]] + BINDS["C"] * n[:, INDEX["C"]] + BINDS["N"] * n[:, INDEX["N"]]
    free = np.maximum(per_sample(n[:, RE]) - bound, 0.0)
    matrix, lean, rich = found[:, HARD], found[:, R2T17], found[:, RICH]
    return Sites(matrix, lean, rich, np.where(cobalt, free, 0.0), code, phases.words)


def capacity(found: Sites, matrix: Array, rich: Array) -> Array:
    """kg/h of hydrogen that an alloy takes up, shape (samples,).

    `matrix` is H per R2T14B, `rich` H per rare earth of the RE-rich phase, shape (samples,). R2T17 is filled as far as
    the matrix.

    An alloy with 31 % Nd and 1 % B at 3.6 and 2.8 takes about what sprecher2014 buys, 4.3 kg/t:

    >>> from ..elements import COUNT
    >>> alloy = np.zeros((1, COUNT))
    >>> alloy[0, [INDEX[name] for name in ("Nd", "Fe", "B")]] = 310, 680, 10
    >>> round(float(capacity(sites(alloy), np.array([3.6]), np.array([2.8]))[0]), 2)
    4.27
    """
    filling = matrix / value("hydrogen", "matrix_full")
    atoms = found.matrix * matrix + found.lean * filling * value("hydrogen", "R2T17")
    return np.asarray((atoms + found.rich * rich + found.cobalt * value("hydrogen", "cobalt")) * HYDROGEN)


def left(found: Sites, matrix: Array, rich: Array, temperature: Array) -> Array:
    """kg/h of hydrogen that degassing at `temperature` (°C) leaves, shape (samples,), of what `capacity` says.

    Falls with temperature; without hydrogen of the RE-rich phase next to nothing is left above 300 °C.
    """
    filling = matrix / value("hydrogen", "matrix_full")
    stays = _stays(temperature)
    inside = (found.matrix * matrix + found.lean * filling * value("hydrogen", "R2T17")) * stays[:, 0]
    over = np.maximum(rich - DIHYDRIDE, 0.0) * stays[:, 1]
    stable = np.minimum(rich, DIHYDRIDE) * stays[:, 2]
    cobalt = found.cobalt * value("hydrogen", "cobalt") * stays[:, 3]
    return np.asarray((inside + found.rich * (over + stable) + cobalt) * HYDROGEN)


def _stays(temperature: Array) -> Array:
    """Shares that stay in the matrix, over RH2, as RH2 and in samarium-cobalt, (samples, 4)."""
    middle, width = _steps()
    over = (temperature[:, None] - middle) / width
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(np.maximum(over, -500.0), 500.0))))


@cache
def _steps() -> tuple[Array, Array]:
    """Middle and width in K of each step of degassing, (4,) each."""
    names = ("matrix_release", "dihydride", "decomposition", "cobalt_release")
    widths = ("matrix_width", "dihydride_width", "decomposition_width", "cobalt_width")
    middle, width = (np.array([value("hydrogen", name) for name in each]) for each in (names, widths))
    return middle, width
