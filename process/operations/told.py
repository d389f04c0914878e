"""A number that a unit's file gives or that its feed carries, refused by samples where neither says it."""

from __future__ import annotations

import numpy as np

from ..sums import per_sample
from .balance import Balance
from .stoichiometry import Array


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
