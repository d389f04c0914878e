"""Steady state of exchange cascades: batches of independent circuits of equal shape, float64 in and out.

Per circuit the unknowns are u = ln of the stage scalars. Given u each element is one tridiagonal system, eliminated
without subtraction, so its flows close to rounding at any u; Newton drives ln(sum of the aqueous fractions) to zero.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY, exp, expm1, fabs, frexp, isfinite, ldexp, log, sqrt, tanh
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

include "semiseparable.pxi"
include "semiseparable_shifted.pxi"
include "exchange_balances.pxi"
include "exchange_newton.pxi"
include "exchange_path.pxi"
include "exchange_case.pxi"

SOLVED = 0
NOT_CONVERGED = 1
NOT_CLOSED = 2
INTERRUPTED = 4


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
    const int[::1] stop not None,
    Py_ssize_t first=0,
    Py_ssize_t last=-1,
    double goal=1e-12,
    int limit=1200,
):
    """Solve the circuits first to last - 1 (all, if last is negative) in place, from u to u.

    status rows are (code, stage or -1, element or -1, iterations); quality rows are (largest |ln sum x|, largest
    relative closure of an element, largest |sum y - 1|, change of the answer for one ulp of the scrub flow). Stages
    are numbered from 0; the caller has checked that all flows are positive. A number other than 0 in stop[0] ends the
    work at the next Newton step. Raises ValueError for arrays that do not belong together, KeyboardInterrupt for a signal
    that reached the main thread.
    """
    cdef Py_ssize_t cases = feed.shape[0], E = feed.shape[1], N = u.shape[1], D = draw.shape[1], j, d
    cdef Circuit c
    cdef double *room
    cdef int *which
    cdef const long long *places = NULL
    cdef const double *draws = NULL
    cdef bint halted = False
    if last < 0:
        last = cases
    if (
        beta.shape[0] != cases or beta.shape[1] != E or organic.shape[0] != cases or scrub.shape[0] != cases
        or draw_at.shape[0] != D or draw.shape[0] != cases or u.shape[0] != cases
        or x.shape[0] != cases or x.shape[1] != N or x.shape[2] != E
        or raffinate.shape[0] != cases or raffinate.shape[1] != E
        or extract.shape[0] != cases or extract.shape[1] != E
        or drawn.shape[0] != cases or drawn.shape[1] != D or drawn.shape[2] != E
        or status.shape[0] != cases or status.shape[1] != 4 or quality.shape[0] != cases or quality.shape[1] != 4
        or stop.shape[0] != 1 or first < 0 or last > cases or N < 2 or not 0 <= feed_at < N
    ):
        raise ValueError("arrays of an exchange cascade do not belong together")
    for d in range(D):
        if not 0 <= draw_at[d] < N:
            raise ValueError("an aqueous draw lies outside the cascade")
    if first >= last:
        return
    room = <double *> malloc(lay_out(&c, NULL, N, E) * sizeof(double))
    which = <int *> malloc(2 * (E + 1) * sizeof(int))
    if room == NULL or which == NULL:
        free(room)
        free(which)
        raise MemoryError("no room for the cascade's workspace")
    if D > 0:
        places = &draw_at[0]
    with nogil:
        lay_out(&c, room, N, E)
        c.stages = N
        c.feed_at = feed_at
        c.stop = &stop[0]
        c.above = <bint *> (which + E + 1)
        for j in range(first, last):
            if D > 0:
                draws = &draw[j, 0]
            prepare(
                &c, which, E, &feed[j, 0], &beta[j, 0], organic[j], scrub[j], places, draws, D, &u[j, 0]
            )
            status[j, 3] = 0
            solve_case(&c, goal, limit, &status[j, 0], &quality[j, 0])
            report(&c, which, E, &u[j, 0], &x[j, 0, 0], &raffinate[j, 0], &extract[j, 0])
            for d in range(D):
                report_draw(&c, which, E, draw_at[d], draw[j, d], &drawn[j, d, 0])
            close_case(&c, which, &status[j, 0], &quality[j, 0])
            if c.halted:
                halted = True
                break
    free(room)
    free(which)
    if halted:
        raise KeyboardInterrupt
