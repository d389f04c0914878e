"""What of their oxides' price rare earths realise where the plant sells them mixed, by the rule of forms of sales.

Whoever buys a carbonate of several rare earths pays for their separation, so it fetches a share of what its oxides
would: `realisation` of finance.csv. Ore has a share of its own, `ore_value`, which its weight holds already.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data import by_product_values
from ..elements import RARE_EARTHS
from ..stream import Stream
from ..supply.capacity import counted
from .figures import Figures
from .market import PURE, of_mixed

Array = NDArray[np.float64]

ORE = "ore"
"""The form of streams whose rare earths are worth only a share of what they fetch as oxides."""
MAGNET = "magnet"


def mixed(stream: Stream) -> NDArray[np.bool_]:
    """Whether a stream is sold as mixed rare earths, shape (samples,): not as NdPr, as one of them, or as a magnet."""
    grade = counted(stream, "REO")
    if stream.form in (ORE, MAGNET) or any(form == stream.form for form, _ in by_product_values()):
        return np.zeros(len(grade), dtype=bool)
    held = {name: counted(stream, name) for name in RARE_EARTHS}
    purest = np.max([held["Nd"] + held["Pr"], *held.values()], axis=0)
    return np.asarray((grade > 0.0) & (purest < PURE * grade))


def lost(stream: Stream, figures: Figures) -> Array:
    """Share of its oxides' price that a product of the plant does not fetch, shape (samples,): 0 where it is pure."""
    some = mixed(stream)
    if not some.any():
        return np.zeros(len(some))
    return np.asarray(np.where(some, 1.0 - figures.of(*of_mixed(stream.form)), 0.0))
