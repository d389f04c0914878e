"""Synthetic batch tests with constants that are known."""

import numpy as np

from didymium.cascade.fitting import Shakeouts
from didymium.cascade.fitting.contacts import predicted

LOG_K = np.array([-2.3, -2.1])
"""Of Pr and Nd."""


def shakeouts(seed, *, scatter=0.05, sources=1, between=0.0, shared=0.0, run=0.0, log_k=LOG_K, molecules=3.0):
    """Twelve tests of Pr and Nd, in log10 each D off by `scatter`, sources by `shared`, or by `between` per element."""
    rng = np.random.default_rng(seed)
    formal, acid = np.repeat([0.5, 1.0, 1.5], 4), np.tile([0.01, 0.03, 0.1, 0.2], 3)
    feed = np.tile([[0.03, 0.05], [0.05, 0.1], [0.02, 0.02]], (4, 1))
    lab = np.arange(12) % sources
    given = {"formal": formal, "acid": acid, "feed": feed, "molecules": molecules}
    given["sources"] = [f"lab {one}" for one in lab]
    offsets = rng.normal(0.0, between, (sources, 2))
    if shared > 0.0:
        offsets = offsets + rng.normal(0.0, shared, (sources, 1))
    true = log_k + offsets[lab] + rng.normal(0.0, run, (12, 1))
    blank = Shakeouts(("Pr", "Nd"), aqueous=0.5 * feed, checked=True, **given)
    d = 10.0 ** (predicted(blank, true, molecules).log_d + rng.normal(0.0, scatter, (12, 2)))
    return Shakeouts(("Pr", "Nd"), aqueous=feed / (1.0 + d), **given)
