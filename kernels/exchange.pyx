"""Steady state of exchange cascades: batches of independent circuits of equal shape, float64 in and out.

Per circuit the unknowns are u = ln of the stage scalars. Given u each element is one tridiagonal system, eliminated
without subtraction, so its flows close to rounding at any u; Newton drives ln(sum of the aqueous fractions) to zero.
"""

from libc.math cimport INFINITY, exp, expm1, fabs, isfinite, log, sqrt
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy
from scipy.linalg.cython_lapack cimport dgesv

include "exchange_balances.pxi"
include "exchange_newton.pxi"
include "exchange_path.pxi"

SOLVED = 0
NOT_CONVERGED = 1
NOT_CLOSED = 2

cdef double TRACE = 1e-150


cdef void lay_out(Circuit *c, double *room) noexcept nogil:
    """Hand out the workspace to the arrays of the circuit."""
    cdef Py_ssize_t N = c.stages, E = c.elements
    c.x = room
    c.old = c.x + N * E
    c.up = c.old + N * E
    c.pivot = c.up + N * E
    c.gone = c.pivot + N * E
    c.pivot_down = c.gone + N * E
    c.gone_up = c.pivot_down + N * E
    c.matrix = c.gone_up + (N + 1) * E
    c.aqueous = c.matrix + (N + 1) * (N + 1)
    c.organic = c.aqueous + N
    c.draw = c.organic + N
    c.u = c.draw + N
    c.total = c.u + N
    c.step = c.total + N
    c.trial = c.step + N + 1
    c.feed = c.trial + N
    c.beta = c.feed + E
    c.wave = c.beta + E
    c.log_beta = c.wave + E
    c.keep = c.log_beta + E
    c.keep2 = c.keep + N
    c.keep3 = c.keep2 + N
    c.organic0 = c.keep3 + N
    c.aqueous0 = c.organic0 + N
    c.way = c.aqueous0 + N
    c.scale = c.way + N + 1
    c.draw0 = c.scale + E
    c.taken = c.draw0 + N


def solve(
    Py_ssize_t feed_at,
    const double[:, ::1] feed not None,
    const double[:, ::1] beta not None,
    const double[::1] organic not None,
    const double[::1] scrub not None,
    const long long[::1] draw_at not None,
    const double[:, ::1] draw not None,
    double[:, ::1] u not None,
    double[:, :, ::1] x not None,
    double[:, ::1] raffinate not None,
    double[:, ::1] extract not None,
    double[:, :, ::1] drawn not None,
    long long[:, ::1] status not None,
    double[:, ::1] quality not None,
    double goal=1e-12,
    int limit=1200,
):
    """Solve every circuit in place, from u to u.

    status rows are (code, stage or -1, element or -1, iterations); quality rows are (largest |ln sum x|, largest
    relative closure of an element). Stages are numbered from 0; the caller has checked that all flows are positive.
    """
    cdef Py_ssize_t cases = feed.shape[0], E = feed.shape[1], N = u.shape[1], D = draw.shape[1]
    cdef Py_ssize_t j, n, i, d, active
    cdef double worst, whole, middle, part, low, high, gap
    cdef int used
    cdef Circuit c
    cdef double *room = <double *> malloc((7 * N * E + E + (N + 1) * (N + 1) + 16 * N + 5 * E + 2) * sizeof(double))
    cdef int *swaps = <int *> malloc((N + E + 1) * sizeof(int))
    cdef int *which = swaps + N + 1
    if room == NULL or swaps == NULL:
        free(room)
        free(swaps)
        raise MemoryError("no room for the cascade's workspace")
    with nogil:
        c.stages = N
        c.elements = E
        c.feed_at = feed_at
        c.swaps = swaps
        lay_out(&c, room)
        for j in range(cases):
            whole = 0.0
            active = 0
            for i in range(E):
                if feed[j, i] > 0.0:
                    which[active] = <int> i
                    c.feed[active] = feed[j, i]
                    c.log_beta[active] = log(beta[j, i])
                    whole += feed[j, i]
                    active += 1
            c.elements = active
            for i in range(active):
                # A trace is solved as if it were 1e-150 of the feed and scaled back: it does not act on the others.
                c.feed[i] /= whole
                c.scale[i] = whole
                if c.feed[i] < TRACE:
                    c.scale[i] = c.feed[i] / TRACE * whole
                    c.feed[i] = TRACE
            for n in range(N):
                c.organic0[n] = organic[j] / whole
                c.aqueous0[n] = scrub[j] / whole + (1.0 if n <= feed_at else 0.0)
                c.draw0[n] = 0.0
                c.taken[n] = 0.0
                c.u[n] = u[j, n]
            c.organic0[N - 1] = (organic[j] - scrub[j]) / whole
            for d in range(D):
                c.draw0[draw_at[d]] += draw[j, d] / whole
                for n in range(draw_at[d] + 1):
                    c.aqueous0[n] -= draw[j, d] / whole
                    c.taken[n] += draw[j, d] / whole
            c.aqueous0[0] -= organic[j] / whole
            middle = 0.0
            for i in range(active):
                middle += c.feed[i] * c.log_beta[i]
            for i in range(active):
                c.log_beta[i] -= middle
            for n in range(N):
                c.u[n] += middle
            c.scrub = scrub[j] / whole
            key_pair(&c, (organic[j] - scrub[j]) / whole)
            used = 0
            worst = steady(&c, goal, limit, &used)
            status[j, 3] = used
            quality[j, 0] = worst
            status[j, 0] = 0 if worst <= goal else 1
            status[j, 1] = -1
            status[j, 2] = -1
            gap = 0.0
            for n in range(N):
                u[j, n] = c.u[n] - middle
                if not fabs(log(c.total[n])) < worst and status[j, 1] < 0:
                    status[j, 1] = n
                for i in range(E):
                    x[j, n, i] = 0.0
                for i in range(active):
                    x[j, n, which[i]] = c.x[n * active + i] * (c.scale[i] / whole)
            for i in range(E):
                raffinate[j, i] = 0.0
                extract[j, i] = 0.0
                for d in range(D):
                    drawn[j, d, i] = 0.0
            for i in range(active):
                low = c.aqueous[0] * c.x[i]
                high = c.up[(N - 1) * active + i] * c.x[(N - 1) * active + i]
                part = low + high
                raffinate[j, which[i]] = low * c.scale[i]
                extract[j, which[i]] = high * c.scale[i]
                for d in range(D):
                    low = draw[j, d] / whole * c.x[draw_at[d] * active + i]
                    part += low
                    drawn[j, d, which[i]] = low * c.scale[i]
                part = fabs(part / c.feed[i] - 1.0)
                if not part <= gap:
                    gap = part
                    if not gap <= 1e-12:
                        status[j, 2] = which[i]
            quality[j, 1] = gap
            if status[j, 0] == 0 and not gap <= 1e-12:
                status[j, 0] = 2
    free(room)
    free(swaps)
