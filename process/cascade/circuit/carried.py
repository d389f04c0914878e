"""What stays in one phase along the row: anions of the aqueous, and the upward flux behind a bypass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .volumes import Volumes

Floats = NDArray[np.float64]


def dissolved(volumes: Volumes, fed: Floats) -> tuple[Floats, Floats]:
    """Concentration (cases, stages) in mol/L of what stays in the aqueous, and what enters stage 1 from the ring.

    ``fed`` is (cases, stages) in mol/h. The same elimination as for an element that no extractant takes: the share of
    what is sent down from a stage that entrainment brings back up follows from the stages below.
    """
    v = volumes
    cases, stages = fed.shape
    if not fed.any():
        return np.zeros_like(fed), np.zeros(cases)
    sent = v.passed * v.aqueous
    sent[:, 0] = 0.0
    bypass = 1.0 - v.efficiency
    if not v.pool_aqueous_up.any():
        flow, x = np.zeros(cases), np.empty_like(fed)
        for n in range(stages - 1, -1, -1):
            flow = flow + fed[:, n]
            x[:, n] = flow / v.aqueous[:, n]
            flow = sent[:, n] * x[:, n]
        return x, np.zeros(cases)
    pivot, up = np.empty_like(fed), np.empty_like(fed)
    back = np.zeros(cases)
    for n in range(stages):
        up[:, n] = v.pool_aqueous_up[:, n] + bypass[:, n] * back * sent[:, n]
        pivot[:, n] = v.pool_aqueous_up[:, n] + v.aqueous[:, n] - v.efficiency[:, n] * back * sent[:, n]
        back = v.kept[:, n] * up[:, n] / pivot[:, n]

    def rise(entering: Floats, given: Floats) -> tuple[Floats, Floats]:
        fluxes = np.empty_like(fed)
        for n in range(stages):
            fluxes[:, n] = entering
            pool = v.efficiency[:, n] * entering + given[:, n]
            entering = v.kept[:, n] * (bypass[:, n] * entering + up[:, n] / pivot[:, n] * pool)
        return fluxes, entering

    entering = np.zeros(cases)
    fluxes, top = rise(entering, fed)
    if v.ring.any():
        loop = v.ring / np.where(v.kept[:, -1] > 0.0, v.kept[:, -1], 1.0)
        _, gain = rise(np.ones(cases), np.zeros_like(fed))
        entering = loop * top / (1.0 - loop * gain)
        fluxes, _ = rise(entering, fed)
    x = np.empty_like(fed)
    above = np.zeros(cases)
    for n in range(stages - 1, -1, -1):
        x[:, n] = (v.efficiency[:, n] * fluxes[:, n] + fed[:, n] + above) / pivot[:, n]
        above = sent[:, n] * x[:, n]
    return x, entering


def leaving(volumes: Volumes, emitted: Floats, entering: Floats, loop: Floats) -> tuple[Floats, Floats]:
    """Flux leaving each stage upward, (cases, stages, ...), and the flux entering stage 1, from what pools emit.

    ``emitted`` (cases, stages, ...) comes out of the stage's mixture, ``entering`` (cases, ...) into stage 1 from
    outside, ``loop`` (cases, ...) is the share of the kept top flux that returns into stage 1.
    """
    v = volumes
    bypass = 1.0 - v.efficiency
    wide = (slice(None), *(None,) * (emitted.ndim - 2))
    if not bypass.any():
        top = v.kept[:, -1][wide] * emitted[:, -1]
        return emitted, entering + loop * top
    stages = emitted.shape[1]

    def rise(flux: Floats, given: Floats) -> Floats:
        out = np.empty_like(given)
        for n in range(stages):
            out[:, n] = given[:, n] + bypass[:, n][wide] * flux
            flux = v.kept[:, n][wide] * out[:, n]
        return out

    plain = rise(np.zeros_like(entering), emitted)
    wave = np.prod(v.kept * bypass, axis=1)[wide]
    first = entering + loop * v.kept[:, -1][wide] * plain[:, -1] / (1.0 - loop * wave)
    return rise(first, emitted), first
