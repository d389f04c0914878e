"""What of a stream of old magnets is coat and glue: its own part where it has one, else the elements that are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..elements import COUNT, indices
from ..magnet.evaluate import COAT
from .balance import Balance
from .stoichiometry import Array

COAT_ELEMENTS = ("Ni", "Zn", "C", "H")
"""Elements of plated and glued magnets that are mostly not the magnet's own."""


def coat_shares(b: Balance, inlet: str, off: Array, elements: Sequence[str]) -> Mapping[str, Array]:
    """Share of each element of each part of an inlet that comes off as coat, shape (samples, elements).

    `off`, shape (samples,), of a part `coat` as a whole; of a stream without one, of its `elements`.
    """
    parts = b.parts[inlet]
    out = {part: np.zeros((b.samples, COUNT)) for part in parts}
    if COAT in parts:
        out[COAT][:] = off[:, None]
        return out
    for part in parts:
        out[part][:, indices(list(elements))] = off[:, None]
    return out
