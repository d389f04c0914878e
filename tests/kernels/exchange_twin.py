"""NumPy twin of kernels/exchange.pyx: the same elimination and plain Newton, vectorised over elements."""

import numpy as np


def flows(stages, feed_at, whole, organic, scrub, draws):
    """Aqueous, organic and drawn flow of every stage; draws is {stage from 0: flow}."""
    aqueous = np.full(stages, scrub)
    aqueous[: feed_at + 1] += whole
    up = np.full(stages, organic)
    up[-1] = organic - scrub
    draw = np.zeros(stages)
    for stage, flow in draws.items():
        draw[stage] += flow
        aqueous[: stage + 1] -= flow
    aqueous[0] -= organic
    return aqueous, up, draw


def eliminate(u, feed_at, feed, beta, aqueous, organic, draw):
    """x (stages, elements) and what the derivatives need, from u = ln stage scalars."""
    stages = len(u)
    up = (organic * np.exp(u))[:, None] * beta
    pivot, gone, x = np.empty_like(up), np.empty_like(up), np.zeros_like(up)
    for n in range(stages):
        leaving = aqueous[n] * (gone[n - 1] if n else 1.0) + draw[n]
        if n:
            x[n] = up[n - 1] / pivot[n - 1] * x[n - 1]
        if n == feed_at:
            x[n] += feed
        pivot[n] = up[n] + leaving
        gone[n] = leaving / pivot[n]
    for n in range(stages - 1, -1, -1):
        if n + 1 < stages:
            x[n] += aqueous[n + 1] * x[n + 1]
        x[n] /= pivot[n]
    return x, up, pivot, gone


def jacobian(x, up, pivot, gone, aqueous, draw):
    """d ln sum(x[m]) / d u[n], by the two eliminations."""
    stages, elements = x.shape
    down, gone_up = np.empty_like(up), np.ones((stages + 1, elements))
    for n in range(stages - 1, -1, -1):
        rest = draw[n] + up[n] * gone_up[n + 1]
        down[n] = aqueous[n] + rest
        gone_up[n] = rest / down[n]
    total = x.sum(axis=1)
    matrix = np.empty((stages, stages))
    for n in range(stages):
        inner = pivot[n] * gone[n] + up[n] * gone_up[n + 1]
        wave = up[n] * x[n] * gone_up[n + 1] / inner
        for m in range(n, -1, -1):
            if m < n:
                wave = wave * (aqueous[m + 1] / pivot[m])
            matrix[m, n] = -wave.sum() / total[m]
        wave = x[n] * pivot[n] * gone[n] / inner
        for m in range(n + 1, stages):
            wave = wave * (up[m - 1] / down[m])
            matrix[m, n] = wave.sum() / total[m]
    return matrix


def newton(u, feed_at, feed, beta, aqueous, organic, draw, limit=60):
    """Plain damped Newton to ln sum(x) = 0; returns u, x, iterations, largest residual."""
    u = u.copy()
    for iterations in range(limit):  # noqa: B007
        x, up, pivot, gone = eliminate(u, feed_at, feed, beta, aqueous, organic, draw)
        residual = np.log(x.sum(axis=1))
        worst = np.abs(residual).max()
        if worst < 1e-13:
            break
        step = -np.linalg.solve(jacobian(x, up, pivot, gone, aqueous, draw), residual)
        size = np.abs(step).max()
        u += step * min(1.0, 3.0 / size)
    return u, x, iterations, worst


def solve(stages, feed_at, feed, beta, organic, scrub, draws, u=None):
    """Solve one circuit; returns (u, x, iterations, residual)."""
    feed, beta = np.asarray(feed, float), np.asarray(beta, float)
    aqueous, up, draw = flows(stages, feed_at, feed.sum(), organic, scrub, draws)
    start = np.full(stages, -np.log((feed * beta).sum() / feed.sum())) if u is None else u
    return newton(start, feed_at, feed, beta, aqueous, up, draw)
