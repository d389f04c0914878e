"""Steady state of exchange cascades: batches of independent circuits of equal shape, float64 in and out.

Per circuit the unknowns are u = ln of the stage scalars. Given u each element is one tridiagonal system, eliminated
without subtraction, so its flows close to rounding at any u; Newton drives ln(sum of the aqueous fractions) to zero.
"""

from libc.math cimport INFINITY, exp, expm1, fabs, isfinite, log, sqrt
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy
from scipy.linalg.cython_lapack cimport dgesv

include "exchange_balances.pxi"

SOLVED = 0
NOT_CONVERGED = 1
NOT_CLOSED = 2
NO_MEMORY = 3


cdef double newton_step(Circuit *c) noexcept nogil:
    """Put the Newton step into c.step; return its largest part, or inf if the matrix is singular."""
    cdef int N = <int> c.stages, one = 1, info = 0
    cdef Py_ssize_t n
    cdef double largest = 0.0
    derivatives(c, c.stages)
    for n in range(c.stages):
        c.step[n] = -log(c.total[n])
    dgesv(&N, &one, c.matrix, &N, c.swaps, c.step, &N, &info)
    if info != 0:
        return INFINITY
    for n in range(c.stages):
        if not isfinite(c.step[n]):
            return INFINITY
        if fabs(c.step[n]) > largest:
            largest = fabs(c.step[n])
    return largest


cdef double newton(Circuit *c, double goal, int limit, double longest, int *used) noexcept nogil:
    """Damped Newton from u at the present hold; return the residual reached, u and x belonging to it."""
    cdef Py_ssize_t n
    cdef int it, halving
    cdef double worst = balances(c), size, share, now
    for it in range(limit):
        if worst <= goal or not isfinite(worst):
            break
        size = newton_step(c)
        used[0] += 1
        if not isfinite(size):
            break
        share = 1.0 if size <= longest else longest / size
        memcpy(c.trial, c.u, c.stages * sizeof(double))
        for halving in range(8):
            for n in range(c.stages):
                c.u[n] = c.trial[n] + share * c.step[n]
            now = balances(c)
            if now < worst or now < 0.2 * share * size:
                break
            share *= 0.35
        if not (now < worst or now < 0.2 * share * size):
            memcpy(c.u, c.trial, c.stages * sizeof(double))
            worst = balances(c)
            break
        worst = now
    return worst


cdef void sharpen(Circuit *c, double tau) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(c.elements):
        c.beta[i] = exp(tau * c.log_beta[i])
    cdef double extra = c.scrub * (expm1(c.key) / expm1(c.key * tau) - 1.0) if tau != 1.0 else 0.0
    cdef double more = c.lean * (1.0 - tau)
    for i in range(c.stages):
        c.organic[i] = c.organic0[i] + more
        c.aqueous[i] = c.aqueous0[i]
        if i < c.stages - 1:
            c.organic[i] += extra
        c.aqueous[i] += extra if i > 0 else -more


cdef void key_pair(Circuit *c, double product) noexcept nogil:
    """Find the neighbours between which the extract flow cuts the feed best, and what it takes beyond that cut."""
    cdef double best = INFINITY, above, next_, miss
    cdef Py_ssize_t i, j
    c.key = 1.0
    c.excess = 0.0
    for i in range(c.elements):
        above = 0.0
        next_ = -INFINITY
        for j in range(c.elements):
            if c.log_beta[j] >= c.log_beta[i]:
                above += c.feed[j]
            elif c.log_beta[j] > next_:
                next_ = c.log_beta[j]
        miss = fabs(above - product)
        if miss < best and next_ > -1e300:
            best = miss
            c.key = c.log_beta[i] - next_
            c.excess = product - above


cdef void remember(Circuit *c) noexcept nogil:
    """The present profile, each stage scaled to sum one, becomes the start of the next pseudo-time step."""
    cdef Py_ssize_t n, i
    for n in range(c.stages):
        for i in range(c.elements):
            c.old[n * c.elements + i] = c.x[n * c.elements + i] / c.total[n]


cdef double settle(Circuit *c, double goal, int limit, double hold, int *used) noexcept nogil:
    """Implicit pseudo-time steps from the remembered profile c.old and u, at growing length, to the steady state."""
    cdef double worst, tried = INFINITY
    cdef int spent
    memcpy(c.keep, c.u, c.stages * sizeof(double))
    while used[0] < limit:
        c.hold = hold
        spent = used[0]
        worst = newton(c, 1e-2 * goal if 1e-2 * goal > 1e-13 else 1e-13, 60, 3.0, used)
        if worst <= 1e-4 * hold or worst <= goal:
            c.hold = 0.0
            worst = balances(c)
            if worst <= goal:
                return worst
            remember(c)
            memcpy(c.keep, c.u, c.stages * sizeof(double))
            spent = used[0] - spent
            if worst < 1e-3 and worst < 0.3 * tried:
                # Unheld, Newton moves a front whose leak is small by about one e-fold of that leak per step.
                tried = worst
                worst = newton(c, goal, 12, 3.0, used)
                if worst <= goal:
                    return worst
                if worst < 0.1:
                    remember(c)
                    memcpy(c.keep, c.u, c.stages * sizeof(double))
                memcpy(c.u, c.keep, c.stages * sizeof(double))
            if spent <= 4:
                hold *= 0.3
            elif spent > 7:
                hold *= 1.5
            if hold < 1e-14:
                hold = 1e-14
        else:
            memcpy(c.u, c.keep, c.stages * sizeof(double))
            hold *= 5.0
            if hold > 1e3:
                break
    c.hold = 0.0
    return balances(c)


cdef bint bordered(Circuit *c, double tau) noexcept nogil:
    """Solve the Newton matrix bordered by d residual/d tau and by the tangent c.way; the right side is c.step."""
    cdef Py_ssize_t n, N = c.stages
    cdef int order = <int> N + 1, one = 1, info = 0
    cdef double small = 1e-7
    sharpen(c, tau + small)
    balances(c)
    for n in range(N):
        c.trial[n] = log(c.total[n])
    sharpen(c, tau)
    balances(c)
    for n in range(N):
        c.trial[n] = (c.trial[n] - log(c.total[n])) / small
    derivatives(c, N + 1)
    for n in range(N):
        c.matrix[n * (N + 1) + N] = c.way[n]
        c.matrix[N * (N + 1) + n] = c.trial[n]
    c.matrix[N * (N + 1) + N] = c.way[N]
    dgesv(&order, &one, c.matrix, &order, c.swaps, c.step, &order, &info)
    if info != 0:
        return False
    for n in range(N + 1):
        if not isfinite(c.step[n]):
            return False
    return True


cdef double arc(Circuit *c, double goal, int limit, int *used, double last, double moved) noexcept nogil:
    """Go on along the path by arc length: the front may travel far while tau hardly moves.

    c.keep is u at tau = last, c.keep2 the point before, ``moved`` in tau away.
    """
    cdef double worst = INFINITY, tau, length = 0.3, largest, norm, first = INFINITY
    cdef Py_ssize_t n, N = c.stages
    cdef int it
    cdef bint good
    c.hold = 0.0
    for n in range(N):
        c.way[n] = c.keep[n] - c.keep2[n] if moved > 0.0 else 0.0
    c.way[N] = moved if moved > 0.0 else 1.0
    memcpy(c.u, c.keep, N * sizeof(double))
    tau = last
    while used[0] < limit:
        # Tangent at the last point, on the side of the former one.
        for n in range(N):
            c.step[n] = 0.0
        c.step[N] = 1.0
        used[0] += 1
        if not bordered(c, last):
            break
        norm = c.step[N] * c.step[N]
        for n in range(N):
            norm += c.step[n] * c.step[n]
        norm = sqrt(norm)
        largest = fabs(c.step[N] / norm)
        for n in range(N + 1):
            c.way[n] = c.step[n] / norm
            if fabs(c.way[n]) > largest:
                largest = fabs(c.way[n])
        good = False
        while used[0] < limit:
            for n in range(N):
                c.u[n] = c.keep[n] + length / largest * c.way[n]
            tau = last + length / largest * c.way[N]
            sharpen(c, tau)
            worst = balances(c)
            first = worst
            for it in range(8):
                if not worst <= 5.0 + 2.0 * first or worst <= 1e-8:
                    break
                for n in range(N):
                    c.step[n] = -log(c.total[n])
                c.step[N] = 0.0
                used[0] += 1
                if not bordered(c, tau):
                    worst = INFINITY
                    break
                for n in range(N):
                    c.u[n] += c.step[n]
                tau += c.step[N]
                sharpen(c, tau)
                worst = balances(c)
            good = worst <= 1e-6
            if good:
                break
            length *= 0.4
            if length < 1e-5:
                break
        if not good:
            break
        if tau >= 1.0 or 1.0 - tau < 1e-12:
            for n in range(N):
                c.u[n] = c.keep[n] + (c.u[n] - c.keep[n]) * ((1.0 - last) / (tau - last) if tau > last else 1.0)
            memcpy(c.keep, c.u, N * sizeof(double))
            sharpen(c, 1.0)
            worst = newton(c, goal, 40, 3.0, used)
            if worst <= goal:
                return worst
            memcpy(c.u, c.keep, N * sizeof(double))
            worst = balances(c)
            if not isfinite(worst):
                return worst
            remember(c)
            return settle(c, goal, limit, 1e-7, used)
        memcpy(c.keep, c.u, N * sizeof(double))
        last = tau
        if it <= 3:
            length *= 1.7
        elif it > 5:
            length *= 0.7
    sharpen(c, 1.0)
    return balances(c)


cdef double path(Circuit *c, double goal, int limit, int *used) noexcept nogil:
    """Follow the separation factors beta**tau from tau = 0, where every stage holds the feed, to tau = 1."""
    cdef double worst = INFINITY, tau, last = 0.0, before = 0.0, oldest = 0.0, width = 0.02, l0, l1, l2
    cdef Py_ssize_t n, i, N = c.stages
    cdef int spent, points = 1
    cdef bint held = False
    cdef double *spare
    for n in range(N):
        c.keep[n] = 0.0
        for i in range(c.elements):
            c.old[n * c.elements + i] = c.feed[i]
    while used[0] < limit:
        tau = last + width
        if tau > 1.0 - 1e-9:
            tau = 1.0
        for n in range(N):
            if points == 1:
                c.u[n] = c.keep[n]
            elif points == 2:
                c.u[n] = c.keep[n] + (c.keep[n] - c.keep2[n]) * (tau - last) / (last - before)
            else:
                l0 = (tau - before) * (tau - oldest) / ((last - before) * (last - oldest))
                l1 = (tau - last) * (tau - oldest) / ((before - last) * (before - oldest))
                l2 = (tau - last) * (tau - before) / ((oldest - last) * (oldest - before))
                c.u[n] = l0 * c.keep[n] + l1 * c.keep2[n] + l2 * c.keep3[n]
        sharpen(c, tau)
        spent = used[0]
        c.hold = 1e-7 if held else 0.0
        worst = newton(c, goal if tau == 1.0 and not held else 1e-7, 60 if tau == 1.0 else 10, 3.0, used)
        spent = used[0] - spent
        if worst <= (goal if tau == 1.0 and not held else 1e-5):
            if tau == 1.0:
                if not held:
                    return worst
                remember(c)
                return settle(c, goal, limit, 1e-7, used)
            remember(c)
            spare = c.keep3
            c.keep3 = c.keep2
            c.keep2 = c.keep
            c.keep = spare
            memcpy(c.keep, c.u, N * sizeof(double))
            oldest = before
            before = last
            last = tau
            if points < 3:
                points += 1
            if spent <= 3:
                width *= 2.0
            elif spent > 5:
                width *= 0.7
        elif not held and (width < 0.01 or tau == 1.0):
            held = True
        else:
            width *= 0.3
            if held and width < 1e-4:
                return arc(c, goal, limit, used, last, last - before if points > 1 else 0.0)
    c.hold = 0.0
    sharpen(c, 1.0)
    return balances(c)


cdef double steady(Circuit *c, double goal, int limit, int *used) noexcept nogil:
    """Newton from u; failing that, paths from a flat profile: as specified, then from either side of the product."""
    cdef double worst, above, below
    cdef int attempt
    c.hold = 0.0
    c.lean = 0.0
    sharpen(c, 1.0)
    worst = newton(c, goal, 12, 3.0, used)
    above = 0.5 * c.aqueous0[0]
    below = -0.5 * c.organic0[c.stages - 1]
    for attempt in range(3):
        if worst <= goal:
            return worst
        if attempt > 0:
            c.lean = above if (attempt == 1) == (c.excess > 0.0) else below
        worst = path(c, goal, used[0] + limit, used)
    return worst


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
    int limit=400,
):
    """Solve every circuit in place, from u to u.

    status rows are (code, stage or -1, element or -1, iterations); quality rows are (largest |ln sum x|, largest
    relative closure of an element). Stages are numbered from 0; the caller has checked that all flows are positive.
    """
    cdef Py_ssize_t cases = feed.shape[0], E = feed.shape[1], N = u.shape[1], D = draw.shape[1]
    cdef Py_ssize_t j, n, i, d, active, k
    cdef double worst, whole, middle, part, gap, extract_rate
    cdef int used
    cdef Circuit c
    cdef double *room = <double *> malloc((7 * N * E + E + (N + 1) * (N + 1) + 14 * N + 4 * E + 2) * sizeof(double))
    cdef int *swaps = <int *> malloc((N + E + 1) * sizeof(int))
    cdef int *which = swaps + N + 1
    if room == NULL or swaps == NULL:
        free(room)
        free(swaps)
        raise MemoryError("no room for the cascade's workspace")
    with nogil:
        c.stages = N
        c.feed_at = feed_at
        c.swaps = swaps
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
                c.feed[i] /= whole
            for n in range(N):
                c.organic0[n] = organic[j] / whole
                c.aqueous0[n] = scrub[j] / whole + (1.0 if n <= feed_at else 0.0)
                c.draw[n] = 0.0
                c.u[n] = u[j, n]
            c.organic0[N - 1] = (organic[j] - scrub[j]) / whole
            for d in range(D):
                c.draw[draw_at[d]] += draw[j, d] / whole
                for n in range(draw_at[d] + 1):
                    c.aqueous0[n] -= draw[j, d] / whole
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
                    x[j, n, which[i]] = c.x[n * active + i]
            for i in range(E):
                raffinate[j, i] = 0.0
                extract[j, i] = 0.0
                for d in range(D):
                    drawn[j, d, i] = 0.0
            for i in range(active):
                raffinate[j, which[i]] = c.aqueous[0] * c.x[i] * whole
                extract[j, which[i]] = c.up[(N - 1) * active + i] * c.x[(N - 1) * active + i] * whole
                part = raffinate[j, which[i]] + extract[j, which[i]]
                for d in range(D):
                    drawn[j, d, which[i]] = draw[j, d] * c.x[draw_at[d] * active + i]
                    part += drawn[j, d, which[i]]
                part = fabs(part / feed[j, which[i]] - 1.0)
                if not part <= gap:
                    gap = part
                    if not gap <= 1e-12:
                        status[j, 2] = which[i]
            quality[j, 1] = gap
            if status[j, 0] == 0 and not gap <= 1e-12:
                status[j, 0] = 2
    free(room)
    free(swaps)
