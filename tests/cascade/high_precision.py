"""Exchange cascades with 60 digits, in mpmath: the element balances at given stage scalars, and the whole problem.

Both are written from the flows alone: plain elimination with its subtractions, and Newton on all mole fractions with
the organic as y = βx / Σβx. They share nothing with the solver. No draws.
"""

import mpmath
import numpy as np

DIGITS = 60


def exact(values):
    """An object array of mpf, each the float given, to its last bit."""
    return np.vectorize(mpmath.mpf, otypes=[object])(np.asarray(values))


def flows(circuit):
    """Aqueous and organic flow that leaves each stage (stages,)."""
    scrub, organic = mpmath.mpf(circuit.scrub), mpmath.mpf(circuit.organic)
    whole = mpmath.fsum(mpmath.mpf(f) for f in circuit.feed)
    aqueous = [scrub + (whole if n < circuit.feed_stage else 0) for n in range(circuit.stages)]
    aqueous[0] -= organic
    return np.array(aqueous), np.array([organic] * (circuit.stages - 1) + [organic - scrub])


def eliminated(circuit, scalars):
    """x (stages, elements) that obeys every element's balances at ln stage scalars (stages,), floats or mpf."""
    with mpmath.workdps(DIGITS):
        aqueous, organic = flows(circuit)
        factor = organic * exact([mpmath.exp(mpmath.mpf(u)) for u in scalars])
        up = factor[:, None] * exact(circuit.beta)
        diagonal, x = up + aqueous[:, None], exact(np.zeros(up.shape))
        x[circuit.feed_stage - 1] = exact(circuit.feed)
        for n in range(1, circuit.stages):
            ratio = up[n - 1] / diagonal[n - 1]
            diagonal[n] = diagonal[n] - ratio * aqueous[n]
            x[n] = x[n] + ratio * x[n - 1]
        x[-1] = x[-1] / diagonal[-1]
        for n in range(circuit.stages - 2, -1, -1):
            x[n] = (x[n] + aqueous[n + 1] * x[n + 1]) / diagonal[n]
        return x


def products(circuit, scalars, x):
    """Element flows of raffinate and extract that go with ln stage scalars and the x of ``eliminated``."""
    with mpmath.workdps(DIGITS):
        aqueous, organic = flows(circuit)
        y = exact(circuit.beta) * x[-1] * mpmath.exp(mpmath.mpf(scalars[-1]))
        return aqueous[0] * x[0], organic[-1] * y


def inverse(matrix):
    """Inverse of a small matrix of mpf by Gauss–Jordan with row exchange."""
    size = len(matrix)
    both = np.hstack([matrix, exact(np.eye(size))])
    for k in range(size):
        pivot = k + int(np.argmax(np.abs(both[k:, k])))
        both[[k, pivot]] = both[[pivot, k]]
        both[k] = both[k] / both[k, k]
        for row in range(size):
            if row != k:
                both[row] = both[row] - both[row, k] * both[k]
    return both[:, size:]


def solved(circuit, x, most=60):
    """x (stages, elements) of the whole problem, by Newton from a near x; ArithmeticError where it does not arrive."""
    with mpmath.workdps(DIGITS):
        aqueous, organic = flows(circuit)
        beta, x = exact(circuit.beta), exact(x)
        one = exact(np.eye(len(beta)))
        feed = exact(np.zeros(x.shape))
        feed[circuit.feed_stage - 1] = exact(circuit.feed)
        for _ in range(most):
            total = (x * beta).sum(axis=1)
            y = x * beta / total[:, None]
            gap = feed - aqueous[:, None] * x - organic[:, None] * y
            gap[1:] += organic[:-1, None] * y[:-1]
            gap[:-1] += aqueous[1:, None] * x[1:]
            carried = [
                organic[n] * (one * (beta / total[n])[:, None] - np.outer(y[n], beta / total[n]))
                for n in range(circuit.stages)
            ]
            solve = []
            for n in range(circuit.stages):
                block = carried[n] + one * aqueous[n]
                if n:
                    passed = carried[n - 1] @ solve[-1]
                    block = block - passed * aqueous[n]
                    gap[n] = gap[n] + passed @ gap[n - 1]
                solve.append(inverse(block))
            step = exact(np.zeros(x.shape))
            for n in range(circuit.stages - 1, -1, -1):
                above = aqueous[n + 1] * step[n + 1] if n + 1 < circuit.stages else 0
                step[n] = solve[n] @ (gap[n] + above)
            x = x + step
            if np.abs(step).max() < mpmath.mpf(10) ** (12 - DIGITS):
                return x
        raise ArithmeticError(f"{circuit} is not solved with {DIGITS} digits in {most} steps")


def scalars_of(circuit, x):
    """ln stage scalars (stages,) of a solved x: by ``eliminated`` they give every trace with all its digits."""
    with mpmath.workdps(DIGITS):
        return [-mpmath.log(total) for total in (x * exact(circuit.beta)).sum(axis=1)]


def moved_by_an_ulp(circuit, x):
    """Largest change of a ln stage scalar or of ln product flow when W grows by one unit in its last place."""
    grown = circuit._replace(scrub=float(np.nextafter(circuit.scrub, np.inf)))
    with mpmath.workdps(DIGITS):
        beta, here = exact(circuit.beta), solved(circuit, x)
        there = solved(grown, here)
        pairs = list(zip((here * beta).sum(axis=1), (there * beta).sum(axis=1), strict=True))
        for before, after in zip(flows(circuit), flows(grown), strict=True):
            pairs += [(before[0], after[0]), (before[-1], after[-1])]
        return float(max(abs(mpmath.log(a / b)) for a, b in pairs))
