"""What is left of a diffused magnet when its faces are ground: gain of the rest, and surface over mass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .diffusion import Diffused
from .shells import MIDDLE, WEAKEST

Array = NDArray[np.float64]


def gain_left(done: Diffused, ground: Array) -> tuple[Array, Array]:
    """Gain in kA/m of what is left and of its weakest tenth, (samples,) each; `ground` 0..1 of the thickness goes.

    As `shells.whole_gain`, read at the depths of the rest: the face that gained most is the first to go.

    >>> from .diffusion import Coated, diffuse
    >>> done = diffuse(Coated.of("Tb", 0.005, 8.0), np.array([[900.0]]), np.array([[10.0]]))
    >>> whole, half = (float(gain_left(done, np.array([share]))[0][0]) for share in (0.0, 0.5))
    >>> round(whole, 6) == round(float(done.gain[0]), 6), half < 0.6 * whole
    (True, True)
    """
    middle, deep, shallow = (_at(done, ground + (1.0 - ground) * share) for share in (MIDDLE, 1.0 - WEAKEST, WEAKEST))
    return middle, np.minimum(deep, shallow)


def area_left(area: Array, thickness: Array, density: Array, ground: Array) -> Array:
    """m²/kg of plates whose thickness (mm) loses a share 0..1 at the two faces, from `area` m²/kg; g/cm³; (samples,).

    The edges keep theirs for each kg, the two faces hold less below them. A plate of 40 x 20 x 5 mm at 7.5 g/cm³, half
    of it ground off: 2 (0.04 x 0.02 + 0.06 x 0.0025) m² on 15 g.

    >>> before = np.array([2 * (0.04 * 0.02 + 0.06 * 0.005) / 0.03])
    >>> area_left(before, *(np.array([x]) for x in (5.0, 7.5, 0.5))).round(9).tolist()
    [0.126666667]
    """
    return np.asarray(area + 2.0 / (density * thickness) * ground / (1.0 - ground))


def _at(done: Diffused, share: Array) -> Array:
    """The local gain at a share (samples,) of the half thickness: a straight line between the middles of cells."""
    middle = (done.faces[1:] + done.faces[:-1]) / 2.0
    after = np.clip(np.searchsorted(middle, share), 1, len(middle) - 1)
    part = np.clip((share - middle[after - 1]) / (middle[after] - middle[after - 1]), 0.0, 1.0)
    each = np.arange(len(share))
    return np.asarray(done.local[each, after - 1] * (1.0 - part) + done.local[each, after] * part)
