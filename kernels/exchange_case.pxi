# One circuit of a batch: from the caller's arrays into a Circuit scaled to a feed of one, and the answer back.

cdef double TRACE = 1e-150


cdef Py_ssize_t lay_out(Circuit *c, double *room, Py_ssize_t N, Py_ssize_t E) noexcept nogil:
    """Hand out the workspace to the arrays of the circuit; return how many numbers that takes (room may be NULL)."""
    cdef Py_ssize_t at = 0, k
    cdef double **tables[14]
    cdef double **columns[25]
    cdef double **rows[6]
    tables[0] = &c.x
    tables[1] = &c.old
    tables[2] = &c.up
    tables[3] = &c.pivot
    tables[4] = &c.gone
    tables[5] = &c.pivot_down
    tables[6] = &c.newton.left
    tables[7] = &c.newton.falls
    tables[8] = &c.newton.rises
    tables[9] = &c.newton.source_down
    tables[10] = &c.newton.source_up
    tables[11] = &c.newton.over
    tables[12] = &c.newton.under
    tables[13] = &c.newton.right
    columns[0] = &c.aqueous
    columns[1] = &c.organic
    columns[2] = &c.draw
    columns[3] = &c.u
    columns[4] = &c.total
    columns[5] = &c.step
    columns[6] = &c.side
    columns[7] = &c.trial
    columns[8] = &c.keep
    columns[9] = &c.keep2
    columns[10] = &c.keep3
    columns[11] = &c.organic0
    columns[12] = &c.aqueous0
    columns[13] = &c.way
    columns[14] = &c.draw0
    columns[15] = &c.taken
    columns[16] = &c.newton.middle
    columns[17] = &c.newton.pivots
    columns[18] = &c.residual
    columns[19] = &c.best
    columns[20] = &c.ahead
    columns[21] = &c.rest
    columns[22] = &c.start
    columns[23] = &c.stride
    columns[24] = &c.earlier
    rows[0] = &c.feed
    rows[1] = &c.beta
    rows[2] = &c.log_beta
    rows[3] = &c.scale
    rows[4] = &c.newton.signal
    rows[5] = &c.right0
    for k in range(14):
        tables[k][0] = room + at
        at += N * E
    c.gone_up = room + at
    at += (N + 1) * E
    c.newton.meet = room + at
    at += E * (E + 2)
    for k in range(25):
        columns[k][0] = room + at
        at += N
    for k in range(6):
        rows[k][0] = room + at
        at += E
    return at


cdef double exactly(
    Circuit *c, const int *which, const double *feed, double organic, double scrub, bint all_, const double *draw,
    Py_ssize_t draws
) noexcept nogil:
    """Feed, of all elements or the extract's, less extract flow and draws, as if added without rounding."""
    cdef double sum_ = scrub, lost = 0.0, term, new, part
    cdef Py_ssize_t i
    for i in range(-1, c.elements + draws):
        if i < 0:
            term = -organic
        elif i >= c.elements:
            term = -draw[i - c.elements]
        elif all_ or c.above[i]:
            term = feed[which[i]]
        else:
            continue
        new = sum_ + term
        part = new - sum_
        lost += (sum_ - (new - part)) + (term - part)
        sum_ = new
    return sum_ + lost


cdef void prepare(
    Circuit *c, int *which, Py_ssize_t E, const double *feed, const double *beta, double organic, double scrub,
    const long long *draw_at, const double *draw, Py_ssize_t draws, const double *u
) noexcept nogil:
    """Fill the circuit for a feed of one in all; elements that are not fed are left out."""
    cdef Py_ssize_t i, n, d, active = 0, N = c.stages
    cdef double whole = 0.0, middle = 0.0, least
    cdef int exponent = 0
    for i in range(E):
        if feed[i] > 0.0:
            which[active] = <int> i
            c.feed[active] = feed[i]
            c.log_beta[active] = log(beta[i])
            whole += feed[i]
            active += 1
    c.elements = active
    c.newton.elements = active
    c.newton.stages = N
    c.whole = whole
    for i in range(active):
        # A trace is solved as if it were 1e-150 of the feed and scaled back: it does not act on the others.
        c.feed[i] /= whole
        c.scale[i] = whole
        if c.feed[i] < TRACE:
            c.scale[i] = c.feed[i] / TRACE * whole
            c.feed[i] = TRACE
    for i in range(active):
        middle += c.feed[i] * c.log_beta[i]
    for i in range(active):
        c.log_beta[i] -= middle
    c.middle = middle
    for n in range(N):
        c.organic0[n] = organic / whole
        c.aqueous0[n] = scrub / whole + (1.0 if n <= c.feed_at else 0.0)
        c.draw0[n] = 0.0
        c.taken[n] = 0.0
        c.u[n] = u[n] + middle
    c.organic0[N - 1] = (organic - scrub) / whole
    c.scrub = scrub / whole
    c.feed_stage = c.feed_at
    c.feed_share = 1.0
    c.reflux = 0.0
    c.shift = 0.0
    frexp(scrub, &exponent)
    c.ulp = ldexp(1.0, exponent - 53) / whole
    c.halted = False
    c.asked = 0
    c.comparable = key_pair(c, (organic - scrub) / whole)
    c.miss0 = exactly(c, which, feed, organic, scrub, False, NULL, 0) / whole
    c.drawn_off = False
    for d in range(draws):
        draw_off(c, draw_at[d], draw[d])
    c.aqueous0[0] = exactly(c, which, feed, organic, scrub, True, draw, draws) / whole
    # Leaks tell of a product only where it is nearly what its elements bring.
    least = c.organic0[N - 1] if c.organic0[N - 1] < c.aqueous0[0] else c.aqueous0[0]
    if c.drawn_off:
        least = c.organic0[N - 1]
    c.comparable = c.comparable and fabs(c.miss0) < 0.5 * least


cdef void draw_off(Circuit *c, Py_ssize_t stage, double flow) noexcept nogil:
    """Add an aqueous draw."""
    cdef Py_ssize_t n
    c.drawn_off = c.drawn_off or (stage > 0 and flow > 0.0)
    c.draw0[stage] += flow / c.whole
    for n in range(stage + 1):
        c.aqueous0[n] -= flow / c.whole
        c.taken[n] += flow / c.whole


cdef double sensitivity(Circuit *c) noexcept nogil:
    """Largest change of a ln stage scalar or of ln product flow for one ulp of the scrub flow, at the answer in c.

    Overwrites c.old and c.step.
    """
    cdef Py_ssize_t n, i, E = c.elements, N = c.stages
    cdef double *v = c.old
    cdef double *x = c.x
    cdef double largest, sum_, also
    largest = 1.0 / c.organic[N - 1]
    if 1.0 / c.aqueous[0] > largest:
        largest = 1.0 / c.aqueous[0]
    # Every aqueous flow grows by one, the extract shrinks by one; what that changes in the balances is v.
    for i in range(E):
        v[i] = x[E + i] - x[i]
    for n in range(1, N):
        for i in range(n * E, n * E + E):
            v[i] = c.up[i - E] / c.pivot[i - E] * v[i - E]
            if n < N - 1:
                v[i] += x[i + E] - x[i]
            else:
                v[i] += (c.up[i] / c.organic[n] - 1.0) * x[i]
    for n in range(N - 1, -1, -1):
        sum_ = 0.0
        for i in range(n * E, n * E + E):
            if n < N - 1:
                v[i] += c.aqueous[n + 1] * v[i + E]
            v[i] /= c.pivot[i]
            sum_ += v[i]
        c.step[n] = sum_
    c.leaks = False
    c.ends = c.organic[N - 1] < c.aqueous[0]
    balances(c)
    if c.ended:
        # Of the two products the lesser one tells more; in its own terms it is known to all digits.
        sum_ = 0.0
        also = 0.0
        for i in range((N - 1) * E, N * E):
            sum_ += c.up[i] * v[i]
            also += c.up[i] * x[i]
        c.step[0] = sum_ / also
    if not derivatives(c):
        return INFINITY
    backward(c, c.step)
    for n in range(N):
        if not isfinite(c.step[n]):
            return INFINITY
        if fabs(c.step[n]) > largest:
            largest = fabs(c.step[n])
    return largest * c.ulp


cdef void solve_case(Circuit *c, double goal, int limit, long long *status, double *quality) noexcept nogil:
    """Solve a prepared circuit; status and quality but for the closure."""
    cdef int used = 0
    cdef Py_ssize_t n, i, E = c.elements
    cdef double worst = steady(c, goal, limit, &used), sum_, gap = 0.0
    status[0] = 0 if worst <= goal else (4 if c.stop[0] != 0 else 1)
    status[1] = -1
    status[2] = -1
    status[3] = used
    quality[0] = worst
    for n in range(c.stages):
        if not fabs(c.residual[n]) < worst and status[1] < 0:
            status[1] = n
        sum_ = 0.0
        for i in range(n * E, n * E + E):
            sum_ += c.up[i] * c.x[i]
        sum_ = fabs(sum_ / c.organic[n] - 1.0)
        if not sum_ <= gap:
            gap = sum_
    quality[2] = gap
    quality[3] = sensitivity(c) if status[0] == 0 else INFINITY


cdef void report(
    Circuit *c, const int *which, Py_ssize_t E, double *u, double *x, double *raffinate, double *extract
) noexcept nogil:
    """Write u, fractions and products in the caller's scale and columns."""
    cdef Py_ssize_t n, i, N = c.stages, active = c.elements
    for n in range(N):
        u[n] = c.u[n] - c.middle
        for i in range(E):
            x[n * E + i] = 0.0
        for i in range(active):
            x[n * E + which[i]] = c.x[n * active + i] * (c.scale[i] / c.whole)
    for i in range(E):
        raffinate[i] = 0.0
        extract[i] = 0.0
    for i in range(active):
        c.beta[i] = c.aqueous[0] * c.x[i]
        raffinate[which[i]] = c.beta[i] * c.scale[i]
        n = (N - 1) * active + i
        extract[which[i]] = c.up[n] * c.x[n] * c.scale[i]
        c.beta[i] += c.up[n] * c.x[n]


cdef void report_draw(
    Circuit *c, const int *which, Py_ssize_t E, Py_ssize_t stage, double flow, double *drawn
) noexcept nogil:
    """Write one draw; what it takes is added to the outflow of each element in c.beta."""
    cdef Py_ssize_t i
    cdef double part
    for i in range(E):
        drawn[i] = 0.0
    for i in range(c.elements):
        part = flow / c.whole * c.x[stage * c.elements + i]
        c.beta[i] += part
        drawn[which[i]] = part * c.scale[i]


cdef void close_case(Circuit *c, const int *which, long long *status, double *quality) noexcept nogil:
    """Compare the outflow of each element, left in c.beta by the reports, with its feed."""
    cdef Py_ssize_t i
    cdef double part, gap = 0.0
    for i in range(c.elements):
        part = fabs(c.beta[i] / c.feed[i] - 1.0)
        if not part <= gap:
            gap = part
            if not gap <= 1e-12:
                status[2] = which[i]
    quality[1] = gap
    if status[0] == 0 and not (gap <= 1e-12 and quality[2] <= 1e-8):
        status[0] = 2
