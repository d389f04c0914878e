"""What a unit asks of its feed: a number that the file or the feed says, and magnets that are not diffused yet."""

from __future__ import annotations

import numpy as np

from ..sums import per_sample
from ..traits import GAIN
from .balance import Balance
from .stoichiometry import Array


def refuse_diffused(b: Balance, why: str, remedy: str) -> None:
    """Refuse magnets that carry a gain of grain-boundary diffusion already, by samples, at the feed."""
    gain = b.trait(GAIN)
    if gain is not None:
        flows = per_sample(b.flow("feed")) > 0.0
        b.refuse(
            (np.nan_to_num(gain) > 0.0) & flows, lambda _: (f"its magnets are diffused already: {why}", remedy), "feed"
        )


def told(
    b: Balance,
    own: Array | None,
    name: str,
    key: str,
    what: str,
    unit: str,
    usual: float,
    *,
    points: str = "feed",
    zero: bool = False,
) -> Array:
    """What the key `key` gives, or else the feed's trait `name`, shape (samples,); `usual` where nothing flows.

    Refused for samples that flow and say neither: "does not know <what>; feed it from <unit>, or give <key>", at the
    parameter `points`. A carried 0 says nothing unless `zero` is true. A tentative balance goes on with `usual`.
    """
    if own is not None:
        return np.asarray(own)
    found = b.trait(name)
    if found is None:
        found = np.full(b.samples, np.nan)
    known = np.isfinite(found) & ((found > 0.0) | zero)
    if known.all():
        return found
    reason = f"does not know {what}"
    flows = per_sample(b.flow("feed")) > 0.0
    b.refuse(~known & flows, lambda _: (reason, f"feed it from {unit}, or give {key}"), points)
    return np.where(known, found, usual)
