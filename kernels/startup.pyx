"""Exchange cascades in time: mixers at equilibrium, settlers as well-mixed lags, float64 in and out.

TR-BDF2 with steps chosen by their error, or fixed. Per implicit part the unknowns are u = ln of the stage scalars;
given u each element is one tridiagonal system in the mixers, the settlers having been eliminated, and Newton drives
ln(sum of the aqueous fractions) to zero with a matrix factored in a time linear in the stages.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY, cbrt, exp, fabs, isfinite, log
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

include "semiseparable.pxi"
include "startup_balances.pxi"
include "startup_step.pxi"

DONE = 0
FULL = 1
NO_STEP = 2
INTERRUPTED = 4


cdef Py_ssize_t lay_out(Cascade *c, Run *r, double *room) noexcept nogil:
    """Hand out the workspace; return how many numbers that takes (room may be NULL)."""
    cdef Py_ssize_t at = 0, k, N = c.stages, E = c.elements
    cdef double **tables[16]
    cdef double **columns[13]
    cdef double **states[6]
    tables[0] = &c.up
    tables[1] = &c.whole_up
    tables[2] = &c.pivot
    tables[3] = &c.gone
    tables[4] = &c.right
    tables[5] = &c.x
    tables[6] = &c.sources
    tables[7] = &c.newton.right
    tables[8] = &c.newton.left
    tables[9] = &c.newton.falls
    tables[10] = &c.newton.rises
    tables[11] = &c.newton.source_down
    tables[12] = &c.newton.source_up
    tables[13] = &c.newton.over
    tables[14] = &c.newton.under
    tables[15] = &r.x0
    columns[0] = &c.fall
    columns[1] = &c.climb
    columns[2] = &c.kept_down
    columns[3] = &c.kept_up
    columns[4] = &c.drain_down
    columns[5] = &c.drain_up
    columns[6] = &c.u
    columns[7] = &c.total
    columns[8] = &c.residual
    columns[9] = &c.step
    columns[10] = &r.u0
    columns[11] = &r.slope
    columns[12] = &c.newton.middle
    states[0] = &r.state
    states[1] = &r.memory
    states[2] = &r.rate1
    states[3] = &r.rate2
    states[4] = &r.rate3
    states[5] = &r.after
    for k in range(16):
        tables[k][0] = room + at
        at += N * E
    for k in range(13):
        columns[k][0] = room + at
        at += N
    for k in range(6):
        states[k][0] = room + at
        at += 3 * N * E
    r.settled = room + at
    at += 2 * N * E
    r.settled0 = room + at
    at += 2 * N * E
    r.out = room + at
    at += 3 * (2 + c.draws) * E
    c.newton.pivots = room + at
    at += N
    c.newton.meet = room + at
    at += E * E
    c.newton.signal = room + at
    at += E
    return at


def run(
    Py_ssize_t feed_at,
    const double[::1] feed not None,
    const double[::1] beta not None,
    const double[:, ::1] hold not None,
    const double[::1] aqueous not None,
    const double[::1] organic not None,
    const double[::1] draw not None,
    const long long[::1] draw_at not None,
    double returned_down,
    double returned_up,
    double[::1] u not None,
    double[:, ::1] x not None,
    double[:, :, ::1] settled not None,
    double[:, :, ::1] slopes not None,
    double[::1] clock not None,
    double until,
    const double[:, ::1] steady not None,
    double[::1] times not None,
    double[:, :, ::1] outlets not None,
    double[:, :, ::1] delivered not None,
    double[:, ::1] inventory not None,
    double[::1] distance not None,
    long long[::1] status not None,
    double rtol=1e-4,
    double atol=1e-9,
    double fixed=0.0,
    double goal=1e-12,
):
    """Advance a cascade from clock[0] to until, in place; flows in mol per time, hold-ups (4, stages) in mol.

    ``u`` (stages,), ``x`` (stages, elements) and ``settled`` (2, stages, elements), aqueous then organic, are the
    state; ``clock`` is (time, next step or 0), ``slopes`` (3, stages, elements) what mixers and settlers gain per
    time, not read where the next step is 0. Each step taken fills one row of ``times``, ``outlets`` and
    ``delivered`` (steps, 2 + draws, elements: raffinate, extract, draws; compositions, and mol since this call
    began), ``inventory`` (steps, elements) and ``distance`` (largest difference of a mixer's fraction from
    ``steady``). ``aqueous`` and ``organic`` are what a stage passes on, ``returned_down`` and ``returned_up`` what
    the end settlers give back to their own mixers. A step with ``fixed`` above zero is as long as that, the last one
    excepted. status is (code, stage or -1, steps, steps refused, Newton steps, matrices): DONE, FULL (rows used up),
    NO_STEP (Newton fails at the shortest step), INTERRUPTED (a signal; the state is that of the last step taken).
    Raises ValueError for arrays that do not belong together, KeyboardInterrupt with INTERRUPTED, for a signal that
    reached the main thread.
    """
    cdef Py_ssize_t N = u.shape[0], E = beta.shape[0], B = draw_at.shape[0], K = times.shape[0], d, i, k, n, NE = N * E
    cdef Py_ssize_t used = 0, outs = (2 + B) * E
    cdef Cascade c
    cdef Run r
    cdef double *room
    cdef double h, miss = 0.0, left, shortest, grow, far, sum_
    cdef int where = -1, refused = 0, code = 0
    cdef bint again, cut
    if (
        feed.shape[0] != E or hold.shape[0] != 4 or hold.shape[1] != N or aqueous.shape[0] != N
        or organic.shape[0] != N or draw.shape[0] != N or x.shape[0] != N or x.shape[1] != E
        or settled.shape[0] != 2 or settled.shape[1] != N or settled.shape[2] != E or clock.shape[0] != 2
        or slopes.shape[0] != 3 or slopes.shape[1] != N or slopes.shape[2] != E
        or steady.shape[0] != N or steady.shape[1] != E
        or outlets.shape[0] != K or outlets.shape[1] != 2 + B or outlets.shape[2] != E
        or delivered.shape[0] != K or delivered.shape[1] != 2 + B or delivered.shape[2] != E
        or inventory.shape[0] != K or inventory.shape[1] != E or distance.shape[0] != K or status.shape[0] != 6
        or E < 1 or N < 2 or K < 1 or not 0 <= feed_at < N
    ):
        raise ValueError("arrays of a cascade in time do not belong together")
    for d in range(B):
        if not 0 <= draw_at[d] < N:
            raise ValueError("an aqueous draw lies outside the cascade")
    for n in range(N):
        if not (hold[0, n] > 0.0 and hold[1, n] > 0.0 and hold[2, n] >= 0.0 and hold[3, n] >= 0.0):
            raise ValueError("hold-ups of mixers must be above zero and those of settlers not below")
    if not (rtol >= 0.0 and atol > 0.0 and goal > 0.0 and isfinite(until) and isfinite(clock[0])):
        raise ValueError("tolerances and times must be finite numbers above zero")
    memset(&c, 0, sizeof(Cascade))
    memset(&r, 0, sizeof(Run))
    c.stages = N
    c.elements = E
    c.draws = B
    room = <double *> malloc(lay_out(&c, &r, NULL) * sizeof(double))
    if room == NULL:
        raise MemoryError("no room for the cascade's workspace")
    lay_out(&c, &r, room)
    c.feed_stage = feed_at
    c.feed = &feed[0]
    c.beta = &beta[0]
    c.hold = &hold[0, 0]
    c.aqueous = &aqueous[0]
    c.organic = &organic[0]
    c.draw = &draw[0]
    if B > 0:
        c.draw_at = &draw_at[0]
    c.returned_down = returned_down
    c.returned_up = returned_up
    c.newton.stages = N
    c.newton.elements = E
    with nogil:
        c.g = -1.0
        memcpy(r.x0, &x[0, 0], NE * sizeof(double))
        memcpy(r.u0, &u[0], N * sizeof(double))
        memcpy(r.settled0, &settled[0, 0, 0], 2 * NE * sizeof(double))
        memcpy(c.x, r.x0, NE * sizeof(double))
        memcpy(c.u, r.u0, N * sizeof(double))
        memset(r.slope, 0, N * sizeof(double))
        held(&c, r.settled0, r.state)
        r.time = clock[0]
        r.next = clock[1]
        # Of the rates at the start only what leaves is taken where a run goes on.
        rates(&c, r.settled0, r.rate1, r.out)
        if r.next > 0.0:
            memcpy(r.rate1, &slopes[0, 0, 0], 3 * NE * sizeof(double))
        if fixed > 0.0:
            r.next = fixed
        elif not r.next > 0.0:
            r.next = 1e-3 * shortest_lag(&c)
        shortest = 1e-9 * shortest_lag(&c)
        again = False
        while r.time < until:
            if used == K:
                code = 1
                break
            left = until - r.time
            h = r.next
            # The last two steps are made equal rather than one of them short.
            cut = h >= left * (1.0 - 1e-12)
            if cut:
                h = left
            elif fixed <= 0.0 and 2.0 * h > left:
                h = 0.5 * left
            if not advance(&c, &r, h, goal, &where):
                if c.halted:
                    code = 4
                    break
                if fixed > 0.0 or h <= shortest or refused > 100000:
                    code = 2
                    break
                refused += 1
                again = True
                r.next = 0.2 * h
                memset(r.slope, 0, N * sizeof(double))
                continue
            if fixed <= 0.0:
                miss = error(&c, &r, h, rtol, atol)
                if not miss <= 1.0:
                    if h <= shortest:
                        code = 2
                        break
                    refused += 1
                    again = True
                    grow = 0.9 / cbrt(miss) if isfinite(miss) else 0.2
                    r.next = h * (grow if grow > 0.2 else 0.2)
                    continue
                grow = 0.9 / cbrt(miss) if miss > 1e-3 else 4.0
                grow = 4.0 if grow > 4.0 else grow
                grow = 1.0 if again and grow > 1.0 else grow
                # A step kept keeps its matrix.
                if 1.0 <= grow < 1.15:
                    grow = 1.0
                if not cut or grow < 1.0 or h * grow > r.next:
                    r.next = h * grow
            again = False
            for n in range(N):
                r.slope[n] = (c.u[n] - r.u0[n]) / h
            memcpy(r.state, r.after, 3 * NE * sizeof(double))
            memcpy(r.rate1, r.rate3, 3 * NE * sizeof(double))
            memcpy(r.x0, c.x, NE * sizeof(double))
            memcpy(r.u0, c.u, N * sizeof(double))
            memcpy(r.settled0, r.settled, 2 * NE * sizeof(double))
            r.time = until if cut else r.time + h
            times[used] = r.time
            for i in range(E):
                outlets[used, 0, i] = r.settled[i]
                outlets[used, 1, i] = r.settled[2 * NE - E + i]
                for d in range(B):
                    outlets[used, 2 + d, i] = r.settled[draw_at[d] * E + i]
                inventory[used, i] = column_sum(r.state + i, 3 * N, E)
                for d in range(2 + B):
                    k = d * E + i
                    sum_ = h * (W * (r.out[k] + r.out[outs + k]) + D * r.out[2 * outs + k])
                    delivered[used, d, i] = sum_ + (delivered[used - 1, d, i] if used > 0 else 0.0)
            memcpy(r.out, r.out + 2 * outs, outs * sizeof(double))
            far = 0.0
            for n in range(N):
                for i in range(E):
                    miss = fabs(r.x0[n * E + i] - steady[n, i])
                    far = miss if miss > far else far
            distance[used] = far
            used += 1
        memcpy(&x[0, 0], r.x0, NE * sizeof(double))
        memcpy(&u[0], r.u0, N * sizeof(double))
        memcpy(&settled[0, 0, 0], r.settled0, 2 * NE * sizeof(double))
        memcpy(&slopes[0, 0, 0], r.rate1, 3 * NE * sizeof(double))
    clock[0] = r.time
    clock[1] = r.next
    status[0] = code
    status[1] = where if code == 2 else -1
    status[2] = used
    status[3] = refused
    status[4] = c.newtons
    status[5] = c.factors
    free(room)
    if c.halted:
        raise KeyboardInterrupt


cdef double column_sum(const double *v, Py_ssize_t rows, Py_ssize_t stride) noexcept nogil:
    """Sum of one column of a table."""
    cdef double sum_ = 0.0
    cdef Py_ssize_t k
    for k in range(rows):
        sum_ += v[k * stride]
    return sum_


cdef double shortest_lag(Cascade *c) noexcept nogil:
    """The shortest residence time of a mixer."""
    cdef Py_ssize_t n, N = c.stages
    cdef double least = INFINITY, lag, through
    for n in range(N):
        through = c.aqueous[n] + c.draw[n] + c.organic[n] + c.returned_down + c.returned_up
        lag = (c.hold[n] + c.hold[N + n]) / through if through > 0.0 else INFINITY
        least = lag if lag < least else least
    return least if isfinite(least) else 1.0
