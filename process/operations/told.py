"""A number that a unit's file gives or that its feed carries, refused by samples where neither says it."""

from __future__ import annotations

import numpy as np

from ..sums import per_sample
from .balance import Balance
from .stoichiometry import Array


def told(
    b: Balance, own: Array | None, name: str, key: str, what: str, unit: str, usual: float, *, points: str = "feed"
) -> Array:
    """What the key `key` gives, or else the feed's trait `name`, shape (samples,); `usual` where nothing flows.

    Refused for samples that flow and say neither: "does not know <what>; feed it from <unit>, or give <key>", at the
    parameter `points`. `unit` may be empty where no kind makes it. A tentative balance goes on with `usual`.
    """
    if own is not None:
        return np.asarray(own)
    found = b.trait(name)
    if found is None:
        found = np.full(b.samples, np.nan)
    known = np.isfinite(found) & (found > 0.0)
    if known.all():
        return found
    reason = f"does not know {what}"
    remedy = f"feed it from {unit}, or give {key}" if unit else f"give {key}"
    b.refuse(~known & (per_sample(b.flow("feed")) > 0.0), lambda _: (reason, remedy), points)
    return np.where(known, found, usual)
