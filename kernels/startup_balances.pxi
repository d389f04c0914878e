# One implicit stage of a cascade in time: element balances given the stage scalars, and their Newton matrix.
#
# Stages are numbered from 0 here. With g the implicit part of the step, settlers follow from their mixer,
#
#     xs = pass_down x + memory / (settler + g through),    pass_down = g through / (settler + g through),
#
# so that each element is one tridiagonal system in the mixers' x. Stage n passes up = climb * beta * exp(u) to the
# mixer above and fall to the mixer below; kept_up and kept_down stay in hold-ups or leave. All are non-negative, and
# so are pivots and shares, whatever the right-hand side: memory of a trace that decays within a step may be negative.

cdef double FAINT = 1e-150

cdef struct Cascade:
    Py_ssize_t stages
    Py_ssize_t elements
    Py_ssize_t draws
    Py_ssize_t feed_stage
    const double *feed          # (elements,) mol per time
    const double *beta          # (elements,)
    const double *hold          # (4, stages) mixer aqueous and organic, settler aqueous and organic, mol
    const double *aqueous       # (stages,) flow from a settler to the mixer below; from the first stage the raffinate
    const double *organic       # (stages,) flow from a settler to the mixer above; from the last stage the extract
    const double *draw          # (stages,) aqueous flow drawn
    const long long *draw_at    # (draws,)
    double returned_down        # raffinate returned to the first mixer
    double returned_up          # extract returned to the last mixer
    double g                    # implicit part of the step, time
    double *fall                # (stages,)
    double *climb               # (stages,)
    double *kept_down           # (stages,) per unit of x
    double *kept_up             # (stages,) per unit of y
    double *drain_down          # (stages,) 1 / (settler + g through), aqueous
    double *drain_up            # (stages,) the same of the organic
    double *up                  # (stages, elements) passed up per unit of x
    double *whole_up            # (stages, elements) what the organic takes away per unit of x, passed up or kept
    double *pivot               # (stages, elements) of the elimination from stage 0 up
    double *gone                # (stages, elements) share that never comes back up from below
    double *pivot_down          # (stages, elements) of the elimination from the last stage down, less what falls
    double *right               # (stages, elements) right-hand side, then the solution of solve_rows
    double *x                   # (stages, elements)
    double *u                   # (stages,)
    double *total               # (stages,)
    double *residual            # (stages,) ln total
    double *step                # (stages,)
    double *sources             # (stages, elements)
    bint factored               # for the present g
    long long newtons
    long long factors
    int asked
    bint halted
    Semiseparable newton


cdef bint signalled() noexcept with gil:
    """Whether the user has asked for an end; the main thread alone is told."""
    try:
        PyErr_CheckSignals()
    except BaseException:
        return True
    return False


cdef bint stopped(Cascade *c) noexcept nogil:
    """Whether Ctrl-C came, looked for at every 256th question."""
    c.asked += 1
    if c.asked % 256 == 0 and not c.halted:
        c.halted = signalled()
    return c.halted


cdef void set_step(Cascade *c, double g) noexcept nogil:
    """What hold-ups and flows make of a stage for an implicit part g of the step."""
    cdef Py_ssize_t n, N = c.stages
    cdef double settler, through, back, share, drain
    if g == c.g:
        return
    c.g = g
    c.factored = False
    for n in range(N):
        back = c.returned_down if n == 0 else 0.0
        settler = c.hold[2 * N + n]
        through = c.aqueous[n] + c.draw[n] + back
        drain = settler + g * through
        drain = 1.0 / drain if drain > 0.0 else 0.0
        share = settler * drain
        c.drain_down[n] = drain
        c.fall[n] = c.aqueous[n] * (g * through * drain)
        c.kept_down[n] = c.hold[n] / g + (c.aqueous[n] + back) * share + c.draw[n]
        back = c.returned_up if n == N - 1 else 0.0
        settler = c.hold[3 * N + n]
        through = c.organic[n] + back
        drain = settler + g * through
        drain = 1.0 / drain if drain > 0.0 else 0.0
        share = settler * drain
        c.drain_up[n] = drain
        c.climb[n] = c.organic[n] * (g * through * drain)
        c.kept_up[n] = c.hold[N + n] / g + (c.organic[n] + back) * share


cdef void gather(Cascade *c, const double *memory, bint fed) noexcept nogil:
    """Fill right from memory (3, stages, elements) of mixers and settlers, with the feed if fed."""
    cdef Py_ssize_t n, i, E = c.elements, N = c.stages
    cdef const double *settled = memory + N * E
    cdef const double *loaded = memory + 2 * N * E
    cdef double rate
    for i in range(N * E):
        c.right[i] = memory[i] / c.g
    for n in range(N):
        rate = (c.aqueous[n] if n > 0 else c.returned_down) * c.drain_down[n]
        for i in range(E):
            c.right[(n - 1 if n > 0 else 0) * E + i] += rate * settled[n * E + i]
        rate = (c.organic[n] if n < N - 1 else c.returned_up) * c.drain_up[n]
        for i in range(E):
            c.right[(n + 1 if n < N - 1 else n) * E + i] += rate * loaded[n * E + i]
    if fed:
        for i in range(E):
            c.right[c.feed_stage * E + i] += c.feed[i]


cdef void eliminate(Cascade *c) noexcept nogil:
    """Fill up, whole_up, pivot and gone from u."""
    cdef Py_ssize_t n, i, E = c.elements
    cdef double rate, passed, rest, leaving
    cdef double *gone
    for n in range(c.stages):
        rate = exp(c.u[n])
        passed = rate * c.climb[n]
        rest = rate * c.kept_up[n]
        gone = c.gone + n * E
        for i in range(E):
            c.up[n * E + i] = passed * c.beta[i]
            leaving = c.kept_down[n] + rest * c.beta[i]
            c.whole_up[n * E + i] = (passed + rest) * c.beta[i]
            leaving += c.fall[n] * gone[i - E] if n > 0 else c.fall[n]
            c.pivot[n * E + i] = c.up[n * E + i] + leaving
            gone[i] = leaving / c.pivot[n * E + i] if c.pivot[n * E + i] > 0.0 else 1.0


cdef void solve_rows(Cascade *c, double *v) noexcept nogil:
    """Replace v (stages, elements) by the mole fractions whose balances it is the right-hand side of."""
    cdef Py_ssize_t k, E = c.elements, N = c.stages, n
    for k in range(E, N * E):
        v[k] += c.up[k - E] / c.pivot[k - E] * v[k - E]
        if fabs(v[k]) < 1e-290:
            v[k] = 0.0
    for n in range(N - 1, -1, -1):
        for k in range(n * E, n * E + E):
            if n + 1 < N:
                v[k] += c.fall[n + 1] * v[k + E]
            v[k] /= c.pivot[k]
            if fabs(v[k]) < 1e-290:
                v[k] = 0.0


cdef double balances(Cascade *c) noexcept nogil:
    """x, total and residual from u and right; return the largest |ln sum x|, inf if a sum is not a positive number."""
    cdef Py_ssize_t n, i, E = c.elements
    cdef double sum_, r, least = INFINITY, worst = 0.0
    eliminate(c)
    for i in range(c.stages * E):
        r = c.pivot[i]
        if not r >= 1e-200:
            return INFINITY
        least = r if r < least else least
    if not isfinite(least):
        return INFINITY
    memcpy(c.x, c.right, c.stages * E * sizeof(double))
    solve_rows(c, c.x)
    for n in range(c.stages):
        sum_ = 0.0
        for i in range(E):
            sum_ += c.x[n * E + i]
        c.total[n] = sum_
        c.residual[n] = log(sum_) if sum_ > 0.0 and isfinite(sum_) else INFINITY
        r = fabs(c.residual[n])
        if not r <= worst:
            worst = r
    return worst


cdef bint derivatives(Cascade *c) noexcept nogil:
    """Factor -d total / d u from what balances left; False if that fails.

    With G(m, m) what a unit put into mixer m raises x there, A[m, n] = G(m, m) * (shares that fall from n to m) * x[n]
    * (organic of n that never comes back) above the diagonal, and the like with what never comes back up below it.
    """
    cdef Py_ssize_t n, i, E = c.elements, N = c.stages
    cdef double sum_, gained, lost, kept, answer, rate, rest, share
    cdef double *above = c.newton.signal
    c.factors += 1
    for i in range(E):
        above[i] = 1.0
    # above: share of what climbs out of the stage that never comes down again.
    for n in range(N - 1, -1, -1):
        rate = exp(c.u[n])
        rest = rate * c.kept_up[n]
        sum_ = 0.0
        for i in range(n * E, n * E + E):
            gained = rest * c.beta[i - n * E] + c.up[i] * above[i - n * E]
            kept = c.kept_down[n]
            lost = kept + (c.fall[n] * c.gone[i - E] if n > 0 else c.fall[n])
            answer = 1.0 / (gained + lost)
            c.newton.right[i] = answer
            c.newton.left[i] = -answer
            c.newton.source_down[i] = c.x[i] * gained
            c.newton.source_up[i] = c.x[i] * lost
            sum_ += answer * (c.x[i] * gained)
            share = kept + gained
            c.newton.falls[i] = c.fall[n] / (c.fall[n] + share)
            if c.newton.falls[i] < FAINT:
                c.newton.falls[i] = 0.0
            above[i - n * E] = share / (c.fall[n] + share)
            if n > 0:
                share = c.up[i - E] / c.pivot[i - E]
                c.newton.rises[i] = share if share > FAINT else 0.0
        c.newton.middle[n] = sum_
    c.factored = factor(&c.newton)
    return c.factored


cdef double implicit(Cascade *c, double goal, int limit, int *where) noexcept nogil:
    """Newton on u, from u and right; return the residual reached, inf if there is none, and the worst stage.

    The matrix is factored anew only where the last step did not gain enough.
    """
    cdef Py_ssize_t n
    cdef int it, stalls = 0
    cdef double worst, before = INFINITY, size
    cdef bint fresh = False
    for it in range(limit):
        worst = balances(c)
        where[0] = 0
        for n in range(c.stages):
            if fabs(c.residual[n]) == worst:
                where[0] = <int> n
        if worst <= goal:
            return worst
        if not isfinite(worst) or stopped(c):
            return INFINITY
        if fresh and worst > 0.5 * before:
            # A step with its own matrix that gains nothing: rounding ends it, or the start was too far off.
            if worst <= 100.0 * goal:
                return worst
            stalls += 1
            if stalls > 2:
                return INFINITY
        fresh = False
        if not c.factored or worst > 0.05 * before:
            fresh = derivatives(c)
            if not fresh:
                return INFINITY
        before = worst
        c.newtons += 1
        size = 0.0
        for n in range(c.stages):
            c.step[n] = c.total[n] * c.residual[n]
        substitute(&c.newton, c.step)
        for n in range(c.stages):
            if not isfinite(c.step[n]):
                return INFINITY
            if fabs(c.step[n]) > size:
                size = fabs(c.step[n])
        size = 1.0 if size <= 2.0 else 2.0 / size
        for n in range(c.stages):
            c.u[n] += size * c.step[n]
    worst = balances(c)
    return worst if worst <= 100.0 * goal else INFINITY
